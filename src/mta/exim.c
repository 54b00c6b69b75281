/* exim - why: Exim writes one free line an event; what stands where is known only from its source.
 *
 * By hand are read the lines that make up a log: arrivals, deliveries, deferrals, failures, their
 * end, and what attackers make frequent: rejections, failed logins, protocol errors, lost sessions.
 *
 *   2026-06-01 10:00:01 1wAbCd-000000012AB-0xYz <= alice@example.org H=(laptop) [192.0.2.10] S=1200
 *                                                                                    receive.c
 *   ... 1wAbCd-000000012AB-0xYz => bob@example.net R=dnslookup T=remote_smtp H=mx.example.net
 *       [198.51.100.5] C="250 OK"                                      deliver.c, delivery_log()
 *   ... 1wAbCd-000000012AB-0xYz == bob@example.net R=r T=t defer (-44) H=... : TEXT deferral_log()
 *   ... 1wAbCd-000000012AB-0xYz ** bob@example.net R=r T=t H=... : TEXT               failure_log()
 *
 * How: behind the message id a flag of two characters tells what the line is. Its fields are read
 * by exim_fields.c, the text of a failure by exim_failure.c, lines about clients by exim_clients.c.
 * Everything else is a shape: program "exim-message" with a message id in front, "exim" without.
 */
#include "mta/mta.h"

#include "base/ascii.h"
#include "base/memory.h"
#include "base/scan.h"
#include "input/entry.h"
#include "mta/exim_clients.h"
#include "mta/exim_failure.h"
#include "mta/shapes.h"

/* ---- what stands in front of a line ---- */

/* The pid Exim puts in brackets; empty when there is none. */
static inline struct slice take_pid(struct slice *text) {
    uint64_t pid;
    if (!text->length || text->at[0] != '[')
        return (struct slice){0};
    struct slice s = slice_from(*text, 1);
    if (!slice_take_number(&s, &pid))
        return (struct slice){0};
    struct slice digits = slice_range(text->at + 1, s.at);
    if (!slice_skip(&s, SLICE("] ")))
        return (struct slice){0};
    *text = slice_from(*text, digits.length + 3);
    return digits;
}

/* " +0200" */
static void skip_zone(struct slice *text) {
    struct slice s = *text;
    uint64_t zone;
    if (s.length > 6 && s.at[0] == ' ' && (s.at[1] == '+' || s.at[1] == '-') && s.at[6] == ' ') {
        s = slice_head(slice_from(s, 2), 4);
        if (slice_number(s, &zone))
            *text = slice_from(*text, 6);
    }
}

/* "2026-06-01 10:00:01.123 +0200 ": under syslog the stamp of Exim's own files stands inside too.
 */
static struct slice without_inner_stamp(struct slice text) {
    struct slice s = text;
    struct civil civil;
    if (!civil_take_dashed(&s, &civil))
        return text;
    skip_zone(&s);
    return slice_skip(&s, SLICE(" ")) ? s : text;
}

/* Of a log of syslog; behind the first line of an entry the header of a rejected message may stand.
 */
static struct slice syslog_text(struct slice text) {
    struct slice first;
    slice_cut(&text, '\n', &first);
    return without_inner_stamp(first);
}

/* The bits of scan_alnum() for 16 bytes of an id, from `begin` on, that has hyphens at two places.
 */
static inline unsigned id_bits(size_t begin, size_t first, size_t second) {
    uint32_t hyphens = UINT32_C(1) << first | UINT32_C(1) << second;
    return (unsigned)(~(hyphens >> begin) & 0xffff);
}

/* An id ends with the text or at a blank, and is of letters and digits but for two hyphens. */
static inline bool is_message_id(struct slice text, size_t length, size_t first, size_t second) {
    size_t last = length - 16; /* bytes are looked at where they stand, 16 at a time */
    return text.length >= length && (text.length == length || text.at[length] == ' ') &&
           text.at[first] == '-' && text.at[second] == '-' &&
           scan_alnum(text.at) == id_bits(0, first, second) &&
           (last == 0 || scan_alnum(text.at + last) == id_bits(last, first, second));
}

