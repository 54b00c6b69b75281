#!/usr/bin/env bash
# formats_spreadsheet - has LibreOffice open our tables, in English and in German (spreadsheet.py).
# Part of `make check-formats`.
. "$(dirname "$0")/../lint/tap.bash"

if ! command -v soffice > "$scratch/which"; then
    skip "tables in a spreadsheet" "soffice is not installed (Debian package libreoffice-calc-nogui)"
    tap_end
    exit
fi
exec python3 -B tests/machines/spreadsheet.py
