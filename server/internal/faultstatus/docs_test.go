package faultstatus_test

import (
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"google.golang.org/grpc/codes"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/faultstatus"
)

// oneOfEach makes a fault of every reason, as the rest of the server does.
func oneOfEach() []*fault.Fault {
	return []*fault.Fault{
		fault.Of(errors.New("bug")), fault.InvalidField("f", "r", "m"), fault.ReferenceNotFound("f", "n"), fault.Missing("n"),
		fault.Exists("n"), fault.Deleted("n"), fault.NotDeleted("n"), fault.ETagMismatch("n", "e"), fault.HeadMoved("p", "h"),
		fault.RequestIDReused("i"), fault.PageTokenInvalid(), fault.FilterInvalid("m"), fault.OrderByInvalid("m"),
		fault.UpdateMaskInvalid("p", "m"), fault.Malformed("p", "r", "m"), fault.PointUnknown("f", "p"), fault.PointExists("f", "p"),
		fault.PointCycle("f", "p"), fault.PointStateConflict("f", "p", "m"), fault.RevisionUnrelated("f", "r"),
		fault.LimitExceeded("f", "l", 2, 1), fault.Denied("m"), fault.CredentialsInvalid(), fault.NotNow("m", nil),
		fault.Corrupt("m", nil), fault.FormatTooNew("f", 2, 1), fault.StoreInUse("f"), fault.NoMethod("m"),
		fault.ResumeTokenInvalid(), fault.ReferenceCycle("f", "n"),
		fault.AudienceNarrowed("f"), fault.DisclosureNeeded("f"), fault.AudienceTooWide("f", "n"), fault.LastMediator("n"), fault.ValuationsMissing("n"),
	}
}

// docs/api-errors.md has a section per reason, in the order of the enum, which names the code that callers get.
func TestTheDocumentTellsEveryReasonAndItsCode(t *testing.T) {
	text, err := os.ReadFile("../../../docs/api-errors.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := regexp.MustCompile("(?m)^## ([A-Z_]+)\n\n`([A-Z_]+)`").FindAllStringSubmatch(string(text), -1)
	faults := oneOfEach()
	if want := len(parleyv1.ErrorReason_name) - 1; len(sections) != want || len(faults) != want {
		t.Fatalf("%d sections and %d faults for %d reasons", len(sections), len(faults), want)
	}
	numbers := slices.Sorted(maps.Keys(parleyv1.ErrorReason_name))[1:]
	for i, f := range faults {
		var code codes.Code
		if err := code.UnmarshalJSON([]byte(`"` + sections[i][2] + `"`)); err != nil {
			t.Errorf("%s: %v", sections[i][1], err)
		}
		name := parleyv1.ErrorReason(numbers[i]).String()
		if sections[i][1] != name || f.Reason != name || faultstatus.Code(f) != code {
			t.Errorf("the document has %s with %v, the fault %s with %v, the enum %s", sections[i][1], code, f.Reason, faultstatus.Code(f), name)
		}
	}
}