/* "1wAbCd-000000012AB-0xYz" and, before 4.97, "1wAbCd-0012AB-0x". */
static inline size_t message_id_length(struct slice text) {
    enum { LENGTH = 6 + 1 + 11 + 1 + 4, OLD_LENGTH = 6 + 1 + 6 + 1 + 2 };
    return is_message_id(text, LENGTH, 6, 18)       ? LENGTH
           : is_message_id(text, OLD_LENGTH, 6, 13) ? OLD_LENGTH
                                                    : 0;
}

static inline bool take_message_id(struct slice *text, struct slice *id_r) {
    size_t length = message_id_length(*text);
    *id_r = slice_head(*text, length);
    if (length)
        *text = slice_from(*text, length + 1);
    return length > 0;
}

/* ---- lines of a message ---- */

/* Where the fields of a delivery line begin: behind what stands for the address. */
static size_t fields_start(struct slice text) {
    static const struct slice keys[] = {SLICE_INIT(" R="), SLICE_INIT(" F=<"), SLICE_INIT(" P=<"),
                                        SLICE_INIT(" T="), SLICE_INIT(" : ")};
    size_t start = text.length;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t at = slice_find_text(slice_head(text, start), keys[i]);
        if (at != SIZE_MAX)
            start = at;
    }
    return start;
}

/* Pipes, files and the like may hold blanks: "|/usr/bin/filter -x <bob@example.org> R=...". */
static struct slice take_odd_target(struct slice *rest) {
    size_t end = fields_start(*rest);
    struct slice target = slice_head(*rest, end);
    size_t open = slice_rfind_text(target, SLICE(" <"));
    *rest = slice_from(*rest, open == SIZE_MAX ? end : open);
    return slice_head(target, open);
}

static bool is_odd_word(struct slice text) {
    static const struct slice words[] = {SLICE_INIT("save "), SLICE_INIT("discarded"),
                                         SLICE_INIT("blackhole ("), SLICE_INIT("blackhole *")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_starts(text, words[i]))
            return true;
    return false;
}

static inline bool is_odd_target(struct slice text) {
    char first = slice_byte(text, 0);
    if (first == '|' || first == '/' || first == '>')
        return true;
    return (first == 's' || first == 'd' || first == 'b') && is_odd_word(text);
}

/* Is `plain`, with or without its domain, what `quoted` says between its quotes? */
static bool says_the_same(struct slice plain, struct slice quoted) {
    size_t at = 0;
    bool inside = false;
    for (size_t i = 0; i < quoted.length; i++) {
        if (!inside && at == plain.length && quoted.at[i] == '@')
            return true;
        if (quoted.at[i] == '"') {
            inside = !inside;
            continue;
        }
        if (inside && quoted.at[i] == '\\' && i + 1 < quoted.length)
            i++;
        if (at == plain.length || !slice_equal_nocase((struct slice){plain.at + at++, 1},
                                                      (struct slice){quoted.at + i, 1}))
            return false;
    }
    return at == plain.length;
}

/* A local part that needs quotes is logged without them, and behind it once more as it should be:
 *
 *   a b@example.net <"a b"@example.net> R=...        a b <"a b"@example.com> R=...
 *
 * It may hold whatever its sender liked, so the two must say the same. Brackets are rare in these
 * lines: they are looked for, and not the text. */
