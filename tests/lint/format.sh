#!/usr/bin/env bash
# format - the C files are as clang-format 14 (Debian 12's; others differ in trifles) writes them,
# and the scripts are clean for shellcheck; both only where those programs are installed.
. "$(dirname "$0")/tap.bash"

formatted() {
    clang-format --dry-run --Werror src/*.c src/*/*.[ch] tests/*/*.[ch]
}

scripts_clean() {
    shellcheck -S warning -x -P SCRIPTDIR tests/run.sh tests/*/*.sh tests/*/*.bash src/*.sh .ci/run \
        tests/mta/run src/install/nightly.sh src/install/mailtriage.cron
}

no_long_lines() {
    awk 'length($0) > 100 { print FILENAME ":" FNR ": " length($0) " columns" }' \
        src/*.c src/*/*.[ch] tests/*/*.[ch] | none
}

if clang-format --version 2> /dev/null | grep -q 'version 14\.'; then
    check "clang-format" formatted
else
    skip "clang-format" "clang-format 14 is not installed"
fi
if command -v shellcheck > /dev/null; then
    check "shellcheck" scripts_clean
else
    skip "shellcheck" "shellcheck is not installed"
fi
check "lines of at most 100 columns" no_long_lines
tap_end
