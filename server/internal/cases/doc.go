// Package cases reads what parley is tested and measured on: large records of the real world, which others counted before.
package cases
