#!/usr/bin/env bash
# check_nightly - the report of each night: the message is written whole and kept until sendmail has
# taken it, the units are sound and shut in, and the program works shut in as they say.
. "$(dirname "$0")/../lint/tap.bash"

export TZ=UTC
program=$PWD/build/mailtriage
to="$scratch/root"
nightly="$to/usr/local/libexec/mailtriage/nightly"
units="$to/usr/local/lib/systemd/system"
unit="$units/mailtriage.service"
outbox=$scratch/state/outbox
fakes="$scratch/fakes"
mkdir -p "$fakes"
${MAKE:-make} -s --no-print-directory install DESTDIR="$to"

# The program as it is, with a configuration of the test's own.
cat > "$scratch/config.yaml" << 'END'
report:
  mail-to: postmaster@example.com
END
cat > "$fakes/mailtriage" << END
#!/bin/sh
exec "$program" "\$@" --config "$scratch/config.yaml"
END
# Takes a message into a folder, unless it is told not to, or not this one.
cat > "$fakes/sendmail" << END
#!/bin/sh
[ "\$*" = "-t -i" ] || exit 64
cat > "$scratch/message.\$\$"
[ ! -e "$scratch/away" ] || exit 75
! grep -q 'NOT THIS' "$scratch/message.\$\$" || exit 67
sleep "\$(cat "$scratch/slow" 2> /dev/null || echo 0)"
cat "$scratch/message.\$\$" >> "$scratch/sent"
END
chmod +x "$fakes"/*

run() { # write|send [PATH...]: what it says is in said
    PATH="$fakes:$PATH" MAILTRIAGE="$fakes/mailtriage" STATE_DIRECTORY="$scratch/state" \
        "$nightly" "$@" 2> "$scratch/said"
}

ends_with() { # STATUS COMMAND...
    local wanted=$1 status=0
    shift
    "$@" || status=$?
    [ "$status" = "$wanted" ] || { echo "status $status: $(cat "$scratch/said")" && return 1; }
}

said() { # WORDS
    grep -q -F -e "$1" "$scratch/said" || { cat "$scratch/said" && return 1; }
}

waiting() { # NUMBER
    [ "$(find "$outbox" -name '*.eml' | wc -l)" = "$1" ] || { ls -la "$outbox" && return 1; }
}

wait_here() { # NAME TEXT: a message of some earlier night
    mkdir -p "$outbox"
    echo "$2" > "$outbox/$1.eml"
}

anew() {
    rm -rf "$scratch/state" "$scratch/sent" "$scratch/away" "$scratch/slow"
}

# ---- writing

log="$scratch/mail.log"
bounce() { # DAYS-AGO RECIPIENT: a line of the log
    printf '%sT10:00:00+00:00 mx1 %s: %s: to=<%s>, relay=mx.example.net[192.0.2.7]:25, %s\n' \
        "$(date -d "$1 days ago" +%F)" 'postfix/smtp[8]' "$(printf '%010d' "$(cksum <<< "$2" | cut -d ' ' -f 1)")" \
        "$2" "delay=1, delays=0.1/0/0.4/0.5, dsn=5.1.1, status=bounced (host \
mx.example.net[192.0.2.7] said: 550 5.1.1 <$2>: No such user (in reply to RCPT TO command))"
}
{
    bounce 3 ann@example.net
    bounce 1 bob@example.net
} > "$log"

of_all_there_is() {
    local message
    message=$(cat "$outbox"/*.eml)
    grep -q '^To: postmaster@example.com$' <<< "$message" &&
        grep -q ' bounced  *2 recipients$' <<< "$message"
}

in_history() { # NUMBER of bounces
    "$program" report --no-config --history "$scratch/state/history.db" --since 2020-01-01 \
        --format json |
        jq -e ".totals.recipients.bounced == $1"
}

# Each night what is new: two more, then nothing.
new_alone() {
    rm "$outbox"/*.eml
    bounce 1 eve@example.net >> "$log"
    bounce 1 mia@example.net >> "$log"
    bounce 1 leo@example.net >> "$log"
    run write "$log" && grep -q ' bounced  *3 recipients$' "$outbox"/*.eml || return 1
    rm "$outbox"/*.eml
    run write "$log" && grep -q 'Nothing was read' "$outbox"/*.eml
}

for_one_alone() {
    [ "$(stat -c %a "$outbox"/*.eml)" = 600 ] && [ "$(stat -c %a "$outbox")" = 700 ] &&
        [ "$(stat -c %a "$scratch/state/history.db")" = 600 ]
}

named_by_time() {
    find "$outbox" -name '*.eml' -printf '%f\n' | grep -E '^[0-9]{8}T[0-9]{6}Z\.[0-9]+\.eml$'
}

check "a message is written" ends_with 0 run write "$log"
check "one" waiting 1
check "it tells of all the logs there are, to whom the configuration says" of_all_there_is
check "and history begins with them" in_history 2
check "nobody else may read it" for_one_alone
check "its name is the time" named_by_time
check "later it is what is new" new_alone
check "and history has it all" in_history 5
anew
check "a log that is missing" ends_with 1 run write "$log" "$scratch/none.log"
check "is told" said "none.log"
check "and the report is there all the same" waiting 1
anew
echo 'no-such: option' >> "$scratch/config.yaml"
check "a configuration that is wrong" ends_with 2 run write "$log"
check "is told" said "config.yaml:3:1: no option"
check "and no message is there" waiting 0
sed -i '/no-such/d' "$scratch/config.yaml"

anew
old_hours() {
    { bounce 500 ann@example.com && cat "$log"; } > "$scratch/old.log"
    run write "$scratch/old.log" && grep -q ' bounced  *6 recipients$' "$outbox"/*.eml &&
        in_history 5
}
check "what is older than 400 days goes from history" old_hours
anew
echo "  mail-if: ['bounced > 5', 'rejected > 0']" >> "$scratch/config.yaml"
check "nothing of what a mail was wished for" ends_with 0 run write "$log"
check "then there is none" waiting 0
check "history knows all the same" in_history 5
anew
sed -i 's/bounced > 5/bounced > 4/' "$scratch/config.yaml"
check "something of it" ends_with 0 run write "$log"
check "then there is one" waiting 1
sed -i '/mail-if/d' "$scratch/config.yaml"

# A disk of its own for the messages, which is full.
full_outbox() {
    anew
    mkdir -p "$outbox"
    # shellcheck disable=SC2016 # for the other shell
    unshare --mount --map-root-user sh -c 'mount -t tmpfs -o size=4k none "$1" && shift &&
        exec "$@"' sh "$outbox" env PATH="$fakes:$PATH" MAILTRIAGE="$fakes/mailtriage" \
        STATE_DIRECTORY="$scratch/state" "$nightly" write "$log" 2> "$scratch/said"
}
if unshare --mount --map-root-user true 2> /dev/null; then
    check "a message that the disk has no room for" ends_with 1 full_outbox
    check "is told" said "No space left on device"
    check "the next one makes up for it" ends_with 0 run write "$log"
    check "to the last line" grep -q ' bounced  *5 recipients$' "$outbox"/*.eml
    check "and history has it once" in_history 5
else
    skip "a full disk" "a disk of its own cannot be had here"
fi

killed_ones() {
    wait_here killed.eml.Ab12Cd "half"
    mv "$outbox/killed.eml.Ab12Cd.eml" "$outbox/killed.eml.Ab12Cd"
    cp "$outbox/killed.eml.Ab12Cd" "$outbox/now.eml.Ab12Cd"
    touch -d '2 days ago' "$outbox/killed.eml.Ab12Cd"
    run write "$log"
    [ ! -e "$outbox/killed.eml.Ab12Cd" ] && [ -e "$outbox/now.eml.Ab12Cd" ]
}
check "half a message, of a run that was killed, goes; one in the making does not" killed_ones

# ---- sending

anew
check "nothing waits" ends_with 0 run send
run write "$log"
cp "$outbox"/*.eml "$scratch/first"
check "a message is sent" ends_with 0 run send
check "and gone" waiting 0
check "as it was written" cmp "$scratch/first" "$scratch/sent"
check "nothing more to send" ends_with 0 run send
check "nothing was sent twice" cmp "$scratch/first" "$scratch/sent"

anew
wait_here 20260101T060000Z.1 "To: one"
touch "$scratch/away"
check "sendmail fails" ends_with 1 run send
check "it is told" said "sendmail ended with status 75: $outbox/20260101T060000Z.1.eml is kept"
check "the message is kept" waiting 1
wait_here 20260102T060000Z.1 "To: two"
rm "$scratch/away"
check "next time both are sent" ends_with 0 run send
check "and gone" waiting 0
check "the older one first" diff "$scratch/sent" <(printf 'To: one\nTo: two\n')

anew
wait_here 20260101T060000Z.1 "To: NOT THIS"
wait_here 20260102T060000Z.1 "To: two"
check "one that is never taken" ends_with 1 run send
check "is kept" [ -e "$outbox/20260101T060000Z.1.eml" ]
check "and holds up no other" diff "$scratch/sent" <(echo 'To: two')

anew
wait_here 20260101T060000Z.1 "To: one"
echo 1 > "$scratch/slow"
two_at_once() {
    run send & run send
    wait
    diff "$scratch/sent" <(echo 'To: one')
}
check "two that send at once send it once" two_at_once

anew
for day in $(seq 10 39); do
    wait_here "202601${day}T060000Z.1" "To: day $day"
done
check "as many as are kept, and one more" ends_with 0 run write "$log"
check "are no more" waiting 30
check "the oldest is gone" [ ! -e "$outbox/20260110T060000Z.1.eml" ]
check "it is told" said "throwing away $outbox/20260110T060000Z.1.eml"
check "a word that it does not know" ends_with 2 run mail

no_sendmail() {
    wait_here 20260101T060000Z.1 "To: one"
    mkdir -p "$scratch/few"
    for tool in flock rm mkdir; do ln -sf "$(command -v "$tool")" "$scratch/few/$tool"; done
    sed 's,^PATH=.*,,' "$nightly" > "$scratch/nightly"
    ! PATH="$scratch/few" STATE_DIRECTORY="$scratch/state" "$(command -v sh)" "$scratch/nightly" \
        send 2> "$scratch/said" &&
        said "no sendmail" && [ -e "$outbox/20260101T060000Z.1.eml" ]
}
check "without a sendmail the message is kept, and it is told" no_sendmail

# ---- who sends it

from() { # HOST: the sender where the host has this name
    unshare --uts sh -c 'hostname "$1" && shift && exec "$@"' sh "$1" "$program" report \
        --no-config --format mail --mail-to root --since yesterday "$log" | sed -n 's/^From: //p'
}
if [ "$(from mx1.example.com 2> /dev/null)" ]; then
    check "the sender is the user at this host" [ "$(from mx1.example.com)" = "$(id -un)@mx1.example.com" ]
    check "the user alone where the host has no domain" [ "$(from mx1)" = "$(id -un)" ]
else
    skip "the sender on hosts of other names" "a host of another name is made by root"
fi

# ---- to a cluster

pushes_when_told() { # without push-to nothing, with it what the program says
    anew
    ends_with 0 run push && ends_with 0 run write "$log" && ends_with 0 run push &&
        [ ! -s "$scratch/said" ] || return
    printf 'history:\n  push-to: clickhouse://127.0.0.1:9/mail\n' >> "$scratch/config.yaml"
    ends_with 1 run push && said "history 'clickhouse://127.0.0.1:9/mail'" &&
        ends_with 0 run send && [ -s "$scratch/sent" ]
}
check "history is pushed where the configuration says so, beside the mail" pushes_when_told

# ---- the units

# systemd-analyze looks for the programs where the units name them, so they name them here.
sed -i "s,^\(ExecStart=\)/usr,\1$to/usr," "$units"/*.service

sound() {
    systemd-analyze verify --man=no "$units"/mailtriage*.* 2>&1 | none
}

# Of ten: what is left is the root folder, the groups that may read logs, and a socket for names.
shut_in_well() { # UNIT [TENTHS]
    systemd-analyze security --offline=yes --threshold="${2:-5}" --no-pager "$1"
}

names_no_secret() {
    grep -i -E 'password|secret|key=|LoadCredential' "$units"/* "$nightly" \
        "$to/etc/cron.daily/mailtriage" | grep -v '^[^:]*:KeyringMode' | none
}

if command -v systemd-analyze > /dev/null; then
    check "systemd finds no fault in the units" sound
    check "what reads is shut in: exposure at most 0.5" shut_in_well "$unit"
    check "what pushes may use the network, and no more" shut_in_well "$units/mailtriage-push.service" 12
    sed 's/^MemoryDeny.*//; s/^Protect.*//' "$unit" > "$scratch/mailtriage.service"
    check_catches "a unit that is not" shut_in_well "$scratch/mailtriage.service"
    check "the time of the timer is one" \
        systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$units/mailtriage.timer")"
