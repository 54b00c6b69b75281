#!/bin/sh
# patterns - every example in the pattern files is classed as its file says (`mailtriage rules
# test`).
if "${MAILTRIAGE:-build/mailtriage}" rules test --no-config; then
    echo "ok every example of the pattern files"
else
    echo "not ok examples of the pattern files"
fi
echo 1..1
