#!/usr/bin/env bash
# fixtures - each id of tests/fixtures/ids has a fixture that names it, each fixture is listed, and each
# line type that a reader or a shape names is listed, and each wrapping: a new one without a fixture fails.
. "$(dirname "$0")/tap.bash"

listed() { # TREE
    sed 's/#.*//; /^ *$/d' "$1/tests/fixtures/ids" | awk '{ print $1 }' | sort
}

each_has_a_section() { # TREE
    sed 's/#.*//; /^ *$/d' "$1/tests/fixtures/ids" | awk 'NF != 2 || $2 !~ /^[0-9]\.[0-9]+$/' | none
}

files_match() { # TREE
    (cd "$1/tests/fixtures" && ls -- *.fixture) | sed 's/\.fixture$//' | sort > "$scratch/files"
    listed "$1" | uniq -d | sed 's/$/: listed twice/' > "$scratch/odd"
    listed "$1" | comm -13 - "$scratch/files" | sed 's/$/: not in ids/' >> "$scratch/odd"
    listed "$1" | comm -23 - "$scratch/files" | sed 's/$/: no fixture/' >> "$scratch/odd"
    none < "$scratch/odd"
}

# The head: title, shapes, source; and at least one line of a log.
heads_are_whole() { # TREE
    local file id
    for file in "$1"/tests/fixtures/*.fixture; do
        id=$(basename "$file" .fixture)
        head -1 "$file" | grep -q "^# $id: ." || echo "$file: the first line is not '# $id: TITLE'"
        sed '/^$/q' "$file" | grep -q '^# shape: .' || echo "$file: no '# shape:' in the head"
        sed '/^$/q' "$file" | grep -q '^# source: .' || echo "$file: no '# source:' in the head"
        grep -q '^> ' "$file" || echo "$file: no line of a log"
    done | none
}

# Line types in the readers: "PF-STATUS" as a plain string, and the first word of each shape's id.
line_types() { # TREE
    cat "$1"/src/mta/*.c | grep -v '^ \*\|^//' | grep -o '"[A-Z][A-Z]-[A-Z][A-Z-]*"' | tr -d '"'
    sed -n 's/^  - id: \([A-Z-]*\).*/\1/p' "$1"/patterns/mta/*.yaml
}

types_are_listed() { # TREE
    line_types "$1" | sort -u > "$scratch/types"
    [ "$(wc -l < "$scratch/types")" -gt 50 ] || return 1 # has the shape of the code changed?
    listed "$1" | comm -23 "$scratch/types" - | sed 's/$/: a line type that is not in ids/' | none
}

# So is each wrapping that docs/formats/wrappings.md names, but the one whose records are no lines.
wrappings_are_listed() { # TREE
    grep -o '\(ENV\|EX\|SM\)-[A-Z0-9][A-Za-z0-9-]*' "$1/docs/formats/wrappings.md" | sort -u > "$scratch/wrappings"
    [ "$(wc -l < "$scratch/wrappings")" -gt 20 ] || return 1
    listed "$1" | comm -23 "$scratch/wrappings" - | sed '/^ENV-J-EXPORT$/d; s/$/: a wrapping that is not in ids/' |
        none
}

# docs/formats is made from the fixtures: what stands there is what they say now.
formats_are_new() { # TREE
    mkdir -p "$scratch/formats"
    "$1/tests/fixtures/formats.sh" "$scratch/formats"
    for page in "$scratch"/formats/*.md; do
        diff -u "$1/docs/formats/$(basename "$page")" "$page" || echo "run: make formats"
    done | none
}

# docs/formats/words.md says what the fixtures say: each `column=value` of a row stands in its fixture.
words_are_true() { # TREE
    local becomes fixture pairs pair
    awk -F ' *[|] *' '/^[|]/ && NR > 8 && $5 != "-" { print $5 "|" $4 }' "$1/docs/formats/words.md" |
        while IFS='|' read -r fixture becomes; do
            [ -f "$1/tests/fixtures/$fixture.fixture" ] || echo "$fixture: no such fixture"
            pairs=$(grep -o '`[^`]*=[^`]*`' <<< "$becomes" | tr -d '`')
            for pair in $pairs; do
                grep -q -e "[ ]$pair\\( \\|\$\\)" "$1/tests/fixtures/$fixture.fixture" ||
                    echo "$fixture: $pair is not there"
            done
        done | none
}

check "docs/formats" formats_are_new .
check "docs/formats/words.md" words_are_true .
check "ids and their sections" each_has_a_section .
check "a fixture for each id" files_match .
check "heads of the fixtures" heads_are_whole .
check "each line type is listed" types_are_listed .
check "each wrapping is listed" wrappings_are_listed .

tree_copy "$scratch/tree" src patterns tests
rm "$scratch/tree/tests/fixtures/PF-ANVIL.fixture"
check_catches "an id without a fixture" files_match "$scratch/tree"
sed -i 's/^  - id: PF-ANVIL$/  - id: PF-NEWS/' "$scratch/tree/patterns/mta/postfix.yaml"
check_catches "a line type that is not listed" types_are_listed "$scratch/tree"
mkdir -p "$scratch/tree/docs"
cp -r docs/formats "$scratch/tree/docs/"
sed -i 's/ENV-COMPOSE/ENV-NEWS/' "$scratch/tree/docs/formats/wrappings.md"
check_catches "a wrapping that is not listed" wrappings_are_listed "$scratch/tree"
sed -i 's/`event=held`/`event=lost`/' "$scratch/tree/docs/formats/words.md"
check_catches "a word that becomes something else" words_are_true "$scratch/tree"
tap_end
