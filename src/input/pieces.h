/* pieces - entries that were cut in pieces, put together again in the order of the input.
 *
 * Containers cut lines of more than 16 KiB, Exim's and Sendmail's calls of syslog far shorter ones.
 * A piece knows its place; the pieces of one entry come in order, with other lines between them,
 * and maybe in another block or file: so this is for the ordered step. Memory is bounded in number,
 * age and length; what never becomes whole is given up, and whoever asked has to account for it.
 */
#ifndef INPUT_PIECES_H
#define INPUT_PIECES_H

#include "base/pack.h"
#include "input/entry.h"

enum {
    PIECES_OPEN = 256,           /* entries at once; the one begun first is given up */
    PIECES_AGE = 60,             /* seconds between the first piece and the last */
    PIECES_LENGTH = LINE_LONGEST /* bytes kept of one entry; the rest is cut */
};

struct piece {
    char kind;       /* part of the key */
    unsigned number; /* from 1; 0: whichever is next */
    bool is_last;
    struct slice joint;          /* what stands between this and the next */
    struct slice head, id, text; /* head: in front of the first piece; id: part of the key */
};

/* An entry as far as it was put together. */
struct split {
    struct entry
        entry; /* of the first piece, with the text of all; line.number is that in its file */
    const char *source; /* of the first piece */
    uint64_t lines;
};

/* A line of a stream (entry->stream), whole or not. */
void piece_of_stream(const struct entry *entry, struct piece *piece_r);
/* A look at the text that costs nothing, as every line is asked: false for what is no piece. */
static inline bool piece_may_be(struct slice text) {
    enum { ID_SHORTEST = 12 };
    uint64_t word, brackets = UINT64_C(0x5b5b5b5b5b5b5b5b), ones = UINT64_C(0x0101010101010101);
    if (text.length < ID_SHORTEST + sizeof word)
        return text.length > 0;
    memcpy(&word, text.at + ID_SHORTEST, sizeof word);
    word ^= brackets; /* a byte that was '[' is 0 now */
    return text.at[0] == '[' || ((word - ones) & ~word & ones << 7) != 0;
}

/* Exim's "[1/3] text" and "[2\9] text", Sendmail's "QID[1]: text ...". False: the entry is whole.
 */
bool piece_of_text(const struct entry *entry, struct piece *piece_r);

struct pieces;
/* Called for what will never be whole. */
typedef void pieces_given_up(void *context, const struct split *split);

struct pieces *pieces_new(void);
void pieces_free(struct pieces *pieces);

/* Takes the next piece in order, which stands for all of `part`. True when an entry is whole with
 * it: *whole_r is borrowed until the next call but one. Calls given_up for what can no longer
 * become whole, the piece itself among them. */
bool pieces_take(struct pieces *pieces, const struct piece *piece, const struct split *part,
                 pieces_given_up *given_up, void *context, struct split *whole_r);
/* No more pieces will come: gives all up. */
void pieces_end(struct pieces *pieces, pieces_given_up *given_up, void *context);

void pieces_save(const struct pieces *pieces, struct pack *pack);
/* False: no saved pieces; there are none then. */
bool pieces_load(struct pieces *pieces, struct unpack *unpack);

#endif
