#!/bin/sh
# mdoc - a page of docs/ as a manual page: one text for both. It knows what those pages use:
# headings, paragraphs, lists, tables, indented blocks, `code`, **bold** and links.
# usage: src/mdoc.sh PAGE.md NAME SECTION DATE DESCRIPTION > NAME.SECTION
#
# A table becomes a list: the first cell is the term, the others its text; so does its head, unless it
# names the first column alone.
set -eu

awk -v name="$2" -v section="$3" -v date="$4" -v description="$5" '
# Text that roff takes as it stands.
function plain(text) {
    gsub(/\\\|/, "|", text)
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    return text
}

# The same with code and bold in bold; a link is its words.
function styled(text,    out, at, word) {
    while (match(text, /\[[^]]*\]\([^)]*\)/)) {
        word = substr(text, RSTART, RLENGTH)
        sub(/\]\([^)]*\)$/, "", word)
        text = substr(text, 1, RSTART - 1) substr(word, 2) substr(text, RSTART + RLENGTH)
    }
    while (match(text, /`[^`]*`|\*\*[^*]*\*\*/)) {
        at = substr(text, RSTART, 1) == "`" ? 1 : 2
        word = substr(text, RSTART + at, RLENGTH - 2 * at)
        out = out plain(substr(text, 1, RSTART - 1)) "\\fB" plain(word) "\\fR"
        text = substr(text, RSTART + RLENGTH)
    }
    return out plain(text)
}

function line(text) {
    print (text ~ /^[.\047]/ ? "\\&" : "") text
}

# Each sentence begins a line, so that roff knows where one ends.
function sentences(text,    head) {
    while (match(text, /[.!?][)"\047]*(\\fR)? +/)) {
        head = substr(text, 1, RSTART + RLENGTH - 1)
        text = substr(text, RSTART + RLENGTH)
        sub(/ +$/, "", head)
        line(head)
    }
    if (text != "") line(text)
}

function flush() {
    if (held != "") sentences(styled(held))
    held = ""
}

function heading(macro, text) {
    close_all()
    print macro " " styled(text)
    fresh = 1
}

function paragraph() {
    if (!fresh) print ".Pp"
    fresh = 0
}

function close_all() {
    flush()
    if (block) print ".Ed"
    if (list) print ".El"
    block = list = 0
}

# The cells of a row of a table, split at each bar that is no text.
function cells(text, cell,    count, i, parts) {
    gsub(/\\\|/, "\001", text)
    sub(/^\| */, "", text)
    sub(/ *\|$/, "", text)
    count = split(text, parts, / *\| */)
    for (i = 1; i <= count; i++) {
        cell[i] = parts[i]
        gsub(/\001/, "|", cell[i])
    }
    return count
}

function row(text,    count, cell, i, rest) {
    count = cells(text, cell)
    print ".It " styled(cell[1])
    for (i = 2; i <= count; i++)
        if (cell[i] != "")
            rest = rest (rest == "" ? "" : "; ") cell[i]
    sentences(rest == "" ? "\\&" : styled(rest))
}

BEGIN {
    print ".Dd " date "\n.Dt " toupper(name) " " section "\n.Os"
    print ".Sh NAME\n.Nm " name "\n.Nd " description "\n.Sh DESCRIPTION"
    fresh = 1
}
/^# / { next }
/^## / { heading(".Sh", toupper(substr($0, 4))); next }
/^### / { heading(".Ss", substr($0, 5)); next }
/^    / && (block || list != "item") {
    if (!block) { close_all(); print ".Bd -literal -offset indent"; block = 1; fresh = 0 }
    while (blanks > 0) { print ""; blanks-- }
    line(plain(substr($0, 5)))
    next
}
/^$/ {
    flush()
    if (block) blanks++
    else gap = 1
    next
}
block { print ".Ed"; block = blanks = 0; gap = 1 }
/^- / {
    flush()
    if (list != "item") { close_all(); print ".Bl -bullet"; list = "item" }
    print ".It"
    held = substr($0, 3)
    gap = 0; fresh = 0
    next
}
/^\|/ {
    flush()
    if (list != "row") { close_all(); print ".Bl -tag -width Ds"; list = "row"; if ($0 ~ /^\|[^|]*\| *\|$/) next }
    if ($0 !~ /^\|[-| ]*$/) row($0)
    gap = 0; fresh = 0
    next
}
list == "item" && /^  / { sub(/^ +/, ""); held = held " " $0; next }
{
    if (list) { close_all(); gap = 1 }
    if (gap) { flush(); paragraph() }
    gap = 0; fresh = 0
    held = held (held == "" ? "" : " ") $0
}
END {
    close_all()
    print ".Sh SEE ALSO\n.Xr mailtriage 1"
}' "$1"
