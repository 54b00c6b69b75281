#!/bin/sh
# compare - runs mailtriage over a folder of public logs (CORPORA=DIR) and shows the ledger of each file;
# where NAME.expect.tsv (line, field, value) names a client_ip, the row of that line must have it.
# Gives TAP; skipped without CORPORA.
set -u
program=${MAILTRIAGE:-build/mailtriage}
if [ -z "${CORPORA:-}" ]; then
    echo "1..1"
    echo "ok 1 corpora # SKIP CORPORA=DIR is not set"
    exit 0
fi
number=0
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
for log in "$CORPORA"/*/*.log; do
    name=${log#"$CORPORA"/}
    number=$((number + 1))
    "$program" report --no-config --year 2026 --format json "$log" >"$box/report" 2>"$box/err"
    status=$?
    "$program" export --no-config --year 2026 --all --format ndjson "$log" >"$box/rows" 2>/dev/null
    ledger=$(jq -r '.lines | to_entries | map("\(.key) \(.value)") | join(", ")' "$box/report")
    expected=${log%.log}.expect.tsv
    : >"$box/ips"
    [ -f "$expected" ] && awk -F '\t' '$2 == "client_ip" { print $1 "\t" $3 }' "$expected" >"$box/ips"
    jq -r 'select(.peer_ip != null) | "\(.line)\t\(.peer_ip)"' "$box/rows" >"$box/found"
    jq -r '"\(.line)"' "$box/rows" | sort -u >"$box/lines"
    awk -F '\t' -v lines="$box/lines" '
        BEGIN { while ((getline line < lines) > 0) row[line] = 1 }
        FILENAME == ARGV[1] { found[$1] = found[$1] " " $2 " "; next }
        !($1 in row) { none++; print "# no row on line " $1 " (" $2 ")"; next }
        index(found[$1], " " $2 " ") { right++; next }
        { wrong++; print "# line " $1 ": expected " $2 ", found" found[$1] }
        END { printf "# client_ip: %d right, %d wrong, %d without a row\n", right, wrong, none
              exit wrong > 0 }' "$box/found" "$box/ips" >"$box/compared"
    good=$?
    [ "$status" -le 1 ] || good=1
    if [ "$good" -eq 0 ]; then echo "ok $number $name: $ledger"; else echo "not ok $number $name: $ledger"; fi
    [ -s "$box/ips" ] && cat "$box/compared"
done
echo "1..$number"
