package boltledger

import (
	"fmt"
	"runtime/debug"
)

// damageError is a panic inside bbolt, or a memory fault on a page of the mapped file, turned into an error.
type damageError struct{ reason any }

func (e *damageError) Error() string { return fmt.Sprintf("reading the file failed: %v", e.reason) }

// Unwrap gives the runtime's own error, if it was one.
func (e *damageError) Unwrap() error {
	err, _ := e.reason.(error)
	return err
}

// guard runs fn, which works on the mapped file, and turns a panic or memory fault in it into a damageError. fn must
// not call foreign code, whose panics are not damage. It works for the goroutine of fn alone.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if reason := recover(); reason != nil {
			err = &damageError{reason}
		}
	}()
	return fn()
}
