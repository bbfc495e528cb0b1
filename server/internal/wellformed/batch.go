package wellformed

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// batchPlan is where a BatchCreate request keeps what its items share.
type batchPlan struct {
	parent, requests, itemParent protoreflect.FieldDescriptor
	itemOnly                     []protoreflect.FieldDescriptor // fields that an item must not carry
}

// batchOf recognises a batch request (AIP-233) by its name and fields; nil if md is none.
func batchOf(md protoreflect.MessageDescriptor) *batchPlan {
	b := &batchPlan{parent: md.Fields().ByName("parent"), requests: md.Fields().ByName("requests")}
	if !strings.HasPrefix(string(md.Name()), "Batch") || b.parent == nil || b.requests == nil || b.requests.Message() == nil {
		return nil
	}
	item := b.requests.Message().Fields()
	b.itemParent = item.ByName("parent")
	for _, name := range []protoreflect.Name{"request_id", "validate_only"} {
		if fd := item.ByName(name); fd != nil {
			b.itemOnly = append(b.itemOnly, fd)
		}
	}
	if b.itemParent == nil {
		return nil
	}
	return b
}

// batch checks what the items of a batch share with it: an item must not carry what belongs to the batch, and its
// parent is the batch's, or left empty. Under a batch whose parent has a wildcard each item names its own.
func (w *walker) batch(b *batchPlan, m protoreflect.Message) {
	parent := m.Get(b.parent).String()
	list := m.Get(b.requests).List()
	for i := range list.Len() {
		item := list.Get(i).Message()
		w.enter(b.requests, i)
		own := item.Get(b.itemParent).String()
		switch {
		case isWild(parent) && own == "":
			w.reportAt(b.itemParent, ruleRequired, "is required, because the batch's parent has a wildcard")
		case own != "" && !within(own, parent):
			w.reportAt(b.itemParent, ruleBatchParent, "must be the parent of the batch, or empty")
		}
		for _, fd := range b.itemOnly {
			if item.Has(fd) {
				w.reportAt(fd, ruleBatchItem, "must be set on the batch, not on an item")
			}
		}
		w.leave()
	}
}

func isWild(parent string) bool {
	return parent == "-" || strings.HasSuffix(parent, "/-") || strings.Contains(parent, "/-/")
}

// within says whether name is parent, where `-` in parent stands for any id.
func within(name, parent string) bool {
	if !isWild(parent) {
		return name == parent
	}
	for {
		a, restA, moreA := strings.Cut(name, "/")
		b, restB, moreB := strings.Cut(parent, "/")
		if moreA != moreB || a != b && b != "-" {
			return false
		}
		if !moreA {
			return true
		}
		name, parent = restA, restB
	}
}
