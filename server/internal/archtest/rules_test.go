package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// rule is one sentence of the architecture, with what finds the places that break it.
type rule struct {
	name  string
	check func(*tree) []string
}

var rules = []rule{
	{"every package is in the picture and imports only what it may", arrows},
	{"each foreign package is used where it belongs", foreign},
	{"fault needs the standard library only", plainFault},
	{"the core does no I/O, reads no clock, draws no lots", purity},
	{"goroutines, channels and locks live where they are expected", concurrency},
	{"nothing registers itself", registration},
	{"generated code lives in gen, and nothing else does", generated},
	{"package names say what is inside", names},
	{"files and functions are short", sizes},
	{"handlers translate, call, translate", handlers},
	{"every package has one comment", packageComments},
	{"every exported name has a comment", nameComments},
}

func TestArchitecture(t *testing.T) {
	tr := load(t, os.DirFS("../../.."))
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, finding := range r.check(tr) {
				t.Error(finding)
			}
		})
	}
}

// An arrow that points upwards would be no picture of layers, and one to nowhere a mistake in writing.
func TestPicturePointsDownwards(t *testing.T) {
	line := map[string]int{}
	for i, row := range picture {
		line[row.name] = i
	}
	for i, row := range picture {
		for _, to := range strings.Fields(row.imports) {
			if at, ok := line[to]; !ok || at <= i && !strings.HasPrefix(row.name, "client/") {
				t.Errorf("%s -> %s does not point to a later line", row.name, to)
			}
		}
	}
}

func arrows(tr *tree) (findings []string) {
	allowed := map[string][]string{}
	for _, row := range picture {
		allowed[dir(row.name)] = dirs(row.imports)
	}
	for _, p := range tr.packages {
		may, known := allowed[p.dir]
		if !known {
			findings = append(findings, p.dir+" is not in the picture")
			continue
		}
		for _, f := range p.code() {
			for _, imp := range f.imports() {
				own, isOwn := strings.CutPrefix(imp, tr.module+"/")
				if isOwn && !slices.Contains(may, own) {
					findings = append(findings, fmt.Sprintf("%s: %s may not import %s", f.path, p.dir, own))
				}
			}
		}
	}
	return findings
}

func foreign(tr *tree) (findings []string) {
	for _, p := range tr.packages {
		for _, f := range p.code() {
			for _, imp := range f.imports() {
				for _, r := range reserved {
					if within(imp, r.what) && !withinAny(p.dir, dirs(r.by)) {
						findings = append(findings, fmt.Sprintf("%s: %s is only for %s", f.path, imp, r.by))
					}
				}
			}
		}
	}
	return findings
}

func plainFault(tr *tree) (findings []string) {
	for _, p := range tr.packages {
		if p.dir != dir("fault") {
			continue
		}
		for _, f := range p.code() {
			for _, imp := range f.imports() {
				if first, _, _ := strings.Cut(imp, "/"); strings.Contains(first, ".") {
					findings = append(findings, f.path+": imports "+imp)
				}
			}
		}
	}
	return findings
}

func purity(tr *tree) (findings []string) {
	for _, p := range tr.packages {
		if !slices.Contains(dirs(pure), p.dir) {
			continue
		}
		for _, f := range p.code() {
			for _, imp := range f.imports() {
				if slices.Contains(impure, imp) {
					findings = append(findings, f.path+": imports "+imp)
				}
			}
			findings = append(findings, tr.uses(f, "time", func(name string) bool { return slices.Contains(clock, name) })...)
		}
	}
	return findings
}

// uses finds where a file refers to names of an imported package.
func (tr *tree) uses(f *file, imported string, wrong func(name string) bool) (findings []string) {
	local := f.localName(imported)
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && local != "" && x.Name == local && wrong(sel.Sel.Name) {
			findings = append(findings, fmt.Sprintf("%s: uses %s.%s", tr.at(sel), imported, sel.Sel.Name))
		}
		return true
	})
	return findings
}

func concurrency(tr *tree) (findings []string) {
	var free []string
	for _, c := range concurrent {
		free = append(free, dir(c.name))
	}
	locks := func(name string) bool { return !strings.HasPrefix(name, "Once") }
	for _, p := range tr.written() {
		if withinAny(p.dir, free) {
			continue
		}
		for _, f := range p.code() {
			findings = append(findings, tr.uses(f, "sync", locks)...)
			findings = append(findings, tr.uses(f, "sync/atomic", func(name string) bool {
				return locks(name) && !(name == "Pointer" && within(p.dir, dir(remembers)))
			})...)
			ast.Inspect(f.syntax, func(n ast.Node) bool {
				switch n.(type) {
				case *ast.GoStmt:
					findings = append(findings, tr.at(n)+": starts a goroutine")
				case *ast.ChanType:
					findings = append(findings, tr.at(n)+": has a channel")
				}
				return true
			})
		}
	}
	return findings
}

func registration(tr *tree) (findings []string) {
	for _, p := range tr.written() {
		for _, f := range p.code() {
			for _, fn := range f.functions() {
				if fn.Name.Name == "init" && fn.Recv == nil {
					findings = append(findings, tr.at(fn)+": func init")
				}
			}
			for _, spec := range f.syntax.Imports {
				if spec.Name != nil && spec.Name.Name == "_" && strings.HasPrefix(spec.Path.Value, `"`+tr.module) {
					findings = append(findings, tr.at(spec)+": imports "+spec.Path.Value+" only for what it registers")
				}
			}
		}
	}
	return findings
}

