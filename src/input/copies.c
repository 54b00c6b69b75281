/* copies - by reading the other logs, some 100,000 lines of this one at a time.
 *
 * The hashes of that many lines are put into a table, and every line of the other logs is looked up
 * in it. Times play no part: the logs of many processes are not in the order of their stamps, and
 * in autumn an hour comes twice. What lies far from each other in time is not even opened, which
 * keeps the logs of a month from being read thirty times. Memory is bounded by the table; a log
 * that is small, as these are, costs one more reading of the mainlog.
 *
 * Only lines that begin with Exim's stamp are put into the table: a rejectlog has the header of the
 * message behind them.
 */
#include "input/copies.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/moment.h"
#include "input/entry.h"
#include "input/lines.h"
#include "input/rotated.h"

enum { ROUND = 1 << 17, PLACES = 2 * ROUND, DAY = 24 * 3600 };

/* Of a place in the table: the hash without its last bit, which tells that it was found. */
static const uint64_t FOUND = 1;

/* A source that is read line by line. */
struct walk {
    struct reader *reader; /* NULL: it cannot be read */
    struct lines lines;
    struct lines_block block;
    struct lines_walk within;
    struct line line; /* number counts in its block */
};

/* Lines of one log up to the next rotation. */
struct other {
    struct source source;
    int64_t end; /* no entry is later, give or take a day; MOMENT_NONE: unknown */
};

struct copies {
    struct source source;
    struct other *others;
    size_t other_count;
    struct walk walk;
    uint64_t read; /* lines so far */
    struct stamped {
        uint64_t line, hash;
    } * round; /* those that begin an entry, up to `read` */
    size_t count, next;
    int64_t first, last; /* their times */
    struct clock clock;
    uint64_t *table;
};

/* ---- reading ---- */

static void walk_open(struct walk *walk, const struct source *source) {
    struct source opened = *source; /* opening may set its anchor */
    struct problem problem;
    *walk = (struct walk){.reader = source_open(&opened, &problem)};
    if (walk->reader == NULL)
        return;
    lines_init(&walk->lines, walk->reader);
    walk->block.bytes = memory_resize(NULL, LINES_BLOCK + LINE_LONGEST + 1, 1);
    lines_begin(&walk->within, &walk->block);
}

static void walk_close(struct walk *walk) {
    if (walk->reader == NULL)
        return;
    free(walk->block.bytes);
    lines_release(&walk->lines);
    reader_close(walk->reader);
    walk->reader = NULL;
}

static bool walk_next(struct walk *walk) {
    struct problem problem;
    bool failed;
    if (walk->reader == NULL)
        return false;
    while (!lines_next(&walk->within, &walk->line)) {
        if (!lines_fill(&walk->lines, &walk->block, &failed, &problem))
            return false;
        lines_begin(&walk->within, &walk->block);
    }
    return true;
}

static bool begins_entry(struct slice line) {
    struct civil civil;
    return civil_take_dashed(&line, &civil);
}

/* ---- which logs ---- */

static bool is_exim(const struct source *source) {
    return source->wrapping == &wrap_exim;
}

/* When the log goes on in another file, the begin of that. */
static int64_t end_of(const struct sources *sources, const struct source *source) {
    int64_t end = MOMENT_NONE;
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *next = &sources->items[i];
        if (next->first == MOMENT_NONE || next->first <= source->first ||
            !rotated_together(source->name, next->name) ||
            !rotated_beside(source->name, next->name))
            continue;
        if (end == MOMENT_NONE || next->first < end)
            end = next->first;
    }
    return end;
}

struct copies *copies_new(const struct sources *sources, const struct source *source) {
    struct other *others = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; is_exim(source) && i < sources->count; i++) {
        const struct source *other = &sources->items[i];
        if (!is_exim(other) || !rotated_has_copies_of(source->name, other->name))
            continue;
        others = memory_grow(others, &capacity, count + 1, sizeof *others);
        others[count++] = (struct other){*other, end_of(sources, other)};
    }
    if (count == 0)
        return NULL;
    struct copies *copies = memory_new(sizeof *copies);
    *copies = (struct copies){.source = *source, .others = others, .other_count = count};
    copies->clock.anchor = source->anchor;
    copies->round = memory_new(ROUND * sizeof *copies->round);
    copies->table = memory_new(PLACES * sizeof *copies->table);
    walk_open(&copies->walk, source);
    return copies;
}

void copies_free(struct copies *copies) {
    if (copies == NULL)
        return;
    walk_close(&copies->walk);
    free(copies->others);
    free(copies->round);
    free(copies->table);
    free(copies);
}

/* ---- the table ---- */

/* Where the hash is, or would be. At most half of the places are taken. */
static uint64_t *place_of(struct copies *copies, uint64_t hash) {
    size_t at = (size_t)(hash >> 1) % PLACES;
    while (copies->table[at] != 0 && (copies->table[at] | FOUND) != (hash | FOUND))
        at = (at + 1) % PLACES;
    return &copies->table[at];
}

/* Never 0, and with room for FOUND. */
static uint64_t hash_of(struct slice line) {
    enum { SMALLEST = 2 };
    uint64_t hash = bytes_hash(line.at, line.length) & ~FOUND;
    return hash ? hash : SMALLEST;
}

static void take_line(struct copies *copies, struct slice line) {
    uint64_t hash = hash_of(line);
    struct civil civil;
    struct moment time;
    copies->round[copies->count++] = (struct stamped){copies->read, hash};
    *place_of(copies, hash) = hash;
    if (!civil_take_dashed(&line, &civil) || !moment_local(&copies->clock, &civil, &time))
        return;
    if (copies->first == MOMENT_NONE || time.seconds < copies->first)
        copies->first = time.seconds;
    if (copies->last == MOMENT_NONE || time.seconds > copies->last)
        copies->last = time.seconds;
}

/* The next lines. False: there are none. */
static bool take_round(struct copies *copies) {
    uint64_t before = copies->read;
    copies->count = copies->next = 0;
    copies->first = copies->last = MOMENT_NONE;
    for (size_t i = 0; i < PLACES; i++)
        copies->table[i] = 0;
    while (copies->count < ROUND && walk_next(&copies->walk)) {
        copies->read++;
        if (begins_entry(copies->walk.line.text))
            take_line(copies, copies->walk.line.text);
    }
    return copies->read > before;
}

/* A zone in the stamps may move them by half a day, and rotation is not to the second. */
static bool is_far(const struct copies *copies, const struct other *other) {
    if (copies->first == MOMENT_NONE)
        return true;
    return (other->source.first != MOMENT_NONE && other->source.first > copies->last + DAY) ||
           (other->end != MOMENT_NONE && other->end < copies->first - DAY);
}

static void look_up_lines(struct copies *copies, const struct source *source) {
    struct walk walk;
    walk_open(&walk, source);
    while (walk_next(&walk)) {
        uint64_t *place = place_of(copies, hash_of(walk.line.text));
        if (*place != 0)
            *place |= FOUND;
    }
    walk_close(&walk);
}

bool copies_has(struct copies *copies, uint64_t line) {
    bool is_new = false;
    while (line > copies->read) {
        if (!take_round(copies))
            return false;
        is_new = true;
    }
    for (size_t i = 0; is_new && i < copies->other_count; i++)
        if (!is_far(copies, &copies->others[i]))
            look_up_lines(copies, &copies->others[i].source);
    while (copies->next < copies->count && copies->round[copies->next].line < line)
        copies->next++;
    if (copies->next == copies->count || copies->round[copies->next].line != line)
        return false;
    return *place_of(copies, copies->round[copies->next].hash) & FOUND;
}
