// Package example holds two negotiations as data. One is real: the 28-point plan of November 2025 and what became of it, with
// its parties, demands, versions, stances, claims, events and assessments, each with its source and its doubt, from public
// reports; SOURCES.md spells them out. The other is fiction, so that it can have confidences; river/README.md tells of it.
package example

import (
	"embed"

	"github.com/seed-ff4a8210/parley/client/dossier"
)

//go:embed *.yaml plans/*.yaml river/*.yaml
var files embed.FS

// names are the files of the real one; revisions are committed in their order.
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

// riverNames are the files of the fiction.
var riverNames = []string{
	"river/talks.yaml",
	"river/texts.yaml",
	"river/demands.yaml",
	"river/stances.yaml",
	"river/facts.yaml",
	"river/valuations.yaml",
	"river/disclosures.yaml",
}

// Dossier reads the real negotiation: `negotiations/ukraine-peace-plan`. The error would be a mistake in the embedded files.
func Dossier() (*dossier.Dossier, error) { return dossier.ReadFS(files, names...) }

// River reads the fiction: `negotiations/two-towns`. The error would be a mistake in the embedded files.
func River() (*dossier.Dossier, error) { return dossier.ReadFS(files, riverNames...) }
