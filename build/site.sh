# A site of its own for demonstrations and tests, to be sourced: a merchant "demo", an
# operator "sato" with a password set through the real API, and a running server on
# free ports of 127.0.0.1. Sets desktop_address, sip_address, fingerprint.

bin=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/build/bin
password=demo-Sakura-2026
number=05030001024
processes=()

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() {
  printf '\n%s\n' "$*" >&2
  [ -s "$dir/server.log" ] && tail -n 20 "$dir/server.log" >&2
  exit 1
}
stop_all() { # the last started first
  local i
  for ((i = ${#processes[@]} - 1; i >= 0; i--)); do kill "${processes[i]}" 2>/dev/null || true; done
  wait 2>/dev/null || true
}

# make_site DIR
make_site() {
  dir=$1
  rm -rf "$dir"
  mkdir -p "$dir"
  "$bin/tsunagid" init "$dir" --desktop 127.0.0.1:0 --sip 127.0.0.1:0 --plain-same-segment >"$dir/init.txt" || fail "No configuration could be made."
  fingerprint=$(sed -n 's/^Fingerprint *//p' "$dir/init.txt")
  "$bin/tsunagid" merchant add demo --name デモ商店 --config "$dir/tsunagid.toml" >"$dir/merchant.txt"
  "$bin/tsunagid" user add demo/sato --ivr-number "$number" --comment "受注センター 佐藤" --config "$dir/tsunagid.toml" >"$dir/user.txt"
}

# use_gateway has the server ask a simulated gateway, in a process of its own, through
# the adapter that would ask the real one.
use_gateway() {
  local url=""
  (umask 077 && printf '[demo]\nccid = "A100000000000000000000cc"\nsecret_key = "%064d"\n' 0 >"$dir/gateway.toml")
  "$bin/tsunagid" gateway-sim --listen 127.0.0.1:0 --accounts "$dir/gateway.toml" --ledger "$dir/gateway-books.jsonl" \
    --certificate "$dir/gateway.pem" --key "$dir/gateway-key.pem" --magic 2>"$dir/gateway.log" &
  processes+=("$!")
  for _ in $(seq 100); do
    url=$(sed -n 's/.* url=\(https:[^ ]*\).*/\1/p' "$dir/gateway.log" 2>/dev/null) && [ -n "$url" ] && break
    sleep 0.1
  done
  [ -n "$url" ] || fail "The simulated gateway did not start: $(cat "$dir/gateway.log")"
  sed -i -e "s|^acquirer = .*|acquirer = 'veritrans4g'|" -e "s|^url = .*|url = '$url'|" \
    -e "s|^accounts = .*|accounts = '$dir/gateway.toml'|" -e "s|^roots = .*|roots = '$dir/gateway.pem'|" "$dir/tsunagid.toml"
}

# serve_site starts the server and waits until it is ready.
serve_site() {
  "$bin/tsunagid" serve --config "$dir/tsunagid.toml" 2>>"$dir/server.log" &
  processes+=("$!")
  local ready=""
  for _ in $(seq 200); do
    ready=$(grep "msg=ready" "$dir/server.log" 2>/dev/null | tail -n 1) && [ -n "$ready" ] && break
    kill -0 "${processes[-1]}" 2>/dev/null || fail "The server did not start:"
    sleep 0.1
  done
  [ -n "$ready" ] || fail "The server was not ready within 20 seconds:"
  desktop_address=$(sed -E 's/.* desktop=([^ ]+).*/\1/' <<<"$ready")
  sip_address=$(sed -E 's/.* sip=([^ ]+).*/\1/' <<<"$ready")
  operator=("$bin/operator" --server "$desktop_address" --trust "$fingerprint" --merchant demo --user sato)
}

# set_password replaces the operator's first password, as a first login does.
set_password() {
  local first
  first=$(sed -n 's/^First password *//p' "$dir/user.txt")
  TSUNAGI_PASSWORD=$first TSUNAGI_NEW_PASSWORD=$password "${operator[@]}" --set-password ||
    fail "The operator's first password could not be set."
}

# call_ivr plays the operator's transfer and the customer, with the acquirer's test card.
call_ivr() {
  "$bin/tsunagid" phone "$number" --server "$sip_address" --card 4111111111111111 --expiry 1230 --code 123 "$@"
}
