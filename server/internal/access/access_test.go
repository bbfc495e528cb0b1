package access_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/grpc/metadata"
)

// store is a fake of where tokens are kept, by secret.
type store map[string]access.Principal

func (s store) Bearer(hash [sha256.Size]byte) (access.Principal, bool) {
	for secret, p := range s {
		if sha256.Sum256([]byte(secret)) == hash {
			return p, true
		}
	}
	return access.Principal{}, false
}

func TestAuthenticate(t *testing.T) {
	anna := access.Principal{Name: "anna", Token: "tokens/anna-laptop"}
	a := access.NewAuthenticator(access.NewToken("right"), store{"annas": anna}, nil)
	for name, c := range map[string]struct {
		headers []string
		want    access.Principal
		refused bool
	}{
		"none":         {nil, access.Anonymous(), false},
		"right":        {[]string{"Bearer right"}, access.Operator(), false},
		"lower case":   {[]string{"bearer right"}, access.Operator(), false},
		"another's":    {[]string{"Bearer annas"}, anna, false},
		"wrong":        {[]string{"Bearer wrong"}, access.Principal{}, true},
		"prefix":       {[]string{"Bearer righ"}, access.Principal{}, true},
		"longer":       {[]string{"Bearer right1"}, access.Principal{}, true},
		"two spaces":   {[]string{"Bearer  right"}, access.Principal{}, true},
		"trailing":     {[]string{"Bearer right "}, access.Principal{}, true},
		"no scheme":    {[]string{"right"}, access.Principal{}, true},
		"other scheme": {[]string{"Basic right"}, access.Principal{}, true},
		"empty":        {[]string{""}, access.Principal{}, true},
		"empty token":  {[]string{"Bearer "}, access.Principal{}, true},
		"huge":         {[]string{"Bearer " + strings.Repeat("x", 1<<20)}, access.Principal{}, true},
		"right twice":  {[]string{"Bearer right", "Bearer right"}, access.Principal{}, true},
		"right, wrong": {[]string{"Bearer right", "Bearer wrong"}, access.Principal{}, true},
	} {
		md := metadata.MD{}
		md.Append("authorization", c.headers...)
		p, err := a.Authenticate(metadata.NewIncomingContext(context.Background(), md))
		if refused := err != nil; refused != c.refused || p != c.want {
			t.Errorf("%s: %v, %v", name, p, err)
		}
		if err != nil && fault.Of(err).Reason != fault.ReasonCredentialsInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := a.Authenticate(context.Background()); err != nil || p != access.Anonymous() {
		t.Error(p, err)
	}
	if (access.Token{}).Matches("") || access.NewToken("").Matches("") {
		t.Error("an empty token opens")
	}
}

func TestContext(t *testing.T) {
	if p := access.FromContext(context.Background()); p != access.Anonymous() {
		t.Error(p)
	}
	if p := access.FromContext(access.WithPrincipal(context.Background(), access.Operator())); p != access.Operator() {
		t.Error(p)
	}
}

func TestTokenPrintsNothing(t *testing.T) {
	token := access.NewToken("right")
	if s := fmt.Sprintf("%v %+v %#v %s", token, token, token, token); s != "(token) (token) (token) (token)" {
		t.Error(s)
	}
}

func TestTokenFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := access.ReadToken(dir); !os.IsNotExist(err) {
		t.Error("reading makes none:", err)
	}
	token, err := access.LoadOrCreateToken(dir)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := access.ReadToken(dir)
	if err != nil || len(secret) != 43 || !token.Matches(secret) {
		t.Fatal(secret, err)
	}
	again, err := access.LoadOrCreateToken(dir)
	if err != nil || again != token {
		t.Error("another token at second start", err)
	}
	info, err := os.Stat(filepath.Join(dir, access.TokenFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Error("files left over:", entries)
	}
	key, err := access.LoadOrCreateKey(dir, access.KeyFile)
	if again, err2 := access.LoadOrCreateKey(dir, access.KeyFile); err != nil || err2 != nil || key != again || key == [32]byte{} {
		t.Error("key", err, err2)
	}
}

func TestTokenFileIsRefused(t *testing.T) {
	good := strings.Repeat("A", 43) + "\n"
	for name, c := range map[string]struct {
		text string
		mode fs.FileMode
		want string
	}{
		"group":     {good, 0o640, "chmod 600"},
		"world":     {good, 0o604, "chmod 600"},
		"writable":  {good, 0o620, "mode 0620"},
		"empty":     {"", 0o600, "delete it"},
		"cut":       {good[:20], 0o600, "delete it"},
		"not text":  {"\x00\x01", 0o600, "delete it"},
		"two lines": {good + good, 0o600, "delete it"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, access.TokenFile)
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := access.LoadOrCreateToken(dir)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "AAAA") {
			t.Errorf("%s: %v", name, err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != c.text {
			t.Errorf("%s: the file has changed", name)
		}
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, access.TokenFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := access.LoadOrCreateToken(dir); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Error(err)
	}
}

func TestTokenIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	tokens := make([]access.Token, 8)
	var wg sync.WaitGroup
	for i := range tokens {
		wg.Go(func() {
			var err error
			if tokens[i], err = access.LoadOrCreateToken(dir); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, token := range tokens {
		if token != tokens[0] {
			t.Error("two starters hold different tokens")
		}
	}
}

func TestRequireLoopback(t *testing.T) {
	for addr, ok := range map[string]bool{
		"127.0.0.1:7400": true, "127.1.2.3:0": true, "[::1]:7400": true, "localhost:7400": true,
		":7400": false, "0.0.0.0:7400": false, "[::]:7400": false, "192.0.2.1:7400": false, "[::ffff:192.0.2.1]:1": false,
		"127.0.0.1": false, "": false, "[fe80::1%lo]:1": false,
	} {
		if err := access.RequireLoopback(addr); (err == nil) != ok {
			t.Errorf("%q: %v", addr, err)
		}
	}
}
