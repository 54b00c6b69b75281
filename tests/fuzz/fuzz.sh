#!/usr/bin/env bash
# fuzz.sh - runs every libFuzzer target in turn (`make fuzz`); corpus and dictionary beside it are
# read, what is found goes under build/fuzz. A crash ends the run: put its input into the corpus,
# under a name that says what it is, when the fault is mended.
# usage: tests/fuzz/fuzz.sh SECONDS
set -eu
cd "$(dirname "$0")/../.."

for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    found=build/fuzz/found/${name#fuzz_}
    mkdir -p "$found"
    echo "== $name, $1 seconds"
    words=()
    [ ! -e "tests/fuzz/${name#fuzz_}.dict" ] || words=("-dict=tests/fuzz/${name#fuzz_}.dict")
    "build/fuzz/tests/fuzz/$name" -max_total_time="$1" -timeout=10 -rss_limit_mb=1024 \
        -max_len=8192 -print_final_stats=1 -artifact_prefix="$found/" \
        "${words[@]}" "$found" "tests/fuzz/corpus/${name#fuzz_}"
done
