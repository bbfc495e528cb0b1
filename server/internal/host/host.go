// Package host runs negotiations: it loads them from the ledger, serialises and batches their writes, resolves conflicts,
// and hands out a Lens, never a State.
package host

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Host runs the negotiations of one ledger. All methods are safe for concurrent use.
type Host struct {
	ledger ledger.Ledger
	clock  func() time.Time
	newID  func() string
	stamp  atomic.Int64 // the latest time of an entry that is known, so that the present never runs behind the record

	running   sync.Map // resource name -> *negotiation; reading it takes no lock
	directory *negotiation

	mu      sync.Mutex
	loading map[string]*loading // by resource name; guarded by mu

	closing chan struct{} // closed when watches are to end
	sweeper sync.WaitGroup
}

// serverLogs begin the names of logs that are the server's own: the directory, and who looked at what in a negotiation.
const serverLogs = "_"

// Open loads the directory and adds what a crash kept out of it.
func Open(ctx context.Context, l ledger.Ledger, clock func() time.Time, newID func() string) (*Host, error) {
	h := &Host{ledger: l, clock: clock, newID: newID, loading: map[string]*loading{}, closing: make(chan struct{})}
	h.directory = &negotiation{host: h, log: record.DirectoryLog}
	if err := h.directory.load(ctx); err != nil {
		return nil, fmt.Errorf("load the directory: %w", err)
	}
	for name, err := range l.Negotiations(ctx, "") {
		if err != nil {
			return nil, fmt.Errorf("list negotiations: %w", err)
		}
		if strings.HasPrefix(name, serverLogs) {
			continue
		}
		if _, known := h.directory.state.Load().Negotiation(name, record.Latest); !known {
			if _, err := h.negotiation(ctx, name, false); err != nil {
				return nil, err
			}
		}
	}
	if err := h.admitMembers(ctx); err != nil {
		return nil, err
	}
	h.sweeper.Go(h.sweep)
	h.sweeper.Go(h.liftEmbargoes)
	return h, nil
}

// Now is the present moment in a negotiation, or in the directory for no name: not before any of its entries, also if
// the clock has been set back since. Of a negotiation that does not exist, or not for the viewer, it is the present all the
// same, so that the answer to a call that is wrong in other ways too does not tell whether there is one.
func (h *Host) Now(ctx context.Context, viewer lens.Viewer, name string) (time.Time, error) {
	if name != "" && h.shows(viewer, name) {
		_, err := h.negotiation(ctx, record.NegotiationOf(name), false)
		if err != nil && fault.Of(err).Reason != fault.ReasonResourceNotFound {
			return time.Time{}, err
		}
	}
	return time.Unix(0, max(h.clock().UnixNano(), h.stamp.Load())), nil
}

// shows tells whether a viewer may know of the negotiation that a name is in, as the directory has it. What is not for them is not
// opened on their account: that would take another time than to find that there is nothing.
func (h *Host) shows(viewer lens.Viewer, name string) bool {
	return lens.Sight(h.directory.state.Load(), viewer, record.NegotiationOf(name))
}

