// Package boltledger keeps a ledger in one bbolt file, for one server on one machine. It is the default engine.
//
// # Layout
//
// Five buckets. All numbers are big-endian, so that keys sort as numbers do. TestLayoutIsAsDrawn compares this drawing
// with a real file, and testdata/ keeps a file of every format version for all later builds to read.
//
//	bucket     key                         value
//	meta       "format"                    sum | version uint64
//	meta       "created"                   sum | time of creation, RFC 3339, for people
//	names      name of the negotiation     sum | number uint32 | head uint64 | place uint64 of each entry after the last row
//	rows       number uint32 | row uint64  sum | place uint64 of each of 32 entries
//	entries    place uint64                sum | the entry as it was given | number uint32 | seq uint64
//	snapshots  number uint32               sum | seq uint64 | the snapshot as it was given
//
// sum is a CRC-32C (uint32) of the rest of the value followed by the key: it finds a record that was damaged and
// also one that turned up in the wrong place.
//
// A negotiation gets its number with its first entry, an entry its place when it is stored: 1, 2, 3, … in order of
// appearance, over all negotiations. The sequence counters of the buckets names and entries hold the last ones given,
// so they also say how many there must be. head says how many entries a negotiation must have: a missing one is found
// even if it was the last.
//
// The entries of all negotiations stand in one row as they came, because that is what a disk does best: a batch for 256
// negotiations is a few hundred KiB written side by side. With keys of number and seq it would be 256 pages in
// 256 places, which costs six times the time. The price is an index: row r lists the places of entries 32r+1 to 32r+32,
// and the record in names those since the last full row, so that most appends touch no row.
//
// # Life of an append
//
// Append copies the entries and sums them in the goroutine of the caller, queues them and waits. One committer takes
// whatever is waiting, of all negotiations, and puts it into one transaction: nobody waits for a timer, and under load
// many appends share the two syncs of a commit. An append that lost its race writes nothing, so the others in the
// batch are not touched by it. When the commit is done, the callers are answered and the tails of the negotiations
// woken.
//
// Nothing is kept in memory for a negotiation. A tail costs its goroutine and an entry in a map (see signals).
//
// # What readers see
//
// bbolt shows a transaction to readers from the moment its meta page is written, which is before that page is synced.
// A reader must not act upon an entry that the next loss of power takes away. So while a batch is on its way to
// the disk, readers see its negotiations up to the head that they had before (see holds).
//
// If a commit fails, nobody can tell what reached the disk: its callers get an UnknownError, and readers stay where they
// were until an empty commit has succeeded. That one settles the matter: it puts a newer meta page over the same pages,
// which were synced before the failed commit wrote its own meta page; or, if they were not, that page never came to be.
//
// # Damage
//
// bbolt trusts its file. A bad page number makes it panic or touch memory that is not there, partly in goroutines of
// its own where no one can recover. So Open first walks all pages with plain reads (see pageWalk) and lets
// bbolt open for writing only what has passed; it also reads every name, as a lost name would look like a negotiation
// that never was. Damage that comes later, under a running server, is met by guard: the call fails, the server lives on.
package boltledger
