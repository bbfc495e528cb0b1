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
)

// docs/limits.md has a line for every limit that a caller may be refused by, and for no other: those that the code names as
// a constant called Limit…, or where it makes the fault.
func TestTheDocumentTellsEveryLimit(t *testing.T) {
	text, err := os.ReadFile("../../../docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` ").FindAllStringSubmatch(string(text), -1) {
		told[m[1]] = true
	}
	limits := codedLimits(t)
	if len(limits) < 12 {
		t.Errorf("found only %v", limits)
	}
	for limit := range limits {
		if !told[limit] {
			t.Errorf("the document does not tell of the limit %s", limit)
		}
		delete(told, limit)
	}
	for limit := range told {
		t.Errorf("there is no limit %s", limit)
	}
}

// codedLimits are the names of limits in the code of the server.
func codedLimits(t *testing.T) map[string]bool {
	t.Helper()
	limits := map[string]bool{}
	add := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if name, err := strconv.Unquote(lit.Value); err == nil {
				limits[name] = true
			}
		}
	}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if strings.HasPrefix(n.Names[0].Name, "Limit") && len(n.Values) == 1 {
					add(n.Values[0])
				}
			case *ast.CallExpr:
				if called(n) == "LimitExceeded" {
					add(n.Args[1])
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return limits
}
