package example

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"github.com/google/go-cmp/cmp"
	"github.com/seed-ff4a8210/parley/client/dossier"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protopath"
	"google.golang.org/protobuf/reflect/protorange"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
)

const negotiation = "negotiations/ukraine-peace-plan"

func load(t *testing.T) (*dossier.Dossier, map[string][]*parleyv1.Point) {
	t.Helper()
	d, err := Dossier()
	if err != nil {
		t.Fatal(err)
	}
	points, err := fold(d)
	if err != nil {
		t.Fatal(err)
	}
	return d, points
}

func loadRiver(t *testing.T) *dossier.Dossier {
	t.Helper()
	d, err := River()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func revision(plan, id string) string {
	return negotiation + "/plans/" + plan + "/revisions/" + id
}

// everything lists all messages of the dossier under a name for errors.
func everything(d *dossier.Dossier) map[string]proto.Message {
	all := map[string]proto.Message{d.Negotiation.GetName(): d.Negotiation}
	add(all, d.Parties)
	add(all, d.Sources)
	add(all, d.Demands)
	add(all, d.Plans)
	add(all, d.Events)
	add(all, d.Stances)
	add(all, d.Claims)
	add(all, d.Assessments)
	add(all, d.Members)
	add(all, d.Disclosures)
	for _, m := range d.Revisions {
		all[m.GetParent()+"/revisions/"+m.GetRevisionId()] = m
	}
	return all
}

func add[M interface {
	proto.Message
	GetName() string
}](all map[string]proto.Message, list []M) {
	for _, m := range list {
		all[m.GetName()] = m
	}
}

// The article that the record began with has 45 facts; each is marked where it is recorded.
func TestEveryFactIsMarked(t *testing.T) {
	marked := map[string]bool{}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`# facts? ([0-9]+)(?: and ([0-9]+))?`).FindAllStringSubmatch(string(data), -1) {
			marked[m[1]], marked[m[2]] = true, true
		}
	}
	for i := 1; i <= 45; i++ {
		if !marked[fmt.Sprint(i)] {
			t.Errorf("fact %d is marked nowhere", i)
		}
	}
}

