package gateway

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/faultstatus"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// rewrite gives what is written for a reply: of a read what the exchange holds.
func rewrite(ctx context.Context, reply proto.Message) (any, error) {
	if a := exchangeOf(ctx).answer; a != nil {
		return a, nil
	}
	return reply, nil
}

// answerETag gives an answer the ETag that its etag field holds, and leaves out the body if the caller has it already.
func answerETag(ctx context.Context, w http.ResponseWriter, m proto.Message) error {
	ex := exchangeOf(ctx)
	if ex.answer != nil {
		m = ex.answer.message
	}
	if m == nil { // before the first message of a stream
		return nil
	}
	r := m.ProtoReflect()
	fd := r.Descriptor().Fields().ByName("etag")
	if fd == nil {
		return nil
	}
	tag := r.Get(fd).String()
	if tag == "" || strings.ContainsAny(tag, "\"\\\r\n") {
		return nil
	}
	w.Header().Set("ETag", `"`+tag+`"`)
	if (ex.method == http.MethodGet || ex.method == http.MethodHead) && matches(ex.ifNoneMatch, tag) {
		w.WriteHeader(http.StatusNotModified) // what is written after that is dropped by net/http
	}
	return nil
}

// callFailed answers a call that the server refused, or that the generated handler could not make.
func (g *gateway) callFailed(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	ex := exchangeOf(r.Context())
	s := status.Convert(err)
	if !ex.called && !hasInfo(s) {
		if ex.route == nil || !ex.route.hasBody {
			writeFault(w, ex, fault.Malformed("", "url", "the URL could not be read").Because(err))
			return
		}
		writeFault(w, ex, diagnose(ex.route, ex.body))
		return
	}
	s = faultstatus.Complete(s)
	writeStatus(w, ex, httpCode(ex, s), s)
}

// streamFailed is the status at the end of a stream that broke off.
func streamFailed(ctx context.Context, err error) *status.Status {
	ex := exchangeOf(ctx)
	if ex.route != nil && ex.route.file {
		panic(http.ErrAbortHandler) // net/http breaks the connection off, and logs nothing
	}
	s := faultstatus.Complete(status.Convert(err))
	retryAfter(ex.header, s) // of no effect once the stream has begun
	return s
}

// retryAfter tells in a header what RetryInfo tells in the body, in whole seconds.
func retryAfter(h http.Header, s *status.Status) {
	if retry := detail[*errdetails.RetryInfo](s); retry != nil && h != nil {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(retry.GetRetryDelay().AsDuration().Seconds()))))
	}
}

func notImplemented(msg string) *status.Status {
	return faultstatus.Of(fault.NoMethod(msg))
}

func writeFault(w http.ResponseWriter, ex *exchange, f *fault.Fault) {
	s := faultstatus.Of(f)
	writeStatus(w, ex, httpCode(ex, s), s)
}

// writeStatus answers with the status as gRPC callers get it, in JSON.
func writeStatus(w http.ResponseWriter, ex *exchange, code int, s *status.Status) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if code == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	retryAfter(h, s)
	body, err := codec{pretty: ex.pretty}.Marshal(s.Proto())
	if err != nil {
		code, body = http.StatusInternalServerError, []byte(`{"code":13,"message":"the error could not be written"}`)
	}
	w.WriteHeader(code)
	_, _ = w.Write(body)
}

// httpCode is the HTTP status that goes with s.
func httpCode(ex *exchange, s *status.Status) int {
	switch s.Code() {
	case codes.Aborted:
		if len(ex.ifMatch) > 0 && detail[*errdetails.ErrorInfo](s).GetReason() == fault.ReasonETagMismatch {
			return http.StatusPreconditionFailed
		}
	case codes.ResourceExhausted:
		if detail[*errdetails.RetryInfo](s) == nil {
			return http.StatusRequestEntityTooLarge
		}
	}
	return runtime.HTTPStatusFromCode(s.Code())
}

func hasInfo(s *status.Status) bool { return detail[*errdetails.ErrorInfo](s) != nil }

// detail finds the detail of one type.
func detail[T proto.Message](s *status.Status) (none T) {
	for _, d := range s.Details() {
		if m, ok := d.(T); ok {
			return m
		}
	}
	return none
}
