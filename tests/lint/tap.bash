# tap - TAP output for the lint scripts, and a copy of the tree to try things on. Sourced by bash.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
tap_number=0

# Runs a command; it passes when it ends with 0. What it said is shown when it does not.
check() { # NAME COMMAND...
    local name=$1 said
    shift
    tap_number=$((tap_number + 1))
    if said=$("$@" 2>&1); then
        echo "ok $tap_number $name"
    else
        printf '%s\n' "$said" | sed 's/^/# /'
        echo "not ok $tap_number $name"
    fi
}

# The same for a command that must find fault: a check that finds nothing anywhere is worth nothing.
check_catches() { # NAME COMMAND...
    local name=$1
    shift
    check "$name is noticed" fails "$@"
}

fails() {
    ! "$@"
}

skip() { # NAME REASON
    tap_number=$((tap_number + 1))
    echo "ok $tap_number $1 # SKIP $2"
}

tap_end() {
    echo "1..$tap_number"
}

# True when there are no lines on standard input; shows them when there are.
none() {
    ! grep . >&2
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Copies the parts of the tree named (the default: what the program is built from) to a folder.
tree_copy() { # TO [PART...]
    local to=$1
    shift
    mkdir -p "$to"
    [ $# -gt 0 ] || set -- Makefile src patterns docs
    cp -a "$@" "$to/"
}
