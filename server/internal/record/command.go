package record

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"go.einride.tech/aip/fieldmask"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
)

// Env is what a command may not find out by itself.
type Env struct {
	Now   time.Time     // the time of the entry to be
	NewID func() string // a fresh random id, letter first

	Actor  string // name of the principal on whose behalf it runs
	Writer Viewer // what they may know
	Sight  Sight  // who may know of what; nil if everybody may know everything
}

// Draft is what a command would do: the changes of one entry and the names of the resources that answer the request.
type Draft struct {
	Changes []*ledgerv1.Change
	Results []string
	Matches []*parleyv1.PointMatch
}

// Command works out a Draft from a State, which it only reads.
type Command func(st *State, env Env) (*Draft, error)

// resource is what all mutable resources have in common.
type resource interface {
	proto.Message
	GetName() string
	GetEtag() string
	GetAudience() *parleyv1.Audience
	GetCreateTime() *timestamppb.Timestamp
	GetDeleteTime() *timestamppb.Timestamp
}

// noun is what the commands on a kind of resource need to know of it.
type noun[M resource] struct {
	field  string // of the resource in its requests: "party"
	plural string // collection id in names: "parties"
	table  func(*State) *table[M]
	change func(M) *ledgerv1.Change
	// settle checks what only this kind knows and fills in what the server adds. It owns m.
	settle func(st *State, m M, path string) error
	// elsewhere says that what these resources name is in another log; whoever runs the command has looked there.
	elsewhere bool
}

// create records a new resource under parent.
func (n noun[M]) create(st *State, env Env, parent, id string, msg M, path string) (M, error) {
	var none M
	if parent != "" && !st.alive(parent) {
		return none, fault.Missing(parent)
	}
	m := proto.CloneOf(msg)
	wellformed.ClearOutputOnly(m)
	setAudience(m, confide(m.GetAudience(), env.Writer))
	id, err := env.chosen(id, n.field+"_id")
	if err != nil {
		return none, err
	}
	name := strings.TrimPrefix(parent+"/"+n.plural+"/"+id, "/")
	setString(m, "name", name)
	if _, taken := n.table(st).get(name, Latest); taken {
		return none, fault.Exists(name)
	}
	stamp(m, "create_time", env.Now)
	if err := n.finish(st, m, nil, path); err != nil {
		return none, err
	}
	touch(m, env.Now)
	return m, nil
}

// update changes the fields of a mask. Where that makes no difference there is nothing to record.
func (n noun[M]) update(st *State, env Env, msg M, mask *fieldmaskpb.FieldMask) (*Draft, error) {
	old, err := n.current(st, msg.GetName(), msg.GetEtag(), false)
	if err != nil {
		return nil, err
	}
	if err := checkMask(mask, msg); err != nil {
		return nil, err
	}
	m := proto.CloneOf(old)
	fieldmask.Update(mask, m, proto.CloneOf(msg))
	if err := keepFixed(old, m, n.field); err != nil {
		return nil, err
	}
	if err := wellformed.CheckAt(n.field, m); err != nil {
		return nil, err
	}
	if err := n.finish(st, m, old, n.field); err != nil {
		return nil, err
	}
	if proto.Equal(old, m) {
		return &Draft{Results: []string{m.GetName()}}, nil
	}
	if err := keepAudience(old.GetAudience(), m.GetAudience(), st.OwnerOf(m), n.field); err != nil {
		return nil, err
	}
	touch(m, env.Now)
	return n.draft(m, nil)
}

// setDeleted deletes or undeletes.
func (n noun[M]) setDeleted(st *State, env Env, name, etag string, deleted bool) (*Draft, error) {
	old, err := n.current(st, name, etag, !deleted)
	if err != nil {
		return nil, err
	}
	m := proto.CloneOf(old)
	if deleted {
		stamp(m, "delete_time", env.Now)
	} else {
		m.ProtoReflect().Clear(field(m, "delete_time"))
	}
	touch(m, env.Now)
	return n.draft(m, nil)
}

