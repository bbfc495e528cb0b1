package host

import (
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// news holds the latest entries of a negotiation that is watched in memory, decoded, so that any number of watchers can be told
// them without reading the log.
type news struct {
	mu      sync.Mutex
	last    ledger.Seq    // of the newest entry that watchers may be told
	time    time.Time     // of that entry
	entries []*item       // up to it, without gaps
	changes int           // in these entries
	changed chan struct{} // closed with the next news
}

// How many entries, and changes in them, a watcher may be behind before it reads the log. The messages are shared with the state.
const (
	keptNews    = 512
	keptChanges = 16 << 10
)

// tell takes in the newest entries, the last of which has the seq; none where they were not at hand or nobody
// watches. It is called after the state that includes them was published.
func (n *news) tell(st *record.State, entries []*ledgerv1.Entry) {
	last := ledger.Seq(st.Seq())
	n.mu.Lock()
	defer n.mu.Unlock()
	if last != n.last+ledger.Seq(len(entries)) {
		n.entries, n.changes = nil, 0 // some are missing in between
	}
	n.last, n.time = last, time.Unix(0, st.Time())
	for _, e := range entries {
		n.entries = append(n.entries, &item{entry: e})
		n.changes += len(e.GetChanges())
	}
	n.trim()
	if n.changed != nil {
		close(n.changed)
		n.changed = nil
	}
}

// trim lets go of the oldest entries that are more than is kept; their memory goes when the slice next grows.
func (n *news) trim() {
	for len(n.entries) > keptNews || n.changes > keptChanges {
		n.changes -= len(n.entries[0].entry.GetChanges())
		n.entries = n.entries[1:]
	}
}

// more is what there is to tell after a seq.
type more struct {
	upTo    ledger.Seq      // the newest entry there is
	time    time.Time       // of that entry
	entries []*item         // those up to it
	gap     bool            // they are not all at hand: read the log
	changed <-chan struct{} // closed when there is more
}

func (n *news) after(told ledger.Seq) more {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.changed == nil {
		n.changed = make(chan struct{})
	}
	m := more{upTo: n.last, time: n.time, changed: n.changed}
	switch behind := int(n.last) - int(told); {
	case behind <= 0:
	case behind <= len(n.entries):
		m.entries = n.entries[len(n.entries)-behind:]
	default:
		m.gap = true
	}
	return m
}

// item is an entry, and what watchers have been shown of it: it is worked out and encoded once for all who are the same viewer, as most
// who watch are.
type item struct {
	entry *ledgerv1.Entry

	mu    sync.Mutex
	views map[lens.Viewer]view
	bytes int // of the views
}

// mostViewed is how many bytes of views an item keeps; what goes beyond is worked out again for each who asks.
const mostViewed = 16 << 10

// view is what a viewer is shown of an entry, and what of it was entrusted to them.
type view struct {
	Shown
	entrusted []entrusted
}

// entrusted is a resource and the party that entrusted it.
type entrusted struct{ party, resource string }

// Shown is an entry as a viewer may see it, and its form on the wire. Others are shown the same: it is not to be changed.
type Shown struct {
	Entry *parleyv1.Entry // nil if there is nothing in it for them to know
	Wire  []byte
}

// show gives what a viewer is shown of an entry, given a state that has it, and notes what they were entrusted with. What an entry
// shows is the same in every later state.
func (i *item) show(st *record.State, viewer lens.Viewer, trust *Trust) (Shown, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	v, ok := i.views[viewer]
	if !ok {
		v.Entry = lens.Entry(st, viewer, i.entry, func(party, resource string) { v.entrusted = append(v.entrusted, entrusted{party, resource}) })
		var err error
		if v.Wire, err = proto.Marshal(v.Entry); err != nil {
			return Shown{}, fmt.Errorf("encode an entry: %w", err)
		}
		i.keep(viewer, v)
	}
	for _, e := range v.entrusted {
		if trust != nil {
			trust.Note(e.party, e.resource)
		}
	}
	return v.Shown, nil
}

func (i *item) keep(viewer lens.Viewer, v view) {
	if i.bytes += len(v.Wire); i.bytes > mostViewed {
		return
	}
	if i.views == nil {
		i.views = map[lens.Viewer]view{}
	}
	i.views[viewer] = v
}
