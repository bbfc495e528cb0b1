package rpc

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/analysis"
)

// AnalysisService serves answers worked out from the record.
type AnalysisService struct {
	parleyv1.UnimplementedAnalysisServiceServer
	core Core
}

// analysisRows is the default number of rows of a page of an analysis.
const analysisRows = 100

// GetPositionMatrix tells who stands where on each point of a revision.
func (s *AnalysisService) GetPositionMatrix(ctx context.Context, req *parleyv1.GetPositionMatrixRequest) (*parleyv1.PositionMatrix, error) {
	q, l, err := openSized[*parleyv1.PositionMatrix_Row](ctx, s.core, req.GetRevision(), req, analysisRows)
	if err != nil {
		return nil, err
	}
	m, err := analysis.Positions(l, req.GetRevision(), analysis.At(req), showing(req))
	if err != nil {
		return nil, err
	}
	m.Head.Rows, m.Head.NextPageToken = q.PageBy(m.Rows(q.After()), func(r *parleyv1.PositionMatrix_Row) string { return r.GetPoint().GetId() })
	return m.Head, nil
}

// showing reads what of a matrix a request asks for.
func showing(req interface {
	GetParties() []string
	GetShowGone() bool
	GetView() parleyv1.PositionMatrix_View
},
) analysis.Showing {
	return analysis.Showing{Parties: req.GetParties(), Gone: req.GetShowGone(), Compact: req.GetView() == parleyv1.PositionMatrix_VIEW_COMPACT}
}

// StreamPositionMatrix tells who stands where on each point of a revision, all at once.
func (s *AnalysisService) StreamPositionMatrix(req *parleyv1.StreamPositionMatrixRequest, stream grpc.ServerStreamingServer[parleyv1.StreamPositionMatrixResponse]) error {
	ctx, trust := entrusting(stream.Context())
	l, err := s.core.lens(ctx, req.GetRevision(), req.GetAsOf())
	if err != nil {
		return err
	}
	m, err := analysis.Positions(l, req.GetRevision(), analysis.At(req), showing(req))
	if err != nil {
		return err
	}
	return inChunks(m, func(part *parleyv1.StreamPositionMatrixResponse) error {
		if err := ctx.Err(); err != nil { // what was made after that may not be whole
			return err
		}
		if err := s.core.Host.NoteAccesses(ctx, trust); err != nil {
			return err
		}
		return stream.Send(part)
	})
}

// inChunks hands on the head of a matrix, and then its rows, as they are worked out. send keeps nothing of what it is given.
func inChunks(m *analysis.Matrix, send func(*parleyv1.StreamPositionMatrixResponse) error) error {
	if err := send(&parleyv1.StreamPositionMatrixResponse{Head: m.Head}); err != nil {
		return err
	}
	chunk, bytes := &parleyv1.StreamPositionMatrixResponse{}, 0
	for row := range m.Rows("") {
		chunk.Rows = append(chunk.Rows, row)
		if bytes += sizeOf(row); bytes < pieceBytes {
			continue
		}
		if err := send(chunk); err != nil {
			return err
		}
		m.Reuse(chunk.Rows)
		chunk.Rows, bytes = chunk.Rows[:0], 0
	}
	return send(chunk)
}

// sizeOf is about what a row takes on the wire: to measure the many numbers of a compact one takes as long as to write them.
func sizeOf(row *parleyv1.PositionMatrix_Row) int {
	if len(row.GetCells()) > 0 {
		return proto.Size(row)
	}
	return 3*len(row.GetValues()) + proto.Size(row.GetPoint())
}

// BlamePoint tells who brought in which words of a point.
func (s *AnalysisService) BlamePoint(ctx context.Context, req *parleyv1.BlamePointRequest) (*parleyv1.BlamePointResponse, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return analysis.Blame(l, req.GetName())
}
