/* spikes - when failures left their usual level, and what drove it.
 *
 * One reading fills the series in which spikes are looked for (tally/series.h) and keeps the few
 * fields of each failure that tell what drove one (spill.h): where the spikes are is known at the
 * end. So what is counted twice is what was read once, and a log may grow or be gone meanwhile.
 *
 * Without a log to read, history is what is looked at: past_spikes.h.
 */
#include "app/analysis.h"

#include <stdlib.h>
#include <string.h>

#include "app/fleet.h"
#include "app/given.h"
#include "app/past_spikes.h"
#include "app/recall.h"
#include "app/say.h"
#include "app/spill.h"
#include "base/memory.h"
#include "report/spike_page.h"
#include "tally/doubts.h"
#include "tally/edges.h"
#include "tally/moments.h"

int cmd_spikes(const struct options *options);

struct spiking {
    struct analysis analysis; /* first: the callbacks get it */
    struct series_book *book;
    struct series_book *usual; /* what history tells; NULL: nothing */
    struct common *common;
    struct spill spill;
    struct store *history; /* NULL: none is asked */
    struct out missing;    /* nodes of a cluster, by name */
    bool is_past;          /* history is what is looked at */
    bool knows_nothing;    /* and it holds nothing of the asked span */
    struct spikes spikes;
    struct drivers *drivers;
    size_t *under;
};

static bool is_for_spikes(const struct format *format) {
    static const char *const names[] = {"text", "json", "html"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(format->name, names[i]) == 0)
            return true;
    return false;
}

/* ---- reading ---- */

static void take_finding(void *context, const struct finding *finding) {
    struct spiking *spiking = context;
    struct failure_room room;
    struct failure failure;
    common_add(spiking->common, finding);
    series_book_add(spiking->book, finding);
    if (failure_of(finding, &room, &failure))
        spill_add(&spiking->spill, &failure);
}

/* With filters hardly anything may be asked for, in a log of months. */
static void hear_finding(void *context, const struct finding *finding) {
    struct spiking *spiking = context;
    if (!finding->outside)
        series_book_hear(spiking->book, finding->time.seconds);
}

static void read_past(struct analysis *analysis, struct run *run) {
    struct spiking *spiking = (struct spiking *)analysis;
    const struct store_span span = recall_hours(run->options->since, run->options->until);
    struct problem problem;
    bool is_empty,
        good = past_spikes_read(spiking->history, &span, spiking->book, &is_empty, &problem) &&
               fleet_missing(spiking->history, run->options->history, &spiking->missing, &problem);
    spiking->knows_nothing = !good || is_empty;
    run->faulty |= spiking->knows_nothing;
    if (!good)
        say_fault("%s", problem.text);
    else if (is_empty)
        fleet_say_empty(run->options->history);
}

/* ---- drivers ---- */

static void look(void *context, const struct failure *failure) {
    drivers_look(context, failure);
}

static void count(void *context, const struct failure *failure) {
    drivers_count(context, failure);
}

static void look_at_edges(void *context, const struct failure *failure) {
    edges_look(context, failure);
}

static bool ask_failures(struct spiking *spiking, struct problem *problem) {
    if (spiking->is_past)
        return past_spikes_common(spiking->history, spiking->analysis.run->masker, spiking->common,
                                  problem) &&
               past_spikes_drivers(spiking->history, spiking->analysis.run->masker,
                                   spiking->drivers, problem);
    if (!spill_each(&spiking->spill, look, spiking->drivers, problem))
        return false;
    drivers_settle(spiking->drivers);
    if (!spill_each(&spiking->spill, count, spiking->drivers, problem))
        return false;
    return !spiking->usual ||
           past_spikes_others(spiking->history, spiking->analysis.run->masker, spiking->drivers,
                              spiking->spikes.begin, spiking->spikes.end, problem);
}

static bool find_drivers(struct spiking *spiking, struct problem *problem) {
    drivers_free(spiking->drivers);
    spiking->drivers =
        drivers_new(&spiking->spikes, spiking->common, series_book_bucket(spiking->book));
    if (spiking->spikes.count && !ask_failures(spiking, problem))
        return false;
    drivers_rank(spiking->drivers);
    return true;
}

static void look_at_doubts(void *context, const struct failure *failure) {
    doubts_look(context, failure);
}

/* Some that were found are spikes only if what drove them says so; then drivers are looked for
 * anew, among the others and what is none. */
static bool settle_doubts(struct spiking *spiking, struct problem *problem) {
    struct doubts *doubts = doubts_new(&spiking->spikes, spiking->drivers);
    bool good = spill_each(&spiking->spill, look_at_doubts, doubts, problem);
    bool were_some = good && doubts_settle(doubts, &spiking->spikes);
    doubts_free(doubts);
    return good && (!were_some || find_drivers(spiking, problem));
}

/* A driver tells the edges, and those which failures are of a spike: so drivers are looked for
 * twice. */
static bool find_edges(struct spiking *spiking, struct problem *problem) {
    struct edges *edges = edges_new(&spiking->spikes, spiking->drivers);
    bool good = !edges || spill_each(&spiking->spill, look_at_edges, edges, problem);
    bool has_moved = edges && good && edges_move(edges, &spiking->spikes, spiking->book);
    edges_free(edges);
    has_moved |= edges_join(&spiking->spikes, spiking->book);
    return good && (!has_moved || find_drivers(spiking, problem));
}

static void look_at_moments(void *context, const struct failure *failure) {
    moments_look(context, failure);
}

