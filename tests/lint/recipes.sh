#!/usr/bin/env bash
# recipes - carries out every recipe of docs/extending.md on a copy of the tree, then builds and
# tries it, so that page cannot become untrue. The objects already built are copied too, so only
# what the recipes touch is compiled.
. "$(dirname "$0")/tap.bash"

tree=$scratch/tree
tree_copy "$tree"
mkdir -p "$tree/build/release"
cp -a build/libraries "$tree/build/"
(cd build/release && cp -a ./*.o ./*.c flags patterns.list \
    base input rules mta finding tally report app "$tree/build/release/")

make_tree() {
    ${MAKE:-make} --no-print-directory -C "$tree" -j"${JOBS:-2}" VARIANT=release STRICT=1 all
}

tried() { # ARGUMENT...: the program of the copy
    (cd "$tree" && build/mailtriage "$@" --no-config)
}

says() { # WORDS ARGUMENT...: the program's output has the words
    local words=$1
    shift
    tried "$@" > "$scratch/said" 2>&1
    grep -q -F -- "$words" "$scratch/said" || {
        cat "$scratch/said"
        return 1
    }
}

# --- a reason: patterns/reasons/NAME.yaml and a line in patterns/reasons/order

cat > "$tree/patterns/reasons/office-closed.yaml" << 'END'
title:    Office closed
group:    recipient
meaning:  The recipient's organisation takes no mail on this day.
sign:     The text speaks of a day.
hint:     Send it again on a working day.
severity: info
lasting:  temporary
acts:     [wait]
strong:
  says:
    - gone fishing until monday
examples: [450 4.3.2 We are gone fishing until Monday]
not:      [450 4.3.2 We are busy]
END
sed -i '1i office-closed' "$tree/patterns/reasons/order"

# --- a line shape: an entry in patterns/mta/NAME.yaml

cat >> "$tree/patterns/mta/postfix.yaml" << 'END'

  - id: PF-PLANTED
    program: [smtpd]
    match: '^ planted \s refusal \s of \s (?<recipient> [^:\s]++ ) : \s (?<reply> .*+ )'
    gives: {kind: incident, event: rejected, level: session, direction: in, side: local, stage: rcpt, reply_code: true}
    example: 'planted refusal of bob@example.com: 550 5.1.1 nobody of that name'
    expect: {recipient: bob@example.com, reply: 550 5.1.1 nobody of that name}
END

# --- a program beside an MTA: patterns/mta/NAME.yaml

cat > "$tree/patterns/mta/planted.yaml" << 'END'
mta: postfix
shapes:
  - id: NB-PLANTED
    program: [planted]
    match: '^ no \s to \s (?<recipient> \S++ ) $'
    gives: {kind: incident, event: rejected, level: session, direction: in, side: local, stage: rcpt}
    example: no to bob@example.com
END

# --- a provider: patterns/providers/NAME.yaml

cat > "$tree/patterns/providers/loft.yaml" << 'END'
provider: loft
names:    [loft.example.net]
says:     [loftpost]
tokens:
  - {says: LOFT-7, reason: office-closed}
examples: ["(rcpt) 550 5.1.1 LOFT-7 loftpost => office-closed"]
END

# --- a wrapping: src/input/wrap_NAME.c and a line in src/input/wrappings.def

cat > "$tree/src/input/wrap_pipe.c" << 'END'
/* wrap_pipe - "host|program|text", without time. */
#include "input/entry.h"

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    (void)clock;
    (void)arena;
    entry->time = (struct moment){.seconds = MOMENT_NONE};
    if (!slice_cut(&line, '|', &entry->host) || !slice_cut(&line, '|', &entry->program))
        return UNWRAP_FOREIGN;
    entry->text = line;
    return UNWRAPPED;
}

const struct wrapping wrap_pipe = {.name = "pipe", .title = "bars between", .unwrap = unwrap};
END
echo 'WRAPPING(wrap_pipe)' >> "$tree/src/input/wrappings.def"

# --- an option: a line in src/app/options.def and its field in options.h

echo 'OPTION("loud", 0, NULL, "*", FLAG(loud), "says it louder")' >> "$tree/src/app/options.def"
sed -i 's/^    bool journal,/    bool loud;\n&/' "$tree/src/app/options.h"

# --- a column: a line in src/report/columns.def and its place in row.c

echo 'COLUMN(COL_WEATHER, "weather", COLUMN_TEXT, false)' >> "$tree/src/report/columns.def"
sed -i 's/^    fill_verdict(&filler, finding);/    fill_word(row, COL_WEATHER, "fair");\n&/' \
    "$tree/src/report/row.c"

