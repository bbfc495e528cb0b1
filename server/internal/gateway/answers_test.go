package gateway

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

func TestAnswersAreRememberedByMethodAndBytes(t *testing.T) {
	s := newAnswers()
	party := encoded(t, &parleyv1.Party{DisplayName: "Ukraine"})
	made, err := s.remember("GetParty", party, &parleyv1.Party{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.find("GetParty", party); got != made || string(got.json) != `{"display_name":"Ukraine"}`+"\n" {
		t.Errorf("remembered %v", got)
	}
	if s.find("GetPlan", party) != nil {
		t.Error("the answer to another method, which may mean something else")
	}
	if s.find("GetParty", encoded(t, &parleyv1.Party{DisplayName: "Russia"})) != nil {
		t.Error("another answer")
	}
}

func TestAnswersAreForgotten(t *testing.T) {
	s := newAnswers()
	kept := encoded(t, &parleyv1.Party{DisplayName: "kept"})
	if _, err := s.remember("GetParty", kept, &parleyv1.Party{}); err != nil {
		t.Fatal(err)
	}
	first := encoded(t, &parleyv1.Party{DisplayName: "first"})
	if _, err := s.remember("GetParty", first, &parleyv1.Party{}); err != nil {
		t.Fatal(err)
	}
	for i := range 4 * mostAnswers / largestAnswer {
		large := encoded(t, &parleyv1.Party{DisplayName: strings.Repeat("x", largestAnswer/2) + strings.Repeat("y", i)})
		if _, err := s.remember("GetParty", large, &parleyv1.Party{}); err != nil {
			t.Fatal(err)
		}
		if s.find("GetParty", kept) == nil {
			t.Fatal("what is asked for all the time was forgotten")
		}
		if s.bytes > mostAnswers+5*largestAnswer {
			t.Fatalf("%d bytes are kept", s.bytes)
		}
	}
	if s.find("GetParty", first) != nil {
		t.Error("what nobody asked for again is still there")
	}
}

func encoded(t *testing.T, m proto.Message) []byte {
	t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
