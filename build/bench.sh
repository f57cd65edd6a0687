#!/usr/bin/env bash
# Measures tsunagid against Asterisk on this machine: the same calls, from the same
# generator, in one run. What the figures mean: server/docs/performance.md.
#
#   bench.sh                    everything, about 35 minutes; fails where a figure is not met
#   bench.sh STAGE...           some of it, added to the report: load half turns greet
#                               loss overload floor, or one server's part, as load:tsunagid
#   BENCH=quick bench.sh ...    short forms, whose figures prove nothing
#   bench.sh -print             the table of the report as it is
#
# It needs root, two processors (SERVER_CORE, 0, and GENERATOR_CORE, 1) with nothing else
# running on them, and the PBX of build/pbx.sh, which it makes. The report is
# build/bench/report.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { echo "bench.sh: $*" >&2; exit 1; }

[ "$(uname -s)" = Linux ] || fail "it runs on Linux only"
[ "$(id -u)" = 0 ] || fail "it needs root: the PBX changes its root folder, and the generator's buffers are larger than others may have"
[ "$(nproc --all)" -ge 2 ] || fail "it needs two processors: one for the server under test, one for the generator"
ulimit -n "$(ulimit -H -n)"

build/pbx.sh make
mkdir -p build/bin build/bench/run
CGO_ENABLED=0 go build -trimpath -o build/bin/bench ./server/cmd/bench
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X tsunagi/shared/version.Version=$(git describe --tags --always --dirty 2>/dev/null || echo unknown)" \
  -o build/bin/tsunagid ./server/cmd/tsunagid
rm -rf build/bench/run/*

quick=()
if [ "${BENCH:-}" = quick ]; then quick=(-quick); fi
exec taskset -c "${GENERATOR_CORE:-1}" build/bin/bench -core "${SERVER_CORE:-0}" "${quick[@]}" "$@"
