/* series - how many failures of each event and reason came when, in buckets of some minutes, and
 * how much mail there was at that time: what spikes are looked for in.
 *
 * Units are those of the reasons of a report. Any order of adding gives the same.
 */
#ifndef TALLY_SERIES_H
#define TALLY_SERIES_H

#include "finding/finding.h"
#include "tally/cell.h"

enum { SERIES_BUCKET = 300 /* seconds */, SERIES_MOST = 2000 };

/* How much there was that could fail. */
enum series_mail {
    SERIES_OUT,      /* recipients elsewhere, when they are first heard of */
    SERIES_LOCAL,    /* the same of recipients on this host */
    SERIES_RECEIVED, /* messages */
    SERIES_REFUSED,  /* rejections, of any reason */
    SERIES_MAILS,
    SERIES_HEARD =
        SERIES_MAILS, /* what was not asked for, too: only tells that a log was written */
    SERIES_ALL
};

/* A series in a map: its event, and its class as far as it counts. */
enum { SERIES_CLASS = 60 /* bytes of a class that count */, SERIES_KEY = SERIES_CLASS + 1 };
struct slice series_key(enum event event, struct slice class_name, char room[SERIES_KEY]);

struct series_book;

/* Buckets of so many seconds, a divisor of a day: SERIES_BUCKET, or HOUR for what history keeps. */
struct series_book *series_book_new(int64_t bucket_seconds);
void series_book_free(struct series_book *book);

/* Every finding of a run, deliveries too; what counts in no table of reasons counts here neither.
 */
void series_book_add(struct series_book *book, const struct finding *finding);
/* Whatever a mail server said at that time, asked for or not: there was a log. */
void series_book_hear(struct series_book *book, int64_t seconds);
/* One more of a series, of which nothing else is known. */
void series_book_note(struct series_book *book, enum event event, struct slice class_name,
                      int64_t seconds);
/* A row of history: of its totals, reasons and delays; others are passed over. A book has findings
 * or such rows, not both. */
void series_book_put(struct series_book *book, const struct hourly_cell *cell);

int64_t series_book_bucket(const struct series_book *book); /* seconds */
size_t series_book_series(const struct series_book *book);  /* how many events and reasons */
/* How often a failure came in [start, end), both edges of buckets. */
uint64_t series_book_count(const struct series_book *book, enum event event,
                           struct slice class_name, int64_t start, int64_t end);

/* ---- reading out */

/* One event and reason. */
struct series {
    enum event event;
    struct slice class_name;  /* borrowed from the book until it changes */
    enum direction direction; /* that most of them had */
    uint64_t total;
    const struct series_cell *cells; /* in no order */
    size_t cell_count;
};

struct series_cell {
    int64_t bucket; /* times its length: seconds since 1970 */
    uint64_t count;
    double fresh; /* of those the ones in which a recipient was first heard of, as in the mail */
};

struct series_list {
    struct series *items; /* by event, then by class */
    size_t count;
    struct series mails[SERIES_ALL]; /* no event, no class; counts are at least 0 */
    struct series_cell *cells;
};

void series_list_read(const struct series_book *book, struct series_list *list_r);
void series_list_release(struct series_list *list);

#endif
