#!/usr/bin/env bash
# list - writes the bats file of all golden cases, one test a case (run.sh puts it under build/).
# bats 1.8 only knows tests that stand in its file as @test, so the file is written and not looped.
set -eu
cd "$(dirname "$0")/../.."
. tests/golden/case.bash
cat << END
setup() {
    cd '$PWD'
    . tests/golden/case.bash
}
END
case_names | while read -r name; do
    cat << END
@test "$name" {
    lacks=\$(case_lacks '$name')
    [ -z "\$lacks" ] || skip "not to be had here: \$lacks"
    case_run '$name' "\$BATS_TEST_TMPDIR/found"
    case_compare '$name' "\$BATS_TEST_TMPDIR/found"
}
END
done
# The walker itself: a case whose output differs must fail.
cat << 'END'
@test "a difference is noticed" {
    GOLDEN=$BATS_TEST_TMPDIR
    mkdir -p "$GOLDEN/planted"
    echo 'echo this; echo that >&2; exit 3' > "$GOLDEN/planted/cmd"
    case_run planted "$BATS_TEST_TMPDIR/found"
    run case_compare planted "$BATS_TEST_TMPDIR/found"
    [ "$status" = 1 ]
    [[ $output == *+this*+that*+3* ]]
}
END
