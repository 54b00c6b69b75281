/* hourly - counts what history keeps of each hour, while findings go by.
 *
 * An hour of a host is open until the time of its log is two hours past its end; then it is cut to
 * its names and handed over. So the same lines give the same cells, wherever a run ended. What
 * comes for it later is handed over as a difference.
 */
#ifndef TALLY_HOURLY_H
#define TALLY_HOURLY_H

#include "base/pack.h"
#include "tally/cell.h"
#include "tally/counting.h"

/* Where cells go; texts are borrowed during the call. */
struct hourly_sink {
    void *context;
    void (*cell)(void *context, enum cell_put put, const struct hourly_cell *cell);
    void (*template)(void *context, const struct hourly_template *text);
    void (*clock)(void *context, const struct hourly_clock *clock);
};

struct hourly;

/* A log that does not tell its host is one of own_host. */
struct hourly *hourly_new(const struct hourly_sink *sink, const char *own_host);
void hourly_free(struct hourly *hourly);
/* From now on all names are "(other)": there is no room for more. */
void hourly_without_names(struct hourly *hourly);

void hourly_add(struct hourly *hourly, const struct counting *counting);
/* Hands over what came late and the wordings, and for readers the hours that are still open; they
 * stay. At the end of a run, before it is saved. */
void hourly_give(struct hourly *hourly);

/* The hours that are open. */
void hourly_save(const struct hourly *hourly, struct pack *pack);
/* Into a new one. False: no saved hours, or of another version; it is then empty. */
bool hourly_load(struct hourly *hourly, struct unpack *unpack);

/* The dimensions of failures that tell who is hit, by direction: what a report shows as such. */
extern const char *const hourly_affected[];
/* That of wordings, which are told apart as in templates.h. */
extern const char hourly_texts[];
/* The names of the totals, in the table of that name: as many as struct totals has numbers. */
extern const char *const hourly_totals[];
/* The upper ends of the steps of a delay in seconds, as texts; the last one is "inf". */
enum { DELAY_EDGES = 24 };
extern const char *const delay_edges[DELAY_EDGES];

#endif
