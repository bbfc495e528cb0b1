package dossier

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/seed-ff4a8210/parley/client/internal/protoyaml"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/interchange"
	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// File is one file of a dossier.
type File struct {
	Name string // for error messages
	Data []byte
}

// Parse reads a dossier from its files, or from one file that holds a whole record: JSON lines (.jsonl) or Akoma Ntoso (.xml). The
// error tells everything that is wrong, with file and line.
func Parse(files ...File) (*Dossier, error) {
	for _, f := range files {
		if read := recordForms[filepath.Ext(f.Name)]; read != nil {
			return parseRecord(read, files)
		}
	}
	p := &parser{dossier: &Dossier{}, names: map[string]string{}}
	parts := make([]part, 0, len(files))
	for _, f := range files {
		src := &protoyaml.Source{File: f.Name}
		parts = append(parts, part{src, src.Parse(f.Data)})
	}
	for _, part := range parts {
		p.negotiation(part)
	}
	for _, part := range parts {
		part.src.Negotiation = p.dossier.Negotiation.GetName()
		p.part(part)
	}
	var errs []error
	for _, part := range parts {
		errs = append(errs, part.src.Err())
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if p.dossier.Negotiation == nil {
		return nil, errors.New("no file says which negotiation this is (negotiation: {id: …})")
	}
	return p.dossier, nil
}

// recordForms tells by the ending of a file's name how a whole record in it is read.
var recordForms = map[string]func([]byte) (*interchange.Record, error){
	".jsonl": interchange.ReadLines, ".xml": interchange.ReadAkomaNtoso,
}

func parseRecord(read func([]byte) (*interchange.Record, error), files []File) (*Dossier, error) {
	if len(files) > 1 {
		return nil, fmt.Errorf("%s: a whole record is one file, and is not joined with others", files[0].Name)
	}
	r, err := read(files[0].Data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", files[0].Name, err)
	}
	d, err := Of(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", files[0].Name, err)
	}
	return d, nil
}

// ReadFiles reads a dossier from files on disk.
func ReadFiles(paths ...string) (*Dossier, error) {
	files := make([]File, len(paths))
	for i, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files[i] = File{path, data}
	}
	return Parse(files...)
}

// ReadFS reads a dossier from files of a file system, such as embedded ones.
func ReadFS(fsys fs.FS, names ...string) (*Dossier, error) {
	files := make([]File, len(names))
	for i, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		files[i] = File{name, data}
	}
	return Parse(files...)
}

// part is one file on its way through the parser.
type part struct {
	src  *protoyaml.Source
	root *yaml.Node
}

type parser struct {
	dossier *Dossier
	names   map[string]string // name -> where it was given
}

// negotiation reads the part of a file that says which negotiation this is, because short names hang on it.
func (p *parser) negotiation(f part) {
	if f.root == nil || f.root.Kind != yaml.MappingNode {
		return // reported by part
	}
	for i := 0; i+1 < len(f.root.Content); i += 2 {
		key, value := f.root.Content[i], f.root.Content[i+1]
		if key.Value != KindNegotiation {
			continue
		}
		if p.dossier.Negotiation != nil {
			f.src.Errorf(key, "the negotiation was given before")
			return
		}
		n := &parleyv1.Negotiation{}
		ids := p.item(f.src, value, n, "id")
		n.Name = "negotiations/" + ids["id"]
		p.dossier.Negotiation = n
	}
}

// part reads the lists of a file.
func (p *parser) part(f part) {
	if f.root == nil {
		return
	}
	f.src.Mapping(f.root, func(key, value *yaml.Node) {
		switch key.Value {
		case KindNegotiation:
		case KindParties:
			collection(p, f.src, value, key.Value, &p.dossier.Parties)
		case KindMembers:
			collection(p, f.src, value, key.Value, &p.dossier.Members)
		case KindDemands:
			f.src.Items(value, func(item *yaml.Node) { p.demand(f.src, item) })
		case KindPlans:
			collection(p, f.src, value, key.Value, &p.dossier.Plans)
		case KindRevisions:
			f.src.Items(value, func(item *yaml.Node) { p.revision(f.src, item) })
		case KindSources:
			collection(p, f.src, value, key.Value, &p.dossier.Sources)
		case KindEvents:
			collection(p, f.src, value, key.Value, &p.dossier.Events)
		case KindStances:
			collection(p, f.src, value, key.Value, &p.dossier.Stances)
		case KindClaims:
			collection(p, f.src, value, key.Value, &p.dossier.Claims)
		case KindAssessments:
			collection(p, f.src, value, key.Value, &p.dossier.Assessments)
		case KindObjections:
			collection(p, f.src, value, key.Value, &p.dossier.Objections)
		case KindValuations:
			collection(p, f.src, value, key.Value, &p.dossier.Valuations)
		case KindDisclosures:
			collection(p, f.src, value, key.Value, &p.dossier.Disclosures)
		default:
			f.src.Errorf(key, "a dossier has no part %q; it has negotiation, parties, members, sources, demands, plans, events, "+
				"revisions, stances, claims, assessments, objections, valuations and disclosures", key.Value)
		}
	})
}

