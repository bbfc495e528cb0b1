package daemon

import (
	"crypto/sha256"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/host"
)

// tokens looks for tokens in the directory of a host.
type tokens struct {
	host  *host.Host
	clock func() time.Time
}

// Bearer tells who shows the token whose secret has this SHA-256; false if there is none, or it was revoked or has expired.
func (t tokens) Bearer(secret [sha256.Size]byte) (access.Principal, bool) {
	m := t.host.TokenBySecret(secret[:])
	if m == nil || m.GetRevokeTime() != nil || !t.clock().Before(m.GetExpireTime().AsTime()) {
		return access.Principal{}, false
	}
	return access.Principal{Name: m.GetPrincipal(), Admin: m.GetAdmin(), Token: m.GetName(), Expires: m.GetExpireTime().AsTime()}, true
}
