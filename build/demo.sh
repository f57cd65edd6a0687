#!/usr/bin/env bash
# The demonstration: a site of its own, a real SIP call, and an order that is paid. With
# a display it opens the desktop; without one, or with HEADLESS=1, a scripted operator
# sends the order.
set -euo pipefail
cd "$(dirname "$0")/.."
source build/site.sh
trap stop_all EXIT

headless=${HEADLESS:-}
if [ -z "$headless" ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  say "No display here: the scripted operator takes the desktop's place."
  headless=1
fi

say "A server of its own in build/demo"
make_site "$PWD/build/demo"
cat "$dir/init.txt"
say "A simulated gateway beside it, asked as the real one would be"
use_gateway
serve_site
set_password

if [ -n "$headless" ]; then
  say "A customer calls, the operator sends the order"
  TSUNAGI_PASSWORD=$password "${operator[@]}" --transaction-id DEMO-0001 --amount 4980 --payment-count 1 \
    --timeout 85s > >(tee "$dir/operator.txt" | sed -u 's/^/  operator   /') 2>&1 &
  watch=$!
  processes+=("$watch")
  call_ivr --wait 10s --keying early 2>&1 | sed -u 's/^/  telephone  /' || fail "The telephone did not hear what it should have."
  wait "$watch" || fail "The order was not paid."
  grep -q '"order":"DEMO-0001".*"status":"success"' "$dir/gateway-books.jsonl" || fail "The gateway has not booked the order."
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
  call_ivr --wait 20s || say "That call did not end with a payment (the timeline above says how)."
  [ -t 0 ] || break
done
say "The demonstration is over."
