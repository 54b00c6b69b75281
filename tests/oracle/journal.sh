#!/usr/bin/env bash
# journal - real files of the systemd journal give what the log they were made of gives; and so do
# their export and JSON, printed by journalctl.
#
# How: the lines of a sample become an export stream, with records between them that are harder to
# read; systemd-journal-remote makes journal files of it. The journal of this host is one that lies
# where journald would have put it, in a mount namespace of the test's own.
. "$(dirname "$0")/../lint/tap.bash"

remote=/lib/systemd/systemd-journal-remote
log=samples/postfix/mail.log
mailtriage=$PWD/build/mailtriage

lacking() { # what this test needs and is not there
    [ -x "$remote" ] || echo "systemd-journal-remote is not installed"
    command -v journalctl > "$scratch/which" || echo "journalctl is not installed"
    $mailtriage --version | grep -q 'systemd journal: libsystemd' ||
        echo "this build has no libsystemd"
}
if [ -n "$(lacking)" ]; then
    skip "journal files" "$(lacking | head -n 1)"
    tap_end
    exit
fi

# ---- making journals

bytes() { # TEXT: its length as 8 bytes, the lowest first, and itself
    local LC_ALL=C length
    printf -v length '\\x%02x\\x%02x' $((${#1} % 256)) $((${#1} / 256))
    printf "$length\\0\\0\\0\\0\\0\\0%s\\n" "$1"
}

record() { # MICROSECONDS TAG PID: all but MESSAGE
    printf '__REALTIME_TIMESTAMP=%s\n__MONOTONIC_TIMESTAMP=%s\n' "$1" $(($1 - 1780000000000000))
    printf '_BOOT_ID=0123456789abcdef0123456789abcdef\nPRIORITY=6\n_HOSTNAME=mail\n'
    printf 'SYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%s\n_PID=1\n' "$2" "$3"
}

# The log as records, every third with a binary MESSAGE, the times a number of days later.
records_of_log() { # DAYS
    local micros host tag text pid number=0
    while read -r micros host tag text; do
        pid=${tag#*[} pid=${pid%]:} number=$((number + 1))
        record $((micros + $1 * 86400000000)) "${tag%%[*}" "$pid"
        if [ $((number % 3)) = 0 ]; then
            printf 'MESSAGE\n'
            bytes "$text"
        else
            printf 'MESSAGE=%s\n' "$text"
        fi
        printf '\n'
    done < "$scratch/log"
}

hard_records() {
    local at=1790000000000000 long
    record $at kernel 0
    printf 'MESSAGE\n'
    bytes $'two lines\n\nMESSAGE=no field\nof another program'
    printf '\n'
    record $((at + 1)) postfix/smtpd 7 # no message at all
    printf '\n'
    record $((at + 2)) postfix/smtpd 7
    printf 'MESSAGE\n'
    bytes $'warning: unknown[203.0.113.78]: SASL LOGIN authentication failed: \xff\x01"\\ \n x'
    printf '\n'
    record $((at + 3)) postfix/smtp 7
    printf 'MESSAGE=of two the first\nMESSAGE=the other\n\n'
    record $((at + 4)) postfix/smtp 7
    printf -v long '%050000d' 7
    printf 'MESSAGE=4C1D2E3F40: to=<bob@example.net>, relay=mx.example.net[198.51.100.5]:25, '
    printf 'delay=1, dsn=5.1.1, status=bounced (host mx.example.net[198.51.100.5] said: '
    printf '550 5.1.1 no such user %s)\n\n' "$long"
}

journal_of() { # JOURNAL EXPORT
    "$remote" --output="$1" "$2" > "$scratch/remote" 2>&1 || cat "$scratch/remote" >&2
}

cut -d ' ' -f 1 "$log" | date -f - +%s%6N > "$scratch/times"
cut -d ' ' -f 2- "$log" | paste -d ' ' "$scratch/times" - > "$scratch/log"
records_of_log 0 > "$scratch/log.export"
{ cat "$scratch/log.export"; hard_records; } > "$scratch/all.export"
for days in $(seq 20); do records_of_log "$days"; done > "$scratch/long.export"
for name in log all long; do
    journal_of "$scratch/$name.journal" "$scratch/$name.export"
done

# ---- asking

export_of() { # PATH...
    "$mailtriage" export --no-config --quiet --all --format ndjson "$@"
}

rows() { # PATH...: without what tells one source from another
    export_of "$@" | jq -c 'del(.source)'
}

ledger() { # PATH...
    "$mailtriage" report --no-config --quiet --format json "$@" | jq -c '.lines, .totals'
}

same() { # A B: two files of rows, more than a few
    [ "$(wc -l < "$1")" -gt 10 ] && diff "$1" "$2"
}

same_rows_as_log() {
    rows "$log" | jq -c 'del(.time)' > "$scratch/a"
    rows "$scratch/log.journal" | jq -c 'del(.time)' > "$scratch/b"
    same "$scratch/a" "$scratch/b"
}

same_rows() { # PATH: as the export it was made of; standard input is for "-"
    rows "$scratch/all.export" > "$scratch/a"
    rows "$1" > "$scratch/b"
    same "$scratch/a" "$scratch/b"
}

same_ledger() { # PATH
    ledger "$scratch/all.export" > "$scratch/a"
    ledger "$1" > "$scratch/b"
    diff "$scratch/a" "$scratch/b"
}

journalctl_says() { # FORMAT
    journalctl --file "$scratch/all.journal" --all -o "$1"
}

same_for_any_jobs() { # PATH
    local jobs
    for jobs in 1 2 3; do
        export_of --jobs $jobs "$1" > "$scratch/jobs.$jobs"
        ledger --jobs $jobs "$1" >> "$scratch/jobs.$jobs"
    done
    same "$scratch/jobs.1" "$scratch/jobs.2" && same "$scratch/jobs.1" "$scratch/jobs.3"
}

# Cut between two records; the part that comes later has the name that comes first.
same_in_a_folder() {
    local middle
    middle=$(grep -n '^$' "$scratch/long.export" | sed -n 850p | cut -d : -f 1)
    mkdir -p "$scratch/folder/of-a-machine"
    head -n "$middle" "$scratch/long.export" > "$scratch/first.export"
    tail -n +$((middle + 1)) "$scratch/long.export" > "$scratch/second.export"
    journal_of "$scratch/folder/of-a-machine/z.journal" "$scratch/first.export"
    journal_of "$scratch/folder/a.journal" "$scratch/second.export"
    rows "$scratch/long.journal" | jq -c 'del(.line)' > "$scratch/a"
    rows "$scratch/folder" | jq -c 'del(.line)' > "$scratch/b"
    same "$scratch/a" "$scratch/b"
}

read_once() { # a journal and what journalctl exported of it
    journalctl_says export > "$scratch/printed"
    "$mailtriage" report --no-config "$scratch/all.journal" "$scratch/printed" 2>&1 |
        grep "holds the same as .*: read once"
}

# What syslog writes is in the journal of a host too.
not_beside_a_log() {
    mkdir -p "$scratch/beside"
    cp "$log" "$scratch/beside/mail.log"
    cp "$scratch/log.journal" "$scratch/beside/system.journal"
    rows "$log" > "$scratch/a"
    rows "$scratch/beside" > "$scratch/b"
    same "$scratch/a" "$scratch/b" && refused 0 "name it to read it" report "$1"
}

refused() { # STATUS WORDS COMMAND...
    local status=0 wanted=$1 words=$2
    shift 2
    "$@" > "$scratch/out" 2>&1 || status=$?
    cat "$scratch/out"
    [ "$status" = "$wanted" ] && grep -q -F -e "$words" "$scratch/out"
}

report() {
    "$mailtriage" report --no-config --top 1 "$@"
}

check "a journal has the rows of the log it was made of" same_rows_as_log
check "a journal has the rows of the export it was made of" same_rows "$scratch/all.journal"
check "a journal on standard input" same_rows - < "$scratch/all.journal"
check "the export from a pipe" same_rows - < <(cat "$scratch/all.export")
check "what journalctl exports" same_rows - < <(journalctl_says export)
check "what journalctl prints as JSON" same_rows - < <(journalctl_says json)
check "the ledger of a journal" same_ledger "$scratch/all.journal"
check "the ledger of JSON" same_ledger - < <(journalctl_says json)
check "any number of threads, a journal" same_for_any_jobs "$scratch/long.journal"
check "any number of threads, an export" same_for_any_jobs "$scratch/long.export"
check "journals in a folder, the oldest first" same_in_a_folder
check "a journal and its export are read once" read_once
check "no journal in a folder of logs" not_beside_a_log "$scratch/beside"
check "no journal in a glob of logs" not_beside_a_log "$scratch/beside/*"
check "--journal or files" refused 2 "the one or the other" report --journal "$log"
check_catches "another log" same_rows "$log"

head -c 300000 "$scratch/long.journal" > "$scratch/cut.journal"
head -c 100 "$scratch/long.journal" > "$scratch/short.journal"
cp "$scratch/long.journal" "$scratch/holed.journal"
last=$(od -A n -t u8 -j 136 -N 8 "$scratch/long.journal") # where its last object lies
dd if=/dev/zero of="$scratch/holed.journal" bs=4096 seek=$((last / 4096 - 60)) count=40 conv=notrunc \
    2> "$scratch/dd"
check "a journal with a hole" refused 1 "are missing" report "$scratch/holed.journal"
check "a journal that is cut off" refused 1 damaged report "$scratch/cut.journal"
check "the head of a journal" refused 1 damaged report "$scratch/short.journal"
check "a journal from a pipe" refused 1 "must be a plain file" report - \
    < <(cat "$scratch/log.journal")

# ---- going on where the last run ended

went_on() { # COMMAND...: how many records the run found new, and what it said
    "$@" report --no-config --resume --history "$scratch/history.db" --format json \
        "${names[@]}" < /dev/null 2> "$scratch/said" | jq .lines.read
}

# Three parts, the last one of a journal that has let go of the others.
goes_on() { # JOURNAL COMMAND...
    local journal=$1 new
    shift
    rm -f "$journal" "$scratch"/history.db*
    journal_of "$journal" "$scratch/day1.export"
    new="$(went_on "$@") $(went_on "$@")"
    journal_of "$journal" "$scratch/day2.export"
    new="$new $(went_on "$@") $(went_on "$@")"
    grep -q "nothing new since the last run" "$scratch/said" || new="$new, and nothing was said"
    [ "$new" = "$records 0 $records 0" ] || fault "$new; $(cat "$scratch/said")"
}

fault() { # WORDS
    echo "$1"
    return 1
}

goes_on_without_record() { # JOURNAL COMMAND...
    local journal=$1 new
    shift
    rm -f "$journal"
    journal_of "$journal" "$scratch/day3.export"
    new="$(went_on "$@")"
    [ "$new" = "$records" ] && grep "does not hold the record any more" "$scratch/said"
}

for days in 1 2 3; do records_of_log "$days" > "$scratch/day$days.export"; done
records=$(wc -l < "$log")
if "$mailtriage" --version | grep -q 'history: SQLite'; then
    names=("$scratch/grows.journal")
    check "--resume in a file of the journal" goes_on "$scratch/grows.journal" "$mailtriage"
fi

# ---- the journal of this host

machine=0123456789abcdef0123456789abcdef
host=$scratch/host
mkdir -p "$host/log/journal/$machine" "$host/nothing"
echo $machine > "$host/machine-id"
unshare=unshare
[ "$(id -u)" = 0 ] || unshare='unshare --map-root-user'

# Runs a command where the folder is /var/log.
with_log() { # FOLDER COMMAND...
    # shellcheck disable=SC2016
    $unshare --mount bash -c 'mount --bind "$1" /var/log && mount --bind "$2" /etc/machine-id &&
        shift 2 && exec "$@"' with_log "$1" "$host/machine-id" "${@:2}"
}

host_rows() { # [OPTION]: the rows of the host's journal, read because of the option or by default
    rows "$scratch/all.export" > "$scratch/a"
    with_log "$host/log" "$mailtriage" export --no-config --quiet --all --format ndjson "$@" \
        < /dev/null > "$scratch/host.rows"
    jq -c 'del(.source)' "$scratch/host.rows" > "$scratch/b"
    same "$scratch/a" "$scratch/b" && [ "$(jq -r .source "$scratch/host.rows" | uniq)" = journal ]
}

if with_log "$host/log" true 2> "$scratch/refused"; then
    cp "$scratch/all.journal" "$host/log/journal/$machine/system.journal"
    check "--journal" host_rows --journal
    check "the journal where there is no log" host_rows
    check "the journal where there is no log is told" refused 0 "reading the systemd journal" \
        with_log "$host/log" "$mailtriage" report --no-config < /dev/null
    check "no journal either" refused 1 "there is none of this host" \
        with_log "$host/nothing" "$mailtriage" report --no-config < /dev/null
    if "$mailtriage" --version | grep -q 'history: SQLite'; then
        names=(--journal)
        system=$host/log/journal/$machine/system.journal
        check "--resume in the journal of the host" goes_on "$system" \
            with_log "$host/log" "$mailtriage"
        check "--resume when it has let go of the record" goes_on_without_record "$system" \
            with_log "$host/log" "$mailtriage"
    fi
    cp "$log" "$host/log/mail.log"
    check "no journal where there is a log" refused 0 /var/log/mail.log \
        with_log "$host/log" "$mailtriage" report --no-config < /dev/null
else
    skip "the journal of this host" "no mount namespace can be had here"
fi
tap_end
