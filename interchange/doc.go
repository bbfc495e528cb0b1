// Package interchange holds the forms in which the whole record of a negotiation goes from one server to another, or to other
// programs: one resource a line as JSON, and XML after OASIS LegalDocML (Akoma Ntoso 3.0). Each form is written and read here, so
// that both ends use the same names, and what is read is what was written: every field of every resource, in the same order.
package interchange
