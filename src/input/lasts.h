/* lasts - the last line of each host, for "last message repeated N times".
 *
 * A worker keeps those of its block, borrowed from it; the ordered step keeps copies from block to
 * block. At most LASTS_HOSTS, the ones heard last.
 */
#ifndef INPUT_LASTS_H
#define INPUT_LASTS_H

#include "base/pack.h"

enum { LASTS_HOSTS = 64 };

struct last {
    struct slice host, line;
    uint64_t heard; /* when, in lines */
};

struct lasts {
    struct last items[LASTS_HOSTS];
    size_t count, current;
    uint64_t now;
    struct slice first[LASTS_HOSTS]; /* borrowed: the hosts, those that were heard first */
};

/* A host that is not the current one. */
void lasts_put_other(struct lasts *lasts, struct slice host, struct slice line);

/* Remembers a line, borrowed. Nearly every line is of the host of the one before. */
static inline void lasts_put(struct lasts *lasts, struct slice host, struct slice line) {
    struct last *last = &lasts->items[lasts->current];
    if (!lasts->count || !slice_equal(last->host, host)) {
        lasts_put_other(lasts, host, line);
        return;
    }
    last->line = line;
    last->heard = ++lasts->now;
}

/* The last line of the host; of any, when a log has no hosts (host empty). False: none is known. */
bool lasts_find(const struct lasts *lasts, struct slice host, struct slice *line_r);

/* The same behind a block, in which `heard` hosts (its count then) were heard, and this one was
 * not: what would be found if the block had been read with what was before it. */
bool lasts_find_behind(const struct lasts *before, const struct lasts *block, size_t heard,
                       struct slice host, struct slice *line_r);

/* Those that own their texts begin as all zero. */
void lasts_keep(struct lasts *owned, const struct lasts *borrowed); /* copies what is newer */
void lasts_release(struct lasts *owned);
void lasts_save(const struct lasts *owned, struct pack *pack);
bool lasts_load(struct lasts *owned, struct unpack *unpack);

#endif