/* In failures, and where these are known one by one in the moments of them. */
static bool look_for_spikes(struct spiking *spiking, struct problem *problem) {
    struct moments *moments = spiking->is_past ? NULL : moments_new();
    bool good = !moments || spill_each(&spiking->spill, look_at_moments, moments, problem);
    spikes_find(spiking->book, moments && good ? moments_book(moments) : NULL, spiking->usual,
                &spiking->spikes);
    moments_free(moments);
    return good;
}

static void find_spikes(struct spiking *spiking, struct run *run) {
    struct problem problem;
    bool good = look_for_spikes(spiking, &problem);
    spiking->under = memory_resize(NULL, spiking->spikes.count + 1, sizeof *spiking->under);
    if (spiking->is_past) {
        doubts_settle(NULL, &spiking->spikes);
        edges_join(&spiking->spikes, spiking->book);
    }
    if (!good || !find_drivers(spiking, &problem) ||
        (!spiking->is_past &&
         (!settle_doubts(spiking, &problem) || !find_edges(spiking, &problem)))) {
        static const struct spikes none;
        say_fault("%s: what drove the spikes is not told", problem.text);
        run->faulty = true;
        drivers_free(spiking->drivers); /* half of it would be told as all */
        spiking->drivers = drivers_new(&none, NULL, series_book_bucket(spiking->book));
        doubts_settle(NULL, &spiking->spikes);
    }
    drivers_join(spiking->drivers, spiking->under, spiking->spikes.count);
}

/* ---- history beside a log ---- */

/* Filters narrow what is looked at, and nothing of history. */
static void read_usual(struct spiking *spiking, struct run *run) {
    const struct store_span all = {.since = INT64_MIN, .until = INT64_MAX};
    struct problem problem;
    bool is_empty;
    bool is_whole = spiking->is_past && run->options->since == MOMENT_NONE &&
                    run->options->until == MOMENT_NONE; /* it is the book itself */
    if (!spiking->history || is_whole || !fleet_can_tell(run->options))
        return;
    spiking->usual = series_book_new(HOUR);
    if (past_spikes_read(spiking->history, &all, spiking->usual, &is_empty, &problem))
        return;
    say_fault("%s", problem.text);
    run->faulty = true;
}

/* ---- the frame ---- */

static bool begin(struct analysis *analysis, struct run *run, struct problem *problem) {
    struct spiking *spiking = (struct spiking *)analysis;
    const struct options *options = run->options;
    spiking->is_past = recall_is_asked(options);
    spiking->book = series_book_new(spiking->is_past ? HOUR : SERIES_BUCKET);
    spiking->common = common_new(&options->filter);
    journey_tell_all(run->journey);
    run->counts = false;
    run->wants_details = true; /* messages that come in, too, are what may fail */
    run->listen = take_finding;
    run->hear = options->filter.count ? hear_finding : NULL;
    run->context = spiking;
    if (spiking->is_past && !fleet_can_tell(options))
        return fleet_say_filters(problem);
    if (spiking->is_past)
        analysis->read = read_past;
    if (!options->history)
        return true;
    spiking->history = fleet_open(options, options->history, STORE_READ, problem);
    run->faulty = !spiking->history;
    if (!fleet_can_tell(options) && !options->quiet)
        say_note("with filters, history does not tell what is usual: it keeps sums, which no "
                 "filter can be asked of");
    return spiking->history != NULL;
}

static void write_page(struct spiking *spiking, struct run *run) {
    struct analysis *analysis = &spiking->analysis;
    struct format_wishes wishes =
        result_wishes(&analysis->result, run->options, &run->knowledge->words);
    bool is_cut = run->options->top_given || analysis->format->for_people;
    struct page page;
    page_init(&page, NULL);
    page.words = &run->knowledge->words;
    struct filter filter = given_filter(run, &page.arena);
    spike_page(&page, &(struct spike_page_wishes){
                          .spikes = &spiking->spikes,
                          .drivers = spiking->drivers,
                          .under = spiking->under,
                          .bucket = series_book_bucket(spiking->book),
                          .series = series_book_series(spiking->book),
                          .book = run->knowledge->book,
                          .tally = run->tally,
                          .filter = &filter,
                          .top = is_cut ? run->options->top : 0,
                          .is_masked = run->masker != NULL,
                          .is_past = spiking->is_past,
                          .missing = out_held(&spiking->missing),
                          .has_history = spiking->usual != NULL,
                          .inputs = given_inputs(run, false, &page.arena),
                      });
    analysis->format->page(&page, &wishes, &analysis->result.out);
    page_release(&page);
}

static void end(struct analysis *analysis, struct run *run) {
    struct spiking *spiking = (struct spiking *)analysis;
    analysis->without_result = spiking->knows_nothing;
    if (analysis->without_result)
        return;
    read_usual(spiking, run);
    find_spikes(spiking, run);
    write_page(spiking, run);
}

int cmd_spikes(const struct options *options) {
    struct spiking spiking = {
        .analysis = {.default_format = "text", .has = is_for_spikes, .begin = begin, .end = end}};
    spill_init(&spiking.spill);
    out_init_memory(&spiking.missing);
    int status = analysis_run(&spiking.analysis, options);
    free(spiking.under);
    drivers_free(spiking.drivers);
    spikes_release(&spiking.spikes);
    spill_release(&spiking.spill);
    common_free(spiking.common);
    series_book_free(spiking.usual);
    series_book_free(spiking.book);
    store_close(spiking.history);
    out_release(&spiking.missing);
    return status;
}