// NewIDFor makes an id for a new negotiation. A retry under the same request_id gets the same one, and so finds the log
// that the first try wrote; the request_id is the caller's random number, so the id tells no more than a random one.
func (h *Host) NewIDFor(actor, requestID string) string {
	if requestID == "" {
		return h.newID()
	}
	sum := sha256.Sum256([]byte("negotiation\x00" + actor + "\x00" + requestID))
	return "x" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// Directory shows the list of negotiations, their members, and tokens, to somebody who may be another in each negotiation.
func (h *Host) Directory(viewerOf func(negotiation string) lens.Viewer, at time.Time) *lens.Lens {
	return lens.Directory(h.directory.state.Load(), viewerOf, at)
}

// Lens shows a negotiation to a viewer as of a moment. The name may be that of anything in it.
func (h *Host) Lens(ctx context.Context, viewer lens.Viewer, name string, at time.Time) (*lens.Lens, error) {
	if !h.shows(viewer, name) {
		return nil, fault.Missing(name)
	}
	n, err := h.negotiation(ctx, record.NegotiationOf(name), false)
	if err != nil {
		return nil, fault.MissingAs(err, name) // not to tell a negotiation that there is from one that there is not
	}
	l := lens.New(n.state.Load(), viewer, at)
	if _, err := l.Negotiation(record.NegotiationOf(name)); err != nil {
		return nil, fault.Missing(name)
	}
	return l, nil
}

// negotiation finds a running negotiation or loads it. Unless it is to be created, one without entries is not found.
func (h *Host) negotiation(ctx context.Context, name string, create bool) (*negotiation, error) {
	if n, ok := h.running.Load(name); ok {
		return n.(*negotiation).touch(), nil
	}
	n, err := h.load(ctx, name, create)
	if err != nil {
		return nil, err
	}
	if n.state.Load().Seq() == 0 && !create {
		return nil, fault.Missing(name)
	}
	return n.touch(), nil
}

// loading is a negotiation on its way from the ledger into memory, for which any number of callers wait.
type loading struct {
	done   chan struct{}
	n      *negotiation
	err    error
	create bool // one of them wants to make it if there is none; guarded by Host.mu
}

// load reads a negotiation, once for all who ask for it at the same time, and whether or not they wait for the end.
func (h *Host) load(ctx context.Context, name string, create bool) (*negotiation, error) {
	h.mu.Lock()
	if n, ok := h.running.Load(name); ok { // came in while we looked
		h.mu.Unlock()
		return n.(*negotiation), nil
	}
	l, joined := h.loading[name]
	if !joined {
		l = &loading{done: make(chan struct{}), n: &negotiation{host: h, log: name}}
		h.loading[name] = l
		go h.finishLoading(context.WithoutCancel(ctx), l)
	}
	l.create = l.create || create
	h.mu.Unlock()
	select {
	case <-l.done:
		return l.n, l.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *Host) finishLoading(ctx context.Context, l *loading) {
	if l.err = l.n.load(ctx); l.err == nil {
		l.err = h.mirror(ctx, l.n.state.Load(), l.n.log)
	}
	h.mu.Lock()
	if l.err == nil && (l.create || l.n.state.Load().Seq() > 0) {
		h.running.Store(l.n.log, l.n.touch()) // nobody else can: whoever misses it joins this load
	}
	delete(h.loading, l.n.log)
	h.mu.Unlock()
	close(l.done)
}

// forgetEmpty drops a negotiation that was to be created and was not, unless another caller is about to.
func (h *Host) forgetEmpty(n *negotiation) {
	if n.state.Load().Seq() == 0 && n.leave() {
		h.running.CompareAndDelete(n.log, n)
	}
}

// mirror brings what the directory knows of a negotiation up to date: its line, and when something is due in it.
func (h *Host) mirror(ctx context.Context, st *record.State, name string) error {
	return errors.Join(h.mirrorLine(ctx, st, name), h.mirrorDue(ctx, st, name))
}

func (h *Host) mirrorLine(ctx context.Context, st *record.State, name string) error {
	m, ok := st.Negotiation(name, record.Latest)
	if !ok {
		return nil
	}
	if known, ok := h.directory.state.Load().Negotiation(name, record.Latest); ok && proto.Equal(known, m) {
		return nil
	}
	line := []*ledgerv1.Change{{Change: &ledgerv1.Change_Negotiation{Negotiation: m}}}
	_, err := h.WriteDirectory(ctx, Write{Actor: serverActor, Method: "mirror", Command: fixed(append(line, h.firstMember(m)...)...)})
	if err != nil {
		return fmt.Errorf("note %s in the directory: %w", name, err)
	}
	return nil
}

// Write is a request to change a negotiation.
type Write struct {
	Negotiation  string // resource name
	Viewer       lens.Viewer
	Actor        string // name of the principal
	Method       string // "CreateStance"
	RequestID    string // empty for none
	Digest       []byte // of the request without its id
	ValidateOnly bool
	Create       bool // the negotiation may be new
	Server       bool // the server writes for itself, or for one who may: nothing is hidden from it
	Lifts        bool // the server ends an embargo
	Command      record.Command
}

// Outcome is what a write led to: the resources that answer it, and a lens to read them by.
type Outcome struct {
	Lens    *lens.Lens
	Names   []string
	Matches []*parleyv1.PointMatch
}

// Write runs a command and answers when its entry is durable. A request_id that was seen before gets the first outcome.
func (h *Host) Write(ctx context.Context, w Write) (Outcome, error) {
	n, out, err := h.tryWrite(ctx, w)
	for errors.Is(err, errEvicted) { // between finding it and writing to it
		n, out, err = h.tryWrite(ctx, w)
	}
	if err != nil {
		return Outcome{}, err
	}
	if !w.ValidateOnly && (strings.HasSuffix(w.Method, "Negotiation") || w.Method == "Disclose") {
		return out, h.mirror(context.WithoutCancel(ctx), n.state.Load(), w.Negotiation)
	}
	return out, nil
}

func (h *Host) tryWrite(ctx context.Context, w Write) (*negotiation, Outcome, error) {
	n, err := h.negotiation(ctx, w.Negotiation, w.Create)
	if err != nil {
		return nil, Outcome{}, err
	}
	out, err := n.write(ctx, w)
	if w.Create {
		h.forgetEmpty(n)
	}
	return n, out, err
}

// EndWatches ends every watch, with an error that tells its caller to come back. It may be called more than once.
func (h *Host) EndWatches() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.closing:
	default:
		close(h.closing)
	}
}

// Close ends the watches and waits for writes under way. The ledger is closed by whoever opened it.
func (h *Host) Close() {
	h.EndWatches()
	h.sweeper.Wait()
	for _, n := range h.running.Range {
		n.(*negotiation).settle()
	}
	h.directory.settle()
}

// readFault names what was being read when the ledger failed; its own faults keep their reason, and a caller who went away or
// ran out of time is no failure of the ledger.
func readFault(log string, err error) error {
	var f *fault.Fault
	if errors.As(err, &f) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("read the log of %s: %w", log, err)
	}
	return fault.NotNow("the record cannot be read at the moment", fmt.Errorf("read the log of %s: %w", log, err))
}
