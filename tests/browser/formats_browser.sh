#!/usr/bin/env bash
# formats_browser - shows HTML pages to Chromium and asks it what it makes of them: browser.mjs.
#
# Part of `make check-formats`. playwright-core and axe-core are installed in build/browser, in the
# versions that package-lock.json beside this file pins. Skipped where a tool cannot be had.
. "$(dirname "$0")/../lint/tap.bash"

tools=build/browser
bench=build/release/tests/bench/make_postfix_log
hostile=tests/golden/export-hostile-csv/hostile.log
samples=(samples/postfix/mail.log samples/exim/mainlog samples/sendmail/maillog)

give_up() { # REASON
    skip "pages in a browser" "$1"
    tap_end
    exit
}

needed() { # PROGRAM PACKAGE
    command -v "$1" > "$scratch/which" || give_up "$1 is not installed (Debian package $2)"
}

install_tools() {
    mkdir -p "$tools"
    cmp -s tests/browser/package-lock.json "$tools/package-lock.json" &&
        [ -d "$tools/node_modules" ] && return
    cp tests/browser/package.json tests/browser/package-lock.json "$tools/"
    npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund > "$scratch/npm" 2>&1 || {
        rm -f "$tools/package-lock.json"
        sed 's/^/# /' "$scratch/npm"
        give_up "npm could not install playwright-core and axe-core"
    }
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

needed chromium chromium
needed node nodejs
needed npm npm
install_tools

pages=()
page specimen build/release/tests/html/specimen
page compared build/mailtriage explain --no-config --lang th --format html 354 535
page code build/mailtriage explain --no-config --format html 550
page codes build/mailtriage explain --no-config --format html
report report "${samples[@]}"
report report-th --lang th "${samples[@]}"
report hostile "$hostile"
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
