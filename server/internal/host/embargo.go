package host

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// An embargo that ends is an entry like any other, which the server makes by itself: so it comes in its order in the log and on
// watches, and what was known when can be read by as_of. The directory knows which negotiation has one that ends next, so
// that none has to be opened to find out; one that ended while the server was down ends when it starts.

// embargoRetry is how long to wait after an embargo could not be lifted, because the ledger failed.
const embargoRetry = 5 * time.Second

// liftEmbargoes lifts every embargo when it ends, until the host closes.
func (h *Host) liftEmbargoes() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for {
		more := h.directory.news.after(0)
		wait := h.liftDue(ctx)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-more.changed:
		case <-h.closing:
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// liftDue lifts the embargoes that have ended, and says how long it is to the end of the next.
func (h *Host) liftDue(ctx context.Context) time.Duration {
	next := 24 * time.Hour
	for negotiation, at := range h.directory.state.Load().Due() {
		wait := time.Duration(at - h.clock().UnixNano())
		if wait <= 0 {
			if wait = embargoRetry; h.liftIn(ctx, negotiation) == nil {
				continue // the directory has news, which is looked at next
			}
		}
		next = min(next, wait)
	}
	return next
}

// liftIn lifts the embargoes of a negotiation that have ended. One of them may have been on the negotiation itself.
func (h *Host) liftIn(ctx context.Context, name string) error {
	for {
		n, err := h.negotiation(ctx, name, false)
		if err != nil {
			return err
		}
		disclosure, at := n.state.Load().NextEmbargo()
		if disclosure == "" || at > h.clock().UnixNano() {
			return h.mirror(ctx, n.state.Load(), name)
		}
		if err := h.lift(ctx, n, disclosure); err != nil && !errors.Is(err, errEvicted) {
			return err
		}
	}
}

// lift ends one embargo. What cannot be told, as it names what its new readers may not know of, is held back.
func (h *Host) lift(ctx context.Context, n *negotiation, name string) error {
	var held []string
	for {
		_, err := n.write(ctx, Write{
			Negotiation: n.log, Actor: serverActor, Method: "LiftEmbargo", Lifts: true, Command: record.LiftEmbargo(name, held),
		})
		stuck := heldBack(n.state.Load(), name, err)
		if stuck == "" || slices.Contains(held, stuck) {
			return err
		}
		held = append(held, stuck)
	}
}

// heldBack finds the resource of a disclosure that a fault is about; empty if it is another fault.
func heldBack(st *record.State, disclosure string, err error) string {
	if err == nil || fault.Of(err).Reason != fault.ReasonAudienceTooWide {
		return ""
	}
	d, _ := st.Disclosure(disclosure, record.Latest)
	for _, name := range []string{fault.Of(err).Meta["subject"], fault.Of(err).Meta["resource"]} {
		if slices.Contains(d.GetResources(), name) {
			return name
		}
	}
	return ""
}

// mirrorDue has the directory know when the next embargo of a negotiation ends.
func (h *Host) mirrorDue(ctx context.Context, st *record.State, name string) error {
	_, at := st.NextEmbargo()
	if h.directory.state.Load().DueAt(name) == at {
		return nil
	}
	_, err := h.WriteDirectory(ctx, Write{Actor: serverActor, Method: "mirror", Command: fixed(record.DueChange(name, at))})
	return err
}
