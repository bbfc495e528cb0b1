package host

import (
	"bytes"
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// An entry of many stances that are much alike is stored in a fraction of its size, a small one as it is; both come back.
func TestEntriesComeBackAsTheyWereStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := &ledgerv1.Entry{Time: rapid.Int64().Draw(t, "time"), Actor: "mediator"}
		many := rapid.SampledFrom([]int{0, 1, 3, 500}).Draw(t, "stances")
		for i := range many {
			e.Changes = append(e.Changes, &ledgerv1.Change{Change: &ledgerv1.Change_Stance{Stance: &parleyv1.Stance{
				Name: fmt.Sprintf("negotiations/n/stances/s%d", i), Party: "negotiations/n/parties/p", Reason: rapid.StringN(0, 20, -1).Draw(t, "reason"),
			}}})
		}
		data, err := encode(e)
		if err != nil {
			t.Fatal(err)
		}
		if many == 500 && len(data) > proto.Size(e)/2 {
			t.Errorf("%d bytes of %d", len(data), proto.Size(e))
		}
		got, err := decode(data)
		if err != nil || !proto.Equal(got, e) {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// Whatever a ledger gives, it is read or refused.
func FuzzDecode(f *testing.F) {
	whole, err := encode(&ledgerv1.Entry{Actor: string(bytes.Repeat([]byte("mediator "), 1000))})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-3])
	f.Add([]byte{packed})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		if e, err := decode(data); err == nil && e == nil {
			t.Error("neither an entry nor an error")
		}
	})
}
