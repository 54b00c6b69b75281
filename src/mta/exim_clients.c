/* exim_clients - why: attackers make these lines the most frequent of many logs, and most of what
 * stands in them the client wrote.
 *
 *   H=(box) [203.0.113.77] F=<x@example.net> rejected RCPT <a@example.com>: relay not permitted
 *                                                                       smtp_in.c, log_reject()
 *
 * How: behind the client and its fields one of a few known words must stand, else it is no client's
 * line. A code is only read where Exim itself put one.
 */
#include "mta/exim_clients.h"

#include "base/ascii.h"
#include "mta/exim_failure.h"

/* ---- what is said to clients ---- */

/* What was rejected, its stage, and what Exim says when the configuration names no code. */
static const struct rejection {
    struct slice what;
    enum stage stage;
    struct slice implied, implied_temporary;
    bool has_address;
} rejections[] = {
#define REJECTION(what, stage, name, has_address)                                                  \
    {                                                                                              \
        SLICE_INIT(what), stage, SLICE_INIT("EX-REJECT " name),                                    \
            SLICE_INIT("EX-REJECT " name " temporary"), has_address                                \
    }
    REJECTION("RCPT ", STAGE_RCPT, "rcpt", true),
    REJECTION("MAIL ", STAGE_MAIL, "mail", true),
    REJECTION("connection in \"connect\" ACL", STAGE_CONNECT, "connect", false),
    REJECTION("EHLO or HELO ", STAGE_HELO, "helo", false),
    REJECTION("STARTTLS", STAGE_STARTTLS, "starttls", false),
    REJECTION("AUTH ", STAGE_AUTH, "auth", false),
    REJECTION("DATA", STAGE_DATA, "data", false),
    REJECTION("after DATA PRDR", STAGE_END_OF_DATA, "prdr", false),
    REJECTION("after DATA", STAGE_END_OF_DATA, "end-of-data", false),
    REJECTION("during MIME ACL", STAGE_END_OF_DATA, "mime", false),
    REJECTION("DKIM ", STAGE_END_OF_DATA, "dkim", false),
    REJECTION("EXPN", STAGE_OTHER, "expn", false),
    REJECTION("VRFY", STAGE_OTHER, "vrfy", false),
    REJECTION("ETRN", STAGE_OTHER, "etrn", false),
    REJECTION("ATRN", STAGE_OTHER, "atrn", false),
    REJECTION("by non-SMTP ACL", STAGE_END_OF_DATA, "end-of-data", false),
#undef REJECTION
    {SLICE_INIT("by local_scan()"), STAGE_END_OF_DATA, SLICE_INIT("EX-OTHERREJ local-scan"),
     SLICE_INIT("EX-OTHERREJ local-scan temporary"), false},
    {SLICE_INIT(""), STAGE_OTHER, SLICE_INIT(""), SLICE_INIT(""), false},
};

/* The last one fits anything. */
static const struct rejection *rejection_of(struct slice what) {
    const struct rejection *rejection = rejections;
    while (!slice_starts(what, rejection->what))
        rejection++;
    return rejection;
}

static bool starts_with_code(struct slice text) {
    return text.length >= 3 && (text.at[0] == '4' || text.at[0] == '5') && is_digit(text.at[1]) &&
           is_digit(text.at[2]) && (text.length == 3 || text.at[3] == ' ' || text.at[3] == '-');
}

/* A rejection because of an address that another server refused quotes that server. */
static bool find_callout(struct slice text, struct slice *reply_r) {
    struct exim_quoted quoted;
    if (exim_find_remote_reply(text, &quoted)) {
        *reply_r = quoted.reply;
        return true;
    }
    /* Old versions named the host: `response to "..." from mx [198.51.100.5] was: ` */
    static const struct slice ends[] = {SLICE_INIT("\" was: "), SLICE_INIT("] was: ")};
    struct slice rest = slice_from(text, slice_find_text(text, SLICE("response to \"")));
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = slice_find_text(rest, ends[i]);
        if (end == SIZE_MAX)
            continue;
        *reply_r = slice_from(rest, end + ends[i].length);
        return true;
    }
    return false;
}

