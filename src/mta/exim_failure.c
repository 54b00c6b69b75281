/* exim_failure - why: behind the fields of a failed delivery stands one text, which may be the
 * reply of a server, an error of the system, or words of Exim or its administrator.
 *
 *   SMTP error from remote mail server after RCPT TO:<bob@example.net>: 550 5.1.1 User unknown
 *   Connection timed out : SMTP timeout after DATA                          transports/smtp.c
 *
 * How: a reply stands behind a few known phrases, each with the command it answers; what has none
 * of them is told by how it begins.
 */
#include "mta/exim_failure.h"

static const struct command {
    struct slice word;
    enum stage stage;
} commands[] = {
    {SLICE_INIT("RCPT"), STAGE_RCPT},
    {SLICE_INIT("MAIL"), STAGE_MAIL},
    {SLICE_INIT("end of data"), STAGE_END_OF_DATA},
    {SLICE_INIT("DATA"), STAGE_DATA},
    {SLICE_INIT("BDAT"), STAGE_DATA},
    {SLICE_INIT("sending data block"), STAGE_DATA},
    {SLICE_INIT("initial connection"), STAGE_CONNECT},
    {SLICE_INIT("EHLO"), STAGE_HELO},
    {SLICE_INIT("HELO"), STAGE_HELO},
    {SLICE_INIT("LHLO"), STAGE_HELO},
    {SLICE_INIT("STARTTLS"), STAGE_STARTTLS},
    {SLICE_INIT("AUTH"), STAGE_AUTH},
    {SLICE_INIT("QUIT"), STAGE_QUIT},
};

enum stage exim_stage_of_command(struct slice text) {
    slice_skip(&text, SLICE("pipelined "));
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (slice_starts_nocase(text, commands[i].word))
            return commands[i].stage;
    return STAGE_OTHER;
}

/* Past "RCPT TO:<bob@example.net>: host mx [198.51.100.5]: " to the reply. Until 4.84 the host
 * stood there. */
static bool skip_command(struct slice *text, struct slice *host_r, struct slice *ip_r) {
    struct slice s = *text, command;
    slice_skip(&s, SLICE("pipelined "));
    bool has_address = slice_starts(s, SLICE("RCPT TO:<")) || slice_starts(s, SLICE("MAIL FROM:<"));
    if (has_address) {
        slice_cut(&s, ':', &command);
        exim_take_bracketed(&s);
    }
    if (!slice_cut_text(&s, SLICE(": "), &command))
        return false;
    *text = s;
    struct slice host, ip, port;
    if (slice_skip(&s, SLICE("host ")) && slice_cut(&s, ' ', &host) &&
        exim_take_ip(&s, &ip, &port) && slice_skip(&s, SLICE(": "))) {
        *text = s;
        *host_r = host;
        *ip_r = ip;
    }
    return true;
}

/* "Remote host closed connection in response to HELO us (EHLO response was: 421 Too busy)": the
 * reply in front of the end is the reason. */
static bool find_reply_to_ehlo(struct slice text, struct exim_quoted *quoted_r) {
    static const struct slice anchor = SLICE_INIT(" (EHLO response was: ");
    struct slice command;
    if (!slice_skip(&text, SLICE("Remote host closed connection in response to HELO ")) ||
        !slice_cut_text(&text, anchor, &command) || slice_find(command, ' ') != SIZE_MAX ||
        !slice_ends(text, SLICE(")")))
        return false;
    *quoted_r =
        (struct exim_quoted){.stage = STAGE_HELO, .reply = slice_head(text, text.length - 1)};
    return true;
}

bool exim_find_remote_reply(struct slice text, struct exim_quoted *quoted_r) {
    static const struct slice anchors[] = {
        SLICE_INIT("SMTP error from remote mail server after "),
        SLICE_INIT("SMTP error from remote mailer after "),
        SLICE_INIT("LMTP error after "),
    };
    for (size_t i = 0; i < sizeof anchors / sizeof *anchors; i++) {
        size_t at = slice_find_text(text, anchors[i]);
        if (at == SIZE_MAX)
            continue;
        struct slice rest = slice_from(text, at + anchors[i].length);
        *quoted_r = (struct exim_quoted){.stage = exim_stage_of_command(rest)};
        if (!skip_command(&rest, &quoted_r->host, &quoted_r->ip))
            return false;
        quoted_r->reply = rest;
        return true;
    }
    return find_reply_to_ehlo(text, quoted_r);
}

/* Texts for what went wrong without a reply. STAGE_NONE: the command follows and names the stage.
 */
