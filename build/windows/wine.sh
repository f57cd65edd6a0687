#!/usr/bin/env bash
# wine.sh PROGRAM [ARGUMENT…] runs a Windows program under wine, in a Windows of the
# project's own in build/cache/wine (WINEPREFIX names another), which it makes at the
# first time. Nothing of the person's ~/.wine is used.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export WINEPREFIX=${WINEPREFIX:-$here/../cache/wine}
mkdir -p "$WINEPREFIX"
WINEPREFIX=$(cd "$WINEPREFIX" && pwd)
# No Mono, no Gecko, nothing in the menus of this desktop. A display is used where there is one.
export WINEARCH=win64 WINEDEBUG=${WINEDEBUG:--all} WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe="
exec 9>"$WINEPREFIX/.lock"
flock 9
if [ ! -e "$WINEPREFIX/.made" ]; then
  wine wineboot --init >/dev/null 2>&1 9>&-
  # The oldest Windows that WebView2 and the notifications ask for.
  wine reg add "HKCU\\Software\\Wine" /v Version /d win10 /f >/dev/null 2>&1 9>&-
  x86_64-w64-mingw32-gcc -shared -nostdlib -O2 -s "$here/bcryptprimitives.c" -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" -ladvapi32
  touch "$WINEPREFIX/.made"
fi
flock -u 9
exec wine "$@" 9>&-
