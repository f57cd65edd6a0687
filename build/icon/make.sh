#!/usr/bin/env bash
# Draws every icon of the product from tsunagi.svg: the programs', and those of the
# tray, which bear a dot in the colour of the header. What it makes is committed.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# png SIZE SVG FILE
png() { rsvg-convert --width "$1" --height "$1" "$2" --output "$3"; }

# ico FILE SVG SIZE…: the sizes that Windows shows at 100 to 200 % and above.
ico() {
  local file=$1 svg=$2 images=()
  for size in "${@:3}"; do
    png "$size" "$svg" "$work/$size.png"
    if ((size == 256)); then images+=(--raw="$work/$size.png"); else images+=("$work/$size.png"); fi
  done
  icotool --create --output "$file" "${images[@]}"
}

colour() { grep -o -e "--$1: #[0-9a-f]*" ../../frontend/src/styles/tokens.css | sed 's/.*: //'; }

png 256 tsunagi.svg tsunagi.png
ico tsunagi.ico tsunagi.svg 16 20 24 32 40 48 64 128 256
tray=../../desktop/native/tray
mkdir -p "$tray"
dotted() { # NAME COLOUR
  sed "s|<!--dot-->|<circle cx=\"186\" cy=\"186\" r=\"60\" fill=\"$2\" stroke=\"#fff\" stroke-width=\"14\"/>|" tsunagi.svg >"$work/$1.svg"
  png 64 "$work/$1.svg" "$tray/$1.png"
  ico "$tray/$1.ico" "$work/$1.svg" 16 20 24 32
}
png 64 tsunagi.svg "$tray/plain.png"
ico "$tray/plain.ico" tsunagi.svg 16 20 24 32
dotted ready "$(colour green-700)"
dotted send "$(colour orange-500)"
dotted lost "$(colour red-900)"
