//go:build race

package boltledger

const raceEnabled = true
