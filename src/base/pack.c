/* pack - LEB128 and length-prefixed text. The reader is as wary as if the bytes came from a
 * stranger: a saved state may be cut, corrupt or of another version. */
#include "base/pack.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void pack_init(struct pack *pack) {
    *pack = (struct pack){0};
}

void pack_release(struct pack *pack) {
    free(pack->bytes);
    pack_init(pack);
}

static char *room(struct pack *pack, size_t length) {
    pack->bytes = memory_grow(pack->bytes, &pack->capacity, pack->length + length, 1);
    return pack->bytes + pack->length;
}

void pack_number(struct pack *pack, uint64_t number) {
    char *at = room(pack, 10);
    size_t used = 0;
    for (; number >= 0x80; number >>= 7)
        at[used++] = (char)(number | 0x80);
    at[used++] = (char)number;
    pack->length += used;
}

void pack_signed(struct pack *pack, int64_t number) {
    pack_number(pack, (uint64_t)number << 1 ^ (uint64_t)(number < 0 ? -1 : 0));
}

void pack_bytes(struct pack *pack, struct slice bytes) {
    if (bytes.length)
        memcpy(room(pack, bytes.length), bytes.at, bytes.length);
    pack->length += bytes.length;
}

void pack_text(struct pack *pack, struct slice text) {
    pack_number(pack, text.length);
    pack_bytes(pack, text);
}

uint64_t unpack_long_number(struct unpack *unpack) {
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !unpack->broken && unpack->rest.length; shift += 7) {
        unsigned char byte = (unsigned char)unpack->rest.at[0];
        unpack->rest = slice_from(unpack->rest, 1);
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return number;
    }
    unpack->broken = true;
    return 0;
}

int64_t unpack_signed(struct unpack *unpack) {
    uint64_t number = unpack_number(unpack);
    return (int64_t)(number >> 1 ^ (number & 1 ? UINT64_MAX : 0));
}

struct slice unpack_text(struct unpack *unpack) {
    uint64_t length = unpack_number(unpack);
    if (unpack->broken || length > unpack->rest.length) {
        unpack->broken = true;
        return (struct slice){NULL, 0};
    }
    struct slice text = slice_head(unpack->rest, length);
    unpack->rest = slice_from(unpack->rest, length);
    return text;
}

size_t unpack_count(struct unpack *unpack) {
    uint64_t count = unpack_number(unpack);
    if (count > unpack->rest.length)
        unpack->broken = true;
    return unpack->broken ? 0 : (size_t)count;
}
