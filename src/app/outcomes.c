/* Why the whole pipeline: it puts together what was split, knows what is told twice, which bounce
 * is about what, and gives the reasons that report and export give. Of the messages that are traced
 * it sees every entry, so it says the same of them as it would of the whole log.
 */
#include "app/outcomes.h"

#include <stdlib.h>

#include "app/order.h"
#include "base/map.h"
#include "base/memory.h"
#include "finding/hint.h"

struct judging {
    struct messages *messages;
    const struct sources *sources;
    const struct found_lines *lines;
    struct traced *const *of_lines;
    size_t *first_line;    /* of each source, in lines->items */
    struct map recipients; /* message, recipient -> struct outcome * */
};

/* ---- the kept lines as a source ---- */

struct kept_reader {
    struct reader reader; /* first */
    const struct kept *next, *end;
    size_t given; /* of the next line */
};

static ssize_t read_kept(struct reader *reader, char *bytes, size_t room, struct problem *problem) {
    struct kept_reader *kept = (struct kept_reader *)reader;
    size_t length = 0;
    (void)problem;
    while (kept->next < kept->end && length < room) {
        struct slice rest = slice_head(slice_from(kept->next->text, kept->given), room - length);
        if (rest.length)
            memcpy(bytes + length, rest.at, rest.length);
        length += rest.length;
        kept->given += rest.length;
        if (kept->given < kept->next->text.length || length == room)
            break;
        bytes[length++] = '\n';
        kept->next++;
        kept->given = 0;
    }
    return (ssize_t)length;
}

static void close_kept(struct reader *reader) {
    (void)reader;
}

/* ---- what a finding says of its message ---- */

static struct traced *message_of(const struct judging *judging, const struct finding *finding) {
    for (size_t i = 0; i < judging->sources->count; i++) {
        size_t line = judging->first_line[i] + (size_t)finding->line - 1;
        if (strcmp(judging->sources->items[i].name, finding->source) == 0)
            return line < judging->first_line[i + 1] ? judging->of_lines[line] : NULL;
    }
    return NULL;
}

static struct outcome *outcome_of(struct judging *judging, struct traced *traced,
                                  const struct finding *finding) {
    struct arena *arena = &judging->messages->arena;
    struct slice recipient = finding->record.recipient;
    /* What goes wrong in a session are things beside each other, not one after the other. */
    int event = finding->record.kind == RECORD_INCIDENT ? (int)finding->record.event : 0;
    struct slice key =
        arena_print(arena, "%zu %d %d %.*s", (size_t)(traced - judging->messages->items),
                    finding->is_notice, event, SLICE_ARGS(recipient));
    struct outcome **place = map_put(&judging->recipients, key, NULL);
    if (*place)
        return *place;
    struct outcome *outcome = arena_zero(arena, sizeof *outcome);
    if (traced->last_outcome)
        traced->last_outcome->next = outcome;
    else
        traced->outcomes = outcome;
    traced->last_outcome = outcome;
    traced->outcome_count++;
    outcome->recipient = arena_copy(arena, recipient);
    outcome->is_notice = finding->is_notice;
    return *place = outcome;
}

static struct slice hint_of(const struct finding *finding) {
    const struct verdict *verdict = &finding->verdict;
    if (!verdict->reason)
        return (struct slice){0};
    struct slice hint = reason_hint_after(verdict->reason, slice_of(finding->cause));
    if (hint.length)
        return hint;
    return reason_hint(
        verdict->reason, finding->mta,
        reason_way(verdict->reason, finding->record.event, finding->record.direction));
}

/* One host that failed says little where another one is tried; a hop says that it goes on. */
static bool is_passing(const struct finding *finding) {
    return finding->record.kind == RECORD_OUTCOME && finding->record.level == LEVEL_HOST;
}

static void hear(void *context, const struct finding *finding) {
    struct judging *judging = context;
    struct traced *traced = message_of(judging, finding);
    if (!traced)
        return;
    if (!traced->has_sender && finding->record.has_sender) {
        traced->has_sender = true;
        traced->sender = arena_copy(&judging->messages->arena, finding->record.sender);
    }
    struct outcome *outcome = outcome_of(judging, traced, finding);
    if (outcome->event != EVENT_NONE && is_passing(finding))
        return;
    outcome->event = finding->record.event;
    outcome->verdict = finding->verdict;
    outcome->hint = hint_of(finding);
    outcome->reply = arena_copy(&judging->messages->arena, finding->reply.whole);
    outcome->code = finding->reply.code;
    outcome->enhanced = finding->reply.enhanced;
    outcome->is_handed_on = finding->after == FATE_HANDED_ON;
}

/* ---- the verdict ---- */

/* What a person has to know of: the one that ended worst; among equals the first. */
static int weight_of(const struct outcome *outcome) {
    static const signed char weights[] = {
        [EVENT_DELIVERED] = 1,  [EVENT_WARNING] = 2,         [EVENT_DISCARDED] = 4,
        [EVENT_HELD] = 5,       [EVENT_CONNECTION_LOST] = 6, [EVENT_TIMEOUT] = 6,
        [EVENT_TLS_FAILED] = 6, [EVENT_DEFERRED] = 7,        [EVENT_AUTH_FAILED] = 8,
        [EVENT_REJECTED] = 8,   [EVENT_EXPIRED] = 9,         [EVENT_BOUNCED] = 9};
    return weights[outcome->event] - (outcome->is_notice ? 10 : 0);
}

static void find_worst(struct traced *traced) {
    for (const struct outcome *outcome = traced->outcomes; outcome; outcome = outcome->next)
        if (!traced->worst || weight_of(outcome) > weight_of(traced->worst))
            traced->worst = outcome;
}

/* ---- the run ---- */

static void run_lines(struct judging *judging, struct run *run) {
    for (size_t i = 0; i < judging->sources->count; i++) {
        struct kept_reader kept = {
            .reader = {.read = read_kept, .close = close_kept},
            .next = judging->lines->items + judging->first_line[i],
            .end = judging->lines->items + judging->first_line[i + 1],
        };
        if (kept.next < kept.end)
            run_source(run, &judging->sources->items[i], &kept.reader, 0);
    }
    run_settle(run);
    order_end(run);
}

static void find_first_lines(struct judging *judging) {
    size_t line = 0;
    for (size_t i = 0; i <= judging->sources->count; i++) {
        while (line < judging->lines->count && judging->lines->items[line].source < i)
            line++;
        judging->first_line[i] = line;
    }
}

void outcomes_read(struct messages *messages, const struct run *run, const struct sources *sources,
                   const struct found_lines *lines, struct traced *const *of_lines) {
    struct judging judging = {
        .messages = messages, .sources = sources, .lines = lines, .of_lines = of_lines};
    struct options *options = memory_new(sizeof *options);
    struct run over;
    *options = *run->options;
    options->jobs = 1;
    options->filter = (struct filter){0};
    options->since = options->until = MOMENT_NONE;
    judging.first_line = memory_new((sources->count + 1) * sizeof *judging.first_line);
    map_init(&judging.recipients, sizeof(struct outcome *));
    find_first_lines(&judging);
    run_init(&over, options, run->knowledge);
    over.counts = false;
    over.listen = hear;
    over.context = &judging;
    run_lines(&judging, &over);
    run_release(&over);
    for (size_t i = 0; i < messages->count; i++)
        find_worst(&messages->items[i]);
    map_release(&judging.recipients);
    free(judging.first_line);
    free(options);
}
