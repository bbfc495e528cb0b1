// Package redline compares texts: it fingerprints wording, finds which point of one text is which of another, and says
// what happened to each and to its words. It is pure.
//
// The pipeline of Diff: points are paired by id, and what is left by wording and then by likeness (Match); of each pair
// the state, wording, number and place are compared; changed wording is compared word by word (Words).
package redline
