#!/usr/bin/env bash
# logged - what patterns/codes/logged.csv says an MTA logs for a code is a line of that MTA: behind a
# stamp the program understands it, and finds the MTA, the direction and the code that the row has.
# Rows of a class are filled with a code that has no row. A delivery here may stand for "out".
. "$(dirname "$0")/../lint/tap.bash"

program=$PWD/build/mailtriage

# The rows as CODE MTA DIRECTION TEXT between tabs, codes filled in. CSV as far as one line goes: the
# reader of the table refuses a text of several.
rows() { # TABLE
    tail -n +2 "$1" | awk '
        function unquoted(field) {
            if (field ~ /^"/) { field = substr(field, 2, length(field) - 2); gsub(/""/, "\"", field) }
            return field
        }
        {
            split($0, start, ",")
            text = substr($0, length(start[1] start[2] start[3]) + 4)
            code = start[1]
            sub(/@.*/, "", code)
            if (!sub(/xx$/, "99", code)) { sub(/\.x\.x$/, ".9.99", code); sub(/\.x$/, ".99", code) }
            sub(/^X/, "5", code)
            text = unquoted(text)
            gsub(/\{(code|enhanced)\}/, code, text)
            print code "\t" start[2] "\t" start[3] "\t" text
        }'
}

stamped() { # MTA TEXT
    case $1 in
    exim) printf '2026-06-01 10:00:01 %s\n' "$2" ;;
    *) printf '2026-06-01T10:00:01+02:00 mx1 %s\n' "$2" ;;
    esac
}

# Each row is a log of its own, so that no row explains or hides another one.
findings_of() { # TABLE FOLDER: FOLDER/rows, a log for each, and FOLDER/findings
    local number=0 mta text
    mkdir -p "$2"
    rows "$1" | awk -F '\t' '$4 != "-"' > "$2/rows"
    while IFS=$'\t' read -r _ mta _ text; do
        number=$((number + 1))
        stamped "$mta" "$text" > "$2/$number.log"
    done < "$2/rows"
    seq "$number" | xargs -P "${JOBS:-2}" -I '{}' sh -c \
        '"$1" export --all --format ndjson --no-config --year 2026 "$2/$3.log" \
             > "$2/$3.found" 2> "$2/$3.said"' sh "$program" "$2" '{}'
    cat "$2"/*.found > "$2/findings"
}

faults='
    ($found | group_by(.source) | map({key: (.[0].source | sub(".*/"; "")), value: .}) | from_entries)
        as $by_log
    | [inputs | split("\t")] | to_entries[]
    | .value as [$code, $mta, $direction, $text]
    | select("\($mta) \($direction)" == $wanted)
    | select($code != "250" or $direction != "in")
    | ($by_log["\(.key + 1).log"] // []) as $findings
    | $findings[0] as $one
    | [ if ($findings | length) != 1 then "\($findings | length) findings" else
            (if $one.mta != $mta then "MTA \($one.mta)" else empty end),
            (if $one.direction == $direction or ($direction == "out" and $one.direction == "local")
             then empty else "direction \($one.direction)" end),
            (if ($code | contains("."))
             then if $code == $one.enhanced or $code == $one.dsn then empty
                  else "enhanced code \($one.enhanced), dsn \($one.dsn)" end
             elif $code == ($one.code | tostring) then empty
             else "code \($one.code)" end)
        end ]
    | select(length > 0)
    | "\($code) \($mta) \($direction): \(join(", ")): \($text)"'

rows_hold() { # FOLDER MTA DIRECTION
    awk -F '\t' -v mta="$2" -v direction="$3" '$2 == mta && $3 == direction' "$1/rows" | grep -q . &&
        jq -rRn --slurpfile found "$1/findings" --arg wanted "$2 $3" "$faults" "$1/rows" | none
}

# A 250 that we said is no row of the export: a message has arrived. For Postfix that takes two
# entries, of which the table has the one that tells more.
arrivals_hold() { # FOLDER MTA
    local number
    number=$(awk -F '\t' -v mta="$2" '$1 == 250 && $2 == mta && $3 == "in" { print NR }' "$1/rows")
    {
        [ "$2" != postfix ] ||
            stamped postfix 'postfix/smtpd[812]: 4C1D2E3F40: client=client.example.com[192.0.2.10]'
        cat "$1/$number.log"
    } > "$1/arrival"
    "$program" report --no-config --year 2026 --format json "$1/arrival" |
        jq -e '.totals.messages.received == 1 and .lines.read == .lines.used'
}

no_other_names() { # FOLDER
    awk -F '\t' '$2 !~ /^(postfix|exim|sendmail)$/ || $3 !~ /^(in|out)$/' "$1/rows" | none
}

# So every code of RCPT TO, and every enhanced one of the end of a message, has an answer.
classes_are_whole() { # TABLE
    local class
    for class in 2xx 3xx 4xx 5xx 2.x.x 4.x.x 5.x.x {4,5}.x.x@end-of-data; do
        printf '%s\n' $class,{postfix,exim,sendmail},{in,out},
    done | while IFS= read -r start; do
        grep -q "^${start//./\\.}" "$1" || echo "$start is missing"
    done | none
}

findings_of patterns/codes/logged.csv "$scratch/all"
check "classes" classes_are_whole patterns/codes/logged.csv
check "MTAs and directions" no_other_names "$scratch/all"
for mta in postfix exim sendmail; do
    for direction in in out; do
        check "$mta $direction" rows_hold "$scratch/all" $mta $direction
    done
    check "$mta arrivals" arrivals_hold "$scratch/all" $mta
done

# A table of one row: is it found true?
row_holds() { # MTA DIRECTION ROW
    printf 'code,mta,direction,text\n%s\n' "$3" > "$scratch/planted.csv"
    rm -rf "$scratch/planted"
    findings_of "$scratch/planted.csv" "$scratch/planted"
    rows_hold "$scratch/planted" "$1" "$2"
}

sent='postfix/smtp[812]: 4C1D2E3F40: to=<bob@example.net>, relay=mx.example.net[198.51.100.5]:25'
sent+=', delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)'
check "a row that is true" row_holds postfix out "2.0.0,postfix,out,\"$sent\""
printf '%s\n' code,mta,direction,text 5xx,exim,in,- > "$scratch/thin.csv"
check_catches "a missing class" classes_are_whole "$scratch/thin.csv"
check_catches "a wrong code" row_holds postfix out "251,postfix,out,\"$sent\""
check_catches "a wrong enhanced code" row_holds postfix out "2.1.5,postfix,out,\"$sent\""
check_catches "a wrong direction" row_holds postfix in "2.0.0,postfix,in,\"$sent\""
check_catches "a wrong MTA" row_holds sendmail out "2.0.0,sendmail,out,\"$sent\""
check_catches "a line that is no finding" \
    row_holds postfix out "2.0.0,postfix,out,postfix/smtp[812]: hello"
tap_end
