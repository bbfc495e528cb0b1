package interchange

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// The parts of the standard that are used, and how:
//
//	akomaNtoso
//	  documentCollection          the negotiation
//	    meta … proprietary        every resource but the revisions, field by field; in the place of each revision a reference
//	    collectionBody
//	      component eId=component_1
//	        doc name=plan         a revision: an expression, the work of which is the plan
//	          meta … analysis     what it changed in the revision before it, as textualMod
//	                 references   the parties
//	                 proprietary  the fields of the revision, and of its points what the body has no place for
//	          mainBody
//	            point             eId says where it stands, wId is its permanent id
//	              num, heading
//	              content | intro p, a line each
//	              level alternativeTo   a rival wording in brackets
//	              point …               what belongs to it

// Names of the standard.
const (
	aknNamespace = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
	pointTag     = "point"
	levelTag     = "level"
	source       = "#parley"
	// language of the texts: not known (ISO 639).
	language = "und"
	// country of the works: of none (a code that ISO 3166 leaves to its users).
	country = "xx"
)

// AkomaNtoso writes a record as XML.
func AkomaNtoso(r *Record) ([]byte, error) {
	n := r.Negotiation()
	if n == nil {
		return nil, fmt.Errorf("a record without a negotiation")
	}
	doc := etree.NewDocument()
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	root := doc.CreateElement("akomaNtoso")
	root.CreateAttr("xmlns", aknNamespace)
	root.CreateAttr("xmlns:"+ownPrefix, ownNamespace)
	collection := root.CreateElement("documentCollection")
	collection.CreateAttr("name", "negotiation")
	meta := collection.CreateElement("meta")
	w := &writer{record: r, id: idOf(n.GetName()), dates: map[string]string{}}
	date := dateOf(n.GetCreateTime())
	w.identify(meta, identity{work: w.iri(date, w.id), expression: "@" + date, date: date, expressed: date, author: source})
	w.references(meta)
	kept := proprietary(meta)
	body := collection.CreateElement("collectionBody")
	for _, m := range r.Resources {
		revision, ok := m.(*parleyv1.Revision)
		if !ok {
			el := kept.CreateElement(own("resource"))
			el.CreateAttr("type", typeOf(m))
			if err := putFields(el, m.ProtoReflect()); err != nil {
				return nil, err
			}
			continue
		}
		id := fmt.Sprintf("component_%d", len(body.ChildElements())+1)
		kept.CreateElement(own("expression")).CreateAttr("href", "#"+id)
		component := body.CreateElement("component")
		component.CreateAttr("eId", id)
		if err := w.revision(component, revision); err != nil {
			return nil, fmt.Errorf("%s: %w", revision.GetName(), err)
		}
	}
	if len(body.ChildElements()) == 0 { // the standard wants something in a collection
		emptyComponent(w, body)
	}
	doc.IndentWithSettings(&etree.IndentSettings{Spaces: 1, PreserveLeafWhitespace: true})
	return doc.WriteToBytes()
}

// writer is a file in the making.
type writer struct {
	record *Record
	id     string            // of the negotiation
	dates  map[string]string // of works, by the name of the plan
}

// identity is what FRBR tells of a text: the work that it is of, and this expression of it.
type identity struct {
	work, expression string // IRI of the work; what follows the language in that of the expression
	date, expressed  string // when the work began, and when this expression was made
	author           string
	name             string // what the work is called; may be empty
}

// iri names the expression.
func (id identity) iri() string { return id.work + "/" + language + id.expression }

// iri names a work.
func (w *writer) iri(date, name string) string {
	return strings.Join([]string{"", "akn", country, "doc", w.id, date, name}, "/")
}

func (w *writer) identify(meta *etree.Element, id identity) {
	el := meta.CreateElement("identification")
	el.CreateAttr("source", source)
	level := func(name, iri, dateName, date string) *etree.Element {
		l := el.CreateElement(name)
		l.CreateElement("FRBRthis").CreateAttr("value", iri+"/!main")
		l.CreateElement("FRBRuri").CreateAttr("value", iri)
		d := l.CreateElement("FRBRdate")
		d.CreateAttr("date", date)
		d.CreateAttr("name", dateName)
		l.CreateElement("FRBRauthor").CreateAttr("href", id.author)
		return l
	}
	work := level("FRBRWork", id.work, "begun", id.date)
	work.CreateElement("FRBRcountry").CreateAttr("value", country)
	if id.name != "" {
		work.CreateElement("FRBRname").CreateAttr("value", id.name)
	}
	level("FRBRExpression", id.iri(), "written", id.expressed).CreateElement("FRBRlanguage").CreateAttr("language", language)
	manifestation := level("FRBRManifestation", id.iri()+".xml", "written", id.expressed)
	manifestation.CreateElement("FRBRformat").CreateAttr("value", "application/akn+xml")
}

