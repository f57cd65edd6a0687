#!/usr/bin/env bash
# Breaks payments on purpose and counts the money (spec/payments.md): 10,000 random
# days of the pure part, then the real server, killed and locked at every point, until
# at least 300 calls were made. A seed that fails is printed with how to replay it.
#
#   faults.sh [FIRST SEED]
set -euo pipefail

seed=${1:-1}
sites=4  # servers at once
lives=20 # of each; four operators take a call in every one: 320 calls
days=10000

cd "$(dirname "${BASH_SOURCE[0]}")/.."
go test -count=1 ./server/payment -run '^TestInvariants$' -args -runs="$days"
go test -count=1 -timeout 40m -parallel "$sites" -v ./server/faults -args -seed="$seed" -sites="$sites" -lives="$lives" |
  grep --line-buffered -v "^=== "