# --- an output format: src/report/NAME.c and a line in src/report/formats.def

cat > "$tree/src/report/titles.c" << 'END'
/* titles - a page as the titles of its sections, one a line. */
#include "report/format.h"

static void print_page(const struct page *page, const struct format_wishes *wishes,
                       struct out *out) {
    (void)wishes;
    for (const struct section *section = page->first; section; section = section->next)
        out_print(out, "section %s\n", section->key);
}

const struct format format_titles = {.name = "titles", .page = print_page};
END
echo 'FORMAT(format_titles)' >> "$tree/src/report/formats.def"

# --- a metric: a line in src/report/metrics.def

echo 'METRIC("worst", "", "reasons[].count", "severity", "Planted.")' >> \
    "$tree/src/report/metrics.def"

# --- a command: src/app/cmd_NAME.c and a line in src/app/commands.def

cat > "$tree/src/app/cmd_greet.c" << 'END'
/* greet - says good morning. */
#include <stdio.h>

#include "app/options.h"

int cmd_greet(const struct options *options);

int cmd_greet(const struct options *options) {
    printf("good morning, %s\n", options->operand_count ? options->operands[0] : "postmaster");
    return 0;
}
END
echo 'COMMAND(greet, "g", "[NAME]", "says good morning")' >> "$tree/src/app/commands.def"

# --- an MTA: src/mta/NAME.c, its line shapes, and a line in src/mta/mtas.def

cat > "$tree/src/mta/pigeon.c" << 'END'
/* pigeon - reads what the pigeon loft logs: "arrived bob@example.com" (loft.c: pigeon_land). */
#include "mta/mta.h"
#include "mta/shapes.h"

static unsigned pigeon_likeness(const struct entry *entry) {
    return slice_is(entry->program, "pigeond") ? 100 : 0;
}

static enum reading pigeon_read(const struct shapes *shapes, const struct entry *entry,
                                struct records *out) {
    return shapes_read(shapes, entry->program, entry->text, out);
}

const struct mta mta_pigeon = {.name = "pigeon", .title = "Pigeon post",
                               .likeness = pigeon_likeness, .read = pigeon_read};
END
cat > "$tree/patterns/mta/pigeon.yaml" << 'END'
mta: pigeon
shapes:
  - id: PI-LOST
    program: [pigeond]
    match: '^ lost \s (?<recipient> [^:\s]++ ) : \s (?<reply> .*+ )'
    gives: {kind: outcome, event: bounced, level: recipient, direction: out, side: remote, stage: delivery, reply_code: true}
    example: 'lost bob@example.com: 450 4.3.2 We are gone fishing until Monday'
    expect: {recipient: bob@example.com}
END
echo 'MTA(mta_pigeon)' >> "$tree/src/mta/mtas.def"

cat > "$tree/mail.log" << 'END'
2026-06-01T10:00:01.000001+00:00 mx1 postfix/smtpd[11]: planted refusal of bob@example.com: 550 5.1.1 nobody of that name
2026-06-01T10:00:02.000001+00:00 mx1 pigeond[12]: lost ann@example.org: 450 4.3.2 We are gone fishing until Monday
2026-06-01T10:00:03.000001+00:00 mx1 planted[13]: no to carol@example.com
END
echo 'mx7|pigeond|lost eve@example.org: 450 4.3.2 We are gone fishing until Monday' > "$tree/bars.log"

check "the tree with all recipes builds, without a warning" make_tree
check "every example is proved, the new ones too" tried rules test
check "reason: is listed" says office-closed rules list
check "reason: is explained" says office-closed explain "450 4.3.2 gone fishing until Monday"
check "line shape: is read" says '"recipient":"bob@example.com"' export --format ndjson mail.log
check "program beside an MTA: is read" says '"program":"planted"' export --format ndjson mail.log
check "output format: is chosen by --format" says "section totals" \
    report --format titles mail.log
check "metric: is written" says 'mailtriage_worst{severity="info"} 2' \
    report --format openmetrics mail.log
check "command: runs" says "good morning, Rosa" greet Rosa
check "command: is in --help" says "says good morning" --help
check "MTA: is read and classed" says office-closed export --format csv mail.log
check "MTA: takes --mta" says pigeon export --mta pigeon --format csv mail.log
check "provider: its token decides" says office-closed explain "550 5.1.1 LOFT-7 loftpost"
check "wrapping: is recognised" says '"host":"mx7"' export --format ndjson bars.log
check "option: is taken, and in --help" says "--loud" report --loud --help
check "column: stands in the rows" says '"weather":"fair"' export --format ndjson mail.log
tap_end
