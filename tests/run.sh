#!/usr/bin/env bash
# run.sh - builds and runs the named suites, counts their tests, ends with one plain line.
# usage: tests/run.sh SUITE...   (patterns unit property lint golden html machines oracle resume
#        spikes install fuzz bench corpora mta fleet deb formats mutants small-bounds)
#
# A suite is a list of parts; each part is a command that writes TAP. Parts run side by side, JOBS
# at a time, each into its own file under build/tests/; then they are shown in order: one line for a
# part that passed, what it said of its failures for one that did not. A part that crashed, ran no
# test, or ran fewer than it had planned, counts as a failed test: silence is no success.
set -u
cd "$(dirname "$0")/.." || exit 2

MAKE=${MAKE:-make}
JOBS=${JOBS:-$(nproc 2> /dev/null || echo 2)}
export MAKE JOBS
export LC_ALL=C.UTF-8 TZ=UTC
export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=abort_on_error=0:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
PROGRAM=$PWD/build/mailtriage
export MAILTRIAGE=$PROGRAM
told=build/tests
rm -rf "$told"
mkdir -p "$told"

names=() commands=()
part() { # NAME COMMAND: adds a part
    names+=("$1")
    commands+=("$2")
}

quiet_make() { # makes targets; shows what make said only when it fails
    if ! "$MAKE" -s --no-print-directory -k -j"$JOBS" STRICT=1 "$@" > "$told/make.log" 2>&1; then
        cat "$told/make.log"
        return 1
    fi
}

# A test that does not build must not pass on the strength of the program of last time.
build() { # SUITE MAKE-ARGUMENTS...: a part of its own, so that a failed build is a failed test
    local suite=$1
    shift
    echo "building for $suite ..."
    if quiet_make "$@" > "$told/build.$suite"; then
        part "$suite/build" "echo ok build; echo 1..1"
    else
        part "$suite/build" "cat '$told/build.$suite'; echo not ok build; echo 1..1"
    fi
}

built() { # PROGRAM: a command that runs it, or says that it is not there
    [ -x "$1" ] && echo "$1" || echo "echo 'not ok: not built'; echo 1..1"
}

programs() { # SUITE SOURCES...: a part for each, built in the asan variant
    local suite=$1 source
    shift
    for source in "$@"; do
        [ -e "$source" ] || continue
        part "$suite/$(basename "$source" .c)" "$(built "build/asan/${source%.c}")"
    done
}

suite_patterns() {
    build patterns all
    part patterns/rules tests/lint/patterns.sh
}

suite_unit() {
    build unit VARIANT=asan unit-programs
    programs unit tests/unit/test_*.c
}

suite_property() {
    build property VARIANT=asan property-programs
    programs property tests/property/test_*.c
}

suite_lint() {
    local script
    build lint all
    for script in tests/lint/*.sh; do
        [ "$script" != tests/lint/patterns.sh ] || continue
        part "lint/$(basename "$script" .sh)" "$script"
    done
}

suite_golden() {
    local script
    build golden all
    tests/golden/list.sh > "$told/golden.bats"
    part golden/cases "bats --formatter tap '$told/golden.bats'"
    for script in tests/catalogue/check_*.sh; do
        part "golden/$(basename "$script" .sh)" "$script"
    done
}

suite_html() {
    build html all html-programs
    part html/wellformed tests/html/wellformed.sh
}

suite_machines() {
    local script
    build machines all
    for script in tests/machines/check_*.py; do
        part "machines/$(basename "$script" .py)" "python3 -B '$script'"
    done
}

suite_oracle() {
    local script
    build oracle all
    for script in tests/oracle/*.sh; do
        part "oracle/$(basename "$script" .sh)" "$script"
    done
}

suite_resume() {
    build resume all
    part resume/proof "python3 -B tests/resume/proof.py --killed 25"
    part resume/full-disk "python3 -B tests/resume/proof.py --full --killed 10"
    part resume/faults "python3 -B tests/resume/check_faults.py"
    part resume/moves "python3 -B tests/resume/check_moves.py"
}

suite_spikes() {
    build spikes all
    part spikes/truth "python3 -B tests/spikes/check_truth.py"
    part spikes/found "python3 -B tests/spikes/score.py --small --logs 7 --margin --tap"
}

suite_install() {
    local script
    build install all
    for script in tests/install/check_*.sh; do
        part "install/$(basename "$script" .sh)" "$script"
    done
}

suite_fuzz() {
    local source name
    build fuzz VARIANT=asan fuzz-programs
    for source in tests/fuzz/fuzz_*.c; do
        [ -e "$source" ] || continue
        name=$(basename "$source" .c)
        part "fuzz/$name" "$(built "build/asan/tests/fuzz/$name") tests/fuzz/corpus/${name#fuzz_}"
    done
}

suite_bench() {
    build bench all bench-programs
    part bench/totals "tests/bench/totals.sh"
    part bench/memory "tests/bench/memory.sh"
    part bench/trace "tests/bench/trace.sh check"
    part bench/budget "tests/bench/budget.sh often"
    part bench/history "tests/bench/history.sh check"
    part bench/reasons "$(built build/release/tests/bench/bench_reasons) check"
}

suite_corpora() {
    build corpora all
    part corpora/ledgers tests/corpora/compare.sh
}

# The roots are made here, all at once; whether one is there is for its own part to say.
suite_mta() {
    local variant
    local variants=${MTA:-postfix postfix-file exim exim-default exim-all
        sendmail sendmail-12 sendmail-14 sendmail-15}
    build mta all
    # shellcheck disable=SC2086,SC2046 # lists of words
    tests/mta/roots.sh $(printf '%s\n' $variants | sed 's/-.*//' | sort -u) 2>&1 || true
    part mta/page "tests/mta/page_is_current.sh"
    for variant in $variants; do
        part "mta/$variant" "tests/mta/run $variant ${SCENARIO:-}"
    done
}

