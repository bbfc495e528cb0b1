package rpc

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/access"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/record"
)

// Role is what a caller is where a call is about. Roles can be put together, to say who may call a method.
type Role int

// The roles, from those who may least.
const (
	Public Role = 1 << iota
	Observer
	Analyst
	Delegate
	Mediator
	Admin

	Anyone  = Public | Observer | Analyst | Delegate | Mediator | Admin
	writers = Delegate | Mediator
	judges  = Delegate | Mediator | Analyst
)

// Roles says who may call which method. It is decided before anything is looked up, so that whoever may not call a method learns
// nothing of what is there; what a reader gets is for the lens to decide, and of what is whose for a writer, its guard. A
// method that is not here is nobody's. docs/access.md shows the same table.
var Roles = map[string]Role{
	"NegotiationService/GetNegotiation":      Anyone,
	"NegotiationService/ListNegotiations":    Anyone,
	"NegotiationService/CreateNegotiation":   Admin,
	"NegotiationService/UpdateNegotiation":   Mediator,
	"NegotiationService/DeleteNegotiation":   Mediator,
	"NegotiationService/UndeleteNegotiation": Mediator,

	"PartyService/GetParty":      Anyone,
	"PartyService/ListParties":   Anyone,
	"PartyService/CreateParty":   Mediator,
	"PartyService/UpdateParty":   Mediator,
	"PartyService/DeleteParty":   Mediator,
	"PartyService/UndeleteParty": Mediator,

	"DemandService/GetDemand":          Anyone,
	"DemandService/ListDemands":        Anyone,
	"DemandService/CreateDemand":       writers,
	"DemandService/UpdateDemand":       writers,
	"DemandService/DeleteDemand":       writers,
	"DemandService/UndeleteDemand":     writers,
	"DemandService/BatchCreateDemands": writers,

	"PlanService/GetPlan":          Anyone,
	"PlanService/ListPlans":        Anyone,
	"PlanService/CreatePlan":       writers,
	"PlanService/UpdatePlan":       writers,
	"PlanService/DeletePlan":       writers,
	"PlanService/UndeletePlan":     writers,
	"PlanService/GetRevision":      Anyone,
	"PlanService/ListRevisions":    Anyone,
	"PlanService/CommitRevision":   writers,
	"PlanService/UploadRevision":   writers,
	"PlanService/GetPoint":         Anyone,
	"PlanService/ListPoints":       Anyone,
	"PlanService/ListPointHistory": Anyone,
	"PlanService/DiffRevisions":    Anyone,

	"StanceService/GetStance":          Anyone,
	"StanceService/ListStances":        Anyone,
	"StanceService/CreateStance":       writers,
	"StanceService/UpdateStance":       writers,
	"StanceService/DeleteStance":       writers,
	"StanceService/UndeleteStance":     writers,
	"StanceService/BatchCreateStances": writers,

	"ClaimService/GetClaim":          Anyone,
	"ClaimService/ListClaims":        Anyone,
	"ClaimService/CreateClaim":       writers,
	"ClaimService/UpdateClaim":       writers,
	"ClaimService/DeleteClaim":       writers,
	"ClaimService/UndeleteClaim":     writers,
	"ClaimService/BatchCreateClaims": writers,
	"ClaimService/RespondToClaim":    writers,

	"EventService/GetEvent":          Anyone,
	"EventService/ListEvents":        Anyone,
	"EventService/CreateEvent":       Mediator,
	"EventService/UpdateEvent":       Mediator,
	"EventService/DeleteEvent":       Mediator,
	"EventService/UndeleteEvent":     Mediator,
	"EventService/BatchCreateEvents": Mediator,

	"SourceService/GetSource":          Anyone,
	"SourceService/ListSources":        Anyone,
	"SourceService/CreateSource":       Mediator,
	"SourceService/UpdateSource":       Mediator,
	"SourceService/DeleteSource":       Mediator,
	"SourceService/UndeleteSource":     Mediator,
	"SourceService/BatchCreateSources": Mediator,

	"AssessmentService/GetAssessment":          Anyone,
	"AssessmentService/ListAssessments":        Anyone,
	"AssessmentService/CreateAssessment":       judges,
	"AssessmentService/UpdateAssessment":       judges,
	"AssessmentService/DeleteAssessment":       judges,
	"AssessmentService/UndeleteAssessment":     judges,
	"AssessmentService/BatchCreateAssessments": judges,

	"ObjectionService/GetObjection":          Anyone,
	"ObjectionService/ListObjections":        Anyone,
	"ObjectionService/CreateObjection":       writers,
	"ObjectionService/UpdateObjection":       writers,
	"ObjectionService/DeleteObjection":       writers,
	"ObjectionService/UndeleteObjection":     writers,
	"ObjectionService/BatchCreateObjections": writers,

	"ValuationService/GetValuation":          writers,
	"ValuationService/ListValuations":        writers,
	"ValuationService/CreateValuation":       writers,
	"ValuationService/UpdateValuation":       writers,
	"ValuationService/DeleteValuation":       writers,
	"ValuationService/UndeleteValuation":     writers,
	"ValuationService/BatchCreateValuations": writers,

	"DisclosureService/Disclose":        writers,
	"DisclosureService/GetDisclosure":   Anyone,
	"DisclosureService/ListDisclosures": Anyone,

	"MemberService/GetMember":      Anyone,
	"MemberService/ListMembers":    Anyone,
	"MemberService/CreateMember":   Mediator,
	"MemberService/UpdateMember":   Mediator,
	"MemberService/DeleteMember":   Mediator,
	"MemberService/UndeleteMember": Mediator,

	"AccessService/GetAccess":    writers,
	"AccessService/ListAccesses": writers,

	"TokenService/GetToken":    Admin,
	"TokenService/ListTokens":  Admin,
	"TokenService/CreateToken": Admin,
	"TokenService/RevokeToken": Admin,

	"LogService/GetEntry":         Anyone,
	"LogService/ListEntries":      Anyone,
	"LogService/WatchNegotiation": Anyone,

	"AnalysisService/GetPositionMatrix":    Anyone,
	"AnalysisService/StreamPositionMatrix": Anyone,
	"AnalysisService/BlamePoint":           Anyone,
	"AnalysisService/GetAgreement":         Anyone,
	"AnalysisService/SuggestPackages":      Mediator,
	"AnalysisService/GetCoverage":          Anyone,
	"AnalysisService/CompareBalance":       Anyone,
	"AnalysisService/CheckRedLines":        Anyone,
	"AnalysisService/CheckRedLinesOfDraft": Anyone,
	"AnalysisService/ListStickingPoints":   Anyone,
	"AnalysisService/ListLapsed":           Anyone,
	"AnalysisService/ListConcessions":      Anyone,
	"AnalysisService/GetTimeline":          Anyone,

	"DocumentService/ExportTable":  Anyone,
	"DocumentService/ExportRecord": Anyone,
	"DocumentService/PlotMatrix":   Anyone,
	"DocumentService/PlotBalance":  Anyone,
	"DocumentService/PlotTimeline": Anyone,
}

