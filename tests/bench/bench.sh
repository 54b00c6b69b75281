#!/usr/bin/env bash
# bench.sh - `make bench`: what the work of mailtriage costs, beside what it must and should cost.
#
# Made-up logs of BENCH_BYTES (1000000000; Exim and Sendmail half of it), everything in one run, as
# ratios only hold there: ours and `grep -c` as the medians of BENCH_ROUNDS (5), turn by turn, so
# that a busy minute meets all of them; the tools people come from (pflogsumm, eximstats, sma: Debian
# pflogsumm, exim4-base, sma) once, halfway, so that our rounds stand around them. They are looked
# for in PATH and in BENCH_PEERS; without one its row says so. Page cache warm; rows are CPU seconds
# where they say nothing else.
#
# The table goes to build/bench/table.md. Ends with 1 when a total of a report is not that of its
# log; a time that is missed is said, and no failure.
set -u
cd "$(dirname "$0")/../.." || exit 2
work=build/bench
mkdir -p "$work"
# shellcheck source=tests/bench/logs.bash
. tests/bench/logs.bash
PATH=$PATH:/usr/sbin${BENCH_PEERS:+:$BENCH_PEERS}
bytes=${BENCH_BYTES:-1000000000}
rounds=${BENCH_ROUNDS:-5}
costs=$work/costs
rm -rf "$costs"
mkdir -p "$costs"
failed=0

# --- measuring

# Not into /dev/null: grep -c would stop at the first match.
cost() { # NAME COMMAND...: one more line of CPU seconds, wall seconds and peak KiB
    local out=$work/out.$1
    if ! "$tools/measure" "$work/cost" "${@:2}" > "$out" 2> "$work/err"; then
        echo "$1 failed:" >&2
        cat "$work/err" >&2
        failed=1
    fi
    cat "$work/cost" >> "$costs/$1"
}

# The same for what writes more than the disk should have to take.
cost_unread() { # NAME COMMAND...
    local name=$1
    shift
    "$tools/measure" "$work/cost" "$@" > /dev/null 2> "$work/err" || failed=1
    cat "$work/cost" >> "$costs/$name"
}

middle() { # NAME FIELD: the median
    cut -d' ' -f"$2" "$costs/$1" | sort -g | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}
cpu() { middle "$1" 1; }
wall() { middle "$1" 2; }
peak() { middle "$1" 3; }

calculate() { # EXPRESSION
    awk "BEGIN { printf \"%.4g\", $1 }"
}

# --- the table

table=$work/table.md

# How a ratio stands to its two bounds; `most`: it may be that much, `least`: it must be that much.
verdict() { # most|least RATIO MUST GOAL
    awk -v way="$1" -v ratio="$2" -v must="$3" -v goal="$4" 'BEGIN {
        if (way == "least") { ratio = -ratio; must = -must; goal = -goal }
        print ratio <= goal ? "goal met" : ratio <= must ? "must met, goal missed" : "missed"
    }'
}

row() { # WORK MUST GOAL MEASURED RATIO VERDICT
    echo "| $1 | $2 | $3 | $4 | $5 | $6 |" | tee -a "$table"
}

# CPU of ours beside that of something else.
row_most() { # WORK NAME OTHER OTHER'S-NAME MUST GOAL
    local ratio
    ratio=$(calculate "$(cpu "$2") / $3")
    row "$1" "$5 × $4" "$6 ×" "$(calculate "$(cpu "$2")") s, $4 $(calculate "$3") s" \
        "$(printf %.2f "$ratio") ×" "$(verdict most "$ratio" "$5" "$6")"
}

# CPU of a slow peer beside ours.
beside_peer() { # NAME PEER SHOWN
    echo "$(calculate "$(cpu "$1")") s, $3 $(calculate "$(cpu "$2")") s and $(calculate "$(peak "$2") / 976.5625") MB"
}

row_peer() { # WORK NAME PEER
    local ratio
    if [ ! -e "$costs/$3" ]; then
        row "$1" "1/25 of $3" "1/40" "$(calculate "$(cpu "$2")") s; $3 is not installed" "" "not measured"
        return
    fi
    ratio=$(calculate "$(cpu "$3") / $(cpu "$2")")
    row "$1" "1/25 of $3" "1/40" "$(beside_peer "$2" "$3" "$3")" \
        "1/$(printf %.0f "$ratio")" "$(verdict least "$ratio" 25 40)"
}

