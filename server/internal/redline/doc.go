// Package redline compares texts: it fingerprints wording, finds which point of one text is which of another, and says
// what happened to each and to its words. It is pure, and changes none of its arguments.
//
// # What is compared
//
// Digest fingerprints the wording of a point (heading, text, alternatives), apart from number, place and formatting. Two
// points say the same if their digests are equal; a Point in a text bears its digest, which is believed.
//
// MatchPoints pairs the points of two texts, one to one: by id, then by digest, then by likeness. Diff does the same
// and tells for each pair what happened: state, wording, place among siblings, number, lineage, annotations.
//
//	old points, new points
//	  match.go, likeness.go   which is which
//	  moves.go                which stand elsewhere: all but a longest increasing run of the old places
//	  lineage.go              what was split and merged, also in several steps
//	  diff.go                 what happened to each, in reading order
//	    alternatives.go       rival wordings: which is which, and what changed
//	    words.go              word by word
//
// Words compares two wordings. It cuts them into words and marks (tokens.go: UAX #29, so that it works for scripts
// without blanks too), finds what both have in common (myers.go), makes readable changes of the rest (tidy.go), and
// puts the white space, which is not compared, into the spans where it belongs. The search is our own because no library
// in reach compares lists of words within a bound that does not depend on the clock: they take lines or characters, or
// stop after a time, so that the same question would have different answers.
//
// # Costs and bounds
//
// A point that is the same in memory costs a comparison of pointers, one with the same digest a comparison of digests;
// two texts made from each other are paired without an index as far as their ends agree. Words are compared only where
// digests differ.
//
// Words takes time in proportion to length times differences, but never more than about 2^26 steps (or 32 for each word,
// where that is more): two texts of 1 MiB, the most that the API takes, are compared in well under a second, however
// different, and if they are made of marks alone in about one. Where that bound is met, spans are still right, but
// may call more changed than need be. Memory grows with the length: some 10 bytes for each byte of prose, 100 if every byte
// is a word of its own.
//
// Likeness compares each new point with at most 24 old ones, those that share its rarest words, so that 20,000 points
// are matched with 20,000 others in a second or two, and points that all look alike in less.
package redline
