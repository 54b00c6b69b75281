/* resume - finds the place that a source goes on from, by its content.
 *
 * Each place has a print of its first bytes and of those in front of it. A source that begins as a
 * place does and has the same bytes there goes on from it; of several the furthest. The one that
 * ends before its place is a begin of what was read (a copy on its way to be made, or the file was
 * cut off): nothing of it is new. All others are new, and read from the front.
 *
 * Two logs may begin the same and part later, so any number of sources may go on from one place,
 * and a place is given up only when the run is over: what one source has passed may be where
 * another one stands. Places that no source goes on from are kept, for the file may come back; the
 * oldest ones go when there are too many.
 *
 * A packed file is unpacked from its front to get to a place. One that is the same as at the last
 * run by inode, size and time is not: it was read to its end then.
 */
#include "input/resume.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/moment.h"
#include "input/journal.h"
#include "input/rotated.h"

enum { PLACES_MOST = 4096, PLACES_VERSION = 1 };

struct resume {
    struct place **items; /* those that were met last stand last */
    size_t count, capacity;
};

/* ---- places ---- */

static void place_free(struct place *place) {
    free(place->path);
    free(place->cursor);
    free((char *)place->stood.before.at);
    free(place);
}

static struct place *place_add(struct resume *resume) {
    struct place *place = memory_new(sizeof *place);
    resume->items =
        memory_grow(resume->items, &resume->capacity, resume->count + 1, sizeof *resume->items);
    resume->items[resume->count++] = place;
    return place;
}

struct resume *resume_new(void) {
    return memory_new(sizeof(struct resume));
}

static void forget_all(struct resume *resume) {
    for (size_t i = 0; i < resume->count; i++)
        place_free(resume->items[i]);
    resume->count = 0;
}

void resume_free(struct resume *resume) {
    if (resume == NULL)
        return;
    forget_all(resume);
    free(resume->items);
    free(resume);
}

static struct slice owned(struct slice text) {
    return (struct slice){memory_copy(text.at, text.length), text.length};
}

static void stood_save(const struct stood *stood, struct pack *pack) {
    pack_number(pack, stood->lines);
    pack_number(pack, stood->own);
    pack_number(pack, stood->unknown);
    pack_number(pack, stood->wrapped);
    pack_signed(pack, stood->last);
    pack_text(pack, stood->before);
}

static void stood_load(struct stood *stood, struct unpack *unpack) {
    stood->lines = unpack_number(unpack);
    stood->own = unpack_number(unpack);
    stood->unknown = unpack_number(unpack);
    stood->wrapped = unpack_number(unpack);
    stood->last = unpack_signed(unpack);
    stood->before = owned(unpack_text(unpack));
}

static void place_save(const struct place *place, struct pack *pack) {
    pack_text(pack, slice_of(place->path));
    print_save(&place->print, pack);
    pack_text(pack, slice_of(place->cursor));
    pack_number(pack, place->device);
    pack_number(pack, place->inode);
    pack_signed(pack, place->size);
    pack_signed(pack, place->modified);
    stood_save(&place->stood, pack);
}

static void place_load(struct place *place, struct unpack *unpack) {
    place->path = (char *)owned(unpack_text(unpack)).at;
    place->print = print_load(unpack);
    struct slice cursor = unpack_text(unpack);
    place->cursor = cursor.length > 0 ? (char *)owned(cursor).at : NULL;
    place->device = unpack_number(unpack);
    place->inode = unpack_number(unpack);
    place->size = unpack_signed(unpack);
    place->modified = unpack_signed(unpack);
    stood_load(&place->stood, unpack);
}

void resume_save(const struct resume *resume, struct pack *pack) {
    size_t first = resume->count, kept = 0;
    while (first > 0 && kept < PLACES_MOST)
        kept += !resume->items[--first]->is_passed;
    pack_number(pack, PLACES_VERSION);
    pack_number(pack, kept);
    for (size_t i = first; i < resume->count; i++)
        if (!resume->items[i]->is_passed)
            place_save(resume->items[i], pack);
}

bool resume_load(struct resume *resume, struct unpack *unpack) {
    forget_all(resume);
    bool is_known = unpack_number(unpack) == PLACES_VERSION;
    size_t count = is_known ? unpack_count(unpack) : 0;
    for (size_t i = 0; i < count && !unpack->broken; i++)
        place_load(place_add(resume), unpack);
    if (is_known && !unpack->broken)
        return true;
    forget_all(resume);
    unpack->broken = true;
    return false;
}

