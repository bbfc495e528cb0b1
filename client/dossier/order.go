package dossier

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	"google.golang.org/protobuf/proto"
)

// item is one thing of a dossier that is to be made.
type item struct {
	kind  *kind
	name  string
	msg   proto.Message
	needs []string // names of the things in the dossier that it names
}

// inOrder puts things such that each comes after those that it names, and otherwise as they were. Of a circle one has to
// come first.
func inOrder(items []*item) []*item {
	byName := make(map[string]*item, len(items))
	for _, it := range items {
		byName[it.name] = it
	}
	out, seen := make([]*item, 0, len(items)), map[*item]bool{}
	var visit func(it *item)
	visit = func(it *item) {
		if it == nil || seen[it] {
			return
		}
		seen[it] = true
		for _, name := range it.needs {
			visit(byName[name])
		}
		out = append(out, it)
	}
	for _, it := range items {
		visit(it)
	}
	return out
}

// needs lists what a thing stands under, and what it names: a point stands for its revision.
func needs(name string, m proto.Message) []string {
	out := []string{parentOf(name)}
	protoyaml.References(m, func(ref string) {
		if revision, _, isPoint := strings.Cut(ref, "/points/"); isPoint {
			ref = revision
		}
		out = append(out, ref)
	})
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

// batchName names the first item of a batch that an error is about, by its `requests[3]`; a batch of one needs none.
func batchName(batch []*item, err error) string {
	if len(batch) == 1 {
		return batch[0].name
	}
	for _, v := range client.Details(err).Violations {
		if _, rest, ok := strings.Cut(v.Field, "requests["); ok {
			digits, _, _ := strings.Cut(rest, "]")
			if i, err := strconv.Atoi(digits); err == nil && i < len(batch) {
				return batch[i].name
			}
		}
	}
	return batch[0].kind.name
}
