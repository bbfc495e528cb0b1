package daemon

import (
	"cmp"
	"log/slog"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/tap"

	"github.com/seed-ff4a8210/parley/server/internal/gateway"
	"github.com/seed-ff4a8210/parley/server/internal/quota"
	"github.com/seed-ff4a8210/parley/server/internal/rpc"
)

// Limits bound what callers may ask of a server. A zero field stands for its default. docs/limits.md tells of all limits.
type Limits struct {
	Known     quota.Limit // of each caller with credentials; a zero Burst with a Rate is twice that
	Anonymous quota.Limit // of each address without

	UsualDeadline   time.Duration // of a unary call that has none
	LongestDeadline time.Duration // of any unary call

	HandshakeTimeout time.Duration // until a gRPC connection is made
	HeaderTimeout    time.Duration // for the headers of an HTTP request
	BodyTimeout      time.Duration // for all of it; a watch may be read from for ever
	IdleTimeout      time.Duration // of a gRPC connection without calls; of HTTP see gateway.IdleTimeout

	Connections      int // of an address, on both ports together
	LocalConnections int // of this machine
}

// DefaultLimits are those of a server that is told nothing else.
func DefaultLimits() Limits {
	return Limits{
		Known: quota.DefaultKnown, Anonymous: quota.DefaultAnonymous,
		UsualDeadline: 30 * time.Second, LongestDeadline: 5 * time.Minute,
		HandshakeTimeout: 20 * time.Second, HeaderTimeout: gateway.ReadHeaderTimeout, BodyTimeout: gateway.ReadTimeout,
		IdleTimeout: 15 * time.Minute,
		Connections: 256, LocalConnections: 20_000,
	}
}

// WithRates gives Limits of other rates, with bursts to match.
func WithRates(known, anonymous float64) Limits {
	return Limits{Known: quota.Limit{Rate: known}, Anonymous: quota.Limit{Rate: anonymous}}
}

// Bounds of the gRPC transport that nobody has to change.
const (
	maxHeaders  = 64 << 10         // bytes of the metadata of a call, counted as HTTP/2 does: 32 more for each key
	window      = 1 << 20          // bytes that a caller may send ahead of what has been read
	pingAfter   = 2 * time.Minute  // of silence the server asks whether a caller is still there,
	pingTimeout = 20 * time.Second // and waits so long for the answer
	pingsApart  = 20 * time.Second // for callers, who may ask the same
)

// orDefault fills in what is zero.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	return Limits{
		Known: limitOr(l.Known, d.Known), Anonymous: limitOr(l.Anonymous, d.Anonymous),
		UsualDeadline: cmp.Or(l.UsualDeadline, d.UsualDeadline), LongestDeadline: cmp.Or(l.LongestDeadline, d.LongestDeadline),
		HandshakeTimeout: cmp.Or(l.HandshakeTimeout, d.HandshakeTimeout), HeaderTimeout: cmp.Or(l.HeaderTimeout, d.HeaderTimeout),
		BodyTimeout: cmp.Or(l.BodyTimeout, d.BodyTimeout), IdleTimeout: cmp.Or(l.IdleTimeout, d.IdleTimeout),
		Connections: cmp.Or(l.Connections, d.Connections), LocalConnections: cmp.Or(l.LocalConnections, d.LocalConnections),
	}
}

// limitOr fills in what is zero of the limit of a caller. A burst goes with its rate.
func limitOr(l, d quota.Limit) quota.Limit {
	if l.Rate != 0 && l.Burst == 0 {
		l.Burst = max(1, int(min(2*l.Rate, 1e9)))
	}
	return quota.Limit{
		Rate: cmp.Or(l.Rate, d.Rate), Burst: cmp.Or(l.Burst, d.Burst), Calls: cmp.Or(l.Calls, d.Calls), Streams: cmp.Or(l.Streams, d.Streams),
	}
}

// callers makes what bounds each caller.
func (l Limits) callers(log *slog.Logger) *rpc.Limits {
	return &rpc.Limits{Callers: quota.NewLimiter(l.Known, l.Anonymous), Logins: quota.NewLogins(), Log: log}
}

// transport are the bounds of connections and deadlines. Connections have no greatest age: a watch may last for days.
func (l Limits) transport() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.InitialWindowSize(window),
		grpc.InitialConnWindowSize(window),
		grpc.MaxHeaderListSize(maxHeaders),
		grpc.ConnectionTimeout(l.HandshakeTimeout),
		grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionIdle: l.IdleTimeout, Time: pingAfter, Timeout: pingTimeout}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: pingsApart, PermitWithoutStream: true}),
		grpc.InTapHandle(l.deadlines()),
	}
}

// deadlines bounds how long unary calls take.
func (l Limits) deadlines() tap.ServerInHandle {
	return rpc.Deadlines(l.UsualDeadline, l.LongestDeadline)
}
