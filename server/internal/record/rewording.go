package record

import "github.com/seed-ff4a8210/parley/server/internal/redline"

// rewording is how the text of a point came from an older one: what was asked for last. Most ask for the change that a revision made.
type rewording struct {
	was    string
	script redline.Script
}

// Rewording gives the script from an older text of a point to that in this one. It asks the comparer if it does not know.
func (t *Text) Rewording(c *redline.Comparer, id, was string) redline.Script {
	p, ok := t.points.Get(id)
	if !ok {
		return c.Script(was, "")
	}
	if known := p.words.Load(); known != nil && known.was == was {
		return known.script
	}
	made := &rewording{was, c.Script(was, p.point.GetText())}
	p.words.Store(made)
	return made.script
}