static const struct condition {
    struct slice text;
    enum stage stage;
} conditions[] = {
    {SLICE_INIT("SMTP timeout after "), STAGE_NONE},
    {SLICE_INIT("LMTP timeout after "), STAGE_NONE},
    {SLICE_INIT("Remote host closed connection in response to "), STAGE_NONE},
    {SLICE_INIT("Malformed SMTP reply in response to "), STAGE_NONE},
    {SLICE_INIT("Malformed LMTP reply after "), STAGE_NONE},
    {SLICE_INIT("Connection refused"), STAGE_CONNECT},
    {SLICE_INIT("Connection timed out"), STAGE_CONNECT},
    {SLICE_INIT("Connection reset"), STAGE_CONNECT},
    {SLICE_INIT("Operation timed out"), STAGE_CONNECT},
    {SLICE_INIT("No route to host"), STAGE_CONNECT},
    {SLICE_INIT("Network is unreachable"), STAGE_CONNECT},
    {SLICE_INIT("Network Error"), STAGE_CONNECT},
    {SLICE_INIT("Host is down"), STAGE_CONNECT},
    {SLICE_INIT("a TLS session is required"), STAGE_STARTTLS},
    {SLICE_INIT("TLS session"), STAGE_STARTTLS},
    {SLICE_INIT("TLS error"), STAGE_STARTTLS},
    {SLICE_INIT("DANE "), STAGE_STARTTLS},
    {SLICE_INIT("authentication required but"), STAGE_AUTH},
    {SLICE_INIT("utf8 support required"), STAGE_MAIL},
    {SLICE_INIT("failed to write a data block"), STAGE_DATA},
    {SLICE_INIT("Unrouteable address"), STAGE_DNS},
    {SLICE_INIT("Unrouteable mail domain"), STAGE_DNS},
    {SLICE_INIT("all relevant MX records"), STAGE_DNS},
    {SLICE_INIT("lowest numbered MX record"), STAGE_DNS},
    {SLICE_INIT("remote host address is the local host"), STAGE_DNS},
    {SLICE_INIT("an MX or SRV record"), STAGE_DNS},
    {SLICE_INIT("host lookup"), STAGE_DNS},
    {SLICE_INIT("lookup of host"), STAGE_DNS},
    {SLICE_INIT("failed to lookup IP address"), STAGE_DNS},
    {SLICE_INIT("no IP address found"), STAGE_DNS},
    {SLICE_INIT("retry time"), STAGE_QUEUE},
    {SLICE_INIT("Retry time"), STAGE_QUEUE},
    {SLICE_INIT("all hosts "), STAGE_QUEUE},
};

static enum stage stage_of_condition(struct slice text) {
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        struct slice rest = text;
        if (!slice_skip(&rest, conditions[i].text))
            continue;
        return conditions[i].stage ? conditions[i].stage : exim_stage_of_command(rest);
    }
    /* Until 4.84 the host stood inside: "Remote host mx [198.51.100.5] closed connection in ...".
     */
    struct slice host;
    if (slice_starts(text, SLICE("Remote host ")) &&
        slice_cut_text(&text, SLICE(" closed connection in response to "), &host))
        return exim_stage_of_command(text);
    return STAGE_NONE;
}

/* An error of the system has no colon in it; a reply that quotes the same words has. */
struct slice exim_without_system_error(struct slice text) {
    struct slice rest = text, error;
    if (!slice_cut(&rest, ':', &error) || !error.length || !slice_skip_byte(&rest, ' '))
        return text;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        if (!conditions[i].stage && slice_starts(rest, conditions[i].text) &&
            slice_find_text(error, conditions[i].text) == SIZE_MAX)
            return rest;
    return text;
}

struct slice exim_without_delivery_time(struct slice text) {
    size_t at = slice_rfind_text(text, SLICE(" DT="));
    if (at != SIZE_MAX && exim_read_span(slice_from(text, at + 4)) >= 0)
        return slice_head(text, at);
    return text;
}

/* LMTP without a host is a socket of this one. */
static bool is_outward(const struct exim_fields *fields, enum stage stage) {
    if (slice_find_text(fields->transport, SLICE("lmtp")) != SIZE_MAX && !fields->ip.length)
        return false;
    return fields->host.length || fields->ip.length ||
           (stage >= STAGE_CONNECT && stage <= STAGE_QUIT) || stage == STAGE_DNS ||
           (stage == STAGE_QUEUE && !fields->transport.length) ||
           slice_find_text(fields->transport, SLICE("smtp")) != SIZE_MAX;
}

void exim_set_failure(struct record *record, const struct exim_fields *fields, struct slice text) {
    record->reply = text;
    struct exim_quoted quoted;
    if (exim_find_remote_reply(text, &quoted)) {
        record->side = SIDE_REMOTE;
        record->stage = quoted.stage;
        record->reply = quoted.reply;
        record->reply_may_have_code = true;
        if (!record->peer_ip.length) {
            record->peer_host = quoted.host;
            record->peer_ip = quoted.ip;
        }
    } else {
        record->stage = stage_of_condition(text);
        record->side = SIDE_SYNTHETIC;
        if (!record->stage && fields->router.length && !fields->transport.length) {
            record->side = SIDE_LOCAL;
            record->reply_may_have_code = true;
        }
    }
    bool outward = is_outward(fields, record->stage);
    record->direction = outward ? DIRECTION_OUT : DIRECTION_LOCAL;
    if (!record->stage)
        record->stage = outward ? STAGE_OTHER : STAGE_DELIVERY;
}
