/* pushed - a year of hours is some hundred kB: units go source by source, kind by kind, as
 * differences of their hours. */
#include "store/pushed.h"

#include <stdlib.h>

#include "base/memory.h"

enum { VERSION = 1 };

void pushed_init(struct pushed *pushed) {
    *pushed = (struct pushed){0};
    map_init(&pushed->sources, sizeof(uint32_t));
    map_init(&pushed->units, sizeof(struct pushed_unit));
}

void pushed_release(struct pushed *pushed) {
    map_release(&pushed->sources);
    map_release(&pushed->units);
}

void pushed_clear(struct pushed *pushed) {
    map_clear(&pushed->sources);
    map_clear(&pushed->units);
}

static struct slice key_of(const struct unit *unit) {
    return (struct slice){(const char *)unit, sizeof *unit};
}

uint32_t pushed_source(struct pushed *pushed, struct slice origin, struct slice host) {
    char room[1024];
    bool is_new;
    origin = slice_head(origin, 64);
    host = slice_head(host, sizeof room - 65);
    memcpy(room, origin.at, origin.length);
    room[origin.length] = '\0';
    if (host.length)
        memcpy(room + origin.length + 1, host.at, host.length);
    uint32_t next = (uint32_t)pushed->sources.count;
    uint32_t *number =
        map_put(&pushed->sources, (struct slice){room, origin.length + 1 + host.length}, &is_new);
    if (is_new)
        *number = next;
    return *number;
}

bool pushed_has(struct pushed *pushed, struct unit unit, uint64_t digest) {
    struct pushed_unit *known = map_get(&pushed->units, key_of(&unit));
    if (known)
        known->is_there = true;
    return known && known->digest == digest;
}

bool pushed_knows(const struct pushed *pushed, struct unit unit) {
    return map_get(&pushed->units, key_of(&unit)) != NULL;
}

void pushed_put(struct pushed *pushed, struct unit unit, uint64_t digest) {
    *(struct pushed_unit *)map_put(&pushed->units, key_of(&unit), NULL) =
        (struct pushed_unit){digest, true};
}

void pushed_forget(struct pushed *pushed, struct unit unit) {
    map_remove(&pushed->units, key_of(&unit));
}

bool pushed_is_there(const struct pushed *pushed, struct unit unit) {
    const struct pushed_unit *known = map_get(&pushed->units, key_of(&unit));
    return known && known->is_there;
}

/* The texts of each source, by its number. */
static struct slice *source_names(const struct pushed *pushed) {
    struct slice *names = memory_new((pushed->sources.count + 1) * sizeof *names);
    for (size_t place = 0; place < pushed->sources.used; place++) {
        struct slice key;
        const uint32_t *number = map_at(&pushed->sources, place, &key);
        if (number)
            names[*number] = key;
    }
    return names;
}

static struct unit unit_at(const struct pushed *pushed, size_t place,
                           const struct pushed_unit **known_r) {
    struct unit unit = {0};
    struct slice key;
    *known_r = map_at(&pushed->units, place, &key);
    if (*known_r)
        memcpy(&unit, key.at, sizeof unit);
    return unit;
}

void pushed_each_gone(const struct pushed *pushed, uint32_t first, uint32_t last,
                      void (*each)(void *context, struct unit unit, struct slice origin,
                                   struct slice host),
                      void *context) {
    struct slice *names = source_names(pushed);
    for (size_t place = 0; place < pushed->units.used; place++) {
        const struct pushed_unit *known;
        struct unit unit = unit_at(pushed, place, &known);
        if (!known || known->is_there || unit.kind < first || unit.kind > last)
            continue;
        struct slice host = names[unit.source], origin;
        slice_cut(&host, '\0', &origin);
        each(context, unit, origin, host);
    }
    free(names);
}

/* ---- saving */

struct saved {
    struct unit unit;
    uint64_t digest;
};

static int compare(const void *one, const void *other) {
    const struct unit *a = &((const struct saved *)one)->unit;
    const struct unit *b = &((const struct saved *)other)->unit;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return (a->hour > b->hour) - (a->hour < b->hour);
}

static struct saved *sorted(const struct pushed *pushed, size_t *count_r) {
    struct saved *all = memory_new((pushed->units.count + 1) * sizeof *all);
    *count_r = 0;
    for (size_t place = 0; place < pushed->units.used; place++) {
        const struct pushed_unit *known;
        struct unit unit = unit_at(pushed, place, &known);
        if (known)
            all[(*count_r)++] = (struct saved){unit, known->digest};
    }
    qsort(all, *count_r, sizeof *all, compare);
    return all;
}

void pushed_save(const struct pushed *pushed, struct pack *pack) {
    size_t count, sources = pushed->sources.count;
    struct slice *names = source_names(pushed);
    struct saved *all = sorted(pushed, &count);
    int64_t before = 0;
    pack_number(pack, VERSION);
    pack_number(pack, pushed->ahead);
    pack_number(pack, sources);
    for (size_t i = 0; i < sources; i++)
        pack_text(pack, names[i]);
    pack_number(pack, count);
    for (size_t i = 0; i < count; i++) {
        pack_number(pack, all[i].unit.source);
        pack_number(pack, all[i].unit.kind);
        pack_signed(pack, all[i].unit.hour - before);
        pack_number(pack, all[i].digest);
        before = all[i].unit.hour;
    }
    free(all);
    free(names);
}

static void load_sources(struct pushed *pushed, struct unpack *unpack) {
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        struct slice host = unpack_text(unpack), origin;
        uint32_t next = (uint32_t)pushed->sources.count;
        slice_cut(&host, '\0', &origin);
        unpack->broken |= unpack->broken || pushed_source(pushed, origin, host) != next;
    }
}

bool pushed_load(struct pushed *pushed, struct slice bytes) {
    struct unpack unpack = {bytes, false};
    int64_t hour = 0;
    unpack.broken = unpack_number(&unpack) != VERSION;
    pushed->ahead = unpack_number(&unpack);
    load_sources(pushed, &unpack);
    for (size_t left = unpack_count(&unpack); left && !unpack.broken; left--) {
        struct unit unit = {.source = (uint32_t)unpack_number(&unpack)};
        unit.kind = (uint32_t)unpack_number(&unpack);
        unit.hour = hour = (int64_t)((uint64_t)hour + (uint64_t)unpack_signed(&unpack));
        uint64_t digest = unpack_number(&unpack);
        unpack.broken |= unit.source >= pushed->sources.count;
        if (!unpack.broken)
            *(struct pushed_unit *)map_put(&pushed->units, key_of(&unit), NULL) =
                (struct pushed_unit){digest, false};
    }
    if (!unpack.broken && !unpack.rest.length)
        return true;
    pushed_clear(pushed);
    return false;
}
