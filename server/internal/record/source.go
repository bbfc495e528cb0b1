package record

import (
	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

var sourceNoun = noun[*parleyv1.Source]{
	field: "source", plural: "sources",
	table: func(s *State) *table[*parleyv1.Source] { return s.sources },
	change: func(m *parleyv1.Source) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Source{Source: m}}
	},
}

// CreateSource records a new source.
func CreateSource(req *parleyv1.CreateSourceRequest) Command {
	return sourceNoun.creating(req.GetParent(), req.GetSourceId(), req.GetSource())
}

// UpdateSource changes fields of a source.
func UpdateSource(req *parleyv1.UpdateSourceRequest) Command {
	return sourceNoun.updating(req.GetSource(), req.GetUpdateMask())
}

// DeleteSource deletes a source softly.
func DeleteSource(req *parleyv1.DeleteSourceRequest) Command { return sourceNoun.deleting(req) }

// UndeleteSource brings a deleted source back.
func UndeleteSource(req *parleyv1.UndeleteSourceRequest) Command { return sourceNoun.undeleting(req) }

// BatchCreateSources records several sources, all or none.
func BatchCreateSources(req *parleyv1.BatchCreateSourcesRequest) Command {
	return sourceNoun.batching(itemsOf(req.GetParent(), req.GetRequests(), func(item *parleyv1.CreateSourceRequest) (string, *parleyv1.Source) {
		return item.GetSourceId(), item.GetSource()
	}))
}
