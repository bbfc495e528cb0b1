package fault

import (
	"fmt"
	"strconv"
	"time"
)

// Reasons, equal by name to the values of parley.v1.ErrorReason (a test compares the two lists).
const (
	ReasonInternal             = "INTERNAL"
	ReasonLastMediator         = "LAST_MEDIATOR"
	ReasonAudienceNarrowed     = "AUDIENCE_NARROWED"
	ReasonDisclosureNeeded     = "DISCLOSURE_NEEDED"
	ReasonAudienceTooWide      = "AUDIENCE_TOO_WIDE"
	ReasonInvalidField         = "INVALID_FIELD"
	ReasonReferenceNotFound    = "REFERENCE_NOT_FOUND"
	ReasonResourceNotFound     = "RESOURCE_NOT_FOUND"
	ReasonResourceExists       = "RESOURCE_EXISTS"
	ReasonResourceDeleted      = "RESOURCE_DELETED"
	ReasonResourceNotDeleted   = "RESOURCE_NOT_DELETED"
	ReasonETagMismatch         = "ETAG_MISMATCH"
	ReasonHeadMoved            = "HEAD_MOVED"
	ReasonRequestIDReused      = "REQUEST_ID_REUSED"
	ReasonPageTokenInvalid     = "PAGE_TOKEN_INVALID"
	ReasonFilterInvalid        = "FILTER_INVALID"
	ReasonOrderByInvalid       = "ORDER_BY_INVALID"
	ReasonUpdateMaskInvalid    = "UPDATE_MASK_INVALID"
	ReasonMalformedRequest     = "MALFORMED_REQUEST"
	ReasonPointUnknown         = "POINT_UNKNOWN"
	ReasonPointExists          = "POINT_EXISTS"
	ReasonPointCycle           = "POINT_CYCLE"
	ReasonPointStateConflict   = "POINT_STATE_CONFLICT"
	ReasonRevisionUnrelated    = "REVISION_UNRELATED"
	ReasonLimitExceeded        = "LIMIT_EXCEEDED"
	ReasonPermissionDenied     = "PERMISSION_DENIED"
	ReasonCredentialsInvalid   = "CREDENTIALS_INVALID"
	ReasonUnavailable          = "UNAVAILABLE"
	ReasonStoredDataCorrupt    = "STORED_DATA_CORRUPT"
	ReasonStoredFormatTooNew   = "STORED_FORMAT_TOO_NEW"
	ReasonStoreInUse           = "STORE_IN_USE"
	ReasonMethodNotImplemented = "METHOD_NOT_IMPLEMENTED"
	ReasonResumeTokenInvalid   = "RESUME_TOKEN_INVALID"
	ReasonReferenceCycle       = "REFERENCE_CYCLE"
	ReasonValuationsMissing    = "VALUATIONS_MISSING"
)

// InvalidField says that one field of the request breaks one rule.
func InvalidField(path, rule, format string, args ...any) *Fault {
	msg := fmt.Sprintf(format, args...)
	return &Fault{Kind: Invalid, Reason: ReasonInvalidField, Message: path + ": " + msg, Fields: []Field{{path, rule, msg}}}
}

// ReferenceNotFound says that a field names something that does not exist, or is not for the caller to know.
func ReferenceNotFound(path, name string) *Fault {
	msg := fmt.Sprintf("%q does not exist", name)
	return &Fault{
		Kind: Invalid, Reason: ReasonReferenceNotFound, Message: path + ": " + msg,
		Fields: []Field{{path, "reference", msg}}, Meta: map[string]string{"resource": name},
	}
}

// Missing says that the resource a call is about does not exist. It is the same, byte for byte, for a resource
// that the caller may not know of.
func Missing(name string) *Fault {
	return &Fault{Kind: NotFound, Reason: ReasonResourceNotFound, Message: strconv.Quote(name) + " not found", Meta: map[string]string{"resource": name}}
}

