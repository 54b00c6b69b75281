#!/usr/bin/env bash
# readme - every block of README.md that begins with "$ mailtriage" is what the program prints
# today; a line "[...]" stands for any lines.
. "$(dirname "$0")/tap.bash"

blocks() { # TO: one file a block, the command first, then its output
    awk -v box="$1" '
        /^    \$ mailtriage / { file = box "/block" ++count; sub(/^    \$ /, ""); print > file; next }
        file && /^    / { sub(/^    /, ""); print > file; next }
        file && /^$/ { print > file; next }
        { file = "" }' README.md
}

# The lines behind the first are lines of the output, in order, without a gap but at "[...]".
shown_in() { # BLOCK OUTPUT
    awk '
        NR == FNR { real[++many] = $0; next }
        FNR == 1 { at = 1; free = 0; next }
        $0 == "[...]" { free = 1; next }
        /^$/ { blank++; next }
        {
            for (; blank > 0; blank--) if (!free && real[at] == "") at++
            while (free && at <= many && real[at] != $0) at++
            if (real[at] != $0) { print "not printed: " $0; exit 1 }
            at++; free = 0
        }' "$2" "$1"
}

run_block() { # BLOCK OUTPUT
    (
        mailtriage() { build/mailtriage "$@"; }
        eval "$(head -n 1 "$1")"
    ) > "$2"
}

blocks "$scratch"
for block in "$scratch"/block*; do
    run_block "$block" "$block.output"
    check "README: $(head -n 1 "$block" | cut -c 1-60)" shown_in "$block" "$block.output"
done
sed 's/hint:/pint:/' "$scratch/block1" > "$scratch/wrong"
check_catches "a line that is not printed" shown_in "$scratch/wrong" "$scratch/block1.output"
tap_end
