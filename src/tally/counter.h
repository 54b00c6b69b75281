/* counter - one kind of counting: the numbers behind a table of the report. One const object a
 * file, one line in counters.def; the tally keeps the content of each, asks it to count every
 * finding, and to merge, save and load what it holds.
 *
 * What it counts must obey the laws of the tally (tally.h): sums and maxima of non-negative
 * numbers, least elements, and names that are bounded or kept by their hash (ranking.h).
 */
#ifndef TALLY_COUNTER_H
#define TALLY_COUNTER_H

#include "base/pack.h"
#include "tally/counting.h"

struct tally;

struct counter {
    const char *name;
    size_t size; /* bytes of its content, zeroed before init */
    unsigned of; /* what it counts (enum counting_of) */
    void (*init)(void *content);
    void (*release)(void *content);
    /* Called once for all that will be added next: begins to fetch their rows, so that they come
     * from memory side by side. May count what is near at once, and leave in a counting, or with
     * itself, what it has worked out. NULL: its rows are near. */
    void (*expect)(void *content, struct counting *const *all, size_t count);
    /* One after the other, those that were expected, in their order. */
    void (*add)(void *content, const struct counting *counting);
    void (*merge)(void *into, const void *from);
    void (*save)(const void *content, struct pack *pack);
    void (*load)(void *content, struct unpack *unpack); /* into a new one; may set `broken` */
};

/* Both, of one that concerns it. */
static inline void counter_add_one(const struct counter *counter, void *content,
                                   struct counting *counting) {
    if (counter->expect)
        counter->expect(content, &counting, 1);
    counter->add(content, counting);
}

#define COUNTER(object) extern const struct counter object;
#include "tally/counters.def"
#undef COUNTER

/* The content of a counter, to read. */
const void *tally_content(const struct tally *tally, const struct counter *counter);
/* To be filled by what was counted elsewhere (past.h). */
void *tally_content_to_fill(struct tally *tally, const struct counter *counter);

#endif
