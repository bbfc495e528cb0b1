package protoyaml

import (
	"testing"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func TestShortNamesInAFilterAreCompleted(t *testing.T) {
	for filter, want := range map[string]string{
		``:                                      ``,
		`party = ukraine`:                       `party = "negotiations/n/parties/ukraine"`,
		`party="ukraine" AND value = OPPOSE`:    `party="negotiations/n/parties/ukraine" AND value = OPPOSE`,
		`(NOT party != ukraine)`:                `(NOT party != "negotiations/n/parties/ukraine")`,
		`party = parties/ukraine`:               `party = "negotiations/n/parties/ukraine"`,
		`target.point = "us-draft/v8/army"`:     `target.point = "negotiations/n/plans/us-draft/revisions/v8/points/army"`,
		`target.comparison.than = us-draft/v8`:  `target.comparison.than = "negotiations/n/plans/us-draft/revisions/v8"`,
		`audience.parties:ukraine`:              `audience.parties:"negotiations/n/parties/ukraine"`,
		`party = "negotiations/m/parties/a"`:    `party = "negotiations/m/parties/a"`,
		`party = "*raine"`:                      `party = "*raine"`,
		`quote = "party = ukraine"`:             `quote = "party = ukraine"`,
		`quote = "he said \"party = ukraine\""`: `quote = "he said \"party = ukraine\""`,
		`"party = ukraine"`:                     `"party = ukraine"`,
		`colour = ukraine`:                      `colour = ukraine`,
		`value.party = ukraine`:                 `value.party = ukraine`,
		`party = (`:                             `party = (`,
	} {
		if got := ExpandFilter(&parleyv1.Stance{}, "negotiations/n", filter); got != want {
			t.Errorf("%s\n got %s\nwant %s", filter, got, want)
		}
	}
}
