package gateway

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// The forms of a stream: one JSON object a line, or server-sent events, whose ids are the tokens to resume by.
const (
	linesType  = "application/x-ndjson"
	eventsType = "text/event-stream"
)

// lines writes a stream as one message a line, and as its last line `{"error": …}` if it broke off.
type lines struct{ codec }

// ContentType is JSON for a stream that failed before it began.
func (lines) ContentType(v any) string { return contentType(v, linesType) }

// Marshal writes one message of a stream, out of the map that the generated code puts it in.
func (c lines) Marshal(v any) ([]byte, error) {
	if m, ok := messageOf(v); ok {
		return c.codec.Marshal(m)
	}
	return c.codec.Marshal(v)
}

// events writes a stream as server-sent events: `entry`, `entries` and `progress` of a watch, `message` of others, and `error` if it
// broke off.
type events struct{ codec }

// ContentType is JSON for a stream that failed before it began.
func (events) ContentType(v any) string { return contentType(v, eventsType) }

// Marshal writes one message of a stream as one event.
func (c events) Marshal(v any) ([]byte, error) {
	m, ok := messageOf(v)
	if !ok {
		data, err := c.codec.Marshal(v)
		return event("", "error", data), err
	}
	data, err := c.codec.Marshal(m)
	step, _ := m.(*parleyv1.WatchNegotiationResponse)
	return event(step.GetResumeToken(), stepOf(step), data), err
}

func event(id, name string, data []byte) []byte {
	var b bytes.Buffer
	if id != "" {
		fmt.Fprintf(&b, "id: %s\n", id)
	}
	fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", name, bytes.TrimSuffix(data, []byte("\n")))
	return b.Bytes()
}

// stepOf names what a message of a watch tells: "entry", "entries" or "progress". Those of other streams are all alike: "message".
func stepOf(m *parleyv1.WatchNegotiationResponse) string {
	r := m.ProtoReflect()
	if fd := r.WhichOneof(r.Descriptor().Oneofs().ByName("step")); fd != nil {
		return string(fd.Name())
	}
	return "message"
}

// messageOf takes a message of a stream out of its wrapping; false for an error.
func messageOf(v any) (proto.Message, bool) {
	wrapped, ok := v.(map[string]any)
	if !ok {
		return nil, false
	}
	m, ok := wrapped["result"].(proto.Message)
	return m, ok
}

// contentType is that of a stream, or of the error in its place.
func contentType(v any, stream string) string {
	switch v := v.(type) {
	case *spb.Status:
		return codec{}.ContentType(v)
	case map[string]proto.Message:
		return codec{}.ContentType(v)
	}
	return stream
}

// streaming prepares for an answer that may take days: the form that the caller wants, from where a browser that comes back
// goes on, and no deadline on the connection, which would end it.
func (ex *exchange) streaming(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // where that cannot be set, none is set
	ex.header = w.Header()
	form := linesType
	if ex.wantsEvents {
		form = eventsType
	}
	resumes := ex.route.request.Descriptor().Fields().ByName("resume_token") != nil
	if resumes && ex.wantsEvents && ex.lastEvent != "" && !ex.query.Has("resume_token") {
		ex.query.Set("resume_token", ex.lastEvent)
		r.URL.RawQuery = ex.query.Encode()
	}
	r.Header.Set("Accept", form)
}

// wantsEvents tells whether a caller asks for server-sent events.
func wantsEvents(r *http.Request) bool {
	return slices.ContainsFunc(r.Header.Values("Accept"), func(v string) bool { return strings.Contains(v, eventsType) })
}
