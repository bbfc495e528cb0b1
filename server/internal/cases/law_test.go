package cases

import (
	"strings"
	"testing"
)

// An article that comes back after its deletion is another point; what does not fit what came before is an error.
func TestReplay(t *testing.T) {
	article := func(op string) LawRevision {
		return LawRevision{Rev: 1, Changes: []LawChange{{Op: op, ID: "Article 1", Section: "Livre Ier", Text: "Texte."}}}
	}
	var l Replay
	var added []string
	for _, step := range []struct{ op, wrong string }{
		{"modify", "modify does not fit"},
		{"add", ""},
		{"add", "add does not fit"},
		{"modify", ""},
		{"move", `unknown op "move"`},
		{"delete", ""},
		{"delete", "delete does not fit"},
		{"add", ""},
	} {
		changes, err := l.Changes(article(step.op))
		switch {
		case step.wrong == "" && err != nil, step.wrong != "" && (err == nil || !strings.Contains(err.Error(), step.wrong)):
			t.Fatalf("%s: %v", step.op, err)
		case err == nil && step.op == "add":
			added = append(added, changes[0].GetAdd().GetPoint().GetId())
		}
	}
	if added[0] == added[1] {
		t.Errorf("the article that came back is %s again", added[1])
	}
}
