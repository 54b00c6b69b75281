# logs.bash - made-up logs and what their totals must be; for the scripts beside it to source.
# It wants `work`, the folder for them.
# shellcheck shell=bash

export LC_ALL=C
program=$PWD/build/mailtriage
tools=$PWD/build/release/tests/bench

# Writes $work/MTA.STAMPS.log and .json, unless the same log is there from last time.
make_log() { # MTA STAMPS SEED ARGUMENT...
    local maker=$tools/make_$1_log log=${work:?}/$1.$2.log wish
    wish="$* $(cksum < "$maker")"
    [ -e "$log" ] && [ "$(cat "$log.wish" 2> /dev/null)" = "$wish" ] && return
    rm -f "$log.wish"
    "$maker" --stamps "$2" --seed "$3" "${@:4}" "$log" "$work/$1.$2.json" || return
    echo "$wish" > "$log.wish"
}

# A command over logs: years and zones that stamps leave out, and nothing of this machine.
reader() { # COMMAND ARGUMENT...: sets `reading`
    reading=("$program" "$1" --no-config --quiet --year 2026 --timezone UTC "${@:2}")
}

ours() { # COMMAND ARGUMENT...
    local reading
    reader "$@"
    "${reading[@]}"
}

# What the maker of logs counts too, in one order, so that two accounts compare as text.
totals_of() { # FILE
    jq -S '{totals: .totals | {messages, recipients, attempts, rejections, sessions, distinct},
        notices, read: .lines.read, top: (.top // {
            recipient_domains: [.recipient_domains[:5][] | [.recipient_domain, .recipients, .delivered,
                .bounced, .expired]],
            sender_domains: [.sender_domains[:5][] | [.sender_domain, .messages, .bytes]],
            senders: [.senders[:5][].messages]})}' "$1"
}

# Every total of the report is the maker's, and no line was lost or not understood.
totals_agree() { # REPORT.json MADE.json
    if diff -u --label "what the log holds" --label "what the report says" \
        <(totals_of "$2") <(totals_of "$1") &&
        jq -e '.lines | .not_understood == 0 and .read == .used + .dull + .other + .outside
                        + .not_understood' "$1" > "$work/ledger"; then
        return 0
    fi
    jq .lines "$1"
    return 1
}