char *resume_path(const char *name) {
    char *copy = memory_copy(name, strlen(name)), *folder = realpath(dirname(copy), NULL);
    free(copy);
    const char *slash = strrchr(name, '/'), *last = slash != NULL ? slash + 1 : name;
    if (folder == NULL) /* it is not there, or closed: another run will see it the same */
        return memory_copy(name, strlen(name));
    bool is_root = strcmp(folder, "/") == 0;
    size_t length = strlen(folder) + strlen(last) + 2;
    char *path = memory_new(length);
    snprintf(path, length, "%s/%s", is_root ? "" : folder, last);
    free(folder);
    return path;
}

/* The log that a source is read as: what was once read as mail.log stays so as mail.log.1 beside
 * it. */
static char *path_of(const struct source *source, const struct place *from) {
    if (source->is_pipe)
        return memory_copy(source->name, strlen(source->name));
    if (source->was != NULL)
        return memory_copy(source->was, strlen(source->was));
    char *path = resume_path(source->name);
    if (from == NULL || !rotated_together(from->path, path) || !rotated_beside(from->path, path))
        return path;
    free(path);
    return memory_copy(from->path, strlen(from->path));
}

const struct place *resume_latest(const struct resume *resume, const char *path) {
    for (size_t i = resume->count; i-- > 0;)
        if (!resume->items[i]->is_passed && strcmp(resume->items[i]->path, path) == 0)
            return resume->items[i];
    return NULL;
}

bool resume_knows(const struct resume *resume, const char *path, struct slice head) {
    for (size_t i = 0; i < resume->count; i++)
        if (!resume->items[i]->is_passed && strcmp(resume->items[i]->path, path) == 0 &&
            print_begins(&resume->items[i]->print, head))
            return true;
    return false;
}

/* ---- remembering ---- */

/* Where a source stands from now on, instead of `from` (NULL: it is new). */
static struct place *put_place(struct resume *resume, const struct source *source,
                               struct place *from, const struct fingerprint *print,
                               const struct stood *stood) {
    struct place *place = place_add(resume);
    place->path = path_of(source, from);
    place->print = *print;
    place->device = source->device;
    place->inode = source->inode;
    place->size = source->size;
    place->modified = source->modified;
    place->stood = *stood;
    place->stood.before = owned(stood->before);
    if (from != NULL) {
        from->is_passed = true;
        place->cursor =
            from->cursor != NULL ? memory_copy(from->cursor, strlen(from->cursor)) : NULL;
    }
    return place;
}

void resume_close(struct resume *resume, const struct source *source, struct resumed *resumed,
                  const struct stood *stood) {
    struct fingerprint print = rest_print(resumed->rest);
    char *cursor = source->is_journal ? journal_cursor(rest_inner(resumed->rest)) : NULL;
    if (resumed->by_cursor && resumed->from != NULL)
        print = (struct fingerprint){.offset = resumed->from->print.offset + print.offset,
                                     .head = resumed->from->print.head};
    if (print.offset > 0 || cursor != NULL) {
        struct place *place = put_place(resume, source, resumed->from, &print, stood);
        if (cursor != NULL) {
            free(place->cursor);
            place->cursor = memory_copy(cursor, strlen(cursor));
        }
    }
    free(cursor);
    rest_free(resumed->rest);
    *resumed = (struct resumed){0};
}

/* ---- opening ---- */

/* What opening one source needs. */
struct opening {
    struct resume *resume;
    struct source *source;
    bool is_over; /* nobody writes to it any more */
    source_told *told;
    void *context;
    struct problem *problem;
};

static void tell(const struct opening *opening, const char *what) {
    struct problem problem;
    problem_say(&problem, "'%s' %s", opening->source->name, what);
    opening->told(opening->context, false, problem.text);
}

/* Rotated, and not touched for an hour: whoever wrote to it has let go of it. */
static bool is_over(const struct source *source, int64_t now) {
    enum { HOUR = 3600 };
    struct rotated_stem stem = rotated_stem(source->name);
    const char *slash = strrchr(source->name, '/');
    size_t length = strlen(slash != NULL ? slash + 1 : source->name);
    bool is_rotated = length > stem.name.length + (stem.is_log ? strlen(".log") : 0);
    return is_rotated && source->modified > 0 && source->modified < now - HOUR;
}

