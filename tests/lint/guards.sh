#!/usr/bin/env bash
# guards - each guard of tests/mutants/guards.py stands in its file once, as it is written there, so
# that `make mutants`, which takes minutes, finds them all.
. "$(dirname "$0")/tap.bash"

standing() { # TREE
    python3 -B tests/mutants/guards.py "$1"
}

tree_copy "$scratch/tree" src
check "guards stand where tests/mutants/guards.py says" standing .
sed -i 's/utf8_is_control/utf8_is_odd/' "$scratch/tree/src/report/json.c"
check_catches "a guard that was rewritten" standing "$scratch/tree"
tree_copy "$scratch/more" src
cat src/app/say.c >> "$scratch/more/src/app/say.c"
check_catches "a guard that stands twice" standing "$scratch/more"
rm "$scratch/more/src/app/say.c"
check_catches "a file that is no more" standing "$scratch/more"
tap_end