static bool take_quoted_recipient(struct slice *rest, struct slice *address_r) {
    enum { PLACES = 16 };
    const char *begin = rest->at, *end = begin + rest->length, *open = begin;
    for (int places = 0; places < PLACES && open < end; open++) {
        open = memchr(open, '<', (size_t)(end - open));
        if (!open)
            break;
        if (open == begin || open[-1] != ' ' || end - open < 2 || open[1] != '"')
            continue;
        places++;
        struct slice s = slice_range(open + 1, end);
        struct slice plain = slice_range(begin, open - 1);
        struct slice address = exim_take_address(&s, '>');
        if (!slice_skip(&s, SLICE(">")) || !says_the_same(plain, address))
            continue;
        *address_r = address;
        *rest = s;
        return true;
    }
    return false;
}

/*   target [ " (" parent *( ", " parent ) ")" ] [ " <" top ">" ]      deliver.c, string_log_address
 * The recipient is the target when that is an address, else the address that led to a mailbox, pipe
 * or file. Gives the target. */
static struct slice take_recipient(struct slice *rest, struct record *record) {
    struct slice target, top = {0};
    if (take_quoted_recipient(rest, &target)) {
        record->recipient = target;
        return target;
    }
    if (is_odd_target(*rest)) {
        target = take_odd_target(rest);
    } else {
        target = exim_take_address(rest, ' ');
        if (target.length && target.at[target.length - 1] == ':' && target.at[0] != ':') {
            target.length--;
            *rest = slice_range(target.at + target.length, rest->at + rest->length);
        }
        struct slice parents, s = *rest;
        if (slice_skip(&s, SLICE(" (")) && slice_cut(&s, ')', &parents))
            *rest = s;
    }
    struct slice s = *rest;
    if (slice_skip(&s, SLICE(" <"))) {
        top = exim_take_address(&s, '>');
        slice_skip(&s, SLICE(">"));
        *rest = s;
    }
    if (slice_is(top, "system-filter"))
        top = (struct slice){0};
    const char *behind = target.at + target.length;
    bool has_at = scan_for(target.at, rest->at + rest->length, '@') < behind;
    bool is_address = has_at && !is_odd_target(target);
    if (is_address || !top.length)
        record->recipient = target;
    else
        record->target = target;
    if (top.length)
        *(record->recipient.length ? &record->orig_recipient : &record->recipient) = top;
    return target;
}

static bool fits_arrival(struct slice rest, const struct exim_fields *fields) {
    return fields->protocol.length && (!rest.length || rest.at[0] == ' ');
}

/* "<=", and "(=" for a message that was taken although the client was told it was refused. */
static enum reading read_arrival(struct slice rest, struct records *records, bool refused) {
    struct exim_fields fields;
    memory_clear(&fields, sizeof fields);
    struct slice sender = exim_take_bracketed(&rest);
    if (!exim_take_fields(&rest, fits_arrival, &fields))
        return READING_UNKNOWN;
    struct record *record = records_add(records, RECORD_ARRIVAL, "EX-ARRIVE");
    record->direction = DIRECTION_IN;
    record->has_sender = true;
    record->sender = sender;
    exim_set_peer(record, &fields);
    if (fields.router.length && !fields.ip.length) { /* R=: a bounce, made by Exim itself */
        record->kind = RECORD_DETAIL;
        record->user = (struct slice){0};
        record->link = LINK_CAUSE;
        record->linked_id = fields.router;
    }
    record->message_id = fields.message_id;
    uint64_t size;
    if (slice_number(fields.size, &size) && size <= INT64_MAX)
        record->size = (int64_t)size;
    if (!refused)
        return READING_READ;
    struct record copy = *record;
    record = records_add(records, RECORD_INCIDENT, "EX-ARRIVE");
    *record = copy;
    record->kind = RECORD_INCIDENT;
    record->event = EVENT_REJECTED;
    record->level = LEVEL_SESSION;
    record->side = SIDE_LOCAL;
    record->stage = STAGE_END_OF_DATA;
    record->implied = SLICE("EX-REJECT end-of-data");
    return READING_READ;
}

static bool is_discarded(struct slice target) {
    return slice_is(target, ":blackhole:") || slice_starts(target, SLICE("discarded")) ||
           slice_starts(target, SLICE("blackhole (")) || slice_starts(target, SLICE("blackhole *"));
}

