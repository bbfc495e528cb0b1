package client

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"time"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// What an Options that leaves a field zero stands for.
const (
	DefaultTimeout  = 30 * time.Second
	DefaultAttempts = 5
	maxReceive      = 64 << 20
)

// window is how many bytes of answers a server may send ahead of what has been read. Unless it is said, gRPC finds it out by a ping with
// each answer, which a lone caller waits for.
const window = 1 << 20

// Options says how to talk to a server. The zero value is an anonymous caller in plain text.
type Options struct {
	// Token is sent as a bearer token with every call; none makes the caller anonymous. See FindToken.
	Token string

	// TLS encrypts the connection. Without it the connection is in plain text, and a token goes to loopback addresses
	// only. New ignores it.
	TLS *tls.Config

	// Timeout is the deadline of a unary call whose context has none: DefaultTimeout if zero, none if negative.
	Timeout time.Duration

	// Attempts is how often a call is sent at the most while the server is UNAVAILABLE, or says after what time the caller
	// may go on: DefaultAttempts if zero.
	Attempts int

	// Dial holds further options for Dial, such as a dialer or a user agent.
	Dial []grpc.DialOption
}

// Client holds one typed client per service, all on one connection. It is safe for concurrent use.
type Client struct {
	Negotiations parleyv1.NegotiationServiceClient
	Parties      parleyv1.PartyServiceClient
	Demands      parleyv1.DemandServiceClient
	Plans        parleyv1.PlanServiceClient
	Stances      parleyv1.StanceServiceClient
	Claims       parleyv1.ClaimServiceClient
	Events       parleyv1.EventServiceClient
	Sources      parleyv1.SourceServiceClient
	Assessments  parleyv1.AssessmentServiceClient
	Objections   parleyv1.ObjectionServiceClient
	Valuations   parleyv1.ValuationServiceClient
	Disclosures  parleyv1.DisclosureServiceClient
	Members      parleyv1.MemberServiceClient
	Accesses     parleyv1.AccessServiceClient
	Tokens       parleyv1.TokenServiceClient
	Log          parleyv1.LogServiceClient
	Analysis     parleyv1.AnalysisServiceClient
	Documents    parleyv1.DocumentServiceClient

	closer io.Closer
}

// ErrPlainToken says that a token would have gone over a network in the clear.
var ErrPlainToken = errors.New("a token is sent in plain text to loopback addresses only; use TLS")

// Dial makes a client of the server at addr: `localhost:7400`, or any target that gRPC knows. It does not wait for the
// connection; the first call does. Close the client when done.
func Dial(addr string, opts Options) (*Client, error) {
	transport := insecure.NewCredentials()
	switch {
	case opts.TLS != nil:
		transport = credentials.NewTLS(opts.TLS)
	case opts.Token != "" && !IsLoopback(addr):
		return nil, fmt.Errorf("%s: %w", addr, ErrPlainToken)
	}
	dial := append([]grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithDisableRetry(), // the caller does that
		grpc.WithUserAgent("parley-go"),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(newCodec())),
		grpc.WithInitialWindowSize(window), grpc.WithInitialConnWindowSize(window),
	}, opts.Dial...)
	cc, err := grpc.NewClient(addr, dial...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", addr, err)
	}
	c := New(cc, opts)
	c.closer = cc
	return c, nil
}

// New makes a client on a connection that the caller has made and will close: an in-memory one, or a fake. It sends
// opts.Token over that connection whatever it is.
func New(conn grpc.ClientConnInterface, opts Options) *Client {
	cc := newCaller(conn, opts)
	return &Client{
		Negotiations: parleyv1.NewNegotiationServiceClient(cc),
		Parties:      parleyv1.NewPartyServiceClient(cc),
		Demands:      parleyv1.NewDemandServiceClient(cc),
		Plans:        parleyv1.NewPlanServiceClient(cc),
		Stances:      parleyv1.NewStanceServiceClient(cc),
		Claims:       parleyv1.NewClaimServiceClient(cc),
		Events:       parleyv1.NewEventServiceClient(cc),
		Sources:      parleyv1.NewSourceServiceClient(cc),
		Assessments:  parleyv1.NewAssessmentServiceClient(cc),
		Objections:   parleyv1.NewObjectionServiceClient(cc),
		Valuations:   parleyv1.NewValuationServiceClient(cc),
		Disclosures:  parleyv1.NewDisclosureServiceClient(cc),
		Members:      parleyv1.NewMemberServiceClient(cc),
		Accesses:     parleyv1.NewAccessServiceClient(cc),
		Tokens:       parleyv1.NewTokenServiceClient(cc),
		Log:          parleyv1.NewLogServiceClient(cc),
		Analysis:     parleyv1.NewAnalysisServiceClient(cc),
		Documents:    parleyv1.NewDocumentServiceClient(cc),
	}
}

// Close ends the connection, if Dial made it.
func (c *Client) Close() error {
	if c.closer == nil {
		return nil
	}
	return c.closer.Close()
}
