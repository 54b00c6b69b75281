#!/usr/bin/env bash
# package - the Debian package in a fresh system: it installs, the program runs there and reads its
# configuration, and after a purge the system is as it was. Needs root and Debian's archive.
. "$(dirname "$0")/../lint/tap.bash"
. tests/mta/mirror.bash

fresh=$PWD/build/fresh
package=$(echo build/deb/mailtriage_*.deb)

# What the package needs is part of the fresh system, so that dpkg alone installs it.
make_fresh() {
    local needed
    needed=$(dpkg-deb -f "$package" Depends | sed 's/([^)]*)//g; s/ //g')
    rm -rf "$fresh"
    mkdir -p build/debs
    debootstrap --variant=minbase --cache-dir="$PWD/build/debs" --include="$needed,man-db,mandoc" \
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

# Every file but those in which dpkg, man and ld.so keep their own books.
files() {
    (cd "$fresh" && find . -path ./proc -prune -o -print) |
        grep -v -E '^\./(var/(lib/dpkg|cache|log|lib/apt)|etc/ld\.so\.cache)' | sort
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
check "is removed" inside dpkg -r mailtriage
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