static enum reading read_delivery(struct slice rest, struct records *records) {
    struct exim_fields fields;
    memory_clear(&fields, sizeof fields);
    struct record *record = records_add(records, RECORD_OUTCOME, "EX-DELIVER");
    struct slice target = take_recipient(&rest, record);
    exim_take_fields(&rest, NULL, &fields);
    record->event = is_discarded(target) ? EVENT_DISCARDED : EVENT_DELIVERED;
    record->level = LEVEL_RECIPIENT;
    record->delay = exim_read_span(fields.queue_time);
    exim_set_sender(record, fields.sender);
    record->peer_host = fields.host;
    record->tls = fields.cipher.length ? TLS_USED : TLS_NONE;
    record->peer_ip = fields.ip;
    record->direction = fields.host.length || fields.ip.length ? DIRECTION_OUT : DIRECTION_LOCAL;
    if (record->event == EVENT_DISCARDED && !record->orig_recipient.length &&
        slice_equal(record->recipient, target)) {
        /* "=> discarded (system filter)": nobody is named. */
        record->recipient = (struct slice){0};
        record->level = LEVEL_SESSION;
    }
    record->reply = fields.confirmation;
    record->reply_may_have_code = fields.confirmation.length > 0;
    record_link_onward(record, fields.confirmation);
    bool answered = fields.confirmation.length || record->direction == DIRECTION_OUT;
    record->side = answered ? SIDE_REMOTE : SIDE_LOCAL;
    record->stage = answered ? STAGE_END_OF_DATA : STAGE_DELIVERY;
    return READING_READ;
}

static enum reading read_failure(struct slice rest, struct records *records) {
    static const struct slice expired = SLICE_INIT("retry timeout exceeded");
    struct exim_fields fields;
    memory_clear(&fields, sizeof fields);
    struct record *record = records_add(records, RECORD_OUTCOME, "EX-FAIL");
    take_recipient(&rest, record);
    exim_take_fields(&rest, NULL, &fields);
    struct slice text =
        exim_without_system_error(exim_without_delivery_time(exim_text_after_colon(rest)));
    record->event = EVENT_BOUNCED;
    record->level = LEVEL_RECIPIENT;
    if (slice_ends(text, expired)) {
        record->event = EVENT_EXPIRED;
        struct slice cause = slice_head(text, text.length - expired.length);
        if (cause.length > 2 && slice_ends(cause, SLICE(": ")))
            text = slice_head(cause, cause.length - 2);
    }
    exim_set_sender(record, fields.sender);
    record->peer_host = fields.host;
    record->peer_ip = fields.ip;
    exim_set_failure(record, &fields, text);
    return READING_READ;
}

/* "defer (-44)" and its error number: an errno of the system, 0, or one of Exim's negative ones. */
static bool take_defer(struct slice *rest, int *number_r) {
    struct slice s = *rest;
    uint64_t number = 0;
    slice_skip(&s, SLICE(" routing"));
    if (!slice_skip(&s, SLICE(" defer (")))
        return false;
    bool negative = slice_skip(&s, SLICE("-"));
    /* Other than digits only in masked logs: taken as an errno. */
    struct slice digits;
    if (!slice_cut(&s, ')', &digits))
        return false;
    if (!slice_number(digits, &number) || number > 100000)
        number = 1;
    *number_r = negative ? -(int)number : (int)number;
    *rest = s;
    return true;
}

/* Exim's errors that say nothing was tried [macros.h]. */
enum {
    ERRNO_HELD = -23,
    ERRNO_RETRY_ROUTING = -52,
    ERRNO_RETRY_LOCAL = -53,
    ERRNO_RETRY_HOSTS = -54,
    ERRNO_LOCAL_ONLY = -55,
    ERRNO_QUEUE_DOMAIN = -56,
    ERRNO_TRANSPORT_LIMIT = -57,
};

