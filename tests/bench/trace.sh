#!/usr/bin/env bash
# trace - what `mailtriage trace` finds, held against grep, and what it costs beside it.
# usage: tests/bench/trace.sh [check]
#
# check: of small made-up logs of each server, a trace of a queue ID has every line in which grep
# finds it. TAP; no time is asserted. Else: the wall time of a trace of a big log, and of grep -F -c
# -f with the texts that its passes look for, in turn, the best of three each; the contract allows a
# pass twice the time of grep. BENCH_BYTES sets the size of the log (300000000).
set -u
cd "$(dirname "$0")/../.." || exit 2
work=build/bench/trace${1:+.$1}
mkdir -p "$work"
# shellcheck source=tests/bench/logs.bash
. tests/bench/logs.bash

# Some queue IDs of a log, from its begin to its end.
some_ids() { # LOG COUNT
    grep -E -o '(client=|<= |: from=<).*' "$1" -n | awk -F: -v want="$2" '
        { line[NR] = $1 } END { for (i = 1; i <= want; i++) print line[int(NR * i / (want + 1)) + 1] }' |
        while read -r line; do sed -n "${line}p" "$1"; done |
        grep -E -o '([0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}|\b[0-9A-Za-z]{9,14}\b): ?|[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}' |
        tr -d ': ' | sort -u
}

lines_of_id() { # ID LOG
    grep -n -w -F -e "$1" "$2" | cut -d: -f1
}

traced_lines() { # ID LOG
    ours trace --format json "$1" "$2" |
        jq -r --arg id "$1" '.messages[].entries[] | select(.text | contains($id)) | .line'
}

check_log() { # LOG
    local id many=0
    while read -r id; do
        diff <(lines_of_id "$id" "$1") <(traced_lines "$id" "$1" | sort -n) || return 1
        many=$((many + 1))
    done < <(some_ids "$1" 12)
    [ "$many" -ge 8 ]
}

check() {
    local tests=0 mta
    for mta in postfix exim sendmail; do
        local stamps=rfc3339
        [ $mta != exim ] || stamps=own
        make_log $mta $stamps 21 --bytes 4000000 || exit
        tests=$((tests + 1))
        check_log "$work/$mta.$stamps.log" && echo "ok a trace of a queue ID of $mta has every line with it" ||
            echo "not ok a trace of a queue ID of $mta has every line with it"
    done
    echo "1..$tests"
}

# Seconds of the best of three.
best() { # COMMAND...
    for _ in 1 2 3; do
        local begin=$EPOCHREALTIME
        "$@" > "$work/out" 2> "$work/err"
        echo "$begin $EPOCHREALTIME"
    done | awk '{ took = $2 - $1; if (NR == 1 || took < least) least = took } END { printf "%.3f\n", least }'
}

measure() { # NAME WHAT LOG
    local json=$work/traced.json passes one all seconds
    ours trace --format json "$2" "$3" > "$json"
    passes=$(jq .passes "$json")
    echo "$2" > "$work/what"
    { echo "$2"; jq -r '.messages[].ids | (.queue_ids + .message_ids)[]' "$json"; } > "$work/ids"
    cat "$3" > "$work/warm" && rm "$work/warm"
    one=$(best grep -F -c -f "$work/what" "$3")
    all=$(best grep -F -c -f "$work/ids" "$3")
    seconds=$(best ours trace "$2" "$3")
    awk -v name="$1" -v texts="$(wc -l < "$work/ids")" -v lines="$(jq '[.messages[].entries | length] | add' "$json")" \
        -v one="$one" -v all="$all" -v passes="$passes" -v seconds="$seconds" 'BEGIN {
            grep = one + (passes - 1) * all
            printf "%-26s %6d texts %7d entries  %d passes %7.3f s  grep %7.3f s  ratio %.2f\n",
                name, texts, lines, passes, seconds, grep, seconds / grep }'
}

speed() {
    local log=$work/postfix.rfc3339.log id row
    make_log postfix rfc3339 7 --bytes "${BENCH_BYTES:-300000000}" || exit
    id=$(some_ids "$log" 3 | head -n 1)
    row=$(grep -m 400 'status=bounced' "$log" | tail -n 1)
    row=${row##*to=<}
    measure "queue ID" "$id" "$log"
    measure "message-id" "$(grep -m 2000 -o 'message-id=<[^>]*' "$log" | tail -n 1 | cut -d'<' -f2)" "$log"
    measure "address of a recipient" "${row%%>*}" "$log"
    measure "IP of a busy client" 192.0.2.2 "$log"
    measure "no such word" nobody.at.all.example "$log"
}

if [ "${1:-}" = check ]; then check; else speed; fi
