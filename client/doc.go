// Package client is the Go SDK of parley: it connects to a server, sends credentials, retries what may be retried and
// reads lists to their end.
//
//	c, err := client.Dial("localhost:7400", client.Options{Token: token})
//	if err != nil { … }
//	defer c.Close()
//	for stance, err := range client.All(ctx, c.Stances.ListStances,
//		&parleyv1.ListStancesRequest{Parent: "negotiations/peace"},
//		(*parleyv1.ListStancesResponse).GetStances) {
//		…
//	}
//
// The typed clients are the generated ones. What this package adds happens on the way of every unary call:
//
//   - A call without a deadline gets one (Options.Timeout), which covers all attempts.
//   - A write without a request_id gets a random one, so that it can be sent again without being done twice. The
//     caller's message is not touched.
//   - A call that fails with UNAVAILABLE is sent again, with growing pauses (Options.Attempts).
//   - Answers may be up to 64 MiB. Their strings are parts of them: who keeps one of a large answer clones it (strings.Clone).
//
// Reason and Details read what parley's errors carry.
package client
