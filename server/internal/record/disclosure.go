package record

import (
	"encoding/binary"
	"iter"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
)

// Disclose tells resources to more people than knew of them: at once, or when an embargo ends.
func Disclose(req *parleyv1.DiscloseRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		d, err := newDisclosure(st, env, req)
		if err != nil {
			return nil, err
		}
		changes, err := tell(st, env, d, nil)
		if err != nil {
			return nil, err
		}
		if d.GetEmbargoTime() != nil {
			changes = nil // not yet; but it was worth finding out whether they can be
		} else {
			d.EffectTime = d.GetCreateTime()
		}
		return &Draft{Changes: append(changes, disclosureChange(d)), Results: []string{d.GetName()}}, nil
	}
}

func newDisclosure(st *State, env Env, req *parleyv1.DiscloseRequest) (*parleyv1.Disclosure, error) {
	if !st.alive(req.GetParent()) {
		return nil, fault.Missing(req.GetParent())
	}
	d := proto.CloneOf(req.GetDisclosure())
	wellformed.ClearOutputOnly(d)
	id, err := env.chosen(req.GetDisclosureId(), "disclosure_id")
	if err != nil {
		return nil, err
	}
	d.Name = req.GetParent() + "/disclosures/" + id
	if _, taken := st.disclosures.get(d.GetName(), Latest); taken {
		return nil, fault.Exists(d.GetName())
	}
	switch {
	case d.GetAudience().GetLevel() == parleyv1.Audience_LEVEL_UNSPECIFIED:
		return nil, fault.InvalidField("disclosure.audience.level", "required", "says to whom")
	case d.GetEmbargoTime() != nil && !d.GetEmbargoTime().AsTime().After(env.Now):
		return nil, fault.InvalidField("disclosure.embargo_time", "future", "has passed; leave it out to disclose at once")
	}
	st.resolveAll(d.GetResources())
	d.Discloser, d.CreateTime = env.Actor, timestamppb.New(env.Now)
	return d, st.checkReferences(d, nil, "disclosure")
}

// tell gives the changes by which the audiences of a disclosure's resources become wider, but for those to hold back.
func tell(st *State, env Env, d *parleyv1.Disclosure, holdBack []string) (changes []*ledgerv1.Change, err error) {
	for i, name := range d.GetResources() {
		if slices.Contains(holdBack, name) {
			continue
		}
		change, err := st.withAudience(name, d.GetAudience(), env.Now, "disclosure.resources["+itoa(i)+"]")
		if err != nil {
			return nil, err
		}
		if change != nil {
			changes = append(changes, change)
		}
	}
	return changes, nil
}

// withAudience gives the change by which a resource becomes known to more people; nil if they know of it.
func (s *State) withAudience(name string, more *parleyv1.Audience, now time.Time, path string) (*ledgerv1.Change, error) {
	switch CollectionOf(name) {
	case "negotiations":
		return disclosed1(s, negotiationNoun, name, more, now, path)
	case "parties":
		return disclosed1(s, partyNoun, name, more, now, path)
	case "demands":
		return disclosed1(s, demandNoun, name, more, now, path)
	case "plans":
		return disclosed1(s, planNoun, name, more, now, path)
	case "stances":
		return disclosed1(s, stanceNoun, name, more, now, path)
	case "claims":
		return disclosed1(s, claimNoun, name, more, now, path)
	case "events":
		return disclosed1(s, eventNoun, name, more, now, path)
	case "sources":
		return disclosed1(s, sourceNoun, name, more, now, path)
	case "assessments":
		return disclosed1(s, assessmentNoun, name, more, now, path)
	case "objections":
		return disclosed1(s, objectionNoun, name, more, now, path)
	case "revisions":
		return s.revisionWithAudience(name, more, path)
	}
	return nil, fault.InvalidField(path, "disclosable", "is of a kind that cannot be disclosed")
}

