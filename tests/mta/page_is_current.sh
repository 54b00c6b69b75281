#!/usr/bin/env bash
# page_is_current - docs/servers.md is what `make mta-docs` writes today.
. "$(dirname "$0")/../lint/tap.bash"

current() {
    PYTHONDONTWRITEBYTECODE=1 python3 tests/mta/page.py > "$scratch/servers.md" &&
        diff docs/servers.md "$scratch/servers.md"
}

if command -v python3 > "$scratch/which"; then
    check "docs/servers.md is as the scenarios say (make mta-docs)" current
else
    skip "docs/servers.md" "python3 is not installed"
fi
tap_end
