// Package apitest holds the contract of the API as tests: what the AIPs and parley's own conventions ask of every
// resource, method, message and comment in parley.v1, beyond what buf can check. A new method that keeps them needs no
// line here; one that breaks them is told so by name. Each rule is also shown to bite, on testdata/shelf.proto.
package apitest
