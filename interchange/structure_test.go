package interchange_test

import (
	"slices"
	"strings"

	"github.com/beevik/etree"
	"pgregory.net/rapid"
)

// form is what the schema of the standard (Akoma Ntoso 1.0, part 2, of 29 August 2018) says of an element, as far as it is used
// here: what stands in it, in this order ("?" once at the most, "*" any number of times, "+" at least once), and the attributes that it has to have.
type form struct{ children, attributes string }

const identified = "FRBRthis+ FRBRuri+ FRBRdate+ FRBRauthor+ "

var forms = map[string]form{
	"akomaNtoso":           {"documentCollection", ""},
	"documentCollection":   {"meta collectionBody", "name"},
	"collectionBody":       {"component+", ""},
	"component":            {"doc", "eId"},
	"doc":                  {"meta mainBody", "name"},
	"meta":                 {"identification analysis* references* proprietary*", ""},
	"identification":       {"FRBRWork FRBRExpression FRBRManifestation", "source"},
	"FRBRWork":             {identified + "FRBRcountry+ FRBRname*", ""},
	"FRBRExpression":       {identified + "FRBRlanguage+", ""},
	"FRBRManifestation":    {identified + "FRBRformat?", ""},
	"FRBRthis":             {"", "value"},
	"FRBRuri":              {"", "value"},
	"FRBRdate":             {"", "date name"},
	"FRBRauthor":           {"", "href"},
	"FRBRcountry":          {"", "value"},
	"FRBRname":             {"", "value"},
	"FRBRlanguage":         {"", "language"},
	"FRBRformat":           {"", "value"},
	"references":           {"TLCOrganization/TLCPerson*", "source"},
	"TLCOrganization":      {"", "eId href showAs"},
	"TLCPerson":            {"", "eId href showAs"},
	"analysis":             {"passiveModifications?", "source"},
	"passiveModifications": {"textualMod+", ""},
	"textualMod":           {"source+ destination*", "eId type"},
	"source":               {"", "href"},
	"destination":          {"", "href"},
	"mainBody":             {"point/p+", ""},
	"point":                {"num? heading? content? intro? level* point*", "eId wId"},
	"level":                {"num? heading? content?", "eId wId alternativeTo"},
	"content":              {"p+", ""},
	"intro":                {"p+", ""},
	"num":                  {"", ""}, "heading": {"", ""}, "p": {"", ""},
}

// structured checks a file against the forms; that eIds and, within a text, wIds are unique; and that references lead somewhere.
func structured(t rapid.TB, data []byte) {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(data); err != nil {
		t.Fatal(err)
	}
	inForm(t, doc.Root())
	for _, each := range append(doc.FindElements("//component/doc"), doc.FindElement("//documentCollection")) {
		eIDs, wIDs := map[string]bool{}, map[string]bool{}
		var refs []string
		var visit func(el *etree.Element)
		visit = func(el *etree.Element) {
			if el.Space != "" || el != each && (el.Tag == "collectionBody" && each.Tag == "documentCollection") {
				return
			}
			for key, seen := range map[string]map[string]bool{"eId": eIDs, "wId": wIDs} {
				if id := el.SelectAttrValue(key, ""); id != "" && seen[id] {
					t.Errorf("%s %q is there twice", key, id)
				} else if id != "" {
					seen[id] = true
				}
			}
			for _, key := range []string{"href", "source"} {
				if ref, ok := strings.CutPrefix(el.SelectAttrValue(key, ""), "#"); ok {
					refs = append(refs, ref)
				}
			}
			for _, child := range el.ChildElements() {
				visit(child)
			}
		}
		visit(each)
		for _, ref := range refs {
			if !eIDs[ref] && !strings.HasPrefix(ref, "party_") { // a party that the reader may not see is named all the same
				t.Errorf("nothing is called #%s", ref)
			}
		}
	}
}

func inForm(t rapid.TB, el *etree.Element) {
	if el.Tag == "proprietary" {
		return // whatever is in another namespace
	}
	f, ok := forms[el.Tag]
	if !ok || el.Space != "" {
		t.Fatalf("<%s> is not of the standard, or not expected", el.FullTag())
	}
	for name := range strings.FieldsSeq(f.attributes) {
		if el.SelectAttr(name) == nil {
			t.Errorf("<%s> has no %s", el.Tag, name)
		}
	}
	rest := el.ChildElements()
	for want := range strings.FieldsSeq(f.children) {
		names := strings.Split(strings.TrimRight(want, "?*+"), "/")
		n := 0
		for len(rest) > 0 && slices.Contains(names, rest[0].Tag) {
			n, rest = n+1, rest[1:]
		}
		switch {
		case n > 1 && (strings.HasSuffix(want, "?") || !strings.ContainsAny(want, "?*+")), n == 0 && (strings.HasSuffix(want, "+") || !strings.ContainsAny(want, "?*+")):
			t.Errorf("<%s> has %d of %s", el.Tag, n, want)
		}
	}
	if len(rest) > 0 {
		t.Errorf("<%s> has a <%s> where none belongs", el.Tag, rest[0].Tag)
	}
	if el.Tag == "point" && el.SelectElement("content") != nil && (el.SelectElement("intro") != nil || el.SelectElement("point") != nil || el.SelectElement("level") != nil) {
		t.Errorf("a point has content and more")
	}
	for _, child := range el.ChildElements() {
		inForm(t, child)
	}
}
