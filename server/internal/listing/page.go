package listing

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Page sizes where a Call says nothing else. The schema promises them.
const (
	DefaultPageSize = 50
	MaxPageSize     = 1_000
)

// Request is a request for a list. It may also have a filter, an order_by and show_deleted.
type Request interface {
	proto.Message
	GetPageSize() int32
	GetPageToken() string
	GetAsOf() *timestamppb.Timestamp
}

// Call is what a page token is bound to beside the request, and what is particular to the method.
type Call struct {
	Method    string    // full gRPC name
	Principal string    // who calls
	Now       time.Time // the moment to show if neither the request nor a token names one
	MaxBytes  int       // how long a page may get, if it has more than one item; no bound if 0
	PageSize  int       // default of the method; DefaultPageSize if 0
	InOrder   bool      // the items come in the order that order_by wants, which the caller has checked
	Omit      []string  // fields of the items that this list leaves empty: neither filter nor order_by knows them

	// Over says that the caller has lost patience: the page ends before its end, and must not be used. nil for never.
	Over func() bool
}

// Query is one opened call of a List method whose items are of type T. It serves one goroutine.
type Query[T proto.Message] struct {
	sealer      *Sealer
	binding     Binding
	size        int
	maxBytes    int
	filter      Filter
	order       Order
	showDeleted bool
	asOf        time.Time
	after       string // natural order: key of the last item shown
	offset      int    // other order: how many were shown
	over        func() bool
}

// Open reads what req asks for. Errors are FILTER_INVALID, ORDER_BY_INVALID, PAGE_TOKEN_INVALID or INVALID_FIELD.
func Open[T proto.Message](s *Sealer, call Call, req Request) (*Query[T], error) {
	var item T
	md := item.ProtoReflect().Descriptor()
	q := &Query[T]{sealer: s, binding: Bind(call.Method, call.Principal, req), asOf: call.Now, maxBytes: call.MaxBytes, over: call.Over}
	var err error
	if r, ok := req.(interface{ GetFilter() string }); ok {
		if q.filter, err = parseFilter(md, r.GetFilter(), call.Omit); err != nil {
			return nil, err
		}
	}
	if r, ok := req.(interface{ GetOrderBy() string }); ok && !call.InOrder {
		if q.order, err = parseOrder(md, r.GetOrderBy(), call.Omit); err != nil {
			return nil, err
		}
	}
	if r, ok := req.(interface{ GetShowDeleted() bool }); ok {
		q.showDeleted = r.GetShowDeleted()
	}
	if q.size, err = pageSize(req.GetPageSize(), call.PageSize); err != nil {
		return nil, err
	}
	if at := req.GetAsOf(); at != nil && at.AsTime().Before(call.Now) { // the future shows the present, and stays that
		q.asOf = at.AsTime()
	}
	if req.GetPageToken() != "" {
		return q, q.resume(req.GetPageToken())
	}
	return q, nil
}

func pageSize(asked int32, byDefault int) (int, error) {
	switch {
	case asked < 0:
		return 0, fault.InvalidField("page_size", "int32.gte", "must not be negative")
	case asked > 0:
		return min(int(asked), MaxPageSize), nil
	case byDefault > 0:
		return byDefault, nil
	}
	return DefaultPageSize, nil
}

// Positions in a token: a key to continue after, or how many items to skip.
const (
	afterKey = "a"
	skip     = "s"
)

// resume continues where a token left off.
func (q *Query[T]) resume(token string) error {
	place, err := q.sealer.Open(q.binding, token)
	if err != nil {
		return err
	}
	q.asOf = place.AsOf
	if key, ok := strings.CutPrefix(place.Position, afterKey); ok && q.order.Natural() {
		q.after = key
		return nil
	}
	count, ok := strings.CutPrefix(place.Position, skip)
	if q.offset, err = strconv.Atoi(count); err != nil || !ok || q.order.Natural() || q.offset < 0 {
		return fault.PageTokenInvalid()
	}
	return nil
}

// AsOf is the moment at which the record must be looked at: that of the first page, of the request, or Call.Now.
func (q *Query[T]) AsOf() time.Time { return q.asOf }

// After is the key of the item after which the items handed to Page must begin: empty for the first page, and whenever
// there is an order_by, since all items are needed then.
func (q *Query[T]) After() string { return q.after }

// ShowDeleted says whether deleted items are wanted.
func (q *Query[T]) ShowDeleted() bool { return q.showDeleted }

// Named is an item whose key is its resource name.
type Named interface{ GetName() string }

// Page takes the page from items, which must be those after After in their natural order, and gives the token of the
// next; empty on the last. Keys are resource names: T must have GetName. In natural order it reads no further than the
// first item of the next page.
func (q *Query[T]) Page(items iter.Seq[T]) (page []T, next string) {
	return q.PageBy(items, func(item T) string { return any(item).(Named).GetName() })
}

// PageBy is Page for items that have another key. A key must be unique in the list and find its place again.
func (q *Query[T]) PageBy(items iter.Seq[T], key func(T) string) (page []T, next string) {
	if !q.order.Natural() {
		return q.ordered(items)
	}
	bytes := 0
	for item := range items {
		if q.isOver() {
			break
		}
		if !q.filter.Matches(item) {
			continue
		}
		if q.maxBytes > 0 {
			bytes += proto.Size(item)
		}
		if len(page) == q.size || len(page) > 0 && bytes > q.maxBytes {
			return page, q.token(afterKey + key(page[len(page)-1]))
		}
		page = append(page, item)
	}
	return page, ""
}

func (q *Query[T]) isOver() bool { return q.over != nil && q.over() }

// ordered sorts everything and cuts the page out.
func (q *Query[T]) ordered(items iter.Seq[T]) (page []T, next string) {
	var all []T
	for item := range items {
		if q.isOver() {
			break
		}
		if q.filter.Matches(item) {
			all = append(all, item)
		}
	}
	slices.SortStableFunc(all, func(a, b T) int { return q.order.Compare(a, b) })
	start := min(q.offset, len(all))
	end := q.end(all, start)
	if end < len(all) {
		next = q.token(skip + strconv.Itoa(end))
	}
	return all[start:end:end], next
}

// end finds where the page ends that begins at start.
func (q *Query[T]) end(all []T, start int) int {
	most, bytes := min(start+q.size, len(all)), 0
	for i := start; i < most && q.maxBytes > 0; i++ {
		if bytes += proto.Size(all[i]); bytes > q.maxBytes && i > start {
			return i
		}
	}
	return most
}

func (q *Query[T]) token(position string) string {
	return q.sealer.Seal(q.binding, Place{AsOf: q.asOf, Position: position})
}
