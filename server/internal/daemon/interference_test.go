package daemon_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/access"
)

// Pairs of histories are told to pairs of servers: one of them also what somebody may not know of. Whatever that somebody asks or
// writes then, by any method, over gRPC and over REST, both answer the same to the byte. PARLEY_PAIRS says how many pairs.
func TestWhatIsHiddenChangesNothing(t *testing.T) {
	pairs := 60
	if n, err := strconv.Atoi(os.Getenv("PARLEY_PAIRS")); err == nil {
		pairs = n
	}
	const theaters = 4 // side by side, so that one works while another waits for the disk
	if err := flag.Set("rapid.checks", strconv.Itoa((pairs+theaters-1)/theaters)); err != nil {
		t.Fatal(err)
	}
	seen := &tally{asked: map[string]int{}, answered: map[string]int{}}
	t.Run("pairs", func(t *testing.T) {
		for i := range theaters {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				th := newTheater(t)
				rapid.Check(t, func(t *rapid.T) { th.perform(t, seen) })
			})
		}
	})
	seen.check(t, pairs)
}

// theater is a pair of servers on which one history after the other is performed.
type theater struct {
	stage         *stage
	with, without *twin
	performed     int
}

// stage is what both servers of a theater have in common: the time, and the ids that they make.
type stage struct {
	began time.Time
	clock atomic.Int64
	mu    sync.Mutex
	scene string
}

// enter begins a scene a second after the one before. The ids that a server makes in it are told by its name.
func (s *stage) enter(scene string) { s.enterAfter(time.Second, scene) }

// enterAfter is enter after another time, which passes in one step.
func (s *stage) enterAfter(d time.Duration, scene string) {
	s.clock.Add(int64(d))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scene = scene
}

func (s *stage) now() time.Time { return time.Unix(0, s.clock.Load()).UTC() }

func newTheater(t *testing.T) *theater {
	t.Helper()
	th := &theater{stage: &stage{began: time.Now().Truncate(time.Second)}} // tokens must not have expired by the clock of the machine
	th.with = newTwin(t, th.stage, nil)
	key, err := os.ReadFile(filepath.Join(th.with.dir, access.KeyFile)) // tokens of pages are sealed alike
	if err != nil {
		t.Fatal(err)
	}
	th.without = newTwin(t, th.stage, key)
	for _, w := range []*twin{th.with, th.without} {
		must(t)(w.mediator.Negotiations.CreateNegotiation(t.Context(), &parleyv1.CreateNegotiationRequest{
			NegotiationId: lastPart(backstage), Negotiation: &parleyv1.Negotiation{DisplayName: "backstage", Audience: audienceOf(parleyv1.Audience_LEVEL_MEDIATOR)},
		}))
	}
	return th
}

// backstage is a negotiation of the operator's, of which no viewer knows.
const backstage = "negotiations/backstage"

// perform tells both servers a history, and asks both the same as its viewer.
func (th *theater) perform(t *rapid.T, seen *tally) {
	th.performed++
	p := &play{
		t: t, theater: th, id: fmt.Sprintf("n%06d", th.performed), names: map[string][]string{},
		own: map[string]string{"anna": "a", "bert": "b"}, mediators: map[string]bool{"maria": true, "operator": true},
	}
	p.viewer = rapid.SampledFrom(viewers).Draw(t, "viewer")
	p.open()
	p.staged = len(p.things)
	for range rapid.SampledFrom([]int{2, 4, 8, 12, 16}).Draw(t, "acts") {
		p.act()
	}
	calls := p.ask()
	seen.add(p, append(p.compared, calls...))
}

// viewers are those from whom things are hidden. The operator, who is none of them, sets the stage.
var viewers = []string{"", "nina", "root", "olga", "ines", "anna", "bert", "maria"}

// tally counts what was tried.
type tally struct {
	mu              sync.Mutex
	pairs, secrets  int
	asked, answered map[string]int // by method and transport; by method, those that were no error
}

func (s *tally) add(p *play, calls []question) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pairs++
	s.secrets += p.secrets
	for _, c := range calls {
		s.asked[string(c.method.FullName())+" over "+c.over.String()]++
		if c.ok {
			s.answered[string(c.method.FullName())]++
		}
	}
}

// check makes sure that the test tried what it is to try: every method there is, over everything it is served over, and each with
// requests that were answered by more than an error, where there were pairs enough for it.
func (s *tally) check(t *testing.T, pairs int) {
	calls := 0
	for _, n := range s.asked {
		calls += n
	}
	t.Logf("%d pairs, with %d secret acts, %d calls compared", s.pairs, s.secrets, calls)
	if s.pairs >= pairs && s.secrets < pairs {
		t.Errorf("only %d secret acts took place in %d pairs", s.secrets, s.pairs)
	}
	var refused []string
	for _, m := range allMethods() {
		for _, over := range transportsOf(m) {
			if name := string(m.FullName()) + " over " + over.String(); s.asked[name] == 0 && pairs >= 1000 {
				t.Errorf("%s was not tried", name)
			}
		}
		if s.answered[string(m.FullName())] == 0 {
			refused = append(refused, string(m.Name()))
		}
	}
	if pairs >= 2000 && len(refused) > 0 { // a method that nothing can be asked that it answers shows nothing
		t.Errorf("never answered anything but errors: %q", refused)
	}
	if testing.Verbose() {
		for _, name := range slices.Sorted(maps.Keys(s.asked)) {
			method, _, _ := strings.Cut(name, " ")
			t.Logf("%6d %s (%d answered over all)", s.asked[name], name, s.answered[method])
		}
	}
}

// transport is how a call is made.
type transport int

const (
	byGRPC transport = iota
	byREST
	byEvents // REST, as server-sent events
)

func (o transport) String() string { return [...]string{"gRPC", "REST", "events"}[o] }

// transportsOf gives those that a method is served over.
func transportsOf(m protoreflect.MethodDescriptor) []transport {
	switch {
	case m.IsStreamingClient():
		return []transport{byGRPC}
	case m.IsStreamingServer():
		return []transport{byGRPC, byREST, byEvents}
	}
	return []transport{byGRPC, byREST}
}
