package daemon_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// twin is one of two servers.
type twin struct {
	*server
	conn   *grpc.ClientConn
	web    *http.Client
	tokens map[string]string // by principal
}

func newTwin(t *testing.T, on *stage, pageKey []byte) *twin {
	t.Helper()
	on.clock.Store(on.began.UnixNano())
	dir := t.TempDir()
	if pageKey != nil {
		if err := os.WriteFile(filepath.Join(dir, access.KeyFile), pageKey, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := &twin{tokens: map[string]string{}, web: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}
	made := map[string]int{}
	w.server = startWith(t, daemon.Config{
		DataDir: dir, Clock: on.now, Limits: daemon.WithRates(1e6, 1e6),
		NewID: func() string {
			on.mu.Lock()
			defer on.mu.Unlock()
			made[on.scene]++
			sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", on.scene, made[on.scene]))
			return "x" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
		},
	}, nil)
	t.Cleanup(w.web.CloseIdleConnections)
	conn, err := grpc.NewClient(w.GRPCAddr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	w.conn, w.tokens["operator"] = conn, w.Token
	for _, who := range append(slices.Clone(viewers[1:]), newcomer) {
		on.enter("token of " + who)
		made, err := w.mediator.Tokens.CreateToken(t.Context(), &parleyv1.CreateTokenRequest{TokenId: who, Token: &parleyv1.Token{Principal: who, Admin: who == "root"}})
		if err != nil {
			t.Fatal(err)
		}
		w.tokens[who] = made.GetSecret()
	}
	return w
}

// question is one call of a method.
type question struct {
	method protoreflect.MethodDescriptor
	req    proto.Message
	over   transport
	ok     bool // was answered, and not by an error
}

func (c question) String() string {
	if c.over != byGRPC {
		verb, path, body := inREST(c.method, c.req)
		return fmt.Sprintf("%s %s %s (%s, as %s)", verb, path, body, c.method.Name(), c.over)
	}
	return fmt.Sprintf("%s %s", c.method.Name(), protojson.Format(c.req))
}

// reply is everything that a caller gets.
type reply struct {
	head string // header, trailer and status
	body []byte
	msg  proto.Message // over gRPC, what the body says
	ok   bool
	next string // the token of the next page
}

// String tells a reply to people.
func (r reply) String() string {
	if r.msg != nil {
		return r.head + "\n" + protojson.Format(r.msg)
	}
	return r.head + "\n" + string(r.body)
}

// ask makes a call, as somebody.
func (w *twin) ask(ctx context.Context, who string, c question) reply {
	switch {
	case c.method.IsStreamingClient():
		return w.upload(ctx, who, c)
	case c.method.Name() == "WatchNegotiation" && c.over == byGRPC:
		return w.watch(ctx, who, c.req.(*parleyv1.WatchNegotiationRequest))
	case c.method.IsStreamingServer() && c.over == byGRPC:
		return w.stream(ctx, who, c)
	case c.over == byGRPC:
		return w.unary(ctx, who, c)
	}
	return w.overHTTP(ctx, who, c)
}

func (w *twin) as(ctx context.Context, who string) context.Context {
	if token := w.tokens[who]; token != "" {
		return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}
	return ctx
}

func fullName(m protoreflect.MethodDescriptor) string {
	return fmt.Sprintf("/%s/%s", m.Parent().FullName(), m.Name())
}

func (w *twin) unary(ctx context.Context, who string, c question) reply {
	var header, trailer metadata.MD
	out := answer(c.method)
	err := w.conn.Invoke(w.as(ctx, who), fullName(c.method), c.req, out, grpc.Header(&header), grpc.Trailer(&trailer))
	return replyOf(out, err, header, trailer)
}

func replyOf(out proto.Message, err error, header, trailer metadata.MD) reply {
	if made, ok := out.(*parleyv1.Token); ok {
		made.Secret = ""
	}
	body, encoding := proto.MarshalOptions{Deterministic: true}.Marshal(out)
	r := reply{head: fmt.Sprint(plain(header), plain(trailer), encoding), body: body, msg: out, ok: err == nil}
	if err != nil {
		r.head += protojson.MarshalOptions{}.Format(status.Convert(err).Proto())
	}
	if fd := out.ProtoReflect().Descriptor().Fields().ByName("next_page_token"); fd != nil {
		r.next = out.ProtoReflect().Get(fd).String()
	}
	return r
}

// plain gives metadata that prints its values, which metadata.MD keeps to itself.
func plain(md metadata.MD) map[string][]string { return md }

// upload sends a revision in parts: what it is in the first, its points in another.
func (w *twin) upload(ctx context.Context, who string, c question) reply {
	ctx, cancel := context.WithCancel(w.as(ctx, who))
	defer cancel()
	stream, err := w.conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true}, fullName(c.method))
	if err != nil {
		return replyOf(answer(c.method), err, nil, nil)
	}
	for _, piece := range inPieces(c.req.(*parleyv1.UploadRevisionRequest)) {
		_ = stream.SendMsg(piece) // an error comes with the answer
	}
	_ = stream.CloseSend()
	out := answer(c.method)
	err = stream.RecvMsg(out)
	header, headerErr := stream.Header()
	return replyOf(out, err, header, stream.Trailer()).with(headerErr)
}

// inPieces sends the last point of a text by itself.
func inPieces(req *parleyv1.UploadRevisionRequest) []*parleyv1.UploadRevisionRequest {
	points := req.GetCommit().GetText().GetPoints()
	if len(points) == 0 {
		return []*parleyv1.UploadRevisionRequest{req}
	}
	begun, last := proto.CloneOf(req), &parleyv1.CommitRevisionRequest_Text{Points: points[len(points)-1:]}
	begun.GetCommit().GetText().Points = points[:len(points)-1]
	return []*parleyv1.UploadRevisionRequest{begun, {Piece: &parleyv1.UploadRevisionRequest_Text{Text: last}}}
}

func (r reply) with(err error) reply {
	if err != nil {
		r.head += "\n" + status.Code(err).String()
	}
	return r
}

// Tokens to resume by and to authenticate by are fresh ones each time; only their length can tell anything.
var freshToken = regexp.MustCompile(`(?m)"(resume_token|secret)": ?"([^"]*)"|^id: (.*)$`)

func withoutTokens(s []byte) []byte {
	return freshToken.ReplaceAllFunc(s, func(found []byte) []byte { return fmt.Appendf(nil, "a token of %d bytes", len(found)) })
}

// watch tells what a watch tells until it has caught up.
func (w *twin) watch(ctx context.Context, who string, req *parleyv1.WatchNegotiationRequest) reply {
	ctx, cancel := context.WithCancel(w.as(ctx, who))
	defer cancel()
	stream, err := parleyv1.NewLogServiceClient(w.conn).WatchNegotiation(ctx, req)
	var out strings.Builder
	caughtUp := false
	for err == nil && !caughtUp {
		var step *parleyv1.WatchNegotiationResponse
		if step, err = stream.Recv(); err == nil {
			_, _ = fmt.Fprintf(&out, "%s\n", toJSON(step))
			caughtUp = step.GetProgress() != nil
		}
	}
	header, _ := stream.Header()
	r := reply{head: fmt.Sprint(plain(header)), body: withoutTokens([]byte(out.String())), ok: err == nil}
	if err != nil {
		r.head += fmt.Sprint(plain(stream.Trailer()), protojson.Format(status.Convert(err).Proto()))
	}
	return r
}

// stream tells what a stream tells to its end.
func (w *twin) stream(ctx context.Context, who string, c question) reply {
	ctx, cancel := context.WithCancel(w.as(ctx, who))
	defer cancel()
	stream, err := w.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, fullName(c.method))
	if err == nil {
		err = errors.Join(stream.SendMsg(c.req), stream.CloseSend())
	}
	var out strings.Builder
	for err == nil {
		piece := answer(c.method)
		if err = stream.RecvMsg(piece); err == nil {
			_, _ = fmt.Fprintln(&out, toJSON(piece))
		}
	}
	header, _ := stream.Header()
	r := reply{head: fmt.Sprint(plain(header), plain(stream.Trailer())), body: []byte(out.String()), ok: errors.Is(err, io.EOF)}
	if !r.ok {
		r.head += protojson.Format(status.Convert(err).Proto())
	}
	return r
}

