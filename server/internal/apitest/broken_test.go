package apitest

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// breach breaks testdata/shelf.proto by putting `new` for the first `old` that follows `after`. The rule that it breaks
// must say what is wanted.
type breach struct{ after, old, new, want string }

// broken has breaches of every rule, by its name.
var broken = map[string][]breach{
	"every resource is declared": {
		{
			"message Likeness {", "string book = 1", "string name = 1",
			"library.v1.Likeness: has a name but no google.api.resource",
		},
		{
			"message Shelf {", "parley/Shelf", "library.example.com/Shelf",
			`library.v1.Shelf: the resource type is "library.example.com/Shelf", not "parley/Shelf"`,
		},
		{"message Shelf {", `singular: "shelf"`, `singular: "shelve"`, `library.v1.Shelf: the singular is "shelve", not "shelf"`},
		{"message Shelf {", `plural: "shelves"`, "", "library.v1.Shelf: has no plural"},
		{"message Shelf {", `pattern: "shelves/{shelf}"`, "", "library.v1.Shelf: one pattern of collections and ids is needed, not []"},
		{
			"message Shelf {", "shelves/{shelf}", "boards/{shelf}",
			`library.v1.Shelf: the pattern "boards/{shelf}" does not end in "shelves/{shelf}"`,
		},
		{
			"message Book {", "shelves/{shelf}/books", "rooms/{room}/books",
			`library.v1.Book: no resource has the pattern "rooms/{room}" of the parent`,
		},
		{
			"message Shelf {", "= IDENTIFIER", "= OUTPUT_ONLY",
			"library.v1.Shelf: the first field is not a string `name` that is its IDENTIFIER",
		},
	},
	"every resource has its life": {
		{"service", "rpc GetShelf(", "rpc ReadShelf(", "library.v1.Shelf: has no Get method"},
		{"service", "rpc UndeleteShelf(", "rpc RestoreShelf(", "library.v1.Shelf: has no Undelete method"},
		{"message Shelf {", "Audience audience = 3", "string audience = 3", "library.v1.Shelf: has no library.v1.Audience audience"},
		{"message Shelf {", "update_time", "change_time", "library.v1.Shelf: has no google.protobuf.Timestamp update_time"},
		{
			"delete_time = 6", "OUTPUT_ONLY", "OPTIONAL",
			"library.v1.Shelf: has no google.protobuf.Timestamp delete_time that is OUTPUT_ONLY",
		},
		{"message Shelf {", "string etag", "string tag", "library.v1.Shelf: has no string etag"},
		{"message Book {", "string shop = 3", "string etag = 3", "library.v1.Book: is known as immutable but has etag"},
		{"service", "rpc CompareBooks(", "rpc DeleteBook(", "library.v1.Book: is known as immutable but has Delete"},
		{"message Book {", `type: "parley/Book"`, `type: "parley/Print"`, "library.v1.Book: is excused as immutable but is no resource"},
	},
	"every field says how it behaves": {
		{"message Shelf {", "length = 2 [(google.api.field_behavior) = OPTIONAL]", "length = 2", "library.v1.Shelf.length: has no field_behavior"},
		{
			"message CompareBooksRequest {", "OPTIONAL", "OUTPUT_ONLY",
			"library.v1.CompareBooksRequest.page_size: in a request a field is REQUIRED or OPTIONAL, not [OUTPUT_ONLY]",
		},
		{
			"message Book {", "string shop = 3", "string shop = 3 [(google.api.field_behavior) = OPTIONAL]",
			"library.v1.Book.shop: is one of several and so cannot be [OPTIONAL]",
		},
		{
			"message Likeness {", "OUTPUT_ONLY", "REQUIRED",
			"library.v1.Likeness.book: only the server sends it, so it can only be OUTPUT_ONLY, not [REQUIRED]",
		},
		{
			"message Likeness {", "share = 2 [(google.api.field_behavior) = OUTPUT_ONLY]", "share = 2",
			"library.v1.Likeness: 1 fields are OUTPUT_ONLY and 1 say nothing",
		},
	},
	"every resource name is a reference": {
		{
			"message GetShelfRequest {", `(google.api.resource_reference).type = "parley/Shelf"`, "deprecated = false",
			"library.v1.GetShelfRequest.name: has no resource_reference, and its comment does not say that it holds an id",
		},
		{
			"message GetShelfRequest {", `"parley/Shelf"`, `"parley/Book"`,
			`library.v1.GetShelfRequest.name: does not refer to the type "parley/Shelf"`,
		},
		{
			"message ListBooksRequest {", `child_type = "parley/Book"`, `type = "parley/Shelf"`,
			`library.v1.ListBooksRequest.parent: does not refer to the child_type "parley/Book"`,
		},
		{
			"message Book {", `"parley/Shelf"`, `"parley/Board"`,
			`library.v1.Book.shelf: refers to "parley/Board", which is no resource`,
		},
		{
			"message Likeness {", "Id of the other one.", "The other one.",
			"library.v1.Likeness.book: has no resource_reference, and its comment does not say that it holds an id",
		},
	},
	"numbers keep their digits in JSON": {
		{"message Shelf {", "int32 length", "uint64 length", "library.v1.Shelf.length: uint64 loses digits in JSON"},
		{"message Shelf {", "int32 length", "repeated sfixed64 length", "library.v1.Shelf.length: sfixed64 loses digits in JSON"},
	},
	"moments are called so": {
		{"message Shelf {", "create_time", "created_at", "library.v1.Shelf.created_at: is a moment but not called so"},
	},
	"the value 0 of an enum says nothing": {
		{
			"enum ErrorReason {", "ERROR_REASON_UNSPECIFIED", "NO_ERROR",
			"library.v1.ErrorReason: the value 0 does not end in _UNSPECIFIED",
		},
	},
	"every method has the REST path that its name promises": {
		{
			"rpc GetShelf(", `option (google.api.http) = {get: "/v1/{name=shelves/*}"};`, "",
			"library.v1.ShelfService.GetShelf: has no google.api.http",
		},
		{
			"rpc GetShelf(", "get:", "post:",
			`library.v1.ShelfService.GetShelf: is bound to "POST /v1/{name=shelves/*}", not "GET /v1/{name=shelves/*}"`,
		},
		{
			"rpc ListBooks(", "{parent=shelves/*}/books", "{parent=shelves/*}/allBooks",
			`is bound to "GET /v1/{parent=shelves/*}/allBooks", not "GET /v1/{parent=shelves/*}/books"`,
		},
		{
			"rpc CreateShelf(", `body: "shelf"`, `body: "*"`,
			`library.v1.ShelfService.CreateShelf: is bound to "POST /v1/shelves with *", not "POST /v1/shelves with shelf"`,
		},
		{
			"rpc UpdateShelf(", "{shelf.name=shelves/*}", "{shelf.name=shelves/**}",
			`not "PATCH /v1/{shelf.name=shelves/*} with shelf"`,
		},
		{
			"rpc UpdateShelf(", "patch:", "put:",
			`not "PATCH /v1/{shelf.name=shelves/*} with shelf"`,
		},
		{
			"rpc DeleteShelf(", `/*}"}`, `/*}" body: "*"}`,
			`library.v1.ShelfService.DeleteShelf: is bound to "DELETE /v1/{name=shelves/*} with *", not "DELETE /v1/{name=shelves/*}"`,
		},
		{
			"rpc UndeleteShelf(", ":undelete", ":restore",
			`not "POST /v1/{name=shelves/*}:undelete with *"`,
		},
		{
			"rpc BatchCreateBooks(", ":batchCreate", ":batch",
			`not "POST /v1/{parent=shelves/*}/books:batchCreate with *"`,
		},
		{
			"rpc GetShelf(", `/*}"}`, `/*}" additional_bindings {get: "/v2/{name=shelves/*}"}}`,
			`a standard method has one binding, not also "GET /v2/{name=shelves/*}"`,
		},
		{
			"rpc CompareBooks(", ":compare", "",
			"library.v1.ShelfService.CompareBooks: is bound to \"GET /v1/{book=shelves/*/books/*}\", which is not GET or POST on /v1/…:verb",
		},
		{
			"rpc CompareBooks(", "get:", "post:",
			"library.v1.ShelfService.CompareBooks: is bound to \"POST /v1/{book=shelves/*/books/*}:compare\": POST takes the body *, and GET none",
		},
		{
			"rpc CompareBooks(", ":compare", ":match",
			`library.v1.ShelfService.CompareBooks: the verb "match" of its path is not in its name`,
		},
	},
	"every method has its signature": {
		{
			"rpc CreateShelf(", `"shelf,shelf_id"`, `"shelf_id,shelf"`,
			`library.v1.ShelfService.CreateShelf: the method_signature is ["shelf_id,shelf"], not "shelf,shelf_id"`,
		},
		{
			"rpc ListBooks(", `option (google.api.method_signature) = "parent";`, "",
			`library.v1.ShelfService.ListBooks: the method_signature is [], not "parent"`,
		},
		{
			"rpc CompareBooks(", `= "book"`, `= "tome"`,
			`library.v1.ShelfService.CompareBooks: the method_signature names "tome", which the request does not have`,
		},
		{
			"rpc CompareBooks(", `= "book"`, `= "page_size"`,
			`library.v1.ShelfService.CompareBooks: the method_signature "page_size" lacks "book", which is required`,
		},
	},
	"requests and answers have the standard shape": {
		{
			"rpc GetShelf(", "GetShelfRequest", "GetBookRequest",
			"library.v1.ShelfService.GetShelf: is asked with GetBookRequest, not GetShelfRequest",
		},
		{
			"rpc DeleteShelf(", "returns (Shelf)", "returns (Book)",
			"library.v1.ShelfService.DeleteShelf: answers with Book, not Shelf",
		},
		{
			"rpc CompareBooks(", "returns (CompareBooksResponse)", "returns (ListBooksResponse)",
			"library.v1.ShelfService.CompareBooks: answers with ListBooksResponse, not CompareBooks",
		},
		{
			"message ListShelvesRequest {", "show_deleted", "deleted",
			`library.v1.ListShelvesRequest: lacks the field "bool show_deleted"`,
		},
		{
			"message ListBooksRequest {", "filter", "query",
			`library.v1.ListBooksRequest: lacks the field "string filter"`,
		},
		{
			"message ListBooksRequest {", "int32 page_size", "uint32 page_size",
			`library.v1.ListBooksRequest: lacks the field "int32 page_size"`,
		},
		{
			"message ListBooksResponse {", "repeated Book books = 1", "repeated Book books = 3",
			`library.v1.ListBooksResponse: lacks the field "repeated library.v1.Book books = 1"`,
		},
		{
			"message CreateShelfRequest {", "shelf_id", "id",
			`library.v1.CreateShelfRequest: lacks the field "string shelf_id"`,
		},
		{
			"message UpdateShelfRequest {", "update_mask", "fields",
			`library.v1.UpdateShelfRequest: lacks the field "google.protobuf.FieldMask update_mask = 2"`,
		},
		{
			"message DeleteShelfRequest {", "string etag", "string tag",
			`library.v1.DeleteShelfRequest: lacks the field "string etag"`,
		},
		{
			"message UndeleteShelfRequest {", "string name = 1", "string shelf = 1",
			`library.v1.UndeleteShelfRequest: lacks the field "string name = 1"`,
		},
		{
			"message BatchCreateBooksRequest {", "repeated CreateBookRequest", "repeated Book",
			`library.v1.BatchCreateBooksRequest: lacks the field "repeated library.v1.CreateBookRequest requests"`,
		},
		{
			"message CompareBooksRequest {", "page_size", "count",
			`library.v1.CompareBooksRequest: lacks the field "int32 page_size"`,
		},
		{
			"message CompareBooksResponse {", "next_page_token", "next",
			`library.v1.CompareBooksResponse: lacks the field "string next_page_token"`,
		},
	},
	"every read looks back": {
		{
			"message CompareBooksRequest {", "as_of", "at_time",
			"library.v1.ShelfService.CompareBooks: a read takes an optional google.protobuf.Timestamp as_of",
		},
		{
			"message GetBookRequest {", "google.protobuf.Timestamp as_of", "string as_of",
			"library.v1.ShelfService.GetBook: a read takes an optional google.protobuf.Timestamp as_of",
		},
		{
			"message CompareBooksRequest {", "int32 page_size", "string request_id",
			"library.v1.ShelfService.CompareBooks: a read has no request_id",
		},
	},
	"every write can be retried and tried": {
		{
			"message BatchCreateBooksRequest {", "validate_only", "dry_run",
			"library.v1.ShelfService.BatchCreateBooks: a write takes an optional bool validate_only",
		},
		{
			"message DeleteShelfRequest {", "request_id", "retry_id",
			"library.v1.ShelfService.DeleteShelf: a write takes an optional string request_id",
		},
		{
			"message CreateShelfRequest {", "(google.api.field_info).format = UUID4,", "",
			"library.v1.ShelfService.CreateShelf: a write takes an optional string request_id",
		},
		{
			"message CreateShelfRequest {", "string.uuid = true", "string.max_len = 36",
			"library.v1.ShelfService.CreateShelf: a write takes an optional string request_id",
		},
	},
	"every comment is worth reading": {
		{"enum ErrorReason", "// The ink has faded.", "", "library.v1.BOOK_UNREADABLE: has no comment"},
		{"message Book {", "// Where the book came from; at most one.", "", "library.v1.Book.origin: has no comment"},
		{"import", "// Shelves and what stands on them.", "", "library.v1.ShelfService: has no comment"},
		{"enum ErrorReason", "has faded.", "has faded", "library.v1.BOOK_UNREADABLE: the comment does not end with a full stop"},
		{
			"service", "Puts up a new shelf.", "Adds a shelf.",
			`library.v1.ShelfService.CreateShelf: the comment has fewer than 4 words: "Adds a shelf."`,
		},
		{
			"message Shelf {", "Its length in centimetres.", "Its length.",
			`library.v1.Shelf.length: the comment has fewer than 3 words: "Its length."`,
		},
		{
			"message Shelf {", "Its length in centimetres.", "The length of the shelf.",
			`library.v1.Shelf.length: the comment only repeats the name: "The length of the shelf."`,
		},
		{
			"library.v1", "// Names one shelf to read.", "// Request of the method GetShelf.",
			`library.v1.GetShelfRequest: the comment only repeats the name: "Request of the method GetShelf."`,
		},
	},
	"every method names its errors": {
		{
			"service", "Errors: RESOURCE_NOT_FOUND.", "Fails at times.",
			`library.v1.ShelfService.GetShelf: the comment does not end in "Errors:" and a list of reasons`,
		},
		{
			"// Finds books", "PAGE_TOKEN_INVALID, ", "",
			"library.v1.ShelfService.CompareBooks: does not name PAGE_TOKEN_INVALID, which follows from its request",
		},
		{
			"// Changes what", "ETAG_MISMATCH, ", "",
			"library.v1.ShelfService.UpdateShelf: does not name ETAG_MISMATCH, which follows from its request",
		},
		{
			"// Adds several", "REFERENCE_NOT_FOUND, ", "",
			"library.v1.ShelfService.BatchCreateBooks: does not name REFERENCE_NOT_FOUND, which follows from its request",
		},
		{
			"// Puts up", "RESOURCE_EXISTS", "RESOURCE_NOT_FOUND",
			"library.v1.ShelfService.CreateShelf: RESOURCE_NOT_FOUND does not follow from the request",
		},
		{
			"// Finds books", "BOOK_UNREADABLE", "BOOK_BURNT",
			"library.v1.ShelfService.CompareBooks: BOOK_BURNT is no ErrorReason",
		},
		{
			"// Finds books", "BOOK_UNREADABLE", "INTERNAL",
			"library.v1.ShelfService.CompareBooks: INTERNAL need not be named: any call may meet it",
		},
		{
			"// Finds books", ", BOOK_UNREADABLE", "",
			"BOOK_UNREADABLE: no method names this reason, and its comment does not say that it comes on any call",
		},
	},
}

