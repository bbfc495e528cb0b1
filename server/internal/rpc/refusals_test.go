package rpc

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

func TestRefusalsAreLoggedNowAndThen(t *testing.T) {
	var out bytes.Buffer
	r := &refusals{log: slog.New(slog.NewTextHandler(&out, nil))}
	r.note(t.Context(), "/m", nil)
	r.note(t.Context(), "/m", errors.New("other"))
	r.note(t.Context(), "/m", fault.CredentialsInvalid())
	if out.Len() > 0 {
		t.Errorf("logged %s", &out)
	}
	for range 100 {
		r.note(t.Context(), "/m", fault.CredentialsInvalid().Because(errors.New("the token expired 3 s ago")))
	}
	if text := out.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "expired 3 s ago") || !strings.Contains(text, "method=/m") {
		t.Errorf("logged %s", text)
	}
}
