/* entry - asks the wrappings, in the order of wrappings.def, which of them knows a line; and the
 * few texts that log daemons write about entries, whatever wraps them.
 */
#include "input/entry.h"

#include "input/header.h"
#include "input/json_line.h"

#define WRAPPING(name) extern const struct wrapping name;
#include "input/wrappings.def"
#undef WRAPPING

const struct wrapping *const wrappings[] = {
#define WRAPPING(name) &name,
#include "input/wrappings.def"
#undef WRAPPING
    NULL,
};

/* ---- lines without an entry ---- */

static bool is_blank(struct slice text) {
    return slice_trim(text).length == 0;
}

/* What follows "-- " in journalctl's own lines. */
static bool is_journalctl_line(struct slice line) {
    static const struct slice heads[] = {
        SLICE_INIT("Boot "),         SLICE_INIT("Reboot --"),
        SLICE_INIT("Logs begin at"), SLICE_INIT("Journal begins at"),
        SLICE_INIT("No entries --"), SLICE_INIT("cursor: "),
    };
    if (!slice_skip(&line, SLICE("-- ")))
        return false;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (slice_starts(line, heads[i]))
            return true;
    return false;
}

/* What lines of no entry begin with is below the digits and letters of stamps, so most lines are
 * past this after one comparison. */
static inline bool is_dull(struct slice line) {
    return line.length == 0 ||
           ((unsigned char)line.at[0] <= '-' && (is_blank(line) || is_journalctl_line(line)));
}

/* ---- texts about entries ---- */

enum { MOST_TIMES = 999999999 };

/* rsyslog: "message repeated 3 times: [ text]". The text has the blank that stood before it, and is
 * cut at 800 bytes, so that only the bracket is sure. */
static void take_repeat(struct entry *entry) {
    struct slice text = entry->text;
    uint64_t times;
    if (!slice_skip(&text, SLICE("message repeated ")) || !slice_take_number(&text, &times) ||
        times == 0 || times > MOST_TIMES || !slice_skip(&text, SLICE(" times: [")))
        return;
    slice_skip_byte(&text, ' ');
    if (text.length && text.at[text.length - 1] == ']')
        text.length--;
    entry->text = text;
    entry->repeat = times;
}

static inline void read_repeat(struct entry *entry) {
    if (entry->text.length && entry->text.at[0] == 'm')
        take_repeat(entry);
}

bool entry_repeats_last(const struct entry *entry, uint64_t *times_r) {
    struct slice text = entry->text;
    if (text.length == 0 || (text.at[0] != 'l' && text.at[0] != '-'))
        return false;
    slice_skip(&text, SLICE("--- "));
    return slice_skip(&text, SLICE("last message repeated ")) &&
           slice_take_number(&text, times_r) && *times_r > 0 && *times_r <= MOST_TIMES &&
           slice_starts(text, SLICE(" time"));
}

bool entry_tells_loss(const struct entry *entry, uint64_t *lost_r) {
    static const struct {
        struct slice before, behind;
    } forms[] = {
        {SLICE_INIT("Suppressed "), SLICE_INIT(" messages from ")},
        {SLICE_INIT("Missed "), SLICE_INIT(" kernel messages")},
        {SLICE_INIT("imuxsock lost "), SLICE_INIT(" messages from pid")},
        {SLICE_INIT("messages lost due to rate-limiting"), SLICE_INIT("")},
        {SLICE_INIT("begin to drop messages due to rate-limiting"), SLICE_INIT("")},
    };
    if (!slice_starts(entry->program, SLICE("systemd-journal")) &&
        !slice_starts(entry->program, SLICE("journal")) &&
        !slice_starts(entry->program, SLICE("rsyslogd")))
        return false;
    *lost_r = 0;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct slice text = entry->text, head;
        if (!slice_cut_text(&text, forms[i].before, &head))
            continue;
        if (!forms[i].behind.length)
            return true;
        return slice_take_number(&text, lost_r) && slice_starts(text, forms[i].behind);
    }
    return false;
}

bool entry_is_blob(const struct entry *entry) {
    struct slice size = entry->text;
    return size.length <= sizeof "[1023.4K blob data]" - 1 && slice_skip_byte(&size, '[') &&
           size.length && (unsigned char)(size.at[0] - '0') <= 9 &&
           slice_ends(size, SLICE(" blob data]"));
}

/* ---- lines that go on with the entry before ---- */

/* "P Received: ...", "  Subject: ...": how Exim shows the headers of what it rejected [log.c]. */
static bool is_rejected_header(struct slice line) {
    struct slice name;
    if (line.length < 4 || line.at[1] != ' ' ||
        !((line.at[0] >= 'A' && line.at[0] <= 'Z') || line.at[0] == '*'))
        return false;
    line = slice_from(line, 2);
    return slice_cut(&line, ':', &name) && name.length > 0 && slice_find(name, ' ') == SIZE_MAX;
}