func disclosed1[M resource](s *State, n noun[M], name string, more *parleyv1.Audience, now time.Time, path string) (*ledgerv1.Change, error) {
	old, ok := n.table(s).get(name, Latest)
	if !ok {
		return nil, fault.ReferenceNotFound(path, name)
	}
	wider, err := wider(old.GetAudience(), more, s.OwnerOf(old), path)
	if err != nil || wider == nil {
		return nil, err
	}
	m := proto.CloneOf(old)
	setAudience(m, wider)
	touch(m, now)
	return n.change(m), nil
}

func (s *State) revisionWithAudience(name string, more *parleyv1.Audience, path string) (*ledgerv1.Change, error) {
	r, ok := s.revisions.Get(name)
	if !ok {
		return nil, fault.ReferenceNotFound(path, name)
	}
	wider, err := wider(s.AudienceOf(r, Latest), more, s.OwnerOf(r.Msg), path)
	if err != nil || wider == nil {
		return nil, err
	}
	return &ledgerv1.Change{Change: &ledgerv1.Change_RevisionAudience{
		RevisionAudience: &ledgerv1.RevisionAudience{Revision: name, Audience: wider},
	}}, nil
}

// wider gives the audience of a resource after a disclosure; nil if it stays. To disclose something to fewer people than know
// of it cannot be meant.
func wider(old, more *parleyv1.Audience, owner, path string) (*parleyv1.Audience, error) {
	missing, added := false, false
	for _, v := range viewersOf(owner, old, more) {
		missing = missing || v.In(old, owner) && !v.In(more, owner)
		added = added || !v.In(old, owner) && v.In(more, owner)
	}
	switch {
	case added:
		return widened(old, more), nil
	case missing:
		return nil, fault.AudienceNarrowed(path)
	}
	return nil, nil
}

// LiftEmbargo tells what a disclosure was to tell when its embargo ended, but for what has to be held back.
func LiftEmbargo(name string, holdBack []string) Command {
	return func(st *State, env Env) (*Draft, error) {
		old, ok := st.disclosures.get(name, Latest)
		if !ok || old.GetEffectTime() != nil {
			return &Draft{}, nil
		}
		d := proto.CloneOf(old)
		d.EffectTime, d.HeldBack = timestamppb.New(env.Now), holdBack
		changes, err := tell(st, env, d, holdBack)
		if err != nil {
			return nil, err
		}
		return &Draft{Changes: append(changes, disclosureChange(d)), Results: []string{name}}, nil
	}
}

// NextEmbargo gives the embargo that ends first, and when, in nanoseconds since 1970; an empty name if there is none.
func (s *State) NextEmbargo() (disclosure string, at int64) {
	s.embargoes.Scan(func(key string, _ struct{}) bool {
		disclosure, at = key[8:], int64(binary.BigEndian.Uint64([]byte(key[:8])))
		return false
	})
	return disclosure, at
}

// Disclosure finds a disclosure as it stood at a moment.
func (s *State) Disclosure(name string, at int64) (*parleyv1.Disclosure, bool) {
	return s.disclosures.get(name, at)
}

// Disclosures yields all disclosures by name, beginning after `after`.
func (s *State) Disclosures(after string, at int64) iter.Seq[*parleyv1.Disclosure] {
	return all(s.disclosures, "", after, at)
}

func (s *State) applyDisclosure(d *parleyv1.Disclosure, time int64) {
	s.disclosures.put(d.GetName(), d, time)
	if d.GetEmbargoTime() == nil {
		return
	}
	key := string(binary.BigEndian.AppendUint64(nil, uint64(d.GetEmbargoTime().AsTime().UnixNano()))) + d.GetName()
	if d.GetEffectTime() == nil {
		s.embargoes.Set(key, struct{}{})
	} else {
		s.embargoes.Delete(key)
	}
}

func disclosureChange(d *parleyv1.Disclosure) *ledgerv1.Change {
	return &ledgerv1.Change{Change: &ledgerv1.Change_Disclosure{Disclosure: d}}
}
