/* map - open addressing over a table of places; entries and values lie dense beside it, so walking
 * is cheap and a value is one multiplication away. Short keys live inside the entry, long ones in
 * their own memory, which is why adding a queue ID allocates nothing. */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { SHORT_KEY = 40 };
#define TAKEN UINT32_MAX

struct map_entry {
    uint64_t hash;
    uint32_t length;
    uint32_t next_free; /* place + 1, or TAKEN */
    union {
        char near[SHORT_KEY];
        char *far;
    } key;
};

void map_init(struct map *map, size_t value_size) {
    *map = (struct map){.value_size = value_size};
}

static bool is_taken(const struct map_entry *entry) {
    return entry->next_free == TAKEN;
}

static bool is_far(const struct map_entry *entry) {
    return entry->length > SHORT_KEY;
}

static const char *key_of(const struct map_entry *entry) {
    return is_far(entry) ? entry->key.far : entry->key.near;
}

void map_clear(struct map *map) {
    for (size_t place = 0; place < map->used; place++)
        if (is_taken(&map->entries[place]) && is_far(&map->entries[place]))
            free(map->entries[place].key.far);
    map->count = map->used = 0;
    map->free_place = 0;
    if (map->table)
        memset(map->table, 0, map->table_size * sizeof *map->table);
}

void map_release(struct map *map) {
    map_clear(map);
    free(map->entries);
    free(map->values);
    free(map->table);
    map_init(map, map->value_size);
}

static void table_insert(struct map *map, uint32_t place) {
    size_t mask = map->table_size - 1;
    size_t slot = map->entries[place].hash & mask;
    while (map->table[slot])
        slot = (slot + 1) & mask;
    map->table[slot] = place + 1;
}

static void table_grow(struct map *map) {
    size_t size = map->table_size ? map->table_size * 2 : 64;
    free(map->table);
    map->table = memory_new(size * sizeof *map->table);
    map->table_size = size;
    for (size_t place = 0; place < map->used; place++)
        if (is_taken(&map->entries[place]))
            table_insert(map, (uint32_t)place);
}

/* The slot of the table that holds key, or SIZE_MAX. */
static size_t slot_of(const struct map *map, struct slice key, uint64_t hash) {
    if (!map->table_size)
        return SIZE_MAX;
    size_t mask = map->table_size - 1;
    for (size_t slot = hash & mask; map->table[slot]; slot = (slot + 1) & mask) {
        const struct map_entry *entry = &map->entries[map->table[slot] - 1];
        if (entry->hash == hash && entry->length == key.length &&
            (key.length == 0 || memcmp(key_of(entry), key.at, key.length) == 0))
            return slot;
    }
    return SIZE_MAX;
}

static void *value_at(const struct map *map, size_t place) {
    return map->values + place * map->value_size;
}

uint64_t map_hash(struct slice key) {
    return secret_hash(key);
}

void map_expect(const struct map *map, uint64_t hash) {
    if (map->table_size)
        memory_expect(&map->table[hash & (map->table_size - 1)]);
}

void map_expect_entry(const struct map *map, uint64_t hash) {
    uint32_t place = map->table_size ? map->table[hash & (map->table_size - 1)] : 0;
    if (!place)
        return;
    memory_expect(&map->entries[place - 1]);
    memory_expect(&map->entries[place - 1].key);
    memory_expect(value_at(map, place - 1));
}

void *map_get(const struct map *map, struct slice key) {
    size_t slot = slot_of(map, key, map_hash(key));
    return slot == SIZE_MAX ? NULL : value_at(map, map->table[slot] - 1);
}

static uint32_t new_place(struct map *map) {
    if (map->free_place) {
        uint32_t place = map->free_place - 1;
        map->free_place = map->entries[place].next_free;
        return place;
    }
    if (map->used == map->capacity) {
        map->entries =
            memory_grow(map->entries, &map->capacity, map->used + 1, sizeof *map->entries);
        map->values = memory_resize(map->values, map->capacity, map->value_size);
    }
    return (uint32_t)map->used++;
}

void *map_put(struct map *map, struct slice key, bool *is_new_r) {
    uint64_t hash = map_hash(key);
    size_t slot = slot_of(map, key, hash);
    if (is_new_r)
        *is_new_r = slot == SIZE_MAX;
    if (slot != SIZE_MAX)
        return value_at(map, map->table[slot] - 1);
    if ((map->count + 1) * 3 > map->table_size * 2)
        table_grow(map);
    uint32_t place = new_place(map);
    struct map_entry *entry = &map->entries[place];
    *entry = (struct map_entry){.hash = hash, .length = (uint32_t)key.length, .next_free = TAKEN};
    if (is_far(entry))
        entry->key.far = memory_copy(key.at, key.length);
    else if (key.length)
        memcpy(entry->key.near, key.at, key.length);
    map->count++;
    table_insert(map, place);
    return memset(value_at(map, place), 0, map->value_size);
}

/* Closes the gap at slot: entries behind it that were pushed on by it move back (no tombstones). */
static void table_remove(struct map *map, size_t slot) {
    size_t mask = map->table_size - 1;
    size_t gap = slot;
    map->table[gap] = 0;
    for (size_t at = (gap + 1) & mask; map->table[at]; at = (at + 1) & mask) {
        size_t home = map->entries[map->table[at] - 1].hash & mask;
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            map->table[gap] = map->table[at];
            map->table[at] = 0;
            gap = at;
        }
    }
}

bool map_remove(struct map *map, struct slice key) {
    size_t slot = slot_of(map, key, map_hash(key));
    if (slot == SIZE_MAX)
        return false;
    uint32_t place = map->table[slot] - 1;
    struct map_entry *entry = &map->entries[place];
    table_remove(map, slot);
    if (is_far(entry))
        free(entry->key.far);
    entry->next_free = map->free_place;
    map->free_place = place + 1;
    map->count--;
    return true;
}

size_t map_place(const struct map *map, const void *value) {
    return (size_t)((const unsigned char *)value - map->values) / map->value_size;
}

void *map_at(const struct map *map, size_t place, struct slice *key_r) {
    const struct map_entry *entry = &map->entries[place];
    if (!is_taken(entry))
        return NULL;
    if (key_r)
        *key_r = (struct slice){key_of(entry), entry->length};
    return value_at(map, place);
}
