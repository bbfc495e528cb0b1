package daemon_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// openapi is what this test reads of the OpenAPI document.
type openapi struct {
	Paths map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Parameters  []struct{ Name, In string }
		Responses   map[string]struct{ Schema schema }
	}
	Definitions map[string]schema
}

type schema struct {
	Ref        string `json:"$ref"`
	Properties map[string]schema
	Items      *schema
}

func readOpenAPI(t *testing.T, s *server) *openapi {
	t.Helper()
	resp, data := s.rest(t, http.MethodGet, "/openapi.json", "")
	doc := &openapi{}
	if err := json.Unmarshal(data, doc); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d: %v", resp.StatusCode, err)
	}
	return doc
}

// answers gives what an operation such as PlanService_GetPlan answers.
func (d *openapi) answers(t *testing.T, operation string) schema {
	t.Helper()
	for _, verbs := range d.Paths {
		for _, o := range verbs {
			if o.OperationID == operation {
				return o.Responses["200"].Schema
			}
		}
	}
	t.Fatalf("the document has no operation %s", operation)
	return schema{}
}

// check finds the names in an answer that the document does not tell of.
func (d *openapi) check(t *testing.T, value any, s schema, at string) {
	t.Helper()
	if s.Ref != "" {
		s = d.Definitions[strings.TrimPrefix(s.Ref, "#/definitions/")]
	}
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			if s.Items != nil {
				d.check(t, item, *s.Items, at+"[]")
			}
		}
	case map[string]any:
		for name, inner := range value {
			if known, ok := s.Properties[name]; ok {
				d.check(t, inner, known, at+"."+name)
			} else {
				t.Errorf("%s.%s is answered, and not in the document", at, name)
			}
		}
	}
}

func TestTheOpenAPIDocumentNamesFieldsAsRESTDoes(t *testing.T) {
	s := startExample(t)
	doc := readOpenAPI(t, s)
	for operation, path := range map[string]string{
		"NegotiationService_GetNegotiation":  "/v1/" + peacePlan,
		"PartyService_ListParties":           "/v1/" + peacePlan + "/parties?page_size=3",
		"DemandService_ListDemands":          "/v1/" + peacePlan + "/parties/-/demands",
		"PlanService_ListPlans":              "/v1/" + peacePlan + "/plans",
		"PlanService_GetRevision":            "/v1/" + usDraft + "/revisions/v8",
		"PlanService_DiffRevisions":          "/v1/" + usDraft + "/revisions/v8:diff?base=" + usDraft + "/revisions/v1",
		"StanceService_ListStances":          "/v1/" + peacePlan + "/stances",
		"AnalysisService_GetPositionMatrix":  "/v1/" + usDraft + "/revisions/v8:positionMatrix",
		"AnalysisService_ListStickingPoints": "/v1/" + usDraft + "/revisions/v8:stickingPoints",
		"AnalysisService_ListLapsed":         "/v1/" + usDraft + "/revisions/v8:lapsed",
		"AnalysisService_ListConcessions":    "/v1/" + peacePlan + ":concessions",
		"AnalysisService_GetTimeline":        "/v1/" + peacePlan + ":timeline?page_size=1000",
	} {
		resp, data := s.rest(t, http.MethodGet, path, "")
		var answer any
		if err := json.Unmarshal(data, &answer); err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", path, resp.StatusCode, data)
			continue
		}
		doc.check(t, answer, doc.answers(t, operation), operation)
	}
}

func TestTheOpenAPIDocumentNamesParametersAsRequestsDo(t *testing.T) {
	s := start(t, t.TempDir())
	doc := readOpenAPI(t, s)
	requests := map[string]protoreflect.MessageDescriptor{}
	for _, m := range allMethods() {
		requests[string(m.Parent().Name())+"_"+string(m.Name())] = m.Input()
	}
	for _, verbs := range doc.Paths {
		for _, o := range verbs {
			for _, p := range o.Parameters {
				if p.In == "query" && !hasField(requests[strings.TrimRight(o.OperationID, "0123456789")], p.Name) {
					t.Errorf("%s takes no parameter %q", o.OperationID, p.Name)
				}
			}
		}
	}
}

func hasField(m protoreflect.MessageDescriptor, path string) bool {
	first, rest, nested := strings.Cut(path, ".")
	fd := m.Fields().ByName(protoreflect.Name(first))
	return fd != nil && (!nested || hasField(fd.Message(), rest))
}