// roleIn tells what a caller is in the negotiation that a name is in.
func (c Core) roleIn(p access.Principal, name string) Role {
	role := Public
	if p.Admin {
		role |= Admin
	}
	switch c.Host.Member(name, p.Name).GetRole() {
	case parleyv1.Member_ROLE_MEDIATOR:
		role |= Mediator
	case parleyv1.Member_ROLE_DELEGATE:
		role |= Delegate
	case parleyv1.Member_ROLE_OBSERVER:
		role |= Observer
	case parleyv1.Member_ROLE_ANALYST:
		role |= Analyst
	}
	return role
}

// worthALook refuses calls of the public that are not for them, whatever they say. What no service has is for Unknown to answer.
func worthALook(p access.Principal, fullMethod string) error {
	may := rolesOf(fullMethod)
	if p.Name == "" && may != 0 && may&Public == 0 {
		return notFor(may)
	}
	return nil
}

func rolesOf(fullMethod string) Role { return Roles[fullMethod[len(apiPrefix):]] }

func notFor(may Role) error { return fault.Denied("this is for " + may.String() + " to call") }

// allow refuses a call that is not for the caller to make, by the method and where the request says that it is about.
func (c Core) allow(p access.Principal, fullMethod string, req proto.Message) error {
	may := rolesOf(fullMethod)
	if may == Anyone || c.roleIn(p, subjectOf(req.ProtoReflect()))&may != 0 {
		return nil
	}
	return notFor(may)
}

// String lists the roles in words.
func (r Role) String() string {
	names := []struct {
		role Role
		name string
	}{{Mediator, "mediators"}, {Delegate, "delegates"}, {Analyst, "analysts"}, {Observer, "observers"}, {Admin, "administrators of the server"}, {Public, "the public"}}
	out := ""
	for _, n := range names {
		if r&n.role != 0 && out != "" {
			out += ", "
		}
		if r&n.role != 0 {
			out += n.name
		}
	}
	return out
}

// subjectOf finds the name that says where a request is about: its own `parent`, `name` or `revision`, or the name of the
// resource that it brings.
func subjectOf(req protoreflect.Message) string {
	fields := req.Descriptor().Fields()
	for _, name := range []protoreflect.Name{"parent", "name", "revision"} {
		if fd := fields.ByName(name); fd != nil && fd.Kind() == protoreflect.StringKind {
			return req.Get(fd).String()
		}
	}
	found := ""
	req.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.Kind() == protoreflect.MessageKind && !fd.IsList() && !fd.IsMap() {
			found = subjectOf(v.Message())
		}
		return found == ""
	})
	return found
}

// viewer tells what a caller may see of the negotiation that a name is in.
func (c Core) viewer(ctx context.Context, name string) record.Viewer {
	return record.ViewerOf(c.Host.Member(name, access.FromContext(ctx).Name))
}
