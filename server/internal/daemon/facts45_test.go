package daemon_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protopath"
	"google.golang.org/protobuf/reflect/protorange"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// asked is a client and a context, for rows that read facts.
type asked struct {
	*client.Client
	ctx context.Context
}

func (a asked) claim(id string) (proto.Message, error) {
	return a.Claims.GetClaim(a.ctx, &parleyv1.GetClaimRequest{Name: peacePlan + "/claims/" + id})
}

func (a asked) event(id string) (proto.Message, error) {
	return a.Events.GetEvent(a.ctx, &parleyv1.GetEventRequest{Name: peacePlan + "/events/" + id})
}

func (a asked) stance(id string) (proto.Message, error) {
	return a.Stances.GetStance(a.ctx, &parleyv1.GetStanceRequest{Name: peacePlan + "/stances/" + id})
}

func (a asked) demand(id string) (proto.Message, error) {
	return a.Demands.GetDemand(a.ctx, &parleyv1.GetDemandRequest{Name: peacePlan + "/parties/russia/demands/" + id})
}

func (a asked) party(id string) (proto.Message, error) {
	return a.Parties.GetParty(a.ctx, &parleyv1.GetPartyRequest{Name: peacePlan + "/parties/" + id})
}

func (a asked) revision(id string) (proto.Message, error) {
	return a.Plans.GetRevision(a.ctx, &parleyv1.GetRevisionRequest{Name: usDraft + "/revisions/" + id, View: parleyv1.RevisionView_REVISION_VIEW_BASIC})
}

func (a asked) point(id string) (proto.Message, error) {
	return a.Plans.GetPoint(a.ctx, &parleyv1.GetPointRequest{Name: usDraft + "/revisions/v1/points/" + id})
}

func (a asked) source(id string) (proto.Message, error) {
	return a.Sources.GetSource(a.ctx, &parleyv1.GetSourceRequest{Name: peacePlan + "/sources/" + id})
}

func (a asked) claims(filter string) (proto.Message, error) {
	return a.Claims.ListClaims(a.ctx, &parleyv1.ListClaimsRequest{Parent: peacePlan, Filter: filter})
}

// knownBy writes every attribution within a message as one line: the source, who speaks, how the recorder knows, how much
// they trust it, and the doubt.
func knownBy(m proto.Message) (lines []string) {
	_ = protorange.Range(m.ProtoReflect(), func(v protopath.Values) error {
		if found, ok := v.Index(-1).Value.Interface().(protoreflect.Message); ok {
			if a, ok := found.Interface().(*parleyv1.Attribution); ok {
				lines = append(lines, strings.Join(slices.DeleteFunc([]string{
					a.GetSource(), a.GetSpeaker(), strings.TrimPrefix(a.GetBasis().String(), "BASIS_"),
					strings.TrimPrefix(a.GetConfidence().String(), "CONFIDENCE_"), a.GetDoubt(),
				}, func(s string) bool { return s == "" }), ", "))
			}
		}
		return nil
	})
	return lines
}

