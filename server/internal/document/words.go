package document

import (
	"cmp"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

var values = map[parleyv1.Stance_Value]string{
	parleyv1.Stance_VALUE_ACCEPT:              "accepts",
	parleyv1.Stance_VALUE_ACCEPT_WITH_CHANGES: "accepts with changes",
	parleyv1.Stance_VALUE_NO_OBJECTION:        "does not object",
	parleyv1.Stance_VALUE_BASIS_FOR_TALKS:     "takes it as a basis for talks",
	parleyv1.Stance_VALUE_RESERVE:             "reserves its position",
	parleyv1.Stance_VALUE_OPPOSE:              "opposes",
	parleyv1.Stance_VALUE_BLOCK:               "blocks",
	parleyv1.Stance_VALUE_ABSTAIN:             "abstains",
	parleyv1.Stance_VALUE_DECLINED_TO_SAY:     "declined to say",
	parleyv1.Stance_VALUE_PREFERS:             "prefers it",
	parleyv1.Stance_VALUE_DISPREFERS:          "disprefers it",
}

var statuses = map[parleyv1.PositionMatrix_Status]string{
	parleyv1.PositionMatrix_STATUS_OPEN:                 "open",
	parleyv1.PositionMatrix_STATUS_BRACKETED:            "bracketed",
	parleyv1.PositionMatrix_STATUS_AGREED_IN_PRINCIPLE:  "agreed in principle",
	parleyv1.PositionMatrix_STATUS_AGREED_AD_REFERENDUM: "agreed ad referendum",
	parleyv1.PositionMatrix_STATUS_AGREED:               "agreed",
	parleyv1.PositionMatrix_STATUS_PROVISIONAL:          "provisional",
	parleyv1.PositionMatrix_STATUS_NO_WORDING:           "no wording",
}

var levels = map[parleyv1.Stance_Level]string{
	parleyv1.Stance_LEVEL_DELEGATION:    ", as a delegation",
	parleyv1.Stance_LEVEL_AD_REFERENDUM: ", ad referendum",
	parleyv1.Stance_LEVEL_CAPITAL:       ", by its capital",
}

var bases = map[parleyv1.Attribution_Basis]string{
	parleyv1.Attribution_BASIS_REPORTED: " (reported)",
	parleyv1.Attribution_BASIS_INFERRED: " (inferred)",
}

// The two ways of having no stance: not to have said anything, and to have taken it back.
const (
	Silence   = "nothing on record"
	TakenBack = "taken back"
)

// Value says in words what a stance is.
func Value(v parleyv1.Stance_Value) string { return values[v] }

// Position says in words where a party stands.
func Position(c *parleyv1.PositionMatrix_Cell) string {
	s := c.GetStance()
	switch {
	case s == nil && c.GetStanceCount() > 0:
		return TakenBack
	case s == nil:
		return Silence
	}
	said := stance(s)
	switch c.GetCurrency() {
	case parleyv1.PositionMatrix_CURRENCY_STALE:
		if c.GetAgedBy() == "" {
			return "lapsed: " + said + ", on other words"
		}
		return "lapsed: " + said + ", on words that " + Short(c.GetAgedBy()) + " changed"
	case parleyv1.PositionMatrix_CURRENCY_CARRIED:
		return said + "; carried over editorial changes"
	}
	return said
}

func stance(s *parleyv1.Stance) string {
	said := values[s.GetValue()]
	if conditions := s.GetConditions(); len(conditions) > 0 {
		said += ", on condition: " + strings.Join(conditions, "; ")
	}
	return said + levels[s.GetLevel()] + bases[s.GetAttribution().GetBasis()]
}

// gone says what became of a point that is not PRESENT; empty if it is.
func gone(p *parleyv1.Point) string {
	switch p.GetState() {
	case parleyv1.Point_STATE_STRUCK:
		return "struck"
	case parleyv1.Point_STATE_DEFERRED:
		return "left for later"
	case parleyv1.Point_STATE_MOVED:
		return "moved to " + cmp.Or(Short(p.GetMovedTo()), "another plan")
	case parleyv1.Point_STATE_SUPERSEDED:
		return "lives on in " + strings.Join(p.GetSuccessors(), ", ")
	case parleyv1.Point_STATE_UNKNOWN:
		return "not known what became of it"
	}
	return ""
}

// Called is what a resource is called: its title, or else its id.
func Called(m interface {
	GetDisplayName() string
	GetName() string
},
) string {
	return cmp.Or(m.GetDisplayName(), Short(m.GetName()))
}

// Status says in words how far a point has come.
func Status(s parleyv1.PositionMatrix_Status) string { return statuses[s] }
