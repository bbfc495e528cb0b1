package client

import (
	"errors"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// errorDomain marks parley's own ErrorInfo.
const errorDomain = "parley"

// Violation is one field that breaks a rule.
type Violation struct {
	Field       string // as the caller wrote it: `requests[3].stance.value`
	Rule        string // its id: `string.max_len`, `required`
	Description string
}

// ErrorDetails is what an error of parley says.
type ErrorDetails struct {
	Code       codes.Code
	Reason     string // a name of parleyv1.ErrorReason; empty if the error is not parley's
	Message    string
	Metadata   map[string]string // what the reason comes with: `head`, `current_etag`, `limit`
	Violations []Violation
}

// Details reads what err says, also if err wraps the status that came with it. For a nil error it is zero; for one
// that is no status, its code is Unknown.
func Details(err error) ErrorDetails {
	if err == nil {
		return ErrorDetails{}
	}
	s, _ := status.FromError(err)
	d := ErrorDetails{Code: s.Code(), Message: s.Message()}
	if st, ok := statusInside(err); ok {
		d.Message = st.Message() // FromError puts the wrapping text before it
	}
	for _, detail := range s.Details() {
		switch v := detail.(type) {
		case *errdetails.ErrorInfo:
			if v.GetDomain() == errorDomain {
				d.Reason, d.Metadata = v.GetReason(), v.GetMetadata()
			}
		case *errdetails.BadRequest:
			for _, f := range v.GetFieldViolations() {
				d.Violations = append(d.Violations, Violation{f.GetField(), f.GetReason(), f.GetDescription()})
			}
		}
	}
	return d
}

// Reason is the stable reason of err: a name of parleyv1.ErrorReason, or empty if err is nil or not from parley.
func Reason(err error) string { return Details(err).Reason }

// Is says whether err failed for this reason.
func Is(err error, reason parleyv1.ErrorReason) bool { return Reason(err) == reason.String() }

// statusInside finds the status that err is or wraps, without the wrapping text.
func statusInside(err error) (*status.Status, bool) {
	var s interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &s) {
		return nil, false
	}
	return s.GRPCStatus(), true
}
