package boltledger

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

// maxRecord bounds an entry or snapshot, well below what bbolt can hold.
const maxRecord = 1 << 30

// Append implements ledger.Ledger.
func (l *Ledger) Append(ctx context.Context, negotiation string, after ledger.Seq, entries ...[]byte) error {
	err := l.append(ctx, negotiation, after, entries)
	if err != nil {
		return fmt.Errorf("append to %q after %d: %w", negotiation, after, err)
	}
	return nil
}

func (l *Ledger) append(ctx context.Context, negotiation string, after ledger.Seq, entries [][]byte) error {
	if err := l.open(ctx); err != nil {
		return err
	}
	j, err := appendJob(negotiation, after, entries)
	if err != nil {
		return err
	}
	return l.queue.do(ctx, j)
}

// appendJob copies the entries, as the caller may change its slices while the committer works if ctx ends in between.
func appendJob(negotiation string, after ledger.Seq, entries [][]byte) (*job, error) {
	if err := ledger.CheckAppend(negotiation, entries); err != nil {
		return nil, err
	}
	drafts, size := make([]draft, len(entries)), 0
	for i, entry := range entries {
		if len(entry) > maxRecord {
			return nil, fault.LimitExceeded("", "entry_bytes", len(entry), maxRecord)
		}
		drafts[i] = newDraft(entry)
		size += len(entry)
	}
	return newJob(size, func(b *batch) (refusal, failure error) {
		return b.append(negotiation, after, drafts)
	}), nil
}

// PutSnapshot implements ledger.Ledger.
func (l *Ledger) PutSnapshot(ctx context.Context, negotiation string, seq ledger.Seq, data []byte) error {
	err := l.putSnapshot(ctx, negotiation, seq, data)
	if err != nil {
		return fmt.Errorf("keep snapshot of %q at %d: %w", negotiation, seq, err)
	}
	return nil
}

func (l *Ledger) putSnapshot(ctx context.Context, negotiation string, seq ledger.Seq, data []byte) error {
	if err := l.open(ctx); err != nil {
		return err
	}
	if err := ledger.CheckName(negotiation); err != nil {
		return err
	}
	if len(data) > maxRecord {
		return fault.LimitExceeded("", "snapshot_bytes", len(data), maxRecord)
	}
	d := newDraft(binary.BigEndian.AppendUint64(nil, uint64(seq)), data)
	return l.queue.do(ctx, newJob(len(data), func(b *batch) (refusal, failure error) {
		return b.putSnapshot(negotiation, seq, d)
	}))
}
