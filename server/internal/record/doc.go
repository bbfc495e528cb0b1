// Package record is the domain core: the State of one negotiation, folded from its log, and for every noun the
// commands that turn (state, request, time, new ids) into changes or a fault. It is pure: no I/O, no clock.
//
// The log is the truth. Apply is the only way a State changes, live, at start-up and in tests alike. A State keeps
// every version of every resource, stamped with the time of the entry that made it, so that the record "as of" a
// moment is a matter of looking no further than that moment. Collections are copy-on-write trees: Fork costs nothing,
// and a published State is never changed again.
package record