# eximstats names hosts and local users when nothing else is asked for; with addresses and domains it
# shows what a report shows.
row_wide_peer() {
    [ -e "$costs/eximstats.wide" ] || return
    row "the same, eximstats with addresses and domains" "" "" \
        "$(beside_peer exim eximstats.wide "\`eximstats ${eximstats_wide[*]}\`")" \
        "1/$(printf %.0f "$(calculate "$(cpu eximstats.wide) / $(cpu exim)")")" ""
}

heading() {
    local processor compiler
    processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2> /dev/null | head -n 1)
    compiler=$(${CC:-cc} --version 2> /dev/null | head -n 1)
    echo "$(date -u +%F), ${processor:-$(uname -m)}, $(nproc) processors, $(uname -s) $(uname -r)," \
        "$compiler"
    jq -r --arg bytes "$bytes" '"Postfix log: \($bytes) bytes, \(.lines.read) lines, "
        + "\(.totals.messages.received) messages, \(.addresses) distinct addresses."' "$work/postfix.rfc3339.json"
    echo
    echo "| work | must | goal | measured | ratio | |"
    echo "|---|---|---|---|---|---|"
}

# --- the work

make_logs() {
    make_log postfix rfc3339 1 --bytes "$bytes" &&
        make_log exim own 2 --bytes $((bytes / 2)) &&
        make_log sendmail rfc3164 3 --bytes $((bytes / 2)) || exit 1
    if command -v pflogsumm > "$work/which"; then # the same mail in the stamps it reads
        make_log postfix rfc3164 1 --messages "$(jq .totals.messages.received "$postfix.json")"
    fi
    for part in 4 2; do
        head -c $((bytes / 2 / part)) "$sendmail.log" > "$work/sendmail.$part.log"
    done
    [ "$postfix.log.gz" -nt "$postfix.log" ] || gzip -c -1 "$postfix.log" > "$postfix.log.gz"
    cat "$postfix.log" "$exim.log" "$sendmail.log" "$postfix.log.gz" > /dev/null
}

# As it is printed when nothing else is asked for, or as JSON, which has up to a thousand rows of
# each table: from that totals are read, and its memory is the most.
cost_report() { # NAME JOBS LOG [FORMAT]
    local reading
    reader report --jobs "$2" --format "${4:-text}" "$3"
    cost "$1" "${reading[@]}"
}

our_round() {
    cost grep grep -c status= "$postfix.log"
    cost_report jobs1 1 "$postfix.log"
    cost_report jobs2 2 "$postfix.log"
    cost_report json1 1 "$postfix.log" json
    cost_report json2 2 "$postfix.log" json
    cost_report exim 1 "$exim.log"
    cost_report sendmail 1 "$sendmail.log"
    cost_report sendmail.2 1 "$work/sendmail.2.log"
    cost_report sendmail.4 1 "$work/sendmail.4.log"
    cost floor.postfix "$tools/floor" postfix "$postfix.log"
    cost floor.exim "$tools/floor" exim "$exim.log"
    [ ! -e "$postfix_old.log" ] || cost_report old 1 "$postfix_old.log"
    cost zcat zcat "$postfix.log.gz"
    rm -f "$work/out.zcat"
    cost_report gz 1 "$postfix.log.gz"
    for format in csv ndjson; do
        reader export --all --jobs 1 --format "$format" "$postfix.log"
        cost_unread "$format" "${reading[@]}"
    done
    cost explain "$program" explain --no-config 535
}

# What reads too little is no floor.
floor_knows() { # OUT MADE.json
    [ "$(jq -Sc '[.lines, .distinct]' "$1")" = "$(jq -Sc '[.lines, .totals.distinct]' "$2")" ]
}

totals_are_right() {
    cost_report json.exim 1 "$exim.log" json
    cost_report json.sendmail 1 "$sendmail.log" json
    totals_agree "$work/out.json1" "$postfix.json" &&
        totals_agree "$work/out.json.exim" "$exim.json" &&
        totals_agree "$work/out.json.sendmail" "$sendmail.json" &&
        floor_knows "$work/out.floor.postfix" "$postfix.json" &&
        floor_knows "$work/out.floor.exim" "$exim.json" &&
        cmp "$work/out.json1" "$work/out.json2" && cmp "$work/out.jobs1" "$work/out.jobs2"
}

# Each size once, the tools of old. sma is quadratic: what it takes for small logs shows it.
peer_round() {
    ! command -v pflogsumm > "$work/which" || cost pflogsumm pflogsumm "$postfix_old.log"
    if command -v eximstats > "$work/which"; then
        cost eximstats eximstats "$exim.log"
        cost eximstats.wide eximstats "${eximstats_wide[@]}" "$exim.log"
    fi
    command -v sma > "$work/which" || return
    for part in 1 2 4; do
        head -c $((${BENCH_SMA_BYTES:-128000000} / part)) "$sendmail.log" > "$work/sma.log"
        cost "sma.$part" sma -q -a "$work/sma.log"
    done
}

# How many times more twice the log costs.
doubling() { # NAME HALF'S-NAME
    calculate "$(cpu "$1") / ($(cpu "$2") + 0.0001)"
}

megabytes() { # BYTES...: "32, 64, 128 MB"
    local each text=""
    for each in "$@"; do
        text="$text${text:+, }$(calculate "$each / 1e6")"
    done
    echo "$text MB"
}

# What a report takes beside the least that a reader can do (floor.c).
row_floor() { # MTA NAME REPORT'S-NAME
    row "the floor: what only follows messages and counts addresses, $1" "" "" \
        "$(calculate "$(cpu "floor.$2")") s, report $(calculate "$(cpu "$3")") s" \
        "$(printf %.1f "$(calculate "$(cpu "$3") / $(cpu "floor.$2")")") ×" ""
}

row_sendmail() {
    local ratio theirs="sma is not installed" half=$((bytes / 2)) sma=${BENCH_SMA_BYTES:-128000000}
    ratio=$(doubling sendmail sendmail.2)
    [ ! -e "$costs/sma.1" ] ||
        theirs="sma: $(calculate "$(cpu sma.4)"), $(calculate "$(cpu sma.2)"), $(calculate "$(cpu sma.1)") s for $(megabytes $((sma / 4)) $((sma / 2)) "$sma"), $(doubling sma.1 sma.2) ×"
    row "report, Sendmail, \`--jobs 1\`: twice the log" "2.2 ×" "2.05 ×" \
        "$(calculate "$(cpu sendmail.4)"), $(calculate "$(cpu sendmail.2)"), $(calculate "$(cpu sendmail)") s for $(megabytes $((half / 4)) $((half / 2)) "$half"); $theirs" \
        "$ratio ×" "$(verdict most "$ratio" 2.2 2.05)"
}

row_memory() { # JOBS
    local addresses must goal ours
    addresses=$(jq .addresses "$postfix.json")
    must=$(calculate "40 + 40 * $addresses / 1e6")
    goal=$(calculate "24 + 24 * $addresses / 1e6")
    ours=$(calculate "$(peak "json$1") / 976.5625")
    row "the most memory, Postfix, JSON, \`--jobs $1\`" "40 MB + 40 bytes an address: $must MB" \
        "24 + 24: $goal MB" "$ours MB" "$(calculate "$ours / $must") of must" \
        "$(verdict most "$ours" "$must" "$goal")"
}

row_start() {
    local ms
    ms=$(calculate "$(cpu explain) * 1000")
    row "start: \`explain 535\`" "15 ms" "8 ms" "$ms ms" "" "$(verdict most "$ms" 15 8)"
}

rows() {
    local ratio
    row_most "report, Postfix, \`--jobs 1\`" jobs1 "$(cpu grep)" "\`grep -c\`" 5 3
    if [ -e "$costs/old" ]; then
        row_peer "the same mail with RFC 3164 stamps" old pflogsumm
    else
        row_peer "report, Postfix, \`--jobs 1\`" jobs1 pflogsumm
    fi
    row "the same as JSON" "" "" "$(calculate "$(cpu json1)") s, as text $(calculate "$(cpu jobs1)") s" \
        "$(calculate "$(cpu json1) / $(cpu jobs1)") ×" ""
    ratio=$(calculate "$(wall jobs2) / $(wall jobs1)")
    row "\`--jobs 2\`, wall" "0.65 of \`--jobs 1\`" "0.55" \
        "$(calculate "$(wall jobs2)") s of $(calculate "$(wall jobs1)") s" "$(printf %.2f "$ratio")" \
        "$(verdict most "$ratio" 0.65 0.55)"
    row_peer "report, Exim, \`--jobs 1\`, $((bytes / 2000000)) MB" exim eximstats
    row_wide_peer
    row_floor Postfix postfix jobs1
    row_floor Exim exim exim
    row_sendmail
    row_most "\`export --all\`, csv" csv "$(cpu jobs1)" report 3 2
    row_most "\`export --all\`, ndjson" ndjson "$(cpu jobs1)" report 3 2
    row_most "report of the log as gz" gz "$(calculate "$(cpu zcat) + $(cpu jobs1)")" "zcat + report" 1.3 1.1
    row_memory 1
    row_memory 2
    row_start
}

# What one reply costs beside trying every rule, and that the cache tells no other reason for a
# million generated texts.
reasons() {
    echo
    echo "Reasons:"
    "$tools/bench_reasons" || failed=1
}

postfix=$work/postfix.rfc3339 postfix_old=$work/postfix.rfc3164
exim=$work/exim.own sendmail=$work/sendmail.rfc3164
eximstats_wide=(-byhost -byemail -byedomain)
echo "Making logs of $bytes bytes ..."
make_logs
: > "$table"
heading | tee -a "$table"
for ((round = 1; round <= rounds; round++)); do
    [ "$round" != $(((rounds + 1) / 2)) ] || peer_round
    our_round
done
rows
if totals_are_right; then
    echo "totals: exactly those of the logs"
else
    echo "totals: NOT those of the logs"
    failed=1
fi
reasons
exit "$failed"
