#!/usr/bin/env bash
# page - writes docs/reasons/lying-codes.md to standard output: what the program makes of the entries in
# FAMILY.log, our own lines of a log, one row each. (make formats)
set -eu
cd "$(dirname "$0")/../.."

intro() { # FAMILY
    case $1 in
    530) echo "Log in, or switch on TLS, or no relaying: the words tell which." ;;
    534) echo "The way of logging in is refused; an old meaning is a message that is too large." ;;
    535) echo "Not only a wrong password: the way of logging in, the account, or the service behind it." ;;
    538) echo "No login without TLS." ;;
    454) echo "The stage tells: AUTH, STARTTLS, or RCPT where relaying is put off." ;;
    432) echo "A password must be changed first; some servers count connections with it." ;;
    501) echo "Syntax, of an address, of the HELO name or of a command; or a sender that does not exist." ;;
    553) echo "A bad address, relaying, a sender that is not the user's, a block list." ;;
    550) echo "More than twenty reasons: never by the number alone." ;;
    554) echo "Every refusal; as a greeting, no service for this client." ;;
    esac
}

rows() { # FAMILY
    "${MAILTRIAGE:-build/mailtriage}" export --quiet --no-config --format ndjson \
        "tests/lying-codes/$1.log" |
        jq -r --arg family "$1" '
            def shown: gsub("\\|"; "\\|") | gsub("<"; "&lt;");
            def by: if .class_by then .class_by else "-" end;
            def code: if .code_source == "implied" then " (\(.code) implied)" else "" end;
            "| \($family).log:\(.line) | \(.mta) | \(.direction) | \(.stage) | \(.reply | shown)\(code)"
            + " | \(.class) | \(by) |"'
}

cat << 'END'
# Codes that lie

One code, many reasons: which entry of which MTA, in which direction, is given which reason, and which step decided
(`token`, `text`, `enhanced`, `code`, `weak`, `default`; `mailtriage explain --why` shows all steps of a reply). Made
from the lines in `tests/lying-codes` by `make formats`; `make check-lint` holds the page to what the program says.

`out`: a server said it to us. `in`: we said it to a client. An implied code stands in no entry: it is what the MTA
answered when it wrote this kind of line.
END
for family in 530 534 535 538 454 432 501 553 550 554; do
    printf '\n## %s\n\n%s\n\n' "$family" "$(intro "$family")"
    echo '| entry | MTA | direction | stage | what was said | reason | by |'
    echo '|---|---|---|---|---|---|---|'
    rows "$family"
done
