#!/usr/bin/env bash
# budget - instructions that a line of each kind costs, beside those of tests/bench/budget.tsv.
# usage: tests/bench/budget.sh [often|accept]
#
# Instructions do not depend on what else the machine does, so a change that makes the hot path
# slower is seen in a second and not in a benchmark at night. Of each kind two logs are read under
# callgrind, N different lines of made-up logs and 2 N; their difference over N is a line, without
# the start and the end of the program. More than 10 % above what is recorded fails; another
# compiler makes other instructions, so then the test is skipped. TAP.
#
# often: only the kinds that make up a log, in a third of the time. accept: records anew, and prints
# what has changed.
set -u
cd "$(dirname "$0")/../.." || exit 2
work=build/bench/budget
mkdir -p "$work"
# shellcheck source=tests/bench/logs.bash
. tests/bench/logs.bash
recorded=tests/bench/budget.tsv
most=1500 # N, where there are so many
least=150
slack=10

# Kind, the made-up log, what its lines look like; "." takes all kinds as they come. *: often.
all_kinds() {
    cat << 'END'
Postfix, all as it comes|postfix.rfc3339|.
*Postfix connect|postfix.rfc3339|postfix/smtpd\[[0-9]+\]: connect from
*Postfix client=|postfix.rfc3339|: client=
Postfix message-id=|postfix.rfc3339|: message-id=
Postfix qmgr from=|postfix.rfc3339|\(queue active\)$
*Postfix sent|postfix.rfc3339|status=sent
*Postfix deferred|postfix.rfc3339|status=deferred
Postfix bounced|postfix.rfc3339|status=bounced
*Postfix rejected|postfix.rfc3339|smtpd\[[0-9]+\]: NOQUEUE: reject:
Postfix login failure|postfix.rfc3339|SASL (LOGIN|PLAIN) authentication failed
*Postfix removed|postfix.rfc3339|: removed$
Postfix disconnect|postfix.rfc3339|disconnect from
Postfix, RFC 3164 stamps|postfix.rfc3164|.
Exim, all as it comes|exim.own|.
*Exim <=|exim.own| <= 
*Exim =>|exim.own| => 
Exim ==|exim.own| == 
Exim **|exim.own| \*\* 
*Exim Completed|exim.own| Completed$
*Exim rejected|exim.own| rejected RCPT 
Exim login failure|exim.own|authenticator failed for
Exim in syslog|exim.rfc3339|.
Sendmail, all as it comes|sendmail.rfc3164|.
*Sendmail from=|sendmail.rfc3164| from=<.*msgid=
*Sendmail to= sent|sendmail.rfc3164|stat=Sent
Sendmail to= deferred|sendmail.rfc3164|stat=Deferred
Sendmail to= failed|sendmail.rfc3164|stat=(User|Service|Host)
Sendmail rejected|sendmail.rfc3164|ruleset=check_rcpt
Sendmail login failure|sendmail.rfc3164|AUTH failure
Sendmail STARTTLS=|sendmail.rfc3164|STARTTLS=
*of another program|postfix.rfc3339|foreign
END
}

kinds() {
    if [ "$form" = often ]; then
        all_kinds | sed -n 's/^\*//p'
    else
        all_kinds | sed 's/^\*//'
    fi
}

compiler() {
    echo "$(${CC:-cc} --version 2> /dev/null | head -n 1), $(uname -m)"
}

lines_of() { # LOG REGEX
    if [ "$2" = foreign ]; then
        sed -n 's/postfix\/smtpd\(\[[0-9]*\]: \)connect from/sshd\1Connection closed by/p' "$1"
    else
        grep -E "$2" "$1"
    fi
}

instructions() { # LOG
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" report --no-config --quiet \
        --year 2026 --timezone UTC --jobs 1 "$1" 2>&1 > "$1.report" |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# Writes what a line costs, nothing when there are not enough lines.
measure_kind() { # NUMBER LOG REGEX
    local once=$work/$1.once twice=$work/$1.twice lines
    lines_of "$work/$2.log" "$3" | head -n $((2 * most)) > "$twice"
    lines=$(($(wc -l < "$twice") / 2))
    [ "$lines" -ge "$least" ] || return
    head -n "$lines" "$twice" > "$once"
    sed -i "$((2 * lines + 1)),\$d" "$twice"
    echo "$((($(instructions "$twice") - $(instructions "$once")) / lines))" > "$work/$1.cost"
}

# "KIND<tab>INSTRUCTIONS" of every kind, JOBS at a time.
measure_kinds() {
    local number=0 kind log regex running=0
    rm -f "$work"/*.cost
    while IFS='|' read -r kind log regex; do
        number=$((number + 1))
        measure_kind "$number" "$log" "$regex" &
        running=$((running + 1))
        [ "$running" -lt "${JOBS:-2}" ] || { wait -n && running=$((running - 1)); }
    done < <(kinds)
    wait
    number=0
    while IFS='|' read -r kind log regex; do
        number=$((number + 1))
        printf '%s\t%s\n' "$kind" "$(cat "$work/$number.cost" 2> /dev/null)"
    done < <(kinds)
}

# The rows of what is recorded, by kind, for the awk programs below.
read_recorded='BEGIN {
    FS = "\t"
    while ((getline < recorded) > 0)
        if (!/^#/)
            was[$1] = $2
}'

# Both, side by side, for those who accept.
compare() { # MEASURED
    awk -v recorded="$recorded" "$read_recorded"'{
        change = was[$1] ? sprintf("%+.1f %%", 100 * ($2 - was[$1]) / was[$1]) : ""
        printf "%-26s %7s -> %7s  %s\n", $1, was[$1], $2, change }' "$1"
}

judge() { # MEASURED
    awk -v recorded="$recorded" -v slack="$slack" "$read_recorded"'{
        good = $2 != "" && was[$1] != "" && $2 <= was[$1] * (1 + slack / 100)
        printf "%sok instructions: %s: %s, recorded %s\n", good ? "" : "not ", $1, $2, was[$1] }
        END { print "1.." NR }' "$1"
}

write_table() { # MEASURED
    echo "Recorded with $(compiler)."
    echo
    echo "| line | instructions |"
    echo "|---|---|"
    awk -F'\t' '{ print "| " $1 " | " $2 " |" }' "$1"
}

skip() { # WHY
    echo "ok instructions a line # SKIP $1"
    echo "1..1"
    exit 0
}

form=${1:-all}
command -v valgrind > "$work/which" || skip "valgrind is not installed"
if [ "$form" != accept ] && ! grep -qxF "# $(compiler)" "$recorded"; then
    skip "recorded for $(sed -n 's/^# \(.*, .*\)/\1/p' "$recorded"), this is $(compiler)"
fi
make_log postfix rfc3339 21 --bytes 30000000
make_log postfix rfc3164 22 --bytes 2000000
make_log exim own 23 --bytes 20000000
make_log exim rfc3339 24 --bytes 2000000
make_log sendmail rfc3164 25 --bytes 20000000
measure_kinds > "$work/measured.tsv"
if [ "$form" = accept ]; then
    compare "$work/measured.tsv"
    { echo "# $(compiler)"; cat "$work/measured.tsv"; } > "$recorded"
    write_table "$work/measured.tsv" > "$work/table.md"
else
    judge "$work/measured.tsv"
fi
