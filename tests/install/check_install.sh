#!/usr/bin/env bash
# check_install - what `make install` puts where, that it builds nothing, that the program runs from
# there, and that `make uninstall` leaves nothing of it but what the administrator wrote.
. "$(dirname "$0")/../lint/tap.bash"

to="$scratch/a root" # a name with a blank in it

make_it() { # TARGET [VARIABLE=VALUE...]
    ${MAKE:-make} -s --no-print-directory "$@" DESTDIR="$to"
}

# All files that must be there, of the folders as they are by default.
wanted() {
    cat << 'END'
etc/cron.daily/mailtriage
etc/mailtriage/config.yaml
usr/local/bin/mailtriage
usr/local/lib/systemd/system/mailtriage-push.service
usr/local/lib/systemd/system/mailtriage-send.service
usr/local/lib/systemd/system/mailtriage.service
usr/local/lib/systemd/system/mailtriage.timer
usr/local/lib/sysusers.d/mailtriage.conf
usr/local/libexec/mailtriage/nightly
usr/local/share/bash-completion/completions/mailtriage
usr/local/share/fish/vendor_completions.d/mailtriage.fish
usr/local/share/zsh/site-functions/_mailtriage
usr/local/share/man/man1/mailtriage.1
usr/local/share/man/man5/mailtriage-config.5
usr/local/share/man/man5/mailtriage-patterns.5
usr/local/share/man/man5/mailtriage-thresholds.5
usr/local/share/doc/mailtriage/LICENSE
usr/local/share/doc/mailtriage/README.md
END
    find docs -type f -not -path 'docs/decisions/*' | sed 's,^,usr/local/share/doc/mailtriage/,'
    find patterns -name '*.yaml' -o -name '*.csv' -o -name order |
        sed 's,^,usr/local/share/mailtriage/,'
}

holds_what_is_wanted() {
    diff <(wanted | sort) <(cd "$to" && find . -type f | sed 's,^\./,,' | sort)
}

# What is run: the program, what cron starts, and what that starts.
modes_are_right() {
    local run=(-path '*/bin/mailtriage' -o -path '*/cron.daily/*' -o -path '*/libexec/*/*')
    {
        find "$to" -type f -not -perm 644 -not \( "${run[@]}" \)
        find "$to" -type d -not -perm 755 -not -path "$to"
        find "$to" -type f \( "${run[@]}" \) -not -perm 755
    } | none
}

# Folders are filled in, also those that were chosen.
no_holes() {
    grep -r -l -E '@[A-Z]+@' "$to" --include='*mailtriage*' --include=nightly \
        --exclude-dir=share --exclude-dir=bin | none
}

nothing_was_built() {
    find build -newer "$scratch/before" -not -path 'build/tests*' -type f | none
}

# From another folder, by a user who has nothing but the file.
runs_there() {
    (cd "$scratch" && env -i "$to/usr/local/bin/mailtriage" explain --no-config 550 | grep -q 5.7.1)
}

none_left() {
    { find "$to" -type f; find "$to" -name '*mailtriage*'; } | none
}

touch "$scratch/before"
umask 077
check "installs" make_it install
check "what is wanted is there, and nothing else" holds_what_is_wanted
check "all may read it, and run the program" modes_are_right
check "it names its folders" no_holes
check "nothing was built" nothing_was_built
check "the program runs from there" runs_there
check "installs again, over itself" make_it install
check "uninstalls" make_it uninstall
check "nothing is left" none_left
rm -rf "$to"

config="$to/etc/mailtriage/config.yaml"
make_it install
echo 'top: 3' >> "$config"
check "installs over a configuration that was changed" make_it install
check "which stays as it is" grep -q '^top: 3' "$config"
make_it uninstall
check "also when all the rest goes" grep -q '^top: 3' "$config"
rm -rf "$to"

elsewhere=(PREFIX=/opt/mt BINDIR=/opt/bin DATADIR=/opt/data MANDIR=/opt/man)
there() {
    [ -x "$to/opt/bin/mailtriage" ] && [ -e "$to/opt/data/mailtriage/patterns/reasons/order" ] &&
        [ -e "$to/opt/man/man1/mailtriage.1" ] &&
        grep -q '^ExecStart=/opt/mt/libexec/mailtriage/nightly ' \
            "$to/opt/mt/lib/systemd/system/mailtriage.service" &&
        grep -q '/opt/bin/mailtriage' "$to/opt/mt/libexec/mailtriage/nightly" &&
        [ ! -e "$to/usr" ]
}
check "installs elsewhere" make_it install "${elsewhere[@]}"
check "it is there" there
check "uninstalls there" make_it uninstall "${elsewhere[@]}"
check "nothing is left there" none_left
check_catches "a folder of configurations that the program does not read" \
    make_it install SYSCONFDIR=/usr/local/etc

tree_copy "$scratch/tree" Makefile src patterns docs README.md LICENSE
check_catches "a tree in which nothing is built" \
    ${MAKE:-make} -s --no-print-directory -C "$scratch/tree" install DESTDIR="$scratch/none"
check "and nothing is copied then" [ ! -e "$scratch/none" ]

# The configuration as it comes says who gets mail; each line that it offers is one that holds.
offered() {
    sed 's/^# \( *[a-z-]*:.*\| *- {.*\)/\1/' src/install/config.yaml > "$scratch/offered.yaml"
    grep -q '^  mail-from' "$scratch/offered.yaml" &&
        build/mailtriage report --config "$scratch/offered.yaml" --print-config | grep -q 'top: 10'
}

only_mail_to() {
    build/mailtriage report --config src/install/config.yaml --print-config |
        sed '/^#/d; s/ *#.*//' | diff - <(echo 'mail-to: root')
}
check "the configuration as it comes is one" \
    build/mailtriage --config src/install/config.yaml --print-config
check "it sets only who gets mail" only_mail_to
check "what it offers holds" offered
tap_end
