// Package analysis works out answers from what a Lens shows: each is a pure function of a lens, so that every viewer
// gets the answer that their own knowledge supports.
package analysis
