#!/usr/bin/env bash
# lists - nothing is forgotten in the lists (.def, order): each wrapping, MTA, format, command and
# reason that exists as a file stands in its list once. (A listed name without a file does not link,
# or does not load.)
. "$(dirname "$0")/tap.bash"

# Names of the const objects of one struct type, defined in the folder's files.
objects() { # TREE FOLDER STRUCT
    cat "$1/src/$2"/*.c |
        sed -n "s/^const struct $3 \([a-z0-9_]*\) *= *{.*/\1/p" | sort
}

listed() { # FILE WORD: what stands in WORD(...) lines
    sed -n "s/^$2(\([a-z0-9_]*\)[,)].*/\1/p" "$1"
}

same_names() { # LISTED EXISTING, both files
    sort "$1" > "$1.sorted"
    uniq -d "$1.sorted" | sed 's/$/: listed twice/' > "$scratch/odd"
    comm -13 "$1.sorted" "$2" | sed 's/$/: exists and is not listed/' >> "$scratch/odd"
    comm -23 "$1.sorted" "$2" | sed 's/$/: listed and does not exist/' >> "$scratch/odd"
    [ -s "$2" ] || echo "found nothing at all: has the shape of the code changed?" >> "$scratch/odd"
    none < "$scratch/odd"
}

list_holds() { # TREE FOLDER STRUCT DEF WORD
    objects "$1" "$2" "$3" > "$scratch/existing"
    listed "$1/src/$2/$4" "$5" > "$scratch/listed"
    same_names "$scratch/listed" "$scratch/existing"
}

commands_hold() { # TREE
    (cd "$1/src/app" && ls cmd_*.c) | sed 's/^cmd_//; s/\.c$//' | sort > "$scratch/existing"
    listed "$1/src/app/commands.def" COMMAND > "$scratch/listed"
    same_names "$scratch/listed" "$scratch/existing"
}

reasons_hold() { # TREE
    sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$1/patterns/reasons/order" > "$scratch/listed"
    (cd "$1/patterns/reasons" && ls -- *.yaml) | sed 's/\.yaml$//' | sort > "$scratch/existing"
    same_names "$scratch/listed" "$scratch/existing"
}

check "wrappings.def" list_holds . input wrapping wrappings.def WRAPPING
check "mtas.def" list_holds . mta mta mtas.def MTA
check "formats.def" list_holds . report format formats.def FORMAT
check "stores.def" list_holds . store store_engine stores.def STORE
check "commands.def" commands_hold .
check "patterns/reasons/order" reasons_hold .

tree_copy "$scratch/tree" src patterns
echo 'const struct wrapping wrap_planted = {0};' > "$scratch/tree/src/input/wrap_planted.c"
check_catches "a wrapping that is not listed" \
    list_holds "$scratch/tree" input wrapping wrappings.def WRAPPING
touch "$scratch/tree/patterns/reasons/planted.yaml"
check_catches "a reason that is not listed" reasons_hold "$scratch/tree"
tap_end
