/* map - bytes -> a value of fixed size. Keys are copied; values move when the map grows.
 *
 * The order of map_at() is the order of adding, with removed places used again: what is shown to a
 * person must be sorted first.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/hash.h"

struct map {
    size_t value_size, count, used, capacity; /* used counts places, removed ones included */
    struct map_entry *entries;
    unsigned char *values;
    uint32_t *table; /* place + 1, 0 is empty */
    size_t table_size;
    uint32_t free_place; /* head of the list of removed places, + 1 */
};

void map_init(struct map *map, size_t value_size);
void map_release(struct map *map);
void map_clear(struct map *map);
/* The value of key, or NULL. Valid until the next map_put or map_remove. */
void *map_get(const struct map *map, struct slice key);
/* The value of key, added zeroed when it was not there (*is_new_r, which may be NULL, tells). */
void *map_put(struct map *map, struct slice key, bool *is_new_r);
bool map_remove(struct map *map, struct slice key);
/* Begins to fetch what leads to a key, and then, when that is there, its entry: it will be asked
 * for soon. The hash is map_hash(key). */
uint64_t map_hash(struct slice key);
void map_expect(const struct map *map, uint64_t hash);
void map_expect_entry(const struct map *map, uint64_t hash);
/* The place of a value, where it stays when others move. */
size_t map_place(const struct map *map, const void *value);
/* Walking: places 0 .. map->used - 1; NULL where a place is empty. */
void *map_at(const struct map *map, size_t place, struct slice *key_r);

#endif
