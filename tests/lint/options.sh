#!/usr/bin/env bash
# options - every --option that the documentation names is one of src/app/options.def.
. "$(dirname "$0")/tap.bash"

# Options of other programs that the documentation may name.
foreign='failed|home-dir|now|shell|system|no-install-recommends|no-pager|verify|headless|infilter|convert-to'

known_options() {
    sed -n 's/^OPTION("\([a-z-]*\)".*/--\1/p' src/app/options.def | sort -u
}

# git's list of texts would miss new files; the folders are few.
named_options() { # FILE...
    grep -h -o -E '(^|[^-A-Za-z0-9])--[a-z][a-z-]+' "$@" | sed 's/^[^-]*//' | sort -u |
        grep -v -x -E -- "--($foreign)"
}

spelled() { # FILE...
    known_options > "$scratch/known"
    named_options "$@" | comm -23 - "$scratch/known" | none
}

# In the first column of its tables this page has the options of other programs.
sed -E 's/^\| ([^|]|\\\|)* \|/|/' docs/coming-from.md > "$scratch/coming-from.md"
mapfile -t texts < <(find docs samples README.md -name '*.md' ! -name coming-from.md 2> /dev/null)
texts+=("$scratch/coming-from.md")
check "options in the documentation exist" spelled "${texts[@]}"
echo 'Use --no-such-thing.' > "$scratch/wrong.md"
check_catches "an option that does not exist" spelled "$scratch/wrong.md"
tap_end
