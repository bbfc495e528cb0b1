package record

import (
	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

var eventNoun = noun[*parleyv1.Event]{
	field: "event", plural: "events",
	table: func(s *State) *table[*parleyv1.Event] { return s.events },
	change: func(m *parleyv1.Event) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Event{Event: m}}
	},
	settle: settleEvent,
}

// CreateEvent records a new event.
func CreateEvent(req *parleyv1.CreateEventRequest) Command {
	return eventNoun.creating(req.GetParent(), req.GetEventId(), req.GetEvent())
}

// UpdateEvent changes fields of an event.
func UpdateEvent(req *parleyv1.UpdateEventRequest) Command {
	return eventNoun.updating(req.GetEvent(), req.GetUpdateMask())
}

// DeleteEvent deletes an event softly.
func DeleteEvent(req *parleyv1.DeleteEventRequest) Command { return eventNoun.deleting(req) }

// UndeleteEvent brings a deleted event back.
func UndeleteEvent(req *parleyv1.UndeleteEventRequest) Command { return eventNoun.undeleting(req) }

// BatchCreateEvents records several events, all or none.
func BatchCreateEvents(req *parleyv1.BatchCreateEventsRequest) Command {
	return eventNoun.batching(itemsOf(req.GetParent(), req.GetRequests(), func(item *parleyv1.CreateEventRequest) (string, *parleyv1.Event) {
		return item.GetEventId(), item.GetEvent()
	}))
}

// settleEvent resolves the alias `latest`, and keeps an event from being part of itself.
func settleEvent(st *State, m *parleyv1.Event, path string) error {
	st.resolveAll(m.GetAbout())
	above := func(name string) string {
		if st.hidden(name) { // is not there, as the check of references will say
			return ""
		}
		e, _ := st.events.get(name, Latest)
		return e.GetPartOf()
	}
	if chain := ascent(m.GetName(), m.GetPartOf(), above); chain > maxDepth {
		return fault.LimitExceeded(path+".part_of", "event_depth", chain, maxDepth)
	} else if chain < 0 {
		return fault.ReferenceCycle(path+".part_of", m.GetName())
	}
	return nil
}

// ascent counts the steps up from a resource to the last one above it; -1 if the way leads back to it.
func ascent(name, first string, above func(string) string) int {
	steps := 0
	for at := first; at != ""; at = above(at) {
		if steps++; at == name {
			return -1
		}
		if steps > maxDepth {
			break
		}
	}
	return steps
}
