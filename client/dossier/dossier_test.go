package dossier

import (
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/protobuf/testing/protocmp"
)

func small(t testing.TB) *Dossier {
	t.Helper()
	d, err := ReadFiles("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The file is written as YAML writes it, so it is its own golden file.
func TestYAMLIsStable(t *testing.T) {
	want, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := YAML(small(t))
	if diff := cmp.Diff(string(want), string(got)); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestJSONReadsBack(t *testing.T) {
	want := small(t)
	data, err := JSON(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(File{"x.json", data})
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

func TestShortNamesAreCompleted(t *testing.T) {
	d := small(t)
	const n = "negotiations/peace"
	for got, want := range map[string]string{
		d.Negotiation.GetName():                                              n,
		d.Parties[1].GetMemberships()[0].GetParty():                          n + "/parties/e3",
		d.Demands[0].GetName():                                               n + "/parties/ukraine/demands/no-recognition",
		d.Plans[0].GetOwner():                                                n + "/parties/ukraine",
		d.Revisions[0].GetText().GetPoints()[2].GetMovedTo():                 n + "/plans/annex",
		d.Revisions[1].GetParent():                                           n + "/plans/draft",
		d.Revisions[1].GetRevision().GetParents()[0].String():                `revision:"negotiations/peace/plans/draft/revisions/v1"`,
		d.Revisions[1].GetChanges().GetChanges()[3].GetAdopt().GetRevision(): n + "/plans/draft/revisions/v1",
		d.Stances[0].GetTarget().GetPoint():                                  n + "/plans/draft/revisions/v1/points/army-size",
		d.Stances[1].GetTarget().GetComparison().GetThan():                   n + "/plans/draft/revisions/v1",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFilesAreJoined(t *testing.T) {
	d, err := Parse(
		File{"a", []byte("parties: [{id: a, display_name: A}]")},
		File{"b", []byte("# nothing\n")},
		File{"c", []byte("negotiation: {id: n}\nparties: [{id: b, memberships: [a]}]")},
	)
	if err != nil || len(d.Parties) != 2 || d.Parties[1].GetMemberships()[0].GetParty() != "negotiations/n/parties/a" {
		t.Errorf("%v, %v", d, err)
	}
}

func TestMistakesAreNamedWithTheirLine(t *testing.T) {
	const head = "negotiation: {id: n}\n"
	for in, want := range map[string]string{
		"":                    "no file says which negotiation this is",
		"parties: []":         "no file says which negotiation this is",
		"negotiation: {}":     `f:1: "id" is missing`,
		head + "party: []":    `f:2: a dossier has no part "party"`,
		head + "parties: {}":  "f:2: expected a list, found fields",
		head + "parties: [x]": `f:2: expected fields`,
		head + "parties:\n- display_name: x\n  ide: y":                     `f:4: Party has no field "ide"`,
		head + "parties:\n- display_name: x":                               `f:3: "id" is missing`,
		head + "parties:\n- id: x\n- id: x":                                "f:4: negotiations/n/parties/x is there already, at f:3",
		head + "demands:\n- id: x":                                         `f:3: "party" is missing`,
		head + "revisions:\n- {plan: p, id: x, text: [], changes: []}":     "f:3: text and changes exclude each other",
		head + "revisions:\n- plan: p\n  id: x\n  changes:\n  - foo: {}":   `f:6: PointChange has no field "foo"`,
		head + "revisions:\n- plan: p\n  id: x\n  text:\n  - stat: STRUCK": `f:6: Point has no field "stat"`,
		head + "parties:\n- id: x/y":                                       `f:3: "x/y" is no id`,
		head + "demands:\n- {id: x, party: a/b}":                           `f:3: "a/b" is none of the parties`,
		head + "negotiation: {id: m}":                                      `f:2: `,
		head + "stances: [":                                                "f:2: ",
	} {
		_, err := Parse(File{"f", []byte(in)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\ngot  %v\nwant %s", in, err, want)
		}
	}
	if _, err := Parse(File{"f", []byte(head)}, File{"g", []byte(head)}); err == nil || !strings.Contains(err.Error(), "g:1: the negotiation was given before") {
		t.Error(err)
	}
}

func TestLoad(t *testing.T) {
	f, d := newFake(), small(t)
	d.Revisions[1].GetRevision().Parents = nil
	var steps []Progress
	sum, err := Load(t.Context(), f.dial(t), d, func(p Progress) { steps = append(steps, p) })
	if err != nil {
		t.Fatal(err)
	}
	want := Summary{{KindNegotiation, 1, 0}, {KindParties, 4, 0}, {KindDemands, 2, 0}, {KindPlans, 2, 0}, {KindRevisions, 3, 0}, {KindStances, 2, 0}}
	if !reflect.DeepEqual(sum, want) || len(f.made) != 14 {
		t.Errorf("%v; %d things made", sum, len(f.made))
	}
	if last := steps[len(steps)-1]; last != (Progress{KindStances, 2, 2}) {
		t.Errorf("last step %v", last)
	}
	order := strings.Join(f.order[1:5], " ")
	if order != "negotiations/peace/parties/ukraine negotiations/peace/parties/europe negotiations/peace/parties/e3 negotiations/peace/parties/france" {
		t.Errorf("parties made in the order %s", order)
	}
	again, err := Load(t.Context(), f.dial(t), d, nil)
	if err != nil || len(f.made) != 14 {
		t.Fatal(err)
	}
	for i, c := range again {
		if c.Created != 0 || c.Existing != want[i].Created {
			t.Errorf("second load: %v", c)
		}
	}
	if got := sum.String(); got != "created 1 negotiation, 4 parties, 2 demands, 2 plans, 3 revisions, 2 stances" {
		t.Error(got)
	}
	if got := again.String(); !strings.HasPrefix(got, "found 1 negotiation,") {
		t.Error(got)
	}
}

// A load that fails at any of its steps goes on from there, whether the failed request was done or not.
func TestLoadGoesOnAfterAFailure(t *testing.T) {
	d := small(t)
	d.Revisions[1].GetRevision().Parents = nil
	for _, lossy := range []bool{false, true} {
		for room := 1; room <= 14; room++ {
			f := newFake()
			f.room, f.lossy = room, lossy
			c := f.dial(t)
			if _, err := Load(t.Context(), c, d, nil); err == nil {
				t.Fatalf("room %d: no error", room)
			}
			f.room = 0
			if _, err := Load(t.Context(), c, d, nil); err != nil || len(f.made) != 14 {
				t.Errorf("room %d, lossy %v: %d things, %v", room, lossy, len(f.made), err)
			}
		}
	}
}

func TestLoadBatches(t *testing.T) {
	d := &Dossier{Negotiation: &parleyv1.Negotiation{Name: "negotiations/n"}}
	for i := range 2500 {
		s := &parleyv1.Stance{Name: "negotiations/n/stances/s" + strconv.Itoa(i)}
		if i >= 2490 { // large ones: a batch of them is bounded by bytes
			s.Reason = strings.Repeat("x", 1<<20)
		}
		d.Stances = append(d.Stances, s)
	}
	f := newFake()
	if _, err := Load(t.Context(), f.dial(t), d, nil); err != nil {
		t.Fatal(err)
	}
	if want := []int{1000, 1000, 491, 1, 1, 1, 1, 1, 1, 1, 1, 1}; !reflect.DeepEqual(f.batches, want) {
		t.Errorf("batches of %v", f.batches)
	}
}

func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"negotiation": {"id": "n"}, "stances": [{"id": "s", "target": {"point": "a/b/c"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(File{"f", data})
		if err != nil {
			return
		}
		out, err := YAML(d)
		if err != nil {
			return // invalid UTF-8
		}
		again, err := Parse(File{"f", out})
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if diff := cmp.Diff(d, again, protocmp.Transform()); diff != "" {
			t.Errorf("%s\n%s", diff, out)
		}
	})
}

// The example in the document on formats is one that can be loaded.
func TestTheDocumentedDossier(t *testing.T) {
	doc, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(doc), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	d, err := Parse(File{"formats.md", []byte(example)})
	if err != nil || len(d.Revisions) != 2 || len(d.Stances) != 1 || d.Stances[0].GetSaidTime().GetValue() != "2025-11-24" {
		t.Errorf("%v, %v", d, err)
	}
}
