#!/usr/bin/env bash
# history - what it costs to keep history, and to ask it.
# usage: tests/bench/history.sh [check]
#
# Folding: the instructions of `report --resume --history`, beside those of `report`, on hours of a
# made-up log of 1 GB a day: what four hours and what eight take, and the difference is four hours
# without the start and the end of a run, with as many hours handed over as counted. Asking: the CPU
# time of a report over 400 days in which every hour has all the names that are kept of one
# (bench_history.c), and of one over six hours of them. Writes build/bench/history.md for
# docs/performance.md, and fails beyond 20 % and 2 seconds. TAP.
#
# check: only the reports, over 60 such days, in a seventh of the time.
set -u
cd "$(dirname "$0")/../.." || exit 2
work=build/bench/history
mkdir -p "$work"
# shellcheck source=tests/bench/logs.bash
. tests/bench/logs.bash
"$program" --version | grep -q '^history: SQLite' || {
    echo "1..0 # SKIP this build has no SQLite"
    exit 0
}
count=0

verdict() { # NAME HOLDS
    count=$((count + 1))
    if [ "$2" = 1 ]; then echo "ok $count $1"; else echo "not ok $count $1"; fi
}

# Large pieces of memory may be moved and cleared by one instruction (rep movsb, rep stosb), of which
# valgrind counts each byte: how many would be the processor's matter.
never=1000000000
export GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=$never:glibc.cpu.x86_rep_stosb_threshold=$never

instructions() { # ARGUMENT...
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" report --no-config --quiet \
        --year 2026 --timezone UTC --jobs 1 "$@" 2>&1 > "$work/report" |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# Sets `folding`: "per cent more|instructions of four hours|the same with history".
measure_folding() {
    local day=$work/postfix.rfc3339.log plain=() kept=() hours
    make_log postfix rfc3339 1 --bytes 1000000000 --days 1 || return
    for hours in 4 8; do
        head -c $((hours * 1000000000 / 24)) "$day" > "$work/hours.log"
        rm -f "$work/folded.db"
        plain+=("$(instructions "$work/hours.log")")
        kept+=("$(instructions --resume --history "$work/folded.db" "$work/hours.log")")
    done
    folding=$(awk -v a="${plain[0]}" -v b="${plain[1]}" -v c="${kept[0]}" -v d="${kept[1]}" 'BEGIN {
        printf "%.1f|%.0f|%.0f", 100 * ((d - c) / (b - a) - 1), (b - a) / 1e6, (d - c) / 1e6 }')
}

cpu_of_report() { # FILE OPTION...
    local TIMEFORMAT='%U %S' spent
    spent=$({ time ours report --history "$@" --format json > "$work/report"; } 2>&1) || return
    awk '{ printf "%.2f", $1 + $2 }' <<< "$spent"
}

# Sets `days`, `size` in MB, and the seconds of CPU `all` and `six_hours`.
measure_asking() { # DAYS
    local file=$work/large.db
    days=$1
    rm -f "$file"
    "$tools/bench_history" "$file" "$1" || return
    size=$(($(stat -c %s "$file") / 1000000))
    all=$(cpu_of_report "$file") || return
    six_hours=$(cpu_of_report "$file" --since -36h --until -30h) || return
    rm -f "$file"
}

at_most() { # NUMBER MOST
    awk -v number="$1" -v most="$2" 'BEGIN { print number <= most ? 1 : 0 }'
}

if [ "${1:-}" = check ]; then
    measure_asking 60 || exit 1
    verdict "a report over 60 days of history in $all s of CPU" "$(at_most "$all" 0.5)"
    verdict "one over six hours of them in $six_hours s of CPU" "$(at_most "$six_hours" 0.5)"
    echo "1..$count"
    exit 0
fi

measure_folding && measure_asking 400 || exit 1
verdict "folding costs ${folding%%|*} % more" "$(at_most "${folding%%|*}" 20)"
verdict "a report over 400 days in $all s of CPU" "$(at_most "$all" 2)"
verdict "a report over six hours of them in $six_hours s of CPU" "$(at_most "$six_hours" 0.5)"
echo "1..$count"
{
    echo "| four hours of a log of 1 GB a day | million instructions | more |"
    echo "|---|---|---|"
    IFS='|' read -r more plain kept <<< "$folding"
    echo "| \`report\` | $plain | |"
    echo "| \`report --resume --history\` | $kept | $more % |"
    echo
    echo "| history | size | CPU of a report over all of it | over six hours |"
    echo "|---|---|---|---|"
    echo "| $days days, every hour with all names that are kept | $size MB | $all s | $six_hours s |"
} > build/bench/history.md
rm -f "$work"/*.log