bool entry_goes_on(const struct wrapping *before, struct slice line) {
    enum { INDENT = 16 }; /* journalctl fills up to the text; no stamp of its is shorter */
    if (!before || before->layer != LAYER_LINE || !line.length)
        return false;
    if (before == &wrap_exim)
        return line.at[0] == ' ' || line.at[0] == '\t' ||
               slice_starts(line, SLICE("Envelope-from: <")) ||
               slice_starts(line, SLICE("Envelope-to: <")) || is_rejected_header(line);
    return line.length > INDENT && header_without_blanks(line).length <= line.length - INDENT;
}

/* ---- unwrapping ---- */

static unsigned first_byte_of(char byte) {
    static const uint8_t firsts[256] = {
        ['0' ... '9'] = FIRST_DIGIT, ['A' ... 'Z'] = FIRST_CAPITAL, ['a' ... 'z'] = FIRST_SMALL,
        ['<'] = FIRST_ANGLE,         ['{'] = FIRST_BRACE,
    };
    uint8_t first = firsts[(unsigned char)byte];
    return first ? first : FIRST_OTHER;
}

static bool may_begin(const struct wrapping *wrapping, unsigned first) {
    return !wrapping->first || (wrapping->first & first) != 0;
}

static enum unwrapping ask_wrappings(struct clock *clock, struct arena *arena, enum layer below,
                                     struct slice line, struct entry *entry) {
    unsigned first = first_byte_of(line.at[0]);
    bool guessed = clock->guessed;
    for (const struct wrapping *const *each = wrappings; *each != NULL; each++) {
        const struct wrapping *wrapping = *each;
        if (wrapping->layer >= below || !may_begin(wrapping, first))
            continue;
        enum unwrapping answer = wrapping->unwrap(clock, arena, line, entry);
        if (answer != UNWRAP_FOREIGN) {
            entry->wrapping = wrapping;
            return answer;
        }
        clock->guessed = guessed; /* the stamp was of another form */
    }
    return UNWRAP_FOREIGN;
}

/* Field by field: compilers clear so much at once with an instruction that is slow to start. */
static void entry_begin(struct entry *entry, const struct line *line) {
    entry->line = *line;
    entry->wrapping = NULL;
    entry->time = (struct moment){.seconds = MOMENT_NONE};
    entry->host = entry->program = entry->pid = (struct slice){0};
    entry->speaker = NULL;
    entry->text = line->text;
    entry->repeat = 1;
    entry->stream = entry->inner = (struct slice){0};
    entry->goes_on = false;
}

enum unwrapping entry_read(struct clock *clock, struct arena *arena, const struct line *line,
                           struct entry *entry) {
    struct slice text = line->text;
    entry_begin(entry, line);
    while (text.length > 0 && text.at[0] == '\0')
        text = slice_from(text, 1); /* a hole */
    if (text.length > 0 && (unsigned char)text.at[0] == 0xef)
        slice_skip(&text, SLICE("\xef\xbb\xbf"));
    if (is_dull(text)) /* a byte order mark alone, too */
        return UNWRAP_DULL;
    enum unwrapping answer = ask_wrappings(clock, arena, LAYER_ANY, text, entry);
    if (answer == UNWRAPPED)
        read_repeat(entry);
    return answer;
}

/* {"level":"info","message":"..."}: the text of a log library inside a container. */
static struct slice message_of(struct slice inner, struct arena *arena) {
    struct json_member members[] = {{.name = SLICE("message")}, {.name = SLICE("msg")}};
    struct slice text;
    if (inner.length == 0 || inner.at[0] != '{' ||
        !json_object(inner, members, sizeof members / sizeof *members))
        return inner;
    return json_text(&members[0], arena, &text) || json_text(&members[1], arena, &text) ? text
                                                                                        : inner;
}

enum unwrapping entry_read_inner(struct clock *clock, struct arena *arena, enum layer layer,
                                 struct slice inner, struct entry *entry) {
    struct moment outer = entry->time;
    entry->text = inner = message_of(inner, arena);
    if (is_dull(inner))
        return UNWRAP_DULL;
    bool guessed = clock->guessed;
    enum unwrapping answer = ask_wrappings(clock, arena, layer, inner, entry);
    if (outer.seconds != MOMENT_NONE) {
        entry->time = outer;
        clock->guessed = guessed; /* the stamp inside was of no use */
    }
    if (answer == UNWRAP_FOREIGN && header_read_tag(inner, entry))
        answer = UNWRAPPED;
    if (answer == UNWRAPPED)
        read_repeat(entry);
    return answer;
}

enum unwrapping entry_read_stream(struct clock *clock, struct arena *arena, struct slice stream,
                                  struct slice inner, bool goes_on, struct entry *entry) {
    entry->stream = stream;
    entry->inner = inner;
    entry->goes_on = goes_on;
    entry->text = inner;
    if (goes_on)
        return UNWRAPPED;
    return entry_read_inner(clock, arena, LAYER_CONTAINER, inner, entry) == UNWRAP_DULL
               ? UNWRAP_DULL
               : UNWRAPPED;
}
