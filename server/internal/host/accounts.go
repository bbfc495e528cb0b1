package host

import (
	"context"
	"fmt"
	"time"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Operator is the principal who mediates negotiations that were recorded before there were members: the bearer of the token in
// the data directory.
const Operator = "mediator"

// Member finds what a principal is in the negotiation that name is in; nil if they are no member. It opens no negotiation.
func (h *Host) Member(name, principal string) *parleyv1.Member {
	return h.directory.state.Load().MemberOf(record.NegotiationOf(name), principal)
}

// TokenBySecret finds the token whose secret has the SHA-256; nil if there is none. Whether it is still valid is for the
// caller to see.
func (h *Host) TokenBySecret(hash []byte) *parleyv1.Token {
	return h.directory.state.Load().TokenBySecret(hash)
}

// Token finds a token by name as it is now; nil if there is none.
func (h *Host) Token(name string) *parleyv1.Token {
	t, _ := h.directory.state.Load().Token(name, record.Latest)
	return t
}

// WriteDirectory is Write for what concerns the server as a whole. Who may has been checked before.
func (h *Host) WriteDirectory(ctx context.Context, w Write) (Outcome, error) {
	w.Server = true
	out, err := h.directory.write(ctx, w)
	if err != nil {
		return Outcome{}, err
	}
	return out, nil
}

// WriteMember is WriteDirectory for a member of a negotiation, who has to speak for a party of it, if for any.
func (h *Host) WriteMember(ctx context.Context, w Write, m *parleyv1.Member) (Outcome, error) {
	l, err := h.Lens(ctx, w.Viewer, w.Negotiation, time.Unix(0, record.Latest))
	if err != nil {
		return Outcome{}, err
	}
	if p := m.GetParty(); p != "" {
		if found, err := l.Party(p); err != nil || found.GetDeleteTime() != nil || record.NegotiationOf(p) != w.Negotiation {
			return Outcome{}, fault.ReferenceNotFound("member.party", p)
		}
	}
	return h.WriteDirectory(ctx, w)
}

// knows tells whether whoever makes a write may know of a resource; nil if they may know of all.
func (j *job) knows(st *record.State) func(name string) bool {
	if j.Server || j.Lifts {
		return nil
	}
	return lens.New(st, j.Viewer, time.Unix(0, record.Latest)).Knows
}

// guard checks what an entry would do to who knows what. What the server writes into its own logs is nobody's secret.
func (n *negotiation) guard(before, after *record.State, j *job, e *ledgerv1.Entry) error {
	switch {
	case j.Server:
		return nil
	case j.Lifts:
		return lens.LiftGuard(before, after).Check(e)
	}
	return lens.NewGuard(before, after, j.Viewer).Check(e)
}

// firstMembers gives the directory's change by which a negotiation that it did not know gets its first member.
func (h *Host) firstMember(m *parleyv1.Negotiation) []*ledgerv1.Change {
	if h.directory.state.Load().HasMembers(m.GetName()) {
		return nil
	}
	principal := m.GetFirstMediator()
	if principal == "" { // recorded before there were members
		principal = Operator
	}
	return []*ledgerv1.Change{record.FirstMember(m.GetName(), principal, h.newID(), h.clock())}
}

// admitMembers gives every negotiation a first member that has none, as those recorded before there were members.
func (h *Host) admitMembers(ctx context.Context) error {
	var changes []*ledgerv1.Change
	for m := range h.directory.state.Load().Negotiations("", record.Latest) {
		changes = append(changes, h.firstMember(m)...)
	}
	if len(changes) == 0 {
		return nil
	}
	_, err := h.WriteDirectory(ctx, Write{Actor: serverActor, Method: "admitMembers", Command: fixed(changes...)})
	if err != nil {
		return fmt.Errorf("note the first members: %w", err)
	}
	return nil
}

// serverActor is who stands in the log as the author of what the server does by itself.
const serverActor = "parley"

// fixed is a command that does the same whatever the state is.
func fixed(changes ...*ledgerv1.Change) record.Command {
	return func(*record.State, record.Env) (*record.Draft, error) { return &record.Draft{Changes: changes}, nil }
}
