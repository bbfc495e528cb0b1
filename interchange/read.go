package interchange

import (
	"errors"
	"fmt"
	"strings"

	"github.com/beevik/etree"
	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// ReadAkomaNtoso reads what AkomaNtoso writes. Identification, references and analysis follow from the rest, and are passed
// over.
func ReadAkomaNtoso(data []byte) (*Record, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(data); err != nil {
		return nil, err
	}
	root := doc.Root()
	if root == nil || root.Tag != "akomaNtoso" || root.NamespaceURI() != aknNamespace {
		return nil, errors.New("this is no Akoma Ntoso 3.0")
	}
	own, err := under(root, "documentCollection", "meta", "proprietary")
	if err != nil {
		return nil, err
	}
	components, err := componentsOf(root)
	if err != nil {
		return nil, err
	}
	r := &Record{}
	for _, el := range own.ChildElements() {
		m, err := readResource(el, components)
		if err != nil {
			return nil, err
		}
		r.Resources = append(r.Resources, m)
	}
	return r, nil
}

// under goes down from an element by tags.
func under(el *etree.Element, tags ...string) (*etree.Element, error) {
	for _, tag := range tags {
		next := el.SelectElement(tag)
		if next == nil {
			return nil, fmt.Errorf("<%s> has no <%s>", el.Tag, tag)
		}
		el = next
	}
	return el, nil
}

// componentsOf finds the expressions by their eId.
func componentsOf(root *etree.Element) (map[string]*etree.Element, error) {
	body, err := under(root, "documentCollection", "collectionBody")
	if err != nil {
		return nil, err
	}
	out := map[string]*etree.Element{}
	for _, c := range body.SelectElements("component") {
		doc, err := under(c, "doc")
		if err != nil {
			return nil, err
		}
		out["#"+c.SelectAttrValue("eId", "")] = doc
	}
	return out, nil
}

func readResource(el *etree.Element, components map[string]*etree.Element) (proto.Message, error) {
	switch {
	case el.NamespaceURI() != ownNamespace:
	case el.Tag == "resource":
		m, err := newResource(el.SelectAttrValue("type", ""))
		if err != nil {
			return nil, err
		}
		if err := takeFields(el, m.ProtoReflect(), 0); err != nil {
			return nil, fmt.Errorf("%s: %w", typeOf(m), err)
		}
		return m, nil
	case el.Tag == "expression":
		href := el.SelectAttrValue("href", "")
		doc := components[href]
		if doc == nil {
			return nil, fmt.Errorf("no component is called %q", href)
		}
		delete(components, href) // each once
		r, err := readRevision(doc)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", href, err)
		}
		return r, nil
	}
	return nil, fmt.Errorf("<%s> is no part of a record", el.FullTag())
}

func readRevision(doc *etree.Element) (*parleyv1.Revision, error) {
	el, err := under(doc, "meta", "proprietary", "revision")
	if err != nil {
		return nil, err
	}
	body, err := under(doc, "mainBody")
	if err != nil {
		return nil, err
	}
	rest := map[string]*etree.Element{}
	for _, point := range el.SelectElements(pointsField) {
		rest[point.SelectAttrValue("wId", "")] = point
	}
	r := &parleyv1.Revision{}
	if err := takeFields(el, r.ProtoReflect(), 0, pointsField); err != nil {
		return nil, err
	}
	b := &bodyReader{revision: r, rest: rest, seen: map[string]bool{}}
	return r, b.points(body, "", 0)
}

// bodyReader reads the points of a revision in reading order.
type bodyReader struct {
	revision *parleyv1.Revision
	rest     map[string]*etree.Element
	seen     map[string]bool // ids of points
}

func (b *bodyReader) points(within *etree.Element, parent string, depth int) error {
	if depth > maxNesting {
		return errors.New("points nest too deep")
	}
	for _, el := range within.SelectElements(pointTag) {
		p := &parleyv1.Point{Id: el.SelectAttrValue("wId", ""), Parent: parent, Label: textOf(el, "num"), Heading: textOf(el, "heading")}
		if p.GetId() == "" || b.seen[p.GetId()] {
			return fmt.Errorf("the wId %q of a point is empty, or there twice", p.GetId())
		}
		b.seen[p.GetId()] = true
		p.Text = linesOf(el, "content") + linesOf(el, "intro")
		for _, level := range el.SelectElements(levelTag) {
			p.Alternatives = append(p.Alternatives, &parleyv1.Alternative{Label: textOf(level, "num"), Text: linesOf(level, "content")})
		}
		if rest := b.rest[p.GetId()]; rest != nil {
			if err := takeRest(rest, p); err != nil {
				return fmt.Errorf("point %s: %w", p.GetId(), err)
			}
		}
		b.revision.Points = append(b.revision.Points, p)
		if err := b.points(el, p.GetId(), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// takeRest reads what the body has no place for.
func takeRest(el *etree.Element, p *parleyv1.Point) error {
	alternatives := el.SelectElements(alternativesField)
	if len(alternatives) != len(p.GetAlternatives()) {
		return fmt.Errorf("%d alternatives stand in the body, and %d in its metadata", len(p.GetAlternatives()), len(alternatives))
	}
	for i, a := range alternatives {
		if err := takeFields(a, p.GetAlternatives()[i].ProtoReflect(), 0); err != nil {
			return err
		}
	}
	return takeFields(el, p.ProtoReflect(), 0, alternativesField, "id", "parent")
}

func textOf(el *etree.Element, tag string) string {
	if child := el.SelectElement(tag); child != nil {
		return child.Text()
	}
	return ""
}

func linesOf(el *etree.Element, tag string) string {
	child := el.SelectElement(tag)
	if child == nil {
		return ""
	}
	var out []string
	for _, p := range child.SelectElements("p") {
		out = append(out, p.Text())
	}
	return strings.Join(out, "\n")
}