// Every fact of the article that the record began with (numbered as in the notes on it) can be read back over the wire by
// the call beside it, with what makes it that fact: who says it, how sure it is, what is not known.
func TestEveryFactOfTheArticleIsOnRecord(t *testing.T) {
	s := startExample(t)
	a := asked{s.public, t.Context()}
	read := map[int]bool{45: true} // with its attribution; 45 is the source itself
	for _, fact := range []struct {
		number int
		about  string
		call   func(asked) (proto.Message, error)
		known  string   // how it is known: the attribution in the answer, as knownBy writes it; empty where there is none
		holds  []string // parts of the answer, written as protobuf text without the white space
	}{
		{1, "the White House is optimistic in the deck, very optimistic in the body", func(a asked) (proto.Message, error) { return a.claim("optimism") }, "[SEED], White House, DECLARED, MEDIUM", []string{`kind:KIND_ATTITUDE`, `quote:"veryoptimistic"`, `variants:{text:"optimistic"`, `raw:"beforeTuesday"`}},
		{2, "Ukraine fears that the plan rests on Russian demands; nobody is named", func(a asked) (proto.Message, error) { return a.claim("fear") }, "[SEED], the journalist, who names nobody, REPORTED, LOW, No speaker is named; it is told in the journalist's voice.", []string{`kind:KIND_ATTITUDE`, `speaker:"thejournalist,whonamesnobody"`, `doubt:"Nospeakerisnamed`}},
		{3, "Ukraine is cautious", func(a asked) (proto.Message, error) { return a.stance("ukraine-v5") }, "[SEED], REPORTED, LOW, The report names no speaker.", []string{`value:VALUE_RESERVE`, `stillreflectsdemands`, `basis:BASIS_REPORTED`}},
		{4, "planned: Putin meets Trump's envoys in Moscow on Tuesday", func(a asked) (proto.Message, error) { return a.event("moscow") }, "[SEED], REPORTED, HIGH, Announced by the article; that it was held is told by [NOV-04], see moscow-held.", []string{`status:STATUS_PLANNED`, `place:"Moscow"`, `raw:"Tuesday"`, `value:"2025-12-02"`, `who:"VladimirPutin"`}},
		{5, "Witkoff is special envoy", func(a asked) (proto.Message, error) { return a.party("us") }, "[SEED], REPORTED, HIGH", []string{`{display_name:"Witkoff"office:"specialenvoy"attribution:{source:"[SEED]"`}},
		{6, "Kushner is the president's son-in-law, without an office", func(a asked) (proto.Message, error) { return a.party("us") }, "[SEED], REPORTED, HIGH, No office is given.", []string{`{display_name:"JaredKushner"tie:"thepresident'sson-in-law"attribution:{source:"[SEED]"`}},
		{7, "they are travelling, in a renewed push", func(a asked) (proto.Message, error) { return a.event("journey") }, "[SEED], REPORTED, MEDIUM", []string{`status:STATUS_UNDER_WAY`, `part_of:"` + peacePlan + `/events/push"`}},
		{8, "the war began with the invasion of February 2022", func(a asked) (proto.Message, error) { return a.event("invasion") }, "[SEED], REPORTED, HIGH", []string{`kind:KIND_BACKGROUND`, `value:"2022-02"`}},
		{9, "Trump promised to end it fast", func(a asked) (proto.Message, error) { return a.claim("campaign-promise") }, "[SEED], Donald Trump, REPORTED, MEDIUM, The article has no date; the year is the recorder's reading.", []string{`kind:KIND_COMMITMENT`, `raw:"inhiscampaign"`, `speaker:"DonaldTrump"`}},
		{10, "Trump is frustrated", func(a asked) (proto.Message, error) { return a.claim("frustration") }, "[SEED], REPORTED, MEDIUM, Whose words these are is not said.", []string{`kind:KIND_ATTITUDE`, `parties/us"`}},
		{11, "the draft was leaked \"last week\", by others 19 to 21 November", func(a asked) (proto.Message, error) { return a.event("leak-of-v1") }, `[SEED], REPORTED, HIGH, The article of 1-2 December says "last week"; other sources say 19 to 21 November, which was the week before.`, []string{`kind:KIND_LEAK`, `raw:"lastweek"`, `value:"2025-11-19/2025-11-21"`, `unknowns:UNKNOWN_PARTICIPANTS`, `about:"` + usDraft + `/revisions/v1"`}},
		{12, "unnamed critics call it a wish list", func(a asked) (proto.Message, error) {
			return a.claims(`kind = CHARACTERISATION AND quote = "wish list"`)
		}, "[SEED], critics who are not named, REPORTED, MEDIUM, Nobody is named; when it was said is not told either.", []string{`speaker:"criticswhoarenotnamed"`, `about:"` + usDraft + `/revisions/v1"`}},
		{13, "it asked Ukraine to give up huge territory", func(a asked) (proto.Message, error) { return a.claim("huge-territory") }, "[SEED], REPORTED, MEDIUM", []string{`raw:"huge"bound:BOUND_VAGUE`, `v1/points/territory"`}},
		{14, "to limit its military", func(a asked) (proto.Message, error) { return a.claim("limited-military") }, "[SEED], REPORTED, HIGH", []string{`v1/points/army-size"`}},
		{14, "in the draft itself", func(a asked) (proto.Message, error) { return a.point("army-size") }, "", []string{`obliges:"` + peacePlan + `/parties/ukraine"`, `600,000`}},
		{15, "to drop NATO", func(a asked) (proto.Message, error) { return a.claim("no-nato-efforts") }, "[SEED], REPORTED, HIGH", []string{`v1/points/nato-membership"`}},
		{15, "in the draft itself", func(a asked) (proto.Message, error) { return a.point("nato-membership") }, "", []string{`obliges:"` + peacePlan + `/parties/ukraine"`, `NATO`}},
		{16, "modified with input of Kyiv and European allies", func(a asked) (proto.Message, error) { return a.revision("v3") }, "[SEED], REPORTED, LOW, The report names European allies and no document.", []string{`party:"` + peacePlan + `/parties/europe"part:"gaveinput"`, `event:"` + peacePlan + `/events/geneva"`}},
		{17, "then by Ukrainian and American officials, place and people unknown", func(a asked) (proto.Message, error) { return a.event("sunday-and-monday") }, "[SEED], REPORTED, MEDIUM, Neither the place nor the people are named.", []string{`status:STATUS_HELD`, `unknowns:UNKNOWN_PLACEunknowns:UNKNOWN_PARTICIPANTS`, `raw:"SundayandMonday"`}},
		{18, "the current text is not revealed", func(a asked) (proto.Message, error) { return a.revision("v5") }, "[SEED][NOV-04], Volodymyr Zelensky, REPORTED, MEDIUM, That the full text was not revealed is in [SEED], the number of points in [NOV-04].", []string{`content:CONTENT_WITHHELD`, `events/sunday-and-monday"`}},
		{19, "territorial integrity is the biggest challenge", func(a asked) (proto.Message, error) { return a.claim("biggest-challenge") }, "[SEED], Volodymyr Zelensky, DECLARED, HIGH", []string{`quote:"biggestchallenge"`, `raw:"Mondaynight"`, `speaker:"VolodymyrZelensky"`}},
		{20, "Putin has repeatedly said that he is willing to talk", func(a asked) (proto.Message, error) { return a.claim("willing-to-talk") }, "[SEED], Vladimir Putin, DECLARED, MEDIUM", []string{`said_time:{raw:"repeatedly"}`, `speaker:"VladimirPutin"`}},
		{21, "Moscow generally agrees with the latest proposals as a basis", func(a asked) (proto.Message, error) { return a.stance("russia-proposals-basis") }, "[SEED], DECLARED, LOW, Which revision the latest proposals were is unclear; the Geneva text is the recorder's guess, and so is the week.", []string{`value:VALUE_BASIS_FOR_TALKS`, `quote:"generally"`, `isunclear`}},
		{22, "if Ukraine rejects, Russian forces go on", func(a asked) (proto.Message, error) { return a.demand("accept-or-advance") }, "[SEED], REPORTED, MEDIUM", []string{`condition:{if:"Ukrainerejectstheproposals"then:"Russianforcesgoonadvancing"kind:KIND_THREAT}`, `parties/ukraine"`}},
		{23, "leave the territories, then the fighting stops", func(a asked) (proto.Message, error) { return a.demand("withdrawal") }, "[SEED], DECLARED, MEDIUM, The notes name neither the speaker, nor the day, nor the territories.", []string{`then:"thefightingstops"kind:KIND_PROMISE`, `raw:"lastweek"`}},
		{23, "else by arms", func(a asked) (proto.Message, error) { return a.demand("withdrawal-or-arms") }, "[SEED], DECLARED, MEDIUM, The notes name neither the speaker, nor the day, nor the territories.", []string{`kind:KIND_THREAT`}},
		{24, "the front little moved for years", func(a asked) (proto.Message, error) { return a.claim("front-little-moved") }, "[SEED], REPORTED, MEDIUM", []string{`bound:BOUND_VAGUE`, `movedlittleforyears`}},
		{25, "Peskov declined to specify red lines", func(a asked) (proto.Message, error) { return a.demand("undisclosed-red-lines") }, "[SEED], Dmitry Peskov, DECLARED, MEDIUM, Asked for them, he declined to name them: megaphone diplomacy would not be constructive.", []string{`strength:STRENGTH_RED_LINE`, `withheld:true`, `declinedtonamethem`, `speaker:"DmitryPeskov"`}},
		{26, "megaphone diplomacy is not constructive", func(a asked) (proto.Message, error) { return a.claim("megaphone-diplomacy") }, "[SEED], Dmitry Peskov, DECLARED, MEDIUM", []string{`about:"` + peacePlan + `/parties/russia/demands/undisclosed-red-lines"`, `kind:KIND_PRINCIPLE`}},
		{27, "no ceasefire short of its demands, said for long", func(a asked) (proto.Message, error) { return a.demand("no-ceasefire-before-demands") }, "[SEED], REPORTED, MEDIUM, Said for long, says the report, without a date.", []string{`statement:"NoceasefireshortofRussia'sdemands."`, `Saidforlong`}},
		{28, "the reporter calls them maximalist", func(a asked) (proto.Message, error) { return a.claim("maximalist") }, "[SEED], the reporter, REPORTED, MEDIUM", []string{`kind:KIND_CHARACTERISATION`, `speaker:"thereporter"`}},
		{29, "that would put Ukraine at its mercy", func(a asked) (proto.Message, error) { return a.claim("at-its-mercy") }, "[SEED], Kyiv and its allies, REPORTED, MEDIUM, Which allies is not said.", []string{`kind:KIND_PREDICTION`, `speaker:"Kyivanditsallies"`}},
		{30, "talks in Paris on Monday", func(a asked) (proto.Message, error) { return a.event("paris") }, "[SEED], REPORTED, MEDIUM", []string{`status:STATUS_HELD`, `place:"Paris"`, `unknowns:UNKNOWN_PARTICIPANTS`}},
		{31, "the latest plan seems, or looks, better", func(a asked) (proto.Message, error) { return a.stance("ukraine-v5-better") }, `[SEED], Volodymyr Zelensky, DECLARED, MEDIUM, The heading has "looks better". Better than which text, he did not say; the leaked draft is the recorder's reading.`, []string{`value:VALUE_PREFERS`, `comparison:{`, `quote:"seemsbetter"`, `variants:{text:"looksbetter"note:"theheadingofthesamearticle"}`}},
		{32, "points on territory are the most complicated", func(a asked) (proto.Message, error) { return a.stance("ukraine-v5-territory") }, "[SEED], Volodymyr Zelensky, DECLARED, MEDIUM, Which points he meant is not said.", []string{`unnamed_set:{`, `quote:"themostcomplicated"`}},
		{33, "joint news conference in Paris", func(a asked) (proto.Message, error) { return a.event("paris-press") }, "[SEED], REPORTED, HIGH", []string{`kind:KIND_PRESS_CONFERENCE`, `who:"EmmanuelMacron"`, `who:"VolodymyrZelensky"`}},
		{34, "Macron: could be a turning point", func(a asked) (proto.Message, error) { return a.claim("turning-point") }, `[SEED], Emmanuel Macron, DECLARED, MEDIUM, "Could": he did not say that it was. The day is that of the talks in Paris.`, []string{`kind:KIND_PREDICTION`, `couldbeaturningpoint`}},
		{35, "Macron, again: Ukraine decides its boundaries", func(a asked) (proto.Message, error) { return a.claim("own-boundaries") }, "[SEED], Emmanuel Macron, DECLARED, MEDIUM, When he said so before is not told. The day is that of the talks in Paris.", []string{`kind:KIND_PRINCIPLE`, `raw:"again"`}},
		{36, "Russia controls more than 19 %", func(a asked) (proto.Message, error) { return a.claims(`quantity.value = 19`) }, "[SEED], REPORTED, MEDIUM, How it was measured is not said.", []string{`value:19bound:BOUND_AT_LEASTunit:"percentofUkraine"`, `Howitwasmeasuredisnotsaid`}},
		{37, "up one point in two years", func(a asked) (proto.Message, error) { return a.claim("control-change") }, "[SEED], REPORTED, MEDIUM", []string{`measure:MEASURE_CHANGE`, `since:{raw:"twoyearsago"`, `derived_from:"` + peacePlan + `/claims/control-now"derived_from:"` + peacePlan + `/claims/control-then"`}},
		{38, "fastest since 2022, by pro-Ukrainian maps", func(a asked) (proto.Message, error) { return a.claim("fastest-advance") }, "[SEED], pro-Ukrainian maps, REPORTED, MEDIUM, The maps lean to Ukraine's side.", []string{`measure:MEASURE_RANK`, `speaker:"pro-Ukrainianmaps"`, `Themapslean`, `source:"` + peacePlan + `/sources/maps"`}},
		{38, "the lean of those maps", func(a asked) (proto.Message, error) { return a.source("maps") }, "", []string{`kind:KIND_DATASET`, `lean:"pro-Ukrainian,saysthearticle"`}},
		{39, "commanders told Putin that Pokrovsk was captured", func(a asked) (proto.Message, error) { return a.claim("pokrovsk-told") }, "[SEED], Kremlin, DECLARED, MEDIUM", []string{`reports:"` + peacePlan + `/claims/pokrovsk-captured"`, `parties/russia"`}},
		{39, "what they told", func(a asked) (proto.Message, error) { return a.claim("pokrovsk-captured") }, "[SEED], Russian commanders, REPORTED, LOW, Known through what Russia says that they told.", []string{`statement:"Pokrovskiscaptured."`, `addressee:"VladimirPutin"`, `speaker:"Russiancommanders"`}},
		{40, "Ukraine refuted it", func(a asked) (proto.Message, error) {
			return a.claims(`responses.kind = DISPUTES AND topic = "pokrovsk"`)
		}, "[SEED], DECLARED, MEDIUM", []string{`party:"` + peacePlan + `/parties/ukraine"kind:KIND_DISPUTEScounter_claim:"` + peacePlan + `/claims/pokrovsk-held"`}},
		{40, "holds the north, attacks in the south", func(a asked) (proto.Message, error) { return a.claim("pokrovsk-held") }, "[SEED], DECLARED, MEDIUM, It speaks of parts of the town.", []string{`holdthenorthofPokrovskandattackinthesouth`}},
		{41, "Pokrovsk is strategic", func(a asked) (proto.Message, error) { return a.claim("pokrovsk-strategic") }, "[SEED], REPORTED, MEDIUM", []string{`kind:KIND_CHARACTERISATION`}},
		{42, "more than 1.2 million killed or wounded, both sides", func(a asked) (proto.Message, error) { return a.claim("casualties") }, "[SEED], American officials, REPORTED, MEDIUM, Neither side confirms it.", []string{`bound:BOUND_AT_LEAST`, `value:1.2e+06`, `over_parties:"` + peacePlan + `/parties/russia"over_parties:"` + peacePlan + `/parties/ukraine"`, `speaker:"Americanofficials"`}},
		{43, "neither side reveals its losses", func(a asked) (proto.Message, error) {
			return a.claims(`withheld_by:"` + peacePlan + `/parties/ukraine"`)
		}, "[SEED], REPORTED, HIGH", []string{`withheld_by:"` + peacePlan + `/parties/russia"withheld_by:"` + peacePlan + `/parties/ukraine"`}},
		{44, "Europe absent from Moscow: inferred", func(a asked) (proto.Message, error) { return a.event("moscow") }, "[SEED], INFERRED, LOW", []string{`parties/europe"presence:PRESENCE_ABSENTattribution:{`, `basis:BASIS_INFERRED`, `inferred_by:"therecorder"`}},
		{45, "no byline, date, publisher; web debris", func(a asked) (proto.Message, error) { return a.source("seed") }, "", []string{`gaps:GAP_AUTHORgaps:GAP_DATEgaps:GAP_PUBLISHERgaps:GAP_URI`, `Recommendedstories`}},
	} {
		read[fact.number] = read[fact.number] || fact.known != ""
		got, err := fact.call(a)
		if err != nil {
			t.Errorf("fact %d, %s: %v", fact.number, fact.about, err)
			continue
		}
		if lines := knownBy(got); fact.known != "" && !slices.Contains(lines, fact.known) {
			t.Errorf("fact %d, %s: it should be known so: %q\nand is so: %q", fact.number, fact.about, fact.known, lines)
		}
		text := strings.Join(strings.Fields(prototext.Format(got)), "")
		for _, part := range fact.holds {
			if !strings.Contains(text, part) {
				t.Errorf("fact %d, %s: the answer lacks %s:\n%s", fact.number, fact.about, part, text)
			}
		}
	}
	for number := 1; number <= 45; number++ {
		if !read[number] {
			t.Errorf("fact %d is not read back with how it is known", number)
		}
	}
}
