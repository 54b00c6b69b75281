#!/usr/bin/env bash
# implied - the table of implied codes and the readers agree: each key a reader names stands in
# patterns/codes/implied.csv, and each row there is used. A shape uses the row of its own id, or the
# one it names (implied: KEY; none: no code); the readers written by hand name keys as SLICE("KEY").
. "$(dirname "$0")/tap.bash"

rows() { # TREE
    tail -n +2 "$1/patterns/codes/implied.csv" | cut -d, -f1 | sort -u
}

shape_keys() { # TREE: the keys that shapes name
    sed -n 's/^ *implied: *\([^#]*[^# ]\) *\(#.*\)\{0,1\}$/\1/p' "$1"/patterns/mta/*.yaml |
        grep -v '^none$'
}

# A shape without "implied:" has its id as key, which may have no row; so has one that is not read.
shape_ids() { # TREE
    cat "$1"/patterns/mta/*.yaml | awk '
        /^  - id: / { if (read && !other) print id; id = substr($0, 9); read = other = 0 }
        /^    gives: / { read = 1 }
        /^    implied: / { other = 1 }
        END { if (read && !other) print id }'
}

hand_keys() { # TREE
    cat "$1"/src/mta/*.c | grep -o 'SLICE\(_INIT\)\{0,1\}("[A-Z][A-Z]-[^"]*")' |
        sed 's/^[^"]*"//; s/")$//' | grep -v ' $'
    sed -n 's/^ *REJECTION(.*, "\([a-z-]*\)", [a-z]*),*$/EX-REJECT \1\nEX-REJECT \1 temporary/p' \
        "$1"/src/mta/exim_clients.c
}

keys_exist() { # TREE
    { shape_keys "$1"; hand_keys "$1"; } | sort -u > "$scratch/keys"
    [ "$(wc -l < "$scratch/keys")" -gt 20 ] || return 1 # has the shape of the code changed?
    rows "$1" | comm -23 "$scratch/keys" - | sed 's/$/: no such row in implied.csv/' | none
}

rows_are_used() { # TREE
    { shape_keys "$1"; shape_ids "$1"; hand_keys "$1"; } | sort -u > "$scratch/keys"
    rows "$1" | comm -13 "$scratch/keys" - | sed 's/$/: no reader uses this row/' | none
}

rows_have_sources() { # TREE
    tail -n +2 "$1/patterns/codes/implied.csv" |
        awk -F, 'NF != 4 || $4 == "" || $2 !~ /^[2-5][0-9][0-9]$/' | none
}

check "every key has a row" keys_exist .
check "every row is used" rows_are_used .
check "every row has a code and a source" rows_have_sources .

tree_copy "$scratch/tree" src patterns
sed -i '/^EX-DROP nonmail,/d' "$scratch/tree/patterns/codes/implied.csv"
check_catches "a key without a row" keys_exist "$scratch/tree"
echo 'PF-NOBODY,550,,Postfix nobody.c' >> "$scratch/tree/patterns/codes/implied.csv"
check_catches "a row that nobody uses" rows_are_used "$scratch/tree"
tap_end
