// Package listing holds what every List method needs beside the items: filters (AIP-160), orders (AIP-132), page
// tokens (AIP-158), and Query, which ties them together so that a handler only says where the items come from:
//
//	q, err := listing.Open[*parleyv1.Stance](sealer, call, req)  // page size, filter, order and token are right
//	...
//	items := lens(q.AsOf()).Stances(req.GetParent(), q.After(), q.ShowDeleted())
//	page, next := q.Page(items)
//
// The package is pure. It only ever looks at the messages that it is handed, which are those that the caller may see:
// filters, orders and tokens can therefore tell nothing about others.
package listing
