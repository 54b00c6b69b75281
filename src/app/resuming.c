/* resuming - finds the sources, reads on in each, and looks again until nothing has moved.
 *
 * A log may be rotated between looking for it, opening it, and its end. Content is gone on with
 * where it was left, under whatever name (input/resume.h), so all that is to be done is to look
 * again; and to let no later lines pass before earlier ones: when a source is not what was found,
 * those behind it wait for the next round.
 */
#include "app/resuming.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/meter.h"
#include "app/say.h"
#include "base/memory.h"

/* ---- finding ---- */

/* What is told while sources are found, until it is known to be so. */
struct kept_notes {
    struct kept_note {
        bool is_fault;
        char *text;
    } * items;
    size_t count, capacity;
    bool has_fault;
};

static void keep_note(void *context, bool is_fault, const char *text) {
    struct kept_notes *notes = context;
    notes->items =
        memory_grow(notes->items, &notes->capacity, notes->count + 1, sizeof *notes->items);
    notes->items[notes->count++] = (struct kept_note){is_fault, memory_copy(text, strlen(text))};
    notes->has_fault |= is_fault;
}

static void release_notes(struct kept_notes *notes, struct run *run, bool are_told) {
    for (size_t i = 0; i < notes->count; i++) {
        if (are_told)
            inputs_told(run, notes->items[i].is_fault, notes->items[i].text);
        free(notes->items[i].text);
    }
    free(notes->items);
}

/* A rotator at work shows for a moment a name that is gone, or a file that is not whole: a fault is
 * told when it is still there a little later. In later rounds all was told before. */
static void find_sources(struct run *run, struct sources *sources, bool is_first) {
    enum { TRIES = 3 };
    const struct timespec a_little = {.tv_nsec = 200 * 1000 * 1000};
    for (unsigned tries = 1;; tries++) {
        struct kept_notes notes = {0};
        inputs_look(run, sources, keep_note, &notes);
        bool is_sure = !notes.has_fault || !is_first || tries == TRIES;
        release_notes(&notes, run, is_first && is_sure);
        if (is_sure)
            return;
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
    bool is_whole = false;
    for (size_t round = 0; round < INPUTS_ROUNDS && !run->stopped; round++) {
        struct sources *sources = &inputs->rounds[round];
        find_sources(run, sources, round == 0);
        if (is_whole && are_same_files(&inputs->rounds[round - 1], sources))
            break;
        run->sources = sources;
        if (round == 0)
            meter_begin(run->options, sources, run->listen);
        is_whole = true;
        for (size_t i = 0; i < sources->count && is_whole; i++)
            is_whole = read_on(run, &sources->items[i]);
    }
    if (!run->pipeline && !run->faulty && !run->options->quiet)
        say_note("nothing new since the last run");
}
