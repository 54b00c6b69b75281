#!/usr/bin/env bash
# formats_json - Python's jsonschema reads our schemas as our own validator does (json_schema.py),
# and finds fault with no report and no row. Part of `make check-formats`.
. "$(dirname "$0")/../lint/tap.bash"

# The package is made for the system's own Python.
if ! /usr/bin/python3 -c 'from jsonschema import Draft202012Validator' > "$scratch/said" 2>&1; then
    skip "jsonschema" "it is not installed (Debian package python3-jsonschema)"
    tap_end
    exit
fi
exec /usr/bin/python3 -B tests/machines/standard_schema.py
