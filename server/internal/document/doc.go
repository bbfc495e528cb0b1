// Package document writes files of what a viewer may see: the table of negotiators, and the whole record. It is handed answers
// that are worked out already, and only gives them form.
package document
