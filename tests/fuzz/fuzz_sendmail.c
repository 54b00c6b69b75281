/* Any bytes as lines of Sendmail.
 *
 * Holds: what is read has records that know their kind and line type; every text lies in the line
 * or is one of the reader's own; the same line gives the same again; nothing is read of a byte too
 * much.
 */
#include <assert.h>

#include "mta/mta.h"
#include "mta/shapes.h"
#include "rules/builtin.h"

extern const struct mta mta_sendmail;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static struct shapes *builtin_shapes(void) {
    struct shapes *shapes = shapes_new();
    struct problem problem;
    for (size_t i = 0; i < builtin_file_count; i++) {
        const struct builtin_file *file = &builtin_files[i];
        struct slice text = {(const char *)file->bytes, file->length};
        if (strcmp(file->name, "mta/sendmail.yaml") == 0 &&
            !shapes_load(shapes, file->name, text, &problem))
            abort();
    }
    return shapes;
}

/* Texts of the reader's own are words; a longer one must lie in the line. */
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
    assert((record->kind == RECORD_OUTCOME || record->kind == RECORD_INCIDENT) ==
           (record->event != EVENT_NONE));
    assert((record->event == EVENT_NONE) == (record->level == LEVEL_NONE));
    assert(record->size >= -1 && record->delay >= -1 && record->nrcpt >= -1);
}

static void check_line(const struct shapes *shapes, struct records *records,
                       const struct entry *entry) {
    records_clear(records);
    enum reading reading = mta_sendmail.read(shapes, entry, records);
    size_t count = records->count;
    assert((reading == READING_READ) == (count > 0));
    for (size_t i = 0; i < count; i++)
        check_record(&records->items[i], entry->text);
    records_clear(records);
    assert(mta_sendmail.read(shapes, entry, records) == reading && records->count == count);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static struct shapes *shapes;
    struct slice rest = {(const char *)bytes, length}, line;
    struct records records;

    if (!shapes)
        shapes = builtin_shapes();
    records_init(&records);
    while (rest.length) {
        slice_cut(&rest, '\n', &line);
        struct entry entry = {.program = SLICE("sendmail"), .text = line};
        assert(mta_sendmail.likeness(&entry) == 100);
        check_line(shapes, &records, &entry);
    }
    records_release(&records);
    return 0;
}
