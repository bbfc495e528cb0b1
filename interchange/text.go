package interchange

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// text is the body of a revision.
type text struct {
	parts map[string][]*parleyv1.Point // what belongs to each point; "" for the text itself
	eIDs  map[string]string            // by the id of the point
}

func newText(r *parleyv1.Revision) *text {
	t := &text{parts: map[string][]*parleyv1.Point{}, eIDs: map[string]string{}}
	for _, p := range r.GetPoints() {
		t.parts[p.GetParent()] = append(t.parts[p.GetParent()], p)
	}
	t.place("")
	return t
}

// place names the points below one by where they stand.
func (t *text) place(parent string) {
	for i, p := range t.parts[parent] {
		t.eIDs[p.GetId()] = eID(t.eIDs[parent], pointTag, i+1)
		t.place(p.GetId())
	}
}

// write writes the points; a text without any has one empty line, as the standard wants.
func (t *text) write(body *etree.Element) {
	for _, p := range t.parts[""] {
		t.point(body, p)
	}
	if len(t.parts[""]) == 0 {
		body.CreateElement("p")
	}
}

func (t *text) point(within *etree.Element, p *parleyv1.Point) {
	el := within.CreateElement(pointTag)
	el.CreateAttr("eId", t.eIDs[p.GetId()])
	el.CreateAttr("wId", p.GetId())
	if status := states[p.GetState()]; status != "" {
		el.CreateAttr("status", status)
	}
	line(el, "num", p.GetLabel())
	line(el, "heading", p.GetHeading())
	if len(p.GetAlternatives()) == 0 && len(t.parts[p.GetId()]) == 0 {
		lines(el, "content", p.GetText())
		return
	}
	lines(el, "intro", p.GetText())
	for i, a := range p.GetAlternatives() {
		level := el.CreateElement(levelTag)
		level.CreateAttr("eId", eID(t.eIDs[p.GetId()], levelTag, i+1))
		level.CreateAttr("wId", fmt.Sprintf("%s__%s_%d", p.GetId(), levelTag, i+1))
		level.CreateAttr("alternativeTo", t.eIDs[p.GetId()])
		line(level, "num", a.GetLabel())
		lines(level, "content", a.GetText())
	}
	for _, part := range t.parts[p.GetId()] {
		t.point(el, part)
	}
}

// states are those of the standard that say what became of a point.
var states = map[parleyv1.Point_State]string{
	parleyv1.Point_STATE_STRUCK: "removed", parleyv1.Point_STATE_MOVED: "removed", parleyv1.Point_STATE_SUPERSEDED: "removed",
	parleyv1.Point_STATE_UNKNOWN: "unknown", parleyv1.Point_STATE_DEFERRED: "undefined",
}

// line writes a text of one line, if there is any.
func line(el *etree.Element, tag, s string) {
	if s != "" {
		el.CreateElement(tag).SetText(writable(s))
	}
}

// lines writes a text of many, if there is any.
func lines(el *etree.Element, tag, s string) {
	if s == "" {
		return
	}
	inner := el.CreateElement(tag)
	for each := range strings.SplitSeq(writable(s), "\n") {
		inner.CreateElement("p").SetText(each)
	}
}

// putRest writes of a point what the body has no place for: all fields but those that can be read from there.
func putRest(el *etree.Element, p *parleyv1.Point) error {
	rest := el.CreateElement(own(pointsField))
	rest.CreateAttr("wId", p.GetId())
	if err := putFields(rest, p.ProtoReflect(), "id", "parent", "label", "heading", "text", "alternatives"); err != nil {
		return err
	}
	hidden := func(el *etree.Element, field, s string) {
		if s != writable(s) {
			putText(el.CreateElement(own(field)), s)
		}
	}
	hidden(rest, "label", p.GetLabel())
	hidden(rest, "heading", p.GetHeading())
	hidden(rest, "text", p.GetText())
	for _, a := range p.GetAlternatives() {
		alternative := rest.CreateElement(own(alternativesField))
		if err := putFields(alternative, a.ProtoReflect(), "label", "text"); err != nil {
			return err
		}
		hidden(alternative, "label", a.GetLabel())
		hidden(alternative, "text", a.GetText())
	}
	return nil
}

// Fields that are read apart.
const (
	pointsField       = "points"
	alternativesField = "alternatives"
)

// amendments writes what a revision, whose IRI is given, changed in the one before it.
func (t *text) amendments(meta *etree.Element, d *parleyv1.DiffRevisionsResponse, by string) {
	var mods *etree.Element
	n := 0
	for _, p := range d.GetPoints() {
		for _, kind := range p.GetKinds() {
			how, at := modifications[kind], t.eIDs[p.GetPoint()]
			if how == "" || at == "" {
				continue
			}
			if mods == nil {
				analysis := meta.CreateElement("analysis")
				analysis.CreateAttr("source", source)
				mods = analysis.CreateElement("passiveModifications")
			}
			n++
			mod := mods.CreateElement("textualMod")
			mod.CreateAttr("eId", eID("", "pmod", n))
			mod.CreateAttr("type", how)
			from := mod.CreateElement("source")
			from.CreateAttr("eId", eID(eID("", "pmod", n), "source", 1))
			from.CreateAttr("href", by)
			to := mod.CreateElement("destination")
			to.CreateAttr("eId", eID(eID("", "pmod", n), "destination", 1))
			to.CreateAttr("href", "#"+at)
		}
	}
}

// modifications are those of the standard.
var modifications = map[parleyv1.PointDiff_Kind]string{
	parleyv1.PointDiff_KIND_ADDED: "insertion", parleyv1.PointDiff_KIND_RESTORED: "insertion", parleyv1.PointDiff_KIND_STRUCK: "repeal",
	parleyv1.PointDiff_KIND_REWORDED: "substitution", parleyv1.PointDiff_KIND_RENUMBERED: "renumbering",
	parleyv1.PointDiff_KIND_SPLIT: "split", parleyv1.PointDiff_KIND_MERGED: "join",
}
