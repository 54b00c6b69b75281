#!/usr/bin/env bash
# accept - runs the golden cases (all, or those named), shows what differs, and takes it as
# expected.
set -eu
cd "$(dirname "$0")/../.."
. tests/golden/case.bash
export MAILTRIAGE=$PWD/build/mailtriage

found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
taken=0
case_names > "$found/names"
[ $# = 0 ] || printf '%s\n' "$@" > "$found/names"
while read -r name; do
    [ -z "$(case_lacks "$name")" ] || continue
    case_run "$name" "$found/$name"
    case_compare "$name" "$found/$name" && continue
    rm -f "$GOLDEN/$name"/{expected,expected.err,status}
    cp "$found/$name"/* "$GOLDEN/$name/"
    taken=$((taken + 1))
done < "$found/names"
echo "$taken cases taken; look at the difference above before you commit it"