static bool is_not_due(int number, struct slice text) {
    slice_skip(&text, SLICE(": "));
    return slice_starts_nocase(text, SLICE("retry time not")) || number == ERRNO_RETRY_ROUTING ||
           number == ERRNO_RETRY_LOCAL || number == ERRNO_RETRY_HOSTS ||
           number == ERRNO_TRANSPORT_LIMIT;
}

/* The administrator's or the sender's wish to wait, not a failure. */
static bool is_held(int number, struct slice text) {
    return number == ERRNO_HELD || number == ERRNO_LOCAL_ONLY || number == ERRNO_QUEUE_DOMAIN ||
           slice_starts(text, SLICE("first-pass only routing")) ||
           slice_starts(text, SLICE("SMTP delivery explicitly queued"));
}

/* Behind the error number: [": " strerror] [" H=" host] [" DT=" time] [": " text]; strerror only
 * for errors of the system. The text counts, else the strerror. */
static struct slice take_deferral_text(struct slice rest, int number, struct exim_fields *fields) {
    struct slice error = {0};
    if (number > 0 && slice_skip(&rest, SLICE(": "))) {
        size_t end = slice_find_text(rest, SLICE(" H="));
        error = slice_head(rest, end);
        rest = slice_from(rest, error.length);
    }
    if (rest.length && rest.at[0] == ' ')
        exim_take_fields(&rest, NULL, fields);
    struct slice text = exim_text_after_colon(rest);
    return exim_without_delivery_time(text.length ? text : error);
}

static enum reading read_deferral(struct slice rest, struct records *records) {
    struct exim_fields fields;
    memory_clear(&fields, sizeof fields);
    struct record *record = records_add(records, RECORD_OUTCOME, "EX-DEFER");
    int number = 0;
    take_recipient(&rest, record);
    exim_take_plain_fields(&rest, &fields);
    if (!take_defer(&rest, &number)) {
        records->count--;
        return READING_UNKNOWN;
    }
    if (is_not_due(number, rest)) {
        records->count--;
        return READING_DULL;
    }
    struct slice text = take_deferral_text(rest, number, &fields);
    record->event = EVENT_DEFERRED;
    record->level = LEVEL_ATTEMPT;
    exim_set_sender(record, fields.sender);
    record->peer_host = fields.host;
    record->peer_ip = fields.ip;
    exim_set_failure(record, &fields, text);
    if (is_held(number, text)) {
        record->event = EVENT_HELD;
        record->level = LEVEL_RECIPIENT;
        record->side = SIDE_LOCAL;
        record->stage = STAGE_QUEUE;
        record->reply_may_have_code = false;
    }
    return READING_READ;
}

static bool fits_attempt(struct slice rest, const struct exim_fields *fields) {
    (void)rest;
    return fields->helo.length == 0;
}

/* "H=mx1.example.net [198.51.100.5]: SMTP error from ...": one host failed, others may follow. */
static enum reading read_attempt(struct slice text, struct records *records) {
    struct exim_fields fields;
    memory_clear(&fields, sizeof fields);
    if (!slice_starts(text, SLICE("H=")) || !exim_take_fields(&text, fits_attempt, &fields))
        return READING_UNKNOWN;
    text = exim_without_delivery_time(exim_text_after_colon(text));
    if (!text.length)
        return READING_UNKNOWN;
    /* Reading or writing failed: what that did to the message, if anything, is told by itself. */
    if (slice_starts(text, SLICE("TLS error on connection ("))) {
        records_add(records, RECORD_DETAIL, "EX-ATTEMPT")->direction = DIRECTION_OUT;
        return READING_READ;
    }
    struct record *record = records_add(records, RECORD_OUTCOME, "EX-ATTEMPT");
    record->event = EVENT_DEFERRED;
    record->level = LEVEL_HOST;
    record->peer_host = fields.host;
    record->peer_ip = fields.ip;
    exim_set_failure(record, &fields, text);
    return READING_READ;
}

