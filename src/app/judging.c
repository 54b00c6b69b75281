/* judging - what thresholds need beside the tally: the names of reasons, the span of the log, when
 * the mail server was heard last, and the masks under which names are counted. */
#include "app/judging.h"

#include "app/block.h"
#include "tally/named.h"

bool judging_check(const struct thresholds *thresholds, const char *option,
                   struct analysis *analysis, const struct rulebook *book,
                   struct problem *problem) {
    for (size_t i = 0; i < thresholds->count; i++) {
        const struct threshold *threshold = &thresholds->items[i];
        if (threshold->subject != SUBJECT_CLASS || threshold->any ||
            filter_knows_class(book, threshold->name))
            continue;
        analysis->mistake =
            (struct mistake){threshold->text.at, (size_t)(threshold->name.at - threshold->text.at)};
        return problem_say(problem,
                           "--%s: there is no reason '%.*s'; 'mailtriage rules list' names them",
                           option, SLICE_ARGS(threshold->name));
    }
    return true;
}

/* "mx.example.net [198.51.100.5]", or one of both. */
static struct slice shown_host(struct masker *masker, struct slice name, struct arena *arena) {
    struct slice host, ip;
    char room[RANKING_NAME];
    named_parts(name, &host, &ip);
    host = host.length ? masker_host(masker, host) : host;
    ip = ip.length ? masker_ip(masker, ip) : ip;
    return arena_copy(arena, named_host(host, ip, room));
}

struct threshold judging_shown(const struct run *run, const struct threshold *threshold,
                               struct arena *arena) {
    struct threshold shown = *threshold;
    struct masker *masker = run->masker;
    if (!masker || shown.any)
        return shown;
    switch (shown.subject) {
    case SUBJECT_DOMAIN:
    case SUBJECT_SENDER_DOMAIN:
        shown.name = arena_copy(arena, masker_host(masker, shown.name));
        break;
    case SUBJECT_RELAY:
    case SUBJECT_CLIENT:
        shown.name = shown_host(masker, shown.name, arena);
        break;
    case SUBJECT_SENDER:
        shown.name = arena_copy(arena, masker_address(masker, shown.name));
        break;
    case SUBJECT_USER:
        shown.name = arena_copy(arena, masker_user(masker, shown.name));
        break;
    default:
        break;
    }
    masker_clear(masker);
    return shown;
}

/* The span is the part of the asked one for which there is a log. */
struct threshold_basis judging_basis(const struct run *run) {
    const struct options *options = run->options;
    const struct pipeline *pipeline = run->pipeline;
    struct threshold_basis basis = {run->tally, MOMENT_NONE, MOMENT_NONE, MOMENT_NONE,
                                    options->now};
    struct span span = span_none;
    for (size_t i = 0; pipeline && i < pipeline->progress_count; i++) {
        const struct progress *progress = pipeline->progress[i];
        span_add(&span, progress->span.first);
        span_add(&span, progress->span.last);
        if (progress->own_last > basis.last)
            basis.last = progress->own_last;
    }
    if (span.first > span.last)
        return basis;
    bool begins_before = options->since != MOMENT_NONE && span.first < options->since;
    bool ends_behind = options->until != MOMENT_NONE && span.last > options->until;
    basis.begin = begins_before ? options->since : span.first;
    basis.end = ends_behind ? options->until : span.last;
    return basis;
}

bool judging_any_holds(const struct run *run, const struct thresholds *thresholds) {
    struct threshold_basis basis = judging_basis(run);
    struct arena arena;
    bool holds = false;
    arena_init(&arena);
    for (size_t i = 0; i < thresholds->count && !holds; i++) {
        struct threshold threshold = judging_shown(run, &thresholds->items[i], &arena);
        holds = threshold_judge(&threshold, &basis).holds;
    }
    arena_release(&arena);
    return holds;
}
