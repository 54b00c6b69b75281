/* ranking - numbers of very many names, all of them exact, and the names of those that are on top.
 *
 * A ranking can have several orders: most recipients, most bytes. In each the first RANKING_NAMES
 * are known by name, or fewer (ranking_expect_shown). That is exact as long as one tally counts: an
 * entry of the final top stood in the top when its own last line came, because numbers only grow;
 * but for what is taken back, for which there is a reserve. After a merge it may not be
 * (ranking_is_exact).
 */
#ifndef TALLY_RANKING_H
#define TALLY_RANKING_H

#include "tally/counts.h"
#include "tally/roll.h"

enum { RANKING_NAMES = 1000, RANKING_ORDERS = 4, RANKING_NAME = 255 /* bytes of a name kept */ };

/* What is the same in all rankings of a kind. As a constant that is known where names are added,
 * most additions take a third of the instructions. */
struct ranking_layout {
    size_t numbers, maxima;                     /* of counts_init */
    const struct counts_room *rooms;            /* the same; NULL: all have 64 bits */
    struct counts_shape shape;                  /* that the rooms make */
    size_t order_count, orders[RANKING_ORDERS]; /* which numbers order, most important first */
};

struct ranking {
    const struct ranking_layout *layout;
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

/* Gives a name; the room may hold it. */
typedef struct slice ranking_tell(const void *whose, char room[RANKING_NAME]);

void ranking_init(struct ranking *ranking, const struct ranking_layout *layout);
void ranking_release(struct ranking *ranking);
/* Before anything is added: no more than the first `shown` of an order will be asked for; 0: all
 * that are known. */
void ranking_expect_shown(struct ranking *ranking, size_t shown);

/* Names that differ by case only are one; of a longer name the first RANKING_NAME bytes count. */
uint64_t ranking_hash(struct slice name);
struct name ranking_name(struct slice text);
/* Adds to the numbers of a name: `by` has as many as the ranking. Gives the hash of the name. */
uint64_t ranking_add(struct ranking *ranking, struct slice text, const uint64_t *by);
void ranking_add_numbers(struct ranking *ranking, const struct name *name, const uint64_t *by);
/* The same of many names together, which are on top under none. */
void ranking_add_nameless(struct ranking *ranking, const uint64_t *by);
/* The same, of a name whose hash is known, in a ranking of that layout, which has rooms. */
static inline void ranking_add_name(struct ranking *ranking, const struct ranking_layout *layout,
                                    const struct name *name, const struct amounts *by);
/* The same, of a name that is only written down where it may be shown: tell() gives it, and may put
 * it into the room. Gives its row, valid until the next is asked for. */
static inline uint64_t *ranking_add_told(struct ranking *ranking,
                                         const struct ranking_layout *layout, uint64_t hash,
                                         const struct amounts *by, ranking_tell *tell,
                                         const void *whose);

/* The first of an order, at most `most`, most first and then by name; the caller frees the array.
 * Those whose number is 0, or below in a part of a log, are left out. */
struct ranked *ranking_top(const struct ranking *ranking, size_t order, size_t most,
                           size_t *count_r);
/* The numbers of all names together. */
void ranking_totals(const struct ranking *ranking, uint64_t *totals_r);
/* False: a name that belongs among the first `most` may not be known. */
bool ranking_is_exact(const struct ranking *ranking, size_t order, size_t most);

void ranking_merge(struct ranking *into, const struct ranking *from);
void ranking_save(const struct ranking *ranking, struct pack *pack);
void ranking_load(struct ranking *ranking, struct unpack *unpack); /* into an empty one */

/* ---- adding: inline, for it is most of what counting does */

/* Whether a name whose number is new must be considered. Most are far below the top; and what was
 * above its last place before, or is there as it was, has its name. */
static inline bool ranking_is_near(const struct ranking_order *order, uint64_t number,
                                   uint64_t by) {
    return (by != 0) & (number >= order->least) & (number - by <= order->least);
}

__attribute__((always_inline)) static inline uint64_t *
ranking_add_simply_wide(const struct ranking *ranking, const struct ranking_layout *layout,
                        uint64_t *row, const uint64_t *by) {
    uint64_t *numbers = ranking->counts.wide + (row[1] & ~COUNTS_WIDE) * layout->numbers;
    const size_t sums = layout->numbers - layout->maxima;
    bool is_near = false;
    UNROLLED for (size_t i = 0; i < layout->order_count; i++) {
        size_t number = layout->orders[i];
        is_near |= ranking_is_near(&ranking->orders[i], numbers[number] + by[number], by[number]);
    }
    if (is_near)
        return NULL;
    UNROLLED for (size_t i = 0; i < sums; i++) {
        numbers[i] += by[i];
    }
    UNROLLED for (size_t i = sums; i < layout->numbers; i++) {
        numbers[i] = numbers[i] > by[i] ? numbers[i] : by[i];
    }
    return row;
}

/* The first numbers of a name: in a long log one in seven additions. `row`: where its key belongs.
 */
__attribute__((always_inline)) static inline uint64_t *
ranking_add_first(struct ranking *ranking, const struct ranking_layout *layout, uint64_t key,
                  uint64_t *row, const struct amounts *by) {
    const struct counts_shape shape = layout->shape;
    bool is_near = by->over || counts_is_full(&ranking->counts);
    UNROLLED for (size_t i = 0; i < layout->order_count; i++) {
        is_near |= by->numbers[layout->orders[i]] >= ranking->orders[i].least;
    }
    if (is_near)
        return NULL;
    row = counts_make_room(&ranking->counts, shape, key, row);
    if (row)
        UNROLLED for (size_t i = 0; i < shape.words; i++) {
            row[1 + i] = by->words[i];
        }
    return row;
}

/* Adds where that is simple, and gives the row; NULL: nothing was added, since the table must grow,
 * the row become wide, or the name may be of the top. No call is in it, and where the name is known
 * no loop. */
__attribute__((always_inline)) static inline uint64_t *
ranking_add_simply(struct ranking *ranking, const struct ranking_layout *layout, uint64_t hash,
                   const struct amounts *by) {
    const struct counts *counts = &ranking->counts;
    const struct counts_shape shape = layout->shape;
    uint64_t key = counts_key(counts, hash), sums[COUNTS_WORDS];
    if (ranking->merged || !counts->homes)
        return NULL;
    uint64_t *row = counts_seek(counts, shape, key);
    if (*row != key)
        return ranking_add_first(ranking, layout, key, row, by);
    if (row[1] & COUNTS_WIDE)
        return ranking_add_simply_wide(ranking, layout, row, by->numbers);
    if (!counts_sum_narrow(counts, shape, row, by, sums))
        return NULL;
    bool is_near = false;
    UNROLLED for (size_t i = 0; i < layout->order_count; i++) {
        size_t number = layout->orders[i];
        is_near |= ranking_is_near(&ranking->orders[i], amounts_number(layout->rooms, sums, number),
                                   by->numbers[number]);
    }
    if (is_near)
        return NULL;
    UNROLLED for (size_t i = 0; i < shape.words; i++) {
        row[1 + i] = sums[i];
    }
    return row;
}

/* The rest of the two: it always adds. */
void ranking_add_wholly(struct ranking *ranking, const struct name *name, const struct amounts *by);
uint64_t *ranking_add_telling(struct ranking *ranking, uint64_t hash, const struct amounts *by,
                              ranking_tell *tell, const void *whose);

__attribute__((always_inline)) static inline void
ranking_add_name(struct ranking *ranking, const struct ranking_layout *layout,
                 const struct name *name, const struct amounts *by) {
    if (!ranking_add_simply(ranking, layout, name->hash, by))
        ranking_add_wholly(ranking, name, by);
}

__attribute__((always_inline)) static inline uint64_t *
ranking_add_told(struct ranking *ranking, const struct ranking_layout *layout, uint64_t hash,
                 const struct amounts *by, ranking_tell *tell, const void *whose) {
    uint64_t *row = ranking_add_simply(ranking, layout, hash, by);
    return row ? row : ranking_add_telling(ranking, hash, by, tell, whose);
}

#endif
