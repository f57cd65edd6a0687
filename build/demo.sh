#!/usr/bin/env bash
# The demonstration: a merchant, an operator and a server in a folder of their own, a
# real SIP call, and an order that is paid. With a display it opens the desktop;
# without one, or with HEADLESS=1, a scripted operator sends the order.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=$PWD/build/bin
dir=$PWD/build/demo
password=demo-Sakura-2026
number=05030001024
card=4111111111111111 # the acquirer's test card: no bank knows it
processes=()

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; [ -s "$dir/server.log" ] && tail -n 20 "$dir/server.log" >&2; exit 1; }
stop() { for pid in "${processes[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; }
trap stop EXIT

headless=${HEADLESS:-}
if [ -z "$headless" ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  say "No display here: the scripted operator takes the desktop's place."
  headless=1
  make -s operator
fi

rm -rf "$dir"
mkdir -p "$dir"

say "A server of its own in build/demo"
"$bin/tsunagid" init "$dir" --desktop 127.0.0.1:0 --sip 127.0.0.1:0 | tee "$dir/init.txt"
fingerprint=$(sed -n 's/^Fingerprint *//p' "$dir/init.txt")
tsunagid() { local command=$1; shift; "$bin/tsunagid" "$command" "$@" --config "$dir/tsunagid.toml"; }
tsunagid merchant add demo --name デモ商店
tsunagid user add demo/sato --ivr-number "$number" --comment "受注センター 佐藤" >"$dir/user.txt"
first=$(sed -n 's/^First password *//p' "$dir/user.txt")

tsunagid serve 2>"$dir/server.log" &
server=$!
processes+=("$server")
for _ in $(seq 100); do
  grep -q "msg=ready" "$dir/server.log" && break
  kill -0 "$server" 2>/dev/null || fail "The server did not start:"
  sleep 0.1
done
ready=$(grep "msg=ready" "$dir/server.log") || fail "The server was not ready within 10 seconds:"
desktop_address=$(sed -E 's/.* desktop=([^ ]+).*/\1/' <<<"$ready")
sip_address=$(sed -E 's/.* sip=([^ ]+).*/\1/' <<<"$ready")

operator=("$bin/operator" --server "$desktop_address" --trust "$fingerprint" --merchant demo --user sato)
TSUNAGI_PASSWORD=$first TSUNAGI_NEW_PASSWORD=$password "${operator[@]}" --set-password ||
  fail "The operator's first password could not be set."

phone() {
  "$bin/tsunagid" phone "$number" --server "$sip_address" \
    --card "$card" --expiry 1230 --code 123 "$@"
}

if [ -n "$headless" ]; then
  say "A customer calls, the operator sends the order"
  TSUNAGI_PASSWORD=$password "${operator[@]}" --transaction-id DEMO-0001 --amount 4980 --payment-count 1 \
    --timeout 80s >"$dir/operator.txt" 2>&1 &
  watch=$!
  processes+=("$watch")
  tail -n +1 -F --pid="$watch" "$dir/operator.txt" 2>/dev/null | sed -u 's/^/  operator  /' &
  processes+=("$!")
  phone --wait 10s 2>&1 | sed -u 's/^/  telephone /' || fail "The telephone did not hear what it should have."
  wait "$watch" || fail "The order was not paid."
  sleep 0.3 # the last lines of the operator's timeline
  tail -n 1 "$dir/operator.txt"
  exit 0
fi

say "The desktop opens. If it asks: merchant demo, user sato, password $password"
TSUNAGI_PASSWORD=$password "$bin/tsunagi" --server "$desktop_address" --trust "$fingerprint" \
  --login demo/sato --config-dir "$dir/desktop" >"$dir/desktop.log" 2>&1 &
desktop=$!
processes+=("$desktop")
while kill -0 "$desktop" 2>/dev/null; do
  say "Fill in the form (取引ID DEMO-0001, 決済金額 4980). Press Enter here and the telephone rings; then press 送信 (F12)."
  if [ -t 0 ]; then read -r _ || break; else sleep 20; fi
  phone --wait 20s || say "That call did not end with a payment (the timeline above says how)."
  [ -t 0 ] || break
done
say "The demonstration is over."
