package host

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Accesses are kept in a log of their own beside that of the negotiation: who reads must leave no trace in what others read. As the
// accesses to what all parties have told share that log, and its times only rise, each has the time of the reading instead.

// accessLog names the log of accesses to a negotiation.
func accessLog(negotiation string) string { return serverLogs + "access/" + negotiation }

// Trust collects what a call lays open that parties have entrusted to mediators. It belongs to one call.
type Trust struct {
	Principal string
	Method    string
	seen      map[string]map[string]bool // by party, names of resources
}

// Note takes down a resource of a party. Its signature is that of lens.Lens.Watched.
func (t *Trust) Note(party, resource string) {
	if t.seen == nil {
		t.seen = map[string]map[string]bool{}
	}
	if t.seen[party] == nil {
		t.seen[party] = map[string]bool{}
	}
	t.seen[party][resource] = true
}

// note is Note, or nil for no Trust.
func (t *Trust) note() func(party, resource string) {
	if t == nil {
		return nil
	}
	return t.Note
}

// mostNoted is how many resources one access names at the most; more make further accesses.
const mostNoted = 1000

// accessPeriod is how long the same reading by the same principal counts as one.
const accessPeriod = time.Hour

// NoteAccesses records what a call has laid open, before it is answered, and forgets it then. What was noted already costs a
// lookup. What belongs to a party and is about something that the party may not know of is not noted: they would learn of it.
func (h *Host) NoteAccesses(ctx context.Context, t *Trust) error {
	if len(t.seen) == 0 {
		return nil
	}
	var negotiation string
	var noted []*parleyv1.Access
	now := h.clock()
	for party, resources := range t.seen {
		negotiation = record.NegotiationOf(party)
		known, err := h.knownTo(ctx, party, resources)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(known, mostNoted) {
			a := &parleyv1.Access{Party: party, Principal: t.Principal, Method: t.Method, Resources: part, CreateTime: timestamppb.New(now)}
			a.Name = negotiation + "/accesses/" + accessID(a)
			noted = append(noted, a)
		}
	}
	t.seen = nil
	if len(noted) == 0 {
		return nil
	}
	n, err := h.negotiation(ctx, accessLog(negotiation), true)
	if err != nil {
		return err
	}
	if len(fresh(n.state.Load(), noted)) == 0 {
		return nil
	}
	if _, err := h.Write(ctx, Write{Negotiation: n.log, Create: true, Server: true, Actor: t.Principal, Method: "NoteAccesses", Command: noteAccesses(noted)}); err != nil {
		return fmt.Errorf("note who looked: %w", err)
	}
	return nil
}

// knownTo gives those of some resources that a party may know of, sorted.
func (h *Host) knownTo(ctx context.Context, party string, resources map[string]bool) ([]string, error) {
	n, err := h.negotiation(ctx, record.NegotiationOf(party), false)
	if err != nil {
		return nil, err
	}
	st, viewer := n.state.Load(), lens.Viewer{Table: true, Party: party}
	return slices.DeleteFunc(sorted(resources), func(name string) bool { return !lens.Sight(st, viewer, name) }), nil
}

// fresh gives the accesses that are not recorded yet.
func fresh(st *record.State, list []*parleyv1.Access) (out []*parleyv1.Access) {
	for _, a := range list {
		if _, ok := st.Access(a.GetName(), record.Latest); !ok {
			out = append(out, a)
		}
	}
	return out
}

func noteAccesses(list []*parleyv1.Access) record.Command {
	return func(st *record.State, _ record.Env) (*record.Draft, error) {
		d := &record.Draft{}
		for _, a := range fresh(st, list) {
			d.Changes = append(d.Changes, &ledgerv1.Change{Change: &ledgerv1.Change_Access{Access: a}})
		}
		return d, nil
	}
}

// accessID is the same for the same reading in the same period.
func accessID(a *parleyv1.Access) string {
	sum := sha256.New()
	for _, part := range append([]string{a.GetParty(), a.GetPrincipal(), a.GetMethod(), a.GetCreateTime().AsTime().Truncate(accessPeriod).Format(time.RFC3339)}, a.GetResources()...) {
		_, _ = fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return "x" + strings.ToLower(base32.StdEncoding.EncodeToString(sum.Sum(nil)[:10]))
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for name := range set {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Accesses shows the accesses to a negotiation to a principal, who must be able to see the negotiation itself.
func (h *Host) Accesses(ctx context.Context, viewer lens.Viewer, principal, name string, at time.Time) (*lens.Accesses, error) {
	if _, err := h.Lens(ctx, viewer, name, at); err != nil {
		return nil, err
	}
	n, err := h.negotiation(ctx, accessLog(record.NegotiationOf(name)), true)
	if err != nil {
		return nil, err
	}
	defer h.forgetEmpty(n)
	return lens.ShowAccesses(n.state.Load(), viewer, principal, at), nil
}
