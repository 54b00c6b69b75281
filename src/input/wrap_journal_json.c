/* wrap_journal_json - journalctl -o json, json-seq and json-sse: one object a line.
 *
 *     {"__REALTIME_TIMESTAMP":"1780300801123456","_HOSTNAME":"mx1","MESSAGE":"connect from ...",
 *      "SYSLOG_IDENTIFIER":"postfix/smtpd","SYSLOG_PID":"4711","_PID":"4711", ...}
 *
 * json-seq puts the byte 0x1e in front (RFC 7464), json-sse "data: ". MESSAGE may be a string, an
 * array of bytes (no valid UTF-8), an array of strings (a field given twice: the first), or null
 * (journalctl leaves out what is longer than 4096 bytes, but for --all): then its text cannot be
 * known, and the entry must not pass for an empty one. A record without MESSAGE at all says
 * nothing.
 *
 * The records of a journal and of its export come here too, as such lines (journal_line.h).
 */
#include "input/header.h"
#include "input/journal_line.h"
#include "input/json_line.h"

static struct slice text_of(const struct json_member *member, struct arena *arena) {
    struct slice text;
    return json_text(member, arena, &text) ? text : (struct slice){0};
}

static struct slice either(struct slice first, struct slice second) {
    return first.length ? first : second;
}

/* A pid as digits; some programs put their own words there. */
static struct slice digits_of(struct slice text) {
    uint64_t number;
    return slice_number(text, &number) ? text : (struct slice){0};
}

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct json_member members[JOURNAL_FIELDS];
    struct moment time = {.seconds = MOMENT_NONE};
    (void)clock;
    if (!slice_skip_byte(&line, '\x1e'))
        slice_skip(&line, SLICE("data: "));
    if (!line.length || line.at[0] != '{')
        return UNWRAP_FOREIGN;
    for (size_t i = 0; i < JOURNAL_FIELDS; i++)
        members[i].name = journal_field_names[i];
    if (!json_object(line, members, JOURNAL_FIELDS))
        return UNWRAP_FOREIGN;
    bool has_stamp = members[JOURNAL_STAMP].kind != JSON_ABSENT;
    if (members[JOURNAL_MESSAGE].kind == JSON_ABSENT)
        return has_stamp ? UNWRAP_DULL : UNWRAP_FOREIGN;
    if (!has_stamp && members[JOURNAL_IDENTIFIER].kind == JSON_ABSENT)
        return UNWRAP_FOREIGN;
    moment_unix_micros(text_of(&members[JOURNAL_STAMP], arena), &time);
    entry->time = time;
    entry->host = text_of(&members[JOURNAL_HOST], arena);
    entry->program = either(text_of(&members[JOURNAL_IDENTIFIER], arena),
                            text_of(&members[JOURNAL_COMMAND], arena));
    entry->pid = either(digits_of(text_of(&members[JOURNAL_SYSLOG_PID], arena)),
                        digits_of(text_of(&members[JOURNAL_PID], arena)));
    if (!json_text(&members[JOURNAL_MESSAGE], arena, &entry->text))
        entry->text = SLICE("[0B blob data]");
    return UNWRAPPED;
}

const struct wrapping wrap_journal_json = {
    .name = "journal-json",
    .title = "journalctl, json",
    .layer = LAYER_LINE,
    .first = FIRST_BRACE | FIRST_SMALL | FIRST_OTHER,
    .unwrap = unwrap,
};
