/* laws - what the property tests share: the samples as one text, runs over pieces of it, chance. */
#ifndef TESTS_LAWS_H
#define TESTS_LAWS_H

#include "app/run.h"
#include "base/pack.h"

/* The knowledge of the program, loaded once. */
const struct knowledge *laws_knowledge(void);
const struct options *laws_options(unsigned jobs);

/* Lines of samples/ of all three MTAs, and of entries that are cut in pieces or repeated,
 * or hard to count (tests/golden/counting-*). */
struct laws_lines {
    struct slice *items;
    size_t count;
};
struct laws_lines laws_samples(void);
/* Those of one file; the caller keeps them. */
struct laws_lines laws_file(const char *path);

/* A repeatable number below most. */
unsigned laws_chance(unsigned most);

/* Reads lines [from, to) as lines from + 1 .. of a source called name. */
void laws_feed(struct run *run, const char *name, const struct slice *lines, size_t from,
               size_t to);

/* All that a run remembers, as bytes. */
void laws_state(const struct run *run, struct pack *pack);
/* Saves the state of one run and loads it into a fresh one. */
void laws_move(struct run *from, struct run *into);

#endif
