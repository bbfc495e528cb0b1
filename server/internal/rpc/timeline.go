package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
)

// GetTimeline tells what happened and what was said, in one stream.
func (s *AnalysisService) GetTimeline(ctx context.Context, req *parleyv1.GetTimelineRequest) (*parleyv1.Timeline, error) {
	q, l, err := openSized[*parleyv1.Timeline_Item](ctx, s.core, req.GetParent(), req, analysisRows)
	if err != nil {
		return nil, err
	}
	out, err := analysis.TimelineOf(l, req)
	if err != nil {
		return nil, err
	}
	out.Items, out.NextPageToken = pageOf(q, out.GetItems(), analysis.TimelineKey)
	return out, nil
}
