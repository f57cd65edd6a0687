#!/usr/bin/env bash
# Runs every fuzz target of the Go modules for the time given, one after another.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}

# Before Go 1.27 a run may fail when its time is over, with nothing found (golang/go#75804):
# that one is made again.
overtime="^ +context deadline exceeded$"

# fuzz MODULE PACKAGE TARGET prints what a run said last, or all of it where it found something.
fuzz() {
  local said
  for _ in 1 2 3; do
    said=$(cd "$1" && go test "$2" -run '^$' -fuzz "^$3\$" -fuzztime "$time" 2>&1) && { tail -n 1 <<<"$said"; return; }
    grep -qE "$overtime" <<<"$said" && ! grep -q "Failing input written" <<<"$said" || break
  done
  printf '%s\n' "$said" >&2
  return 1
}

for module in shared server desktop; do
  while IFS=: read -r file target; do
    package=./$(dirname "$file")
    echo "$package $target"
    fuzz "$module" "./${package#./"$module"/}" "$target"
  done < <(grep -rhoH --include='*_test.go' -E '^func Fuzz[A-Za-z0-9_]+' "$module" | sed 's/func //')
done