static uint64_t size_of(const struct source *source) {
    return source->size < 0 ? UINT64_MAX : (uint64_t)source->size;
}

/* The file that was found still has its name. */
static bool is_there(const struct source *source) {
    struct stat status;
    return stat(source->name, &status) == 0 && (uint64_t)status.st_dev == source->device &&
           (uint64_t)status.st_ino == source->inode;
}

/* Opens the file that was found under the name, and no other one. One that has grown and is packed
 * is being packed now: what is in it is still to be had elsewhere, and was not compared with that
 * (twice.h). */
static enum resume_way open_source(const struct opening *opening, struct reader **reader_r) {
    struct source *source = opening->source;
    *reader_r = source_open(source, opening->problem);
    if (source->is_pipe)
        return *reader_r != NULL ? RESUME_READ : RESUME_FAULT;
    if (*reader_r == NULL)
        return is_there(source) ? RESUME_FAULT : RESUME_MOVED;
    bool is_same = (*reader_r)->device == source->device && (*reader_r)->inode == source->inode;
    if (is_same && ((*reader_r)->size == source->size || !(*reader_r)->is_packed))
        return RESUME_READ;
    reader_close(*reader_r);
    return RESUME_MOVED;
}

/* The furthest first. */
static int by_offset(const void *a, const void *b) {
    uint64_t one = (*(struct place *const *)a)->print.offset;
    uint64_t other = (*(struct place *const *)b)->print.offset;
    return one > other ? -1 : one < other;
}

/* The places that the source may go on from; NULL behind the last. Owned by the caller. */
static struct place **candidates(const struct opening *opening) {
    const struct resume *resume = opening->resume;
    struct place **found = memory_new((resume->count + 1) * sizeof *found);
    size_t count = 0;
    for (size_t i = 0; i < resume->count; i++)
        if ((resume->items[i]->cursor != NULL) == opening->source->is_journal &&
            print_begins(&resume->items[i]->print, opening->source->head))
            found[count++] = resume->items[i];
    qsort(found, count, sizeof *found, by_offset);
    return found;
}

static bool is_as_it_was(const struct source *source, const struct place *place) {
    return place->device == source->device && place->inode == source->inode &&
           place->size == source->size && place->modified == source->modified;
}

/* A packed file that was read to its end, and not changed since. */
static struct place *packed_as_it_was(const struct opening *opening, const struct rest *rest,
                                      struct place *const *places) {
    for (; !rest_is_plain(rest) && !opening->source->is_journal && *places != NULL; places++)
        if (is_as_it_was(opening->source, *places))
            return *places;
    return NULL;
}

/* What was found of a source, which stands where it goes on. */
struct found {
    struct rest *rest;
    struct place *place;   /* NULL: it is new */
    struct place *shorter; /* it is the begin of what was read to there; or NULL */
    bool is_read;          /* to its end, as it is */
};

/* Tries one place after the other; what is unpacked must be opened anew for each. */
static enum resume_way find_place(const struct opening *opening, struct place *const *places,
                                  struct found *found) {
    struct place *const *first = places;
    for (;; places++) {
        struct reader *reader;
        if (found->rest == NULL) {
            enum resume_way way = open_source(opening, &reader);
            if (way != RESUME_READ)
                return way;
            found->rest = rest_new(reader, size_of(opening->source), opening->is_over);
            if (!rest_begins(found->rest, size_of(opening->source), opening->source->head))
                return RESUME_MOVED; /* truncated: what it was is elsewhere now */
            found->place = packed_as_it_was(opening, found->rest, first);
            found->is_read = found->place != NULL;
        }
        if (found->is_read || *places == NULL)
            return RESUME_READ;
        enum reach reach = rest_reach(found->rest, &(*places)->print);
        if (reach == REACHED) {
            found->place = *places;
            return RESUME_READ;
        }
        if (reach == REACH_SHORTER && found->shorter == NULL)
            found->shorter = *places;
        if (!rest_is_plain(found->rest)) {
            rest_free(found->rest);
            found->rest = NULL;
        }
    }
}

