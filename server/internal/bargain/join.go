package bargain

import (
	"cmp"
	"math"
	"slices"
)

// How many parts of packages there may be of each half of the issues: at first, and how many times more each time after.
const (
	fewParts     = 1 << 9
	moreParts    = 4
	mostGains    = 1 << 21 // of all parties in all parts
	leafParts    = 8
	pairsOfAStep = 4       // as it takes about as long to compare so many pairs as to go on to other nodes
	mostEquals   = 1 << 12 // packages that are equally good
	sampleBelow  = 20      // of what is within reach, the part that it must be possible to list if there are to be no samples
	tooFar       = 1000    // the part that it must be possible to list for a list to be worth while
	costsSteps   = 512     // how finely costs are told apart when parts are counted
)

// half is some of the issues, and what their options cost: how much less they are worth under the weights than the best.
type half struct {
	issues []int
	costs  [][]float64
}

// mostParts is how many parts of a half there may be at the most.
func (s *search) mostParts() int { return mostGains / s.p.Parties() }

// explore goes through the packages by what their options cost, and lowers the bound to that of what is left.
func (s *search) explore() {
	halves := s.halves(s.reach())
	whole := halves[0].whole() + halves[1].whole()
	if reach := s.reach(); limitOf(halves, reach, s.mostParts()) < reach/sampleBelow {
		s.sample(halves)
	}
	s.settle()
	most := s.mostParts()
	for size := 0; size < most && !s.prunes(s.bound) && !s.gaveUp; {
		size = min(max(size*moreParts, fewParts), most)
		reach := s.reach()
		limit := limitOf(halves, reach, size)
		if limit < reach/tooFar && !math.IsInf(s.value, -1) {
			continue
		}
		j := &join{search: s, limit: limit, equals: s.ties}
		if j.run(halves); s.gaveUp {
			return
		}
		if s.bound = min(s.bound, s.peak-limit); limit >= whole {
			s.bound = s.value
		}
		s.settle()
		if s.prunes(s.bound) && j.equals {
			s.equal = j.all
		}
	}
}

// reach is what a package may cost at the most to be of interest.
func (s *search) reach() float64 {
	return s.peak - max(s.value, s.goal.worst(s.p.Parties())) + precision
}

// equals gives all packages that are as good as the best, if patience lasts and they are few.
func (s *search) equals(patience Patience) ([][]int, bool) {
	if s.equal != nil {
		return s.equal, true
	}
	s.patience, s.steps, s.gaveUp = patience, 0, false
	reach := max(s.peak-s.value, 0) + 2*precision
	halves := s.halves(reach)
	if limitOf(halves, reach, s.mostParts()) < reach {
		return nil, false
	}
	j := &join{search: s, limit: reach, equals: true}
	j.run(halves)
	return j.all, j.equals && !s.gaveUp
}

// limitOf gives a cost up to which there are no more than so many parts of either half.
func limitOf(halves [2]half, reach float64, size int) float64 {
	return min(reach, halves[0].limit(reach, size), halves[1].limit(reach, size))
}

// halves splits the issues so that there are about as many parts of packages in both whose costs are within reach.
func (s *search) halves(reach float64) (out [2]half) {
	type weighed struct {
		issue int
		costs []float64
		size  float64
	}
	var all []weighed
	for k, worths := range s.p.Worth {
		w := weighed{issue: k}
		most := math.Inf(-1)
		for _, worth := range worths {
			v := dot(s.weights, worth)
			w.costs, most = append(w.costs, v), max(most, v)
		}
		for o, v := range w.costs {
			w.costs[o] = most - v
			w.size += math.Exp(-10 * w.costs[o] / max(reach, 1e-300))
		}
		all = append(all, w)
	}
	slices.SortStableFunc(all, func(a, b weighed) int { return cmp.Compare(b.size, a.size) })
	size := [2]float64{}
	for _, w := range all {
		to := 0
		if size[1] < size[0] {
			to = 1
		}
		size[to] += math.Log(w.size)
		out[to].issues, out[to].costs = append(out[to].issues, w.issue), append(out[to].costs, w.costs)
	}
	return out
}

// whole is what the parts cost at the most.
func (h half) whole() (sum float64) {
	for _, costs := range h.costs {
		sum += slices.Max(costs)
	}
	return sum
}

// limit gives a cost, at most the reach, up to which there are no more than so many parts. It is 0 or less if there are more that cost
// nothing.
func (h half) limit(reach float64, size int) float64 {
	for {
		count := h.counts(reach)
		total, at := 0.0, 0
		for ; at <= costsSteps && total+count[at] <= float64(size); at++ {
			total += count[at]
		}
		if at > costsSteps {
			return reach
		}
		if limit := reach * (float64(at) - 1) / costsSteps; at > costsSteps/4 || reach < 1e-12 {
			return limit
		}
		reach *= 0.5
	}
}

