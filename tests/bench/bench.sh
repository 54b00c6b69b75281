#!/usr/bin/env bash
# bench.sh - `make bench`: speed, memory and exact totals on a made-up Postfix log.
# usage: tests/bench/bench.sh [check]
#
# Without a word: a log of BENCH_BYTES (1000000000) with RFC 3339 stamps, mailtriage with one thread
# and with two, `grep -c status=` as the yardstick of this machine, and pflogsumm when it is
# installed (on the same mail with RFC 3164 stamps, which is all it reads); all in one run, as
# ratios only hold there. check: a small log, totals only, as TAP; no time is asserted.
set -u
cd "$(dirname "$0")/../.." || exit 2
export LC_ALL=C
program=$PWD/build/mailtriage
tools=build/release/tests/bench
work=build/bench
mkdir -p "$work"

# The totals that the maker of logs counts too, in one order, so that two accounts compare as text.
totals_of() { # FILE
    jq -S '{totals: .totals | {messages, recipients, attempts, rejections, sessions},
        read: .lines.read}' "$1"
}

make_log() { # BYTES STAMPS SEED: writes $work/STAMPS.log and .json
    local log=$work/$2.log wish
    wish="$1 $2 $3 $(cksum < "$tools/make_postfix_log")"
    [ -e "$log" ] && [ "$(cat "$log.wish" 2> /dev/null)" = "$wish" ] && return
    rm -f "$log.wish"
    "$tools/make_postfix_log" --bytes "$1" --stamps "$2" --seed "$3" "$log" "$work/$2.json" ||
        exit 1
    echo "$wish" > "$log.wish"
}

report() { # JOBS LOG: the report as JSON
    "$program" report --no-config --year 2026 --jobs "$1" --format json "$2"
}

# Every total of the report is the generator's, and no line was lost or not understood.
totals_agree() { # REPORT.json MADE.json
    diff -u --label "what the log holds" --label "what the report says" \
        <(totals_of "$2") <(totals_of "$1") &&
        jq -e '.lines | .not_understood == 0 and .read == .used + .dull + .other + .outside
                        + .not_understood' "$1" > "$work/ledger"
}

check_totals() { # STAMPS SEED
    make_log "${BENCH_BYTES:-20000000}" "$1" "$2"
    for jobs in 1 2; do
        if report "$jobs" "$work/$1.log" > "$work/report.json" &&
            totals_agree "$work/report.json" "$work/$1.json"; then
            echo "ok totals of a made-up log, $1 stamps, seed $2, $jobs jobs"
        else
            jq .lines "$work/report.json"
            echo "not ok totals of a made-up log, $1 stamps, seed $2, $jobs jobs"
        fi
    done
}

measured() { # NAME COMMAND...: runs it, prints a row of the table
    local name=$1 cpu wall peak
    shift
    if ! "$tools/measure" "$work/cost" "$@" > "$work/out" 2> "$work/err"; then
        echo "$name failed:" >&2
        cat "$work/err" >&2
        failed=1
    fi
    read -r cpu wall peak < "$work/cost"
    yardstick=${yardstick:-$cpu}
    awk -v name="$name" -v cpu="$cpu" -v wall="$wall" -v peak="$peak" -v one="$yardstick" \
        'BEGIN { printf "%-26s %9.2f %9.2f %10.1f %9.1f\n", name, cpu, wall, peak / 1024,
                        (one > 0 ? cpu / one : 0) }'
}

bench() {
    local bytes=${BENCH_BYTES:-1000000000} log=$work/rfc3339.log jobs yardstick=''
    echo "Making $bytes bytes of log ..."
    make_log "$bytes" rfc3339 1
    cat "$log" > /dev/null
    jq -r '"\(.totals.messages.received) messages, \(.lines.read) lines"' "$work/rfc3339.json"
    printf '%-26s %9s %9s %10s %9s\n' "" "CPU s" "wall s" "peak MiB" "x grep"
    measured "grep -c status=" grep -c status= "$log"
    for jobs in 1 2; do
        measured "mailtriage --jobs $jobs" "$program" report --no-config --jobs "$jobs" \
            --format json "$log"
        cp "$work/out" "$work/report.$jobs.json"
        totals_agree "$work/report.$jobs.json" "$work/rfc3339.json" || failed=1
    done
    cmp "$work/report.1.json" "$work/report.2.json" || failed=1
    if command -v pflogsumm > "$work/which"; then
        make_log "$bytes" rfc3164 1
        measured "pflogsumm" pflogsumm "$work/rfc3164.log"
    else
        echo "pflogsumm is not installed"
    fi
    [ "$failed" = 0 ] && echo "totals: exactly those of the log" || echo "totals: NOT those of the log"
}

# What one reply costs beside trying every rule, and that the cache tells no other reason for a
# million generated texts.
reasons() {
    echo
    echo "Reasons:"
    "$tools/bench_reasons" || failed=1
}

failed=0
if [ "${1:-}" = check ]; then
    work=build/bench/check
    mkdir -p "$work"
    check_totals rfc3339 7
    check_totals rfc3164 8
    echo 1..4
else
    bench
    reasons
    exit "$failed"
fi