static uint64_t count_lines(struct reader *reader) {
    char bytes[16 * 1024];
    struct problem problem;
    uint64_t lines = 0;
    ssize_t got;
    while ((got = reader_read(reader, bytes, sizeof bytes, &problem)) > 0)
        for (ssize_t i = 0; i < got; i++)
            lines += bytes[i] == '\n';
    return lines;
}

/* It was cut off where it stands: what is left was read, what comes behind it will be new. A begin
 * of it under another inode is a copy, and the place is still to be gone on from. */
static void fall_back(const struct opening *opening, struct found *found) {
    const struct source *source = opening->source;
    struct place *place = found->shorter;
    if (place->device != source->device || place->inode != source->inode)
        return;
    struct stood stood = place->stood;
    stood.lines = count_lines(rest_reader(found->rest));
    stood.before = (struct slice){0};
    struct fingerprint print = rest_print(found->rest);
    if (print.offset == 0)
        return;
    put_place(opening->resume, source, place, &print, &stood);
    tell(opening, "is shorter than at the last run: what is left of it was read then");
}

static enum resume_way open_file(const struct opening *opening, struct resumed *resumed_r) {
    struct place **places = candidates(opening);
    struct found found = {0};
    enum resume_way way = find_place(opening, places, &found);
    free(places);
    if (way == RESUME_READ && found.place == NULL && found.shorter != NULL) {
        fall_back(opening, &found);
        way = RESUME_NOTHING;
    } else if (way == RESUME_READ && (found.is_read || rest_is_empty(found.rest))) {
        way = RESUME_NOTHING;
        if (found.place != NULL)
            put_place(opening->resume, opening->source, found.place, &found.place->print,
                      &found.place->stood);
    }
    if (way != RESUME_READ) {
        rest_free(found.rest);
        return way;
    }
    resumed_r->rest = found.rest;
    resumed_r->from = found.place;
    if (found.place != NULL)
        resumed_r->stood = found.place->stood;
    return RESUME_READ;
}

/* ---- the journal ---- */

/* The place of a journal whose begin is known well enough to go on by its cursor. */
static struct place *place_in_journal(const struct opening *opening) {
    struct place *place = NULL;
    if (opening->source->is_pipe) {
        place = (struct place *)resume_latest(opening->resume, opening->source->name);
        return place != NULL && place->cursor != NULL ? place : NULL;
    }
    struct place **places = candidates(opening);
    for (size_t i = 0; places[i] != NULL && place == NULL; i++)
        if (places[i]->print.offset >= PRINT_BYTES)
            place = places[i];
    free(places);
    return place;
}

static enum resume_way open_journal(const struct opening *opening, struct place *place,
                                    struct resumed *resumed_r) {
    struct reader *reader;
    bool is_there;
    enum resume_way way = open_source(opening, &reader);
    if (way != RESUME_READ)
        return way;
    if (!journal_go_on(reader, slice_of(place->cursor), &is_there)) {
        problem_say(opening->problem, "cannot go on in '%s': '%s' is no place in a journal",
                    opening->source->name, place->cursor);
        reader_close(reader);
        return RESUME_FAULT;
    }
    if (!is_there)
        tell(opening, "does not hold the record any more that was read last: it goes on with the "
                      "next one there is");
    resumed_r->rest = rest_new(reader, size_of(opening->source), false);
    resumed_r->from = place;
    resumed_r->stood = place->stood;
    resumed_r->by_cursor = true;
    if (!rest_is_empty(resumed_r->rest))
        return RESUME_READ;
    resume_close(opening->resume, opening->source, resumed_r, &place->stood);
    return RESUME_NOTHING;
}

enum resume_way resume_open(struct resume *resume, struct source *source, int64_t now,
                            source_told *told, void *context, struct resumed *resumed_r,
                            struct problem *problem) {
    struct opening opening = {resume, source, is_over(source, now), told, context, problem};
    *resumed_r = (struct resumed){.stood = {.last = MOMENT_NONE}};
    if (source->is_pipe && !source->is_journal) {
        problem_say(problem, "cannot go on in '%s': it is no file", source->name);
        return RESUME_FAULT;
    }
    if (source->size == 0)
        return RESUME_NOTHING; /* whatever is there by now */
    struct place *place = source->is_journal ? place_in_journal(&opening) : NULL;
    return place != NULL ? open_journal(&opening, place, resumed_r)
                         : open_file(&opening, resumed_r);
}
