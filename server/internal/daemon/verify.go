package daemon

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/seed-ff4a8210/parley/server/internal/host"
	"github.com/seed-ff4a8210/parley/server/internal/ledger/boltledger"
)

// database is the name of the file in the data directory.
const database = "parley.db"

// Verify looks for damage in the database of a data directory that no server has open: it reads every page that is in use,
// checks every sum, and folds every log. It changes nothing. The error tells all that was found.
func Verify(ctx context.Context, dataDir string) (host.Checked, error) {
	store, err := boltledger.OpenReadOnly(filepath.Join(dataDir, database), boltledger.Options{})
	if err != nil {
		return host.Checked{}, fmt.Errorf("open the ledger: %w", err)
	}
	found := store.Verify(ctx)
	checked, unfit := host.Check(ctx, store)
	if found != nil { // what does not fit follows from what is damaged
		unfit = nil
	}
	return checked, errors.Join(found, unfit, store.Close())
}
