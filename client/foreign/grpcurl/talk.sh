#!/usr/bin/env bash
# Talks to parley with grpcurl, which learns the API from the server by reflection.
set -euo pipefail
cd "$(dirname "$0")/../../.."
grpcurl=bin/grpcurl
call() { # method, JSON
  "$grpcurl" -plaintext -format-error -H "authorization: Bearer $PARLEY_TOKEN" -d "$2" "$PARLEY_SERVER" "parley.v1.$1"
}
want() { # what is read on standard input has to hold this
  local got; got=$(cat)
  case $got in *"$1"*) ;; *) echo "grpcurl: no $1 in: $got" >&2; exit 1 ;; esac
}

"$grpcurl" -plaintext "$PARLEY_SERVER" list | want parley.v1.PlanService
"$grpcurl" -plaintext "$PARLEY_SERVER" describe parley.v1.PlanService.CommitRevision | want CommitRevisionRequest

n=$(call NegotiationService/CreateNegotiation '{"negotiation": {"display_name": "By grpcurl"}}' | sed -n 's/.*"name": "\(.*\)".*/\1/p')
call PartyService/CreateParty '{"parent": "'$n'", "party_id": "a", "party": {"display_name": "A", "role": "ROLE_PRINCIPAL"}}' >/dev/null
call PlanService/CreatePlan '{"parent": "'$n'", "plan_id": "draft", "plan": {"display_name": "Draft"}}' >/dev/null

commit='{"parent": "'$n'/plans/draft", "revision": {}, "text": {"points": [{"id": "army", "text": "At most 800,000."}]}}'
call PlanService/CommitRevision "$commit" | want '"pointCount": 1'
call StanceService/CreateStance '{"parent": "'$n'", "stance": {"party": "'$n'/parties/a", "value": "VALUE_ACCEPT",
  "level": "LEVEL_CAPITAL", "target": {"point": "'$n'/plans/draft/revisions/latest/points/army"}}}' | want '"digest"'
call AnalysisService/GetPositionMatrix '{"revision": "'$n'/plans/draft/revisions/latest"}' | want STATUS_AGREED

if answer=$(call PlanService/CommitRevision "$commit" 2>&1); then
  echo "grpcurl: the second commit names no parent and should fail" >&2
  exit 1
fi
want '"reason": "HEAD_MOVED"' <<<"$answer"
want "\"head\": \"$n/plans/draft/revisions/" <<<"$answer"
echo "grpcurl: fine"
