package daemon_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/rpc"
)

var update = flag.Bool("update", false, "write the table of roles into docs/access.md")

// column is a role as the table of docs/access.md has it, and somebody at a table who has it.
type column struct {
	title string
	role  rpc.Role
	who   func(*table) string // the secret of their token; empty for none
}

func columns() []column {
	of := func(who string) func(*table) string { return func(x *table) string { return x.secrets[who] } }
	return []column{
		{"mediator", rpc.Mediator, of("maria")},
		{"delegate", rpc.Delegate, of("anna")},
		{"observer", rpc.Observer, of("olga")},
		{"analyst", rpc.Analyst, of("ines")},
		{"public", rpc.Public, of("")},
		{"admin", rpc.Admin, of("root")},
	}
}

// Every method of every service that the server has must have a role, and a row in docs/access.md that says the same.
func TestTheTableOfRolesIsInTheDocuments(t *testing.T) {
	s := start(t, t.TempDir())
	var rows strings.Builder
	rows.WriteString("| method |")
	for _, c := range columns() {
		rows.WriteString(" " + c.title + " |")
	}
	rows.WriteString("\n|---|" + strings.Repeat("---|", len(columns())) + "\n")
	for _, name := range registeredMethods(t, s) {
		may, known := rpc.Roles[name]
		if !known || may == 0 {
			t.Errorf("nobody may call %s: it needs a line in rpc.Roles", name)
		}
		_, _ = fmt.Fprintf(&rows, "| `%s` |", name)
		for _, c := range columns() {
			rows.WriteString(map[bool]string{true: " yes |", false: " |"}[may&c.role != 0])
		}
		rows.WriteString("\n")
	}
	path := filepath.Join("..", "..", "..", "docs", "access.md")
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- roles -->\n", "<!-- /roles -->"
	before, rest, opened := strings.Cut(string(doc), begin)
	is, after, closed := strings.Cut(rest, end)
	if !opened || !closed {
		t.Fatalf("%s has no table between %q and %q", path, begin, end)
	}
	if want := rows.String(); is != want && !*update {
		t.Errorf("the table in %s is not that of rpc.Roles; go test -run %s -update writes it:\n%s", path, t.Name(), want)
	}
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+rows.String()+end+after), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
	}
}

// registeredMethods lists the methods of the API that a server has, as it tells by itself: "PlanService/GetPlan", by service.
func registeredMethods(t *testing.T, s *server) (out []string) {
	t.Helper()
	stream, err := reflectionv1.NewServerReflectionClient(dialRaw(t, s)).ServerReflectionInfo(t.Context())
	if err == nil {
		err = stream.Send(&reflectionv1.ServerReflectionRequest{MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{}})
	}
	if err != nil {
		t.Fatal(err)
	}
	list, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range list.GetListServicesResponse().GetService() {
		service, ours := strings.CutPrefix(each.GetName(), "parley.v1.")
		if !ours {
			continue
		}
		for _, m := range allMethods() {
			if string(m.Parent().Name()) == service {
				out = append(out, service+"/"+string(m.Name()))
			}
		}
	}
	if len(out) != len(allMethods()) {
		t.Errorf("the server has %d methods, the schema %d", len(out), len(allMethods()))
	}
	for name := range rpc.Roles {
		if !slices.Contains(out, name) {
			t.Errorf("rpc.Roles has %s, which no service has", name)
		}
	}
	return out
}

