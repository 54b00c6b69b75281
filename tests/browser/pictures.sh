#!/usr/bin/env bash
# pictures - the report as people see it, made from samples/: on a terminal and as a page, light,
# dark and narrow. usage: tests/browser/pictures.sh FOLDER
set -eu
cd "$(dirname "$0")/../.."
. tests/browser/browser_tools.bash

give_up() { # REASON
    echo "no pictures: $1" >&2
    exit 1
}

to=$1
samples='samples/postfix/mail.log samples/exim/mainlog samples/sendmail/maillog'
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TZ=UTC LC_ALL=C.UTF-8 TERM=xterm PATH=$PWD/build:$PATH
unset NO_COLOR MAILTRIAGE_CONFIG
install_tools

# What a terminal of 100 columns gets of a command: the colours and bars are those that it sees.
on_terminal() { # COMMAND
    echo "\$ $1"
    script -qec "stty cols 100; $1 --no-config --year 2026 --progress never $samples" /dev/null |
        tr -d '\r'
}

mkdir -p "$to"
on_terminal 'mailtriage report --top 1 --only reasons,hours' > "$scratch/terminal.ansi"
# shellcheck disable=SC2086 # a list of words
mailtriage report --no-config --year 2026 --quiet --format html $samples > "$scratch/report.html"
node tests/browser/pictures.mjs "$(command -v chromium)" "$PWD/$tools/node_modules" \
    "$scratch/terminal.ansi" "$scratch/report.html" "$to"
for picture in "$to"/*.png; do
    echo "$picture: $(wc -c < "$picture") bytes"
done
