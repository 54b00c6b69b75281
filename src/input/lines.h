/* lines - big blocks of a source cut at newlines.
 *
 * Why blocks: one read() of 64 KiB, one job for a worker, no copy of any line. A line that goes
 * past the end of a read is carried to the next block. Of a line longer than LINE_LONGEST the first
 * LINE_LONGEST bytes are kept, the rest is read and dropped; memory stays bounded.
 *
 * Why 64 KiB: the findings of a block take several times its room, and they are read again by the
 * ordered step while they are still in the second cache. Measured on 200 MB of Postfix log, one
 * thread and two: 256 KiB costs 3 % more CPU, 32 KiB with two threads 7 % more. Why read() and not
 * mmap(): a file that shrinks while it is mapped ends the program.
 */
#ifndef INPUT_LINES_H
#define INPUT_LINES_H

#include "input/line.h"
#include "input/reader.h"

enum { LINES_BLOCK = 64 * 1024 };

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

/* Walks the lines of a block: at first *at_ is 0, then both are left as they are from call to call.
 * CR before the newline is cut off. False: no line is left. */
static inline bool lines_next(const struct lines_block *block, size_t *at_, struct line *line_) {
    if (*at_ >= block->length)
        return false;
    line_->number = *at_ == 0 ? 0 : line_->number + 1;
    const char *begin = block->bytes + *at_;
    size_t left = block->length - *at_;
    const char *newline = (const char *)memchr(begin, '\n', left);
    size_t length = newline ? (size_t)(newline - begin) : left;
    *at_ += newline ? length + 1 : length;
    if (newline && length > 0 && begin[length - 1] == '\r')
        length--;
    line_->cut = length > LINE_LONGEST || (!newline && block->cut_last);
    line_->text = (struct slice){begin, length > LINE_LONGEST ? LINE_LONGEST : length};
    return true;
}

#endif
