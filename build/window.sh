#!/usr/bin/env bash
# The real window under Xvfb: a real call arrives, the order is typed and sent by keys,
# and the call is paid. Photographs go to build/screens/window and are held against the
# design: the band must have been green and then orange. Then the same in the dark theme
# with F301, and in the mini mode.
# With PICTURE=file a photograph of the window in the send window, with two more calls to
# be seen on it, is kept there for the README.
set -euo pipefail
cd "$(dirname "$0")/.."
source build/site.sh

export TZ=Asia/Tokyo LANG=C.UTF-8 NO_AT_BRIDGE=1
# WebKitGTK without a graphics card.
export WEBKIT_DISABLE_COMPOSITING_MODE=1 WEBKIT_DISABLE_DMABUF_RENDERER=1 LIBGL_ALWAYS_SOFTWARE=1
shots=$PWD/build/screens/window
work=$(mktemp -d)
finish() {
  local status=$?
  ((status == 0)) || tail -v -n 20 "$work"/*.log "$work"/*.txt >&2 || true
  stop_all
  rm -rf "$work"
}
trap finish EXIT

# within SECONDS COMMAND… waits until the command succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}
logged() { grep -q -e "$1" "$dir/server.log"; }
logged_twice() { (($(grep -c -e "$1" "$dir/server.log") >= 2)); }

# colour NAME is the value of one of the design's colours.
colour() { grep -o -e "--$1: #[0-9a-f]*" frontend/src/styles/tokens.css | sed 's/.*: //'; }
green=$(colour green-50) orange=$(colour orange-500) frame=$(colour orange-600)
dark_green=$(colour green-1200) dark_orange=$(colour orange-400) button=$(colour blue-400)

# pixels FILE COLOUR counts them.
pixels() { convert "$1" -fill black +opaque "$2" -fill white -opaque "$2" -format '%[fx:round(mean*w*h)]' info:; }

# photographed NAME COLOUR [PIXELS] photographs the screen and tells whether the band, 1280
# by 88 less what is written on it, has the colour.
photographed() {
  import -window root "$shots/$1.png"
  (($(pixels "$shots/$1.png" "$2") > ${3:-60000}))
}

# photographed_small NAME COLOUR tells whether the small view is drawn in the colour, and
# then photographs the screen. Its band begins at the upper edge of the window, where the
# full view, which may be what stands in a window that was just made small, has its bar.
photographed_small() {
  import -window "$window" "$work/window.png"
  convert "$work/window.png" -crop 200x4+100+6 +repage "$work/edge.png"
  (($(pixels "$work/edge.png" "$2") > 700)) && photographed "$1" "$2" 5000
}

# transfer FILE… rings and plays the customer. Its timeline goes to the file.
transfer() {
  "$bin/tsunagid" phone "$number" --server "$sip_address" --card 4111111111111111 --expiry 1230 --code 123 "${@:2}" >"$1" 2>&1 &
  telephone=$!
  processes+=("$telephone")
}

fill_in() { # ID AMOUNT
  xdotool key F2 type --delay 20 "$1"
  xdotool key Return type --delay 20 "$2"
}

arrived() { within 15 photographed "$1" "$orange" || fail "The band is not orange: see $shots/$1.png."; }

send() { # ID
  xdotool key F12
  within 15 logged "order bound.*transaction=$1 " || fail "F12 did not send the order $1."
}

paid() { wait "$1" || fail "The call was not paid."; } # TELEPHONE

say "A display, a window manager, a session bus and a site of their own"
rm -rf "$shots"
mkdir -p "$shots"
make_site "$work/site"
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$work/display" 2>"$work/xvfb.log" &
processes+=("$!")
dbus-daemon --session --nofork --nopidfile --print-address=3 3>"$work/bus" 2>"$work/dbus.log" &
processes+=("$!")
within 30 test -s "$work/display" || fail "Xvfb did not start."
within 30 test -s "$work/bus" || fail "dbus-daemon did not start."
DISPLAY=:$(<"$work/display") DBUS_SESSION_BUS_ADDRESS=$(<"$work/bus")
export DISPLAY DBUS_SESSION_BUS_ADDRESS
openbox 2>"$work/openbox.log" &
processes+=("$!")
serve_site
set_password

found() { window=$(xdotool search --onlyvisible --name '^Tsunagi$' | head -n 1) && [ -n "$window" ]; }
open_window() { # FLAGS…
  TSUNAGI_PASSWORD=$password "$bin/tsunagi" --config-dir "$work/desktop" "$@" >>"$work/desktop.log" 2>&1 &
  desktop=$!
  processes+=("$desktop")
  within 60 found || fail "There is no window with the title Tsunagi."
}

say "The window opens and logs in"
open_window --server "$desktop_address" --trust "$fingerprint" --login demo/sato
within 60 photographed ready "$green" || fail "The band is not green: see $shots/ready.png."
colours=$(identify -format %k "$shots/ready.png")
((colours > 100)) || fail "The window is as good as blank, with $colours colours: see $shots/ready.png."
xdotool windowactivate --sync "$window"

say "A customer calls, the order is typed and sent by keys"
fill_in ORD-20261122-0041 36500
within 15 photographed filled "$green" || fail "The band did not stay green: see $shots/filled.png."
transfer "$work/first.txt" --keying early
arrived send
(($(pixels "$shots/send.png" "$frame") > 20000)) || fail "There is no frame round the window: see $shots/send.png."
send ORD-20261122-0041
within 15 photographed sent "$green" || fail "The band is not green after the order: see $shots/sent.png."
paid "$telephone"
within 15 logged 'point=【決済OK】IVRとの通話が終了しました。' || fail "The server has no 【決済OK】."
import -window root "$shots/paid.png"
sed 's/^/  telephone  /' "$work/first.txt"

if [ -n "${PICTURE:-}" ]; then
  say "One call is keyed while the next one waits for its order"
  fill_in ORD-20261122-0042 4980
  transfer "$work/second.txt" --keying early --pace 1500ms
  second=$telephone
  arrived second
  send ORD-20261122-0042
  fill_in ORD-20261122-0043 12800
  within 60 logged_twice 'point=02.カード番号取得' || fail "The second customer keyed no card number."
  transfer "$work/third.txt" --keying early
  arrived third
  within 15 logged_twice 'point=02.有効期限取得' || fail "The second customer keyed no expiry."
  import -window "$window" -strip "$PICTURE"
  send ORD-20261122-0043
  paid "$second"
  paid "$telephone"
fi

say "The program is killed, and takes up its session in the dark theme"
kill -KILL "$desktop"
wait "$desktop" 2>/dev/null || true
sed -i 's/"theme": *"[a-z]*"/"theme": "dark"/' "$work/desktop/settings.json"
open_window
within 60 photographed dark "$dark_green" || fail "The band is not dark green: see $shots/dark.png."
xdotool windowactivate --sync "$window"

say "A customer hangs up in the send window: F301"
transfer "$work/dark.txt" --hang-up-at send-window-expired
within 15 photographed dark-send "$dark_orange" || fail "The band is not orange: see $shots/dark-send.png."
kill "$telephone"
# OK is the only button in the colour of the one that matters: 送信 is off again.
told() { photographed dark-f301 "$dark_green" 40000 && (($(pixels "$shots/dark-f301.png" "$button") > 800)); }
within 15 told || fail "The band is not green again with the dialog F301: see $shots/dark-f301.png."
xdotool key Return

say "The mini window: small, and orange when a customer calls"
xdotool key F11
small() { (($(xdotool getwindowgeometry --shell "$window" | sed -n 's/^WIDTH=//p') <= 400)); }
within 15 small || fail "F11 did not make the window small."
within 15 photographed_small mini "$dark_green" || fail "The mini window is not green: see $shots/mini.png."
transfer "$work/mini.txt" --hang-up-at send-window-expired
within 15 photographed_small mini-send "$dark_orange" || fail "The mini window is not orange: see $shots/mini-send.png."
kill "$telephone"
say "The window did its part: photographs are in build/screens/window."