/* The first part of the text is ours, or quotes another server; a code only when it begins with
 * one. */
static void set_local_reply(struct record *record, struct slice text) {
    record->side = SIDE_LOCAL;
    record->reply = text;
    record->reply_may_have_code = starts_with_code(text);
    if (!record->reply_may_have_code && find_callout(text, &record->reply)) {
        record->side = SIDE_CALLOUT;
        record->reply_may_have_code = true;
    }
}

static struct record *add_incident(struct records *records, const char *line_type, enum event event,
                                   enum stage stage, const struct exim_fields *fields) {
    struct record *record = records_add(records, RECORD_INCIDENT, line_type);
    record->event = event;
    record->level = LEVEL_SESSION;
    record->direction = DIRECTION_IN;
    record->side = SIDE_LOCAL;
    record->stage = stage;
    exim_set_peer(record, fields);
    exim_set_sender(record, fields->sender);
    return record;
}

/* Tells only whose session went on or ended. */
static void add_detail(struct records *records, const char *line_type,
                       const struct exim_fields *fields) {
    struct record *record = records_add(records, RECORD_DETAIL, line_type);
    record->direction = DIRECTION_IN;
    exim_set_peer(record, fields);
}

/* "RCPT <dave@example.com>: relay not permitted", behind "rejected " or "temporarily rejected ". */
static enum reading read_rejection(struct slice what, bool temporary,
                                   const struct exim_fields *fields, struct records *records) {
    const struct rejection *rejection = rejection_of(what);
    struct record *record =
        add_incident(records, "EX-REJECT", EVENT_REJECTED, rejection->stage, fields);
    record->implied = temporary ? rejection->implied_temporary : rejection->implied;
    record->is_doubled = true;
    struct slice rest = slice_from(what, rejection->what.length), part;
    if (rejection->has_address) {
        struct slice address = exim_take_bracketed(&rest);
        if (address.length && address.at[address.length - 1] == ':')
            address.length--;
        if (rejection->stage == STAGE_RCPT)
            record->recipient = address;
        else
            exim_set_sender(record, address);
        rest = exim_text_after_colon(rest);
    } else if (!slice_cut_text(&rest, SLICE(": "), &part)) {
        rest = (struct slice){0};
    }
    set_local_reply(record, rest);
    return READING_READ;
}

/* What may stand behind a client and its fields, and what it means. */
enum tail {
    TAIL_REJECTED,
    TAIL_TEMPORARY,
    TAIL_TWIN,
    TAIL_DULL,
    TAIL_DISCARDED,
    TAIL_DROPPED,
    TAIL_LOST,
};
static const struct tail_form {
    struct slice text;
    enum tail tail;
} tails[] = {
    {SLICE_INIT(" rejected "), TAIL_REJECTED},
    {SLICE_INIT(" temporarily rejected "), TAIL_TEMPORARY},
    {SLICE_INIT(" sender verify fail for "), TAIL_TWIN},
    {SLICE_INIT(" sender verify defer for "), TAIL_TWIN},
    {SLICE_INIT(" Warning: "), TAIL_DULL},
    {SLICE_INIT(" RCPT <"), TAIL_DISCARDED},
    {SLICE_INIT(" dropped by "), TAIL_DROPPED},
    {SLICE_INIT(" incomplete transaction "), TAIL_LOST},
};

static const struct tail_form *tail_of(struct slice rest) {
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (slice_starts(rest, tails[i].text))
            return &tails[i];
    return NULL;
}

static bool fits_tail(struct slice rest, const struct exim_fields *fields) {
    (void)fields;
    return tail_of(rest) != NULL;
}

/* "H=(box) [203.0.113.77] dropped by 'connect' ACL: text" */
static enum reading read_dropped(struct slice rest, const struct exim_fields *fields,
                                 struct records *records) {
    struct slice acl;
    enum stage stage = slice_starts(rest, SLICE("'connect'")) ? STAGE_CONNECT : STAGE_OTHER;
    struct record *record = add_incident(records, "EX-CONN", EVENT_REJECTED, stage, fields);
    record->implied = SLICE("EX-REJECT connect");
    if (slice_cut_text(&rest, SLICE(": "), &acl))
        set_local_reply(record, rest);
    return READING_READ;
}

