/* resuming - finds the sources, reads on in each, and looks again until nothing has moved.
 *
 * A log may be rotated between looking for it, opening it, and its end. Content is gone on with
 * where it was left, under whatever name (input/resume.h), so all that is to be done is to look
 * again; and to let no later lines pass before earlier ones: when a source is not what was found,
 * those behind it wait for the next round.
 *
 * And while a folder is looked through, a file may get a name that was passed already: then it is
 * not seen, and what is newer would be read before it. So a look counts only when no name came to
 * its folders or went from them meanwhile.
 */
#include "app/resuming.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "app/meter.h"
#include "app/say.h"
#include "base/memory.h"

/* ---- what is told ---- */

/* What is told while sources are found, until it is known to be so. */
struct kept_notes {
    struct kept_note {
        bool is_fault;
        char *text;
    } * items;
    size_t count, capacity;
};

static void keep_note(void *context, bool is_fault, const char *text) {
    struct kept_notes *notes = context;
    notes->items =
        memory_grow(notes->items, &notes->capacity, notes->count + 1, sizeof *notes->items);
    notes->items[notes->count++] = (struct kept_note){is_fault, memory_copy(text, strlen(text))};
}

static void release_notes(struct kept_notes *notes) {
    for (size_t i = 0; i < notes->count; i++)
        free(notes->items[i].text);
    free(notes->items);
}

static bool has_note(const struct kept_notes *notes, const char *text) {
    for (size_t i = 0; i < notes->count; i++)
        if (strcmp(notes->items[i].text, text) == 0)
            return true;
    return false;
}

/* ---- whether the folders stand still ---- */

/* The folder of a path, or the path when it is one; owned by the caller. */
static char *folder_of(const char *path) {
    struct stat status;
    const char *slash = strrchr(path, '/');
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return memory_copy(path, strlen(path));
    if (slash == NULL)
        return memory_copy(".", 1);
    return memory_copy(path, slash == path ? 1 : (size_t)(slash - path));
}

static int64_t nanos_of(struct timespec time) {
    return time.tv_sec * (int64_t)1000000000 + time.tv_nsec;
}

/* When names came to folders or went from them last, which the system tells in steps of some
 * milliseconds; most paths are of the folder of the one before. */
struct change {
    char *folder;
    int64_t newest;
};

static void look_for_change(struct change *change, const char *path) {
    struct stat status;
    char *folder = folder_of(path);
    bool is_known = change->folder && strcmp(folder, change->folder) == 0;
    free(change->folder);
    change->folder = folder;
    if (!is_known && stat(folder, &status) == 0 && nanos_of(status.st_mtim) > change->newest)
        change->newest = nanos_of(status.st_mtim);
}

static int64_t newest_change(const struct run *run, const struct sources *sources) {
    struct change change = {.newest = INT64_MIN};
    for (size_t i = 0; i < run->options->operand_count; i++)
        look_for_change(&change, run->options->operands[i]);
    for (size_t i = 0; i < sources->count; i++)
        if (!sources->items[i].is_pipe)
            look_for_change(&change, sources->items[i].name);
    free(change.folder);
    return change.newest;
}

/* ---- finding ---- */

/* What the rounds of a run know together. */
struct looking {
    struct kept_notes told;
    bool is_first;
};

/* A fault is told when it is first met, a note once. */
static void tell_notes(struct run *run, struct looking *looking, const struct kept_notes *notes) {
    for (size_t i = 0; i < notes->count; i++) {
        const struct kept_note *note = &notes->items[i];
        if ((note->is_fault && !looking->is_first) || has_note(&looking->told, note->text))
            continue;
        inputs_told(run, note->is_fault, note->text);
        keep_note(&looking->told, note->is_fault, note->text);
    }
    looking->is_first = false;
}

static bool has_new_fault(const struct looking *looking, const struct kept_notes *notes) {
    for (size_t i = 0; i < notes->count; i++)
        if (notes->items[i].is_fault && !has_note(&looking->told, notes->items[i].text))
            return true;
    return false;
}

static int64_t nanos_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return nanos_of(now);
}

/* A rotator at work shows for a moment a name that is gone, or a file that is not whole: a fault is
 * one when it is still there a little later. In a folder where names come and go all the time, a
 * look must do as it is. */
static void find_sources(struct run *run, struct looking *looking, struct sources *sources) {
    enum { FAULT_TRIES = 10, MILLISECOND = 1000 * 1000, TICK = 20 * MILLISECOND };
    const struct timespec a_little = {.tv_nsec = 2 * TICK};
    const int64_t long_enough = nanos_now() + (int64_t)60000 * MILLISECOND;
    int64_t before = INT64_MIN;
    for (int tries = 1;; tries++) {
        struct kept_notes notes = {0};
        int64_t begun = nanos_now();
        inputs_look(run, sources, keep_note, &notes);
        int64_t change = newest_change(run, sources);
        bool stood_still = change < begun - TICK || (tries > 1 && change == before);
        bool is_sure = tries >= FAULT_TRIES || !has_new_fault(looking, &notes);
        bool is_last = (stood_still && is_sure) || nanos_now() > long_enough || run->stopped;
        if (is_last)
            tell_notes(run, looking, &notes);
        release_notes(&notes);
        if (is_last) {
            inputs_keep(run, sources);
            return;
        }
        before = change;
        sources_release(sources);
        nanosleep(&a_little, NULL);
    }
}

/* ---- reading ---- */

/* False: another file has the name now. */
static bool read_on(struct run *run, struct source *source) {
    struct resumed resumed;
    struct problem problem;
    struct pack before;
    enum resume_way way =
        resume_open(run->resume, source, run->options->now, inputs_told, run, &resumed, &problem);
    if (way == RESUME_FAULT)
        inputs_told(run, true, problem.text);
    if (way == RESUME_NOTHING)
        meter_pass(source, 0);
    if (way != RESUME_READ)
        return way != RESUME_MOVED;
    struct stood stood = resumed.stood;
    pack_init(&before);
    run_source_on(run, source, rest_reader(resumed.rest), &stood, &before);
    resume_close(run->resume, source, &resumed, &stood);
    pack_release(&before);
    return true;
}

/* What was taken in beside them does not matter: it is there because the others are. */
static size_t next_named(const struct sources *sources, size_t at) {
    while (at < sources->count && sources->items[at].was)
        at++;
    return at;
}

static bool are_same_files(const struct sources *sources, const struct sources *others) {
    size_t i = next_named(sources, 0), j = next_named(others, 0);
    while (i < sources->count && j < others->count) {
        const struct source *one = &sources->items[i], *other = &others->items[j];
        if (one->device != other->device || one->inode != other->inode ||
            strcmp(one->name, other->name) != 0)
            return false;
        i = next_named(sources, i + 1);
        j = next_named(others, j + 1);
    }
    return i == sources->count && j == others->count;
}

void resuming_read(struct run *run, struct inputs *inputs) {
    struct looking looking = {.is_first = true};
    bool is_whole = false;
    for (size_t round = 0; round < INPUTS_ROUNDS && !run->stopped; round++) {
        struct sources *sources = &inputs->rounds[round];
        find_sources(run, &looking, sources);
        if (is_whole && are_same_files(&inputs->rounds[round - 1], sources))
            break;
        run->sources = sources;
        if (round == 0)
            meter_begin(run->options, sources, run->has_rows);
        is_whole = true;
        for (size_t i = 0; i < sources->count && is_whole; i++)
            is_whole = read_on(run, &sources->items[i]);
    }
    release_notes(&looking.told);
    if (!run->pipeline && !run->faulty && !run->options->quiet)
        say_note("nothing new since the last run");
}
