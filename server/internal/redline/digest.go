package redline

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"iter"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// Digest fingerprints the wording of a point: 64 hex digits, or "" if it has none. It is SHA-256 over "parley/1" and,
// each with its length before it, the canonical heading, the canonical text, and the canonical alternatives in the order
// of their bytes. Canonical is: Unicode NFC, every run of white space one space, none at the ends. Digests are stored,
// so this form stays as it is for ever; another one would bear another number.
func Digest(p *parleyv1.Point) string {
	heading, text := canonical(p.GetHeading()), canonical(p.GetText())
	if heading == "" && text == "" && len(p.GetAlternatives()) == 0 {
		return ""
	}
	alternatives := make([]string, len(p.GetAlternatives()))
	for i, a := range p.GetAlternatives() {
		alternatives[i] = canonical(a.GetText())
	}
	slices.Sort(alternatives)
	h := sha256.New()
	writeString(h, "parley/1")
	writeString(h, heading)
	writeString(h, text)
	for _, a := range alternatives {
		writeString(h, a)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// OptionDigest fingerprints the words of one option of a point, whatever its mark: of an alternative by its mark, or of the
// point's text for none, if it has no alternatives; "" if there is no such option.
func OptionDigest(p *parleyv1.Point, alternative string) string {
	if alternative == "" && len(p.GetAlternatives()) == 0 {
		return Digest(&parleyv1.Point{Text: cmp.Or(p.GetText(), p.GetHeading())})
	}
	for _, a := range p.GetAlternatives() {
		if a.GetLabel() == alternative {
			return Digest(&parleyv1.Point{Text: a.GetText()})
		}
	}
	return ""
}

// RevisionDigest fingerprints a whole text from its points in reading order: their ids, parents, states and digests.
func RevisionDigest(points iter.Seq[*parleyv1.Point]) string {
	h := sha256.New()
	b := appendString(make([]byte, 0, digestBuffer), "parley/1")
	for p := range points {
		b = appendString(b, p.GetId())
		b = appendString(b, p.GetParent())
		b = binary.BigEndian.AppendUint32(b, uint32(p.GetState()))
		b = appendString(b, p.GetDigest())
		if len(b) > digestBuffer/2 {
			h.Write(b)
			b = b[:0]
		}
	}
	h.Write(b)
	return hex.EncodeToString(h.Sum(nil))
}

// digestBuffer is how many bytes are about gathered before they are summed: a text may have 100,000 points, but most have some thirty.
const digestBuffer = 1 << 10

func appendString(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint64(b, uint64(len(s))), s...)
}

func writeString(h hash.Hash, s string) { h.Write(appendString(nil, s)) }

func canonical(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }
