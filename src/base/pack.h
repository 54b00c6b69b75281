/* pack - numbers and text as bytes and back, for saved state. Reading never leaves the bytes given.
 *
 * Numbers are LEB128 varints, text is its length and its bytes. A reader that meets the end or a
 * number too long sets `broken` once and gives zeros from then on, so callers check once.
 */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include "base/slice.h"

struct pack {
    char *bytes;
    size_t length, capacity;
};

void pack_init(struct pack *pack);
void pack_release(struct pack *pack);
void pack_number(struct pack *pack, uint64_t number);
void pack_signed(struct pack *pack, int64_t number);
void pack_text(struct pack *pack, struct slice text);
void pack_bytes(struct pack *pack, struct slice bytes); /* without their length */

struct unpack {
    struct slice rest;
    bool broken;
};

uint64_t unpack_long_number(struct unpack *unpack);
/* Nearly all numbers are one byte: half of the time of reading what the build has packed. */
static inline uint64_t unpack_number(struct unpack *unpack) {
    if (unpack->broken || !unpack->rest.length || unpack->rest.at[0] & 0x80)
        return unpack_long_number(unpack);
    unpack->rest.length--;
    return (unsigned char)*unpack->rest.at++;
}
int64_t unpack_signed(struct unpack *unpack);
struct slice unpack_text(struct unpack *unpack); /* borrows from the bytes given */
/* A count of items that each take at least one byte: broken when more than the bytes left. */
size_t unpack_count(struct unpack *unpack);

#endif
