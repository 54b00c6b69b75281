#!/usr/bin/env bash
# stages.sh - `make stages`: where the instructions of a line go, station by station, for a made-up
# log of each server.
#
# N and 2 N lines under callgrind; the difference of what a function costs with all that it calls,
# over N. What the compiler has put into its caller has no row of its own ("-"). The table goes to
# build/bench/stages.md.
set -u
cd "$(dirname "$0")/../.." || exit 2
work=build/bench/stages
mkdir -p "$work"
# shellcheck source=tests/bench/logs.bash
. tests/bench/logs.bash
lines=${STAGES_LINES:-20000}
table=build/bench/stages.md

# station, function or several; the indented ones are part of the one above them
stations() {
    cat << 'END'
**a block, in any thread**|block_work
- cut into lines|lines_look_ahead
- time, host, program|heads_read+entry_read
- whose it is|mta_of
- fields|SERVER_read
- a failure, known or judged anew|judge_finding
- - its reply|reply_read
- - its wording, what varies masked|wording_template
- - its reason|reason_decide
- the owner of a server|operator_of
**in order: journeys**|order_take
- what each finding changes|counting_begin
**in order: counting**|order_count
- senders, recipients, domains|correspondents_expect+correspondents_add
- destinations|destinations_expect+destinations_add
END
}

# "INSTRUCTIONS FUNCTION" of all there are, with what they call.
profile() { # LOG
    valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "$program" report --no-config \
        --quiet --year 2026 --timezone UTC --jobs 1 "$1" > "$work/report" 2> "$work/err" || return
    callgrind_annotate --inclusive=yes --threshold=100 "$work/callgrind" |
        sed -nE 's/^ *([0-9,]+) \([^)]*\)  *[^ ]*:([A-Za-z0-9_]+)( \[.*)?$/\1 \2/p; s/^([0-9,]+) .*PROGRAM TOTALS/\1 all/p' |
        tr -d ,
}

# "FUNCTION INSTRUCTIONS-A-LINE"
costs() { # MTA STAMPS
    make_log "$1" "$2" 31 --messages $((lines * 2 / 3 + 1000)) || return
    head -n $((2 * lines)) "$work/$1.$2.log" > "$work/twice"
    head -n "$lines" "$work/twice" > "$work/once"
    { profile "$work/once" | sed 's/^/-/'; profile "$work/twice"; } | awk -v lines="$lines" '
        { way = $1 < 0 ? 1 : 2; of[$2]; cost = way == 1 ? -$1 : $1
          if (cost > most[$2, way]) most[$2, way] = cost }
        END { for (name in of) printf "%s %.0f\n", name, (most[name, 2] - most[name, 1]) / lines }'
}

command -v valgrind > "$work/which" || { echo "valgrind is not installed" >&2; exit 1; }
costs postfix rfc3339 > "$work/postfix"
costs exim own > "$work/exim"
costs sendmail rfc3164 > "$work/sendmail"

cost_of() { # FUNCTION[+FUNCTION] MTA
    awk -v names="+${1/SERVER/$2}+" 'index(names, "+" $1 "+") { sum += $2; found = 1 }
        END { if (found) print sum; else print "-" }' "$work/$2"
}

{
    echo "| instructions a line | Postfix | Exim | Sendmail |"
    echo "|---|---|---|---|"
    while IFS='|' read -r station function; do
        echo "| $station | $(cost_of "$function" postfix) | $(cost_of "$function" exim) | $(cost_of "$function" sendmail) |"
    done < <(stations)
    echo "| **all, the report too** | $(cost_of all postfix) | $(cost_of all exim) | $(cost_of all sendmail) |"
} | tee "$table"
