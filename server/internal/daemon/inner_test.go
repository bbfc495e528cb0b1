package daemon_test

import (
	"context"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// What calls the server within its process is who its credentials say, is answered as over a connection, and goes when its caller does.
func TestCallsFromWithinAreLikeOthers(t *testing.T) {
	s := start(t, t.TempDir())
	within, anonymous := client.New(s.Inside, client.Options{Token: s.Token}), client.New(s.Inside, client.Options{})
	create := &parleyv1.CreateNegotiationRequest{NegotiationId: "peace", Negotiation: &parleyv1.Negotiation{DisplayName: "Peace"}}
	if _, err := anonymous.Negotiations.CreateNegotiation(t.Context(), create); status.Code(err) != codes.PermissionDenied && status.Code(err) != codes.Unauthenticated {
		t.Errorf("without a token: %v", err)
	}
	if made, err := within.Negotiations.CreateNegotiation(t.Context(), create); err != nil || made.GetName() != "negotiations/peace" {
		t.Errorf("with the mediator's: %v, %v", made, err)
	}
	for who, pair := range map[string][2]*client.Client{"mediator": {within, s.mediator}, "public": {anonymous, s.public}} {
		for _, name := range []string{"negotiations/peace", "negotiations/none", "none"} {
			_, inner := pair[0].Negotiations.GetNegotiation(t.Context(), &parleyv1.GetNegotiationRequest{Name: name})
			_, outer := pair[1].Negotiations.GetNegotiation(t.Context(), &parleyv1.GetNegotiationRequest{Name: name})
			if status.Convert(inner).String() != status.Convert(outer).String() || client.Details(inner).Reason != client.Details(outer).Reason {
				t.Errorf("%s, %s: %v within, %v over a connection", who, name, inner, outer)
			}
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := within.Negotiations.ListNegotiations(gone, &parleyv1.ListNegotiationsRequest{}); status.Code(err) != codes.Canceled {
		t.Errorf("for a caller who has gone away: %v", err)
	}
}
