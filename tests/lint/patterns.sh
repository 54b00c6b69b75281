#!/bin/sh
# patterns - every example in the pattern files is classed as its file says (`mailtriage rules
# test`). Rules that no example proves are counted: a number that should go down.
notes=$(mktemp)
if "${MAILTRIAGE:-build/mailtriage}" rules test --no-config 2> "$notes"; then
    echo "ok every example of the pattern files"
else
    grep -v '^mailtriage: note: ' "$notes"
    echo "not ok examples of the pattern files"
fi
sed -n 's/^mailtriage: note: of /# note: of /p' "$notes"
rm -f "$notes"
echo 1..1
