package daemon_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// disclose tells somebody something: of a secret, so that it stays one for the viewer, for instance because of an embargo. An
// embargo may end in this play.
func (p *play) disclose() {
	var narrow []*thing
	for _, x := range p.things {
		if x.audience.GetLevel() < parleyv1.Audience_LEVEL_PUBLIC && !x.deleted && x.author != newcomer && !slices.Contains([]string{"Party", "Negotiation", "Member", "Valuation"}, x.kind) {
			narrow = append(narrow, x)
		}
	}
	if len(narrow) == 0 {
		return
	}
	x := rapid.SampledFrom(narrow).Draw(p.t, "disclosed")
	audience := audienceOf(parleyv1.Audience_Level(rapid.IntRange(int(x.audience.GetLevel())+1, int(parleyv1.Audience_LEVEL_PUBLIC)).Draw(p.t, "level")))
	if audience.GetLevel() == parleyv1.Audience_LEVEL_SHARED {
		audience.Parties = []string{p.party(rapid.SampledFrom([]string{"a", "b"}).Draw(p.t, "shared"))}
	}
	d := &parleyv1.Disclosure{Resources: []string{x.name}, Audience: audience}
	staysSecret := p.knows(p.viewer, x) || !p.in(p.viewer, audience, x.owner)
	embargo := rapid.IntRange(0, 2).Draw(p.t, "embargo")
	switch {
	case !staysSecret || embargo == 1:
		d.EmbargoTime = timestamppb.New(p.stage.now().AddDate(20, 0, 0))
	case embargo == 2:
		d.EmbargoTime = timestamppb.New(p.stage.now().Add(time.Minute))
	}
	id := fmt.Sprintf("%s--d%d", p.of(x), p.acts)
	made := p.do(x.author, "DisclosureService.Disclose", same(&parleyv1.DiscloseRequest{Parent: p.n(), DisclosureId: id, Disclosure: d}), x)
	if made == nil {
		return
	}
	x.etag = "" // of what is disclosed, the answer does not tell
	name := p.n() + "/disclosures/" + id
	p.names["parley/Disclosure"] = append(p.names["parley/Disclosure"], name)
	if embargo == 2 && staysSecret {
		p.lift(name, x)
	}
	if embargo != 1 && staysSecret {
		x.audience = wider(x.audience, audience)
	}
}

// wider gives the wider of two audiences, as far as what somebody draws later depends on it.
func wider(a, b *parleyv1.Audience) *parleyv1.Audience {
	if b.GetLevel() > a.GetLevel() {
		return b
	}
	return a
}

// lift lets two minutes pass in which the embargo of a disclosure ends, and waits until those who know of it are told. They pass in
// one step, as a server may look at what is due at any time.
func (p *play) lift(disclosure string, x *thing) {
	p.stage.enterAfter(2*time.Minute, p.id+" when the embargo ends")
	p.script = append(p.script, "two minutes pass")
	p.nudge("due")
	defer p.nudge("done") // when it has ended the embargo, a server notes what is due next
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for _, w := range []*twin{p.with, p.without} {
		req := &parleyv1.WatchNegotiationRequest{Name: p.n(), Start: parleyv1.WatchNegotiationRequest_START_EARLIEST}
		if w == p.without && !p.knows(p.viewer, x) {
			w.watch(ctx, x.author, req) // that a mediator watches is noted
			continue
		}
		stream, err := parleyv1.NewLogServiceClient(w.conn).WatchNegotiation(w.as(ctx, x.author), req)
		for err == nil {
			var step *parleyv1.WatchNegotiationResponse
			if step, err = stream.Recv(); err == nil && slices.ContainsFunc(step.GetEntry().GetChanges(), func(c *parleyv1.Change) bool {
				return c.GetDisclosure().GetName() == disclosure && c.GetDisclosure().GetEffectTime() != nil
			}) {
				break
			}
		}
		if err != nil {
			p.t.Fatalf("%s\nthe embargo did not end: %v", p.story(), err)
		}
	}
}

// nudge has both servers look at what is due, by a change behind the stage: when that takes place nobody sees.
func (p *play) nudge(why string) {
	for _, w := range []*twin{p.with, p.without} {
		id := p.id + "-" + strconv.Itoa(p.acts) + "-" + why
		if _, err := w.mediator.Members.CreateMember(context.Background(), &parleyv1.CreateMemberRequest{
			Parent: backstage, MemberId: id, Member: &parleyv1.Member{Principal: id, Role: parleyv1.Member_ROLE_OBSERVER},
		}); err != nil {
			p.t.Fatalf("%s\n%v", p.story(), err)
		}
	}
}

// of gives what an id of something about x may begin with.
func (p *play) of(x *thing) string {
	switch {
	case x.audience.GetLevel() == parleyv1.Audience_LEVEL_PARTY:
		return x.owner + "--own"
	case x.owner == "":
		return record.MediatorsOwn
	}
	return x.owner
}
