#!/usr/bin/env bash
# Installs what the clients need, where it is missing: Debian's packages (as root, or with sudo) and Node's.
set -euo pipefail
cd "$(dirname "$0")"
need=()
/usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null || need+=(python3-grpcio python3-protobuf)
command -v protoc >/dev/null || need+=(protobuf-compiler)
command -v grpc_python_plugin >/dev/null || need+=(protobuf-compiler-grpc)
command -v node >/dev/null || need+=(nodejs)
command -v npm >/dev/null || need+=(npm)
if [ ${#need[@]} -gt 0 ]; then
  root=(); [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" apt-get update -q
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -q -y --no-install-recommends "${need[@]}"
fi
cd node
[ node_modules -nt package-lock.json ] || { npm ci --no-audit --no-fund && touch node_modules; }