// collection reads resources that stand directly under the negotiation.
func collection[M any, P interface {
	*M
	message
}](p *parser, src *protoyaml.Source, list *yaml.Node, name string, into *[]*M) {
	src.Items(list, func(node *yaml.Node) {
		m := P(new(M))
		ids := p.item(src, node, m, "id")
		full := p.named(src, node, src.Negotiation+"/"+name+"/"+ids["id"])
		m.ProtoReflect().Set(m.ProtoReflect().Descriptor().Fields().ByName("name"), protoreflect.ValueOfString(full))
		*into = append(*into, m)
	})
}

func (p *parser) demand(src *protoyaml.Source, node *yaml.Node) {
	m := &parleyv1.Demand{}
	ids := p.item(src, node, m, "party", "id")
	m.Name = p.named(src, node, p.within(src, node, "parties", ids["party"])+"/demands/"+ids["id"])
	p.dossier.Demands = append(p.dossier.Demands, m)
}

func (p *parser) revision(src *protoyaml.Source, node *yaml.Node) {
	c := &parleyv1.CommitRevisionRequest{Revision: &parleyv1.Revision{}}
	var body *yaml.Node
	var editorial []string
	ids := map[string]string{}
	src.Fields(node, c.Revision, func(key string, value *yaml.Node) bool {
		switch key {
		case "plan", "id":
			ids[key] = src.Text(value)
		case "text", "changes":
			if body != nil {
				src.Errorf(value, "text and changes exclude each other")
				return true
			}
			body = value
			readBody(src, key, value, c)
		case "editorial":
			src.Items(value, func(item *yaml.Node) { editorial = append(editorial, src.Text(item)) })
		default:
			return false
		}
		return true
	})
	if text := c.GetText(); text != nil {
		text.Editorial = editorial
	} else if editorial != nil {
		src.Errorf(node, "editorial is for a whole text; a change says it by itself")
	}
	p.need(src, node, ids, "plan", "id")
	c.Parent, c.RevisionId = p.within(src, node, "plans", ids["plan"]), ids["id"]
	p.named(src, node, revisionName(c))
	p.dossier.Revisions = append(p.dossier.Revisions, c)
}

// readBody reads the text or the changes of a revision.
func readBody(src *protoyaml.Source, key string, value *yaml.Node, c *parleyv1.CommitRevisionRequest) {
	if key == "text" {
		text := &parleyv1.CommitRevisionRequest_Text{}
		src.Items(value, func(item *yaml.Node) {
			text.Points = append(text.Points, &parleyv1.Point{})
			src.Message(item, text.Points[len(text.Points)-1])
		})
		c.Body = &parleyv1.CommitRevisionRequest_Text_{Text: text}
		return
	}
	changes := &parleyv1.CommitRevisionRequest_Changes{}
	src.Items(value, func(item *yaml.Node) {
		changes.Changes = append(changes.Changes, &parleyv1.PointChange{})
		src.Message(item, changes.Changes[len(changes.Changes)-1])
	})
	c.Body = &parleyv1.CommitRevisionRequest_Changes_{Changes: changes}
}

// item reads a message and, from the same mapping, the ids that its name is made of.
func (p *parser) item(src *protoyaml.Source, node *yaml.Node, m proto.Message, keys ...string) map[string]string {
	ids := map[string]string{}
	src.Fields(node, m, func(key string, value *yaml.Node) bool {
		for _, k := range keys {
			if key == k {
				ids[k] = src.Text(value)
				return true
			}
		}
		return false
	})
	p.need(src, node, ids, keys...)
	return ids
}

// anID is what the API allows for ids.
var anID = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// need reports ids that are not there or cannot be ids.
func (p *parser) need(src *protoyaml.Source, node *yaml.Node, ids map[string]string, keys ...string) {
	if node.Kind != yaml.MappingNode {
		return // reported
	}
	for _, k := range keys {
		switch {
		case ids[k] == "":
			src.Errorf(node, "%q is missing", k)
		case k == "id" && !anID.MatchString(ids[k]):
			src.Errorf(node, "%q is no id: lower-case letters, digits and hyphens, a letter first", ids[k])
		}
	}
}

// within completes the name of a party or plan that an item belongs to, which is in this negotiation.
func (p *parser) within(src *protoyaml.Source, node *yaml.Node, collection, name string) string {
	prefix := src.Negotiation + "/" + collection + "/"
	id := name[strings.LastIndexByte(name, '/')+1:]
	if name != "" && (!anID.MatchString(id) || name != id && name != collection+"/"+id && name != prefix+id) {
		src.Errorf(node, "%q is none of the %s of this negotiation", name, collection)
	}
	return prefix + id
}

// named takes note of a name, and reports one that is there already.
func (p *parser) named(src *protoyaml.Source, node *yaml.Node, name string) string {
	here := fmt.Sprintf("%s:%d", src.File, node.Line)
	if there, ok := p.names[name]; ok {
		src.Errorf(node, "%s is there already, at %s", name, there)
	}
	p.names[name] = here
	return name
}
