package daemon_test

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// fit has a request be about what the viewer knows to be there, so that it may be answered with more than an error: what is made up
// at random seldom is.
func (b *prober) fit(m protoreflect.MethodDescriptor, req protoreflect.Message) {
	service, name := strings.TrimSuffix(string(m.Parent().Name()), "Service"), string(m.Name())
	switch r := req.Interface().(type) {
	case *parleyv1.GetAccessRequest:
		if len(b.play.names["parley/Access"]) == 0 {
			b.play.read()
		}
		r.Name = b.pick("parley/Access")
	case *parleyv1.SuggestPackagesRequest:
		if x := b.known(func(x *thing) bool { return x.kind == "Valuation" && !x.deleted }); x != nil {
			r.Revision, r.StatusQuo = x.about[0].name, nil
		}
	case *parleyv1.UploadRevisionRequest:
		if c := b.commit(); c != nil {
			r.Piece = &parleyv1.UploadRevisionRequest_Commit{Commit: c}
		}
	case *parleyv1.CommitRevisionRequest:
		if c := b.commit(); c != nil {
			c.ValidateOnly = r.GetValidateOnly()
			become(req, c)
		}
	default:
		for _, verb := range []string{"Get", "Update", "Delete", "Undelete", "BatchCreate", "Create"} {
			if strings.HasPrefix(name, verb+service) {
				b.fitTo(verb, service, req)
				return
			}
		}
	}
}

// become gives a message the fields of another.
func become(m protoreflect.Message, other proto.Message) {
	proto.Reset(m.Interface())
	proto.Merge(m.Interface(), other)
}

func (b *prober) fitTo(verb, kind string, req protoreflect.Message) {
	if strings.HasSuffix(verb, "Create") {
		b.fitCreation(verb, kind, req)
		return
	}
	x := b.subject(verb, kind)
	if x == nil {
		return
	}
	fields := req.Descriptor().Fields()
	subject := req
	if verb == "Update" {
		fd := fields.ByName(protoreflect.Name(strings.ToLower(kind)))
		req.Clear(fd)
		x.update(req, []string{"one", "two", "three"}[b.IntN(3)], []int{1, 3, 4}[b.IntN(3)])
		subject = req.Mutable(fd).Message()
	} else {
		req.Set(fields.ByName("name"), protoreflect.ValueOfString(x.name))
	}
	if fd := subject.Descriptor().Fields().ByName("etag"); fd != nil && verb != "Get" {
		subject.Clear(fd)
		if b.oneIn(2) {
			subject.Set(fd, protoreflect.ValueOfString(x.etag))
		}
	}
}

// subject finds something of a kind that may be read, changed, deleted or brought back; if there is none, the viewer makes it so. It
// is nil if they may not.
func (b *prober) subject(verb, kind string) *thing {
	x := b.known(func(x *thing) bool {
		return x.kind == kind && (verb == "Get" || x.deleted == (verb == "Undelete") && b.mayWrite(x))
	})
	if x == nil && verb == "Undelete" {
		x = b.known(func(x *thing) bool {
			return x.kind == kind && b.mayWrite(x) && !slices.Contains(b.play.things[:b.play.staged], x)
		})
	}
	if x == nil {
		x = b.record(kind)
	}
	if x != nil && verb == "Undelete" && !x.deleted {
		if gone := b.play.do(b.play.viewer, kind+"Service.Delete"+kind, same(x.naming("Delete").Interface()), nil); gone != nil {
			x.saw(gone)
		}
	}
	return x
}

// record has the viewer record something; nil if they may not.
func (b *prober) record(kind string) *thing {
	x, req := b.creation(kind)
	if x == nil {
		return nil
	}
	made := b.play.do(b.play.viewer, kind+"Service.Create"+kind, same(req), nil)
	if made == nil {
		return nil
	}
	x.name = made.(interface{ GetName() string }).GetName()
	x.saw(made)
	b.play.note(x)
	return x
}

// creation draws something that the viewer may record, and the request that does; nil if there is nothing.
func (b *prober) creation(kind string) (*thing, proto.Message) {
	p := b.play
	mediators := slices.Contains([]string{"Event", "Source", "Party", "Member"}, kind)
	if !mediators && !slices.Contains([]string{"Demand", "Plan", "Claim", "Stance", "Assessment", "Objection", "Valuation"}, kind) ||
		!p.mediators[p.viewer] && (mediators || p.own[p.viewer] == "" && (p.viewer != "ines" || kind != "Assessment")) {
		return nil, nil
	}
	x := &thing{kind: kind, author: p.viewer}
	if x.owner, x.audience = p.partOf(p.viewer); p.viewer == "ines" {
		x.audience = audienceOf(parleyv1.Audience_LEVEL_TABLED)
	}
	p.acts++ // for an id of its own
	if req := p.creation(x); req != nil {
		return x, req
	}
	return nil, nil
}

// fitCreation has the viewer record something that they may record, by itself or in a batch.
func (b *prober) fitCreation(verb, kind string, req protoreflect.Message) {
	x, made := b.creation(kind)
	if x == nil {
		return
	}
	fields, item := req.Descriptor().Fields(), made.ProtoReflect()
	only := fields.ByName("validate_only")
	tried := req.Get(only)
	if verb == "Create" {
		become(req, made)
	} else {
		proto.Reset(req.Interface())
		req.Set(fields.ByName("parent"), item.Get(item.Descriptor().Fields().ByName("parent")))
		req.Mutable(fields.ByName("requests")).List().Append(protoreflect.ValueOfMessage(item))
	}
	req.Set(only, tried)
}

// commit has the viewer commit a text on what they know to be the newest revision of a plan; nil if they have none to commit to.
func (b *prober) commit() *parleyv1.CommitRevisionRequest {
	p := b.play
	plan := b.known(func(x *thing) bool { return x.kind == "Plan" && !x.deleted && b.mayWrite(x) })
	if plan == nil {
		return nil
	}
	p.acts++
	x := &thing{kind: "Revision", owner: plan.owner, author: p.viewer, about: []*thing{plan}}
	_, x.audience = p.partOf(p.viewer)
	out := p.text(x)
	out.Parent, out.RevisionId, out.Revision = plan.name, p.newID(plan.owner, x.audience), &parleyv1.Revision{Audience: x.audience}
	if base := p.newest(p.viewer, plan); base != nil {
		out.Revision.Parents = []*parleyv1.Revision_Parent{{Revision: base.name}}
	}
	return out
}

// known draws one of the things that the viewer knows of; nil if there is none.
func (b *prober) known(fits func(*thing) bool) *thing {
	var list []*thing
	for _, x := range b.play.things {
		if fits(x) && b.play.knows(b.play.viewer, x) {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[b.IntN(len(list))]
}

// mayWrite tells whether the viewer may change a thing that they know of.
func (b *prober) mayWrite(x *thing) bool {
	p := b.play
	return p.mediators[p.viewer] || p.own[p.viewer] != "" && p.own[p.viewer] == x.owner || p.viewer == "ines" && x.author == "ines"
}
