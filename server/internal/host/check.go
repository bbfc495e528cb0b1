package host

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// Checked is what a Check went through.
type Checked struct {
	Logs    int // negotiations, and the directory
	Entries uint64
}

// Check folds every log of a ledger, and tells of each entry that cannot be read or does not follow from those before it:
// one error a log, joined. It writes nothing.
func Check(ctx context.Context, l ledger.Ledger) (Checked, error) {
	var c Checked
	var wrong []error
	for name, err := range l.Negotiations(ctx, "") {
		if err != nil {
			wrong = append(wrong, fmt.Errorf("list the logs: %w", err))
			break
		}
		n := &negotiation{host: &Host{ledger: l}, log: name}
		if err := n.load(ctx); err != nil {
			wrong = append(wrong, err)
			continue
		}
		c.Logs++
		c.Entries += n.state.Load().Seq()
	}
	return c, errors.Join(wrong...)
}
