#!/usr/bin/env bash
# browser - shows pages to Chromium and asks it what it makes of them; see browser.mjs.
#
# Skipped where Chromium or Node.js is missing: no test installs a browser. With the npm packages
# axe-core and html-validate in the folder HTML_TOOLS, those judge the pages too:
#     npm install --ignore-scripts --prefix build/html-tools axe-core html-validate
. "$(dirname "$0")/../lint/tap.bash"

tools=${HTML_TOOLS:-build/html-tools}/node_modules
specimen=build/release/tests/html/specimen

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$chromium" ]; then
    skip "pages in a browser" "chromium is not installed"
    tap_end
    exit
fi
if ! command -v node > "$scratch/which"; then
    skip "pages in a browser" "node is not installed (Debian package nodejs)"
    tap_end
    exit
fi

page() { # NAME COMMAND...: what the command writes, as a page
    local name=$1
    shift
    "$@" > "$scratch/$name.html" || exit 2
    pages+=("$scratch/$name.html")
}

pages=()
page specimen $specimen
page compared build/mailtriage explain --no-config --lang th --format html 354 535
page code build/mailtriage explain --no-config --format html 550
page codes build/mailtriage explain --no-config --format html
page report build/mailtriage report --no-config --year 2026 --format html samples/postfix/mail.log \
    samples/exim/mainlog samples/sendmail/maillog

valid() { # PAGE...
    "$tools/.bin/html-validate" "$@"
}
if [ -x "$tools/.bin/html-validate" ]; then
    check "html-validate" valid "${pages[@]}"
else
    skip "html-validate" "not in $tools"
fi

# The rest is said in TAP by browser.mjs, which goes on counting.
node tests/html/browser.mjs "$chromium" "$tools/axe-core/axe.min.js" "$scratch" "$tap_number" \
    "${pages[@]}"
