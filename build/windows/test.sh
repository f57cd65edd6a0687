#!/usr/bin/env bash
# test.sh PACKAGE… runs the packages' tests as Windows programs under wine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$here/../cache/windows
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
export WINEPREFIX=${WINEPREFIX:-$cache/../wine}

# wine 8 does not know how to remove a file that is open and answers "not implemented",
# which Go takes for a failure where every Windows that it supports says "no such
# thing". For these tests alone Go is told to fall back there too.
deletes=$(go env GOROOT)/src/internal/syscall/windows/at_windows.go
sed 's|^\tcase STATUS_INVALID_INFO_CLASS,|\tcase NTStatus(0xC0000002), STATUS_INVALID_INFO_CLASS,|' "$deletes" >"$cache/at_windows.go"
! cmp -s "$deletes" "$cache/at_windows.go" || { echo "Go has changed $deletes: see $0" >&2; exit 1; }
printf '{"Replace":{"%s":"%s"}}\n' "$deletes" "$cache/at_windows.go" >"$cache/overlay.json"

# An icon in the notification area has a window, and a window needs a display.
exec 7< <(exec Xvfb -displayfd 1 -screen 0 640x480x24 -nolisten tcp 2>/dev/null)
xvfb=$!
trap 'kill "$xvfb"' EXIT
read -r display <&7
export DISPLAY=:$display

# Windows and its desktop run from before the first test to after the last: their
# services would hold on to the output of whichever test had started them.
"$here/wine.sh" notepad >/dev/null 2>&1 7<&- &
desktop=$!
# Windows goes down before this ends: the next test would meet one that is about to.
finish() {
  wineserver -k || true
  wineserver -w
  kill "$xvfb"
}
trap finish EXIT
until xdotool search --name Notepad >/dev/null 2>&1; do
  kill -0 "$desktop" 2>/dev/null || { echo "Windows shows no window." >&2; exit 1; }
  sleep 0.1
done
GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go test -overlay "$cache/overlay.json" -exec "$here/wine.sh" -shuffle=on -count=1 "$@" 7<&-