// references names the parties, and whoever wrote the metadata.
func (w *writer) references(meta *etree.Element) {
	refs := meta.CreateElement("references")
	refs.CreateAttr("source", source)
	add := func(tag, id, href, show string) {
		el := refs.CreateElement(tag)
		el.CreateAttr("eId", id)
		el.CreateAttr("href", href)
		el.CreateAttr("showAs", writable(show))
	}
	add("TLCOrganization", strings.TrimPrefix(source, "#"), "/ontology/organization/parley", "parley")
	for _, m := range w.record.Resources {
		p, ok := m.(*parleyv1.Party)
		if !ok {
			continue
		}
		tag, class := "TLCOrganization", "organization"
		if p.GetKind() == parleyv1.Party_KIND_PERSON {
			tag, class = "TLCPerson", "person"
		}
		id := idOf(p.GetName())
		add(tag, partyRef(p.GetName())[1:], "/ontology/"+class+"/"+w.id+"/"+id, cmp.Or(p.GetDisplayName(), id))
	}
}

// partyRef refers to a party, which has no name in the text.
func partyRef(name string) string { return "#party_" + idOf(name) }

func proprietary(meta *etree.Element) *etree.Element {
	el := meta.CreateElement("proprietary")
	el.CreateAttr("source", source)
	return el
}

// revision writes an expression.
func (w *writer) revision(component *etree.Element, r *parleyv1.Revision) error {
	doc := component.CreateElement("doc")
	doc.CreateAttr("name", "plan")
	meta := doc.CreateElement("meta")
	plan := parentOf(r.GetName())
	written := dateOf(cmpTime(r.GetHeldTime().GetStartTime(), r.GetCreateTime()))
	if w.dates[plan] == "" {
		w.dates[plan] = written
	}
	author := source
	for _, c := range r.GetContributors() {
		if c.GetParty() != "" {
			author = partyRef(c.GetParty())
			break
		}
	}
	id := identity{
		work: w.iri(w.dates[plan], idOf(plan)), expression: "@" + idOf(r.GetName()), date: w.dates[plan], expressed: written, author: author, name: idOf(plan),
	}
	w.identify(meta, id)
	t := newText(r)
	t.amendments(meta, w.record.Changes[r.GetName()], id.iri())
	w.references(meta)
	el := proprietary(meta).CreateElement(own("revision"))
	if err := putFields(el, r.ProtoReflect(), "points"); err != nil {
		return err
	}
	for _, p := range r.GetPoints() {
		if err := putRest(el, p); err != nil {
			return fmt.Errorf("point %s: %w", p.GetId(), err)
		}
	}
	t.write(doc.CreateElement("mainBody"))
	return nil
}

// emptyComponent stands where there is no revision yet.
func emptyComponent(w *writer, body *etree.Element) {
	component := body.CreateElement("component")
	component.CreateAttr("eId", "component_1")
	doc := component.CreateElement("doc")
	doc.CreateAttr("name", "none")
	n := w.record.Negotiation()
	date := dateOf(n.GetCreateTime())
	meta := doc.CreateElement("meta")
	w.identify(meta, identity{work: w.iri(date, "none"), expression: "@" + date, date: date, expressed: date, author: source})
	w.references(meta)
	doc.CreateElement("mainBody").CreateElement("p")
}

// dateOf is the day of a moment.
func dateOf(t *timestamppb.Timestamp) string { return t.AsTime().UTC().Format(time.DateOnly) }

func cmpTime(times ...*timestamppb.Timestamp) *timestamppb.Timestamp {
	for _, t := range times {
		if t != nil {
			return t
		}
	}
	return nil
}

// idOf is the last part of a resource name.
func idOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// parentOf is a resource name without its last two parts.
func parentOf(name string) string {
	for range 2 {
		name = name[:max(strings.LastIndexByte(name, '/'), 0)]
	}
	return name
}

// eID names an element by where it stands: point_2__point_1.
func eID(within, tag string, n int) string {
	id := tag + "_" + strconv.Itoa(n)
	if within != "" {
		return within + "__" + id
	}
	return id
}
