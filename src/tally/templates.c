/* Why: a text that no server said yesterday is the first sign of something new, long before its
 * reason stands out among the others.
 *
 * How: a map by class and text. Who answers us chooses his words as he likes, and what varies in
 * them is masked (finding/wording.h) only as far as it is known to vary; so there is a bound,
 * behind which findings are counted without their text. What is merged or loaded is not cut, so
 * that any order of merging gives the same.
 */
#include "tally/templates.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"

enum { CLASS_LENGTH = 60, TEXT_LENGTH = 300, KEY_LENGTH = CLASS_LENGTH + 1 + TEXT_LENGTH };

struct wording {
    uint64_t count;
    int64_t last;
    struct example example;
};

struct templates {
    struct map wordings; /* class, NUL, text -> struct wording */
    uint64_t others;
};

struct templates *templates_new(void) {
    struct templates *templates = memory_new(sizeof *templates);
    map_init(&templates->wordings, sizeof(struct wording));
    return templates;
}

void templates_free(struct templates *templates) {
    if (!templates)
        return;
    for (size_t place = 0; place < templates->wordings.used; place++) {
        struct wording *wording = map_at(&templates->wordings, place, NULL);
        if (wording)
            example_release(&wording->example);
    }
    map_release(&templates->wordings);
    free(templates);
}

/* ---- adding */

static struct slice key_of(char key[KEY_LENGTH], struct slice class_name, struct slice text) {
    class_name = slice_head(class_name, CLASS_LENGTH);
    text = slice_head(text, TEXT_LENGTH);
    memcpy(key, class_name.at, class_name.length);
    key[class_name.length] = '\0';
    memcpy(key + class_name.length + 1, text.at, text.length);
    return (struct slice){key, class_name.length + 1 + text.length};
}

static void add(struct templates *templates, struct slice key, const struct template_count *more) {
    bool is_new;
    struct wording *wording = map_put(&templates->wordings, key, &is_new);
    wording->count += more->count;
    if (is_new || wording->last < more->last)
        wording->last = more->last;
    example_offer(&wording->example, more->example);
}

static bool is_told_apart(const struct templates *templates, struct slice key) {
    return templates->wordings.count < TEMPLATES || map_get(&templates->wordings, key);
}

void templates_put(struct templates *templates, const struct template_count *more) {
    char room[KEY_LENGTH];
    if (!more->text.length || !more->class_name.length)
        return;
    struct slice key = key_of(room, more->class_name, more->text);
    if (is_told_apart(templates, key))
        add(templates, key, more);
    else
        templates->others += more->count;
}

void templates_put_others(struct templates *templates, uint64_t count) {
    templates->others += count;
}

void templates_add(struct templates *templates, const struct finding *finding) {
    templates_put(templates,
                  &(struct template_count){.class_name = slice_of(finding_class(finding)),
                                           .text = finding->template,
                                           .count = finding->repeat,
                                           .last = finding->time.seconds,
                                           .example = example_of_finding(finding)});
}

/* ---- reading out */

struct walked {
    struct slice key;
    const struct wording *wording;
};

static int compare_keys(const void *left, const void *right) {
    const struct walked *a = left, *b = right;
    return slice_compare(a->key, b->key);
}

/* All of them; the caller frees the array. */
static struct walked *sorted(const struct templates *templates) {
    const struct map *map = &templates->wordings;
    struct walked *all = memory_resize(NULL, map->count + 1, sizeof *all);
    size_t count = 0;
    for (size_t place = 0; place < map->used; place++) {
        all[count].wording = map_at(map, place, &all[count].key);
        count += all[count].wording != NULL;
    }
    qsort(all, count, sizeof *all, compare_keys);
    return all;
}

static struct template_count read_out(struct slice key, const struct wording *wording) {
    struct template_count read = {.text = key,
                                  .count = wording->count,
                                  .last = wording->last,
                                  .example = example_read(&wording->example)};
    slice_cut(&read.text, '\0', &read.class_name);
    return read;
}

size_t templates_count(const struct templates *templates) {
    return templates->wordings.count;
}

uint64_t templates_others(const struct templates *templates) {
    return templates->others;
}

void templates_each(const struct templates *templates,
                    void (*each)(void *context, const struct template_count *count),
                    void *context) {
    struct walked *all = sorted(templates);
    for (size_t i = 0; i < templates->wordings.count; i++) {
        struct template_count count = read_out(all[i].key, all[i].wording);
        each(context, &count);
    }
    free(all);
}

/* ---- merging and saving */

void templates_merge(struct templates *into, const struct templates *from) {
    into->others += from->others;
    for (size_t place = 0; place < from->wordings.used; place++) {
        struct slice key;
        const struct wording *wording = map_at(&from->wordings, place, &key);
        if (!wording)
            continue;
        struct template_count more = read_out(key, wording);
        add(into, key, &more);
    }
}

void templates_save(const struct templates *templates, struct pack *pack) {
    struct walked *all = sorted(templates);
    pack_number(pack, templates->others);
    pack_number(pack, templates->wordings.count);
    for (size_t i = 0; i < templates->wordings.count; i++) {
        pack_text(pack, all[i].key);
        pack_number(pack, all[i].wording->count);
        pack_signed(pack, all[i].wording->last);
        example_save(&all[i].wording->example, pack);
    }
    free(all);
}

void templates_load(struct templates *templates, struct unpack *unpack) {
    templates->others = unpack_number(unpack);
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        struct slice key = unpack_text(unpack);
        bool is_new = false;
        if (slice_find(key, '\0') == SIZE_MAX || key.length > KEY_LENGTH)
            unpack->broken = true;
        if (unpack->broken)
            return;
        struct wording *wording = map_put(&templates->wordings, key, &is_new);
        wording->count = unpack_number(unpack);
        wording->last = unpack_signed(unpack);
        example_load(&wording->example, unpack);
        unpack->broken |= !is_new;
    }
}
