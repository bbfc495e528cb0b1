package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// EventService serves events.
type EventService struct {
	parleyv1.UnimplementedEventServiceServer
	core Core
}

// GetEvent reads one event.
func (s *EventService) GetEvent(ctx context.Context, req *parleyv1.GetEventRequest) (*parleyv1.Event, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Event(req.GetName())
}

// ListEvents lists events.
func (s *EventService) ListEvents(ctx context.Context, req *parleyv1.ListEventsRequest) (*parleyv1.ListEventsResponse, error) {
	q, l, err := open[*parleyv1.Event](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.Events(req.GetParent(), q.After(), q.ShowDeleted()))
	return &parleyv1.ListEventsResponse{Events: page, NextPageToken: next}, nil
}

// CreateEvent records an event.
func (s *EventService) CreateEvent(ctx context.Context, req *parleyv1.CreateEventRequest) (*parleyv1.Event, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.CreateEvent(req))
	return one(out, err, (*lens.Lens).Event)
}

// UpdateEvent changes fields of an event.
func (s *EventService) UpdateEvent(ctx context.Context, req *parleyv1.UpdateEventRequest) (*parleyv1.Event, error) {
	out, err := s.core.write(ctx, req.GetEvent().GetName(), req, record.UpdateEvent(req))
	return one(out, err, (*lens.Lens).Event)
}

// DeleteEvent deletes an event softly.
func (s *EventService) DeleteEvent(ctx context.Context, req *parleyv1.DeleteEventRequest) (*parleyv1.Event, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.DeleteEvent(req))
	return one(out, err, (*lens.Lens).Event)
}

// UndeleteEvent brings a deleted event back.
func (s *EventService) UndeleteEvent(ctx context.Context, req *parleyv1.UndeleteEventRequest) (*parleyv1.Event, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.UndeleteEvent(req))
	return one(out, err, (*lens.Lens).Event)
}

// BatchCreateEvents records several events, all or none.
func (s *EventService) BatchCreateEvents(ctx context.Context, req *parleyv1.BatchCreateEventsRequest) (*parleyv1.BatchCreateEventsResponse, error) {
	if err := itemsOf(req.GetParent(), req.GetRequests()); err != nil {
		return nil, err
	}
	out, err := s.core.write(ctx, req.GetParent(), req, record.BatchCreateEvents(req))
	list, err := each(out, err, (*lens.Lens).Event)
	if err != nil {
		return nil, err
	}
	return &parleyv1.BatchCreateEventsResponse{Events: list}, nil
}
