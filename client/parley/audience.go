package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// levels are the words for audiences that need no names of parties, from the narrowest.
var levels = []struct {
	word, about string
	level       parleyv1.Audience_Level
}{
	{"own", "the party that it belongs to, and not even mediators", parleyv1.Audience_LEVEL_PARTY},
	{"mediators", "the party that it belongs to, and the mediators", parleyv1.Audience_LEVEL_MEDIATOR},
	{"table", "everybody at the table", parleyv1.Audience_LEVEL_TABLED},
	{"public", "everybody", parleyv1.Audience_LEVEL_PUBLIC},
}

// audienceHelp says what an audience is written as.
const audienceHelp = "parties with commas between them (known to them, the owner and the mediators), table, public, mediators, or own (not even mediators)"

// readAudience reads what people type for an audience; nil for nothing.
func readAudience(flag, text, n string) (*parleyv1.Audience, error) {
	if text == "" {
		return nil, nil
	}
	for _, l := range levels {
		if text == l.word {
			return &parleyv1.Audience{Level: l.level}, nil
		}
	}
	shared := &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_SHARED}
	for party := range strings.SplitSeq(text, ",") {
		party = strings.TrimSpace(party)
		for _, l := range levels {
			if party == l.word {
				return nil, usageError{fmt.Errorf("%s is %q; %s stands alone", flag, text, l.word)}
			}
		}
		if party == "" {
			return nil, usageError{fmt.Errorf("%s is %q; it may be %s", flag, text, audienceHelp)}
		}
		shared.Parties = append(shared.Parties, protoyaml.Expand("parley/Party", n, party))
	}
	return shared, nil
}

// audienceFlag makes a flag for an audience, with its completion.
func (a *app) audienceFlag(cmd *cobra.Command, into *string, name, about string) {
	cmd.Flags().StringVar(into, name, "", about+": "+audienceHelp)
	if err := cmd.RegisterFlagCompletionFunc(name, a.completing(100, audiences)); err != nil {
		panic(err) // the flag is defined above
	}
}

// audiences offers the words for audiences, and parties.
func audiences(ctx context.Context, c *client.Client, n, typed string) []cobra.Completion {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	var out []cobra.Completion
	for _, l := range levels {
		if before == "" {
			out = append(out, cobra.CompletionWithDesc(l.word, l.about))
		}
	}
	for _, party := range partyIDs(ctx, c, n, typed) {
		out = append(out, before+party)
	}
	return out
}

// confide gives a new resource the audience that a flag says, if it says one.
func confide(m resource, text, n string) error {
	audience, err := readAudience("--audience", text, n)
	if err == nil && audience != nil {
		r := m.ProtoReflect()
		r.Set(r.Descriptor().Fields().ByName("audience"), protoreflect.ValueOfMessage(audience.ProtoReflect()))
	}
	return err
}

// readTimeToCome reads a flag that holds a moment in the future: how long it is until then, such as 90m, 12h or 30d, a time, or a
// day, which stands for its end. nil for none.
func readTimeToCome(flag, text string, now time.Time) (*timestamppb.Timestamp, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 {
			return timestamppb.New(now.AddDate(0, 0, n)), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return timestamppb.New(now.Add(d)), nil
	}
	at, err := readMoment(flag, text)
	if err != nil {
		return nil, usageError{errors.New(err.Error() + ", nor how long until then (30d, 12h, 90m)")}
	}
	return at, nil
}
