/* lines - big blocks of a source cut at newlines.
 *
 * Why blocks: one read() of 32 KiB, one job for a worker, no copy of any line. A line that goes
 * past the end of a read is carried to the next block. Of a line longer than LINE_LONGEST the first
 * LINE_LONGEST bytes are kept, the rest is read and dropped; memory stays bounded. NUL bytes at its
 * begin go first: they are a hole, which a log has that was cut while its writer went on where it
 * was.
 *
 * Why 32 KiB: the findings of a block take several times its room, and they are read again by the
 * ordered step and when they are counted, while they are still in the second cache. Measured where
 * that has 2 MB: with two threads, 64 KiB take 27 % longer for 500 MB of an Exim log, 16 KiB 4 %
 * longer for 1 GB of Postfix; with one thread it is all the same. Why read() and not mmap(): a file
 * that shrinks while it is mapped ends the program.
 */
#ifndef INPUT_LINES_H
#define INPUT_LINES_H

#include "input/line.h"
#include "input/reader.h"

enum { LINES_BLOCK = 32 * 1024 };

struct lines {
    struct reader *reader;
    char *carry; /* begin of a line whose end was not read yet */
    size_t carry_length;
    bool dropping; /* inside the rest of a line that is too long */
    bool ended;
    bool failed;          /* a read failed, and that is not told yet */
    struct problem fault; /* then: why */
};

/* The bytes of a block: whole lines, the last one maybe without a newline (end of the source, or
 * cut: then `cut_last` is set and its rest is dropped from what follows). */
struct lines_block {
    char *bytes; /* room for LINES_BLOCK + LINE_LONGEST + 1 */
    size_t length;
    bool cut_last;
};

void lines_init(struct lines *lines, struct reader *reader); /* borrows the reader */
void lines_release(struct lines *lines);
/* Fills the block. False with block->length 0 at the end, or on a read error (*failed_r, problem
 * filled): what was read before the error was given by the calls before. */
bool lines_fill(struct lines *lines, struct lines_block *block, bool *failed_r,
                struct problem *problem);

/* A way over the lines of a block. Newlines are looked for LINES_AHEAD bytes at a time, with no
 * branch that depends on where they are: how long a line is cannot be foretold, and one memchr() a
 * line took 3 % more time. */
enum { LINES_AHEAD = 2048 };

struct lines_walk {
    const struct lines_block *block; /* borrowed */
    size_t at, seen;                 /* where the next line begins, and what was looked at */
    uint64_t number;                 /* of that line */
    size_t next, count;              /* newlines from `at` on: newlines[next .. count - 1] */
    uint32_t newlines[LINES_AHEAD + 1];
};

static inline void lines_begin(struct lines_walk *walk, const struct lines_block *block) {
    walk->block = block;
    walk->at = walk->seen = walk->next = walk->count = 0;
    walk->number = 0;
}

/* Of a line that is too long: without the hole at its begin. */
struct slice lines_behind_hole(struct slice text);

/* What is kept of a line. */
static inline struct slice lines_kept(struct slice text) {
    if (text.length > LINE_LONGEST)
        text = lines_behind_hole(text);
    return slice_head(text, LINE_LONGEST);
}

/* Finds newlines, if there are any behind those that are known. */
void lines_look_ahead(struct lines_walk *walk);

/* CR before the newline is cut off. False: no line is left. */
static inline bool lines_next(struct lines_walk *walk, struct line *line_) {
    const struct lines_block *block = walk->block;
    if (walk->next == walk->count)
        lines_look_ahead(walk);
    bool has_end = walk->next < walk->count;
    if (!has_end && walk->at >= block->length)
        return false;
    const char *begin = block->bytes + walk->at;
    size_t length = (has_end ? walk->newlines[walk->next++] : block->length) - walk->at;
    walk->at += length + has_end;
    line_->number = walk->number++;
    if (has_end && length > 0 && begin[length - 1] == '\r')
        length--;
    line_->text = (struct slice){begin, length};
    line_->cut = !has_end && block->cut_last;
    if (length > LINE_LONGEST) {
        line_->text = lines_kept(line_->text);
        line_->cut |= line_->text.at + line_->text.length < begin + length;
    }
    return true;
}

#endif