/* "RCPT <bob@example.net>: discarded by RCPT ACL" */
static enum reading read_discarded(struct slice rest, const struct exim_fields *fields,
                                   struct records *records) {
    struct record *record =
        add_incident(records, "EX-OTHERREJ", EVENT_DISCARDED, STAGE_RCPT, fields);
    record->recipient = exim_take_address(&rest, '>');
    slice_skip(&rest, SLICE(">"));
    record->reply = exim_text_after_colon(rest);
    return READING_READ;
}

/* "incomplete transaction (connection lost) from <a> for b" */
static enum reading read_incomplete(struct slice rest, const struct exim_fields *fields,
                                    struct records *records) {
    struct slice reason = {0};
    if (!slice_skip(&rest, SLICE("(")) || !slice_cut(&rest, ')', &reason))
        return READING_UNKNOWN;
    if (!slice_is(reason, "connection lost")) { /* QUIT, RSET: the client's choice */
        add_detail(records, "EX-CONN", fields);
        return READING_DULL;
    }
    struct record *record =
        add_incident(records, "EX-CONN", EVENT_CONNECTION_LOST, STAGE_OTHER, fields);
    record->side = SIDE_SYNTHETIC;
    record->reply = reason;
    record->may_echo = true;
    if (slice_skip(&rest, SLICE(" from ")))
        exim_set_sender(record, exim_take_bracketed(&rest));
    return READING_READ;
}

/* Lines that begin with the client's fields: "H=(box) [203.0.113.77] F=<x@example.net> rejected
 * ..." */
enum reading exim_read_client_line(struct slice text, struct records *records) {
    struct exim_fields fields = {0};
    struct slice rest = text;
    if (!exim_take_fields(&rest, fits_tail, &fields) || rest.at == text.at)
        return READING_UNKNOWN;
    const struct tail_form *form = tail_of(rest);
    if (!form)
        return READING_UNKNOWN;
    rest = slice_from(rest, form->text.length);
    switch (form->tail) {
    case TAIL_REJECTED:
    case TAIL_TEMPORARY:
        return read_rejection(rest, form->tail == TAIL_TEMPORARY, &fields, records);
    case TAIL_DROPPED:
        return read_dropped(rest, &fields, records);
    case TAIL_DISCARDED:
        return read_discarded(rest, &fields, records);
    case TAIL_LOST:
        return read_incomplete(rest, &fields, records);
    case TAIL_TWIN:
        exim_set_peer(records_add(records, RECORD_DETAIL, "EX-VERIFY"), &fields);
        return READING_READ;
    case TAIL_DULL:
        break;
    }
    return READING_DULL;
}

/* The codes smtp_in_auth gives; only these, so that a HELO name cannot bring its own. */
static bool fits_auth_reply(struct slice rest, const struct exim_fields *fields) {
    static const struct slice codes[] = {SLICE_INIT(": 535 "), SLICE_INIT(": 435 "),
                                         SLICE_INIT(": 501 "), SLICE_INIT(": 553 "),
                                         SLICE_INIT(": 454 ")};
    (void)fields;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (slice_starts(rest, codes[i]))
            return true;
    return false;
}

/* A client: "H=(box) [203.0.113.77]", without H= before 4.99, or a local user ("U=bob", "bob"). */
static bool take_client(struct slice *rest, exim_fits *fits, struct exim_fields *fields) {
    struct slice s = *rest, user;
    slice_skip(&s, SLICE("H="));
    if (exim_take_host(&s, fits, fields)) {
        *rest = s;
        return true;
    }
    s = *rest;
    if (!slice_skip(&s, SLICE("U=")) && (slice_find(s, '(') == 0 || slice_find(s, '[') == 0))
        return false;
    user = exim_take_value(&s);
    exim_take_plain_fields(&s, fields);
    if (!user.length || !fits(s, fields))
        return false;
    *rest = s;
    return true;
}

