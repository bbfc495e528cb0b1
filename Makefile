# Only go, git and make are needed for `make run` and `make test`.
DATA ?=
COUNT ?= 6
BUF = bin/buf
LINT = bin/golangci-lint
GRPCURL = bin/grpcurl

.DEFAULT_GOAL := help
.PHONY: help run build test test-votes soak torture fuzz test-clients lint gen check-gen bench bench-peers clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-14s %s\n", $$1, $$2}'

build: ## build bin/parleyd and bin/parley
	go build -o bin/ ./server/parleyd ./client/parley

run: build ## start the server with the example loaded; DATA=directory to keep the record elsewhere
	@exec bin/parleyd --example $(if $(DATA),--data $(DATA))

# Pairs of histories that differ in what somebody may not know of: some with the race detector, which makes a pair cost ten times
# as much, and 2,000 without.
PAIRS ?= 2000
test: ## every Go test, with the race detector; then, without it, what calls allocate, and that nothing hidden shows in 2,000 pairs
	go test -race -timeout 10m ./...
	go test -count 1 ./server/internal/rpc -run AllocateNoMore
	PARLEY_PAIRS=$(PAIRS) go test -count 1 -parallel 4 -timeout 10m ./server/internal/daemon -run WhatIsHiddenChangesNothing

test-votes: ## that 870,109 votes load through the API, and that tallies and agreement are as counted elsewhere, if the data is there
	PARLEY_VOTES=all go test -count 1 -v -timeout 15m ./server/internal/daemon -run 'TestUNVotes$$'

soak: ## that nothing hidden shows in PARLEY_PAIRS pairs of histories, 20000 if not given
	PARLEY_PAIRS=$${PARLEY_PAIRS:-20000} go test -count 1 -v -parallel 4 -timeout 24h ./server/internal/daemon -run WhatIsHiddenChangesNothing

torture: ## kill the server 1,000 times, and fail each of 60 disk calls of every thread, with EIO and ENOSPC (needs strace)
	PARLEY_KILLS=1000 PARLEY_FAULTS=60 go test -count 1 -v -timeout 30m ./server/parleyd -run 'Killed|FailingDisk'

FUZZTIME ?= 30s
fuzz: ## every fuzz target for FUZZTIME, which is 30s if not given
	@go list ./... | while read -r pkg; do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep ^Fuzz); do \
	    echo "== $$pkg $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
	  done; \
	done

test-clients: build $(GRPCURL) .protodeps ## grpcurl, Node and Python against the real server; client/foreign/install.sh gets what they need
	client/foreign/run.sh
	go test -count 1 ./client/parley -run WalkThrough

lint: $(BUF) $(LINT) .protodeps ## check Go and the schema
	$(LINT) run ./...
	cd server/peers && ../../$(LINT) run -c ../../.golangci.yml ./...
	$(BUF) lint
	@tag=$$(git describe --tags --abbrev=0 2>/dev/null); \
	if [ -z "$$tag" ]; then echo "buf breaking: no release yet to compare with"; else \
	dir=$$(mktemp -d) && git archive "$$tag" buf.yaml proto | tar -x -C $$dir && cp -r .protodeps $$dir && $(BUF) breaking --against $$dir; fi

gen: $(BUF) .protodeps ## make gen/ from proto/
	$(BUF) generate
	cp tools/openapiembed/openapi.go.txt gen/openapi/openapi.go

check-gen: gen ## fail if gen/ is not what make gen makes
	@git diff --exit-code --stat -- gen && test -z "$$(git status --porcelain -- gen)"

bench: ## Go benchmarks, ready for benchstat
	go test -run '^$$' -bench . -benchmem -count $(COUNT) ./... | tee bench.txt

PEERS ?=
bench-peers: build bin/etcd ## parley side by side with etcd, PostgreSQL, git and others, by turns; PEERS="-jobs read -rounds 3" for less
	cd server/peers && go build -o ../../bin/peers .
	bin/peers -json bench-peers.json $(if $(PARLEY_CASES),-cases $(PARLEY_CASES)) $(PEERS)

clean: ## remove what was built
	rm -rf bin .protodeps bench.txt bench-peers.json

.protodeps: go.mod tools/protodeps/main.go
	go run ./tools/protodeps .protodeps

$(LINT): tools/lint/go.mod
	go build -modfile=tools/lint/go.mod -o $(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(GRPCURL): tools/check/go.mod
	go build -modfile=tools/check/go.mod -o $(GRPCURL) github.com/fullstorydev/grpcurl/cmd/grpcurl

$(BUF): tools/buf/go.mod
	go build -modfile=tools/buf/go.mod -o $(BUF) github.com/bufbuild/buf/cmd/buf

bin/etcd: server/peers/go.mod
	cd server/peers && go build -o ../../bin/etcd go.etcd.io/etcd/server/v3