// Exists says that the id chosen by the caller is taken.
func Exists(name string) *Fault {
	return &Fault{Kind: AlreadyExists, Reason: ReasonResourceExists, Message: fmt.Sprintf("%q already exists", name), Meta: map[string]string{"resource": name}}
}

// Deleted says that a deleted resource must be undeleted before it can change.
func Deleted(name string) *Fault {
	return &Fault{Kind: FailedPrecondition, Reason: ReasonResourceDeleted, Message: fmt.Sprintf("%q is deleted; undelete it first", name), Meta: map[string]string{"resource": name}}
}

// NotDeleted says that there is nothing to undelete.
func NotDeleted(name string) *Fault {
	return &Fault{Kind: FailedPrecondition, Reason: ReasonResourceNotDeleted, Message: fmt.Sprintf("%q is not deleted", name), Meta: map[string]string{"resource": name}}
}

// ETagMismatch says that the resource changed since the caller read it.
func ETagMismatch(name, current string) *Fault {
	return &Fault{
		Kind: Aborted, Reason: ReasonETagMismatch, Message: fmt.Sprintf("%q has changed since it was read; read it again", name),
		Meta: map[string]string{"resource": name, "current_etag": current},
	}
}

// HeadMoved says that a plan has a newer revision than any parent that the caller named. An empty head means that
// the plan has no revision yet.
func HeadMoved(plan, head string) *Fault {
	return &Fault{
		Kind: Aborted, Reason: ReasonHeadMoved, Message: fmt.Sprintf("the latest revision of %q is not among the named parents; read it, then commit on top of it", plan),
		Meta: map[string]string{"resource": plan, "head": head},
	}
}

// RequestIDReused says that a request_id was used before for a different request.
func RequestIDReused(id string) *Fault {
	return &Fault{
		Kind: AlreadyExists, Reason: ReasonRequestIDReused, Message: "this request_id was used before with a different request",
		Fields: []Field{{"request_id", "unique", "used before with a different request"}}, Meta: map[string]string{"request_id": id},
	}
}

// PageTokenInvalid says that a page token is damaged, from another server, or from a call with other arguments.
func PageTokenInvalid() *Fault {
	const msg = "not a page token of this list with these arguments"
	return &Fault{Kind: Invalid, Reason: ReasonPageTokenInvalid, Message: "page_token: " + msg, Fields: []Field{{"page_token", "page_token", msg}}}
}

// FilterInvalid says why a filter cannot be understood.
func FilterInvalid(msg string) *Fault {
	return &Fault{Kind: Invalid, Reason: ReasonFilterInvalid, Message: "filter: " + msg, Fields: []Field{{"filter", "filter", msg}}}
}

// OrderByInvalid says why an order_by cannot be understood.
func OrderByInvalid(msg string) *Fault {
	return &Fault{Kind: Invalid, Reason: ReasonOrderByInvalid, Message: "order_by: " + msg, Fields: []Field{{"order_by", "order_by", msg}}}
}

// UpdateMaskInvalid says which path of an update mask cannot be updated, and why.
func UpdateMaskInvalid(path, msg string) *Fault {
	return &Fault{Kind: Invalid, Reason: ReasonUpdateMaskInvalid, Message: "update_mask: " + msg, Fields: []Field{{"update_mask", "update_mask", msg}}, Meta: map[string]string{"path": path}}
}

// Malformed says that the bytes of a request could not be read as the message they should be.
func Malformed(path, rule, msg string) *Fault {
	return &Fault{Kind: Invalid, Reason: ReasonMalformedRequest, Message: msg, Fields: []Field{{path, rule, msg}}}
}

// PointUnknown says that a change names a point that is not in the revision.
func PointUnknown(path, point string) *Fault {
	msg := fmt.Sprintf("the revision has no point %q", point)
	return &Fault{Kind: Invalid, Reason: ReasonPointUnknown, Message: path + ": " + msg, Fields: []Field{{path, "point", msg}}, Meta: map[string]string{"point": point}}
}

