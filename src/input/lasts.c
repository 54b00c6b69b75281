/* lasts - a short table; the place of the host silent longest is used again when it is full. What
 * is kept of two blocks one after the other is what would be kept of both as one.
 */
#include "input/lasts.h"

#include <stdlib.h>

#include "base/memory.h"

/* The place of a host, or the one to use for it (*is_new_r). */
static size_t place_of(const struct lasts *lasts, struct slice host, bool *is_new_r) {
    size_t oldest = 0;
    *is_new_r = false;
    for (size_t i = 0; i < lasts->count; i++) {
        if (slice_equal(lasts->items[i].host, host))
            return i;
        if (lasts->items[i].heard < lasts->items[oldest].heard)
            oldest = i;
    }
    *is_new_r = true;
    return lasts->count < LASTS_HOSTS ? lasts->count : oldest;
}

void lasts_put_other(struct lasts *lasts, struct slice host, struct slice line) {
    bool is_new;
    lasts->current = place_of(lasts, host, &is_new);
    if (lasts->current == lasts->count)
        lasts->first[lasts->count++] = host;
    lasts->items[lasts->current] = (struct last){host, line, ++lasts->now};
}

static const struct last *item_of(const struct lasts *lasts, struct slice host) {
    const struct last *found = NULL;
    for (size_t i = 0; i < lasts->count; i++) {
        const struct last *last = &lasts->items[i];
        bool fits = !host.length || slice_equal(last->host, host);
        if (fits && (!found || last->heard > found->heard))
            found = last;
    }
    return found;
}

bool lasts_find(const struct lasts *lasts, struct slice host, struct slice *line_r) {
    const struct last *last = item_of(lasts, host);
    if (last)
        *line_r = last->line;
    return last != NULL;
}

static bool is_among(const struct slice *hosts, size_t count, struct slice host) {
    for (size_t i = 0; i < count; i++)
        if (slice_equal(hosts[i], host))
            return true;
    return false;
}

/* A host is forgotten when LASTS_HOSTS others were heard since, here or there. */
bool lasts_find_behind(const struct lasts *before, const struct lasts *block, size_t heard,
                       struct slice host, struct slice *line_r) {
    const struct last *last = item_of(before, host);
    size_t others = heard;
    for (size_t i = 0; last && i < before->count; i++)
        others += before->items[i].heard > last->heard &&
                  !is_among(block->first, heard, before->items[i].host);
    if (!last || others >= LASTS_HOSTS)
        return false;
    *line_r = last->line;
    return true;
}

/* The item heard next after `heard`; NULL: none. */
static const struct last *next_heard(const struct lasts *lasts, uint64_t heard) {
    const struct last *next = NULL;
    for (size_t i = 0; i < lasts->count; i++) {
        const struct last *last = &lasts->items[i];
        if (last->heard > heard && (!next || last->heard < next->heard))
            next = last;
    }
    return next;
}

static struct slice copy(struct slice text) {
    return (struct slice){memory_copy(text.at, text.length), text.length};
}

static void keep(struct lasts *owned, struct slice host, struct slice line) {
    bool is_new;
    size_t place = place_of(owned, host, &is_new);
    struct last *last = &owned->items[place];
    if (place == owned->count)
        owned->count++;
    if (is_new) {
        free((char *)last->host.at);
        last->host = copy(host);
    }
    free((char *)last->line.at);
    last->line = copy(line);
    last->heard = ++owned->now;
}

void lasts_keep(struct lasts *owned, const struct lasts *borrowed) {
    uint64_t heard = 0;
    for (const struct last *last; (last = next_heard(borrowed, heard)); heard = last->heard)
        keep(owned, last->host, last->line);
}

void lasts_release(struct lasts *owned) {
    for (size_t i = 0; i < owned->count; i++) {
        free((char *)owned->items[i].host.at);
        free((char *)owned->items[i].line.at);
    }
    *owned = (struct lasts){0};
}

void lasts_save(const struct lasts *owned, struct pack *pack) {
    uint64_t heard = 0;
    pack_number(pack, owned->count);
    for (const struct last *last; (last = next_heard(owned, heard)); heard = last->heard) {
        pack_text(pack, last->host);
        pack_text(pack, last->line);
    }
}

bool lasts_load(struct lasts *owned, struct unpack *unpack) {
    lasts_release(owned);
    for (size_t count = unpack_count(unpack); count && !unpack->broken; count--) {
        struct slice host = unpack_text(unpack);
        struct slice line = unpack_text(unpack);
        if (!unpack->broken)
            keep(owned, host, line);
    }
    if (unpack->broken)
        lasts_release(owned);
    return !unpack->broken;
}
