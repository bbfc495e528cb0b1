package dossier

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// blocsFirst orders parties such that each comes after those that it is a member of, and otherwise as they were. Of a
// circle of memberships one has to come first.
func blocsFirst(parties []*parleyv1.Party) []*parleyv1.Party {
	byName := map[string]*parleyv1.Party{}
	for _, p := range parties {
		byName[p.GetName()] = p
	}
	var out []*parleyv1.Party
	done := map[string]bool{}
	var visit func(p *parleyv1.Party)
	visit = func(p *parleyv1.Party) {
		if p == nil || done[p.GetName()] {
			return
		}
		done[p.GetName()] = true
		for _, m := range p.GetMemberships() {
			visit(byName[m.GetParty()])
		}
		out = append(out, p)
	}
	for _, p := range parties {
		visit(p)
	}
	return out
}

// wrap says which item of a dossier an error is about.
func wrap(what string, err error) error {
	if v := client.Details(err).Violations; len(v) > 1 {
		more := make([]string, len(v))
		for i, f := range v {
			more[i] = f.Field + ": " + f.Description
		}
		return fmt.Errorf("%s: %w: %s", what, err, strings.Join(more, "; "))
	}
	return fmt.Errorf("%s: %w", what, err)
}

// batchName names the first item of a batch that an error is about, by its `requests[3]`.
func batchName[T named](kind string, batch []T, err error) string {
	for _, v := range client.Details(err).Violations {
		if _, rest, ok := strings.Cut(v.Field, "requests["); ok {
			digits, _, _ := strings.Cut(rest, "]")
			if i, err := strconv.Atoi(digits); err == nil && i < len(batch) {
				return batch[i].GetName()
			}
		}
	}
	return kind
}
