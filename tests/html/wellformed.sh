#!/usr/bin/env bash
# wellformed - the HTML pages under strict.py: well-formed to the letter, no text that could be
# more, the policy that of the style. The browser's own opinion is asked by `make check-formats`.
. "$(dirname "$0")/../lint/tap.bash"
. tests/golden/hostile-csv/make_log.bash

strict() { # PAGE...
    PYTHONDONTWRITEBYTECODE=1 python3 tests/html/strict.py "$@"
}

page() { # NAME COMMAND...: what the command writes, as a page
    local name=$1
    shift
    "$@" > "$scratch/$name.html" 2> "$scratch/said"
    check "$name" strict "$scratch/$name.html"
}

report() { # NAME ARGUMENT...
    page "$1" build/mailtriage report --no-config --year 2026 --timezone UTC --format html "${@:2}"
}

spoilt() { # NAME FROM TO: the specimen with something wrong
    local text from=$2
    text=$(< "$scratch/specimen.html")
    printf '%s\n' "${text/"$from"/"$3"}" > "$scratch/spoilt.html"
    check_catches "$1" strict "$scratch/spoilt.html"
}

if ! command -v python3 > "$scratch/which"; then
    skip "strict pages" "python3 is not installed"
    tap_end
    exit
fi

page specimen build/release/tests/html/specimen
page compared build/mailtriage explain --no-config --lang th --format html 354 535
page code build/mailtriage explain --no-config --format html 550
page codes build/mailtriage explain --no-config --format html
report report samples/postfix/mail.log samples/exim/mainlog samples/sendmail/maillog
awk -f tests/golden/spikes-postfix/spikes_week.awk |
    sed 's|User unknown|<script>alert(1)</script>\x1b[2J|' > "$scratch/<b>spikes.log"
page spikes build/mailtriage spikes --no-config --year 2026 --format html "$scratch/<b>spikes.log"
hostile_log "$scratch/=cmd() <b>.log"
report hostile "$scratch/=cmd() <b>.log"
touch "$scratch/empty.log"
report nothing "$scratch/empty.log"

spoilt "a bare <" '<h1 id="title">' '<h1 id="title"> < '
spoilt "a bare &" '<h1 id="title">' '<h1 id="title">&'
spoilt "an element that is not closed" '</h1>' ''
spoilt "an attribute without quotes" '<h1 id="title">' '<h1 id=title>'
spoilt "a handler" '<h1 id="title">' '<h1 id="title" onclick="x">'
spoilt "another address" 'href="https:' 'href="data:'
spoilt "a turned line" '<h1 id="title">' $'<h1 id="title">\u202e'
spoilt "another style" '<style>' '<style> '
spoilt "a script" '<main>' '<main><script>1</script>'
spoilt "a looser policy" "default-src 'none'" "default-src 'self'"
tap_end
