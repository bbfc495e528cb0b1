package document

import (
	"regexp"
	"strings"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
)

// File is a document as it leaves the server.
type File struct {
	Name        string // to save it under
	ContentType string
	Description string // what it shows, for those who do not see it; empty for texts
	Data        []byte
}

// MostTableBytes is how large the file of a table may be at the most.
const MostTableBytes = 32 << 20

// bounded refuses a table that is too large to be sent in one answer.
func bounded(f *File) (*File, error) {
	if len(f.Data) > MostTableBytes {
		return nil, fault.LimitExceeded("", "table_bytes", len(f.Data), MostTableBytes)
	}
	return f, nil
}

// unsafe is what has no place in the name of a file.
var unsafe = regexp.MustCompile(`[^a-z0-9]+`)

// FileName makes the name of a file from ids and what it is of.
func FileName(extension string, words ...string) string {
	safe := make([]string, len(words))
	for i, w := range words {
		safe[i] = strings.Trim(unsafe.ReplaceAllString(w, "-"), "-")
	}
	return strings.Join(safe, "-") + "." + extension
}

// Short gives a revision, `us-draft/v8`, or else the last part of a resource name.
func Short(name string) string {
	if parts := strings.Split(name, "/"); len(parts) == 6 && parts[4] == "revisions" {
		return parts[3] + "/" + parts[5]
	}
	return name[strings.LastIndexByte(name, '/')+1:]
}