func generated(tr *tree) (findings []string) {
	for _, p := range tr.packages {
		for _, f := range p.files {
			switch inGen := within(p.dir, "gen"); {
			case inGen && !f.generated:
				findings = append(findings, f.path+": is not generated")
			case !inGen && f.generated:
				findings = append(findings, f.path+": is generated")
			}
		}
	}
	return findings
}

func names(tr *tree) (findings []string) {
	for _, p := range tr.written() {
		if slices.Contains(vague, path.Base(p.dir)) {
			findings = append(findings, p.dir+": a vague name")
		}
		for _, f := range p.files {
			name := strings.TrimSuffix(f.syntax.Name.Name, "_test")
			if name != path.Base(p.dir) && name != "main" {
				findings = append(findings, fmt.Sprintf("%s: package %s in the folder %s", f.path, name, path.Base(p.dir)))
			}
		}
	}
	return findings
}

func sizes(tr *tree) (findings []string) {
	excused := map[string]bool{}
	for _, l := range long {
		excused[l.what] = false
	}
	over := func(what string, is, most int) {
		if _, ok := excused[what]; ok && is > most {
			excused[what] = true
		} else if is > most {
			findings = append(findings, fmt.Sprintf("%s: %d lines, over %d", what, is, most))
		}
	}
	for _, p := range tr.written() {
		for _, f := range p.files {
			most := fileLines
			if f.path == "server/parleyd/main.go" {
				most = mainLines
			}
			over(f.path, f.lines, most)
			for _, fn := range f.functions() {
				over(f.path+":"+strings.TrimPrefix(receiver(fn)+"."+fn.Name.Name, "."), tr.length(fn), functionLines)
			}
		}
	}
	for what, needed := range excused {
		if !needed {
			findings = append(findings, what+": is excused but not long")
		}
	}
	return findings
}

func handlers(tr *tree) (findings []string) {
	for _, p := range tr.packages {
		if p.dir != dir("rpc") {
			continue
		}
		for _, f := range p.code() {
			for _, fn := range f.functions() {
				if !strings.HasSuffix(receiver(fn), "Service") {
					continue
				}
				if n := tr.length(fn); n > handlerLines {
					findings = append(findings, fmt.Sprintf("%s: %s has %d lines, over %d", tr.at(fn), fn.Name.Name, n, handlerLines))
				}
				ast.Inspect(fn, func(n ast.Node) bool {
					switch n := n.(type) {
					case *ast.IfStmt:
						if !testsError(n.Cond) {
							findings = append(findings, fmt.Sprintf("%s: %s branches on something other than an error", tr.at(n), fn.Name.Name))
						}
					case *ast.SwitchStmt, *ast.TypeSwitchStmt:
						findings = append(findings, fmt.Sprintf("%s: %s switches", tr.at(n), fn.Name.Name))
					}
					return true
				})
			}
		}
	}
	return findings
}

// testsError tells whether a condition is "err != nil" or "err == nil".
func testsError(cond ast.Expr) bool {
	b, ok := cond.(*ast.BinaryExpr)
	if !ok || b.Op != token.NEQ && b.Op != token.EQL {
		return false
	}
	x, ok := b.X.(*ast.Ident)
	return ok && x.Name == "err"
}

func packageComments(tr *tree) (findings []string) {
	for _, p := range tr.written() {
		var docs []string
		for _, f := range p.code() {
			if f.syntax.Doc == nil {
				continue
			}
			docs = append(docs, f.path)
			opening := "Package " + path.Base(p.dir) + " "
			if f.syntax.Name.Name == "main" {
				opening = "Command " + path.Base(p.dir) + " "
			}
			if !strings.HasPrefix(f.syntax.Doc.Text(), opening) {
				findings = append(findings, fmt.Sprintf("%s: the comment does not begin with %q", f.path, opening))
			}
		}
		if len(docs) != 1 {
			findings = append(findings, fmt.Sprintf("%s: %d package comments %q", p.dir, len(docs), docs))
		}
	}
	return findings
}

func nameComments(tr *tree) (findings []string) {
	for _, p := range tr.written() {
		for _, f := range p.code() {
			for _, name := range undocumented(f.syntax) {
				findings = append(findings, fmt.Sprintf("%s: %s has no comment", tr.at(name), name.Name))
			}
		}
	}
	return findings
}

// undocumented gives the exported names of a file that have no comment: functions, methods of exported types, types,
// constants and variables. The comment of a group of values speaks for all of them, that of a type for its fields.
func undocumented(syntax *ast.File) (names []*ast.Ident) {
	note := func(list []*ast.Ident, comments ...*ast.CommentGroup) {
		for _, id := range list {
			if id.IsExported() && !slices.ContainsFunc(comments, func(c *ast.CommentGroup) bool { return c.Text() != "" }) {
				names = append(names, id)
			}
		}
	}
	for _, d := range syntax.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if r := receiver(d); r == "" || ast.IsExported(r) {
				note([]*ast.Ident{d.Name}, d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					note(spec.Names, d.Doc, spec.Doc, spec.Comment)
				case *ast.TypeSpec:
					note([]*ast.Ident{spec.Name}, d.Doc, spec.Doc)
				}
			}
		}
	}
	return names
}
