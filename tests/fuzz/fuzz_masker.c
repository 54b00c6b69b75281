/* Any bytes under masks: a text of a log, a path, and the columns of a finding, cut at newlines.
 *
 * Holds: the same bytes give the same masks; a mask is no longer than a name can make it; a
 * name has one mask wherever it stands.
 */
#include "finding/masker.h"

#include <string.h>

#include "rules/rulebook.h"

#include "target.h"

enum { LONGEST = 20000, COLUMNS = 8 };

static const struct rulebook no_book;

static void check_length(struct slice masked, struct slice text) {
    MUST(masked.length <= 32 * text.length + 64); /* each byte a label: "h-" and ten */
}

static struct finding finding_of(struct slice text) {
    struct slice columns[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++)
        slice_cut(&text, '\n', &columns[i]);
    return (struct finding){.record = {.queue_id = columns[0],
                                       .sender = columns[1],
                                       .recipient = columns[2],
                                       .peer_host = columns[3],
                                       .peer_ip = columns[4],
                                       .helo = columns[5],
                                       .user = columns[6],
                                       .target = columns[7]},
                            .host = columns[3],
                            .source = "mail.log",
                            .reply = {.text = text, .whole = text},
                            .template = text,
                            .listed_ip = columns[4],
                            .verdict.class_name = "unclassified"};
}

static void check_finding(struct masker *masker, struct slice text) {
    struct finding finding = finding_of(text), masked = masker_finding(masker, &finding);
    check_length(masked.reply.text, text);
    check_length(masked.record.peer_host, text);
    check_length(masked.record.target, text);
    MUST(slice_equal(masked.host, masked.record.peer_host));
    MUST(slice_equal(masked.reply.text, masked.reply.whole));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static struct masker *masker, *same;
    static const struct slice key = SLICE_INIT("sixteen bytes or more");
    struct slice text = slice_head((struct slice){(const char *)bytes, length}, LONGEST);
    if (!masker) {
        masker = masker_new(key, &no_book);
        same = masker_new(key, &no_book);
    }
    struct slice masked = masker_text(masker, text, SLICE("mx1"));
    check_length(masked, text);
    MUST(slice_equal(masked, masker_text(same, text, SLICE("mx1"))));
    check_length(masker_path(masker, text), text);
    check_finding(masker, text);
    masker_clear(masker);
    masker_clear(same);
    return 0;
}
