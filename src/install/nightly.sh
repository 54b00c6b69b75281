#!/bin/sh
# nightly - the report of what came since the last one, as a message that waits; and the sending of
# what waits.
# usage: nightly write [PATH... | --journal]     nightly send     nightly push
#
# Two steps because they need different rights. Who reads logs, which strangers write to, is shut in
# and can become nobody else; who sends must let sendmail become the group that owns its queue.
# Between them lies a folder of messages. One is there whole or not at all (--output renames), its
# name is the time, and it goes when sendmail has taken it: one that was not sent is sent next time,
# and of two ends, a message sent twice or none, only the first can come of a crash.
#
# A third one, where the configuration has `push-to`: history goes to a cluster. It needs the network,
# and nothing else; when it fails, the mail has gone all the same, and the next night sends both.
#
# Run by mailtriage.service and mailtriage-send.service and mailtriage-push.service, or by cron.daily. What is said goes to
# standard error: to the journal, or to whom cron writes.
set -u
umask 077
PATH=$PATH:/usr/sbin:/sbin:/usr/lib
program=${MAILTRIAGE:-@BINDIR@/mailtriage}
state=${STATE_DIRECTORY:-/var/lib/mailtriage}
history=$state/history.db
outbox=$state/outbox
keep=30 # messages; what a month could not send is not waited for

say() {
    echo "mailtriage nightly: $*" >&2
}

# Sets $waiting to the number of messages, $oldest to the first. Names of times sort by time.
look() {
    set -- "$outbox"/*.eml
    waiting=$# oldest=$1
    [ -e "$oldest" ] || waiting=0
}

# For a first night: the logs with what was rotated of them, so that history begins with all there
# is. Later the program knows by itself under what name it finds what is new.
usual_logs() {
    for log in /var/log/mail.log /var/log/maillog /var/log/exim4/mainlog /var/log/exim/mainlog; do
        [ ! -e "$log" ] || printf '%s*\n' "$log"
    done
}

write() {
    mkdir -p "$outbox" || return 1
    # Half a message, of a run that was killed.
    find "$outbox" -name '*.eml.*' -mmin +1440 -exec rm -f {} +
    set -f # the globs are for the program
    # shellcheck disable=SC2046 # a list of words
    [ $# -gt 0 ] || [ -e "$history" ] || set -- $(usual_logs)
    "$program" --quiet report --format mail --history "$history" --resume \
        --output "$outbox/$(date -u +%Y%m%dT%H%M%SZ).$$.eml" "$@" < /dev/null
    status=$?
    set +f
    if [ -e "$history" ]; then
        "$program" --quiet history prune --history "$history" || status=$?
    fi
    look
    while [ "$waiting" -gt "$keep" ]; do
        say "more than $keep messages could not be sent: throwing away $oldest"
        rm -f "$oldest" || return 1
        look
    done
    return $status
}

# Two runs at once would send a message twice, so the second waits. Nothing that sendmail leaves
# running keeps the lock.
send() {
    [ -d "$outbox" ] || return 0
    exec 9> "$outbox/lock" && flock 9 || return 1
    look
    [ "$waiting" -gt 0 ] || return 0
    if ! command -v sendmail > /dev/null; then
        say "no sendmail to send with: $waiting waiting in $outbox"
        return 1
    fi
    status=0
    for message in "$outbox"/*.eml; do
        if sendmail -t -i < "$message" 9>&-; then
            rm -f "$message" || status=1
        else
            say "sendmail ended with status $?: $message is kept and sent next time"
            status=1
        fi
    done
    return $status
}

push() {
    [ -e "$history" ] || return 0
    "$program" history push --history "$history" --print-config | grep -q '^push-to:' || return 0
    "$program" --quiet history push --history "$history"
}

case ${1-} in
    write | send | push)
        "$@"
        ;;
    *)
        say "usage: nightly write [PATH...], nightly send, or nightly push"
        exit 2
        ;;
esac
