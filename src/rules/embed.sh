#!/bin/sh
# embed - writes the pattern files as a C table (rules/builtin.h), so that the program needs no folder.
# usage: embed.sh PATTERNS-FOLDER > builtin_files.c
set -eu
LC_ALL=C
export LC_ALL
cd "$1"
files=$(find . -type f \( -name '*.yaml' -o -name '*.csv' -o -name order \) | sed 's,^\./,,' | sort)
echo '#include "rules/builtin.h"'
number=0
for file in $files; do
    printf 'static const unsigned char file_%d[] = {\n' "$number"
    od -An -v -tu1 "$file" | sed 's/  *\([0-9][0-9]*\)/\1,/g'
    echo '0};'
    number=$((number + 1))
done
echo 'const struct builtin_file builtin_files[] = {'
number=0
for file in $files; do
    printf '    {"%s", file_%d, sizeof file_%d - 1},\n' "$file" "$number" "$number"
    number=$((number + 1))
done
echo '    {0, 0, 0}};'
echo "const size_t builtin_file_count = $number;"
