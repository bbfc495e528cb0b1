package access

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxName = 200 // characters of a name that somebody else gave

// principalName makes the name of a principal whom another authority names: `cert:` or `oidc:`, and the name there. The prefix
// keeps authorities apart from each other and from the server's own names. As people read names in the log, two that
// differ must look different.
func principalName(authority, name string) (string, error) {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", errors.New("the name is empty")
	case n > maxName:
		return "", fmt.Errorf("the name has %d characters, over %d", n, maxName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "", fmt.Errorf("the name %+q holds what cannot be printed", name)
	case strings.TrimSpace(name) != name:
		return "", fmt.Errorf("the name %q begins or ends with a blank", name)
	}
	return authority + ":" + name, nil
}