/* "plain authenticator failed for (box) [203.0.113.77]: 535 Incorrect authentication data
 * (set_id=bob)"; set_id is what the client said. */
enum reading exim_read_authentication(struct slice text, struct records *records) {
    static const struct slice failed = SLICE_INIT(" authenticator failed for ");
    struct exim_fields fields = {0};
    struct slice rest = slice_from(text, slice_find(text, ' '));
    if (!slice_skip(&rest, failed) || !take_client(&rest, fits_auth_reply, &fields))
        return READING_UNKNOWN;
    struct record *record =
        add_incident(records, "EX-AUTHFAIL", EVENT_AUTH_FAILED, STAGE_AUTH, &fields);
    record->implied = SLICE("EX-AUTHFAIL");
    record->is_doubled = true;
    record->method = slice_head(text, slice_find(text, ' '));
    rest = slice_from(rest, 2);
    size_t set_id = slice_find_text(rest, SLICE(" (set_id="));
    size_t close = slice_rfind(rest, ')');
    record->reply = rest;
    record->reply_may_have_code = true;
    if (set_id != SIZE_MAX && close != SIZE_MAX && close >= set_id + 9) {
        record->user = slice_range(rest.at + set_id + 9, rest.at + close);
        /* "435 Unable ... (set_id=bob): REASON": the reason is worth more than an even wording. */
        if (close + 1 == rest.length)
            record->reply = slice_head(rest, set_id);
    }
    return READING_READ;
}

/* "already authenticated", "not permitted in mail transaction" and the like are 503. */
static struct slice protocol_error_implied(bool syntax, struct slice reason) {
    static const struct {
        struct slice text, implied;
    } known[] = {
        {SLICE_INIT("authentication mechanism not supported"), SLICE_INIT("EX-SYNPROT mechanism")},
        {SLICE_INIT("unrecognized command"), SLICE_INIT("EX-SYNPROT unrecognized")},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_find_text(reason, known[i].text) != SIZE_MAX)
            return known[i].implied;
    return syntax ? SLICE("EX-SYNPROT syntax") : SLICE("EX-SYNPROT protocol");
}

/* "SMTP protocol error in "AUTH PLAIN ..." H=(box) [203.0.113.79] AUTH command used when not
 * advertised". The command is the client's and may hold a password and quotes: it ends at the last
 * `" H=`, and nothing of it is kept but the stage. */
enum reading exim_read_protocol_error(struct slice text, struct records *records) {
    struct slice rest = text;
    bool syntax = slice_skip(&rest, SLICE("SMTP syntax error in \""));
    if (!syntax && !slice_skip(&rest, SLICE("SMTP protocol error in \"")))
        return READING_UNKNOWN;
    size_t end = slice_rfind_text(rest, SLICE("\" H="));
    if (end == SIZE_MAX)
        end = slice_rfind_text(rest, SLICE("\" U="));
    struct exim_fields fields = {0};
    struct slice command = slice_head(rest, end);
    enum stage stage = exim_stage_of_command(command);
    rest = slice_from(rest, end == SIZE_MAX ? rest.length : end + 2);
    exim_take_fields(&rest, NULL, &fields);
    struct record *record = add_incident(records, "EX-SYNPROT", EVENT_REJECTED, stage, &fields);
    slice_skip(&rest, SLICE(" "));
    record->reply = rest;
    record->implied = protocol_error_implied(syntax, rest);
    record->is_verb = record_is_verb(command);
    record->is_single = true; /* main log alone */
    record->may_echo = true;
    return READING_READ;
}

/* ---- sessions that ended badly ---- */

/* "PREFIX client TAIL text". An empty tail: nothing but the end. Without words for a reply it is
 * the text. Without an event nothing is counted: a detail when there are words, else dull; either
 * way the session before is over. */
