#!/usr/bin/env bash
# bare - the program with every optional part off still builds, without a warning, and says what it
# lacks and what to do instead.
. "$(dirname "$0")/tap.bash"

bare=build/bare/mailtriage

build_bare() {
    ${MAKE:-make} -s --no-print-directory -j"${JOBS:-2}" VARIANT=bare OPTIONAL=no CFLAGS=-O0 \
        STRICT=1 $bare build/bare/tests/unit/test_compressed build/bare/tests/unit/test_source \
        build/bare/tests/unit/test_journal_export build/bare/tests/unit/test_width \
        build/bare/tests/unit/test_text build/bare/tests/unit/test_operators \
        build/bare/tests/unit/test_store
}

says() { # WORDS ARGUMENT...: the bare program says the words, on either output
    local words=$1
    shift
    $bare "$@" > "$scratch/said" 2>&1
    grep -F -e "$words" "$scratch/said" || {
        cat "$scratch/said"
        return 1
    }
}

report() { # FILE...
    $bare report --no-config --year 2026 --format json "$@" |
        jq -e --argjson lines "$(wc -l < samples/postfix/mail.log)" '.lines.read == $lines'
}

gzip -c samples/postfix/mail.log > "$scratch/mail.log.1.gz"
check "builds" build_bare
check "compressed: --version says it is not there" says "compressed logs: not built in" --version
check "compressed: the build option is named" says LIBARCHIVE=yes report "$scratch/mail.log.1.gz"
check "compressed: the way without it is named" says "zcat FILE |" report "$scratch/mail.log.1.gz"
zcat "$scratch/mail.log.1.gz" > "$scratch/mail.log"
check "compressed: that way works" report - < "$scratch/mail.log"
check "compressed: its unit test without it" build/bare/tests/unit/test_compressed
check "sources: their unit test without it" build/bare/tests/unit/test_source
check "journal export: its unit test without libsystemd" \
    build/bare/tests/unit/test_journal_export
printf 'LPKSHHRH\0\0\0\0' > "$scratch/system.journal"
check "journal: --version says it is not there" says "systemd journal: not built in" --version
for asked in --journal "$scratch/system.journal"; do
    check "journal: the build option is named (${asked##*/})" says LIBSYSTEMD=yes report "$asked"
    check "journal: the way without it is named (${asked##*/})" says "-o export" report "$asked"
    check_catches "journal: ${asked##*/}" $bare report --no-config "$asked"
done
rm "$scratch/system.journal"
check "columns: --version says it is not there" says "columns of text: not built in" --version
check "columns: the build option is named" says LIBUNISTRING=yes --version
check "columns: their unit test without it" build/bare/tests/unit/test_width
check "reports as text: their unit test without it" build/bare/tests/unit/test_text
check "operators: --version says what is not there" says "registered domains: not built in" \
    --version
check "operators: the build option is named" says LIBPSL=yes --version
check "operators: their unit test without it" build/bare/tests/unit/test_operators
check "history: --version says it is not there" says "history: not built in" --version
check "history: its unit test without it" build/bare/tests/unit/test_store
check_catches "compressed: a folder with one among others" \
    $bare report --no-config --year 2026 "$scratch"
tap_end
