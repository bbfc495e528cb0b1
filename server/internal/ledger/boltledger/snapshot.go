package boltledger

import (
	"bytes"
	"context"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// Snapshot implements ledger.Ledger.
func (l *Ledger) Snapshot(ctx context.Context, negotiation string) (ledger.Seq, []byte, error) {
	var seq ledger.Seq
	var data []byte
	err := ledger.CheckName(negotiation)
	if err == nil {
		err = l.view(ctx, func(tx *bolt.Tx) error {
			g, head, err := l.lookUp(tx, negotiation)
			if err != nil {
				return err
			}
			seq, data = readSnapshot(tx, g.number, head)
			return nil
		})
	}
	if err != nil && fault.Of(err).Kind == fault.DataLoss {
		return 0, nil, nil // as good as none; reading the log will tell
	}
	if err != nil {
		return 0, nil, fmt.Errorf("snapshot of %q: %w", negotiation, err)
	}
	return seq, data, nil
}

// readSnapshot gives a copy of the snapshot of a log, or none if it is damaged or ahead of the log.
func readSnapshot(tx *bolt.Tx, number uint32, head ledger.Seq) (seq ledger.Seq, data []byte) {
	key := numberKey(number)
	err := guard(func() (err error) {
		seq, data, err = unsealSnapshot(key, tx.Bucket(bucketSnapshots).Get(key))
		data = bytes.Clone(data)
		return err
	})
	if err != nil || seq > head {
		return 0, nil
	}
	return seq, data
}
