#!/usr/bin/env bash
# Every code, heading and reason in all four languages, as a user gets them; docs/codes*.md are what
# the program says today. (TAP)
. "$(dirname "$0")/../lint/tap.bash"

program=$PWD/build/mailtriage

ask() { "$program" explain --no-config "$@" < /dev/null; }
mapfile -t replies < <(ask --format csv | sed -n '2,$s/^"\([0-9]*\)".*/\1/p')
mapfile -t enhanced < <(ask --format csv | sed -n '2,$s/^"\([X0-9.]*\.[0-9]*\)[-"].*/\1/p')

# Texts of all codes in a language: CODE, a tab, KEY, a tab, TEXT.
texts() { # LANG
    { ask --lang "$1" --format json "${replies[@]}" && ask --lang "$1" --format json "${enhanced[@]}"; } |
        jq -r '.codes[] | .code as $code | to_entries[]
               | select(.key == ("description", "when", "fix", "use")) | "\($code)\t\(.key)\t\(.value)"'
}

# Titles and signs of the reasons in a language.
reasons() { # LANG
    { ask --lang "$1" --format json "${replies[@]}" && ask --lang "$1" --format json "${enhanced[@]}"; } |
        jq -r '.codes[].reasons[] | "\(.class)\ttitle\t\(.title)\n\(.class)\tsign\t\(.sign)"' | sort -u
}

english=$(texts en) english_reasons=$(reasons en)

declare -A headings=(
    [en]='Description|When you see it|How to fix|Key differences|When to use which|Learn more'
    [es]='Descripción|Cuándo lo verás|Cómo solucionarlo|Diferencias clave|Cuándo usar cada uno|Saber más'
    [fr]='Description|Quand vous le voyez|Comment résoudre|Différences clés|Quand utiliser lequel|En savoir plus'
    [th]='คำอธิบาย|เมื่อคุณพบเห็น|วิธีแก้ไข|ความแตกต่างหลัก|ควรใช้อันไหนเมื่อไร|เรียนรู้เพิ่มเติม'
)

all_codes() { [ "$(echo "$english" | cut -f 1 | sort -u | wc -l)" -ge 200 ]; }
all_reasons() { [ "$(echo "$english_reasons" | cut -f 1 | sort -u | grep -vc '^unclassified')" -ge 50 ]; }

# Not one text is that of English: names of commands alone could be, whole sentences cannot.
none_is_english() { # LANG WHAT: texts or reasons
    local said kept
    said=$("$2" "$1")
    case $2 in
    texts) kept=$english ;;
    *) kept=$english_reasons ;;
    esac
    [ "$(echo "$said" | wc -l)" = "$(echo "$kept" | wc -l)" ] || { echo "not as many"; return 1; }
    comm -12 <(echo "$said" | sort) <(echo "$kept" | sort) | none
}

has_headings() { # LANG
    local page heading wanted
    page=$(ask --lang "$1" 354 535)
    IFS='|' read -ra wanted <<< "${headings[$1]}"
    for heading in "${wanted[@]}"; do
        echo "$page" | grep -q "^ *$heading" || { echo "no '$heading'"; return 1; }
    done
}

follows_environment() { # LANG
    [ "$(LC_ALL='' LC_MESSAGES="$1.UTF-8" ask 354 535)" = "$(ask --lang "$1" 354 535)" ] &&
        [ "$(LC_ALL='' LC_MESSAGES='' LANG="$1.UTF-8" ask 354)" = "$(ask --lang "$1" 354)" ] &&
        [ "$(LC_ALL=C LC_MESSAGES="$1" LANG="$1" ask 354)" = "$(ask --lang en 354)" ]
}

# What machines read follows --lang alone, and of a row the hint alone.
rows() { # FORMAT OPTION...
    "$program" export --no-config --quiet --year 2026 --format "$@" samples/postfix/mail.log
}
machines_keep() { # LANG
    [ "$(LC_ALL="$1.UTF-8" rows ndjson)" = "$(rows ndjson)" ] &&
        [ "$(LC_ALL="$1.UTF-8" ask --format json 354)" = "$(ask --format json 354)" ] &&
        [ "$(rows ndjson --lang "$1" | jq -c 'del(.hint)')" = "$(rows ndjson | jq -c 'del(.hint)')" ] &&
        [ "$(rows csv --lang "$1")" = "$(rows csv --lang en)" ] &&
        [ "$(rows ndjson --lang "$1" | jq -c .hint)" != "$(rows ndjson | jq -c .hint)" ]
}

docs_page() { # LANG FILE
    tests/catalogue/codes_page.sh "$1" | diff - "$2" || { echo "make catalogue"; return 1; }
}

# What the pages are made with must be words: no sign of the file they stand in, nothing empty.
docs_words() { # LANG FILE
    local wanted heading
    grep -nE '>-|\*\*\*\*|^#+ *$' "$2" | none || return 1
    IFS='|' read -ra wanted <<< "${headings[$1]}"
    for heading in "${wanted[@]:1:2}"; do
        grep -qE "^- \\*\\*$heading\\*\\*.{0,3}: " "$2" || { echo "no '$heading:'"; return 1; }
    done
}

check "200 codes and more are in the catalogue" all_codes
check "their pages name 50 reasons and more" all_reasons
for lang in es fr th; do
    check "$lang: each text of each code is translated" none_is_english "$lang" texts
    check "$lang: each title and sign of a reason is translated" none_is_english "$lang" reasons
done
for lang in en es fr th; do
    check "$lang: the headings" has_headings "$lang"
    check "$lang: asked for by the environment" follows_environment "$lang"
    [ "$lang" = en ] || check "$lang: what machines read stays" machines_keep "$lang"
    file=docs/codes.$lang.md
    [ "$lang" != en ] || file=docs/codes.md
    check "$file is what the program says" docs_page "$lang" "$file"
    check "$file is made of words" docs_words "$lang" "$file"
done
tap_end