func (w *twin) overHTTP(ctx context.Context, who string, c question) reply {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	verb, path, body := inREST(c.method, c.req)
	resp, err := w.send(ctx, who, verb, path, body, c.over == byEvents)
	if err != nil {
		return reply{head: err.Error()}
	}
	defer func() { _ = resp.Body.Close() }()
	r := reply{head: fmt.Sprintf("%s %v", resp.Status, resp.Header), ok: resp.StatusCode == http.StatusOK}
	if c.method.IsStreamingServer() {
		r.body = withoutTokens(untilCaughtUp(resp.Body))
		return r
	}
	if r.body, err = io.ReadAll(resp.Body); err != nil {
		r.head += err.Error()
	}
	r.body = withoutTokens(r.body)
	var page struct {
		Next string `json:"next_page_token"`
	}
	if r.ok && json.Unmarshal(r.body, &page) == nil {
		r.next = page.Next
	}
	return r
}

func (w *twin) send(ctx context.Context, who, verb, path, body string, events bool) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, verb, "http://"+w.RESTAddr+path, strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the test asks for %q: %w", path, err)
	}
	if token := w.tokens[who]; token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if events {
		req.Header.Set("Accept", "text/event-stream")
	}
	resp, err := w.web.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", verb, err)
	}
	resp.Header.Del("Date") // the time of day
	return resp, nil
}

// untilCaughtUp reads a stream up to its first progress mark, or to its end.
func untilCaughtUp(body io.Reader) []byte {
	var out []byte
	for lines := bufio.NewReader(body); ; {
		line, err := lines.ReadBytes('\n')
		out = append(out, line...)
		if err != nil || strings.Contains(string(line), `"progress"`) {
			return out
		}
	}
}

// openToAll is what else a server tells whoever asks.
var openToAll = []string{"/openapi.json", "/healthz", "/metrics", "/", "/v1", "/debug/pprof/"}

// page reads something that is open to all.
func (w *twin) page(ctx context.Context, who, path string) reply {
	resp, err := w.send(ctx, who, http.MethodGet, path, "", false)
	if err != nil {
		return reply{head: err.Error()}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return reply{head: fmt.Sprintf("%s %v %v", resp.Status, resp.Header, err), body: body}
}
