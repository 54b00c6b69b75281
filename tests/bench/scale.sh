#!/usr/bin/env bash
# scale.sh - `make scale`: time and memory of a report from 0.1 to 10 GB, with one thread and with
# two, and with 0.1 to 10 million distinct addresses in the log.
#
# Made-up Postfix logs, a day for each GB, one at a time and removed at once: needs as much disk as
# the largest. SCALE names them, "MEGABYTES:ADDRESSES ...". The table goes to build/bench/scale.md.
# Ends with 1 when a total is not that of its log. Page cache warm where memory is large enough.
set -u
cd "$(dirname "$0")/../.." || exit 2
work=build/bench/scale
mkdir -p "$work"
# shellcheck source=tests/bench/logs.bash
. tests/bench/logs.bash
table=build/bench/scale.md
failed=0
trap 'rm -rf "$work"' EXIT

cost() { # JOBS: "CPU wall peak"
    local reading
    reader report --jobs "$1" --format json "$log.log"
    "$tools/measure" "$work/cost" "${reading[@]}" > "$work/report.$1" || failed=1
    cat "$work/cost"
}

row() { # MEGABYTES ADDRESSES
    local days=$((($1 + 999) / 1000)) one two
    make_log postfix rfc3339 1 --bytes "${1}000000" --addresses "$2" --days "$days" || exit 1
    cat "$log.log" > /dev/null
    one=$(cost 1)
    two=$(cost 2)
    totals_agree "$work/report.1" "$log.json" && cmp "$work/report.1" "$work/report.2" || failed=1
    echo "$1 $(jq '[.lines.read, .totals.messages.received, .addresses] | map(. / 1e6) | @tsv' -r \
        "$log.json") $one $two" | awk '{
            printf "| %s GB | %.1f | %.2f | %.2f | %.1f s | %.1f s | %.1f s | %.0f MB | %.0f MB | %.0f MB |\n",
                $1 / 1000, $2, $3, $4, $5, $6, $9, $7 / 976.5625, $10 / 976.5625, 40 + 40 * $4 }' |
        tee -a "$table"
    rm -f "$log.log"
}

log=$work/postfix.rfc3339
tee "$table" << 'END'
| log | million lines | million messages | million addresses | CPU, `--jobs 1` | wall, 1 | wall, `--jobs 2` | most memory, 1 | most memory, 2 | 40 MB + 40 bytes an address |
|---|---|---|---|---|---|---|---|---|---|
END
for step in ${SCALE:-100:100000 1000:100000 1000:1000000 10000:100000 10000:1000000 10000:10000000}; do
    row "${step%:*}" "${step#*:}"
done
[ "$failed" = 0 ] && echo "totals: exactly those of the logs" || echo "totals: NOT those of the logs"
exit "$failed"
