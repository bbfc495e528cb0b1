package lens

import (
	"iter"
	"slices"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Version is a resource as an entry of the log left it.
type Version[M any] struct {
	Msg  M
	Time time.Time // of the entry
}

// StanceVersions gives what a stance was, oldest first: each version that the viewer might have read when it was the newest.
func (l *Lens) StanceVersions(name string) []Version[*parleyv1.Stance] {
	return known(l, l.st.StanceVersions(name, l.at), (*Lens).seesStance)
}

// DemandVersions gives what a demand was, oldest first: each version that the viewer might have read when it was the newest.
func (l *Lens) DemandVersions(name string) []Version[*parleyv1.Demand] {
	return known(l, l.st.DemandVersions(name, l.at), (*Lens).seesDemand)
}

func known[M any](l *Lens, versions iter.Seq2[int64, M], sees func(*Lens, M) bool) (out []Version[M]) {
	for at, m := range versions {
		then := *l
		if then.at = at; sees(&then, m) {
			out = append(out, Version[M]{m, time.Unix(0, at)})
		}
	}
	slices.Reverse(out)
	return out
}
