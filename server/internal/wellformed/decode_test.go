package wellformed

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

func TestDecodeNamesWhatItCannotRead(t *testing.T) {
	good, err := proto.Marshal(&parleyv1.BatchCreateStancesRequest{Parent: "negotiations/n", Requests: []*parleyv1.CreateStanceRequest{
		{StanceId: "a"}, {Stance: &parleyv1.Stance{Quote: "fine"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	// No message of the API nests in itself, so unknown groups stand in.
	var nested []byte
	for range 20_000 {
		nested = protowire.AppendTag(nested, 999, protowire.StartGroupType)
	}
	for range 20_000 {
		nested = protowire.AppendTag(nested, 999, protowire.EndGroupType)
	}
	for name, test := range map[string]struct {
		data []byte
		path string
		rule string
	}{
		"broken text in an item": {[]byte(strings.Replace(string(good), "fine", "f\xffne", 1)), "requests[1].stance.quote", ruleUTF8},
		"broken id in an item":   {[]byte(strings.Replace(string(good), "\x01a", "\x01\xc3", 1)), "requests[0].stance_id", ruleUTF8},
		"cut off":                {good[:len(good)-1], "requests[1]", ruleWire},
		"no message":             {[]byte{0xff, 0xff}, "", ruleWire},
		"deep":                   {nested, "", ruleWire},
	} {
		err := Decode(test.data, &parleyv1.BatchCreateStancesRequest{})
		var f *fault.Fault
		if !errors.As(err, &f) || f.Reason != fault.ReasonMalformedRequest || len(f.Fields) != 1 || f.Fields[0].Path != test.path || f.Fields[0].Rule != test.rule {
			t.Errorf("%s: got %v with %+v, want rule %s at %q", name, err, f, test.rule, test.path)
		}
	}
	if err := Decode(good, &parleyv1.BatchCreateStancesRequest{}); err != nil {
		t.Errorf("a good request: %v", err)
	}
	err = Decode(make([]byte, MaxRequestBytes+1), &parleyv1.BatchCreateStancesRequest{})
	if f := fault.Of(err); f.Reason != fault.ReasonLimitExceeded || f.Meta["limit"] != "request_bytes" {
		t.Errorf("an oversize request: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, m := range []proto.Message{
		&parleyv1.CreateStanceRequest{Parent: "negotiations/n", Stance: &parleyv1.Stance{Quote: "x"}},
		&parleyv1.CreateStanceRequest{Stance: &parleyv1.Stance{Target: &parleyv1.Stance_Target{Target: &parleyv1.Stance_Target_Point{Point: "p"}}}},
	} {
		data, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := Decode(data, &parleyv1.CreateStanceRequest{})
		if plain := proto.Unmarshal(data, &parleyv1.CreateStanceRequest{}); plain != nil && err == nil {
			t.Errorf("read what the decoder refuses: %v", plain)
		}
		if f := fault.Of(err); err != nil && f.Reason != fault.ReasonMalformedRequest {
			t.Errorf("another reason: %v", err)
		}
	})
}
