#!/usr/bin/env bash
# headers - each header compiles alone, has a guard named after its place, and each .c file includes
# its own header first (after comments), so that what a header forgets to include is noticed.
. "$(dirname "$0")/tap.bash"

# shellcheck disable=SC2207 # flags are words
flags=(-std=c17 -fsyntax-only -D_GNU_SOURCE -DPCRE2_CODE_UNIT_WIDTH=8 -Isrc -include base/banned.h
    -Wall -Wextra -Werror $(pkg-config --cflags libpcre2-8 2> /dev/null))

compiles_alone() { # HEADER
    echo "#include \"${1#src/}\"" | ${CC:-cc} "${flags[@]}" -x c -
}

# A header that may be included twice without a guard is a list (.def); all others are guarded.
guarded() { # HEADER...
    local header guard
    for header in "$@"; do
        guard=$(echo "${header#src/}" | tr 'a-z/.' 'A-Z__')
        grep -q "^#ifndef $guard\$" "$header" && grep -q "^#define $guard\$" "$header" ||
            echo "$header: no guard $guard"
    done | none
}

own_header_first() {
    local source header first
    for source in src/*/*.c; do
        header=${source%.c}.h
        [ -e "$header" ] || continue
        first=$(grep -m1 '^#include' "$source")
        [ "$first" = "#include \"${header#src/}\"" ] || echo "$source: $first"
    done | none
}

for header in src/*/*.h; do
    check "$header compiles alone" compiles_alone "$header"
done
check "guards" guarded src/*/*.h
check "own header first" own_header_first
echo 'struct slice forgotten;' > "$scratch/needy.h"
check_catches "a header that forgets an include" compiles_alone "$scratch/needy.h"
tap_end
