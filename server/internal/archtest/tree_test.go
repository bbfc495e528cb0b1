package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tree is the Go source of one module, parsed but not type-checked.
type tree struct {
	fset     *token.FileSet
	module   string
	packages []*pkg
}

// pkg is one folder of Go files.
type pkg struct {
	dir   string // below the root of the module: "server/internal/host"
	files []*file
}

type file struct {
	path      string
	lines     int
	test      bool
	generated bool
	syntax    *ast.File
}

// load parses every Go file of the module that begins at root; modules nested in it and folders that the go command
// ignores are left out.
func load(t *testing.T, root fs.FS) *tree {
	t.Helper()
	tr := &tree{fset: token.NewFileSet()}
	if err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && ignored(root, name):
			return fs.SkipDir
		case name == "go.mod":
			src, err := fs.ReadFile(root, name)
			line, _, _ := strings.Cut(string(src), "\n")
			tr.module = strings.TrimPrefix(line, "module ")
			return err
		case path.Ext(name) == ".go":
			return tr.parse(root, name)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if tr.module == "" || len(tr.packages) == 0 {
		t.Fatal("there is no module at the root")
	}
	return tr
}

// ignored tells whether the go command leaves a folder out of the module.
func ignored(root fs.FS, dir string) bool {
	base := path.Base(dir)
	_, err := fs.Stat(root, dir+"/go.mod")
	return err == nil || base == "testdata" || base == "node_modules" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")
}

func (tr *tree) parse(root fs.FS, name string) error {
	src, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	syntax, err := parser.ParseFile(tr.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir := path.Dir(name)
	i := slices.IndexFunc(tr.packages, func(p *pkg) bool { return p.dir == dir })
	if i < 0 {
		i = len(tr.packages)
		tr.packages = append(tr.packages, &pkg{dir: dir})
	}
	tr.packages[i].files = append(tr.packages[i].files, &file{
		path: name, lines: bytes.Count(src, []byte("\n")), test: strings.HasSuffix(name, "_test.go"),
		generated: ast.IsGenerated(syntax), syntax: syntax,
	})
	return nil
}

// written gives the packages that people write: all but those under gen.
func (tr *tree) written() []*pkg {
	return slices.DeleteFunc(slices.Clone(tr.packages), func(p *pkg) bool { return within(p.dir, "gen") })
}

// code gives the files of a package that are not tests.
func (p *pkg) code() []*file {
	return slices.DeleteFunc(slices.Clone(p.files), func(f *file) bool { return f.test })
}

// imports gives what a file imports.
func (f *file) imports() []string {
	list := make([]string, len(f.syntax.Imports))
	for i, spec := range f.syntax.Imports {
		list[i], _ = strconv.Unquote(spec.Path.Value) // the parser has accepted it
	}
	return list
}

// localName gives the name by which a file refers to an imported package; empty if it does not import it.
func (f *file) localName(imported string) string {
	for _, spec := range f.syntax.Imports {
		if spec.Path.Value != strconv.Quote(imported) {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(imported)
	}
	return ""
}

// functions gives the functions and methods that a file declares.
func (f *file) functions() []*ast.FuncDecl {
	var list []*ast.FuncDecl
	for _, d := range f.syntax.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			list = append(list, fn)
		}
	}
	return list
}

// at tells where a node begins: "server/internal/host/host.go:31".
func (tr *tree) at(n ast.Node) string {
	p := tr.fset.Position(n.Pos())
	return p.Filename + ":" + strconv.Itoa(p.Line)
}

// length counts the lines of a function from its first to its closing one, without its comment.
func (tr *tree) length(fn *ast.FuncDecl) int {
	return tr.fset.Position(fn.End()).Line - tr.fset.Position(fn.Type.Pos()).Line + 1
}

// receiver gives the name of the type that fn is a method of; empty for a function.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	t := fn.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// within tells whether an import path or folder is root or lies below it.
func within(name, root string) bool {
	return name == root || strings.HasPrefix(name, root+"/")
}

// withinAny tells whether a path lies in any of several roots.
func withinAny(name string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool { return within(name, root) })
}
