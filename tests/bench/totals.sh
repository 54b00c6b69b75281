#!/usr/bin/env bash
# totals - made-up logs of each server in each form of stamps: every total of the report is exactly
# that of the log, and report, JSON and export are the same bytes whatever the number of threads.
# TAP; no time is asserted. BENCH_BYTES sets the size of each log (4000000).
set -u
cd "$(dirname "$0")/../.." || exit 2
work=build/bench/totals
mkdir -p "$work"
# shellcheck source=tests/bench/logs.bash
. tests/bench/logs.bash

tests=0
verdict() { # STATUS NAME
    [ "$1" = 0 ] && echo "ok $2" || echo "not ok $2"
    tests=$((tests + 1))
}

# What a user may ask for, one after the other.
answers() { # JOBS LOG
    ours report --jobs "$1" --format json "$2" &&
        ours report --jobs "$1" --format text "$2" &&
        ours export --all --jobs "$1" --format ndjson "$2"
}

same_for_any_jobs() { # LOG
    answers 1 "$1" > "$work/jobs.1" || return
    for jobs in 2 8; do
        answers "$jobs" "$1" > "$work/jobs.$jobs" && cmp "$work/jobs.1" "$work/jobs.$jobs" || return
    done
}

check() { # MTA STAMPS SEED
    make_log "$1" "$2" "$3" --bytes "${BENCH_BYTES:-4000000}" || return
    ours report --format json "$work/$1.$2.log" > "$work/report.json" &&
        totals_agree "$work/report.json" "$work/$1.$2.json"
    verdict $? "totals of a made-up log of $1, $2 stamps, seed $3"
    same_for_any_jobs "$work/$1.$2.log"
    verdict $? "$1, $2 stamps, seed $3: the same bytes with 1, 2 and 8 threads"
}

check postfix rfc3339 7
check postfix rfc3164 8
check exim own 9
check exim own-zone 10
check exim rfc3339 11
check exim rfc3164 12
check sendmail rfc3339 13
check sendmail rfc3164 14
echo "1..$tests"
[ "$tests" = 16 ]
