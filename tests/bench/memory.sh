#!/usr/bin/env bash
# memory - the most memory of a report that holds all its tables (JSON) stays where it is, for a log
# of 10 MB and for one of 80 MB with 110,000 addresses more. TAP.
#
# The bounds are an eighth above what was measured on Debian 12, 24 and 33 MB at the most; runs
# differ by half of that. Cells of a page as large as they once were take 5 MB more.
set -u
cd "$(dirname "$0")/../.." || exit 2
work=build/bench/memory
mkdir -p "$work"
# shellcheck source=tests/bench/logs.bash
. tests/bench/logs.bash

tests=0
check() { # JOBS MEGABYTES MOST
    local reading verdict="not ok" kib=0
    make_log postfix rfc3339 1 --bytes "${2}000000" || exit 1
    reader report --jobs "$1" --format json "$work/postfix.rfc3339.log"
    "$tools/measure" "$work/cost" "${reading[@]}" > "$work/report" && read -r _ _ kib < "$work/cost"
    [ "$kib" -gt 0 ] && [ "$((kib * 1024))" -le "${3}000000" ] && verdict=ok
    echo "$verdict a report of $2 MB with --jobs $1 takes $((kib * 1024)) bytes, at most $3 MB"
    tests=$((tests + 1))
}

for size in "10 27" "80 37"; do
    for jobs in 1 2; do
        check "$jobs" "${size% *}" "${size#* }"
    done
done
echo "1..$tests"
[ "$tests" = 4 ]
