package redline

import (
	"strings"
	"unicode/utf8"
)

// tidy makes changes readable: each stands where a reader would put it, and what lies between two of them by chance
// becomes part of both. It only chooses among right answers.
func (c *Comparer) tidy(changes []change) []change {
	c.slideAll(changes)
	if len(changes) < 2 {
		return changes
	}
	c.lettersOld, c.lettersNew = c.letters(c.lettersOld, &c.old), c.letters(c.lettersNew, &c.new)
	old, new := c.lettersOld, c.lettersNew
	amount := func(ch change) int32 { return max(old[ch.old1]-old[ch.old0], new[ch.new1]-new[ch.new0]) }
	out := changes[:1]
	for _, ch := range changes[1:] {
		for len(out) > 0 {
			last := out[len(out)-1]
			if !c.byChance(last.old1, ch.old0, min(amount(last), amount(ch))) {
				break
			}
			ch.old0, ch.new0 = last.old0, last.new0
			out = out[:len(out)-1]
		}
		out = append(out, ch)
	}
	return out
}

// letters tells for each token, in place of a list, the letters of the tokens before it.
func (c *Comparer) letters(list []int32, t *tokens) []int32 {
	out := again(list, t.len()+1)
	for i, id := range t.ids {
		out[i+1] = out[i] + max(c.weights[id], 0)
	}
	return out
}

// byChance tells whether old.ids[i:end], which lies between two changes, says nothing by itself: it is marks only, or a
// few words that count for little beside the changes, the smaller of which has so many letters. "The" between two other
// words would only make them hard to read; a clause that stands in a rewritten paragraph is worth showing. What is
// between paragraphs stays.
func (c *Comparer) byChance(i, end int, letters int32) bool {
	const (
		mostWords  = 4
		mostTokens = 3 * mostWords // some are marks
	)
	if end-i > mostTokens {
		return false
	}
	words, length := int32(0), int32(0)
	for _, id := range c.old.ids[i:end] {
		switch w := c.weights[id]; {
		case w == blankLine:
			return false
		case w > 0:
			words, length = words+1, length+w
		}
	}
	return words <= mostWords && words*length <= letters
}

// slideAll moves each pure insertion and deletion to the best of the places where it could stand: between "the cat" and
// "and the bird" it was "and the dog " that was put in rather than "dog and the ".
func (c *Comparer) slideAll(changes []change) {
	for i := range changes {
		low, high := change{}, change{old0: c.old.len(), new0: c.new.len()}
		if i > 0 {
			low = changes[i-1]
		}
		if i+1 < len(changes) {
			high = changes[i+1]
		}
		ch := &changes[i]
		switch {
		case ch.old0 == ch.old1:
			ch.shift(c.slide(&c.new, ch.new0, ch.new1, low.new1, high.new0))
		case ch.new0 == ch.new1:
			ch.shift(c.slide(&c.old, ch.old0, ch.old1, low.old1, high.old0))
		}
	}
}

func (ch *change) shift(by int) {
	ch.old0, ch.old1, ch.new0, ch.new1 = ch.old0+by, ch.old1+by, ch.new0+by, ch.new1+by
}

// slide says by how many tokens to move the run t.ids[i:end], which may be moved within t.ids[low:high]. Of equally good
// places it takes the first.
func (c *Comparer) slide(t *tokens, i, end, low, high int) int {
	first, last := i, end
	for first > low && t.ids[first-1] == t.ids[last-1] {
		first, last = first-1, last-1
	}
	best, at := -1, i
	for ; ; first, last = first+1, last+1 {
		if seams := c.seam(t, first) + c.seam(t, last); seams > best {
			best, at = seams, first
		}
		if last == high || t.ids[first] != t.ids[last] {
			return at - i
		}
	}
}

// seam says how well a change may begin or end before token i.
func (c *Comparer) seam(t *tokens, i int) int {
	if i == 0 || i == t.len() || c.weights[t.ids[i-1]] == blankLine {
		return 5
	}
	word := t.text[t.start[i-1]:t.end[i-1]]
	last, _ := utf8.DecodeLastRuneInString(word)
	blank := t.before(i)
	switch {
	case c.weights[t.ids[i]] == blankLine || strings.ContainsAny(blank, "\r\n"):
		return 4
	case strings.ContainsRune("。！？；", last) || blank != "" && strings.ContainsRune(".!?;:…", last):
		return 3
	case blank != "" && c.weights[t.ids[i-1]] == 0:
		return 2
	case blank != "":
		return 1
	}
	return 0
}
