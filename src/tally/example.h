/* example - the first of many findings, kept to be shown: the least by (time, host, source, line,
 * reply), so that adding in any order keeps the same one.
 */
#ifndef TALLY_EXAMPLE_H
#define TALLY_EXAMPLE_H

#include "base/pack.h"
#include "tally/tally.h"

struct example { /* all zero: none yet */
    bool known;
    int64_t seconds;
    uint32_t nanos;
    uint64_t line;
    char *host, *reply, *source; /* owned */
};

void example_release(struct example *example);
/* Keeps a copy of what is offered when it comes before what is kept. */
void example_offer(struct example *example, struct tally_example offered);
struct tally_example example_of_finding(const struct finding *finding);
struct tally_example example_read(const struct example *example); /* borrowed */
void example_save(const struct example *example, struct pack *pack);
/* Log text as a C string, the caller frees it: a NUL in it would hide the rest, so it is shown as a
 * blank. */
char *example_text(struct slice text, size_t longest);
void example_load(struct example *example, struct unpack *unpack);

#endif
