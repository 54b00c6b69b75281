#!/usr/bin/env bash
# readme - every command "$ mailtriage ..." of README.md, docs/patterns.md, docs/configuration.md,
# docs/digging.md, docs/trace.md, docs/report.md and docs/thresholds.md prints what stands below it; a
# line "[...]" stands for any lines. A block headed by a line that begins with `mine/FILE` is that file: the
# commands of the page run beside it.
. "$(dirname "$0")/tap.bash"
. tests/lint/shown.bash

# A file a command, the command first, then its output; and the files of the page.
blocks() { # PAGE TO
    awk -v box="$2" '
        /^    \$ mailtriage / { file = sprintf("%s/block%02d", box, ++count) }
        /^`mine\// { split($0, part, "`"); name = box "/" part[2]; file = ""; next }
        /^    / && (file || name) {
            sub(/^    /, "")
            if (!file && name) { file = name; name = "" }
            sub(/^\$ /, "")
            print > file
            next
        }
        file && /^$/ { print > file; next }
        !/^$/ { if (file) name = ""; file = "" }' "$1"
}

run_block() { # BLOCK OUTPUT FOLDER
    (
        mailtriage() { "$program" "$@" || [ "$1" = check ]; }
        cd "$3" || exit 1
        eval "$(head -n 1 "$1")"
    ) > "$2"
}

each_block() { # PAGE TO FOLDER
    local block
    for block in "$2"/block*; do
        check "$1: $(head -n 1 "$block" | cut -c 1-60)" run_block "$block" "$block.output" "$3"
        check "what it prints" shown_in "$block" "$block.output"
    done
}

program=$PWD/build/mailtriage
mkdir -p "$scratch/readme" "$scratch/digging" "$scratch/report" "$scratch/trace" "$scratch/thresholds/mine" "$scratch/configuration/mine" \
    "$scratch/patterns/mine"/{reasons,providers,codes}
blocks README.md "$scratch/readme"
each_block README.md "$scratch/readme" .
for page in patterns configuration; do
    blocks docs/$page.md "$scratch/$page"
    each_block docs/$page.md "$scratch/$page" "$scratch/$page"
done
for page in digging trace report thresholds; do
    blocks docs/$page.md "$scratch/$page"
    each_block docs/$page.md "$scratch/$page" .
done
sed 's/affected:/infected:/' "$scratch/readme/block01" > "$scratch/wrong"
check_catches "a line that is not printed" shown_in "$scratch/wrong" "$scratch/readme/block01.output"
tap_end
