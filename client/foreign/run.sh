#!/usr/bin/env bash
# Starts bin/parleyd on free ports with data of its own, and runs every client against it.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=$(mktemp -d)
exec 3< <(exec bin/parleyd --data "$data" --grpc 127.0.0.1:0 --rest 127.0.0.1:0)
server=$!
trap 'kill -INT $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$data"' EXIT
while read -r word rest <&3; do
  case $word in
    gRPC) PARLEY_SERVER=$rest ;;
    REST) break ;; # the last line: both ports are open
  esac
done
export PARLEY_SERVER PARLEY_TOKEN
PARLEY_TOKEN=$(cat "$data/mediator.token")
for client in "bash client/foreign/grpcurl/talk.sh" "node client/foreign/node/talk.js" "/usr/bin/python3 client/foreign/python/talk.py"; do
  for _ in first second; do # whoever was there before must not matter
    $client
  done
done
