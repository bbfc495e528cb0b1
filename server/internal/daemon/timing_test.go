package daemon_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Of a secret name, a missing one, and another missing one, in turn and by a member who may not know of the secret: the medians
// of the times to be answered. What the two missing ones differ by is noise; so is as much as `noise`, the error that a median
// has by the scatter of the times. PARLEY_TIMING says how many reads of each to make. docs/threat-model.md has figures.
func TestASecretTakesTheTimeOfWhatIsMissing(t *testing.T) {
	reads := 300
	if n, err := strconv.Atoi(os.Getenv("PARLEY_TIMING")); err == nil {
		reads = n
	}
	s := besiege(t)
	t.Logf("%-32s %10s %10s %10s %10s", "medians of "+strconv.Itoa(reads)+" reads, µs", "missing", "secret", "missing 2", "noise")
	for _, each := range []struct{ what, method, name string }{
		{"negotiation", "NegotiationService.GetNegotiation", "negotiations/%s"},
		{"stance of a hidden negotiation", "StanceService.GetStance", "negotiations/%s/stances/x"},
		{"party", "PartyService.GetParty", "{n}/parties/mediators--%s"},
		{"demand", "DemandService.GetDemand", "{n}/parties/b/demands/b--%s"},
		{"plan", "PlanService.GetPlan", "{n}/plans/mediators--%s"},
		{"revision", "PlanService.GetRevision", "{n}/plans/draft/revisions/mediators--%s"},
		{"point of a hidden revision", "PlanService.GetPoint", "{n}/plans/draft/revisions/mediators--%s/points/p"},
		{"stance", "StanceService.GetStance", "{n}/stances/b--%s"},
		{"deleted stance", "StanceService.GetStance", "{n}/stances/b--erased-%s"},
		{"claim", "ClaimService.GetClaim", "{n}/claims/b--%s"},
		{"event", "EventService.GetEvent", "{n}/events/mediators--%s"},
		{"source", "SourceService.GetSource", "{n}/sources/mediators--%s"},
		{"assessment", "AssessmentService.GetAssessment", "{n}/assessments/b--%s"},
		{"disclosure", "DisclosureService.GetDisclosure", "{n}/disclosures/mediators--%s"},
	} {
		m := s.timeReads(t, methodNamed(each.method), each.name, reads)
		t.Logf("%-32s %10.1f %+10.2f %+10.2f %10.2f", each.what, m.missing, m.secret-m.missing, m.another-m.missing, m.noise)
		if differs := math.Abs(m.secret - m.missing); differs > 0.3*m.missing && differs > 10*m.noise {
			t.Errorf("a secret %s takes %.1f µs, a missing one %.1f", each.what, m.secret, m.missing)
		}
	}
}

// medians are of the times in which reads were answered, in microseconds.
type medians struct{ missing, secret, another, noise float64 }

// timeReads times a method about a name that is missing, one that is there in secret, and another that is missing.
func (s *siege) timeReads(t *testing.T, method protoreflect.MethodDescriptor, name string, reads int) (m medians) {
	t.Helper()
	x := &attacker{siege: s, t: t, conn: dialRaw(t, s.server)}
	full := fmt.Sprintf("/%s/%s", method.Parent().FullName(), method.Name())
	var reqs [3]proto.Message
	var times [3][]float64
	for i, id := range []string{absentID, secretID, "nobody"} {
		reqs[i] = newMessage(method.Input()).Interface()
		if err := protojson.Unmarshal([]byte(x.fill(fmt.Sprintf(`{"name": "`+name+`"}`, id))), reqs[i]); err != nil {
			t.Fatal(err)
		}
	}
	ctx, out := x.as("anna"), newMessage(method.Output()).Interface()
	for turn := range reads * len(reqs) {
		i := (turn + turn/len(reqs)) % len(reqs) // each comes after each
		start := time.Now()
		if err := x.conn.Invoke(ctx, full, reqs[i], out); err == nil {
			t.Fatalf("%v is there to see", reqs[i])
		}
		times[i] = append(times[i], float64(time.Since(start).Nanoseconds())/1e3)
	}
	for i, median := range []*float64{&m.missing, &m.secret, &m.another} {
		slices.Sort(times[i])
		*median = times[i][len(times[i])/2]
	}
	n := len(times[0])
	scatter := (times[0][n*3/4] - times[0][n/4]) / 1.349            // the deviation of a normal distribution with these quartiles
	m.noise = 1.2533 * math.Sqrt2 * scatter / math.Sqrt(float64(n)) // of the difference of two medians
	return m
}
