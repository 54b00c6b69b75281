#!/usr/bin/env bash
# style - writes the style of HTML pages as C (report/html_style.h): its text and the SHA-256 of it.
# The build runs it. usage: style.sh report/html.css > html_style.c
#
# Comments (each begins its line), blank lines and indents stay behind: every page holds the rest.
set -eu
export LC_ALL=C

style=$(sed -e '/^ *\/\*.*\*\/ *$/d' -e '/^ *\/\*/,/\*\/ *$/d' -e 's/^ *//' -e '/^$/d' "$1")
case $style in *'</'* | *'<!'*)
    echo "$1: '<' would end the style element" >&2
    exit 1
    ;;
esac
digits=$(printf '%s' "$style" | sha256sum)
# The 64 hexadecimal digits as 32 bytes: printf of bash writes \x.. as a byte.
# shellcheck disable=SC2059 # the format is what is wanted
hash=$(printf "$(printf '%s' "${digits:0:64}" | sed 's/../\\x&/g')" | base64)

echo '#include "report/html_style.h"'
echo 'const char html_style[] ='
printf '%s\n' "$style" | sed -e 's/[\\"]/\\&/g' -e 's/.*/    "&\\n"/' -e '$s/\\n"$/";/'
echo "const char html_style_hash[] = \"$hash\";"
