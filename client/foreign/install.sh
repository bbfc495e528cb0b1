#!/usr/bin/env bash
# Installs what the clients need, where it is missing: Debian's packages (as root, or with sudo) and Node's.
set -euo pipefail
cd "$(dirname "$0")"
need=()
/usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null || need+=(python3-grpcio python3-protobuf)
command -v protoc >/dev/null || need+=(protobuf-compiler)
[ -e /usr/include/google/protobuf/descriptor.proto ] || need+=(libprotobuf-dev) # what schemas import by those names
command -v grpc_python_plugin >/dev/null || need+=(protobuf-compiler-grpc)
command -v node >/dev/null || need+=(nodejs)
command -v npm >/dev/null || need+=(npm)
if [ ${#need[@]} -gt 0 ]; then
  root=()
  [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq
  # sudo passes no environment on.
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${need[@]}"
fi
cd node
# npm writes its own list of what it installed last.
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent --no-audit --no-fund
