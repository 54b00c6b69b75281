#!/usr/bin/env bash
# side_by_side - the same logs through the tools that people know, and through mailtriage: totals
# beside each other, as the rows of docs/coming-from.md. `make side-by-side` prints them.
# usage: tests/bench/side_by_side.sh
#
# The tools are looked for as programs: pflogsumm, eximstats and sma (Debian: pflogsumm, exim4-base,
# sma). Who is not there has "-" in his column.
set -u
cd "$(dirname "$0")/../.." || exit 2
export LC_ALL=C TZ=UTC
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT

ours() { # MTA LOG
    build/mailtriage report --no-config --quiet --year 2026 --timezone UTC --format json "$2" \
        > "$box/$1.json" || exit 1
}

number() { # MTA JQ-EXPRESSION
    jq -r "$2" "$box/$1.json"
}

# What a tool prints, empty when it is not there.
run() { # FILE COMMAND...
    local file=$box/$1
    shift
    : > "$file"
    command -v "$1" > "$box/found" && "$@" > "$file" 2> "$box/err"
    return 0
}

# The first group of the first line that matches, "-" when none does.
pick() { # FILE REGEX
    local found
    found=$(sed -nE "s/$2/\\1/p" "$box/$1" | head -n 1)
    echo "${found:--}"
}

row() { # WHAT THEIRS OURS
    echo "| $1 | $2 | $3 |"
}

ours postfix samples/postfix/mail.log
run pflogsumm pflogsumm samples/postfix/mail.log
echo "| samples/postfix/mail.log | pflogsumm | mailtriage |"
echo "|---|---|---|"
row "received" "$(pick pflogsumm '^ *([0-9]+) +received$')" \
    "$(number postfix '.totals.messages.received')"
row "bytes received" "$(pick pflogsumm '^ *([0-9]+) +bytes received$')" \
    "$(number postfix '.totals.messages.bytes')"
row "delivered" "$(pick pflogsumm '^ *([0-9]+) +delivered$')" \
    "$(number postfix '"\(.totals.recipients.delivered) + \(.notices.delivered) notices"')"
row "deferrals" "$(pick pflogsumm '^.*\(([0-9]+) +deferrals\)$')" \
    "$(number postfix '.totals.attempts.deferred')"
row "deferred" "$(pick pflogsumm '^ *([0-9]+) +deferred .*$')" \
    "$(number postfix '.totals.recipients.deferred_ever')"
row "bounced" "$(pick pflogsumm '^ *([0-9]+) +bounced$')" \
    "$(number postfix '"\(.totals.recipients.bounced), \(.totals.recipients.expired) expired"')"
row "rejected" "$(pick pflogsumm '^ *([0-9]+) +rejected .*$')" \
    "$(number postfix '.totals.rejections.rejected')"
row "senders" "$(pick pflogsumm '^ *([0-9]+) +senders$')" \
    "$(number postfix '.totals.distinct.senders')"

ours exim samples/exim/mainlog
run eximstats eximstats samples/exim/mainlog
echo
echo "| samples/exim/mainlog | eximstats | mailtriage |"
echo "|---|---|---|"
row "Received, messages" "$(pick eximstats '^ *Received +[0-9KMGB]+ +([0-9]+) .*$')" \
    "$(number exim '"\(.totals.messages.received) + \(.notices.made) notices"')"
row "Delivered, addresses" "$(pick eximstats '^ *Delivered +[0-9KMGB]+ +[0-9]+ +([0-9]+) .*$')" \
    "$(number exim '"\(.totals.recipients.delivered) + \(.notices.delivered) notices"')"
row "Delayed" "$(pick eximstats '^ *Received .* ([0-9]+) +[0-9.]+% +[0-9]+ +[0-9.]+%$')" \
    "$(number exim '.totals.recipients.deferred_ever')"
row "Failed" "$(pick eximstats '^ *Received .* ([0-9]+) +[0-9.]+%$')" \
    "$(number exim '"\(.totals.recipients.bounced) bounced, \(.totals.recipients.expired) expired"')"
row "Rejects" "$(pick eximstats '^ *Rejects +([0-9]+) .*$')" \
    "$(number exim '.totals.rejections.rejected')"

ours sendmail samples/sendmail/maillog
run sma sma -a -F -q samples/sendmail/maillog
echo
echo "| samples/sendmail/maillog | sma | mailtriage |"
echo "|---|---|---|"
row "Inbound, total" "$(pick sma '^  Total +([0-9]+) .*$')" \
    "$(number sendmail '"\(.totals.messages.received) + \(.notices.made) notices"')"
row "Outbound, sent" "$(pick sma '^  Average size.* Sent +([0-9]+) *$')" \
    "$(number sendmail '"\(.totals.recipients.delivered) + \(.notices.delivered) notices"')"
row "Outbound, deferred and queued" \
    "$(pick sma '^  Messages.hour.* Deferred +([0-9]+) *$') + $(pick sma '^.* Queued +([0-9]+) *$')" \
    "$(number sendmail '.totals.attempts.deferred')"
row "Outbound, other error" "$(pick sma '^.* Other error +([0-9]+) *$')" \
    "$(number sendmail '.totals.recipients.bounced')"
