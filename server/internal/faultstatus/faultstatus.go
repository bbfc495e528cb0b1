// Package faultstatus turns a fault into the one form in which callers see it, over gRPC and REST alike: a google.rpc
// Status with details. ErrorInfo (domain `parley`) carries the reason and its facts, BadRequest the fields at fault,
// ResourceInfo the resource, RetryInfo how long to wait.
package faultstatus

import (
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Domain is that of every ErrorInfo.
const Domain = "parley"

// MetaOmitted is the key in ErrorInfo.metadata that counts the field violations for which there was no room.
const MetaOmitted = "omitted_violations"

// A gRPC status travels in the trailers, base64 and all, and common clients take no more than 8 KiB of those. The
// message stands there twice.
const (
	maxMessage = 500   // bytes
	maxStatus  = 4_500 // bytes of the Status message
)

// retryDelay is what RetryInfo advises if the fault does not. A server that restarts or a store that is busy needs about that.
const retryDelay = time.Second

// Of gives the status of f. It shows nothing of f's cause, and the same fault always gives the same bytes.
func Of(f *fault.Fault) *status.Status {
	s := &spb.Status{Code: int32(Code(f)), Message: shorten(f.Message)}
	info := &errdetails.ErrorInfo{Reason: f.Reason, Domain: Domain, Metadata: f.Meta}
	var rest []*anypb.Any
	if name := f.Meta["resource"]; name != "" {
		rest = append(rest, pack(&errdetails.ResourceInfo{ResourceType: resourceType(name), ResourceName: name, Description: s.GetMessage()}))
	}
	if wait := retryAfter(f); wait > 0 {
		rest = append(rest, pack(&errdetails.RetryInfo{RetryDelay: durationpb.New(wait)}))
	}
	s.Details = append([]*anypb.Any{pack(info)}, rest...)
	bad, omitted := violations(f.Fields, maxStatus-proto.Size(s))
	if omitted > 0 {
		s.Details[0] = pack(&errdetails.ErrorInfo{Reason: f.Reason, Domain: Domain, Metadata: f.With(MetaOmitted, strconv.Itoa(omitted)).Meta})
	}
	if len(f.Fields) > 0 {
		s.Details = append(s.Details, pack(bad))
	}
	return status.FromProto(s)
}

// retryAfter says after how long the call may be tried again; zero for a fault that stays.
func retryAfter(f *fault.Fault) time.Duration {
	if f.RetryAfter == 0 && f.Kind == fault.Unavailable {
		return retryDelay
	}
	return f.RetryAfter
}

// violations lists as many fields as there is room for, the first in any case.
func violations(fields []fault.Field, room int) (bad *errdetails.BadRequest, omitted int) {
	bad = &errdetails.BadRequest{}
	for i, f := range fields {
		v := &errdetails.BadRequest_FieldViolation{Field: valid(f.Path), Description: shorten(f.Message), Reason: f.Rule}
		if room -= proto.Size(v) + 4; room < 0 && i > 0 {
			return bad, len(fields) - i
		}
		bad.FieldViolations = append(bad.FieldViolations, v)
	}
	return bad, 0
}

// pack is anypb.New with a fixed order of map entries.
func pack(m proto.Message) *anypb.Any {
	out := &anypb.Any{}
	if err := anypb.MarshalFrom(out, m, proto.MarshalOptions{Deterministic: true}); err != nil {
		return &anypb.Any{TypeUrl: "type.googleapis.com/" + string(proto.MessageName(m))} // only for text that is no UTF-8
	}
	return out
}

// shorten cuts a text that repeats too much of what the caller wrote.
func shorten(s string) string {
	s = valid(s)
	if len(s) <= maxMessage {
		return s
	}
	cut := maxMessage
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// Code is the canonical code of f.
func Code(f *fault.Fault) codes.Code {
	if f.Reason == fault.ReasonMethodNotImplemented {
		return codes.Unimplemented
	}
	switch f.Kind {
	case fault.Invalid:
		return codes.InvalidArgument
	case fault.NotFound:
		return codes.NotFound
	case fault.AlreadyExists:
		return codes.AlreadyExists
	case fault.FailedPrecondition:
		return codes.FailedPrecondition
	case fault.Aborted:
		return codes.Aborted
	case fault.PermissionDenied:
		return codes.PermissionDenied
	case fault.Unauthenticated:
		return codes.Unauthenticated
	case fault.ResourceExhausted:
		return codes.ResourceExhausted
	case fault.Unavailable:
		return codes.Unavailable
	case fault.DataLoss:
		return codes.DataLoss
	}
	return codes.Internal
}

// reasons of the statuses that gRPC itself makes, before or after any code of parley runs.
var reasons = map[codes.Code]string{
	codes.InvalidArgument:   fault.ReasonMalformedRequest,
	codes.Unimplemented:     fault.ReasonMethodNotImplemented,
	codes.ResourceExhausted: fault.ReasonLimitExceeded,
	codes.Unavailable:       fault.ReasonUnavailable,
	codes.DeadlineExceeded:  fault.ReasonUnavailable,
	codes.Canceled:          fault.ReasonUnavailable,
	codes.Unauthenticated:   fault.ReasonCredentialsInvalid,
	codes.PermissionDenied:  fault.ReasonPermissionDenied,
}

// Complete gives s an ErrorInfo if it has none, as it is with a status made by gRPC itself.
func Complete(s *status.Status) *status.Status {
	if s.Code() == codes.OK {
		return s
	}
	for _, d := range s.Proto().GetDetails() {
		if d.MessageIs((*errdetails.ErrorInfo)(nil)) {
			return s
		}
	}
	reason, ok := reasons[s.Code()]
	if !ok {
		reason = fault.ReasonInternal
	}
	p := s.Proto()
	p.Details = append([]*anypb.Any{pack(&errdetails.ErrorInfo{Reason: reason, Domain: Domain})}, p.Details...)
	return status.FromProto(p)
}

// resourceType finds the google.api.resource type of a name by its last collection.
func resourceType(name string) string {
	segments := strings.Split(name, "/")
	if len(segments) < 2 {
		return ""
	}
	return collections()[segments[len(segments)-2]]
}

var collections = sync.OnceValue(func() map[string]string {
	types := map[string]string{}
	pkg := parleyv1.File_parley_v1_negotiation_proto.Package()
	protoregistry.GlobalFiles.RangeFilesByPackage(pkg, func(fd protoreflect.FileDescriptor) bool {
		for i := range fd.Messages().Len() {
			if res, _ := proto.GetExtension(fd.Messages().Get(i).Options(), annotations.E_Resource).(*annotations.ResourceDescriptor); res != nil {
				types[res.GetPlural()] = res.GetType()
			}
		}
		return true
	})
	return types
})
