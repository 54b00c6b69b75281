/* run - the pipeline in one place: sources -> blocks -> (workers) entries, records, reasons ->
 * (in order) journey -> tally and whoever listens.
 */
#ifndef APP_RUN_H
#define APP_RUN_H

#include "app/knowledge.h"
#include "base/span_words.h"
#include "finding/journey.h"
#include "finding/masker.h"
#include "input/resume.h"
#include "input/source.h"
#include "tally/hourly.h"
#include "tally/tally.h"

struct pipeline;
struct before;
struct job;

/* Another span of the same logs, counted as a run of its own would: what tells of messages is told
 * to both. */
struct beside {
    struct time_span span;
    struct journey *journey;
    struct tally *tally;
};

struct run {
    const struct options *options;
    const struct knowledge *knowledge;
    struct journey *journey;
    struct tally *tally;
    struct hourly *hourly; /* of the history that is written, borrowed; NULL: none is */
    struct masker
        *masker; /* owned; names are counted and shown as it masks them; NULL: as they are */
    const struct sources *sources; /* all that are read, borrowed; may be NULL */
    struct beside *beside;         /* borrowed; NULL: there is none */
    struct journey *whole; /* follows all, and is saved, for history, where a span or filters narrow
                              what the report shows, borrowed; NULL: the journey does */
    struct before *before; /* what reading remembers from block to block */
    struct resume *resume; /* sources are gone on with where they were left, borrowed; NULL: all
                              are read from the front, and no line will follow the last */
    bool counts;           /* true after run_init; false: findings go to the listener alone */
    /* Called for every finding in order, after it was counted; may be NULL. */
    void (*listen)(void *context, const struct finding *finding);
    /* Called for all that tells of mail, in order and before it is known whether it is asked for;
     * may be NULL. */
    void (*hear)(void *context, const struct finding *finding);
    void *context;         /* of both */
    bool has_rows;         /* the listener writes one whenever it is called */
    bool wants_details;    /* the listener gets what is no finding as well: messages that come in */
    bool wants_deliveries; /* deliveries are shown, or asked for by reply: theirs is read too */
    bool replaces;         /* its result would take the place of a log: nothing is read, status 2 */
    bool faulty;           /* some input was missing, damaged or not understood: status 1 */
    bool stopped;          /* the listener cannot go on: nothing more is read */
    struct pipeline *pipeline;
    struct countings *gathers; /* what changes the counts is put together; NULL: counted at once */
};

/* Borrows options and knowledge. The listener is set afterwards, before the first source. */
void run_init(struct run *run, const struct options *options, const struct knowledge *knowledge);
void run_release(struct run *run);
/* No more is read: what reading needs is given back before a report is made, which needs some. */
void run_finish(struct run *run);

/* The name of a source as it is shown. */
const char *run_shown_source(const struct run *run, const char *name);

/* Reads one source from an open reader, with `lines` lines of it read before. What was read is all
 * counted when run_settle returns. */
void run_source(struct run *run, const struct source *source, struct reader *reader,
                uint64_t lines);
void run_settle(struct run *run);
/* Reads what came behind where it stood, and settles. *stood is where it stands then; what the next
 * line may go on with is put into `before`, which that borrows. */
void run_source_on(struct run *run, const struct source *source, struct reader *reader,
                   struct stood *stood, struct pack *before);

/* When a mail server was heard last in what was read; MOMENT_NONE: never. A clock that is wrong
 * must not hide that it is silent: what is stamped more than an hour ahead of now does not count,
 * and *is_ahead_r tells that there is such. */
int64_t run_heard(const struct run *run, bool *is_ahead_r);

/* All that a run remembers, to go on later. Between sources, when settled. */
void run_save(const struct run *run, struct pack *pack);
/* False: not a saved run, or of another version: begin anew. */
bool run_load(struct run *run, struct unpack *unpack);
/* The same without what was counted. */
void run_save_reading(const struct run *run, struct pack *pack);
bool run_load_reading(struct run *run, struct unpack *unpack);

#endif
