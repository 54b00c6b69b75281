/* Why: a server says "200 OK" and then finds that it has no memory; a network cuts off what was
 * half told. A report of half an answer is wrong in silence.
 *
 * How: rows are given on as they come, so that no answer is too long; at the end it is known
 * whether they were all, and whoever asked throws away what was not.
 */
#include "store/answer.h"

#include "store/tab_text.h"

enum { LONGEST_LINE = 1 << 20 /* no row is as long */, WORDS_SHOWN = 400 };

void answer_begin(struct answer *answer) {
    out_init_memory(&answer->line);
    answer->rows = answer->total = 0;
    answer->totals_next = answer->is_complete = false;
}

void answer_release(struct answer *answer) {
    out_release(&answer->line);
}

static bool take_cells(struct answer *answer, struct slice *cells) {
    uint64_t count;
    if (!slice_number(cells[answer->columns], &count))
        return false;
    if (answer->totals_next) {
        answer->is_complete = true;
        answer->total = count;
        return true;
    }
    answer->rows += count;
    answer->row(answer->context, cells);
    return true;
}

/* What is no row may be why there are no more. */
static bool say_odd(struct answer *answer, struct slice line) {
    struct slice words = slice_head(line, WORDS_SHOWN);
    bool broke_off = slice_find_text(words, SLICE("Exception")) != SIZE_MAX;
    return problem_say(answer->problem, "%s: %.*s",
                       broke_off ? "the answer broke off" : "it does not answer as ClickHouse",
                       SLICE_ARGS(words));
}

/* Cells are unescaped where they stand, when there are as many as there should be. */
static bool take_line(struct answer *answer, char *line, size_t length) {
    struct slice rest = {line, length}, cells[ANSWER_COLUMNS + 1];
    size_t count = 0;
    if (!length && !answer->totals_next) {
        answer->totals_next = true;
        return true;
    }
    for (bool more = true; more && count <= answer->columns; count++)
        more = slice_cut(&rest, '\t', &cells[count]);
    if (answer->is_complete || count <= answer->columns || rest.length)
        return say_odd(answer, (struct slice){line, length});
    for (size_t i = 0; i < count; i++)
        cells[i] = tab_text_take(line + (cells[i].at - line), cells[i].length);
    return take_cells(answer, cells) || say_odd(answer, (struct slice){line, length});
}

bool answer_take(struct answer *answer, struct slice bytes) {
    out_slice(&answer->line, bytes);
    char *at = answer->line.bytes;
    size_t left = answer->line.length;
    for (char *end; left && (end = memchr(at, '\n', left));) {
        size_t length = (size_t)(end - at);
        if (!take_line(answer, at, length))
            return false;
        left -= length + 1;
        at = end + 1;
    }
    if (left)
        memmove(answer->line.bytes, at, left);
    answer->line.length = left;
    return left < LONGEST_LINE || say_odd(answer, out_held(&answer->line));
}

/* To no rows there are totals, too. */
bool answer_is_whole(struct answer *answer) {
    struct slice rest = slice_head(out_held(&answer->line), WORDS_SHOWN);
    if (!rest.length && answer->is_complete && answer->rows == answer->total)
        return true;
    return problem_say(answer->problem, "the answer was cut off%s%.*s", rest.length ? ": " : "",
                       SLICE_ARGS(rest));
}

uint64_t answer_number(struct slice cell) {
    uint64_t number;
    return slice_number(cell, &number) ? number : 0;
}

int64_t answer_signed(struct slice cell) {
    bool is_negative = slice_skip_byte(&cell, '-');
    uint64_t number = answer_number(cell);
    return (int64_t)(is_negative ? -number : number);
}