static const struct session_form {
    struct slice prefix, tail;
    const char *line_type;
    enum event event;
    enum stage stage;
    struct slice implied, reply;
    bool is_doubled; /* in the reject log too */
} session_forms[] = {
    {SLICE_INIT("no MAIL in SMTP connection from "), SLICE_INIT(""), "EX-CONN", EVENT_NONE,
     STAGE_NONE, SLICE_INIT(""), SLICE_INIT("no MAIL"), false},
    {SLICE_INIT("SMTP connection from "), SLICE_INIT(" closed by DROP in ACL"), "EX-CONN",
     EVENT_NONE, STAGE_NONE, SLICE_INIT(""), SLICE_INIT("drop"), false},
    {SLICE_INIT("SMTP connection from "), SLICE_INIT(" closed "), "EX-CONN", EVENT_NONE, STAGE_NONE,
     SLICE_INIT(""), SLICE_INIT(""), false},
    {SLICE_INIT("SMTP connection from "), SLICE_INIT(" (TCP/IP connection count"), "EX-CONN",
     EVENT_NONE, STAGE_NONE, SLICE_INIT(""), SLICE_INIT(""), false},
    {SLICE_INIT("SMTP connection from "), SLICE_INIT(" lost while reading message data"), "EX-CONN",
     EVENT_CONNECTION_LOST, STAGE_DATA, SLICE_INIT(""),
     SLICE_INIT("connection lost while reading message data"), false},
    {SLICE_INIT("SMTP connection from "), SLICE_INIT(" lost"), "EX-CONN", EVENT_CONNECTION_LOST,
     STAGE_OTHER, SLICE_INIT(""), SLICE_INIT("connection lost"), false},
    {SLICE_INIT("unexpected disconnection while reading SMTP command from "), SLICE_INIT(""),
     "EX-CONN", EVENT_CONNECTION_LOST, STAGE_OTHER, SLICE_INIT(""),
     SLICE_INIT("connection lost while reading an SMTP command"), false},
    {SLICE_INIT("SMTP connection lost after final dot "), SLICE_INIT(""), "EX-CONN",
     EVENT_CONNECTION_LOST, STAGE_END_OF_DATA, SLICE_INIT(""),
     SLICE_INIT("connection lost after final dot"), false},
    {SLICE_INIT("SMTP command timeout on connection from "), SLICE_INIT(""), "EX-CONN",
     EVENT_TIMEOUT, STAGE_OTHER, SLICE_INIT("EX-CONN command-timeout"),
     SLICE_INIT("SMTP command timeout"), false},
    {SLICE_INIT("SMTP command timeout on TLS connection from "), SLICE_INIT(""), "EX-CONN",
     EVENT_TIMEOUT, STAGE_OTHER, SLICE_INIT("EX-CONN command-timeout"),
     SLICE_INIT("SMTP command timeout"), false},
    {SLICE_INIT("SMTP data timeout (message abandoned) on connection from "), SLICE_INIT(""),
     "EX-CONN", EVENT_TIMEOUT, STAGE_DATA, SLICE_INIT("EX-CONN data-timeout"),
     SLICE_INIT("SMTP data timeout"), false},
    {SLICE_INIT("SMTP data timeout (message abandoned) on TLS connection from "), SLICE_INIT(""),
     "EX-CONN", EVENT_TIMEOUT, STAGE_DATA, SLICE_INIT("EX-CONN data-timeout"),
     SLICE_INIT("SMTP data timeout"), false},
    {SLICE_INIT("SMTP call from "), SLICE_INIT(" dropped: too many nonmail commands"), "EX-DROP",
     EVENT_REJECTED, STAGE_OTHER, SLICE_INIT("EX-DROP nonmail"),
     SLICE_INIT("too many nonmail commands"), true},
    {SLICE_INIT("SMTP call from "), SLICE_INIT(" dropped: too many unrecognized commands"),
     "EX-DROP", EVENT_REJECTED, STAGE_OTHER, SLICE_INIT("EX-DROP unrecognized"),
     SLICE_INIT("too many unrecognized commands"), true},
    {SLICE_INIT("SMTP call from "), SLICE_INIT(" dropped: too many syntax or protocol errors"),
     "EX-DROP", EVENT_REJECTED, STAGE_OTHER, SLICE_INIT(""), /* that of the last error */
     SLICE_INIT("too many syntax or protocol errors"), true},
    {SLICE_INIT("Connection from "), SLICE_INIT(" refused: "), "EX-CONN", EVENT_REJECTED,
     STAGE_CONNECT, SLICE_INIT("EX-CONN refused"), SLICE_INIT(""), false},
    {SLICE_INIT("temporarily refused connection from "), SLICE_INIT(": "), "EX-CONN",
     EVENT_REJECTED, STAGE_CONNECT, SLICE_INIT("EX-CONN reserve"), SLICE_INIT(""), false},
    {SLICE_INIT("refused connection from "), SLICE_INIT(""), "EX-CONN", EVENT_REJECTED,
     STAGE_CONNECT, SLICE_INIT("EX-CONN host-reject"), SLICE_INIT("connection refused"), true},
    {SLICE_INIT("TLS error on connection from "), SLICE_INIT(" "), "EX-TLSIN", EVENT_TLS_FAILED,
     STAGE_STARTTLS, SLICE_INIT(""), SLICE_INIT(""), false},
};

