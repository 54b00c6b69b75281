/* journal_line - writes the JSON as the fields come, with no copy of a value in between.
 *
 * A field has its own longest length, so that a message without end leaves room for the fields that
 * come behind it, and the line is never one that input/lines would cut.
 */
#include "input/journal_line.h"

#include <assert.h>
#include <string.h>

/* Escaped. Names, pids and times of the journal are far shorter. */
enum { MESSAGE_LONGEST = 56 * 1024, OTHER_LONGEST = 1024, AROUND = 32 };

static_assert(MESSAGE_LONGEST + (JOURNAL_FIELDS - 1) * OTHER_LONGEST + JOURNAL_FIELDS * AROUND +
                      2 <=
                  LINE_LONGEST,
              "a record with every field at its longest is a line");

const struct slice journal_field_names[JOURNAL_FIELDS] = {
    [JOURNAL_STAMP] = SLICE_INIT("__REALTIME_TIMESTAMP"),
    [JOURNAL_HOST] = SLICE_INIT("_HOSTNAME"),
    [JOURNAL_MESSAGE] = SLICE_INIT("MESSAGE"),
    [JOURNAL_IDENTIFIER] = SLICE_INIT("SYSLOG_IDENTIFIER"),
    [JOURNAL_COMMAND] = SLICE_INIT("_COMM"),
    [JOURNAL_SYSLOG_PID] = SLICE_INIT("SYSLOG_PID"),
    [JOURNAL_PID] = SLICE_INIT("_PID"),
};

static void put(struct journal_line *line, struct slice text) {
    memcpy(line->bytes + line->length, text.at, text.length);
    line->length += text.length;
}

void journal_line_begin(struct journal_line *line) {
    line->length = 0;
    line->has = 0;
}

bool journal_line_open(struct journal_line *line, struct slice name) {
    unsigned field = 0;
    while (field < JOURNAL_FIELDS && !slice_equal(journal_field_names[field], name))
        field++;
    if (field == JOURNAL_FIELDS || line->has & 1u << field)
        return false;
    put(line, line->has ? SLICE(",\"") : SLICE("{\""));
    put(line, name);
    put(line, SLICE("\":\""));
    line->has |= 1u << field;
    line->most = line->length + (field == JOURNAL_MESSAGE ? MESSAGE_LONGEST : OTHER_LONGEST);
    return true;
}

static bool is_plain(unsigned char byte) {
    return byte >= ' ' && byte != '"' && byte != '\\';
}

/* RFC 8259, section 7: what must be escaped. Bytes that are no UTF-8 stay as they are. */
static struct slice escape_of(unsigned char byte, char room[6]) {
    static const char digits[] = "0123456789abcdef";
    if (byte == '\n')
        return SLICE("\\n");
    memcpy(room, "\\u00", 4);
    room[4] = digits[byte >> 4];
    room[5] = digits[byte & 15];
    if (byte < ' ')
        return (struct slice){room, 6};
    room[1] = (char)byte;
    return (struct slice){room, 2};
}

void journal_line_add(struct journal_line *line, struct slice part) {
    while (part.length > 0) {
        size_t plain = 0;
        while (plain < part.length && is_plain((unsigned char)part.at[plain]))
            plain++;
        struct slice text = {part.at, plain}, kept = slice_head(text, line->most - line->length);
        put(line, kept);
        part = slice_from(part, plain);
        if (kept.length < plain || part.length == 0)
            break;
        char room[6];
        struct slice escape = escape_of((unsigned char)part.at[0], room);
        if (escape.length > line->most - line->length)
            break;
        put(line, escape);
        part = slice_from(part, 1);
    }
    if (part.length > 0)
        line->most = line->length; /* nothing behind what was left out */
}

void journal_line_close(struct journal_line *line) {
    put(line, SLICE("\""));
}

struct slice journal_line_end(struct journal_line *line) {
    put(line, line->has ? SLICE("}\n") : SLICE("{}\n"));
    return (struct slice){line->bytes, line->length};
}