else
    skip "the units" "systemd-analyze is not installed"
fi
check "no secret stands in a command" names_no_secret

# What sends may not be shut in by anything that keeps a set-gid program from its group.
free_to_send() {
    grep -E '^(NoNewPriv|SystemCall|Restrict|Lock|Memory|Private(Dev|Us)|Protect|Capab|Dynamic)' \
        "$units/mailtriage-send.service" | none
}
check "what sends can become the group of the queue" free_to_send

# ---- shut in as the unit says

shut_in() {
    python3 -B tests/install/shut_in.py "$unit" "$@"
}

same_output() { # ARGUMENTS of the program
    "$program" "$@" > "$scratch/free" && shut_in "$program" "$@" > "$scratch/shut" &&
        cmp "$scratch/free" "$scratch/shut"
}

written_shut_in() {
    anew
    MAILTRIAGE="$fakes/mailtriage" STATE_DIRECTORY="$scratch/state" \
        shut_in "$nightly" write "$log" && waiting 1 && in_history 5
}

if shut_in true > /dev/null 2>&1; then
    check "no code is made while it runs" \
        grep -q 'JIT unavailable' <(shut_in "$program" --version)
    check "a report is the same, byte by byte" \
        same_output report --no-config --year 2026 --format json samples/*/*log*
    check "a page is the same" \
        same_output report --no-config --year 2026 --format html --jobs 4 samples/postfix/mail.log
    check "rows are the same" same_output export --no-config --all --year 2026 samples/*/*log*
    gzip -c samples/postfix/mail.log > "$scratch/mail.log.gz"
    check "a compressed log" same_output report --no-config --year 2026 "$scratch/mail.log.gz"
    check "a message is written" written_shut_in
    check_catches "a system call that is not for it" shut_in chroot / true
else
    skip "the program, shut in" "PR_SET_MDWE (Linux 6.3), systemd-analyze or cc is not there"
fi
tap_end
