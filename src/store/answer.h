/* answer - what a server tells, row by row as it comes, and whether all of it has come.
 *
 * Every question asks for totals (WITH TOTALS), and its last column is count(): behind the rows
 * stand an empty line and one more row, which tells how many rows the others are made of. Without
 * it, or when they do not add up, the answer was cut off.
 */
#ifndef STORE_ANSWER_H
#define STORE_ANSWER_H

#include "base/out.h"

enum { ANSWER_COLUMNS = 24 };

struct answer {
    size_t columns; /* without the count */
    /* The cells of a row, without the count; they may be written to. */
    void (*row)(void *context, struct slice *cells);
    void *context;
    struct problem *problem; /* says what was wrong */
    struct out line;         /* the begin of one whose end has not come */
    uint64_t rows, total;
    bool totals_next, is_complete;
};

/* Sets the rest: the first four are the caller's. */
void answer_begin(struct answer *answer);
void answer_release(struct answer *answer);
/* False: said in its problem. */
bool answer_take(struct answer *answer, struct slice bytes);
/* Behind the last bytes. False: said in its problem. */
bool answer_is_whole(struct answer *answer);

/* Cells as numbers; 0 for what is none. */
uint64_t answer_number(struct slice cell);
int64_t answer_signed(struct slice cell);

#endif
