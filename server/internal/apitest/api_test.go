package apitest

import (
	"io/fs"
	"os"
	"path"
	"testing"
)

// rule is one sentence of the contract, with what finds the places that break it.
type rule struct {
	name  string
	check func(*schema) []string
}

var rules = []rule{
	{"every resource is declared", resourcesAreDeclared},
	{"every resource has its life", resourcesHaveTheirLife},
	{"every field says how it behaves", fieldsBehave},
	{"every resource name is a reference", namesAreReferences},
	{"numbers keep their digits in JSON", numbersFitJSON},
	{"moments are called so", timesAreNamed},
	{"the value 0 of an enum says nothing", enumsBeginUnspecified},
	{"every method has the REST path that its name promises", methodsAreBound},
	{"every method has its signature", signaturesFit},
	{"requests and answers have the standard shape", messagesAreShaped},
	{"every read looks back", readsLookBack},
	{"every write can be retried and tried", writesAreSafe},
	{"every comment is worth reading", commentsAreWorthReading},
	{"every method names its errors", errorsAreNamed},
}

// immutable are the resources that never change once recorded.
var immutable = map[string]string{
	"parley.v1.Revision": "rule 5 of the design: a correction is a new revision",
	"parley.v1.Entry":    "the log itself: appended to, never edited",
	"parley.v1.Point":    "a part of a revision; a change of it is a new revision",

	"parley.v1.Access":     "what happened, noted by the server",
	"parley.v1.Disclosure": "what was told cannot be untold",
	"parley.v1.Token":      "it is revoked for good, and otherwise as it was made",
}

func TestAPI(t *testing.T) {
	proto := os.DirFS("../../../proto")
	paths, err := fs.Glob(proto, path.Join("parley", "v1", "*.proto"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	s := compile(t, proto, immutable, paths...)
	if len(s.services) == 0 || len(s.resources) == 0 {
		t.Fatal("there are no services or resources to check")
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, finding := range r.check(s) {
				t.Error(finding)
			}
		})
	}
}
