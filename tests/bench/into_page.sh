#!/usr/bin/env bash
# into_page - puts a measured table into a page, between <!-- NAME --> and <!-- end of NAME -->.
# usage: tests/bench/into_page.sh NAME FILE [PAGE]   (default: docs/performance.md)
set -eu
cd "$(dirname "$0")/../.."
page=${3:-docs/performance.md}
grep -qxF "<!-- $1 -->" "$page" && grep -qxF "<!-- end of $1 -->" "$page" || {
    echo "$page has no place for $1" >&2
    exit 1
}
made=$(mktemp)
trap 'rm -f "$made"' EXIT
awk -v name="$1" -v file="$2" '
    $0 == "<!-- end of " name " -->" { skipping = 0 }
    !skipping
    $0 == "<!-- " name " -->" { skipping = 1; while ((getline row < file) > 0) print row }' \
    "$page" > "$made"
cat "$made" > "$page"
