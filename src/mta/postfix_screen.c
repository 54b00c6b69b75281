/* postfix_screen - postscreen/postscreen_early.c and postscreen_smtpd.c.
 *
 * A test that failed has a line of its own. What follows is a setting that no line tells: "drop"
 * says 521, does not log it, and disconnects; "enforce" lets the client talk and refuses his
 * recipients, each with a reject line; "ignore" lets him pass. So the line of the test is a step,
 * and the disconnect gives a refusal for every test there is: the journey keeps the one of the test
 * that was the last word about this client, and mostly none. (A command that is no SMTP is dropped
 * by default, and a shape of its own.)
 */
#include "mta/postfix_screen.h"

static const struct test {
    struct slice word, implied;
    enum screen screen;
} tests[] = {
    {SLICE_INIT("PREGREET"), SLICE_INIT("PF-PSC drop-early"), SCREEN_EARLY},
    {SLICE_INIT("DNSBL rank"), SLICE_INIT("PF-PSC drop-listed"), SCREEN_LISTED},
    {SLICE_INIT("DENYLISTED"), SLICE_INIT("PF-PSC drop-denied"), SCREEN_DENIED},
    {SLICE_INIT("BLACKLISTED"), SLICE_INIT(""), SCREEN_DENIED}, /* until 3.5 */
    {SLICE_INIT("COMMAND PIPELINING"), SLICE_INIT("PF-PSC drop-pipelining"), SCREEN_PIPELINING},
    {SLICE_INIT("BARE NEWLINE"), SLICE_INIT("PF-PSC drop-newline"), SCREEN_NEWLINE},
};

/* "[203.0.113.9]:4711", wherever it stands; *rest is what is behind it. */
static bool take_client(struct slice *rest, struct record *record) {
    uint64_t port;
    struct slice before, behind;
    if (!slice_cut(rest, '[', &before) || !slice_cut(rest, ']', &record->peer_ip) ||
        !slice_skip(rest, SLICE(":")))
        return false;
    behind = *rest;
    if (!slice_take_number(&behind, &port))
        return false;
    record->peer_port = slice_range(rest->at, behind.at);
    *rest = behind;
    return true;
}

/* " after EHLO: NOOP\r\n" */
static enum stage stage_after(struct slice rest) {
    static const struct {
        struct slice word;
        enum stage stage;
    } words[] = {
        {SLICE_INIT("CONNECT"), STAGE_CONNECT}, {SLICE_INIT("EHLO"), STAGE_HELO},
        {SLICE_INIT("HELO"), STAGE_HELO},       {SLICE_INIT("MAIL"), STAGE_MAIL},
        {SLICE_INIT("RCPT"), STAGE_RCPT},       {SLICE_INIT("AUTH"), STAGE_AUTH},
        {SLICE_INIT("DATA"), STAGE_DATA},       {SLICE_INIT("BDAT"), STAGE_DATA},
    };
    if (!slice_skip(&rest, SLICE(" after ")))
        return STAGE_CONNECT;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_starts(rest, words[i].word))
            return words[i].stage;
    return STAGE_OTHER;
}

static struct record *add(struct records *records, enum record_kind kind, const char *line_type,
                          const struct record *client) {
    struct record *record = records_add(records, kind, line_type);
    record->direction = DIRECTION_IN;
    record->side = SIDE_LOCAL;
    record->stage = STAGE_CONNECT;
    record->peer_ip = client->peer_ip;
    record->peer_port = client->peer_port;
    return record;
}

static enum reading read_end(const struct record *client, struct records *records) {
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        if (!tests[i].implied.length)
            continue;
        struct record *record = add(records, RECORD_INCIDENT, "PF-PSC-REJECT", client);
        record->event = EVENT_REJECTED;
        record->level = LEVEL_SESSION;
        record->reply = tests[i].word;
        record->implied = tests[i].implied;
        record->screen = tests[i].screen;
    }
    return READING_DULL;
}

enum reading postfix_read_screen(struct slice text, struct records *records) {
    struct record client = {0};
    struct slice rest = text;
    if (slice_skip(&rest, SLICE("DISCONNECT ")))
        return take_client(&rest, &client) ? read_end(&client, records) : READING_UNKNOWN;
    if (slice_skip(&rest, SLICE("PASS NEW ")) || slice_skip(&rest, SLICE("PASS OLD "))) {
        if (!take_client(&rest, &client))
            return READING_UNKNOWN;
        struct record *record = add(records, RECORD_STEP, "PF-PSC-DULL", &client);
        record->screen = SCREEN_PASSED;
        record->reply = slice_head(text, sizeof "PASS NEW" - 1);
        return READING_DULL;
    }
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        rest = text;
        if (!slice_skip(&rest, tests[i].word) || !slice_starts(rest, SLICE(" ")) ||
            !take_client(&rest, &client))
            continue;
        struct record *record = add(records, RECORD_STEP, "PF-PSC-TEST", &client);
        record->screen = tests[i].screen;
        record->reply = tests[i].word;
        record->stage = stage_after(rest);
        return READING_READ;
    }
    return READING_UNKNOWN;
}
