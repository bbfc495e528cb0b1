package main

import (
	"errors"
	"flag"
	"fmt"

	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// options are what the command line says.
type options struct {
	data, grpc, rest, cert, key, clientCA, plainText string
	issuer, audience, claim                          string // of OpenID Connect
	example                                          bool
	rate, anonymousRate                              float64
}

// plainTextWords are what an operator has to say to have plain text on a network. Nobody types them by accident.
const plainTextWords = "anybody-on-the-network-may-read-this"

// readFlags reads the command line; nil if what it asks for is done.
func readFlags(args []string) (*options, error) {
	o, usual := &options{}, daemon.DefaultLimits()
	flags := flag.NewFlagSet("parleyd", flag.ContinueOnError)
	flags.Usage = func() { usage(flags) }
	flags.StringVar(&o.data, "data", "", "data `directory` (default: $PARLEY_DATA, else $XDG_DATA_HOME/parley, else ~/.local/share/parley)")
	flags.StringVar(&o.grpc, "grpc", "127.0.0.1:7400", "`address` for gRPC; on loopback unless there is a certificate")
	flags.StringVar(&o.rest, "rest", "127.0.0.1:7480", "`address` for REST; likewise")
	flags.StringVar(&o.cert, "tls-cert", "", "`file` with a certificate (PEM), for both ports; it may be replaced while parleyd runs")
	flags.StringVar(&o.key, "tls-key", "", "`file` with the key of the certificate (PEM)")
	flags.StringVar(&o.clientCA, "tls-client-ca", "", "`file` with certificates of authorities (PEM): callers may present a certificate of one of them")
	flags.StringVar(&o.issuer, "oidc-issuer", "", "`URL` of an OpenID Connect issuer: callers may present its tokens")
	flags.StringVar(&o.audience, "oidc-audience", "", "`audience` that these tokens must be made for; needed with an issuer")
	flags.StringVar(&o.claim, "oidc-claim", "", "`name` of the claim that names the caller (default: sub)")
	flags.StringVar(&o.plainText, "insecure-listen", "", "to speak plain text to other machines, say here `words`: "+plainTextWords)
	flags.Float64Var(&o.rate, "rate", usual.Known.Rate, "`calls` a second that each caller with credentials may make; a write counts as several")
	flags.Float64Var(&o.anonymousRate, "anonymous-rate", usual.Anonymous.Rate, "`calls` a second that each address may make without credentials")
	flags.BoolVar(&o.example, "example", false, "load two example negotiations, one real and one made up, unless they are there")
	showVersion := flags.Bool("version", false, "print the version and end")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil, nil
	case err != nil:
		return nil, err
	case flags.NArg() > 0:
		return nil, fmt.Errorf("%q is no flag; parleyd takes flags, or the command verify; see parleyd --help", flags.Arg(0))
	case o.plainText != "" && o.plainText != plainTextWords:
		return nil, fmt.Errorf("--insecure-listen takes the words %s, for you should know what you do", plainTextWords)
	case !(o.rate > 0) || !(o.anonymousRate > 0):
		return nil, errors.New("--rate and --anonymous-rate take numbers above 0")
	case *showVersion:
		fmt.Println("parleyd version", version())
		return nil, nil
	}
	return o, nil
}
