// Package example is a real negotiation as data: the 28-point plan of November 2025 and what became of it, with its
// parties, demands, versions, stances, claims, events and assessments, each with its source and its doubt. SOURCES.md spells out the sources.
package example

import (
	"embed"

	"github.com/seed-ff4a8210/parley/client/dossier"
)

//go:embed *.yaml plans/*.yaml
var files embed.FS

// names are the files of the dossier; revisions are committed in their order.
var names = []string{
	"negotiation.yaml",
	"sources.yaml",
	"parties.yaml",
	"demands.yaml",
	"plans/v1.yaml",
	"plans/v2.yaml",
	"plans/v3-v5.yaml",
	"plans/v6-v7.yaml",
	"plans/v8.yaml",
	"events.yaml",
	"stances.yaml",
	"claims.yaml",
	"assessments.yaml",
}

// Dossier reads the example: `negotiations/ukraine-peace-plan`. The error would be a mistake in the embedded files.
func Dossier() (*dossier.Dossier, error) { return dossier.ReadFS(files, names...) }