// current finds the resource that a write is about, in the state that the write needs, with the etag it expects.
func (n noun[M]) current(st *State, name, etag string, wantDeleted bool) (M, error) {
	old, ok := n.table(st).get(name, Latest)
	if parent := ParentOf(name); !ok || st.hidden(name) || parent != "" && !st.alive(parent) {
		return old, fault.Missing(name)
	}
	switch deleted := old.GetDeleteTime() != nil; {
	case deleted && !wantDeleted:
		return old, fault.Deleted(name)
	case !deleted && wantDeleted:
		return old, fault.NotDeleted(name)
	}
	if etag != "" && etag != old.GetEtag() {
		return old, fault.ETagMismatch(name, old.GetEtag())
	}
	return old, nil
}

// finish resolves times and checks the references of the new value, given the former one, if any.
func (n noun[M]) finish(st *State, m M, former proto.Message, path string) error {
	if err := resolveTimes(m.ProtoReflect(), path); err != nil {
		return err
	}
	if n.settle != nil {
		if err := n.settle(st, m, path); err != nil {
			return err
		}
	}
	if n.elsewhere {
		return nil
	}
	if err := st.checkReferences(m, former, path); err != nil {
		return err
	}
	return st.checkSpans(m, path)
}

func (n noun[M]) draft(m M, err error) (*Draft, error) {
	if err != nil {
		return nil, err
	}
	return &Draft{Changes: []*ledgerv1.Change{n.change(m)}, Results: []string{m.GetName()}}, nil
}

// batchItem is what is asked for one of several new resources.
type batchItem[M resource] struct {
	parent, id string
	msg        M
}

// itemsOf takes the requests of a batch apart; those without a parent of their own have the batch's.
func itemsOf[R interface{ GetParent() string }, M resource](parent string, requests []R, part func(R) (id string, msg M)) []batchItem[M] {
	items := make([]batchItem[M], len(requests))
	for i, r := range requests {
		id, msg := part(r)
		items[i] = batchItem[M]{cmp.Or(r.GetParent(), parent), id, msg}
	}
	return items
}

// batch records several resources, all or none.
func (n noun[M]) batch(st *State, env Env, items []batchItem[M]) (*Draft, error) {
	d := &Draft{Changes: make([]*ledgerv1.Change, 0, len(items)), Results: make([]string, 0, len(items))}
	var faults []*fault.Fault
	seen := make(map[string]bool, len(items))
	for i, item := range items {
		at := requestPath(i)
		m, err := n.create(st, env, item.parent, item.id, item.msg, at+"."+n.field)
		if err == nil && seen[m.GetName()] {
			err = fault.Exists(m.GetName())
		}
		if err != nil {
			faults = append(faults, itemFault(fault.Of(err), at))
			continue
		}
		seen[m.GetName()] = true
		d.Changes = append(d.Changes, n.change(m))
		d.Results = append(d.Results, m.GetName())
	}
	if len(faults) > 0 {
		return nil, fault.Merge(faults)
	}
	return d, nil
}

// The commands that all kinds of resources have.

func (n noun[M]) creating(parent, id string, msg M) Command {
	return func(st *State, env Env) (*Draft, error) { return n.draft(n.create(st, env, parent, id, msg, n.field)) }
}

func (n noun[M]) updating(msg M, mask *fieldmaskpb.FieldMask) Command {
	return func(st *State, env Env) (*Draft, error) { return n.update(st, env, msg, mask) }
}

// named is a request about one resource, which expects it to have an etag, or any.
type named interface {
	GetName() string
	GetEtag() string
}

func (n noun[M]) deleting(req named) Command {
	return func(st *State, env Env) (*Draft, error) {
		return n.setDeleted(st, env, req.GetName(), req.GetEtag(), true)
	}
}

func (n noun[M]) undeleting(req named) Command {
	return func(st *State, env Env) (*Draft, error) {
		return n.setDeleted(st, env, req.GetName(), req.GetEtag(), false)
	}
}

func (n noun[M]) batching(items []batchItem[M]) Command {
	return func(st *State, env Env) (*Draft, error) { return n.batch(st, env, items) }
}

// itemFault makes a fault about a whole item name the item.
func itemFault(f *fault.Fault, at string) *fault.Fault {
	if len(f.Fields) > 0 {
		return f
	}
	c := *f
	c.Fields = []fault.Field{{Path: at, Rule: strings.ToLower(f.Reason), Message: f.Message}}
	return &c
}

