package main

import (
	"fmt"
	"runtime/debug"

	"github.com/seed-ff4a8210/parley/client"
	"github.com/seed-ff4a8210/parley/server/internal/daemon"
)

// tryNext tells what to do with a server that holds the examples: a line for each way in.
func tryNext(s daemon.Started, data string) string {
	const plan = "negotiations/ukraine-peace-plan/plans/us-draft"
	return fmt.Sprintf(`Try in another terminal:
  export PARLEY_NEGOTIATION=ukraine-peace-plan    # the other one, two-towns, is fiction: docs/access.md
  bin/parley%[1]s plan diff us-draft/v1 e3-redline/v2a
  bin/parley%[1]s matrix us-draft/v8
  curl%[6]s '%[5]s://%[2]s/v1/%[4]s/revisions/v8:diff?base=%[4]s/revisions/v1&pretty'
  go tool -modfile=tools/check/go.mod grpcurl %[7]s -d '{"name": "%[4]s/revisions/latest"}' %[3]s parley.v1.PlanService/GetRevision
Stop with Ctrl-C.
`, flags(s, data), s.RESTAddr, s.GRPCAddr, plan, scheme(s), trust(s, " --cacert CA.pem", ""), trust(s, "-cacert CA.pem", "-plaintext"))
}

// scheme is that of REST.
func scheme(s daemon.Started) string { return trust(s, "https", "http") }

// trust picks what a client is told by whether there is a certificate to trust.
func trust(s daemon.Started, withTLS, without string) string {
	if s.TLS {
		return withTLS
	}
	return without
}

// version is what the build says of itself.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown (built from source)"
}

// flags are what the parley command has to be told if this server is not where it looks by itself.
func flags(s daemon.Started, data string) string {
	out := ""
	if s.GRPCAddr != "127.0.0.1:7400" {
		out += " --server " + s.GRPCAddr
	}
	if s.TLS {
		out += " --ca CA.pem"
	}
	if usual, err := client.DefaultDataDir(); err != nil || usual != data {
		out += " --data " + data
	}
	return out
}