static bool fits_session(struct slice rest, const struct exim_fields *fields) {
    static const struct slice known[] = {
        SLICE_INIT(" closed "),   SLICE_INIT(" lost"),        SLICE_INIT(" dropped: "),
        SLICE_INIT(" refused: "), SLICE_INIT(" (TCP/IP con"), SLICE_INIT(": "),
        SLICE_INIT(" (")};
    (void)fields;
    if (!rest.length)
        return true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_starts(rest, known[i]))
            return true;
    return false;
}

/* Any end will do behind prefixes that name all there is. */
static bool fits_any(struct slice rest, const struct exim_fields *fields) {
    (void)fields;
    return !rest.length || rest.at[0] == ' ' || rest.at[0] == ',' || rest.at[0] == ':';
}

/* `(last was "AUTH")`, `(last command was "AUTH LOGIN ...", C=...)`: its stage, and no byte of it.
 */
static enum stage stage_of_last(struct slice rest) {
    struct slice before;
    return slice_cut_text(&rest, SLICE("was \""), &before) ? exim_stage_of_command(rest)
                                                           : STAGE_OTHER;
}

static enum reading read_session_form(const struct session_form *form, struct slice rest,
                                      const struct exim_fields *fields, struct records *records) {
    if (form->event == EVENT_NONE) {
        add_detail(records, form->line_type, fields);
        return form->reply.length ? READING_READ : READING_DULL;
    }
    struct record *record =
        add_incident(records, form->line_type, form->event, form->stage, fields);
    record->implied = form->implied;
    record->is_single = !form->is_doubled;
    record->reply = form->reply.length ? form->reply : rest;
    if (form->event != EVENT_REJECTED)
        record->side = SIDE_SYNTHETIC;
    if (slice_is(slice_of(form->line_type), "EX-DROP")) {
        record->stage = stage_of_last(rest);
        record->is_echo = true; /* of the last command's own line, where that is logged */
    }
    if (form->event == EVENT_CONNECTION_LOST)
        record->is_echo = true; /* of "incomplete transaction" */
    return READING_READ;
}

/* The forms of one prefix stand behind each other in the table, and have all a tail or none: the
 * client is read once for all of them. */
enum reading exim_read_session(struct slice text, struct records *records) {
    const struct session_form *form = session_forms,
                              *behind = form + sizeof session_forms / sizeof *session_forms;
    while (form < behind && !slice_starts(text, form->prefix))
        form++;
    if (form == behind)
        return READING_UNKNOWN;
    struct exim_fields fields = {0};
    struct slice prefix = form->prefix, rest = slice_from(text, prefix.length);
    slice_skip(&rest, SLICE("Ci="));
    if (!take_client(&rest, form->tail.length ? fits_session : fits_any, &fields))
        return READING_UNKNOWN;
    for (; form < behind && slice_equal(form->prefix, prefix); form++)
        if (slice_skip(&rest, form->tail))
            return read_session_form(form, rest, &fields, records);
    return READING_UNKNOWN;
}
