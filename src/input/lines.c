/* lines - a source in big blocks that end where a line ends.
 *
 * Each fill puts the carried begin of a line in front, reads LINES_BLOCK bytes behind it, and
 * carries what stands after the last newline over to the next fill. A carried piece may be one byte
 * longer than LINE_LONGEST: that byte may be the CR of a line that is just not too long. A piece
 * longer still is given at once, cut, and everything up to the next newline is dropped as it is
 * read; so a line without end costs no memory.
 */
#include "input/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/scan.h"

enum { CARRY_LONGEST = LINE_LONGEST + 1 };

void lines_init(struct lines *lines, struct reader *reader) {
    *lines = (struct lines){.reader = reader, .carry = memory_new(CARRY_LONGEST)};
}

void lines_release(struct lines *lines) {
    free(lines->carry);
    lines->carry = NULL;
}

/* Takes the rest of a line that was cut off the front of what was just read. */
static size_t drop_rest_of_line(struct lines *lines, char *bytes, size_t length) {
    const char *newline = memchr(bytes, '\n', length);
    if (newline == NULL)
        return 0;
    size_t dropped = (size_t)(newline - bytes) + 1;
    memmove(bytes, bytes + dropped, length - dropped);
    lines->dropping = false;
    return length - dropped;
}

static void read_up_to(struct lines *lines, struct lines_block *block, size_t wanted) {
    while (!lines->ended && block->length < wanted) {
        char *end = block->bytes + block->length;
        ssize_t got = reader_read(lines->reader, end, wanted - block->length, &lines->fault);
        if (got <= 0) {
            lines->failed = got < 0;
            lines->ended = true;
            return;
        }
        block->length += lines->dropping ? drop_rest_of_line(lines, end, (size_t)got) : (size_t)got;
    }
}

struct slice lines_behind_hole(struct slice text) {
    while (text.length && *text.at == '\0')
        text = slice_from(text, 1);
    return text;
}

/* Leaves whole lines in the block; the begin of the line behind them is carried or given cut. */
static void end_at_newline(struct lines *lines, struct lines_block *block) {
    const char *newline = memrchr(block->bytes, '\n', block->length);
    size_t whole = newline != NULL ? (size_t)(newline - block->bytes) + 1 : 0;
    size_t begun = block->length - whole;
    if (begun > CARRY_LONGEST) {
        struct slice behind = lines_behind_hole((struct slice){block->bytes + whole, begun});
        memmove(block->bytes + whole, behind.at, behind.length);
        begun = behind.length;
    }
    if (begun > CARRY_LONGEST) {
        block->length = whole + LINE_LONGEST;
        block->cut_last = true;
        lines->dropping = true;
        return;
    }
    memcpy(lines->carry, block->bytes + whole, begun);
    lines->carry_length = begun;
    block->length = whole;
}

static bool tell_end(struct lines *lines, bool *failed_r, struct problem *problem) {
    *failed_r = lines->failed;
    if (lines->failed)
        problem_say(problem, "%s", lines->fault.text);
    lines->failed = false;
    return false;
}

bool lines_fill(struct lines *lines, struct lines_block *block, bool *failed_r,
                struct problem *problem) {
    *failed_r = false;
    block->cut_last = false;
    do {
        block->length = lines->carry_length;
        memcpy(block->bytes, lines->carry, lines->carry_length);
        lines->carry_length = 0;
        read_up_to(lines, block, block->length + LINES_BLOCK);
        if (!lines->ended)
            end_at_newline(lines, block);
    } while (block->length == 0 && !lines->ended); /* all of it was the begin of one line */
    return block->length > 0 || tell_end(lines, failed_r, problem);
}

/* Puts down two places a step, whether there is a newline or not; a third one is rare. */
static void find_newlines(struct lines_walk *walk, size_t at, size_t end) {
    enum { STEP = 2 * SCAN_WIDTH };
    const uint64_t last = UINT64_C(1) << (STEP - 1);
    const char *bytes = walk->block->bytes;
    size_t count = 0;
    for (; end - at >= STEP; at += STEP) {
        uint64_t bits = scan_bits(bytes + at, '\n') |
                        (uint64_t)scan_bits(bytes + at + SCAN_WIDTH, '\n') << SCAN_WIDTH;
        do {
            walk->newlines[count] = (uint32_t)at + (uint32_t)__builtin_ctzll(bits | last);
            count += bits != 0;
            bits &= bits - 1;
            walk->newlines[count] = (uint32_t)at + (uint32_t)__builtin_ctzll(bits | last);
            count += bits != 0;
            bits &= bits - 1;
        } while (bits);
    }
    for (; at < end; at++) {
        walk->newlines[count] = (uint32_t)at;
        count += bytes[at] == '\n';
    }
    walk->next = 0;
    walk->count = count;
}

void lines_look_ahead(struct lines_walk *walk) {
    size_t length = walk->block->length;
    while (walk->next == walk->count && walk->seen < length) {
        size_t end = length - walk->seen > LINES_AHEAD ? walk->seen + LINES_AHEAD : length;
        find_newlines(walk, walk->seen, end);
        walk->seen = end;
    }
}
