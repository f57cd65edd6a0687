#!/usr/bin/env bash
# Installs tsunagid as a service of Windows, under wine, with a configuration of its own;
# has it started with Windows and by its command, and takes it away.
set -euo pipefail
cd "$(dirname "$0")/../.."
wine=build/windows/wine.sh
work=$(mktemp -d)
export WINEPREFIX=$work/wine
finish() {
  WINEPREFIX=$work/wine wineserver -k || true
  rm -rf "$work"
}
trap finish EXIT

fail() { echo "The service: $*" >&2; tail -n 5 "$site/tsunagid.log" >&2 2>/dev/null || true; exit 1; }
daemon() { "$wine" build/bin/tsunagid.exe "$@" </dev/null; }

site=$WINEPREFIX/drive_c/tsunagi
tried() { grep -c -e 'bind RTP address' "$site/tsunagid.log" 2>/dev/null || true; }

daemon init 'C:\tsunagi' --desktop 127.0.0.1:0 --sip 127.0.0.1:0 >"$work/init.txt" || fail "init: $(<"$work/init.txt")"
if daemon service start 2>"$work/said.txt"; then fail "started before it was installed"; fi
grep -q "not installed" "$work/said.txt" || fail "said $(<"$work/said.txt")"
daemon service install --config 'C:\tsunagi\tsunagid.toml' || fail "cannot be installed"
WINEPREFIX=$work/wine wineserver -w # Windows goes down

exec 8> >(exec "$wine" cmd /q >/dev/null 2>&1) # and up again, with the service
# wine 8 gives Go no UDP socket, so that the server ends with that: what can be seen is
# that Windows starts it, where it says why it ended, and what the commands make of it.
for ((i = 0; i < 600 && $(tried || true)0 == 0; i++)); do sleep 0.1; done
[ "$(tried)" -ge 1 ] || fail "was not started with Windows"
daemon service stop || fail "cannot be stopped when it is down"
if daemon service start 2>"$work/said.txt"; then fail "is up without its ports"; fi
grep -q "its log beside the configuration says why" "$work/said.txt" || fail "said $(<"$work/said.txt")"
[ "$(tried)" -ge 2 ] || fail "was not started once more"
daemon service uninstall || fail "cannot be taken away"
if daemon service stop 2>/dev/null; then fail "is still there"; fi
[ -e "$site/tsunagid.toml" ] || fail "took its configuration away"
echo "The service did its part."