/* ---- the line as a whole ---- */

static enum reading read_flag(struct slice text, struct records *records) {
    struct slice rest = slice_from(text, 3);
    if (text.length < 3 || text.at[2] != ' ')
        return READING_UNKNOWN;
#define FLAG(first, second) ((unsigned char)(first) << 8 | (unsigned char)(second))
    switch (FLAG(text.at[0], text.at[1])) {
    case FLAG('=', '>'):
    case FLAG('-', '>'):
    case FLAG('>', '>'):
        return read_delivery(rest, records);
    case FLAG('<', '='):
    case FLAG('(', '='):
        return read_arrival(rest, records, text.at[0] == '(');
    case FLAG('=', '='):
        return read_deferral(rest, records);
    case FLAG('*', '*'):
        return read_failure(rest, records);
    case FLAG('*', '>'):
        return READING_DULL;
    }
#undef FLAG
    return READING_UNKNOWN;
}

typedef enum reading line_reader(struct slice text, struct records *records);

static enum reading read_first(line_reader *const readers[], size_t count, struct slice text,
                               struct records *records) {
    enum reading reading = READING_UNKNOWN;
    for (size_t i = 0; i < count && reading == READING_UNKNOWN; i++)
        reading = readers[i](text, records);
    return reading;
}

static inline bool is_end(struct slice text) {
    return slice_starts(text, SLICE("Completed")) &&
           (text.length == 9 || slice_starts(text, SLICE("Completed QT=")));
}

static enum reading read_text(const struct shapes *shapes, bool has_id, struct slice text,
                              struct records *records) {
    static line_reader *const with_id[] = {read_flag, exim_read_client_line, exim_read_session,
                                           read_attempt};
    static line_reader *const without_id[] = {exim_read_client_line, exim_read_authentication,
                                              exim_read_session, exim_read_protocol_error};
    if (has_id && is_end(text)) {
        struct record *record = records_add(records, RECORD_END, "EX-COMPLETED");
        record->delay = text.length > 13 ? exim_read_span(slice_from(text, 13)) : -1;
        return READING_READ;
    }
    enum reading reading =
        has_id ? read_first(with_id, 4, text, records) : read_first(without_id, 4, text, records);
    if (reading != READING_UNKNOWN)
        return reading;
    return shapes_read(shapes, has_id ? SLICE("exim-message") : SLICE("exim"), text, records);
}

static enum reading exim_read(const struct shapes *shapes, const struct entry *entry,
                              struct records *records) {
    bool is_file = entry->wrapping == &wrap_exim; /* one line of it, and not by syslog */
    struct slice text = is_file ? entry->text : syslog_text(entry->text), id;
    size_t first = records->count;
    struct slice pid = take_pid(&text);
    bool has_id = take_message_id(&text, &id);
    enum reading reading = read_text(shapes, has_id, text, records);
    for (size_t i = first; i < records->count; i++) {
        struct record *record = records_at(records, i);
        record->reply_escaped = true;
        record->is_single |= is_file;
        record->session_pid = pid;
        if (!record->queue_id.length)
            record->queue_id = id;
    }
    return reading;
}

/* Under syslog the tag is syslog_processname. */
static unsigned exim_likeness(const struct entry *entry) {
    struct slice program = entry->program;
    return slice_skip(&program, SLICE("exim")) &&
                   (!program.length || !is_alnum(program.at[0]) || is_digit(program.at[0]))
               ? 100
               : 0;
}

const struct mta mta_exim = {
    .name = "exim",
    .title = "Exim",
    .files = &wrap_exim,
    .likeness = exim_likeness,
    .read = exim_read,
    .arrives_whole = true,
    .tells_tls = true,
    .logs_twice = true, /* syslog_duplication: as main log and as reject log */
};
