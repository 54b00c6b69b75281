/* twice - finds the same content by reading it, and not by a hash of some of it.
 *
 * Two files are only read side by side when their first bytes agree as far as both go, which logs
 * with times at the front of their lines hardly ever do; and then only up to the first difference.
 * So the usual case costs a comparison of one KiB in memory, and the answer is never a guess.
 */
#include "input/twice.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { PIECE = 64 * 1024 };

enum sameness {
    SAME_NOT,
    SAME_FILE,    /* one file, two names */
    SAME_CONTENT, /* byte for byte, unpacked */
    SAME_BEGIN,   /* the one is where the other begins */
};

/* One of two that are read side by side. */
struct side {
    struct reader *reader;
    char *bytes;
    size_t length;
    bool is_damaged;
    struct problem why;
};

static void side_open(struct side *side, struct source *source) {
    side->reader = source_open(source, &side->why);
    side->is_damaged = side->reader == NULL;
    side->bytes = memory_resize(NULL, PIECE, 1);
}

static void side_fill(struct side *side) {
    side->length = 0;
    if (side->reader != NULL && !side->is_damaged)
        side->is_damaged =
            !reader_fill(side->reader, side->bytes, PIECE, &side->length, &side->why);
}

static void side_close(struct side *side) {
    reader_close(side->reader);
    free(side->bytes);
}

/* Reads both until they differ or one ends. *is_shorter_r: it is the first that ended before. */
static enum sameness read_both(struct side *first, struct side *second, bool *is_shorter_r) {
    for (;;) {
        side_fill(first);
        side_fill(second);
        size_t common = first->length < second->length ? first->length : second->length;
        if (memcmp(first->bytes, second->bytes, common) != 0)
            return SAME_NOT;
        if (common == PIECE)
            continue;
        *is_shorter_r = first->length < second->length;
        return first->length == second->length ? SAME_CONTENT : SAME_BEGIN;
    }
}

/* What is left out of two sources, and why. */
struct verdict {
    enum sameness sameness;
    bool leaves_first;
    bool is_damaged; /* the one that is left out */
    struct problem why;
};

static struct verdict compare_content(struct source *first, struct source *second) {
    struct verdict verdict = {.sameness = SAME_NOT};
    struct side one = {0}, other = {0};
    side_open(&one, first);
    side_open(&other, second);
    verdict.sameness = read_both(&one, &other, &verdict.leaves_first);
    const struct side *left = verdict.leaves_first ? &one : &other;
    verdict.is_damaged = left->is_damaged;
    verdict.why = left->why;
    side_close(&one);
    side_close(&other);
    return verdict;
}

static struct verdict compare(struct source *first, struct source *second) {
    static const struct verdict differ = {.sameness = SAME_NOT};
    size_t common =
        first->head.length < second->head.length ? first->head.length : second->head.length;
    if (first->is_pipe || second->is_pipe)
        return differ;
    if (first->device == second->device && first->inode == second->inode)
        return (struct verdict){.sameness = SAME_FILE};
    if (common == 0 || memcmp(first->head.at, second->head.at, common) != 0)
        return differ;
    return compare_content(first, second);
}

static void tell(const struct verdict *verdict, const char *left, const char *kept,
                 source_told *told, void *context) {
    static const char *const words[] = {
        [SAME_FILE] = "is the same file as",
        [SAME_CONTENT] = "holds the same as",
        [SAME_BEGIN] = "is the begin of",
    };
    struct problem problem;
    if (verdict->is_damaged)
        problem_say(&problem, "'%s' is damaged (%s); what came out of it is in '%s' too: read once",
                    left, verdict->why.text, kept);
    else
        problem_say(&problem, "'%s' %s '%s': read once", left, words[verdict->sameness], kept);
    told(context, verdict->is_damaged, problem.text);
}

/* Compares a source with those before it. True: it, or the one before, was taken out. */
static bool remove_with(struct sources *sources, size_t at, source_told *told, void *context) {
    for (size_t before = 0; before < at; before++) {
        struct source *first = &sources->items[before], *second = &sources->items[at];
        struct verdict verdict = compare(first, second);
        if (verdict.sameness == SAME_NOT)
            continue;
        size_t left = verdict.leaves_first ? before : at;
        tell(&verdict, sources->items[left].name,
             sources->items[verdict.leaves_first ? at : before].name, told, context);
        sources_remove(sources, left);
        return true;
    }
    return false;
}

void twice_remove(struct sources *sources, source_told *told, void *context) {
    for (size_t at = 1; at < sources->count;)
        if (!remove_with(sources, at, told, context))
            at++;
        else if (at > 1)
            at--; /* what moved up is yet to be compared */
}
