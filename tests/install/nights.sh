#!/usr/bin/env bash
# nights - docs/nightly.md, done line by line in a fresh Debian that runs systemd and Postfix: the
# mail arrives; and what the page says of it holds. Needs root and Debian's archive.
. "$(dirname "$0")/../lint/tap.bash"
. tests/lint/shown.bash
. tests/mta/mirror.bash
. tests/install/boot.bash
trap 'down; rm -rf "$scratch"' EXIT

fresh=$PWD/build/fresh-nights
package=$(echo build/deb/mailtriage_*.deb)
outbox=$fresh/var/lib/mailtriage/outbox
mbox=$fresh/var/mail/root

make_fresh() {
    local needed
    needed=$(dpkg-deb -f "$package" Depends | sed 's/([^)]*)//g; s/|[^,]*//g; s/ //g')
    rm -rf "$fresh"
    mkdir -p build/debs
    flock build/debs debootstrap --variant=minbase --cache-dir="$PWD/build/debs" \
        --include="$needed,systemd-sysv,dbus,postfix,rsyslog,make" "$release" "$fresh" \
        "$(mirror)" > "$scratch/debootstrap.log" 2>&1 ||
        { tail -n 20 "$scratch/debootstrap.log" && return 1; }
    # Pages are left out of small systems.
    rm -f "$fresh"/etc/dpkg/dpkg.cfg.d/*
}

# A mail server for example.com, and its log of yesterday, rotated: one bounce.
prepare() {
    echo mx1.example.com > "$fresh/etc/hostname"
    chroot "$fresh" postconf -e myhostname=mx1.example.com myorigin=example.com \
        mydestination=example.com mynetworks=127.0.0.0/8
    printf 'postmaster: root\n' > "$fresh/etc/aliases"
    chroot "$fresh" newaliases
    printf '%sT10:00:00+00:00 mx1 %s\n' "$(date -u -d yesterday +%F)" \
        'postfix/smtp[8]: 4A1B2C3D4E: to=<bob@example.net>, relay=none, delay=1, delays=1/0/0/0, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=example.net type=AAAA: Host not found)' \
        > "$fresh/var/log/mail.log.1"
    chmod 640 "$fresh/var/log/mail.log.1"
    chroot "$fresh" chown root:adm /var/log/mail.log.1
    mkdir -p "$fresh/srv/clone/build/deb"
    cp "$package" "$fresh/srv/clone/build/deb/"
}

# The page as a row of steps: a command with what it prints, or a file named before its block.
steps_of() { # PAGE TO
    awk -v box="$2" '
        function next_step(kind) { file = sprintf("%s/%02d.%s", box, ++count, kind) }
        /^`\/etc\/[^`]*`:$/ { split($0, part, "`"); name = part[2] }
        /^    \$ / { next_step("command"); print substr($0, 7) > file; open = 1; name = ""; next }
        /^    / && name != "" { next_step("file"); print name > file; name = ""; open = 1 }
        /^    / && open { print substr($0, 5) > file; next }
        !/^$/ { open = 0 }' "$1"
}

# As the user types it, but what has root needs no sudo, and the package is there already.
typed() { # COMMAND-FILE
    there bash -c 'sudo() { "$@"; }; make() { :; }; export DEBIAN_FRONTEND=noninteractive
        cd /srv/clone && eval "$1"' typed "$(head -n 1 "$1")" > "$1.output" 2> "$1.errors" ||
        { cat "$1.output" "$1.errors" && return 1; }
}

written() { # FILE-FILE
    local name
    name=$fresh$(head -n 1 "$1")
    mkdir -p "${name%/*}" && tail -n +2 "$1" > "$name"
}

take_step() { # FILE
    case $1 in
        *.file) check "the file $(head -n 1 "$1")" written "$1" ;;
        *.command)
            check "$(head -n 1 "$1")" typed "$1"
            case $(head -n 1 "$1") in
                *apt-get*) ;;
                *) check "what it prints" shown_in "$1" "$1.output" ;;
            esac
            ;;
    esac
}

# The steps of the page up to the one that begins so; the ones taken are gone.
steps_to() { # WORDS
    local file
    for file in "$scratch"/steps/*.{command,file}; do echo "$file"; done | grep -v '[*]' | sort |
        while read -r file; do
            echo "$file"
            ! head -n 1 "$file" | grep -q -F -e "$1" || break
        done > "$scratch/now"
    while read -r file; do
        take_step "$file"
        rm "$file"
    done < "$scratch/now"
}

# ---- what must have come of it

soon() { # COMMAND...: within some seconds
    local turn
    for turn in $(seq 100); do
        ! "$@" > "$scratch/soon" 2>&1 || return 0
        sleep 0.2
    done
    cat "$scratch/soon" && echo "not after $turn turns" && return 1
}

mails() { # NUMBER
    local here
    here=$(grep -a -c '^Auto-Submitted: auto-generated' "$mbox" 2> /dev/null)
    [ "$here" = "$1" ] || { echo "$here mails" && return 1; }
}

last_mail() { # PATTERN
    tac "$mbox" | sed '/^From mailtriage@/q' | tac > "$scratch/last"
    grep -a -q -E -e "$1" "$scratch/last" || { sed -n 1,60p "$scratch/last" && return 1; }
}

waits() { # NUMBER
    [ "$(find "$outbox" -name '*.eml' | wc -l)" = "$1" ]
}

nothing_failed() {
    ! there systemctl is-failed mailtriage.service mailtriage-send.service
}

sends() {
    there systemctl start mailtriage.service && soon there systemctl show -P Result \
        mailtriage-send.service
}

page_in_system() {
    check "no mail yet" [ ! -e "$mbox" ]
    steps_to "systemctl start mailtriage.service"
    check "the mail arrives" soon mails 1
    check "to whom the configuration says" last_mail "To: postmaster@example.com"
    check "from the user at this host" last_mail "From: mailtriage@mx1.example.com"
    check "it tells of a log that was rotated" last_mail "1 thing to do: 1 warning"
    check "nothing failed" nothing_failed
    check "nothing waits" waits 0
    check "the mail server gets mail back for whom it reads" \
        there sh -c 'postmap -q mailtriage hash:/etc/aliases | grep root'
}

# Postfix lets only root send: what the unit wrote waits until it lets others, too.
kept_and_sent() {
    there postconf -e authorized_submit_users=root
    there systemctl start mailtriage.service
    check "sendmail refuses" soon there systemctl is-failed mailtriage-send.service
    check "the message waits" waits 1
    check "the journal says so" soon journal_says "is kept and sent next time"
    check "what wrote it did not fail" \
        [ "$(there systemctl show -P Result mailtriage.service)" = success ]
    there postconf -X authorized_submit_users
    steps_to "systemctl start mailtriage-send.service"
    check "it arrives the next time" soon mails 2
    check "and waits no more" waits 0
    check "what the first one told it does not tell again" \
        last_mail " bounced +0 recipients"
    steps_to "mailtriage report --history"
    check "history belongs to its user" \
        [ "$(there find /var/lib/mailtriage -not -user mailtriage)" = "" ]
}

journal_says() { # WORDS
    there journalctl --no-pager -u mailtriage -u mailtriage-send > "$scratch/journal"
    grep -F -e "$1" "$scratch/journal" || { tail -n 12 "$scratch/journal" && return 1; }
}

drop_in() { # UNIT LINES...
    mkdir -p "$fresh/etc/systemd/system/$1.d"
    printf '%s\n' "${@:2}" > "$fresh/etc/systemd/system/$1.d/zz.conf"
    there systemctl daemon-reload
}

no_drop_in() { # UNIT
    rm "$fresh/etc/systemd/system/$1.d/zz.conf"
    there systemctl daemon-reload
}

# What the unit is shut in from, tried from within.
shut_in() {
    drop_in mailtriage.service '[Service]' 'ExecStart=' \
        'ExecStart=/usr/bin/mailtriage --version' \
        'ExecStart=/bin/sh -c "touch /etc/here; cat /etc/shadow; ls /root; kill -0 1; exit 0"' \
        'ExecStart=/usr/bin/mailtriage report --journal --output /var/lib/mailtriage/journal.txt'
    there systemctl start mailtriage.service || return 1
    no_drop_in mailtriage.service
    soon journal_says "JIT unavailable" &&
        journal_says "cannot touch '/etc/here': Read-only file system" &&
        journal_says "/etc/shadow: Permission denied" &&
        journal_says "cannot open directory '/root': Permission denied" &&
        grep -q 'lines read = [1-9][0-9]* used' "$fresh/var/lib/mailtriage/journal.txt"
}

other_log() {
    mkdir -p "$fresh/srv/logs"
    sed 's/bob@/eve@/; p; s/eve@/mia@/' "$fresh/var/log/mail.log.1" > "$fresh/srv/logs/mail.log"
    steps_to "systemctl daemon-reload"
    there systemctl start mailtriage.service
    check "the mail of another log" soon mails 3
    check "tells of that" last_mail "domain-not-found: 2 recipients bounced"
    rm "$fresh/etc/systemd/system/mailtriage.service.d/logs.conf"
}

timer() {
    steps_to "systemctl list-timers"
    check "the time that the page sets" \
        [ "$(there systemctl show -P TimersCalendar mailtriage.timer | grep -c 'Mon..Fri.* 04:30:00')" = 1 ]
    drop_in mailtriage.timer '[Timer]' 'OnCalendar=*-*-* *:*:0/5' 'RandomizedDelaySec=0' 'AccuracySec=1s'
    check "the timer starts it" soon mails 4
    no_drop_in mailtriage.timer
}

mask() {
    steps_to "sudo chown mailtriage"
    printf '  mask: true\n  mask-key: /etc/mailtriage/mask-key\n' >> "$fresh/etc/mailtriage/config.yaml"
    local before
    before=$(grep -a -c '^Auto-Submitted' "$mbox")
    there systemctl start mailtriage.service
    check "a mail under masks" soon mails $((before + 1))
    check "says so" last_mail "stand under masks"
    check_catches "a name" last_mail "example.net"
}

# The same without the package, as the page says it: installed by make, its commands in order.
by_make() {
    there dpkg -P mailtriage > /dev/null && [ ! -e "$fresh/var/lib/mailtriage" ] &&
        [ ! -e "$fresh/etc/cron.daily/mailtriage" ] &&
        "${MAKE:-make}" -s --no-print-directory install DESTDIR="$fresh" || return 1
    local before
    before=$(grep -a -c '^Auto-Submitted' "$mbox")
    sed -n '/^## Without the package/,/^## /s/^    sudo \(systemd-sysusers\|systemctl .*\)$/\1/p' \
        docs/nightly.md > "$scratch/by-make"
    [ "$(wc -l < "$scratch/by-make")" = 3 ] && there sh -e -c "$(cat "$scratch/by-make")" &&
        there systemctl is-active mailtriage.timer &&
        there systemctl start mailtriage.service && soon mails $((before + 1))
}

if [ "$(id -u)" != 0 ]; then
    skip "the nights" "a fresh system is made by root"
    tap_end
    exit
fi
check "a fresh system" make_fresh
prepare > "$scratch/prepare.log" 2>&1
if ! up "$fresh" "$scratch/boot.log" > "$scratch/up.log"; then
    skip "the nights" "systemd does not run here: $(tail -n 1 "$scratch/up.log")"
    tap_end
    exit
fi
mkdir "$scratch/steps"
steps_of docs/nightly.md "$scratch/steps"
page_in_system
kept_and_sent
check "shut in" shut_in
other_log
timer
mask
steps_to "no step is called so"
check_catches "a timer that is still on" there systemctl is-enabled mailtriage.timer
check "installed by make, it is the same" by_make
down
rm -rf "$fresh"
tap_end
