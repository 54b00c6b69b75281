/* Why: a table of reasons or troubles is believed when it shows one line of the log.
 *
 * How: texts are copied and cut; a new one is copied only when it comes before the one that is
 * kept, which in a log that is in order is never after the first.
 */
#include "tally/example.h"

#include <stdlib.h>

#include "base/memory.h"

enum { HOST_LENGTH = 255, REPLY_LENGTH = 1000, SOURCE_LENGTH = 4096 /* bytes kept */ };

void example_release(struct example *example) {
    free(example->host);
    free(example->reply);
    free(example->source);
    *example = (struct example){0};
}

struct tally_example example_read(const struct example *example) {
    return (struct tally_example){example->seconds,          example->nanos,
                                  slice_of(example->host),   slice_of(example->reply),
                                  slice_of(example->source), example->line};
}

struct tally_example example_of_finding(const struct finding *finding) {
    return (struct tally_example){finding->time.seconds, finding->time.nanos,       finding->host,
                                  finding->reply.whole,  slice_of(finding->source), finding->line};
}

/* Earliest first, an entry without time last. */
static int compare(const struct tally_example *a, const struct tally_example *b) {
    int64_t a_seconds = a->seconds == MOMENT_NONE ? INT64_MAX : a->seconds;
    int64_t b_seconds = b->seconds == MOMENT_NONE ? INT64_MAX : b->seconds;
    if (a_seconds != b_seconds)
        return a_seconds < b_seconds ? -1 : 1;
    if (a->nanos != b->nanos)
        return a->nanos < b->nanos ? -1 : 1;
    int order = slice_compare(a->host, b->host);
    if (!order)
        order = slice_compare(a->source, b->source);
    if (!order)
        order = (a->line > b->line) - (a->line < b->line);
    return order ? order : slice_compare(a->reply, b->reply);
}

char *example_text(struct slice text, size_t longest) {
    text = slice_head(text, longest);
    char *copy = memory_copy(text.at, text.length);
    for (size_t i = 0; i < text.length; i++)
        if (!copy[i])
            copy[i] = ' ';
    return copy;
}

void example_offer(struct example *example, struct tally_example offered) {
    bool is_later = offered.seconds == MOMENT_NONE || offered.seconds > example->seconds;
    if (example->known && example->seconds != MOMENT_NONE && is_later)
        return; /* nearly always */
    struct tally_example known = example_read(example);
    offered.reply = slice_head(offered.reply, REPLY_LENGTH);
    if (example->known && compare(&known, &offered) <= 0)
        return;
    struct example fresh = {.known = true,
                            .seconds = offered.seconds,
                            .nanos = offered.nanos,
                            .line = offered.line,
                            .host = example_text(offered.host, HOST_LENGTH),
                            .reply = example_text(offered.reply, REPLY_LENGTH),
                            .source = example_text(offered.source, SOURCE_LENGTH)};
    example_release(example);
    *example = fresh;
}

void example_save(const struct example *example, struct pack *pack) {
    pack_signed(pack, example->seconds);
    pack_number(pack, example->nanos);
    pack_number(pack, example->line);
    pack_text(pack, slice_of(example->host));
    pack_text(pack, slice_of(example->reply));
    pack_text(pack, slice_of(example->source));
}

void example_load(struct example *example, struct unpack *unpack) {
    struct tally_example saved = {.seconds = unpack_signed(unpack)};
    saved.nanos = (uint32_t)unpack_number(unpack);
    saved.line = unpack_number(unpack);
    saved.host = unpack_text(unpack);
    saved.reply = unpack_text(unpack);
    saved.source = unpack_text(unpack);
    example_offer(example, saved);
}
