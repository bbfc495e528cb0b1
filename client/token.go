package client

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// TokenFile is the file in a server's data directory that holds the mediator token.
const TokenFile = "mediator.token"

// DefaultDataDir is where a server keeps its data if it is not told otherwise, and where FindToken looks: $PARLEY_DATA,
// else $XDG_DATA_HOME/parley, else ~/.local/share/parley. The error says that none of these is known.
func DefaultDataDir() (string, error) {
	if dir := os.Getenv("PARLEY_DATA"); dir != "" {
		return dir, nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "parley"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no data directory: set PARLEY_DATA: %w", err)
	}
	return filepath.Join(home, ".local", "share", "parley"), nil
}

// FindToken looks for the token to show to the server at addr: $PARLEY_TOKEN (set but empty means none), else the
// content of the file $PARLEY_TOKEN_FILE, else, for a server on this machine, the mediator token in the data directory.
// No token is no error: the caller is then anonymous. A file that is there, or named, and cannot be read is one.
func FindToken(addr string) (string, error) {
	token, _, err := LocateToken(addr)
	return token, err
}

// LocateToken is FindToken that also tells where the token was found: "PARLEY_TOKEN" or a file; empty if there is none.
func LocateToken(addr string) (token, place string, err error) {
	if token, set := os.LookupEnv("PARLEY_TOKEN"); set {
		return strings.TrimSpace(token), "PARLEY_TOKEN", nil
	}
	if path := os.Getenv("PARLEY_TOKEN_FILE"); path != "" {
		token, err = readToken(path)
		return token, path + " (PARLEY_TOKEN_FILE)", err
	}
	if !IsLoopback(addr) {
		return "", "", nil
	}
	dir, err := DefaultDataDir()
	if err != nil {
		return "", "", nil //nolint:nilerr // nowhere to look: the caller is anonymous
	}
	path := filepath.Join(dir, TokenFile)
	token, err = readToken(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", nil
	}
	return token, path, err
}

func readToken(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("token: %w (set PARLEY_TOKEN, or set it empty to call without one)", err)
	}
	return strings.TrimSpace(string(data)), nil
}
