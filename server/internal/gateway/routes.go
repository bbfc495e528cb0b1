package gateway

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// route is one HTTP method and path of the API, as the google.api.http annotation has it.
type route struct {
	httpMethod  string
	path        *regexp.Regexp
	request     protoreflect.MessageType
	bound       []string // fields that stand in the path
	streams     bool     // the answer is a stream of messages
	file        bool     // the answer is a file, in one piece or in a stream of them
	hasBody     bool
	bodyField   protoreflect.FieldDescriptor   // nil if the body is the whole request
	bodyMessage protoreflect.MessageDescriptor // what the body holds
}

// routeTable finds routes by method and template as the mux writes it: "GET /v1/{name=negotiations/*}".
type routeTable map[string]*route

// newRouteTable reads the annotations of all services of the API.
func newRouteTable() (routeTable, error) {
	table, failed := routeTable{}, error(nil)
	pkg := parleyv1.File_parley_v1_negotiation_proto.Package()
	protoregistry.GlobalFiles.RangeFilesByPackage(pkg, func(fd protoreflect.FileDescriptor) bool {
		for i := range fd.Services().Len() {
			methods := fd.Services().Get(i).Methods()
			for j := range methods.Len() {
				if failed = table.add(methods.Get(j)); failed != nil {
					return false
				}
			}
		}
		return true
	})
	return table, failed
}

func (t routeTable) add(m protoreflect.MethodDescriptor) error {
	rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	if rule == nil {
		return nil
	}
	request, err := protoregistry.GlobalTypes.FindMessageByName(m.Input().FullName())
	if err != nil {
		return fmt.Errorf("route of %s: %w", m.FullName(), err)
	}
	for _, r := range append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...) {
		method, template := binding(r)
		route := &route{httpMethod: method, request: request, path: pathPattern(template), hasBody: r.GetBody() != "", file: m.Output().FullName() == fileType}
		route.streams = m.IsStreamingServer() && !route.file
		for _, v := range variable.FindAllStringSubmatch(template, -1) {
			route.bound = append(route.bound, v[1])
		}
		switch r.GetBody() {
		case "":
		case "*":
			route.bodyMessage = m.Input()
		default:
			route.bodyField = m.Input().Fields().ByName(protoreflect.Name(r.GetBody()))
			if route.bodyField == nil || route.bodyField.Message() == nil {
				return fmt.Errorf("route of %s: the body %q is no message", m.FullName(), r.GetBody())
			}
			route.bodyMessage = route.bodyField.Message()
		}
		t[method+" "+variable.ReplaceAllStringFunc(template, spellOut)] = route
	}
	return nil
}

func binding(r *annotations.HttpRule) (method, template string) {
	switch p := r.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		return "GET", p.Get
	case *annotations.HttpRule_Put:
		return "PUT", p.Put
	case *annotations.HttpRule_Post:
		return "POST", p.Post
	case *annotations.HttpRule_Delete:
		return "DELETE", p.Delete
	case *annotations.HttpRule_Patch:
		return "PATCH", p.Patch
	}
	return r.GetCustom().GetKind(), r.GetCustom().GetPath()
}

// variable is `{name=pattern}` or `{name}`.
var variable = regexp.MustCompile(`\{([a-z0-9_.]+)(?:=([^}]*))?\}`)

// spellOut writes `{name}` as `{name=*}`.
func spellOut(v string) string {
	if strings.Contains(v, "=") {
		return v
	}
	return strings.TrimSuffix(v, "}") + "=*}"
}

// pathPattern turns a template into an expression over whole paths.
func pathPattern(template string) *regexp.Regexp {
	plain := variable.ReplaceAllStringFunc(template, func(v string) string {
		if p := variable.FindStringSubmatch(v)[2]; p != "" {
			return p
		}
		return "*"
	})
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(plain), `\*`, `[^/]+`) + "$")
}

// methods lists the HTTP methods that a path knows, for the Allow header.
func (t routeTable) methods(path string) []string {
	var out []string
	for _, r := range t {
		if r.path.MatchString(path) && !slices.Contains(out, r.httpMethod) {
			out = append(out, r.httpMethod)
			if r.httpMethod == "GET" {
				out = append(out, "HEAD")
			}
		}
	}
	slices.Sort(out)
	return out
}
