#!/usr/bin/env bash
# Installs the Debian packages that a target needs and that are missing: one word a
# group. Says what it installs; does nothing where all is there.
set -euo pipefail

compiler="build-essential pkg-config"
window="$compiler libgtk-3-dev libwebkit2gtk-4.1-dev fonts-noto-cjk"
browser="chromium webkit2gtk-driver xvfb xauth openbox xdotool imagemagick dbus dbus-x11 fonts-noto-cjk"
pictures="pngquant dunst"
telephone="sip-tester"
trace="strace gdb systemd"
bus="dbus dbus-x11 dunst xvfb gnome-keyring"
voices="open-jtalk open-jtalk-mecab-naist-jdic flite sox"
pbx="debootstrap"
windows="nsis"
wine="wine wine64 gcc-mingw-w64-x86-64 xvfb xdotool"
drawing="librsvg2-bin icoutils"

missing=""
for group in "$@"; do
  for package in ${!group}; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
done
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null || { echo "Please install:$missing"; exit 1; }
root=""
if [ "$(id -u)" != 0 ]; then root="sudo"; fi
echo "Installing by apt:$missing"
$root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing >/dev/null
