#!/usr/bin/env bash
# Installs, starts over, updates and uninstalls the program under wine, silently, for
# one person and for all, and looks at the files and the registry each time. WebView2
# itself does not run under wine, so its installation is left out.
set -euo pipefail
cd "$(dirname "$0")/../.."
wine=build/windows/wine.sh
setup=build/bin/tsunagi-setup.exe
work=$(mktemp -d)
export WINEPREFIX=$work/wine
trap 'WINEPREFIX=$work/wine wineserver -k || true; rm -rf "$work"' EXIT
drive=$WINEPREFIX/drive_c
fingerprint=$(printf 'AB12%.0s' {1..16})

fail() { echo "The installer: $*" >&2; exit 1; }
run() { "$wine" "$@" || fail "$(basename "$1") ${*:2} ended with $?"; }
# registry HIVE NAME prints a value of the uninstall key.
registry() { "$wine" reg query "$1\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\Tsunagi" /v "$2" 2>/dev/null | tr -d '\r' | sed -nE "s/^ *$2 +REG_[A-Z]+ +//p"; }
# is WHAT GOT WANT
is() { [ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"; }
there() { for file in "$@"; do [ -e "$file" ] || fail "$file is missing"; done; }
gone() { for file in "$@"; do [ ! -e "$file" ] || fail "$file is still there"; done; }
unix() { echo "$drive/$(sed -e 's|^C:\\||' -e 's|\\|/|g' <<<"$1")"; }

waited=0
for mode in CurrentUser AllUsers; do
  hive=HKCU
  [ $mode = CurrentUser ] || hive=HKLM
  run $setup /S /$mode /NOWEBVIEW2 /SERVER=tsunagi.example:9443 /FINGERPRINT="$fingerprint"
  place=$(registry $hive InstallLocation)
  case "$mode $place" in
    "CurrentUser C:\\users\\"*"\\AppData\\Local\\"*Tsunagi | "AllUsers C:\\Program Files\\Tsunagi") ;;
    *) fail "$mode went to '$place'" ;;
  esac
  folder=$(unix "$place")
  there "$folder"/{tsunagi.exe,tsunagi.png,uninstall.exe,preset.json}
  cmp -s build/bin/tsunagi.exe "$folder/tsunagi.exe" || fail "another tsunagi.exe was installed"
  is "the preset" "$(<"$folder/preset.json")" "{\"server\":\"tsunagi.example:9443\",\"fingerprint\":\"$fingerprint\"}"
  is "the uninstaller" "$(registry $hive QuietUninstallString)" "\"$place\\uninstall.exe\" /$mode /S"
  links=("$drive"/users/*/AppData/Roaming/Microsoft/Windows/'Start Menu'/Programs/Tsunagi.lnk "$drive"/users/*/Desktop/Tsunagi.lnk)
  [ $mode = CurrentUser ] || links=("$drive"/ProgramData/Microsoft/Windows/'Start Menu'/Programs/Tsunagi.lnk "$drive"/users/Public/Desktop/Tsunagi.lnk)
  there "${links[@]}"

  # An update keeps the preset where it is not told another.
  echo old >"$folder/tsunagi.exe"
  run $setup /S /$mode /NOWEBVIEW2 /NODESKTOP
  cmp -s build/bin/tsunagi.exe "$folder/tsunagi.exe" || fail "the update did not replace the program"
  gone "$folder/tsunagi.exe.old"
  grep -q tsunagi.example:9443 "$folder/preset.json" || fail "the update lost the preset"

  # What the program itself writes for a person: the settings stay, the rest goes.
  settings=$(unix "$("$wine" cmd /c 'echo %APPDATA%' | tr -d '\r')")/tsunagi
  mkdir -p "$settings"
  echo '{"server":"tsunagi.example:9443"}' >"$settings/settings.json"
  run reg add 'HKCU\Software\Microsoft\Windows\CurrentVersion\Run' /v Tsunagi /d "$place\\tsunagi.exe" /f >/dev/null
  purge=""
  [ $mode = CurrentUser ] || purge=/PURGE
  run "$folder/uninstall.exe" /$mode /S $purge
  # It goes on as a copy of itself elsewhere, or it could not remove its own file.
  until [ ! -e "$folder" ] || ((++waited > 300)); do sleep 0.2; done
  gone "$folder" "${links[@]}"
  is "the uninstall key" "$(registry $hive DisplayName)" ""
  if "$wine" reg query 'HKCU\Software\Microsoft\Windows\CurrentVersion\Run' /v Tsunagi >/dev/null 2>&1; then fail "the program still starts with Windows"; fi
  if [ $mode = CurrentUser ]; then there "$settings/settings.json"; else gone "$settings"; fi
done
echo "The installer did its part, for one person and for all."
