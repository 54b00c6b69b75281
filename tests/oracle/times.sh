#!/usr/bin/env bash
# times - --since takes a time for the instant that systemd takes it for, in every form both know.
#
# How: systemd-analyze tells the second; of a log with one entry just before and one at that second,
# --since must leave the first outside and count the other. The forms that look at the clock get some
# seconds of room. Left out is what systemd takes in a way of its own: hours that a zone has twice or
# never, and days that a month has not (2026-02-29 is March 1 to it, and refused here).
. "$(dirname "$0")/../lint/tap.bash"

seconds_of() { # TIME: what systemd takes it for, in seconds since 1970; fails when it does not know
    systemd-analyze timestamp -- "$1" 2> "$scratch/refused" |
        sed -n 's/^ *UNIX seconds: @\([0-9]*\).*/\1/p' | grep .
}

entry() { # SECONDS: a line of a log with that time
    echo "$(date -u -d "@$1" +%FT%TZ) mx1 postfix/qmgr[7]: 4C1D2E3F40: removed"
}

same() { # TIME ROOM
    local at
    at=$(seconds_of "$1") || return 1
    { entry $((at - 1 - $2)) && entry $((at + $2)); } > "$scratch/mail.log"
    build/mailtriage report --no-config --quiet --format json --since "$1" "$scratch/mail.log" |
        tee "$scratch/report" | jq -e '.lines | .read == 2 and .outside == 1'
}

refused() { # TIME
    local status=0
    seconds_of "$1" && return 1
    build/mailtriage report --no-config --since "$1" /dev/null > "$scratch/report" 2>&1 || status=$?
    [ "$status" = 2 ]
}

if ! command -v systemd-analyze > "$scratch/which"; then
    skip "times that systemd knows" "systemd-analyze is not installed"
    tap_end
    exit
fi

for zone in UTC Europe/Madrid Asia/Bangkok America/New_York Asia/Kolkata; do
    export TZ=$zone
    for time in 2026-11-20 '2026-11-20 10:11' '2026-11-20 10:11:12' 2024-02-29 2026-03-29 \
        2026-10-25 '2026-12-31 23:59:59' '2027-01-01 00:00'; do
        check "$zone: $time" same "$time" 0
    done
    for time in now today yesterday -24h -90min -45s -2d -1w; do
        check "$zone: $time" same "$time" 5
    done
done
for time in 2026-13-01 '2026-11-20 25:00' '2026-11-20 10:60' '' tomorrowish \
    -5parsecs; do
    check "refused: '$time'" refused "$time"
done
tap_end
