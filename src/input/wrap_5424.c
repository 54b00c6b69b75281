/* wrap_5424 - syslog as RFC 5424 has it.
 *
 *     <22>1 2026-06-01T10:00:01.5Z mx1 postfix/smtpd 4711 - - connect from ...
 *     <22>1 2026-06-01T10:00:01Z mx1 exim 77 - [meta@32473 k="a \"b\" \\ \]"][x@1] <BOM>text
 *
 *     line = [ "<" PRI ">" ] version SP stamp SP host SP app SP procid SP msgid SP data [ SP text ]
 *     data = "-" | 1*( "[" id *( SP name "=" <"> value <"> ) "]" )
 *
 * A field that is nil is "-". In a value '"', '\' and ']' have a '\' in front. The text may begin
 * with a UTF-8 byte order mark.
 */
#include "input/header.h"

static bool take_field(struct slice *s, struct slice *field_r) {
    if (!slice_cut(s, ' ', field_r) || field_r->length == 0)
        return false;
    if (field_r->length == 1 && field_r->at[0] == '-')
        field_r->length = 0;
    return true;
}

static bool skip_value(struct slice *s) {
    while (s->length && s->at[0] != '"')
        *s = slice_from(*s, s->at[0] == '\\' ? 2 : 1);
    return slice_skip_byte(s, '"');
}

/* One element, behind its '['. */
static bool skip_element(struct slice *s) {
    while (s->length && s->at[0] != ']') {
        char byte = s->at[0];
        *s = slice_from(*s, 1);
        if (byte == '"' && !skip_value(s))
            return false;
    }
    return slice_skip_byte(s, ']');
}

static bool skip_data(struct slice *s) {
    if (slice_skip_byte(s, '-'))
        return s->length == 0 || s->at[0] == ' ';
    if (!s->length || s->at[0] != '[')
        return false;
    while (slice_skip_byte(s, '['))
        if (!skip_element(s))
            return false;
    return s->length == 0 || s->at[0] == ' ';
}

static bool take_stamp(struct clock *clock, struct slice *s, struct moment *time_r) {
    struct slice stamp;
    *time_r = (struct moment){.seconds = MOMENT_NONE};
    return take_field(s, &stamp) &&
           (stamp.length == 0 || (moment_take_rfc3339(clock, &stamp, time_r) && stamp.length == 0));
}

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    uint64_t version, number;
    struct moment time;
    struct slice host, app, process, id;
    (void)arena;
    if (!header_skip_priority(&line) || !slice_take_number(&line, &version) || version < 1 ||
        version > 999 || !slice_skip_byte(&line, ' ') || !take_stamp(clock, &line, &time) ||
        !take_field(&line, &host) || !take_field(&line, &app) || !take_field(&line, &process) ||
        !take_field(&line, &id) || !skip_data(&line))
        return UNWRAP_FOREIGN;
    slice_skip_byte(&line, ' ');
    slice_skip(&line, SLICE("\xef\xbb\xbf"));
    entry->time = time;
    entry->host = host;
    entry->program = app;
    entry->pid = slice_number(process, &number) ? process : (struct slice){0};
    entry->text = header_without_blanks(line);
    return UNWRAPPED;
}

const struct wrapping wrap_5424 = {
    .name = "syslog-5424",
    .title = "syslog, RFC 5424",
    .layer = LAYER_LINE,
    .first = FIRST_DIGIT | FIRST_ANGLE,
    .unwrap = unwrap,
};