// PointExists says that a point id is taken: ids are given once and never reused, also not after a point is struck.
func PointExists(path, point string) *Fault {
	msg := fmt.Sprintf("point id %q is taken in this text or its ancestors; ids are never reused", point)
	return &Fault{Kind: Invalid, Reason: ReasonPointExists, Message: path + ": " + msg, Fields: []Field{{path, "point_unique", msg}}, Meta: map[string]string{"point": point}}
}

// PointCycle says that a point would become its own ancestor.
func PointCycle(path, point string) *Fault {
	msg := fmt.Sprintf("point %q would become part of itself", point)
	return &Fault{Kind: Invalid, Reason: ReasonPointCycle, Message: path + ": " + msg, Fields: []Field{{path, "point_cycle", msg}}, Meta: map[string]string{"point": point}}
}

// PointStateConflict says that a change does not fit the state that a point is in, such as striking a struck point.
func PointStateConflict(path, point, format string, args ...any) *Fault {
	msg := fmt.Sprintf(format, args...)
	return &Fault{Kind: FailedPrecondition, Reason: ReasonPointStateConflict, Message: path + ": " + msg, Fields: []Field{{path, "point_state", msg}}, Meta: map[string]string{"point": point}}
}

// RevisionUnrelated says that a revision is not a parent that a change may take a point from.
func RevisionUnrelated(path, revision string) *Fault {
	msg := fmt.Sprintf("%q is not among the parents", revision)
	return &Fault{Kind: Invalid, Reason: ReasonRevisionUnrelated, Message: path + ": " + msg, Fields: []Field{{path, "parent", msg}}, Meta: map[string]string{"resource": revision}}
}

// ReferenceCycle says that a resource would refer back to itself.
func ReferenceCycle(path, name string) *Fault {
	const msg = "leads back to the resource itself"
	return &Fault{Kind: Invalid, Reason: ReasonReferenceCycle, Message: path + ": " + msg, Fields: []Field{{path, "cycle", msg}}, Meta: map[string]string{"resource": name}}
}

// ResumeTokenInvalid says that a resume token is damaged, from another server, or of another negotiation.
func ResumeTokenInvalid() *Fault {
	const msg = "not a resume token of this negotiation"
	return &Fault{Kind: Invalid, Reason: ReasonResumeTokenInvalid, Message: "resume_token: " + msg, Fields: []Field{{"resume_token", "resume_token", msg}}}
}

// AudienceNarrowed says that somebody who knows of a resource would know of it no longer.
func AudienceNarrowed(path string) *Fault {
	const msg = "would be narrowed, but knowledge cannot be recalled; delete the resource, and record what takes its place with the audience that it should have"
	return &Fault{Kind: FailedPrecondition, Reason: ReasonAudienceNarrowed, Message: path + ": " + msg, Fields: []Field{{path, "narrowed", msg}}}
}

// DisclosureNeeded says that more people would come to know of a resource than by an update they should.
func DisclosureNeeded(path string) *Fault {
	const msg = "is widened by Disclose, so that it is on record who told whom"
	return &Fault{Kind: FailedPrecondition, Reason: ReasonDisclosureNeeded, Message: path + ": " + msg, Fields: []Field{{path, "widened", msg}}}
}

// AudienceTooWide says that not everyone in the audience of a resource may know of what it names.
func AudienceTooWide(path, name string) *Fault {
	msg := fmt.Sprintf("not everyone who may know of this may know of %q; leave it out, confide this to fewer, or disclose that first", name)
	return &Fault{Kind: Invalid, Reason: ReasonAudienceTooWide, Message: path + ": " + msg, Fields: []Field{{path, "audience", msg}}, Meta: map[string]string{"resource": name}}
}

// DisclosureUnheard says that those to whom a resource is disclosed would not know of it all the same, as they may not know of
// what it stands under or is about.
func DisclosureUnheard(path, name string) *Fault {
	msg := fmt.Sprintf("%q would stay unknown to them, as they may not know of what it stands under or is about; disclose that too", name)
	return &Fault{Kind: Invalid, Reason: ReasonAudienceTooWide, Message: path + ": " + msg, Fields: []Field{{path, "audience", msg}}, Meta: map[string]string{"resource": name}}
}

