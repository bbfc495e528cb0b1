package host

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger/ledgertest"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// claim is the write of a claim for some.
func claim(id string, level parleyv1.Audience_Level) Write {
	m := &parleyv1.Claim{Statement: id, Audience: &parleyv1.Audience{Level: level}}
	return Write{
		Negotiation: talks, Viewer: all, Actor: "m", Method: "CreateClaim",
		Command: record.CreateClaim(&parleyv1.CreateClaimRequest{Parent: talks, ClaimId: id, Claim: m}),
	}
}

// disclose is the write of a disclosure to the public.
func disclose(until time.Time, claims ...string) Write {
	d := &parleyv1.Disclosure{Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PUBLIC}, EmbargoTime: timestamppb.New(until)}
	for _, id := range claims {
		d.Resources = append(d.Resources, talks+"/claims/"+id)
	}
	return Write{
		Negotiation: talks, Viewer: all, Actor: "m", Method: "Disclose",
		Command: record.Disclose(&parleyv1.DiscloseRequest{Parent: talks, Disclosure: d}),
	}
}

func do(t *testing.T, h *Host, writes ...Write) {
	t.Helper()
	for _, w := range writes {
		if _, err := h.Write(t.Context(), w); err != nil {
			t.Fatalf("%s: %v", w.Method, err)
		}
	}
}

func hostIn(t *testing.T, store *ledgertest.MemoryStore) *Host {
	t.Helper()
	n := 0
	h, err := Open(t.Context(), store.Open(), time.Now, func() string { n++; return fmt.Sprintf("xaaaaaaaaaaaaaaa%c%c", 'a'+n/26, 'a'+n%26) })
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func sees(t *testing.T, h *Host, id string) bool {
	t.Helper()
	l, err := h.Lens(t.Context(), lens.Viewer{}, talks, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Claim(talks + "/claims/" + id)
	return err == nil
}

// An embargo that ends at noon: not a moment earlier does the public learn of what was disclosed, and at noon it comes on an open
// watch, between what was recorded before and after. By as_of it stays unknown before.
func TestAnEmbargoEndsAtNoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hostIn(t, ledgertest.NewMemoryStore())
		defer h.Close()
		if err := createTalks(h); err != nil {
			t.Fatal(err)
		}
		noon := time.Now().Add(3 * time.Hour)
		do(t, h, claim("mediators--a", parleyv1.Audience_LEVEL_MEDIATOR), disclose(noon, "mediators--a"))

		ctx, stop := context.WithCancel(t.Context())
		var told []string
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for step, err := range h.Watch(ctx, Watch{Negotiation: talks, Latest: true, Idle: 24 * time.Hour}) {
				if err == nil && len(step.Entries) > 0 {
					told = append(told, fmt.Sprintf("%s %v", record.IDOf(step.Entries[0].Entry.GetChanges()[0].GetResource()), step.Told.Sub(noon)))
				}
			}
		}()
		time.Sleep(3*time.Hour - time.Nanosecond)
		do(t, h, claim("before", parleyv1.Audience_LEVEL_PUBLIC))
		if sees(t, h, "mediators--a") {
			t.Error("the public knows before noon")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if !sees(t, h, "mediators--a") {
			t.Error("the public does not know at noon")
		}
		time.Sleep(time.Second)
		do(t, h, claim("after", parleyv1.Audience_LEVEL_PUBLIC))
		synctest.Wait()
		stop()
		<-ended
		if want := []string{"before -1ns", "mediators--a 0s", "after 1s"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		past, err := h.Lens(t.Context(), lens.Viewer{}, talks, noon.Add(-time.Nanosecond))
		if err != nil || past.Knows(talks+"/claims/mediators--a") {
			t.Error("by as_of it is known before noon", err)
		}
	})
}

// Embargoes that end while nobody is there end when the server starts, also those of negotiations that nobody asks for; and what
// would name a secret by then is held back.
func TestEmbargoesThatEndMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ledgertest.NewMemoryStore()
		h := hostIn(t, store)
		if err := createTalks(h); err != nil {
			t.Fatal(err)
		}
		do(t, h,
			claim("mediators--a", parleyv1.Audience_LEVEL_MEDIATOR), claim("mediators--b", parleyv1.Audience_LEVEL_MEDIATOR),
			disclose(time.Now().Add(time.Hour), "mediators--a", "mediators--b"),
			Write{Negotiation: talks, Viewer: all, Actor: "m", Method: "CreateSource", Command: record.CreateSource(&parleyv1.CreateSourceRequest{
				Parent: talks, SourceId: "mediators--s", Source: &parleyv1.Source{DisplayName: "s", Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR}},
			})},
			Write{Negotiation: talks, Viewer: all, Actor: "m", Method: "UpdateClaim", Command: record.UpdateClaim(&parleyv1.UpdateClaimRequest{Claim: &parleyv1.Claim{
				Name: talks + "/claims/mediators--b", Attribution: &parleyv1.Attribution{References: []*parleyv1.Reference{{Source: talks + "/sources/mediators--s"}}},
			}})},
		)
		h.Close()
		time.Sleep(2 * time.Hour)
		h = hostIn(t, store)
		defer h.Close()
		synctest.Wait()
		if !sees(t, h, "mediators--a") || sees(t, h, "mediators--b") {
			t.Errorf("the public knows of a: %v, of b: %v", sees(t, h, "mediators--a"), sees(t, h, "mediators--b"))
		}
		l, err := h.Lens(t.Context(), all, talks, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for d := range l.Disclosures(talks, "") {
			if !slices.Equal(d.GetHeldBack(), []string{talks + "/claims/mediators--b"}) || d.GetEffectTime() == nil {
				t.Errorf("the disclosure says %v", d)
			}
		}
	})
}