// counts counts the parts by cost, in steps of a fraction of the reach: of each those that cost as much, or a little more.
func (h half) counts(reach float64) []float64 {
	count := make([]float64, costsSteps+1)
	count[0] = 1
	for _, costs := range h.costs {
		next := make([]float64, costsSteps+1)
		for at, n := range count {
			if n == 0 {
				continue
			}
			for _, c := range costs {
				if to := float64(at) + math.Floor(c/reach*costsSteps); to <= costsSteps {
					next[int(to)] += n
				}
			}
		}
		count = next
	}
	return count
}

// parts is all choices of options for a half of the issues whose costs are within a limit, as a tree: each node has those of a box.
type parts struct {
	parties int
	gains   []float64 // by part, of all parties
	cost    []float64
	id      []int32 // by place: the how-manieth part it is, in the order of listing
	nodes   []node
	most    []float64 // by node, of all parties: what they gain at most
}

type node struct {
	from, to int32 // places of its parts
	cost     float64
	next     int32 // its first child, after which comes the other; 0 for none
	extent   float64
}

// list lists the parts of a half, until the visitor has enough.
func (h half) list(p *Problem, gains []float64, limit float64, visit func(options []int, gains []float64, cost float64) bool) {
	options := make([]int, len(h.issues))
	var from func(at int, gains []float64, cost float64) bool
	scratch := make([][]float64, len(h.issues)+1)
	for i := range scratch {
		scratch[i] = make([]float64, len(gains))
	}
	from = func(at int, gains []float64, cost float64) bool {
		if at == len(options) {
			return visit(options, gains, cost)
		}
		for o, c := range h.costs[at] {
			if cost+c > limit {
				continue
			}
			sum := scratch[at]
			for i, v := range p.Worth[h.issues[at]][o] {
				sum[i] = gains[i] + v
			}
			options[at] = o
			if !from(at+1, sum, cost+c) {
				return false
			}
		}
		return true
	}
	from(0, gains, 0)
}

// join puts parts of both halves together.
type join struct {
	*search
	limit  float64
	equals bool // look also for all that are as good as the best, as long as they are few
	sides  [2]*parts
	pair   []float64  // gains of a pair
	found  [][2]int32 // ids of the parts of the best pair, or of all pairs that are as good
	all    [][]int    // the packages found
}

func (j *join) run(halves [2]half) {
	zero := make([]float64, j.p.Parties())
	for side, gains := range [2][]float64{j.p.Offset, zero} {
		if j.sides[side] = j.parts(halves[side], gains); j.gaveUp {
			return
		}
	}
	if j.meetAll(); len(j.found) == 0 {
		return
	}
	for range j.found {
		j.all = append(j.all, make([]int, len(j.p.Worth)))
	}
	for side, h := range halves {
		places := map[int32][]int{}
		for at, f := range j.found {
			places[f[side]] = append(places[f[side]], at)
		}
		id := int32(0)
		h.list(j.p, zero, j.limit, func(list []int, _ []float64, _ float64) bool {
			for _, at := range places[id] {
				for i, k := range h.issues {
					j.all[at][k] = list[i]
				}
			}
			id++
			return true
		})
	}
	best := j.all[0]
	for _, options := range j.all[1:] {
		if j.goal.value(j.p.Gains(options)) > j.goal.value(j.p.Gains(best)) {
			best = options
		}
	}
	j.better(best)
}

// meetAll looks for pairs among all parts.
func (j *join) meetAll() {
	j.pair = make([]float64, j.p.Parties())
	j.meet(0, 0)
}

// better takes a package for the best, whose value was worked out from its parts.
func (s *search) better(options []int) {
	s.best, s.value = options, s.goal.value(s.p.Gains(options))
}

// hopeless tells whether nothing is looked for within a bound.
func (j *join) hopeless(bound float64) bool {
	if j.equals {
		return bound < j.value-j.nothing()
	}
	return j.prunes(bound)
}

// parts lists the parts of a half and builds their tree.
func (j *join) parts(h half, gains []float64) *parts {
	out := &parts{parties: len(gains)}
	h.list(j.p, gains, j.limit, func(_ []int, gains []float64, cost float64) bool {
		out.id = append(out.id, int32(len(out.id)))
		out.gains, out.cost = append(out.gains, gains...), append(out.cost, cost)
		return !j.stops()
	})
	if !j.gaveUp {
		out.plant()
	}
	return out
}

// plant builds the tree.
func (t *parts) plant() {
	t.nodes, t.most = []node{{to: int32(len(t.id))}}, make([]float64, t.parties)
	t.build(0)
}

