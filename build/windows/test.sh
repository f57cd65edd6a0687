#!/usr/bin/env bash
# test.sh PACKAGE… runs the packages' tests as Windows programs under wine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$here/../cache/windows
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

# wine 8 does not know how to remove a file that is open and answers "not implemented",
# which Go takes for a failure where every Windows that it supports says "no such
# thing". For these tests alone Go is told to fall back there too.
deletes=$(go env GOROOT)/src/internal/syscall/windows/at_windows.go
sed 's|^\tcase STATUS_INVALID_INFO_CLASS,|\tcase NTStatus(0xC0000002), STATUS_INVALID_INFO_CLASS,|' "$deletes" >"$cache/at_windows.go"
! cmp -s "$deletes" "$cache/at_windows.go" || { echo "Go has changed $deletes: see $0" >&2; exit 1; }
printf '{"Replace":{"%s":"%s"}}\n' "$deletes" "$cache/at_windows.go" >"$cache/overlay.json"

# Windows runs from before the first test to after the last: its services would hold
# on to the output of whichever test had started them.
"$here/wine.sh" cmd /c exit >/dev/null 2>&1
exec 8> >(exec "$here/wine.sh" cmd /q >/dev/null 2>&1)
GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go test -overlay "$cache/overlay.json" -exec "$here/wine.sh" -shuffle=on -count=1 "$@" 8>&-
