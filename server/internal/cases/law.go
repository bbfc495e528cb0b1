// Package cases reads what parley is tested and measured on: large records of the real world, each from a folder of its own, as
// requests that the API takes. No server needs it.
package cases

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// LawChange is one article added, modified or deleted.
type LawChange struct {
	Op, ID, Section, Text string
}

// Key tells an article from all others. Its number alone does not: two sections may hold the same.
func (c LawChange) Key() string { return c.Section + "|" + c.ID }

// LawRevision is what one act changed in a law.
type LawRevision struct {
	Rev     int
	Source  string // the act
	Changes []LawChange
}

// ReadLaw reads the revisions of a law, oldest first, from a folder.
func ReadLaw(dir string) ([]LawRevision, error) {
	f, err := os.Open(filepath.Join(dir, "revisions.jsonl"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out []LawRevision
	for dec := json.NewDecoder(bufio.NewReader(f)); dec.More(); {
		var r LawRevision
		if err := dec.Decode(&r); err != nil {
			return nil, fmt.Errorf("%s, after %d revisions: %w", f.Name(), len(out), err)
		}
		out = append(out, r)
	}
	return out, nil
}

// Replay turns articles into points. Ids are given once: an article that comes back after its deletion gets another.
// The zero value is ready for the first revision.
type Replay struct {
	ids  map[string]string // of live points, by the keys of their articles
	used map[string]int
}

// Changes gives what the next revision does to the points of the one before.
func (l *Replay) Changes(r LawRevision) ([]*parleyv1.PointChange, error) {
	if l.ids == nil {
		l.ids, l.used = map[string]string{}, map[string]int{}
	}
	var out []*parleyv1.PointChange
	for _, c := range r.Changes {
		if _, live := l.ids[c.Key()]; live == (c.Op == "add") {
			return nil, fmt.Errorf("revision %d, %s: %s does not fit what came before", r.Rev, c.Key(), c.Op)
		}
		change, err := l.change(c)
		if err != nil {
			return nil, fmt.Errorf("revision %d, %s: %w", r.Rev, c.Key(), err)
		}
		out = append(out, change)
	}
	return out, nil
}

func (l *Replay) change(c LawChange) (*parleyv1.PointChange, error) {
	key := c.Key()
	switch c.Op {
	case "add":
		l.used[key]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s#%d", key, l.used[key]))
		l.ids[key] = "a" + hex.EncodeToString(sum[:8])
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Add_{Add: &parleyv1.PointChange_Add{Point: l.point(c)}}}, nil
	case "modify":
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Edit_{Edit: &parleyv1.PointChange_Edit{Point: l.point(c)}}}, nil
	case "delete":
		id := l.ids[key]
		delete(l.ids, key)
		return &parleyv1.PointChange{Change: &parleyv1.PointChange_Strike_{Strike: &parleyv1.PointChange_Strike{Point: id}}}, nil
	}
	return nil, fmt.Errorf("unknown op %q", c.Op)
}

// point makes the point of an article; its note says where it stands.
func (l *Replay) point(c LawChange) *parleyv1.Point {
	return &parleyv1.Point{Id: l.ids[c.Key()], Label: c.ID, Text: c.Text, Note: c.Key()}
}
