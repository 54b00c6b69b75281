/* Any text as an entry of a Postfix daemon, chosen by the first byte: every record must lie within
 * the entry (the sanitizers see to that), and reading twice must give the same.
 */
#include <assert.h>

#include "mta/mta.h"
#include "mta/shapes.h"
#include "rules/builtin.h"

extern const struct mta mta_postfix;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static struct shapes *builtin_shapes(void) {
    struct shapes *shapes = shapes_new();
    struct problem problem;
    for (size_t i = 0; i < builtin_file_count; i++) {
        const struct builtin_file *file = &builtin_files[i];
        struct slice text = {(const char *)file->bytes, file->length};
        if (strcmp(file->name, "mta/postfix.yaml") == 0 &&
            !shapes_load(shapes, file->name, text, &problem))
            abort();
    }
    return shapes;
}

/* Touches each byte of a field, so that one outside the entry is found. */
static unsigned touch(struct slice field) {
    unsigned sum = 0;
    for (size_t i = 0; i < field.length; i++)
        sum += (unsigned char)field.at[i];
    return sum;
}

static unsigned touch_record(const struct record *record) {
    const struct slice fields[] = {record->implied,        record->daemon,     record->instance,
                                   record->queue_id,       record->sender,     record->recipient,
                                   record->orig_recipient, record->message_id, record->peer_host,
                                   record->peer_ip,        record->helo,       record->user,
                                   record->reply};
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        sum += touch(fields[i]);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const char *const programs[] = {
        "postfix/smtpd", "postfix/smtp",  "postfix/submission/smtpd", "postfix/lmtp",
        "postfix/qmgr",  "postfix/local", "postfix/cleanup",          "postfix/postscreen",
        "postfix/error", "postfix/pipe",  "postfix/postsuper",        "smtpd"};
    static struct shapes *shapes;
    static struct records records;
    if (!shapes) {
        shapes = builtin_shapes();
        records_init(&records);
    }
    if (!length)
        return 0;
    const char *program = programs[bytes[0] % (sizeof programs / sizeof programs[0])];
    struct entry entry = {.program = slice_of(program),
                          .text = {(const char *)bytes + 1, length - 1}};
    records_clear(&records);
    enum reading first = mta_postfix.read(shapes, &entry, &records);
    size_t count = records.count;
    assert((first == READING_READ) == (count > 0));
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += touch_record(&records.items[i]);
    enum reading second = mta_postfix.read(shapes, &entry, &records);
    assert(first == second && records.count == 2 * count);
    for (size_t i = 0; i < count; i++)
        sum -= touch_record(&records.items[count + i]);
    assert(sum == 0);
    return 0;
}
