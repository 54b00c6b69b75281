/* record_shown - a record as one line of text, so that a row of a test is a log line and what is
 * read out of it: "outcome EX-FAIL bounced recipient out remote rcpt id=... to=... [reply]". What
 * is not known is left out; "[...]c" is a reply that may begin with a code.
 */
#ifndef TESTS_RECORD_SHOWN_H
#define TESTS_RECORD_SHOWN_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/out.h"
#include "mta/mta.h"
#include "mta/shapes.h"

struct record_row {
    const char *text;
    const char *records[4]; /* one a record, in their order */
};

static void show_text(struct out *out, const char *name, struct slice text) {
    if (!text.length)
        return;
    out_print(out, " %s=", name);
    out_slice(out, text);
}

static void show_number(struct out *out, const char *name, int64_t number) {
    if (number >= 0)
        out_print(out, " %s=%" PRId64, name, number);
}

static void show_record(struct out *out, const struct record *record) {
    static const char *const kinds[] = {"arrival", "detail", "outcome", "incident", "end"};
    static const char *const links[] = {"", "onward", "back", "notice", "cause"};
    const char *words[] = {kinds[record->kind],
                           record->line_type,
                           event_name(record->event),
                           level_name(record->level),
                           direction_name(record->direction),
                           side_name(record->side),
                           stage_name(record->stage)};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i][0])
            out_print(out, "%s%s", i ? " " : "", words[i]);
    show_text(out, "id", record->queue_id);
    show_text(out, "mid", record->message_id);
    if (record->has_sender)
        out_print(out, " from=%.*s", SLICE_ARGS(record->sender));
    show_text(out, "to", record->recipient);
    show_text(out, "orig", record->orig_recipient);
    show_text(out, "target", record->target);
    show_text(out, links[record->link], record->linked_id);
    show_text(out, "host", record->peer_host);
    show_text(out, "ip", record->peer_ip);
    show_text(out, "helo", record->helo);
    show_text(out, "user", record->user);
    show_text(out, "implied", record->implied);
    show_number(out, "size", record->size);
    show_number(out, "delay", record->delay);
    show_number(out, "nrcpt", record->nrcpt);
    char dsn[16];
    show_text(out, "dsn", (struct slice){dsn, enhanced_print(record->dsn, dsn)});
    if (record->reply.length)
        out_print(out, " [%.*s]%s", SLICE_ARGS(record->reply),
                  record->reply_may_have_code ? "c" : "");
}

static void check_record(const struct record_row *row, size_t index, const struct record *record) {
    struct out out;
    out_init_memory(&out);
    show_record(&out, record);
    if (!slice_is(out_held(&out), row->records[index]))
        fail_msg("%s\n   gives %.*s\nexpected %s", row->text, SLICE_ARGS(out_held(&out)),
                 row->records[index]);
    out_release(&out);
}

/* Reads each row as an entry of `program` and compares what is read. */
static inline void check_records(const struct mta *mta, const struct shapes *shapes,
                                 const char *program, const struct record_row *rows, size_t count) {
    struct records records;
    records_init(&records, sizeof(struct record));
    for (size_t i = 0; i < count; i++) {
        struct entry entry = {.program = slice_of(program), .text = slice_of(rows[i].text)};
        size_t expected = 0;
        while (expected < 4 && rows[i].records[expected])
            expected++;
        records_clear(&records);
        if (mta->read(shapes, &entry, &records) != READING_READ || records.count != expected)
            fail_msg("%zu records, not %zu: %s", records.count, expected, rows[i].text);
        for (size_t k = 0; k < expected; k++)
            check_record(&rows[i], k, records_at(&records, k));
    }
    records_release(&records);
}

/* A line that gives no record, and what it is taken for. */
struct reading_row {
    const char *text;
    enum reading reading;
};

/* Reads each row by hand alone: no shape helps. */
static inline void check_readings(const struct mta *mta, const char *program,
                                  const struct reading_row *rows, size_t count) {
    struct shapes *none = shapes_new();
    struct records records;
    records_init(&records, sizeof(struct record));
    for (size_t i = 0; i < count; i++) {
        struct entry entry = {.program = slice_of(program), .text = slice_of(rows[i].text)};
        if (mta->read(none, &entry, &records) != rows[i].reading || records.count)
            fail_msg("row %zu: %s", i, rows[i].text);
    }
    records_release(&records);
    shapes_free(none);
}

#endif
