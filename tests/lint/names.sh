#!/usr/bin/env bash
# names - file names are unique, the top level holds what it should, and no text holds what it must
# not: unfinished work, paths of somebody's machine, mail names outside the documentation ranges.
. "$(dirname "$0")/tap.bash"

# All files of the project: git's when this is a checkout, else what lies there.
files() {
    git ls-files -co --exclude-standard 2> /dev/null |
        while IFS= read -r file; do [ ! -f "$file" ] || echo "$file"; done | grep . ||
        find . -type f -not -path './build/*' -not -path './.git/*' | sed 's,^\./,,'
}
files | sort -u > "$scratch/files"

# A bare word is a .h and .c pair, a test is named test_WORD; NAME.yaml beside NAME.c is the same
# word for the same thing. Cases and corpora are named within their folder.
unique_names() {
    grep -E '^(src|patterns|tests)/' "$scratch/files" |
        grep -v -E '^tests/(golden/[^/]+|fuzz/corpus)/' | sed 's,.*/,,' | sort | uniq -d | none
}

top_level() {
    sed 's,/.*,,' "$scratch/files" | sort -u |
        grep -v -x -E 'Makefile|src|patterns|tests|samples|docs|README\.md|LICENSE|\..*' | none
}

# Words that say a thing is unfinished. (Split here, so that this file does not find itself.)
no_loose_ends() {
    xargs -a "$scratch/files" -d '\n' grep -n -I -w -E 'TO''DO|FIX''ME|XX''X|HA''CK' | none
}

# Tests need folders for a moment, and log text may name anything; the rest has no business there.
no_machine_paths() {
    {
        xargs -a "$scratch/files" -d '\n' grep -n -I -E '/wo''rk/|/ro''ot/|/Us''ers/'
        grep -v '^tests/' "$scratch/files" | xargs -d '\n' grep -n -I -E '/ho''me/[a-z]|/tm''p/[a-z]'
    } | none
}

# Mail addresses and host names in samples: example.* and the ranges set aside for documentation.
samples_invented() {
    {
        grep -h -o -E '@[A-Za-z0-9.-]+\.[a-z]+' samples/*/* |
            grep -v -E '(^@|\.)example\.(com|org|net)$'
        grep -h -o -E '\[[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+\]' samples/*/* |
            grep -v -E '\[(192\.0\.2|198\.51\.100|203\.0\.113)\.[0-9]+\]|\[127\.0\.0\.1\]'
        grep -h -o -i -E '\[(IPv6:)?[0-9a-f]+:[0-9a-f:]+\]' samples/*/* | grep -v -i '2001:db8:'
    } | none
}

check "file names are unique" unique_names
check "the top level" top_level
check "no loose ends" no_loose_ends
check "no paths of a machine" no_machine_paths
check "samples are invented" samples_invented
tap_end
