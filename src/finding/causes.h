/* causes - names of classes that are remembered from entry to entry, each kept once.
 *
 * What is remembered of a million messages must be small, so a class is a number here. Saved state
 * has all the names, those too that nobody needs any more: who goes on from it must have as many
 * numbers left as who never stopped.
 */
#ifndef FINDING_CAUSES_H
#define FINDING_CAUSES_H

#include "base/pack.h"
#include "base/slice.h"

enum { CAUSES_MOST = 255 };

struct causes {
    char *names[CAUSES_MOST + 1]; /* names[0]: none */
    size_t count;
};

void causes_release(struct causes *causes);
/* The number of a class; 0 for none, and for the one too many. */
uint8_t causes_number(struct causes *causes, struct slice name);
/* NULL for 0; lives as long as causes. */
const char *causes_name(const struct causes *causes, uint8_t number);

void causes_save(const struct causes *causes, struct pack *pack);
void causes_load(struct causes *causes, struct unpack *unpack); /* into one without names */
/* A number that was saved: broken when it is of no name. */
uint8_t causes_unpack(const struct causes *causes, struct unpack *unpack);

#endif
