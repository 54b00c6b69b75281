#!/usr/bin/env bash
# formats_browser - shows HTML pages to Chromium and asks it what it makes of them: browser.mjs.
#
# Part of `make check-formats`. Skipped where a tool cannot be had.
. "$(dirname "$0")/../lint/tap.bash"
. tests/browser/browser_tools.bash
. tests/golden/hostile-csv/make_log.bash

bench=build/release/tests/bench/make_postfix_log
samples=(samples/postfix/mail.log samples/exim/mainlog samples/sendmail/maillog)

give_up() { # REASON
    skip "pages in a browser" "$1"
    tap_end
    exit
}

page() { # NAME COMMAND...: what the command writes, as a page
    local name=$1
    shift
    "$@" > "$scratch/$name.html" 2> "$scratch/said" || [ $? = 1 ] || exit 2
    pages+=("$scratch/$name.html")
}

report() { # NAME ARGUMENT...
    page "$1" build/mailtriage report --no-config --year 2026 --timezone UTC --format html "${@:2}"
}

# A report is as long as what is worth telling, however long the log is.
is_small() { # PAGE
    local bytes
    bytes=$(wc -c < "$1")
    echo "$bytes bytes"
    [ "$bytes" -le 150000 ]
}

install_tools

pages=()
page specimen build/release/tests/html/specimen
page compared build/mailtriage explain --no-config --lang th --format html 354 535
page code build/mailtriage explain --no-config --format html 550
page codes build/mailtriage explain --no-config --format html
report report "${samples[@]}"
report report-th --lang th "${samples[@]}"
hostile_log "$scratch/=cmd() <b>.log"
report hostile "$scratch/=cmd() <b>.log"
touch "$scratch/empty.log"
report nothing "$scratch/empty.log"
$bench --bytes 10000000 --stamps rfc3339 --seed 7 "$scratch/big.log" "$scratch/big.json" || exit 2
report big "$scratch/big.log"
for name in report hostile big; do
    check "$name: at most 150 KB" is_small "$scratch/$name.html"
done

# The rest is said in TAP by browser.mjs, which goes on counting.
node tests/browser/browser.mjs "$(command -v chromium)" \
    "$PWD/$tools/node_modules" "$scratch" "$tap_number" "${pages[@]}"