// alive tells whether a resource and all it stands under exist and are not deleted, as far as whoever writes may know.
func (s *State) alive(name string) bool {
	if s.hidden(name) {
		return false
	}
	for n := 2; ; n += 2 {
		part := segments(name, n)
		if !s.exists(part) {
			return false
		}
		if part == name {
			return true
		}
	}
}

// exists tells whether a resource exists and is not itself deleted.
func (s *State) exists(name string) bool {
	switch parts, kind := strings.Count(name, "/")+1, CollectionOf(name); {
	case parts == 2:
		return s.negotiations.has(name)
	case parts == 4:
		return s.holds(kind, name)
	case parts == 6 && kind == "demands":
		return s.demands.has(name)
	case parts == 6 && kind == "revisions":
		_, ok := s.revisions.Get(name)
		return ok
	case parts == 8 && kind == "points":
		r, ok := s.revisions.Get(ParentOf(name))
		if !ok {
			return false
		}
		_, ok = r.Text.Point(IDOf(name))
		return ok
	}
	return false
}

// checkMask refuses masks that say nothing or name what cannot be updated.
func checkMask(mask *fieldmaskpb.FieldMask, m proto.Message) error {
	if mask == nil {
		return nil
	}
	if len(mask.GetPaths()) == 0 {
		return fault.UpdateMaskInvalid("", "names no field")
	}
	for _, path := range mask.GetPaths() {
		if err := fieldmask.Validate(&fieldmaskpb.FieldMask{Paths: []string{path}}, m); err != nil {
			return fault.UpdateMaskInvalid(path, err.Error())
		}
		if path == "*" && len(mask.GetPaths()) > 1 {
			return fault.UpdateMaskInvalid(path, "* stands for all fields, and alone")
		}
		if path == "*" {
			continue
		}
		top, _, _ := strings.Cut(path, ".")
		if fixed, _ := behaviour(field(m, top)); fixed || top == "etag" {
			return fault.UpdateMaskInvalid(path, path+" is not for callers to change")
		}
	}
	return nil
}

// keepFixed puts back what callers cannot change, and refuses changes of immutable fields.
func keepFixed(old, m resource, path string) error {
	fields := m.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		fixed, immutable := behaviour(fd)
		if !fixed && !immutable && fd.Name() != "etag" {
			continue
		}
		was, is := old.ProtoReflect().Get(fd), m.ProtoReflect().Get(fd)
		if immutable && m.ProtoReflect().Has(fd) && !was.Equal(is) {
			return fault.InvalidField(path+"."+string(fd.Name()), "immutable", "cannot change once recorded")
		}
		if old.ProtoReflect().Has(fd) {
			m.ProtoReflect().Set(fd, was)
		} else {
			m.ProtoReflect().Clear(fd)
		}
	}
	return nil
}

// behaviour reads google.api.field_behavior: fixed fields are the server's, immutable ones are set once.
func behaviour(fd protoreflect.FieldDescriptor) (fixed, immutable bool) {
	if fd == nil {
		return false, false
	}
	bs, _ := proto.GetExtension(fd.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return slices.Contains(bs, annotations.FieldBehavior_OUTPUT_ONLY) || slices.Contains(bs, annotations.FieldBehavior_IDENTIFIER),
		slices.Contains(bs, annotations.FieldBehavior_IMMUTABLE)
}

func field(m proto.Message, name string) protoreflect.FieldDescriptor {
	return m.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(name))
}

// setAudience sets the audience of a resource.
func setAudience(m resource, a *parleyv1.Audience) {
	if a != nil {
		m.ProtoReflect().Set(field(m, "audience"), protoreflect.ValueOfMessage(a.ProtoReflect()))
	}
}

func setString(m proto.Message, name, value string) {
	m.ProtoReflect().Set(field(m, name), protoreflect.ValueOfString(value))
}

func stamp(m proto.Message, name string, now time.Time) {
	m.ProtoReflect().Set(field(m, name), protoreflect.ValueOfMessage(timestamppb.New(now).ProtoReflect()))
}

// touch sets update_time and, from it, the etag: a function of what the caller sees anyway, so that it tells nothing. Resources
// that were written at once have the same one, and keep it once.
func touch(m resource, now time.Time) {
	stamp(m, "update_time", now)
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(now.UnixNano())))
	setString(m, "etag", strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10])))
}
