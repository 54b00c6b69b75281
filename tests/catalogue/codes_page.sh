#!/usr/bin/env bash
# page - writes docs/codes.md, or with a language docs/codes.LANG.md, to standard output: every code
# with what the catalogue says of it. (make catalogue)
# usage: tests/catalogue/codes_page.sh [en|es|fr|th]
set -eu
cd "$(dirname "$0")/../.."
lang=${1:-en}
program=${MAILTRIAGE:-build/mailtriage}

# The fixed words of the pages stand in the files of translations under words.KEY, in their line or
# folded below it.
word() { # KEY
    if [ "$lang" = en ]; then
        sed -n "s/^WORD([A-Z_0-9]*, \"$1\", \"\\(.*\\)\")\$/\\1/p" src/report/page_words.def
    else
        awk -v key="words.$1:" -v mark="  $lang: " '
            /^[^ ]/ { found = $0 == key; folded = 0 }
            folded { text = text (text == "" ? "" : " ") substr($0, 5) }
            found && index($0, mark) == 1 { text = substr($0, length(mark) + 1); folded = text == ">-" }
            folded && text == ">-" { text = "" }
            END { print text }' "patterns/lang/$lang.yaml"
    fi
}

codes() { # PATTERN: those of the list, of a range its first
    "$program" explain --no-config --format csv < /dev/null |
        sed -n "2,\$s/^\"\($1\)[^.0-9].*/\1/p"
}

section() { # TITLE PATTERN
    echo
    echo "## $1"
    # shellcheck disable=SC2046 # words of digits and dots
    "$program" explain --no-config --lang "$lang" --format json $(codes "$2") |
        jq -r --arg when "$(word when)" --arg fix "$(word fix)" --arg use "$(word use-one)" \
            --arg reasons "$(word reasons-short)" --arg standard "$(word standard)" \
            --arg colon "$(word colon)" '
            def md: gsub("(?<c>[\\\\`*_<>\\[\\]|#])"; "\\\(.c)");
            def line(title; text): if (text // "") == "" then empty
                else "- **\(title)**\($colon) \(text | md)" end;
            .codes[] | "\n### \(.code) \(.name | md)\n\n\(.description | md)\n",
                line($when; .when), line($fix; .fix), line($use; .use), line($standard; .standard),
                (if (.reasons | length) == 0 then empty else "- **\($reasons)**\($colon) "
                    + ([.reasons[] | "`\(.class)` \(.title | md)"] | join(", ")) end)'
}

echo "# $(word codes-title)"
echo
echo "<!-- made of patterns/codes and patterns/lang by make catalogue; make check holds it to them -->"
section "$(word codes-reply)" '[0-9]*'
section "$(word codes-enhanced)" '[X0-9]*\.[0-9]*\.[0-9]*'
