/* pushed - what a file remembers of what it has brought into one cluster: of each unit, which is
 * the rows of one table, form, origin, host and hour, a number that is another one when they are.
 */
#ifndef STORE_PUSHED_H
#define STORE_PUSHED_H

#include "base/map.h"
#include "base/pack.h"

struct unit {
    uint32_t source; /* pushed_source */
    uint32_t kind;   /* table and form, the caller's number */
    int64_t hour;
};

struct pushed {
    struct map sources; /* "origin\0host" -> its number */
    struct map units;   /* struct unit -> struct pushed_unit */
    uint64_t ahead;     /* so much are versions there ahead of the serial of the file */
};

struct pushed_unit {
    uint64_t digest;
    bool is_there; /* seen in this push */
};

void pushed_init(struct pushed *pushed);
void pushed_release(struct pushed *pushed);
void pushed_clear(struct pushed *pushed); /* all but `ahead` */

uint32_t pushed_source(struct pushed *pushed, struct slice origin, struct slice host);
/* True when these rows are the ones that were sent; marks the unit as seen. */
bool pushed_has(struct pushed *pushed, struct unit unit, uint64_t digest);
bool pushed_knows(const struct pushed *pushed, struct unit unit);
void pushed_put(struct pushed *pushed, struct unit unit, uint64_t digest);
void pushed_forget(struct pushed *pushed, struct unit unit);
/* True when it was seen in this push. */
bool pushed_is_there(const struct pushed *pushed, struct unit unit);
/* Units that are remembered and were not seen, of these kinds: [first, last]. */
void pushed_each_gone(const struct pushed *pushed, uint32_t first, uint32_t last,
                      void (*each)(void *context, struct unit unit, struct slice origin,
                                   struct slice host),
                      void *context);

void pushed_save(const struct pushed *pushed, struct pack *pack);
/* False: no such thing, or of another version; it is then empty: all is sent again. */
bool pushed_load(struct pushed *pushed, struct slice bytes);

#endif