func dialRaw(t *testing.T, s *server) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(s.GRPCAddr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Every method refuses those whom the table refuses, and nobody else, whatever else is wrong with the call.
func TestEveryMethodKeepsToTheTableOfRoles(t *testing.T) {
	x := newTable(t)
	conn := dialRaw(t, x.server)
	x.bearer(t, "dora", false)
	talks(t, x.server, "other")
	must(t)(x.mediator.Members.CreateMember(t.Context(), &parleyv1.CreateMemberRequest{Parent: "negotiations/other", Member: &parleyv1.Member{Principal: "dora", Role: parleyv1.Member_ROLE_MEDIATOR}}))
	elsewhere := column{"mediator of another negotiation", rpc.Public, func(x *table) string { return x.secrets["dora"] }}
	for _, m := range allMethods() {
		name := string(m.Parent().Name()) + "/" + string(m.Name())
		for _, c := range append(columns(), elsewhere) {
			// Whoever has a role is also one of the public.
			may := rpc.Roles[name]&(c.role|rpc.Public) != 0
			err := x.attemptAs(t.Context(), conn, c.who(x), m)
			if got := status.Code(err); (got == codes.PermissionDenied) == may {
				t.Errorf("%s by %s: %v; the table says %v", name, c.title, err, may)
			}
		}
	}
}

// attemptAs calls a method with a request that is well-formed, about what is not there or under an id that nobody may choose, so
// that nothing comes of it.
func (x *table) attemptAs(ctx context.Context, conn *grpc.ClientConn, secret string, m protoreflect.MethodDescriptor) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if secret != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+secret)
	}
	desc := &grpc.StreamDesc{ServerStreams: m.IsStreamingServer(), ClientStreams: m.IsStreamingClient()}
	stream, err := conn.NewStream(ctx, desc, fmt.Sprintf("/%s/%s", m.Parent().FullName(), m.Name()))
	if err == nil {
		err = stream.SendMsg(x.harmless(m))
	}
	if err == nil || errors.Is(err, io.EOF) { // io.EOF: RecvMsg has the reason
		_ = stream.CloseSend()
		err = stream.RecvMsg(newMessage(m.Output()).Interface())
	}
	return err
}

func (x *table) harmless(m protoreflect.MethodDescriptor) proto.Message {
	p := &filler{negotiation: x.n, names: map[string][]string{
		"parley/Negotiation": {x.n}, "parley/Demand": {x.n + "/parties/a/demands/none"}, "parley/Party": {x.n + "/parties/a"},
		"parley/Revision": {x.plan + "/revisions/none"}, "parley/Point": {x.plan + "/revisions/none/points/p"}, "parley/Plan": {x.n + "/plans/none"},
		"parley/Entry": {x.n + "/entries/t20250101-000000-000000000"}, "parley/Token": {"tokens/none"},
	}}
	for _, kind := range []string{"stances", "claims", "events", "sources", "assessments", "objections", "valuations", "disclosures", "members", "accesses"} {
		typeOf := "parley/" + strings.ToUpper(kind[:1]) + strings.TrimSuffix(kind[1:], "s")
		if kind == "accesses" {
			typeOf = "parley/Access"
		}
		p.names[typeOf] = []string{x.n + "/" + kind + "/none"}
	}
	if slices.Contains([]string{"DeleteParty", "UpdateParty", "UndeleteParty"}, string(m.Name())) {
		p.names["parley/Party"] = []string{x.n + "/parties/none"}
	}
	req := newMessage(m.Input()).Interface()
	p.fill(req.ProtoReflect(), 0)
	made := req.ProtoReflect()
	if fd := made.Descriptor().Fields().ByName("validate_only"); fd != nil {
		made.Set(fd, protoreflect.ValueOfBool(true))
	}
	reserveIDs(req.ProtoReflect())
	return req
}

// reserveIDs has every new resource of a request get an id that only delegates of b may choose, and the words that rules over several
// fields want.
func reserveIDs(m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		switch {
		case strings.HasSuffix(string(fd.Name()), "_id") && fd.Name() != "request_id":
			m.Set(fd, protoreflect.ValueOfString("b--own--x"))
		case fd.Name() == "statement" || fd.Name() == "judge":
			m.Set(fd, protoreflect.ValueOfString("words"))
		case fd.FullName() == "parley.v1.Claim.Response.party":
			m.Set(fd, protoreflect.ValueOfString("negotiations/peace/parties/a"))
		case fd.Message() != nil && !fd.IsList() && !fd.IsMap() && m.Has(fd):
			reserveIDs(m.Mutable(fd).Message())
		case fd.IsList() && fd.Message() != nil:
			for j := range m.Get(fd).List().Len() {
				reserveIDs(m.Get(fd).List().Get(j).Message())
			}
		}
	}
}
