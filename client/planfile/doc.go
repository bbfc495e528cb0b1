// Package planfile reads and writes the text of a plan as a file that people edit: Markdown or YAML.
//
// Markdown:
//
//	---
//	plan: us-draft
//	title: Counter-proposal of 23 November
//	parents: [us-draft/v1]
//	content: KNOWN
//	---
//
//	## 6. Armed forces {#army-size topic=armed-forces obliges=ukraine}
//
//	Ukraine's armed forces are limited to 800,000.
//
//	> [!TERMS]
//	> force-size <= 800000 people "limited to 800,000"
//
//	### 6.1 Reserve {#reserve}
//
//	> [A]{for=us against="ukraine, europe"} The reserve counts.
//
//	> [B]{for=ukraine} The reserve does not count.
//	> Nor do the border guards.
//
//	> [!NOTE]
//	> What the recorder has to say, apart from the wording.
//
//	## ~~26. Amnesty~~ {#amnesty state=STRUCK}
//
// The front matter holds the revision: the fields of the API's Revision (`title` is its display_name), the `plan` and, if
// wanted, the `id` of the new revision. `# A title` before the first point does for `title`. All of it may be missing.
//
// A point is a heading of level 2 or deeper; a deeper one belongs to the one above it. Its first word is the label, if
// it is a number (`6.`, `6.1`, `8bis`). The braces hold the permanent id after `#`, and as key=value, quoted where it is
// more than one word: topic, obliges (parties, with commas), state, moved_to, and where the heading does not do for
// them label, heading and parent. A heading that is ~~struck through~~ and says no state is STRUCK.
//
// What follows is the text, taken to the letter as plain text, without empty lines at its ends. Then come the
// alternatives, each a quotation that begins with its label in brackets, with `for` and `against` in braces, and a
// note, a quotation that begins with [!NOTE]. A quotation that begins with [!TERMS] holds what the wording says in numbers, one
// term a line: the quantity, =, >= or <=, the number, and if wanted the unit and the words that say so, in quotes as in Go. After
// an alternative the terms are that alternative's, before the first one the point's. A line that would be taken for one of these, or begins with a backslash,
// gets a backslash before it; so does an empty line at either end of a text. In this way every text survives.
//
// No other Markdown is interpreted: lists, emphasis, code, tables and rules are text.
//
// YAML: the same front matter as the fields of a mapping, with `points`, a list of points with the API's field names; or
// that list alone. JSON is fine too.
//
// Names of resources may be cut down to their ids (see package protoyaml). What only the server sets is not in the
// files: successors, origins and digests of points, and PRESENT is not spelt out.
package planfile
