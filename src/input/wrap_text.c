/* wrap_text - the message alone, as journalctl -o cat has it: no time, no host, no tag.
 *
 *     4C1D2E3F40: to=<bob@example.net>, relay=..., delay=0.9, dsn=5.1.1, status=bounced (host ...
 *     1wAbCd-000000012AB-0xYz ** bob@example.net R=dnslookup T=remote_smtp ...
 *     65L80001002101: to=<bob@example.net>, delay=00:00:02, ..., stat=Sent
 *
 * Read as far as a text is unmistakable, and tried last: what looks like one of these with anything
 * in front is some other wrapping's. The program is what such a text comes from for certain; where
 * several daemons write the same, the one that does it most.
 */
#include "input/entry.h"

#include "base/ascii.h"

static bool has_digit(struct slice s) {
    for (size_t i = 0; i < s.length; i++)
        if ((unsigned char)(s.at[i] - '0') <= 9)
            return true;
    return false;
}

static size_t alnum_length(struct slice s) {
    size_t length = 0;
    while (length < s.length && is_alnum(s.at[length]))
        length++;
    return length;
}

/* "6-6-2", since Exim 4.97 "6-11-4", and one of the flags of message lines behind it. */
static bool is_exim(struct slice s) {
    static const struct slice flags[] = {
        SLICE_INIT(" <= "), SLICE_INIT(" => "), SLICE_INIT(" -> "), SLICE_INIT(" >> "),
        SLICE_INIT(" ** "), SLICE_INIT(" == "), SLICE_INIT(" (= "), SLICE_INIT(" Completed"),
    };
    size_t parts[3];
    for (int i = 0; i < 3; i++) {
        parts[i] = alnum_length(s);
        s = slice_from(s, parts[i]);
        if (i < 2 && !slice_skip_byte(&s, '-'))
            return false;
    }
    if (parts[0] != 6 || !((parts[1] == 6 && parts[2] == 2) || (parts[1] == 11 && parts[2] == 4)))
        return false;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (slice_starts(s, flags[i]))
            return true;
    return false;
}

/* A queue ID, or what Postfix writes while there is none. */
static bool is_queue_id(struct slice s) {
    enum { SHORTEST = 6, LONGEST = 20 };
    return (s.length >= SHORTEST && s.length <= LONGEST && has_digit(s)) || slice_is(s, "NOQUEUE");
}

/* What begins a text behind its queue ID, and what else it must hold, and who says so. */
static struct slice program_of(struct slice text) {
    static const struct {
        struct slice begin, holds, program;
    } forms[] = {
        {SLICE_INIT("to=<"), SLICE_INIT(", status="), SLICE_INIT("postfix/smtp")},
        {SLICE_INIT("from=<"), SLICE_INIT(" (queue active)"), SLICE_INIT("postfix/qmgr")},
        {SLICE_INIT("from=<"), SLICE_INIT(", status=expired, "), SLICE_INIT("postfix/qmgr")},
        {SLICE_INIT("message-id=<"), SLICE_INIT(""), SLICE_INIT("postfix/cleanup")},
        {SLICE_INIT("client="), SLICE_INIT("]"), SLICE_INIT("postfix/smtpd")},
        {SLICE_INIT("reject: "), SLICE_INIT("]: "), SLICE_INIT("postfix/smtpd")},
        {SLICE_INIT("to=<"), SLICE_INIT(", stat="), SLICE_INIT("sendmail")},
        {SLICE_INIT("from=<"), SLICE_INIT(", nrcpts="), SLICE_INIT("sendmail")},
        {SLICE_INIT("ruleset="), SLICE_INIT(", relay="), SLICE_INIT("sendmail")},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (slice_starts(text, forms[i].begin) && slice_find_text(text, forms[i].holds) != SIZE_MAX)
            return forms[i].program;
    return (struct slice){0};
}

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    (void)clock;
    (void)arena;
    struct slice rest = line, program = {0};
    size_t id = alnum_length(line);
    if (is_exim(line)) {
        program = SLICE("exim");
    } else if (is_queue_id(slice_head(line, id))) {
        rest = slice_from(rest, id);
        if (slice_skip(&rest, SLICE(": ")))
            program = program_of(rest);
    }
    if (!program.length)
        return UNWRAP_FOREIGN;
    entry->program = program;
    entry->text = line;
    return UNWRAPPED;
}

const struct wrapping wrap_text = {
    .name = "text",
    .title = "the message alone (journalctl -o cat)",
    .layer = LAYER_LINE,
    .unwrap = unwrap,
};
