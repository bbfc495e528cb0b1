package rpc

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// refusalPause is how long the log is spared after a refusal: strangers can have refused what they like as often as they like.
const refusalPause = time.Second

// refusals tells the log why the credentials of an issuer or an authority were refused, as callers are not told, and those who
// set them up need to know.
type refusals struct {
	log  *slog.Logger
	last atomic.Int64 // when it was told last, in ns since 1970
}

// note logs err if it is a refusal with a cause, and none was logged just before.
func (r *refusals) note(ctx context.Context, method string, err error) {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Unauthenticated || f.Unwrap() == nil {
		return
	}
	last, now := r.last.Load(), time.Now().UnixNano()
	if now-last >= int64(refusalPause) && r.last.CompareAndSwap(last, now) {
		r.log.InfoContext(ctx, "credentials refused", "method", method, "error", err)
	}
}
