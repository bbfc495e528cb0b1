package faultstatus_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// docs/api-errors.md names every rule of parley's own that a field may be said to break: those that the schema spells out
// as expressions, and those in the code, which is read for them.
func TestTheDocumentTellsEveryRule(t *testing.T) {
	text, err := os.ReadFile("../../../docs/api-errors.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, m := range regexp.MustCompile("`([a-z][a-z0-9_.]*)`").FindAllStringSubmatch(string(text), -1) {
		told[m[1]] = true
	}
	rules := codedRules(t)
	for _, rule := range expressions() {
		rules[rule] = true
	}
	if len(rules) < 30 {
		t.Errorf("found only %v", rules)
	}
	for rule := range rules {
		if !told[rule] {
			t.Errorf("the document does not tell of the rule %s", rule)
		}
	}
}

// expressions are the rules that the schema spells out for whole messages.
func expressions() (rules []string) {
	var visit func(list protoreflect.MessageDescriptors)
	visit = func(list protoreflect.MessageDescriptors) {
		for i := range list.Len() {
			own, _ := proto.GetExtension(list.Get(i).Options(), validate.E_Message).(*validate.MessageRules)
			for _, cel := range own.GetCel() {
				rules = append(rules, cel.GetId())
			}
			visit(list.Get(i).Messages())
		}
	}
	protoregistry.GlobalFiles.RangeFilesByPackage("parley.v1", func(f protoreflect.FileDescriptor) bool {
		visit(f.Messages())
		return true
	})
	return rules
}

// codedRules are the rules in the code of the server.
func codedRules(t *testing.T) map[string]bool {
	t.Helper()
	r := ruleReader{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil {
			ast.Inspect(file, r.read)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ruleReader collects what stands where the code names a rule: as a constant called rule…, in the field Rule of a
// fault.Field or second of its three, and as the first or second argument of what makes or reports one.
type ruleReader map[string]bool

func (r ruleReader) read(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if strings.HasPrefix(name.Name, "rule") && i < len(n.Values) {
				r.add(n.Values[i])
			}
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Rule" {
			r.add(n.Value)
		}
	case *ast.CompositeLit:
		if len(n.Elts) == 3 && n.Type == nil {
			r.add(n.Elts[1])
		}
	case *ast.CallExpr:
		switch called(n) {
		case "InvalidField", "Malformed":
			r.add(n.Args[1])
		case "report":
			r.add(n.Args[0])
			if len(n.Args) > 1 {
				r.add(n.Args[1])
			}
		}
	}
	return true
}

func called(n *ast.CallExpr) string {
	switch f := n.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

var aRule = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// add takes a text that can be a rule's name.
func (r ruleReader) add(e ast.Expr) {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if s, err := strconv.Unquote(lit.Value); err == nil && aRule.MatchString(s) {
			r[s] = true
		}
	}
}
