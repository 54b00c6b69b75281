#!/usr/bin/env bash
# layers - every #include of a folder obeys src/LAYERS.
. "$(dirname "$0")/tap.bash"

# Shows each include that LAYERS does not allow; a folder may always include itself.
layers_hold() { # TREE
    find "$1/src" -mindepth 2 -name '*.[ch]' | sort | xargs grep -H -o '#include "[a-z]*/[^"]*"' |
        sed "s,^$1/src/,," |
        awk -F'[/:"]' '
            NR == FNR { split($0, words, /[: ]+/); at = words[1]; known[at] = 1
                        for (i in words) allowed[at, words[i]] = 1
                        next }
            !known[$1] { print $0 ": folder not in src/LAYERS"; next }
            $1 != $4 && !allowed[$1, $4] && !allowed[$1, "everything"] {
                print "src/" $0 ": " $1 " may not include " $4 }' "$1/src/LAYERS" - | none
}

# Every folder with code in it stands in LAYERS.
folders_known() { # TREE
    local folder
    for folder in "$1"/src/*/; do
        ls "$folder"*.c > "$scratch/any" 2>&1 || continue
        grep -q "^$(basename "$folder"):" "$1/src/LAYERS" || echo "$folder"
    done | none
}

plant() { # FILE LINE: a copy of the sources with one line more
    rm -rf "$scratch/tree"
    tree_copy "$scratch/tree" src
    echo "$2" >> "$scratch/tree/src/$1"
}

check "includes obey src/LAYERS" layers_hold .
check "every folder stands in src/LAYERS" folders_known .
plant base/slice.c '#include "mta/record.h"'
check_catches "base including mta" layers_hold "$scratch/tree"
plant input/lines.c '#include "tally/tally.h"'
check_catches "input including tally" layers_hold "$scratch/tree"
plant LAYERS 'nothing:'
check "a line more in LAYERS changes nothing" layers_hold "$scratch/tree"
tap_end
