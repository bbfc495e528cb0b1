package daemon_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/access"
)

const (
	missing         = "NotFound RESOURCE_NOT_FOUND"
	missingOverREST = "404 RESOURCE_NOT_FOUND"
	denied          = "PermissionDenied PERMISSION_DENIED"
	deniedOverREST  = "403 PERMISSION_DENIED"
	invalid         = "Unauthenticated CREDENTIALS_INVALID"
	invalidOverREST = "401 CREDENTIALS_INVALID"
)

// Attacks on who is calling.
func TestAttacksByCredentials(t *testing.T) {
	s := besiege(t)
	hash := sha256.Sum256([]byte(s.secrets["maria"]))
	s.words["hash"] = base64.RawURLEncoding.EncodeToString(hash[:])
	s.words["shortened"] = s.secrets["maria"][:42]
	s.words["changed"] = "A" + s.secrets["maria"][1:]
	if s.words["changed"] == s.secrets["maria"] {
		s.words["changed"] = "B" + s.secrets["maria"][1:]
	}
	key, err := access.LoadOrCreateKey(s.dir, access.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	s.words["page-key"] = base64.RawURLEncoding.EncodeToString(key[:])
	s.words["jwt-none"] = strings.Join([]string{encoded(`{"alg":"none"}`), encoded(`{"sub":"maria","aud":"parley"}`), ""}, ".")
	repel(t, s, forgedCredentials)
	repel(t, s, othersCredentials)
}

const (
	listStances  = `{"parent": "{n}"}`
	hiddenStance = `{"name": "{n}/stances/b--{id}"}`
	hiddenPath   = "/v1/{n}/stances/b--{id}"
)

// bearer lists stances with what is put into the header, and more metadata.
func bearer(secret string, more ...string) act {
	return ask("", "StanceService.ListStances", listStances, append([]string{"authorization", "Bearer " + secret}, more...)...)
}

// forgedCredentials are of nobody, or shown where they do not belong.
var forgedCredentials = []attack{
	{"a made-up token", bearer(strings.Repeat("A", 43)), invalid},
	{"a token with another first letter", bearer("{changed}"), invalid},
	{"most of a token", bearer("{shortened}"), invalid},
	{"a token with more behind it", bearer("{token:maria}AAAA"), invalid},
	{"a token with a blank before it", bearer(" {token:maria}"), invalid},
	{"two tokens in one header", bearer("{token:anna} {token:maria}"), invalid},
	{"the hash that is stored of a token", bearer("{hash}"), invalid},
	{"the key of page tokens", bearer("{page-key}"), invalid},
	{"the name of a token", bearer("tokens/maria"), invalid},
	{"the name of a principal", bearer("maria"), invalid},
	{"no token at all", bearer(""), invalid},
	{"a very long token", bearer(strings.Repeat("A", 20_000)), invalid},
	{"an expired token", bearer("{token:expired}"), invalid},
	{"a revoked token", bearer("{token:revoked}"), invalid},
	{"a JSON Web Token that nobody signed", bearer("{jwt-none}"), invalid},
	{"a good token in another scheme", ask("", "StanceService.ListStances", listStances, "authorization", "Basic {token:maria}"), invalid},
	{"two authorization headers, the second better", bearer("{token:anna}", "authorization", "Bearer {token:maria}"), invalid},
	{"two authorization headers over REST", fetch("anna", hiddenPath, "Authorization", "Bearer {token:maria}"), invalidOverREST},
	{"a forged token over REST", fetch("maria-forged", hiddenPath), invalidOverREST},
	{"an expired token over REST", fetch("expired", hiddenPath), invalidOverREST},
	{"a token in the query", fetch("", hiddenPath+"?authorization=Bearer+{token:maria}"), "400 MALFORMED_REQUEST"},
	{"a token as RFC 6750 has it in the query", fetch("", hiddenPath+"?access_token={token:maria}"), "400 MALFORMED_REQUEST"},
	{"a token in a cookie", fetch("", hiddenPath, "Cookie", "authorization=Bearer {token:maria}"), missingOverREST},
	{"a token in metadata through the gateway", fetch("anna", hiddenPath, "Grpc-Metadata-Authorization", "Bearer {token:maria}"), missingOverREST},
	{"metadata through the gateway of who has no token", fetch("", hiddenPath, "Grpc-Metadata-Authorization", "Bearer {token:maria}"), missingOverREST},
	{"what proxies say of users", fetch("", hiddenPath, "X-Forwarded-User", "maria", "X-Remote-User", "maria", "Proxy-Authorization", "Bearer {token:maria}"), missingOverREST},
	{"a certificate that only the gateway may hand on", ask("", "StanceService.GetStance", hiddenStance, access.CertificateKey, "maria"), missing},
	{"the same through the gateway", fetch("", hiddenPath, access.CertificateKey, "bWFyaWE=", "Grpc-Metadata-"+access.CertificateKey, "bWFyaWE="), missingOverREST},
}

// othersCredentials are good ones, for something else.
var othersCredentials = []attack{
	{"the token of a mediator of another negotiation", ask("dora", "StanceService.GetStance", hiddenStance), missing},
	{"a mediator of another negotiation who writes", ask("dora", "PartyService.DeleteParty", `{"name": "{n}/parties/a"}`), denied},
	{"a token of a member of nothing", ask("nobody", "StanceService.GetStance", hiddenStance), missing},
	{"an administrator who would read", ask("root", "StanceService.GetStance", hiddenStance), missing},
	{"an administrator who would read a negotiation", ask("root", "NegotiationService.GetNegotiation", `{"name": "negotiations/{id}"}`), missing},
	{"a delegate who would have a token made", ask("anna", "TokenService.CreateToken", `{"token": {"principal": "maria", "admin": true}}`), denied},
	{"a mediator who would have a token made", ask("maria", "TokenService.CreateToken", `{"token": {"principal": "bert"}}`), denied},
	{"a delegate who would read a token", ask("anna", "TokenService.GetToken", `{"name": "tokens/maria"}`), denied},
	{"a delegate who would read no token", ask("anna", "TokenService.GetToken", `{"name": "tokens/moria"}`), denied},
	{"a delegate who would revoke a token", ask("anna", "TokenService.RevokeToken", `{"name": "tokens/maria"}`), denied},
	{"a token for who comes from another authority", ask("root", "TokenService.CreateToken", `{"token": {"principal": "oidc:alice"}}`), "InvalidArgument INVALID_FIELD"},
	{"a filter for the hashes of tokens", ask("root", "TokenService.ListTokens", `{"filter": "secret_hash:\"A\""}`), "InvalidArgument FILTER_INVALID"},
	{"an order by the secrets of tokens", ask("root", "TokenService.ListTokens", `{"order_by": "secret_hash"}`), "InvalidArgument ORDER_BY_INVALID"},
	{"another method by a header", send("anna", http.MethodPost, "/v1/{n}/stances/b-said", "{}", "X-HTTP-Method-Override", "DELETE"), "405 METHOD_NOT_IMPLEMENTED"},
	{"another method by a parameter", send("anna", http.MethodGet, "/v1/{n}/stances/a-said?_method=DELETE", ""), "400 MALFORMED_REQUEST"},
}

func encoded(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