func (t *parts) of(place int32) []float64 {
	return t.gains[int(place)*t.parties : (int(place)+1)*t.parties]
}

// build bounds the parts of a node, and splits them in the middle of what they differ most in.
func (t *parts) build(at int) {
	n := t.nodes[at]
	most, least := t.most[at*t.parties:(at+1)*t.parties], make([]float64, t.parties)
	n.cost = math.Inf(1)
	for i := range most {
		most[i], least[i] = math.Inf(-1), math.Inf(1)
	}
	for place := n.from; place < n.to; place++ {
		for i, v := range t.of(place) {
			most[i], least[i] = max(most[i], v), min(least[i], v)
		}
		n.cost = min(n.cost, t.cost[place])
	}
	by, middle := 0, 0.0
	for i := range most {
		if d := most[i] - least[i]; d > n.extent {
			n.extent, by, middle = d, i, (most[i]+least[i])/2
		}
	}
	if n.to-n.from <= leafParts || n.extent == 0 {
		t.nodes[at] = n
		return
	}
	split := n.from
	for place := n.from; place < n.to; place++ {
		if t.of(place)[by] > middle {
			t.swap(place, split)
			split++
		}
	}
	if split == n.from || split == n.to { // the middle is one of the ends, as there is no number between them
		t.nodes[at] = n
		return
	}
	n.next = int32(len(t.nodes))
	t.nodes[at] = n
	t.nodes = append(t.nodes, node{from: n.from, to: split}, node{from: split, to: n.to})
	t.most = append(t.most, make([]float64, 2*t.parties)...)
	t.build(int(n.next))
	t.build(int(n.next) + 1)
}

func (t *parts) swap(a, b int32) {
	t.id[a], t.id[b] = t.id[b], t.id[a]
	t.cost[a], t.cost[b] = t.cost[b], t.cost[a]
	x, y := t.of(a), t.of(b)
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}

// promise is the most that pairs of parts may be good for: of two lists of what the parties gain, and what they cost.
func (j *join) promise(a, b []float64, cost float64) float64 {
	if j.hopeless(j.peak - cost) {
		return math.Inf(-1)
	}
	for i, v := range a {
		j.pair[i] = v + b[i]
	}
	return j.goal.value(j.pair)
}

// meet looks for pairs of two nodes that are better than the best.
func (j *join) meet(a, b int32) {
	if j.stops() {
		return
	}
	left, right := j.sides[0], j.sides[1]
	x, y := &left.nodes[a], &right.nodes[b]
	if x.next == 0 && y.next == 0 {
		j.compare(x, y)
		return
	}
	var pairs [2][2]int32
	if y.next == 0 || x.next != 0 && x.extent >= y.extent {
		pairs = [2][2]int32{{x.next, b}, {x.next + 1, b}}
	} else {
		pairs = [2][2]int32{{a, y.next}, {a, y.next + 1}}
	}
	var promises [2]float64
	for i, p := range pairs {
		promises[i] = j.promise(left.mostOf(p[0]), right.mostOf(p[1]), left.nodes[p[0]].cost+right.nodes[p[1]].cost)
	}
	if promises[1] > promises[0] {
		promises[0], promises[1], pairs[0], pairs[1] = promises[1], promises[0], pairs[1], pairs[0]
	}
	for i, p := range pairs {
		if !math.IsInf(promises[i], -1) && !j.hopeless(promises[i]) {
			j.meet(p[0], p[1])
		}
	}
}

func (t *parts) mostOf(at int32) []float64 {
	return t.most[int(at)*t.parties : (int(at)+1)*t.parties]
}

// compare tries all pairs of two nodes.
func (j *join) compare(x, y *node) {
	left, right := j.sides[0], j.sides[1]
	j.steps += int((x.to - x.from) * (y.to - y.from) / pairsOfAStep)
	for a := x.from; a < x.to; a++ {
		for b := y.from; b < y.to; b++ {
			if v := j.promise(left.of(a), right.of(b), left.cost[a]+right.cost[b]); j.equals && !j.hopeless(v) || v > j.value {
				j.find(v, [2]int32{left.id[a], right.id[b]})
			}
		}
	}
}

// find takes a pair for the best, or for one that is as good.
func (j *join) find(value float64, pair [2]int32) {
	if j.equals = j.equals && len(j.found) < mostEquals; !j.equals || value > j.value+j.nothing() {
		j.found = j.found[:0]
	}
	j.found, j.value = append(j.found, pair), max(j.value, value)
}

// nothing is a difference of values that is taken for none.
func (s *search) nothing() float64 { return precision * max(1, math.Abs(s.value)) }
