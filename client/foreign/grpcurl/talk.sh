#!/usr/bin/env bash
# Talks to parley with grpcurl, which learns the API from the server by reflection: no file of the schema is read here.
set -euo pipefail
cd "$(dirname "$0")/../../.."
: "${PARLEY_SERVER:?is to be host:port}" "${PARLEY_TOKEN:?is to be what mediator.token holds}"
grpcurl=bin/grpcurl # made by `make bin/grpcurl`

call() { # method, JSON
  "$grpcurl" -plaintext -max-time 10 -format-error -H "authorization: Bearer $PARLEY_TOKEN" -d "$2" \
    "$PARLEY_SERVER" "parley.v1.$1"
}
want() { # what is read on standard input has to hold each of these
  local got part
  got=$(cat)
  for part; do
    case $got in *"$part"*) ;; *) echo "grpcurl: no $part in: $got" >&2; exit 1 ;; esac
  done
}
refused() { # exit status, method, JSON: prints the error; grpcurl exits with 64 + the gRPC code
  local answer status=0
  answer=$(call "$2" "$3" 2>&1) || status=$?
  [ "$status" = "$1" ] || { echo "grpcurl: $2 ended with $status, not $1: $answer" >&2; exit 1; }
  echo "$answer"
}

# What is there?
"$grpcurl" -plaintext "$PARLEY_SERVER" list | want parley.v1.PlanService parley.v1.StanceService
"$grpcurl" -plaintext "$PARLEY_SERVER" describe parley.v1.PlanService.CommitRevision | want CommitRevisionRequest

# A negotiation with a party and a plan. The server makes up the id of the negotiation.
n=$(call NegotiationService/CreateNegotiation '{"negotiation": {"display_name": "By grpcurl"}}' |
  sed -n 's/.*"name": "\(.*\)".*/\1/p')
call PartyService/CreateParty '{"parent": "'"$n"'", "party_id": "a", "party": {"display_name": "A",
  "role": "ROLE_PRINCIPAL"}}' | want "\"name\": \"$n/parties/a\""
call PlanService/CreatePlan '{"parent": "'"$n"'", "plan_id": "draft", "plan": {"display_name": "Draft"}}' |
  want "\"name\": \"$n/plans/draft\""

# A first text, and a second one that follows from it.
call PlanService/CommitRevision '{"parent": "'"$n"'/plans/draft", "revision_id": "v1", "revision": {},
  "text": {"points": [{"id": "army", "text": "At most 600,000."}]}}' | want '"pointCount": 1'
second='{"parent": "'$n'/plans/draft", "revision_id": "v2",
  "revision": {"parents": [{"revision": "'$n'/plans/draft/revisions/v1"}]},
  "changes": {"changes": [{"edit": {"point": {"id": "army", "text": "At most 800,000."}}}]}}'
call PlanService/CommitRevision "$second" | want '"ordinal": 2' '"army"'

# A stance on its point, which settles it: A is the only one whose consent is needed.
call StanceService/CreateStance '{"parent": "'"$n"'", "stance": {"party": "'"$n"'/parties/a", "value": "VALUE_ACCEPT",
  "level": "LEVEL_CAPITAL", "target": {"point": "'"$n"'/plans/draft/revisions/v2/points/army"}}}' | want '"digest"'
call AnalysisService/GetPositionMatrix '{"revision": "'"$n"'/plans/draft/revisions/latest"}' |
  want '"status": "STATUS_AGREED"' CURRENCY_CURRENT

# A commit on a revision that is no longer the newest is ABORTED (10); the error names the newest.
refused 74 PlanService/CommitRevision "${second/'"v2"'/'"v3"'}" |
  want google.rpc.ErrorInfo '"domain": "parley"' '"reason": "HEAD_MOVED"' "\"head\": \"$n/plans/draft/revisions/v2\""

# A stance without a value and a target is an INVALID_ARGUMENT (3); the error names every field at fault.
refused 67 StanceService/CreateStance '{"parent": "'"$n"'", "stance": {"party": "'"$n"'/parties/a"}}' |
  want '"reason": "INVALID_FIELD"' google.rpc.BadRequest '"field": "stance.target"' '"reason": "required"' \
    '"field": "stance.value"' '"reason": "required"'
echo "grpcurl: fine"