// LastMediator says that a negotiation would be left without a mediator.
func LastMediator(name string) *Fault {
	return &Fault{Kind: FailedPrecondition, Reason: ReasonLastMediator, Message: "the negotiation would be left without a mediator, and nobody could appoint another", Meta: map[string]string{"resource": name}}
}

// LimitExceeded says which named limit was passed; path may be empty when no single field is at fault.
func LimitExceeded(path, limit string, is, most int) *Fault {
	msg := fmt.Sprintf("%d is over the limit %s of %d", is, limit, most)
	f := &Fault{
		Kind: ResourceExhausted, Reason: ReasonLimitExceeded, Message: msg,
		Meta: map[string]string{"limit": limit, "limit_value": strconv.Itoa(most)},
	}
	if path != "" {
		f.Message, f.Fields = path+": "+msg, []Field{{path, limit, msg}}
	}
	return f
}

// TryLater says which named limit a caller has reached who may try again after a while: of what they do in a time, or at
// a time.
func TryLater(limit string, most int, wait time.Duration) *Fault {
	return &Fault{
		Kind: ResourceExhausted, Reason: ReasonLimitExceeded, RetryAfter: wait,
		Message: fmt.Sprintf("the limit %s of %d is reached; try again in %v", limit, most, wait.Round(time.Millisecond)),
		Meta:    map[string]string{"limit": limit, "limit_value": strconv.Itoa(most)},
	}
}

// Denied says that a known caller may not do this. It is decided before existence is looked at (AIP-211).
func Denied(msg string) *Fault {
	return &Fault{Kind: PermissionDenied, Reason: ReasonPermissionDenied, Message: msg}
}

// CredentialsInvalid says that the presented credentials are not known.
func CredentialsInvalid() *Fault {
	return &Fault{Kind: Unauthenticated, Reason: ReasonCredentialsInvalid, Message: "the credentials are not valid here"}
}

// NotNow says that the same call may succeed later.
func NotNow(msg string, cause error) *Fault {
	return &Fault{Kind: Unavailable, Reason: ReasonUnavailable, Message: msg, cause: cause}
}

// Corrupt says that stored bytes do not hold what was written.
func Corrupt(what string, cause error) *Fault {
	return &Fault{Kind: DataLoss, Reason: ReasonStoredDataCorrupt, Message: what, cause: cause}
}

// FormatTooNew says that a newer parley wrote this store.
func FormatTooNew(where string, is, most uint64) *Fault {
	return &Fault{
		Kind: FailedPrecondition, Reason: ReasonStoredFormatTooNew,
		Message: fmt.Sprintf("%s has format version %d; this parley reads up to %d: use a newer parley", where, is, most),
	}
}

// StoreInUse says that another process holds the store.
func StoreInUse(where string) *Fault {
	return &Fault{Kind: Unavailable, Reason: ReasonStoreInUse, Message: fmt.Sprintf("%s is in use by another process; stop that one first", where)}
}

// NoMethod says that the server has no such method.
func NoMethod(msg string) *Fault {
	return &Fault{Kind: Invalid, Reason: ReasonMethodNotImplemented, Message: msg}
}

// MissingAs makes a fault about a missing parent speak of what the caller asked for, so that it does not tell which of
// the two is missing. Other errors stay as they are.
func MissingAs(err error, name string) error {
	if f := Of(err); f.Reason == ReasonResourceNotFound {
		return Missing(name)
	}
	return err
}

// ValuationsMissing says that there is nothing to work out packages from.
func ValuationsMissing(revision string) *Fault {
	return &Fault{
		Kind: FailedPrecondition, Reason: ReasonValuationsMissing, Message: "no party has said what the options of this revision are worth to it",
		Meta: map[string]string{"resource": revision},
	}
}