const shelf = "testdata/shelf.proto"

// immutableThere is what the table `immutable` is for our own API.
var immutableThere = map[string]string{"library.v1.Book": "printed"}

func TestRulesHoldForAGoodAPI(t *testing.T) {
	s := compile(t, os.DirFS("."), immutableThere, shelf)
	for _, r := range rules {
		if findings := r.check(s); len(findings) > 0 {
			t.Errorf("%s: %q", r.name, findings)
		}
	}
}

func TestRulesBite(t *testing.T) {
	good, err := os.ReadFile(shelf)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if len(broken[r.name]) == 0 {
			t.Errorf("no broken API shows that this rule bites: %s", r.name)
		}
		for _, b := range broken[r.name] {
			t.Run(b.want, func(t *testing.T) {
				source := b.apply(t, string(good))
				findings := r.check(compile(t, fstest.MapFS{shelf: {Data: []byte(source)}}, immutableThere, shelf))
				if !slices.ContainsFunc(findings, func(f string) bool { return strings.Contains(f, b.want) }) {
					t.Errorf("found %q", findings)
				}
			})
		}
	}
	if len(broken) != len(rules) {
		t.Errorf("there are breaches of %d rules, but %d rules", len(broken), len(rules))
	}
}

func (b breach) apply(t *testing.T, good string) string {
	t.Helper()
	before, rest, ok := strings.Cut(good, b.after)
	if !ok || !strings.Contains(rest, b.old) {
		t.Fatalf("%s has no %q after %q", shelf, b.old, b.after)
	}
	return before + b.after + strings.Replace(rest, b.old, b.new, 1)
}
