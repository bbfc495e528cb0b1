package rpc

import (
	"context"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/lens"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// AssessmentService serves assessments.
type AssessmentService struct {
	parleyv1.UnimplementedAssessmentServiceServer
	core Core
}

// GetAssessment reads one assessment.
func (s *AssessmentService) GetAssessment(ctx context.Context, req *parleyv1.GetAssessmentRequest) (*parleyv1.Assessment, error) {
	l, err := s.core.lens(ctx, req.GetName(), req.GetAsOf())
	if err != nil {
		return nil, err
	}
	return l.Assessment(req.GetName())
}

// ListAssessments lists assessments.
func (s *AssessmentService) ListAssessments(ctx context.Context, req *parleyv1.ListAssessmentsRequest) (*parleyv1.ListAssessmentsResponse, error) {
	q, l, err := open[*parleyv1.Assessment](ctx, s.core, req.GetParent(), req)
	if err != nil {
		return nil, err
	}
	page, next := q.Page(l.Assessments(req.GetParent(), q.After(), q.ShowDeleted()))
	return &parleyv1.ListAssessmentsResponse{Assessments: page, NextPageToken: next}, nil
}

// CreateAssessment records an assessment.
func (s *AssessmentService) CreateAssessment(ctx context.Context, req *parleyv1.CreateAssessmentRequest) (*parleyv1.Assessment, error) {
	out, err := s.core.write(ctx, req.GetParent(), req, record.CreateAssessment(req))
	return one(out, err, (*lens.Lens).Assessment)
}

// UpdateAssessment changes fields of an assessment.
func (s *AssessmentService) UpdateAssessment(ctx context.Context, req *parleyv1.UpdateAssessmentRequest) (*parleyv1.Assessment, error) {
	out, err := s.core.write(ctx, req.GetAssessment().GetName(), req, record.UpdateAssessment(req))
	return one(out, err, (*lens.Lens).Assessment)
}

// DeleteAssessment deletes an assessment softly.
func (s *AssessmentService) DeleteAssessment(ctx context.Context, req *parleyv1.DeleteAssessmentRequest) (*parleyv1.Assessment, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.DeleteAssessment(req))
	return one(out, err, (*lens.Lens).Assessment)
}

// UndeleteAssessment brings a deleted assessment back.
func (s *AssessmentService) UndeleteAssessment(ctx context.Context, req *parleyv1.UndeleteAssessmentRequest) (*parleyv1.Assessment, error) {
	out, err := s.core.write(ctx, req.GetName(), req, record.UndeleteAssessment(req))
	return one(out, err, (*lens.Lens).Assessment)
}

// BatchCreateAssessments records several assessments, all or none.
func (s *AssessmentService) BatchCreateAssessments(ctx context.Context, req *parleyv1.BatchCreateAssessmentsRequest) (*parleyv1.BatchCreateAssessmentsResponse, error) {
	if err := itemsOf(req.GetParent(), req.GetRequests()); err != nil {
		return nil, err
	}
	out, err := s.core.write(ctx, req.GetParent(), req, record.BatchCreateAssessments(req))
	list, err := each(out, err, (*lens.Lens).Assessment)
	if err != nil {
		return nil, err
	}
	return &parleyv1.BatchCreateAssessmentsResponse{Assessments: list}, nil
}