# What needs a ClickHouse skips itself where there is none to be had.
suite_fleet() {
    build fleet all bench-programs
    part fleet/faults "python3 -B tests/fleet/faults.py"
    part fleet/cluster "tests/fleet/clickhouse.sh cluster.py"
    part fleet/relied-on "tests/fleet/clickhouse.sh relied_on.py"
    part fleet/told "tests/fleet/clickhouse.sh told.py"
}

# `make check-deb` has made the package; what `make install` brings is tried there, too.
suite_deb() {
    build deb all
    part deb/package tests/install/package.sh
    part deb/nights tests/install/nights.sh
}

# Each of them skips itself where its program cannot be had.
suite_formats() {
    local script
    build formats all formats-programs
    for script in tests/*/formats_*.sh; do
        part "formats/$(basename "$script" .sh | sed 's/^formats_//')" "$script"
    done
}

suite_mutants() {
    part mutants/guards "python3 -B tests/mutants/mutants.py"
}

suite_small-bounds() {
    part small-bounds/go-on "python3 -B tests/property/small_bounds.py"
}

run_part() { # NUMBER COMMAND
    bash -c "$2" > "$told/part.$1" 2>&1 < /dev/null
    echo "$?" > "$told/status.$1"
}
export -f run_part
export told

passed=0 failed=0 skipped=0

count() { # PATTERN FILE
    grep -c -E "$1" "$2" || true
}

# What a part said. A test that failed jumps out and frees nothing: its leaks are no news; nor are the
# tests that passed, among which it would be lost. Of a part that died they tell how far it came.
shown_part() { # FILE
    if grep -q '^not ok [0-9]' "$1"; then
        sed '/^==[0-9]*==ERROR: LeakSanitizer/,/^SUMMARY:/d; /^ok\b/d' "$1"
    else
        cat "$1"
    fi
}

judge_part() { # NUMBER NAME: adds to the counts and shows the part
    local file=$told/part.$1 status ok bad skip planned
    status=$(cat "$told/status.$1" 2> /dev/null || echo lost)
    skip=$(count '^ok\b.*# *[Ss][Kk][Ii][Pp]' "$file")
    ok=$(($(count '^ok\b' "$file") - skip))
    bad=$(count '^not ok\b' "$file")
    planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$file" | awk '{ sum += $1 } END { print sum + 0 }')
    if [ "$bad" = 0 ]; then
        if [ "$status" != 0 ]; then
            echo "not ok $2: ended with status $status" >> "$file"
            bad=1
        elif [ $((ok + skip)) = 0 ] || [ $((ok + skip)) -lt "$planned" ]; then
            echo "not ok $2: $((ok + skip)) tests ran, $planned were planned" >> "$file"
            bad=1
        fi
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
    if [ "$bad" = 0 ]; then
        printf '  %-32s %4d passed%s\n' "$2" "$ok" "$([ "$skip" = 0 ] || echo ", $skip skipped")"
        sed -n 's/^ok\b.*# *[Ss][Kk][Ii][Pp] */      skipped: /p; s/^# note: /      note: /p' "$file"
    else
        printf '  %-32s %4d passed, %d FAILED\n' "$2" "$ok" "$bad"
        shown_part "$file" | sed 's/^/    | /'
    fi
}

for suite in "$@"; do
    "suite_$suite" || exit 2
done
for number in "${!names[@]}"; do
    printf '%s\0%s\0' "$number" "${commands[$number]}"
done | xargs -0 -r -n 2 -P "$JOBS" bash -c 'run_part "$@"' run_part
for number in "${!names[@]}"; do
    judge_part "$number" "${names[$number]}"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
