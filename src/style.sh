#!/usr/bin/env bash
# style - writes the style and the script of HTML pages as C (report/html_style.h): their text and
# the SHA-256 of it. The build runs it. usage: style.sh html.css html.js > html_style.c
#
# Comments (each begins its line), blank lines and indents stay behind: every page holds the rest.
set -eu
export LC_ALL=C

bare() { # FILE
    case $1 in
    *.css) sed -e '/^ *\/\*.*\*\/ *$/d' -e '/^ *\/\*/,/\*\/ *$/d' "$1" ;;
    *) sed -e '/^ *\/\//d' "$1" ;;
    esac | sed -e 's/^ *//' -e '/^$/d'
}

as_c() { # NAME FILE
    local text digits hash
    text=$(bare "$2")
    case $text in *'</'* | *'<!'*)
        echo "$2: '<' would end its element" >&2
        exit 1
        ;;
    esac
    digits=$(printf '%s' "$text" | sha256sum)
    # The 64 hexadecimal digits as 32 bytes: printf of bash writes \x.. as a byte.
    # shellcheck disable=SC2059 # the format is what is wanted
    hash=$(printf "$(printf '%s' "${digits:0:64}" | sed 's/../\\x&/g')" | base64)
    echo "const char $1[] ="
    printf '%s\n' "$text" | sed -e 's/[\\"]/\\&/g' -e 's/.*/    "&\\n"/' -e '$s/\\n"$/";/'
    echo "const char $1_hash[] = \"$hash\";"
}

echo '#include "report/html_style.h"'
as_c html_style "$1"
as_c html_script "$2"
