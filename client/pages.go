package client

import (
	"context"
	"errors"
	"iter"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// PageRequest is a request of a method that answers in pages.
type PageRequest interface {
	proto.Message
	GetPageToken() string
}

// PageResponse is one page.
type PageResponse interface {
	proto.Message
	GetNextPageToken() string
}

// All goes through the items of all pages, from the page that req asks for. It reads a page when it comes to it, and
// ends after the first error. req is not changed.
//
//	for party, err := range client.All(ctx, c.Parties.ListParties, req, (*parleyv1.ListPartiesResponse).GetParties)
func All[Req PageRequest, Resp PageResponse, T any](
	ctx context.Context,
	call func(context.Context, Req, ...grpc.CallOption) (Resp, error),
	req Req,
	items func(Resp) []T,
	opts ...grpc.CallOption,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range Pages(ctx, call, req, opts...) {
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, item := range items(page) {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// Pages goes through the pages themselves, for what an answer holds beside its items.
func Pages[Req PageRequest, Resp PageResponse](
	ctx context.Context,
	call func(context.Context, Req, ...grpc.CallOption) (Resp, error),
	req Req,
	opts ...grpc.CallOption,
) iter.Seq2[Resp, error] {
	return func(yield func(Resp, error) bool) {
		next := req
		for {
			page, err := call(ctx, next, opts...)
			if !yield(page, err) || err != nil || page.GetNextPageToken() == "" {
				return
			}
			if page.GetNextPageToken() == next.GetPageToken() {
				yield(page, errors.New("the server answers with the same page token again"))
				return
			}
			next = atToken(req, page.GetNextPageToken())
		}
	}
}

// Collect gathers the items of a sequence, such as that of All, until its end or the first error.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}

// atToken is req with another page token.
func atToken[Req PageRequest](req Req, token string) Req {
	c := shallow(req.ProtoReflect())
	c.Set(c.Descriptor().Fields().ByName("page_token"), protoreflect.ValueOfString(token))
	return c.Interface().(Req)
}
