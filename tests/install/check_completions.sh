#!/usr/bin/env bash
# check_completions - what bash, zsh and fish themselves offer with the completions, line by line
# (completions.txt); and that the program takes what is offered.
. "$(dirname "$0")/../lint/tap.bash"

made=$PWD/build/install ask=$PWD/tests/install
mkdir -p "$scratch/at/specimens" "$scratch/dump" "$scratch/functions"
touch "$scratch/at/mail.log" "$scratch/at/site.yaml"
cp "$made/mailtriage.zsh" "$scratch/functions/_mailtriage"
grep -v '^#' tests/install/completions.txt > "$scratch/questions"
cut -d'|' -f1 "$scratch/questions" > "$scratch/lines"

# "LINE|CANDIDATE" of each line; of what is joined by commas, or behind =, the last part.
asked() { # SHELL COMMAND...
    local shell=$1
    shift
    (cd "$scratch/at" && HOME=$scratch "$@") < "$scratch/lines" |
        sed 's/|.*[,=]/|/; s,/$,,; s/ *$//' > "$scratch/$shell"
    grep -q . "$scratch/$shell"
}

offers() { # SHELL LINE WANTED UNWANTED
    local word
    for word in $3; do
        grep -q -x -F -e "$2|$word" "$scratch/$1" || echo "not offered: $word"
    done > "$scratch/odd"
    for word in $4; do
        ! grep -q -x -F -e "$2|$word" "$scratch/$1" || echo "offered: $word"
    done >> "$scratch/odd"
    none < "$scratch/odd"
}

each_question() { # SHELL
    local line wanted unwanted
    while IFS='|' read -r line wanted unwanted; do
        check "$1: $line" offers "$1" "$line" "$wanted" "$unwanted"
    done < "$scratch/questions"
}

has() { # SHELL
    command -v "$1" > "$scratch/which"
}

check "bash answers" asked bash bash --norc "$ask/ask.bash" "$made/mailtriage.bash"
each_question bash
check_catches "what is not offered" offers bash "mailtriage rep" "nothing" ""
check_catches "what must not be offered" offers bash "mailtriage rep" "" "report"
if has zsh; then
    check "zsh answers" asked zsh zsh -f "$ask/ask.zsh" "$scratch/functions" "$scratch/dump"
    each_question zsh
else
    skip "zsh" "zsh is not installed"
fi
if has fish; then
    check "fish answers" asked fish fish --no-config "$ask/ask.fish" "$made/mailtriage.fish"
    each_question fish
else
    skip "fish" "fish is not installed"
fi

# --- all words that bash knows of are words of the program, and none is forgotten

commands=$(sed -n 's/^COMMAND(\([a-z]*\),.*/\1/p' src/app/commands.def | tr '\n' ' ')
# shellcheck source=/dev/null
. "$made/mailtriage.bash"

options_are_taken() { # COMMAND: those of --help, and no others
    _mailtriage_options "$1" | tr ' ' '\n' | grep . | sort > "$scratch/offered"
    build/mailtriage "$1" --help | sed -n 's/^  \(-.\), \(--[a-z-]*\).*/\1\n\2/p; s/^      \(--[a-z-]*\).*/\1/p' |
        sort | diff - "$scratch/offered"
}

# What a mail needs stands in a configuration, where it hurts no other format.
echo 'report: {mail-to: root}' > "$scratch/mail.yaml"

build/mailtriage report --no-config --quiet --year 2026 --resume --history "$scratch/history.db" \
    samples/postfix/mail.log > "$scratch/out"

takes() { # COMMAND OPTION VALUE...
    local command=$1 option=$2 value operands=(samples/postfix/mail.log)
    shift 2
    [ $# -gt 0 ] || return 1
    [ "$command" != explain ] || operands=('550 no')
    [ "$command" != rules ] || operands=(list)
    [ "$command" != history ] || operands=(show "$scratch/history.db")
    [ "$command" != check ] || operands+=(--warning 'received < 0')
    for value; do
        build/mailtriage "$command" --config "$scratch/mail.yaml" "$option" "$value" \
            "${operands[@]}" > "$scratch/out" 2>&1 || [ $? = 1 ] || cat "$scratch/out"
    done | none
}

values_are_taken() { # COMMAND OPTION
    local words
    words=$(_mailtriage_words "$2" "$1")
    [[ $words != @list* ]] || words=$(tr ' ' ',' <<< "${words#@list }")
    # shellcheck disable=SC2086 # words
    takes "$1" "$2" ${words#@one }
}

# Where one is wanted of the words that another command takes as a list.
each_is_taken() { # COMMAND OPTION
    local words
    words=$(_mailtriage_words "$2" "$1")
    # shellcheck disable=SC2086 # words
    takes "$1" "$2" ${words#@list }
}

# Each format of formats.def that is not offered is refused.
others_are_refused() { # COMMAND
    local format words
    words=" $(_mailtriage_words --format "$1") "
    for format in $(sed -n 's/^FORMAT(format_\([a-z]*\))/\1/p' src/report/formats.def); do
        case $words in *" $format "*) continue ;; esac
        ! takes "$1" --format "$format" 2> "$scratch/refused" || echo "taken: $format"
    done | none
}

for command in $commands; do
    check "$command: the options of its --help" options_are_taken "$command"
    check "$command: formats are taken" values_are_taken "$command" --format
    check "$command: other formats are refused" others_are_refused "$command"
done
for option in --class --only --event --level --direction --stage --lang --mta; do
    check "report: words of $option are taken" values_are_taken report $option
done
check "report: --without knows the words of --only" \
    [ "$(_mailtriage_words --without report)" = "$(_mailtriage_words --only report)" ]
for option in --columns --unique; do
    check "export: words of $option are taken" values_are_taken export $option
done
check "explain: each word of --stage is taken" each_is_taken explain --stage
if has shellcheck; then
    check "the completion of bash is clean for shellcheck" \
        shellcheck -S warning -s bash "$made/mailtriage.bash"
else
    skip "the completion of bash is clean for shellcheck" "shellcheck is not installed"
fi
tap_end
