#!/usr/bin/env bash
# lying_codes - docs/reasons/lying-codes.md is what the program says of tests/lying-codes, each line there is
# one row with its code, and each family knows all MTAs.
. "$(dirname "$0")/tap.bash"

page_is_new() { # PAGE
    tests/lying-codes/page.sh > "$scratch/page.md" || return 1
    diff -u "$1" "$scratch/page.md" && return
    echo "run: make formats"
    return 1
}

# The entries of a family, in the table, are the lines of its log.
one_row_a_line() { # PAGE
    local log lines rows
    for log in tests/lying-codes/*.log; do
        lines=$(wc -l < "$log")
        rows=$(grep -c "^| $(basename "$log"):" "$1")
        [ "$lines" = "$rows" ] || echo "$log: $lines lines, $rows rows"
    done | none
}

all_mtas() { # PAGE
    local log mta
    for log in tests/lying-codes/*.log; do
        for mta in postfix exim sendmail; do
            grep -q "^| $(basename "$log"):[0-9]* | $mta |" "$1" || echo "$log: nothing of $mta"
        done
    done | none
}

both_ways() { # PAGE
    local way mta
    [ "$(grep -c '^| [0-9]*\.log:' "$1")" -ge 60 ] || echo "fewer than 60 entries"
    for mta in postfix exim sendmail; do
        for way in in out; do
            [ "$(grep -c "log:[0-9]* | $mta | $way |" "$1")" -ge 8 ] || echo "$mta, $way: too few"
        done
    done | none
}

page=docs/reasons/lying-codes.md
check "$page" page_is_new "$page"
check "one row a line" one_row_a_line "$page"
check "all MTAs in each family" all_mtas "$page"
check "both directions" both_ways "$page"
sed 's/| bad-credentials |/| auth-mechanism |/' "$page" > "$scratch/wrong.md"
check_catches "another reason" page_is_new "$scratch/wrong.md"
sed '/^| 535.log:3 /d' "$page" > "$scratch/wrong.md"
check_catches "a line without a row" one_row_a_line "$scratch/wrong.md"
tap_end
