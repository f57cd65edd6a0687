#!/usr/bin/env bash
# The desktop's figures, in build/bench/desktop.md: under Xvfb, with the real window.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
processes=()
trap 'kill "${processes[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir -p build/bench
export WEBKIT_DISABLE_COMPOSITING_MODE=1 WEBKIT_DISABLE_DMABUF_RENDERER=1 LIBGL_ALWAYS_SOFTWARE=1 NO_AT_BRIDGE=1
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$work/display" 2>/dev/null &
processes+=("$!")
for _ in $(seq 100); do [ -s "$work/display" ] && break; sleep 0.1; done
DISPLAY=:$(<"$work/display")
export DISPLAY
TSUNAGI_WINDOW=$PWD/build/bin/tsunagi TSUNAGI_FIGURES=$work/rows \
  go test -run '^TestPerformance$' -count=1 -v -timeout 10m ./desktop
{
  echo "| figure | value |"
  echo "| --- | --- |"
  cat "$work/rows"
  [ ! -e build/bin/tsunagi-setup.exe ] || echo "| size of the installer, with WebView2's bootstrapper | $(($(stat -c %s build/bin/tsunagi-setup.exe) / 1000)) kB |"
} | tee build/bench/desktop.md
(cd frontend && npm run bench) # the screens' rows, to the end of the same table
