package ledger

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxNameBytes bounds the name of a negotiation.
const MaxNameBytes = 255

// Errors of arguments that no engine accepts. They point at a bug of the caller, so they are no faults.
var (
	ErrNoEntries = errors.New("nothing to append")
	ErrSeqZero   = errors.New("entries are numbered from 1")
)

// CheckName says whether name may name a negotiation: 1 to MaxNameBytes bytes of UTF-8 without NUL. Every engine
// calls it, so that all refuse the same names.
func CheckName(name string) error {
	switch {
	case name == "":
		return errors.New("name of negotiation is empty")
	case len(name) > MaxNameBytes:
		return fmt.Errorf("name of negotiation has %d bytes, over the limit of %d", len(name), MaxNameBytes)
	case !utf8.ValidString(name):
		return fmt.Errorf("name of negotiation %q is not UTF-8", name)
	case strings.ContainsRune(name, 0):
		return fmt.Errorf("name of negotiation %q contains a NUL", name)
	}
	return nil
}

// CheckAppend says whether the arguments of an Append make sense, whatever is stored.
func CheckAppend(name string, entries [][]byte) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if len(entries) == 0 {
		return ErrNoEntries
	}
	return nil
}

// CheckFrom says whether the arguments of a Read or Tail make sense, whatever is stored.
func CheckFrom(name string, from Seq) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if from == 0 {
		return ErrSeqZero
	}
	return nil
}
