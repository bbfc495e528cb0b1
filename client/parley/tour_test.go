package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
)

// fenced finds the commands in a document: blocks fenced as sh, each with the plain block right after it as its output, if there is
// one.
func fenced(lines []string) []step {
	var out []step
	for i := 0; i < len(lines); i++ {
		if lines[i] != "```sh" {
			continue
		}
		from := i + 1
		for i++; lines[i] != "```"; i++ {
		}
		s := step{command: strings.Join(lines[from:i], "\n"), from: i + 1}
		if i+1 < len(lines) && lines[i+1] == "```" {
			s.from = i + 2
			for i += 2; lines[i] != "```"; i++ {
			}
			s.output = lines[s.from:i]
		}
		out = append(out, s)
	}
	return out
}

var (
	overREST = regexp.MustCompile("(?m)^- REST(, with the mediator's token)?: `GET (/v1/[^`]+)`$")
	overGRPC = regexp.MustCompile("(?m)^- gRPC: `([a-z0-9.]+[A-Za-z]+)/([A-Za-z]+)`$")
)

// docs/tour.md answers the questions that parley is for. Its commands are run, in one shell and in its order, and compared with what
// it says is printed; `go test -update` writes that anew. That each answer is there over REST and gRPC as well is tried too.
func TestTheTourIsWhatIsPrinted(t *testing.T) {
	const document = "../../docs/tour.md"
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	sections := strings.Split(text, "\n## ")[1:]
	for i, section := range sections[:min(12, len(sections))] {
		heading, _, _ := strings.Cut(section, "\n")
		if !strings.HasPrefix(heading, strconv.Itoa(i+1)+". ") || !strings.Contains(section, "\n```sh\n") || !overREST.MatchString(section) || !overGRPC.MatchString(section) {
			t.Errorf("section %d, %q, is not question %d answered on the command line, over REST and over gRPC", i+1, heading, i+1)
		}
	}
	if len(sections) < 13 {
		t.Fatalf("only %d sections found", len(sections))
	}
	all := fenced(strings.Split(text, "\n"))
	p := settle(t)
	compare(t, document, "", all, p.walk(t, all, ""))
	token, err := os.ReadFile(p.mediator())
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range overREST.FindAllStringSubmatch(text, -1) {
		if found[1] == "" {
			p.fetch(t, found[2], "")
		} else {
			p.fetch(t, found[2], strings.TrimSpace(string(token)))
		}
	}
	p.reflects(t, overGRPC.FindAllStringSubmatch(text, -1))
}

// fetch reads a path of the REST gateway, of a stream the first line, and makes sure that something is in the answer.
func (p place) fetch(t *testing.T, path, token string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.rest+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	line, _ := bufio.NewReader(resp.Body).ReadBytes('\n') // the only one, with no end, but for a stream
	var answer map[string]any
	if err := json.Unmarshal(line, &answer); err != nil || resp.StatusCode != http.StatusOK || len(answer) == 0 {
		t.Errorf("GET %s: %s, %v: %.300s", path, resp.Status, err, line)
	}
}

// reflects makes sure that the server tells of each method, given as service and name, in its reflection.
func (p place) reflects(t *testing.T, methods [][]string) {
	t.Helper()
	conn, err := grpc.NewClient(p.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	stream, err := reflectionv1.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range methods {
		ask := &reflectionv1.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: m[1] + "." + m[2]}
		if err := stream.Send(&reflectionv1.ServerReflectionRequest{MessageRequest: ask}); err != nil {
			t.Fatal(err)
		}
		answer, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if answer.GetFileDescriptorResponse() == nil {
			t.Errorf("%s/%s: %v", m[1], m[2], answer)
		}
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
}
