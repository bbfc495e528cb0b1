package archtest

import "strings"

// picture lists the packages from the top down, each with those of our own that it may import. An arrow points to a
// later line only. A package that is not here has no place in the architecture yet: give it one. Short names are those
// of folders under server/internal; "gen/parley" are the messages of the API and "gen/ledger" those of the stored form.
// Tests may import what they like.
var picture = []struct{ name, imports string }{
	{"client/parley", "client client/dossier client/planfile client/parley/internal/show client/internal/protoyaml gen/parley"},
	{"client/parley/internal/show", "gen/parley"},
	{"server/parleyd", "daemon client client/dossier client/example"},

	{"daemon", "rpc gateway web access quota host listing ledger/boltledger ledger/etcdledger fault gen/openapi"},
	{"rpc", "access quota host picture document analysis lens record wellformed listing faultstatus fault gen/parley"},
	{"gateway", "access faultstatus fault gen/parley gen/openapi"},
	{"web", "access fault gen/parley"},
	{"access", "fault gen/parley"},
	{"access/issuertest", ""},
	{"quota", "fault"},
	{"host", "analysis lens record ledger fault gen/parley gen/ledger"},
	{"picture", "document lens fault gen/parley"},
	{"document", "analysis lens redline fault interchange gen/parley"},
	{"analysis", "bargain lens record redline fault gen/parley"},
	{"bargain", ""},
	{"lens", "record redline fault gen/parley gen/ledger"},
	{"record", "redline wellformed fault gen/parley gen/ledger"},
	{"redline", "fault gen/parley"},

	{"ledger/boltledger", "ledger fault"},
	{"ledger/etcdledger", "ledger fault"},
	{"ledger/ledgertest", "ledger fault"},
	{"ledger", "fault"},

	// What several of those above need: lists (AIP-132 and 160), requests that keep their form, faults on the wire.
	{"listing", "fault gen/parley"},
	{"wellformed", "fault gen/parley"},
	{"faultstatus", "fault gen/parley"},
	{"fault", ""},

	// The forms in which a record travels, written by the server and read by its clients.
	{"interchange", "gen/parley"},

	// What parley is tested and measured on.
	{"cases", "client gen/parley"},

	{"client/example", "client/dossier"},
	{"client/dossier", "client client/planfile client/internal/protoyaml interchange gen/parley"},
	{"client/planfile", "client/internal/protoyaml gen/parley"},
	{"client/internal/protoyaml", "gen/parley"},
	{"client", "gen/parley"},

	{"archtest", ""},
	{"apitest", ""},
	{"tools/protodeps", ""},

	{"gen/openapi", ""},
	{"gen/ledger", "gen/parley"},
	{"gen/parley", ""},
}

// dir gives the folder of a name of the picture.
func dir(name string) string {
	switch first, _, _ := strings.Cut(name, "/"); {
	case name == "gen/parley":
		return "gen/go/parley/v1"
	case name == "gen/ledger":
		return "gen/go/parley/ledger/v1"
	case first == "client" || first == "server" || first == "tools" || first == "gen" || first == "interchange":
		return name
	}
	return "server/internal/" + name
}

// dirs gives the folders of several names, written with spaces between them.
func dirs(names string) []string {
	list := strings.Fields(names)
	for i, name := range list {
		list[i] = dir(name)
	}
	return list
}

// reserved says who may touch what of the world outside: package trees that only the named ones import.
var reserved = []struct{ what, by string }{
	{"google.golang.org/grpc", "daemon rpc gateway access faultstatus client gen"},
	{"github.com/grpc-ecosystem/grpc-gateway", "gateway tools/protodeps gen"},
	{"net/http", "daemon gateway web access client gen"},
	{"go.etcd.io/bbolt", "ledger/boltledger"},
	{"go.etcd.io/etcd", "ledger/etcdledger"},
	{"os", "server/parleyd daemon access ledger/boltledger client cases tools/protodeps"},
	{"log", "server/parleyd daemon access rpc gateway web host tools/protodeps"},
	{"testing", "ledger/ledgertest access/issuertest"},
	{"github.com/coreos/go-oidc", "access"},
	{"github.com/go-jose/go-jose", "access"},
	{"github.com/spf13/cobra", "client/parley"},
	{"golang.org/x/time", "quota"},
}

// pure lists the packages that do no I/O, read no clock and draw no lots: moments and new ids are handed to them.
const pure = "interchange picture document analysis lens record redline wellformed listing faultstatus fault"

// impure is what a pure package does not import.
var impure = []string{
	"crypto/rand", "io/fs", "log", "math/rand", "math/rand/v2", "net", "net/http", "os", "os/exec", "path/filepath", "syscall", "testing",
}

// clock are the functions of package time that a pure package does not call.
var clock = []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"}

// concurrent lists the packages where goroutines, channels and locks live, and what for. Elsewhere sync may only make a
// constant on first use (Once, OnceFunc, OnceValue, OnceValues).
var concurrent = []struct{ name, why string }{
	{"host", "one writer a negotiation, watchers, eviction"},
	{"ledger/boltledger", "one committer for all appends"},
	{"ledger/etcdledger", "watches of the cluster"},
	{"ledger/ledgertest", "races against an engine, and the in-memory engine"},
	{"daemon", "servers side by side, and their drain"},
	{"rpc", "streams"},
	{"gateway", "streams"},
	{"web", "streams"},
	{"access", "keys that are fetched and kept"},
	{"quota", "what callers have done of late, counted by many calls at a time"},
	{"client", "retries, watches"},
	{"listing", "what of a message type can be searched is worked out once a type"},
	{"wellformed", "what must be checked of a message type is worked out once a type"},
}

// remembers is the package that may keep in an atomic.Pointer, besides, what it would work out again: the reading order of a text.
const remembers = "record"

// Sizes, in lines.
const (
	fileLines     = 500
	functionLines = 60
	handlerLines  = 20
	mainLines     = 80
)

// long lists what may pass those sizes, and why. Tables of test cases may, as
// data has no depth. A function stands here as "file.go:Name" or "file.go:Type.Method".
var long = []struct{ what, why string }{
	{"client/dossier/kinds.go:kindsOf", "one table, a few lines a kind"},
	{"server/internal/analysis/blame_test.go:TestBlame", "one table, a few lines a history"},
	{"server/internal/analysis/editorial_test.go:TestAnEditorialChangeCarriesStancesUntilSomebodyObjects", "one table, a few lines a history"},
	{"server/internal/daemon/badinput_test.go:TestBadInputIsRefusedByFieldAndRule", "one table, a line a bad request"},
	{"server/internal/daemon/facts_test.go:factRows", "one table, a line or two a method"},
	{"server/internal/daemon/facts45_test.go:TestEveryFactOfTheArticleIsOnRecord", "one table, a line a fact"},
	{"server/internal/daemon/parity_test.go:parityRows", "one table, a line or two a method"},
	{"server/internal/listing/filter_test.go:TestFilterMatches", "one table, a line a filter"},
	{"server/internal/redline/diff_test.go:TestDiff", "one table, a line a case"},
	{"server/internal/redline/words_test.go:TestWords", "one table, a line a case"},
	{"server/internal/wellformed/wellformed_test.go:TestViolations", "one table, a few lines a broken rule"},
}

// vague are package names that say nothing of what is inside.
var vague = []string{"base", "common", "helper", "helpers", "lib", "manager", "misc", "shared", "util", "utils"}
