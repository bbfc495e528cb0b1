package record

import "strings"

// DirectoryLog is the log of server-wide facts. No negotiation can bear its name: ids start with a letter.
const DirectoryLog = "_server"

// NegotiationOf gives the name of the negotiation that a resource belongs to: `negotiations/x/parties/y` is in
// `negotiations/x`.
func NegotiationOf(name string) string { return segments(name, 2) }

// ParentOf gives the name of the resource that another stands under.
func ParentOf(name string) string {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return ""
	}
	if i = strings.LastIndexByte(name[:i], '/'); i < 0 {
		return ""
	}
	return name[:i]
}

// IDOf gives the last part of a name.
func IDOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// segments gives the first n parts of a name.
func segments(name string, n int) string {
	for i := range len(name) {
		if name[i] == '/' {
			if n--; n == 0 {
				return name[:i]
			}
		}
	}
	return name
}

// splitPointName splits `…/revisions/r/points/p` into the revision's name and the point's id.
func splitPointName(name string) (revision, point string) {
	return ParentOf(name), IDOf(name)
}
