// Package archtest holds the architecture of parley as tests: which package may import which, where goroutines, clocks
// and stores may appear, how long files and functions may be, and what must be documented. picture_test.go is the table
// to read, and to change when the architecture does; each rule of rules_test.go is also shown to bite.
package archtest
