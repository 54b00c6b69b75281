#!/usr/bin/env bash
# package - the Debian package in a fresh system: it installs, the program runs there and reads its
# configuration, cron mails a report (no systemd is there), and after a purge the system is as it was.
# Needs root and Debian's archive.
. "$(dirname "$0")/../lint/tap.bash"
. tests/mta/mirror.bash

fresh=$PWD/build/fresh
package=$(echo build/deb/mailtriage_*.deb)

# What the package needs is part of the fresh system, so that dpkg alone installs it. Of the ways to
# make users it is the one without systemd.
make_fresh() {
    local needed
    needed=$(dpkg-deb -f "$package" Depends |
        sed 's/([^)]*)//g; s/ //g; s/systemd|\(systemd-standalone-sysusers\)|[a-z-]*/\1/')
    rm -rf "$fresh"
    mkdir -p build/debs
    flock build/debs debootstrap --variant=minbase --cache-dir="$PWD/build/debs" --include="$needed,man-db,mandoc" \
        "$release" "$fresh" "$(mirror)" > "$scratch/debootstrap.log" 2>&1 ||
        { tail -n 20 "$scratch/debootstrap.log" && return 1; }
    # Pages are left out of small systems.
    rm -f "$fresh"/etc/dpkg/dpkg.cfg.d/*
}

# In a mount namespace of its own: what is mounted goes away with it.
inside() { # COMMAND...
    unshare --mount bash -c 'mount -t proc proc "$0/proc" && cd / && exec chroot "$0" "$@"' \
        "$fresh" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TZ=UTC "$@"
}

# Every file but those in which dpkg, man and ld.so keep their own books, and those that they save.
files() {
    (cd "$fresh" && find . -path ./proc -prune -o -print) |
        grep -v -E '^\./(var/(lib/dpkg|cache|log|lib/apt)|etc/ld\.so\.cache|etc/.*-$)' | sort
}

says() { # WORDS COMMAND...: what the command prints in the fresh system has the words
    local words=$1
    shift
    inside "$@" > "$scratch/said" 2>&1
    grep -q -F -e "$words" "$scratch/said" || {
        cat "$scratch/said"
        return 1
    }
}

clean_for_lintian() {
    lintian --allow-root "$package" | none
}

if [ "$(id -u)" != 0 ]; then
    skip "the package" "a fresh system is made by root"
    tap_end
    exit
fi
check "lintian finds nothing" clean_for_lintian
check "a fresh system" make_fresh
files > "$scratch/before"
cp "$package" "$fresh/mailtriage.deb"
mkdir -p "$fresh/var/log"
cp samples/postfix/mail.log "$fresh/var/log/mail.log"
check "installs" inside dpkg -i /mailtriage.deb
check "all that it needs is there" inside dpkg --audit
check "the program runs" says "compressed logs: libarchive" mailtriage --version
check "the rules prove themselves" says " 0 failed" mailtriage rules test
check "a report of the usual log" says "17 things to do" mailtriage report --year 2026
check "the manual page" says "what to do" man mailtriage
check "the page of the configuration" says "command line" man 5 mailtriage-config
check "completions" [ -e "$fresh/usr/share/zsh/vendor-completions/_mailtriage" ]
echo 'top: 3' >> "$fresh/etc/mailtriage/config.yaml"
check "the configuration is read" says "# /etc/mailtriage/config.yaml:" mailtriage --print-config
check "and none when none is wanted" says "without a configuration" \
    mailtriage --print-config --no-config
mkdir -p "$fresh/etc/mailtriage/patterns/codes"
printf 'code,name,description,when,fix,source,reason\n469,Tide,No water.,Low tide.,Wait.,-,\n' \
    > "$fresh/etc/mailtriage/patterns/codes/reply.csv"
check "patterns of the site are read" says Tide mailtriage explain 469
rm -r "$fresh/etc/mailtriage/patterns"

# ---- each night, by cron

# A log that only its group may read, and a sendmail that takes no mail while there is no mbox.
prepare_night() {
    rm "$fresh/var/log/mail.log"
    bounce 4A1B2C3D4E
    chmod 640 "$fresh/var/log/mail.log"
    inside chown root:adm /var/log/mail.log
    cat > "$fresh/usr/sbin/sendmail" << 'END'
#!/bin/sh
cat >> /var/log/mbox 2> /dev/null || exit 75
END
    chmod +x "$fresh/usr/sbin/sendmail"
}

bounce() { # QUEUE-ID: one more line of the log
    printf '%sT10:00:00+00:00 mx1 %s: %s: to=<bob@example.net>, relay=none, %s\n' \
        "$(date -u -d yesterday +%F)" 'postfix/smtp[8]' "$1" \
        'delay=1, delays=1/0/0/0, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=example.net type=AAAA: Host not found)' \
        >> "$fresh/var/log/mail.log"
}

night() {
    printf '%sT10:00:00+00:00 mx1 %s\n' "$(date -u -d yesterday +%F)" \
        'postfix/smtp[8]: 4A1B2C3D4E: to=<bob@example.net>, relay=none, delay=1, delays=1/0/0/0, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=example.net type=AAAA: Host not found)' \
        > "$fresh/var/log/mail.log"
    chmod 640 "$fresh/var/log/mail.log"
    inside chown root:adm /var/log/mail.log
    cat > "$fresh/usr/sbin/sendmail" << 'END'
#!/bin/sh
cat >> /var/log/mbox 2> /dev/null || exit 75
END
    chmod +x "$fresh/usr/sbin/sendmail"
}

night() {
    inside run-parts --regex '^mailtriage$' /etc/cron.daily
}

mails() { # NUMBER
    [ "$(grep -c '^Auto-Submitted: ' "$fresh/var/log/mbox")" = "$1" ] &&
        [ "$(grep -c '^1 thing to do: 1 warning' "$fresh/var/log/mbox")" = "$1" ]
}

only_for_its_user() {
    [ -z "$(find "$fresh/var/lib/mailtriage" -perm /077)" ] &&
        [ "$(inside stat -c %U /var/lib/mailtriage)" = mailtriage ]
}

where_systemd_runs() {
    inside sh -c 'mkdir -p /run/systemd/system && /etc/cron.daily/mailtriage; rm -r /run/systemd' &&
        mails 2
}

prepare_night
check_catches "a night without a mail server" night
check "the message waits" [ -n "$(find "$fresh/var/lib/mailtriage/outbox" -name '*.eml')" ]
check "for its own user alone" only_for_its_user
touch "$fresh/var/log/mbox" && chmod 666 "$fresh/var/log/mbox"
bounce 4A1B2C3D4F
check "the next night" night
check "both reports arrive" mails 2
check "and nothing waits" [ -z "$(find "$fresh/var/lib/mailtriage/outbox" -name '*.eml')" ]
check "where systemd runs cron does nothing" where_systemd_runs
rm "$fresh/usr/sbin/sendmail"

check "is removed" inside dpkg -r mailtriage
check "cron does nothing then" night
check "the configuration stays" grep -q '^top: 3' "$fresh/etc/mailtriage/config.yaml"
check "the program does not" [ ! -e "$fresh/usr/bin/mailtriage" ]
check "is purged" inside dpkg -P mailtriage
rm "$fresh/mailtriage.deb"

as_before() {
    diff "$scratch/before" <(files)
}
check "the system is as it was" as_before
rm -rf "$fresh"
tap_end