func TestADisclosureHasToReachThoseItIsFor(t *testing.T) {
	h := open(t, ledgertest.Memory())
	if err := createTalks(h); err != nil {
		t.Fatal(err)
	}
	do(t, h, claim("mediators--a", parleyv1.Audience_LEVEL_MEDIATOR))
	about := claim("mediators--b", parleyv1.Audience_LEVEL_MEDIATOR)
	about.Command = record.CreateClaim(&parleyv1.CreateClaimRequest{Parent: talks, ClaimId: "mediators--b", Claim: &parleyv1.Claim{
		Statement: "b", Reports: talks + "/claims/mediators--a", Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR},
	}})
	do(t, h, about)
	now := disclose(time.Time{}, "mediators--b")
	tell := func(claims ...string) error {
		d := &parleyv1.Disclosure{Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PUBLIC}}
		for _, id := range claims {
			d.Resources = append(d.Resources, talks+"/claims/"+id)
		}
		now.Command = record.Disclose(&parleyv1.DiscloseRequest{Parent: talks, Disclosure: d})
		_, err := h.Write(t.Context(), now)
		return err
	}
	if err := tell("mediators--b"); reason(err) != fault.ReasonAudienceTooWide {
		t.Errorf("what reports something hidden is disclosed alone: %v", err)
	}
	if err := tell("mediators--b", "mediators--a"); err != nil || !sees(t, h, "mediators--b") {
		t.Errorf("together: %v", err)
	}
}

// A negotiation that is made public when an embargo ends is in the list of negotiations, and opens, from then on.
func TestAnEmbargoOnTheNegotiationItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hostIn(t, ledgertest.NewMemoryStore())
		defer h.Close()
		confide(t, h)
		w := disclose(time.Now().Add(time.Hour))
		w.Command = record.Disclose(&parleyv1.DiscloseRequest{Parent: talks, Disclosure: &parleyv1.Disclosure{
			Resources: []string{talks}, Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_PUBLIC}, EmbargoTime: timestamppb.New(time.Now().Add(time.Hour)),
		}})
		do(t, h, w)
		for _, want := range []bool{false, true} {
			listed := false
			for range h.Directory(func(string) lens.Viewer { return lens.Viewer{} }, time.Now()).Negotiations("", false) {
				listed = true
			}
			_, err := h.Lens(t.Context(), lens.Viewer{}, talks, time.Now())
			if listed != want || (err == nil) != want {
				t.Errorf("the public sees it in the list: %v, opens it: %v; want %v", listed, err, want)
			}
			time.Sleep(time.Hour)
			synctest.Wait()
		}
	})
}

// confide makes talks that only mediators may know of.
func confide(t *testing.T, h *Host) {
	t.Helper()
	do(t, h, Write{
		Negotiation: talks, Viewer: all, Actor: "m", Method: "CreateNegotiation", Create: true,
		Command: record.CreateNegotiation(&parleyv1.CreateNegotiationRequest{Negotiation: &parleyv1.Negotiation{
			DisplayName: "Talks", Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR},
		}}, "talks"),
	})
}

// A negotiation that has gone out of memory is not read for somebody who may not know of it: that would take its time.
func TestASecretIsNotOpenedForStrangers(t *testing.T) {
	h := open(t, ledgertest.Memory())
	confide(t, h)
	running, _ := h.running.Load(talks)
	running.(*negotiation).settle()
	h.EvictIdle(0)
	stranger := lens.Viewer{Table: true}
	_, lensErr := h.Lens(t.Context(), stranger, talks, time.Now())
	_, nowErr := h.Now(t.Context(), stranger, talks)
	_, entryErr := h.Entry(t.Context(), stranger, nil, record.EntryName(talks, time.Now()), time.Now())
	if reason(lensErr) != fault.ReasonResourceNotFound || nowErr != nil || reason(entryErr) != fault.ReasonResourceNotFound {
		t.Errorf("a stranger is answered %v, %v, %v", lensErr, nowErr, entryErr)
	}
	if _, opened := h.running.Load(talks); opened {
		t.Error("it was opened")
	}
	if _, err := h.Lens(t.Context(), all, talks, time.Now()); err != nil {
		t.Error("a mediator is answered", err)
	}
}
