#!/usr/bin/env bash
# Starts bin/parleyd on free ports with the example and data of its own, and runs every client against it, twice.
set -euo pipefail
cd "$(dirname "$0")/../.."

# need fails, and says what to do, unless a command succeeds.
need() { # what is needed, command…
  local what=$1
  shift
  "$@" >/dev/null 2>&1 || { echo "$what is missing: client/foreign/install.sh installs it" >&2; exit 1; }
}
need node command -v node
need protoc command -v protoc
need grpc_python_plugin command -v grpc_python_plugin
need "gRPC for /usr/bin/python3" /usr/bin/python3 -c 'import grpc, google.protobuf'
need "client/foreign/node/node_modules" test -d client/foreign/node/node_modules/@grpc/grpc-js

data=$(mktemp -d)
exec 3< <(exec bin/parleyd --example --data "$data" --grpc 127.0.0.1:0 --rest 127.0.0.1:0)
server=$!
trap 'kill -INT $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$data"' EXIT

# The server prints its addresses once its ports are open, and how to stop it once the example is loaded.
ready=
while [ -z "$ready" ] && read -r -t 60 word rest <&3; do
  case $word in
    gRPC) export PARLEY_SERVER=$rest ;;
    Stop) ready=yes ;;
  esac
done
[ -n "$ready" ] || { echo "bin/parleyd did not come up" >&2; exit 1; }
PARLEY_TOKEN=$(cat "$data/mediator.token")
export PARLEY_TOKEN

clients=(
  "bash client/foreign/grpcurl/talk.sh"
  "node client/foreign/node/talk.js"
  "/usr/bin/python3 client/foreign/python/talk.py"
)
failed=
for client in "${clients[@]}"; do
  for _ in first second; do # whoever was there before must not matter
    $client || failed="$failed$client"$'\n'
  done
done
[ -z "$failed" ] || { printf 'failed:\n%s' "$failed" >&2; exit 1; }
