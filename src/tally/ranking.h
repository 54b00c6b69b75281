/* ranking - numbers of very many names, all of them exact, and the names of those that are on top.
 *
 * A ranking can have several orders: most recipients, most bytes. In each the first RANKING_NAMES
 * are known by name. That is exact as long as one tally counts: an entry of the final top stood in
 * the top when its own last line came, because numbers only grow. After a merge it may not be
 * (ranking_is_exact).
 */
#ifndef TALLY_RANKING_H
#define TALLY_RANKING_H

#include "tally/counts.h"
#include "tally/roll.h"

enum { RANKING_NAMES = 1000, RANKING_ORDERS = 4, RANKING_NAME = 255 /* bytes of a name kept */ };

struct ranking {
    struct counts counts; /* counts.count: distinct names */
    struct roll names;    /* in small letters */
    bool merged;          /* with another: what is on top may have no name */
    size_t most; /* names known in each order: RANKING_NAMES, or fewer as the owner wants */
    size_t order_count;
    struct ranking_order {
        size_t number;  /* which one orders; it never falls while counting */
        uint64_t least; /* with `name` the last place of the top when names were let go last */
        char *name;     /* NULL: none was let go yet */
        size_t length;
        uint64_t front; /* of the name, to compare */
    } orders[RANKING_ORDERS];
};

struct ranked {
    struct slice name; /* borrowed from the ranking until it changes */
    uint64_t hash;     /* of the name, as ranking_hash gives it */
    uint64_t numbers[COUNTS_MOST];
};

/* A name as it is counted: its hash is worked out once for all rankings that have it. */
struct name {
    struct slice text;
    uint64_t hash;
};

/* Which numbers order, most important first; the others only stand beside them. The widths are
 * those of counts. */
void ranking_init(struct ranking *ranking, size_t numbers, size_t maxima,
                  const struct counts_room *rooms, const size_t *orders, size_t order_count);
void ranking_release(struct ranking *ranking);

/* Names that differ by case only are one; of a longer name the first RANKING_NAME bytes count. */
uint64_t ranking_hash(struct slice name);
struct name ranking_name(struct slice text);
/* Adds to the numbers of a name: `by` has as many as the ranking. Gives the hash of the name. */
uint64_t ranking_add(struct ranking *ranking, struct slice text, const uint64_t *by);
/* The same of many names together, which are on top under none. */
void ranking_add_nameless(struct ranking *ranking, const uint64_t *by);
/* The same, of a name whose hash is known. Gives the row (counts_row). */
static inline uint64_t *ranking_add_name(struct ranking *ranking, const struct name *name,
                                         const struct amounts *by);

/* The first of an order, at most `most`, most first and then by name; the caller frees the array.
 * Those whose number is 0, or below in a part of a log, are left out. */
struct ranked *ranking_top(const struct ranking *ranking, size_t order, size_t most,
                           size_t *count_r);
/* False: a name that belongs among the first `most` may not be known. */
bool ranking_is_exact(const struct ranking *ranking, size_t order, size_t most);

void ranking_merge(struct ranking *into, const struct ranking *from);
void ranking_save(const struct ranking *ranking, struct pack *pack);
void ranking_load(struct ranking *ranking, struct unpack *unpack); /* into an empty one */

/* ---- adding: inline, for it is most of what counting does */

void ranking_consider(struct ranking *ranking, const struct name *name, const uint64_t *row,
                      const uint64_t *by, bool is_new);

/* Most names are far below the top, new ones too; and what was above its last place before has its
 * name. */
static inline bool ranking_may_keep(const struct ranking *ranking, const uint64_t *row,
                                    const uint64_t *by) {
    for (size_t i = 0; i < ranking->order_count; i++) {
        const struct ranking_order *order = &ranking->orders[i];
        uint64_t number = counts_number(&ranking->counts, row, order->number);
        if (number >= order->least && number - by[order->number] <= order->least)
            return true;
    }
    return false;
}

/* Adds under a hash alone. *asks_r: ranking_consider wants to see the name. */
static inline uint64_t *ranking_add_hash(struct ranking *ranking, uint64_t hash,
                                         const struct amounts *by, bool *is_new_r, bool *asks_r) {
    uint64_t *row = counts_row(&ranking->counts, hash, is_new_r);
    counts_add_row(&ranking->counts, row, by);
    *asks_r = ranking->merged || ranking_may_keep(ranking, row, by->numbers);
    return row;
}

static inline uint64_t *ranking_add_name(struct ranking *ranking, const struct name *name,
                                         const struct amounts *by) {
    bool is_new, asks;
    uint64_t *row = ranking_add_hash(ranking, name->hash, by, &is_new, &asks);
    if (asks)
        ranking_consider(ranking, name, row, by->numbers, is_new);
    return row;
}

#endif
