package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Files in the data directory. Each holds 32 random bytes as one line of base64url, is readable by its owner alone,
// and is made at first start. Deleting one has a new one made: a new token shuts out the bearers of the old, a new key
// ends the page tokens handed out.
const (
	TokenFile = "mediator.token"
	KeyFile   = "page.key"
)

const secretSize = 32 // bytes: 256 bits

// maxPresented bounds what is hashed to be compared. Longer than any token.
const maxPresented = 256

// Token is a bearer token that callers present. It keeps the hash only, and prints as nothing.
type Token struct{ hash [sha256.Size]byte }

// NewToken returns the Token of a secret.
func NewToken(secret string) Token { return Token{sha256.Sum256([]byte(secret))} }

// Matches says whether presented is the token. The time it takes does not depend on how much of it is right.
func (t Token) Matches(presented string) bool {
	if presented == "" || len(presented) > maxPresented || t == (Token{}) {
		return false
	}
	hash := sha256.Sum256([]byte(presented))
	return subtle.ConstantTimeCompare(hash[:], t.hash[:]) == 1
}

// String hides the token from logs.
func (t Token) String() string { return "(token)" }

// GoString hides the token from %#v.
func (t Token) GoString() string { return t.String() }

// NewSecret makes the secret of a new token, and the SHA-256 by which it is known.
func NewSecret() (secret string, hash []byte) {
	var raw [secretSize]byte
	rand.Read(raw[:]) // never fails
	secret = encode(raw)
	sum := sha256.Sum256([]byte(secret))
	return secret, sum[:]
}

// LoadOrCreateToken reads the mediator token of a data directory, or makes it.
func LoadOrCreateToken(dataDir string) (Token, error) {
	raw, err := loadOrCreate(filepath.Join(dataDir, TokenFile))
	if err != nil {
		return Token{}, err
	}
	return NewToken(encode(raw)), nil
}

// LoadOrCreateKey reads the key called name (KeyFile) of a data directory, or makes it.
func LoadOrCreateKey(dataDir, name string) ([secretSize]byte, error) {
	return loadOrCreate(filepath.Join(dataDir, name))
}

// ReadToken reads the mediator token of a data directory as a client on the same machine presents it. It makes none.
func ReadToken(dataDir string) (string, error) {
	raw, err := load(filepath.Join(dataDir, TokenFile))
	if err != nil {
		return "", err
	}
	return encode(raw), nil
}

func encode(raw [secretSize]byte) string { return base64.RawURLEncoding.EncodeToString(raw[:]) }

func loadOrCreate(path string) ([secretSize]byte, error) {
	raw, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return raw, err
	}
	if err := create(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return raw, fmt.Errorf("make %s: %w", path, err)
	}
	return load(path) // also if another process was faster: both then hold the same
}

// load reads a secret and refuses a file that others than its owner can read or write.
func load(path string) (raw [secretSize]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return raw, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return raw, err
	}
	if !info.Mode().IsRegular() {
		return raw, fmt.Errorf("%s is not a regular file", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return raw, fmt.Errorf("%s holds a secret but others can open it (mode %04o); run `chmod 600 %s`, and if others have been on this machine delete it to have a new one made", path, mode, path)
	}
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return raw, err
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimSuffix(string(text), "\n"))
	if err != nil || len(decoded) != secretSize {
		return raw, fmt.Errorf("%s does not hold a secret of %d bytes in base64url; delete it to have a new one made", path, secretSize)
	}
	return [secretSize]byte(decoded), nil
}

// create makes the file in one step: it is never seen half written, and never replaces another.
func create(path string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	var raw [secretSize]byte
	rand.Read(raw[:]) // never fails
	tmp := fmt.Sprintf("%s.%s.tmp", path, rand.Text())
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	_, err = f.WriteAt([]byte(encode(raw)+"\n"), 0) // pwrite, so that a test can make it fail and no write to a socket
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	// A link, unlike a rename, fails if the name is taken. File systems without links get the rename.
	if err = os.Link(tmp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		err = os.Rename(tmp, path)
	}
	return errors.Join(err, syncDir(filepath.Dir(path)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && runtime.GOOS != "windows" {
		return err
	}
	return nil
}