func TestEveryMessageIsValid(t *testing.T) {
	d, _ := load(t)
	all := everything(d)
	maps.Copy(all, everything(loadRiver(t)))
	for name, m := range all {
		if err := protovalidate.Validate(m); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryReferenceResolves(t *testing.T) {
	d, points := load(t)
	all := everything(d)
	known := func(name string) bool {
		rev, id, ok := strings.Cut(name, "/points/")
		if !ok {
			return all[name] != nil
		}
		for _, p := range points[rev] {
			if p.GetId() == id {
				return p.GetText() != "" || len(p.GetAlternatives()) > 0
			}
		}
		return false
	}
	refs := 0
	for where, m := range all {
		err := protorange.Range(m.ProtoReflect(), func(v protopath.Values) error {
			fd := v.Index(-1).Step.FieldDescriptor()
			if v.Index(-1).Step.Kind().String() == "ListIndex" {
				fd = v.Index(-2).Step.FieldDescriptor()
			}
			if s, ok := v.Index(-1).Value.Interface().(string); ok && isReference(fd) {
				refs++
				if !known(s) {
					t.Errorf("%s: %s is not there, or has no wording", where, s)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if refs < 300 {
		t.Errorf("only %d references seen", refs)
	}
}

func TestVersionOne(t *testing.T) {
	d, points := load(t)
	v1 := points[revision("us-draft", "v1")]
	if len(v1) != 28 {
		t.Fatalf("%d points", len(v1))
	}
	ids := map[string]bool{}
	for i, p := range v1 {
		if p.GetLabel() != fmt.Sprint(i+1) || p.GetHeading() == "" || p.GetText() == "" || p.GetTopic() == "" || ids[p.GetId()] {
			t.Errorf("point %d: %v", i+1, p)
		}
		ids[p.GetId()] = true
	}
	for name, ps := range points {
		seen := map[string]bool{}
		for _, p := range ps {
			if seen[p.GetId()] {
				t.Errorf("%s has %s twice", name, p.GetId())
			}
			seen[p.GetId()] = true
		}
	}
	for name, want := range map[string]int{
		revision("us-draft", "v3"): 28, revision("us-draft", "v5"): 28, revision("us-draft", "v6"): 28,
		revision("e3-redline", "v2a"): 28, revision("ukraine-answer", "v7"): 28, revision("us-draft", "v8"): 30,
		revision("european-24", "v2b"): 15, revision("london-framework", "v0"): 0,
	} {
		if len(points[name]) != want {
			t.Errorf("%s has %d points, want %d", name, len(points[name]), want)
		}
	}
	if len(d.Revisions) != 17 {
		t.Errorf("%d revisions", len(d.Revisions))
	}
}

func TestWhatBecameOfThePoints(t *testing.T) {
	_, points := load(t)
	for _, tc := range []struct{ plan, id, point, state string }{
		{"e3-redline", "v2a", "nato-expansion", "STRUCK"},
		{"e3-redline", "v2a", "non-nuclear", "UNSPECIFIED"},
		{"us-draft", "v3", "territory", "DEFERRED"},
		{"us-draft", "v3", "nato-membership", "DEFERRED"},
		{"us-draft", "v3", "amnesty", "STRUCK"},
		{"us-draft", "v3", "russia-economy", "MOVED"},
		{"us-draft", "v5", "territory", "UNKNOWN"},
		{"us-draft", "v6", "territory", "PRESENT"},
		{"us-draft", "v6", "nato-expansion", "MOVED"},
		{"us-draft", "v6", "fighter-jets", "UNKNOWN"},
		{"us-draft", "v8", "nato-expansion", "UNKNOWN"},
		{"us-draft", "v8", "amnesty", "STRUCK"},
	} {
		for _, p := range points[revision(tc.plan, tc.id)] {
			if p.GetId() == tc.point && p.GetState().String() != "STATE_"+tc.state {
				t.Errorf("%s %s %s is %v", tc.plan, tc.id, tc.point, p.GetState())
			}
		}
	}
	for _, p := range points[revision("ukraine-answer", "v7")] {
		if p.GetState() != parleyv1.Point_STATE_UNKNOWN {
			t.Errorf("v7 %s is %v", p.GetId(), p.GetState())
		}
	}
}

func TestVersionEight(t *testing.T) {
	_, points := load(t)
	var labels []string
	for _, p := range points[revision("us-draft", "v8")] {
		// What came whole, in a split or as an addition, has no state yet.
		if p.GetState() == parleyv1.Point_STATE_PRESENT || p.GetState() == parleyv1.Point_STATE_UNSPECIFIED {
			labels = append(labels, p.GetLabel())
		}
		if p.GetId() == "nuclear-plant" || p.GetId() == "territory" {
			if len(p.GetAlternatives()) != 2 {
				t.Errorf("%s has %d alternatives", p.GetId(), len(p.GetAlternatives()))
			}
			for _, a := range p.GetAlternatives() {
				if len(a.GetProponents()) != 1 {
					t.Errorf("%s, %s: proponents %v", p.GetId(), a.GetLabel(), a.GetProponents())
				}
			}
		}
	}
	if got := strings.Join(labels, " "); got != "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20" {
		t.Errorf("numbers %s", got)
	}
}

// "Who put in potential, when?" has one answer.
func TestPotentialCameWithVersionEight(t *testing.T) {
	_, points := load(t)
	for name, ps := range points {
		for _, p := range ps {
			words := p.GetHeading() + p.GetText()
			for _, a := range p.GetAlternatives() {
				words += a.GetText()
			}
			want := name == revision("us-draft", "v8") && p.GetId() == "territory"
			if strings.Contains(strings.ToLower(words), "potential") != want {
				t.Errorf("%s %s: %q", name, p.GetId(), words)
			}
		}
	}
}

func TestStancesAndDemands(t *testing.T) {
	d, _ := load(t)
	isw, whole, sets, comparisons := 0, 0, 0, 0
	for _, s := range d.Stances {
		a := s.GetAttribution()
		if a.GetSource() == "" || a.GetBasis() == parleyv1.Attribution_BASIS_UNSPECIFIED || a.GetConfidence() == parleyv1.Attribution_CONFIDENCE_UNSPECIFIED || s.GetSaidTime() == nil {
			t.Errorf("%s: %v, said %v", s.GetName(), a, s.GetSaidTime())
		}
		if inferred := a.GetBasis() == parleyv1.Attribution_BASIS_INFERRED; inferred != (a.GetInferredBy() != "") || inferred != (a.GetInferredFrom() != "") {
			t.Errorf("%s: %v", s.GetName(), a)
		}
		if a.GetInferredBy() == "ISW" {
			isw++
		}
		switch s.GetTarget().GetTarget().(type) {
		case *parleyv1.Stance_Target_Revision:
			whole++
		case *parleyv1.Stance_Target_UnnamedSet_:
			sets++
		case *parleyv1.Stance_Target_Comparison_:
			comparisons++
		}
	}
	if isw != 7 || whole < 10 || sets < 5 || comparisons != 2 {
		t.Errorf("%d stances inferred by ISW, %d on wholes, %d on unnamed sets, %d comparisons", isw, whole, sets, comparisons)
	}
	red := map[string]int{}
	for _, m := range d.Demands {
		if m.GetStrength() == parleyv1.Demand_STRENGTH_RED_LINE {
			party, _, _ := strings.Cut(strings.TrimPrefix(m.GetName(), negotiation+"/parties/"), "/")
			red[party]++
			if m.GetWithheld() != (party == "russia") {
				t.Errorf("%s: withheld is %v", m.GetName(), m.GetWithheld())
			}
		}
	}
	if red["ukraine"] != 3 || red["russia"] != 1 || len(red) != 2 {
		t.Errorf("red lines: %v", red)
	}
}

var (
	tag    = regexp.MustCompile(`\[([A-Z0-9]+(?:-[A-Z0-9]+)?)\]`)
	listed = regexp.MustCompile(`(?m)^\| ([A-Z0-9][A-Z0-9, -]+) \|`)
)

func TestEverySourceTagIsSpeltOut(t *testing.T) {
	d, _ := load(t)
	table, err := os.ReadFile("SOURCES.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, line := range listed.FindAllStringSubmatch(string(table), -1) {
		for t := range strings.SplitSeq(line[1], ", ") {
			known[t] = true
		}
	}
	data, err := dossier.YAML(d)
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, m := range tag.FindAllStringSubmatch(string(data), -1) {
		used[m[1]] = true
		if !known[m[1]] {
			t.Errorf("[%s] is not in SOURCES.md", m[1])
		}
	}
	if len(used) < 35 {
		t.Errorf("only %d tags used of %d", len(used), len(known))
	}
}

// What is said to be from a source with a tag of its own can be followed to that source.
func TestEverySourceTagHasASource(t *testing.T) {
	d, _ := load(t)
	sources := map[string]string{}
	for _, s := range d.Sources {
		sources[s.GetTag()] = s.GetName()
	}
	table, err := os.ReadFile("SOURCES.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range listed.FindAllStringSubmatch(string(table), -1) {
		for tag := range strings.SplitSeq(line[1], ", ") {
			if sources[tag] == "" {
				t.Errorf("%s is no source of the dossier", tag)
			}
		}
	}
	articles := 0
	for where, m := range everything(d) {
		err := protorange.Range(m.ProtoReflect(), func(v protopath.Values) error {
			message, ok := v.Index(-1).Value.Interface().(protoreflect.Message)
			if !ok {
				return nil
			}
			a, ok := message.Interface().(*parleyv1.Attribution)
			if !ok || a.GetSource() != "[SEED]" {
				return nil
			}
			articles++
			if !slices.ContainsFunc(a.GetReferences(), func(r *parleyv1.Reference) bool { return r.GetSource() == sources["SEED"] }) {
				t.Errorf("%s: %v does not name the article", where, a)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if articles < 50 {
		t.Errorf("only %d attributions to the article", articles)
	}
}

func TestReadsBackFromYAMLAndJSON(t *testing.T) {
	d, _ := load(t)
	for _, d := range []*dossier.Dossier{d, loadRiver(t)} {
		for name, format := range map[string]func(*dossier.Dossier) ([]byte, error){"yaml": dossier.YAML, "json": dossier.JSON} {
			data, err := format(d)
			if err != nil {
				t.Fatal(err)
			}
			again, err := dossier.Parse(dossier.File{Name: name, Data: data})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(d, again, protocmp.Transform()); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

// Nobody can take the fiction for a report: it says what it is wherever it is met.
func TestTheFictionSaysThatItIsFiction(t *testing.T) {
	d := loadRiver(t)
	if !strings.Contains(d.Negotiation.GetDisplayName(), "fiction") || !strings.Contains(d.Negotiation.GetDescription(), "None of them exists") {
		t.Errorf("%s, %s", d.Negotiation.GetDisplayName(), d.Negotiation.GetDescription())
	}
	for _, name := range append([]string{"river/README.md"}, riverNames...) {
		if data, err := os.ReadFile(name); err != nil || !strings.Contains(strings.ToLower(string(data)), "fiction") {
			t.Errorf("%s does not say that it is fiction: %v", name, err)
		}
	}
}

func isReference(fd protoreflect.FieldDescriptor) bool {
	return fd != nil && proto.HasExtension(fd.Options(), annotations.E_ResourceReference)
}
