# case - how a golden case is run; for the walker and for accept.sh alike. Sourced by bash.
#
# A case is a folder: `cmd` (a shell snippet, run in that folder, where $MAILTRIAGE is the program
# and $SCRATCH an empty folder), `expected` (standard output), and where they are not empty or 0
# `expected.err` and `status`. Other files are input. A case with a file `needs` is skipped where
# `mailtriage --version` does not say the words in it: an optional part that is not built in; "a
# terminal" is asked of the machine instead.

GOLDEN=${GOLDEN:-tests/golden}

case_names() { # every case, one a line
    local cmd
    for cmd in "$GOLDEN"/*/cmd; do
        [ -e "$cmd" ] && basename "$(dirname "$cmd")"
    done
    return 0
}

# What the case needs and this build has not; nothing when it can run.
case_lacks() { # NAME
    local needs=$GOLDEN/$1/needs
    if [ ! -e "$needs" ]; then
        return 0
    elif grep -q -x 'a terminal' "$needs"; then
        script -qec true /dev/null > /dev/null 2>&1 < /dev/null || cat "$needs"
    else
        "$MAILTRIAGE" --version | grep -q -F -f "$needs" || cat "$needs"
    fi
}

# Runs a case; leaves expected, expected.err and status in the folder TO, as accept.sh would keep
# them.
case_run() { # NAME TO
    local scratch status=0
    mkdir -p "$2"
    scratch=$(mktemp -d)
    (
        cd "$GOLDEN/$1" || exit 99
        unset MAILTRIAGE_CONFIG LANGUAGE LANG COLUMNS NO_COLOR
        export SCRATCH=$scratch TZ=UTC LC_ALL=C.UTF-8 TERM=dumb
        exec bash ./cmd
    ) > "$2/expected" 2> "$2/expected.err" < /dev/null || status=$?
    rm -rf "$scratch"
    [ -s "$2/expected.err" ] || rm -f "$2/expected.err"
    rm -f "$2/status"
    [ "$status" = 0 ] || echo "$status" > "$2/status"
}

# Shows how what is in the folder FOUND differs from what the case expects; false when it does.
case_compare() { # NAME FOUND
    local part known new same=0
    for part in expected expected.err status; do
        known=$GOLDEN/$1/$part new=$2/$part
        [ -e "$known" ] || known=/dev/null
        [ -e "$new" ] || new=/dev/null
        diff -u --label "$1/$part" --label "$1/$part as it is now" "$known" "$new" || same=1
    done
    return $same
}
