#!/usr/bin/env bash
# Runs every fuzz target of the Go modules for the time given, one after another.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}
for module in shared server desktop; do
  while IFS=: read -r file target; do
    package=./$(dirname "$file")
    echo "$package $target"
    (cd "$module" && go test "./${package#./"$module"/}" -run '^$' -fuzz "^$target\$" -fuzztime "$time" | tail -n 1)
  done < <(grep -rhoH --include='*_test.go' -E '^func Fuzz[A-Za-z0-9_]+' "$module" | sed 's/func //')
done
