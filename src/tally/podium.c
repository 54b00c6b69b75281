/* Why and how: see the header. Places stand in no order until they are read or saved, for there are
 * few: looking through their hashes is one cache line or two.
 */
#include "tally/podium.h"

#include <stdlib.h>

#include "base/memory.h"

static struct slice name_of(const struct podium_place *place) {
    return (struct slice){place->name, place->length};
}

static void release_place(struct podium_place *place) {
    free(place->name);
    example_release(&place->example);
}

void podium_release(struct podium *podium) {
    for (size_t i = 0; i < podium->count; i++)
        release_place(&podium->places[i]);
    free(podium->places);
    *podium = (struct podium){0};
}

static bool is_before(uint64_t count, struct slice name, const struct podium_place *place) {
    if (count != place->count)
        return count > place->count;
    return slice_compare(name, name_of(place)) < 0;
}

static struct podium_place *find(const struct podium *podium, uint64_t hash) {
    for (size_t i = 0; i < podium->count; i++)
        if (podium->places[i].hash == hash)
            return &podium->places[i];
    return NULL;
}

static struct podium_place *last_of(const struct podium *podium) {
    struct podium_place *last = &podium->places[0];
    for (size_t i = 1; i < podium->count; i++)
        if (is_before(last->count, name_of(last), &podium->places[i]))
            last = &podium->places[i];
    return last;
}

static struct podium_place *add_place(struct podium *podium) {
    podium->places =
        memory_grow(podium->places, &podium->capacity, podium->count + 1, sizeof *podium->places);
    return &podium->places[podium->count++];
}

static void fill_place(struct podium_place *place, uint64_t hash, struct slice name,
                       uint64_t count) {
    *place = (struct podium_place){.hash = hash,
                                   .count = count,
                                   .name = memory_copy(name.at, name.length),
                                   .length = name.length};
}

struct podium_place *podium_offer(struct podium *podium, size_t most, uint64_t hash,
                                  struct slice name, uint64_t count) {
    struct podium_place *place = find(podium, hash);
    if (place) {
        place->count = count;
        return place;
    }
    if (podium->count < most) {
        place = add_place(podium);
    } else {
        place = last_of(podium);
        if (!is_before(count, name, place))
            return NULL;
        release_place(place);
    }
    fill_place(place, hash, name, count);
    return place;
}

void podium_merge(struct podium *into, const struct podium *from) {
    for (size_t i = 0; i < from->count; i++) {
        const struct podium_place *more = &from->places[i];
        struct podium_place *place = find(into, more->hash);
        if (!place) {
            place = add_place(into);
            fill_place(place, more->hash, name_of(more), more->count);
        }
        if (more->example.known)
            example_offer(&place->example, example_read(&more->example));
    }
}

static int compare_places(const void *left, const void *right) {
    const struct podium_place *a = left, *b = right;
    if (is_before(a->count, name_of(a), b))
        return -1;
    return is_before(b->count, name_of(b), a);
}

void podium_sort(const struct podium *podium) {
    if (podium->count)
        qsort(podium->places, podium->count, sizeof *podium->places, compare_places);
}

void podium_save(const struct podium *podium, struct pack *pack) {
    podium_sort(podium);
    pack_number(pack, podium->count);
    for (size_t i = 0; i < podium->count; i++) {
        const struct podium_place *place = &podium->places[i];
        pack_number(pack, place->hash);
        pack_number(pack, place->count);
        pack_text(pack, name_of(place));
        pack_number(pack, place->example.known);
        if (place->example.known)
            example_save(&place->example, pack);
    }
}

void podium_load(struct podium *podium, struct unpack *unpack) {
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        uint64_t hash = unpack_number(unpack), count = unpack_number(unpack);
        struct slice name = unpack_text(unpack);
        bool has_example = unpack_number(unpack) & 1;
        if (find(podium, hash))
            unpack->broken = true;
        if (unpack->broken)
            return;
        struct podium_place *place = add_place(podium);
        fill_place(place, hash, name, count);
        if (has_example)
            example_load(&place->example, unpack);
    }
}
