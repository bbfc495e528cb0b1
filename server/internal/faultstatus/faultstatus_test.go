package faultstatus_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/faultstatus"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

func detail[T proto.Message](t *testing.T, s *status.Status) (found T) {
	t.Helper()
	for _, d := range s.Details() {
		if m, ok := d.(T); ok {
			return m
		}
	}
	return found
}

func TestOf(t *testing.T) {
	s := faultstatus.Of(fault.HeadMoved("negotiations/a/plans/b", "negotiations/a/plans/b/revisions/c").Because(errors.New("secret")))
	info, res := detail[*errdetails.ErrorInfo](t, s), detail[*errdetails.ResourceInfo](t, s)
	if s.Code() != codes.Aborted || info.GetReason() != "HEAD_MOVED" || info.GetDomain() != "parley" || info.GetMetadata()["head"] != "negotiations/a/plans/b/revisions/c" {
		t.Error(s)
	}
	if res.GetResourceName() != "negotiations/a/plans/b" || res.GetResourceType() != "parley/Plan" {
		t.Error(res)
	}
	if strings.Contains(s.String(), "secret") {
		t.Error("the cause is shown")
	}
	if detail[*errdetails.BadRequest](t, s) != nil || detail[*errdetails.RetryInfo](t, s) != nil {
		t.Error("details that say nothing")
	}
	s = faultstatus.Of(fault.InvalidField("stance.party", "required", "is required"))
	v := detail[*errdetails.BadRequest](t, s).GetFieldViolations()
	if s.Code() != codes.InvalidArgument || len(v) != 1 || v[0].GetField() != "stance.party" || v[0].GetReason() != "required" || v[0].GetDescription() != "is required" {
		t.Error(s)
	}
	if s = faultstatus.Of(fault.NotNow("busy", nil)); s.Code() != codes.Unavailable || detail[*errdetails.RetryInfo](t, s).GetRetryDelay().GetSeconds() != 1 {
		t.Error(s)
	}
	if s = faultstatus.Of(fault.TryLater("calls", 7, 1500*time.Millisecond)); s.Code() != codes.ResourceExhausted ||
		detail[*errdetails.RetryInfo](t, s).GetRetryDelay().AsDuration() != 1500*time.Millisecond ||
		detail[*errdetails.ErrorInfo](t, s).GetMetadata()["limit_value"] != "7" {
		t.Error(s)
	}
	if s = faultstatus.Of(fault.LimitExceeded("f", "depth", 3, 2)); detail[*errdetails.RetryInfo](t, s) != nil {
		t.Error("waiting does not help, and is advised:", s)
	}
	if s = faultstatus.Of(fault.Of(errors.New("secret"))); s.Code() != codes.Internal || strings.Contains(s.String(), "secret") {
		t.Error(s)
	}
	if s = faultstatus.Of(&fault.Fault{Reason: fault.ReasonMethodNotImplemented}); s.Code() != codes.Unimplemented {
		t.Error(s)
	}
}

func TestStatusFitsIntoTrailers(t *testing.T) {
	f := &fault.Fault{Kind: fault.Invalid, Reason: fault.ReasonInvalidField, Message: strings.Repeat("й", 4000), Meta: map[string]string{"a": "b"}}
	for i := range 1000 {
		f.Fields = append(f.Fields, fault.Field{Path: fmt.Sprintf("requests[%d].stance.reason", i), Rule: "control_character", Message: "holds U+0007\xff"})
	}
	s := faultstatus.Of(f)
	shown := len(detail[*errdetails.BadRequest](t, s).GetFieldViolations())
	omitted, err := strconv.Atoi(detail[*errdetails.ErrorInfo](t, s).GetMetadata()[faultstatus.MetaOmitted])
	if n := proto.Size(s.Proto()); n > 4700 || shown < 30 || err != nil || shown+omitted != 1000 {
		t.Errorf("%d bytes, %d shown, %d omitted", n, shown, omitted)
	}
	if f.Meta[faultstatus.MetaOmitted] != "" {
		t.Error("the fault was changed")
	}
}

func TestSameFaultSameBytes(t *testing.T) {
	f := fault.LimitExceeded("x", "limit", 3, 2).With("a", "1").With("b", "2").With("c", "3")
	first, _ := proto.Marshal(faultstatus.Of(f).Proto())
	for range 50 {
		if again, _ := proto.Marshal(faultstatus.Of(f).Proto()); string(again) != string(first) {
			t.Fatal("bytes differ")
		}
	}
}

func TestComplete(t *testing.T) {
	for code, reason := range map[codes.Code]string{
		codes.Unimplemented: "METHOD_NOT_IMPLEMENTED", codes.ResourceExhausted: "LIMIT_EXCEEDED", codes.Unavailable: "UNAVAILABLE", codes.Unknown: "INTERNAL",
	} {
		s := faultstatus.Complete(status.New(code, "x"))
		if s.Code() != code || s.Message() != "x" || detail[*errdetails.ErrorInfo](t, s).GetReason() != reason {
			t.Error(s)
		}
	}
	s := faultstatus.Of(fault.Missing("negotiations/a"))
	if !proto.Equal(faultstatus.Complete(s).Proto(), s.Proto()) {
		t.Error("a complete status was changed")
	}
	if s := faultstatus.Complete(status.New(codes.OK, "")); len(s.Details()) != 0 {
		t.Error("OK has no details")
	}
}

// The reasons of package fault and the values of ErrorReason are the same list.
func TestReasonsAreTheEnum(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../fault/reasons.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	inCode := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Reason") {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		inCode[value] = true
		return true
	})
	for name, n := range parleyv1.ErrorReason_value {
		if n != 0 && !inCode[name] {
			t.Errorf("fault has no constant for %s", name)
		}
		delete(inCode, name)
	}
	for name := range inCode {
		t.Errorf("ErrorReason has no value %s", name)
	}
}
