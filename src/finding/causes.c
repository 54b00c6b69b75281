/* causes - why: see the header. How: some fifty names at most are met in practice, and the last one
 * met is asked for again most of the time, so they stand in a row and are compared from the end.
 */
#include "finding/causes.h"

#include <stdlib.h>

#include "base/memory.h"

enum { NAME_MOST = 64 };

void causes_release(struct causes *causes) {
    for (size_t i = 1; i <= causes->count; i++)
        free(causes->names[i]);
    *causes = (struct causes){0};
}

uint8_t causes_number(struct causes *causes, struct slice name) {
    if (!name.length || name.length > NAME_MOST)
        return 0;
    for (size_t i = causes->count; i > 0; i--)
        if (slice_is(name, causes->names[i]))
            return (uint8_t)i;
    if (causes->count == CAUSES_MOST || memchr(name.at, '\0', name.length))
        return 0;
    causes->names[++causes->count] = memory_copy(name.at, name.length);
    return (uint8_t)causes->count;
}

const char *causes_name(const struct causes *causes, uint8_t number) {
    return number <= causes->count ? causes->names[number] : NULL;
}

void causes_save(const struct causes *causes, struct pack *pack) {
    pack_number(pack, causes->count);
    for (size_t i = 1; i <= causes->count; i++)
        pack_text(pack, slice_of(causes->names[i]));
}

void causes_load(struct causes *causes, struct unpack *unpack) {
    for (size_t count = unpack_count(unpack), i = 1; i <= count && !unpack->broken; i++)
        if (causes_number(causes, unpack_text(unpack)) != i)
            unpack->broken = true;
}

uint8_t causes_unpack(const struct causes *causes, struct unpack *unpack) {
    uint64_t number = unpack_number(unpack);
    if (number > causes->count)
        unpack->broken = true;
    return unpack->broken ? 0 : (uint8_t)number;
}
