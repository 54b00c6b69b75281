/* podium - the first few of many names, exactly: the domains most hit by one reply code, say. For
 * many podiums beside each other, where a ranking each would cost too much.
 *
 * The numbers of all names are kept elsewhere by hash (counts); a podium keeps the names of the
 * first ones. That is exact: who ends among the first stood there when his own last line came.
 */
#ifndef TALLY_PODIUM_H
#define TALLY_PODIUM_H

#include "tally/example.h"

struct podium_place {
    uint64_t hash; /* under which the name is counted; no two of a podium have the same */
    uint64_t count;
    char *name; /* owned */
    size_t length;
    struct example example; /* the first since the name stands here; none where none is offered */
};

struct podium { /* all zero: empty */
    struct podium_place *places;
    size_t count, capacity;
};

void podium_release(struct podium *podium);
/* A name that has come `count` times by now. Gives its place; NULL: `most` others come first, more
 * often, or as often and earlier by name. */
struct podium_place *podium_offer(struct podium *podium, size_t most, uint64_t hash,
                                  struct slice name, uint64_t count);
/* Adds the places of another, uncut, so that any order of merging gives the same; the caller sets
 * the counts. */
void podium_merge(struct podium *into, const struct podium *from);
/* Most first, then by name; nothing else depends on the order of places. */
void podium_sort(const struct podium *podium);

void podium_save(const struct podium *podium, struct pack *pack);
void podium_load(struct podium *podium, struct unpack *unpack); /* into an empty one */

#endif
