/* mta_target - what the fuzz targets of the MTA readers share: any bytes as lines, read twice.
 *
 * Holds: what is read has records that know their kind and line type, what is dull at most details
 * of a session; every text lies in the line or is one of the reader's own words; the same line
 * gives the same again; nothing is read of a byte too much (the sanitizers see to that).
 */
#ifndef TESTS_MTA_TARGET_H
#define TESTS_MTA_TARGET_H

#include <assert.h>

#include "mta/mta.h"
#include "mta/shapes.h"
#include "rules/pattern_files.h"

#include "target.h"

/* The built-in shapes of one MTA, loaded once. */
static const struct shapes *shapes_of(const struct mta *mta) {
    static struct shapes *shapes;
    static struct arena arena;
    struct pattern_files files;
    struct problem problem;
    char name[64];
    if (shapes)
        return shapes;
    shapes = shapes_new();
    snprintf(name, sizeof name, "mta/%s.yaml", mta->name);
    arena_init(&arena);
    pattern_files_builtin(&files, &arena);
    if (!shapes_load(shapes, mta->name, pattern_file_get(&files, name), &problem))
        abort();
    return shapes;
}

/* A longer text than any word of the reader's own must lie in the line. */
static void check_text(struct slice text, struct slice line) {
    enum { LONGEST_WORD = 80 };
    bool inside = text.at >= line.at && text.at + text.length <= line.at + line.length;
    assert(!text.length || inside || text.length <= LONGEST_WORD);
    volatile char last = text.length ? text.at[text.length - 1] : '\0';
    (void)last;
}

static void check_record(const struct record *record, struct slice line) {
    const struct slice texts[] = {record->queue_id,       record->message_id, record->sender,
                                  record->recipient,      record->peer_host,  record->peer_ip,
                                  record->orig_recipient, record->helo,       record->user,
                                  record->reply,          record->implied};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_text(texts[i], line);
    assert(record->line_type && record->line_type[0]);
    assert(record_may_tell(record->kind, record->event, record->level));
    assert(record->size >= -1 && record->delay >= -1 && record->nrcpt >= -1);
}

static void check_entry(const struct mta *mta, const struct entry *entry) {
    struct records records;
    records_init(&records, sizeof(struct record));
    enum reading reading = mta->read(shapes_of(mta), entry, &records);
    size_t count = records.count;
    assert(reading == READING_READ ? count > 0 : reading == READING_DULL || count == 0);
    for (size_t i = 0; i < count; i++) {
        enum record_kind kind = records_at(&records, i)->kind;
        check_record(records_at(&records, i), entry->text);
        assert(reading == READING_READ || kind == RECORD_DETAIL || kind == RECORD_STEP ||
               kind == RECORD_INCIDENT); /* what postscreen refused is known when it disconnects */
    }
    records_clear(&records);
    assert(mta->read(shapes_of(mta), entry, &records) == reading && records.count == count);
    records_release(&records);
}

#endif
