/* rest - what comes in a source behind what was read before, up to its last whole line; and by what
 * bytes the same content is known again.
 */
#ifndef INPUT_REST_H
#define INPUT_REST_H

#include "base/pack.h"
#include "input/reader.h"

enum { PRINT_BYTES = 256 };

/* Content is known by its first bytes and by the last ones before an offset, unpacked: by what is
 * in a file, and not by how it is named, packed or stored. Of content shorter than PRINT_BYTES both
 * are all of it. */
struct fingerprint {
    uint64_t offset;     /* unpacked bytes */
    uint64_t head, tail; /* hashes of min(PRINT_BYTES, offset) bytes */
};

/* Whether content with these first bytes begins as the one the print was taken of; false also when
 * they are too few to tell. */
bool print_begins(const struct fingerprint *print, struct slice head);

void print_save(const struct fingerprint *print, struct pack *pack);
struct fingerprint print_load(struct unpack *unpack);

struct rest;

/* Takes the reader over, which was not read yet. Of a plain file `size` bytes are looked at, or as
 * many as there are; and of those, all up to the last newline, or with `is_over` all, for nobody
 * writes to it any more. What is unpacked is read to its end, or where it is cut off or damaged, up
 * to its last newline. */
struct rest *rest_new(struct reader *inner, uint64_t size, bool is_over);
void rest_free(struct rest *rest); /* NULL is fine */
/* Whether a plain file still has the size and the first bytes that it was found with, or more;
 * true for all others. */
bool rest_begins(const struct rest *rest, uint64_t size, struct slice head);

/* A place in a source, found or not. */
enum reach {
    REACHED,
    REACH_OTHER,   /* other content */
    REACH_SHORTER, /* it begins the same, and ends before the place */
};
/* Goes to where the print was taken, before anything is read. Where it is not REACHED, what is
 * unpacked is of no more use; a plain file still is at its front. */
enum reach rest_reach(struct rest *rest, const struct fingerprint *print);

/* Nothing is left to be read, nor to be told: no fault. */
bool rest_is_empty(struct rest *rest);
bool rest_is_plain(const struct rest *rest);
/* To be read to its end, by run_source; it lives as long as the rest. */
struct reader *rest_reader(struct rest *rest);
/* The reader that was taken over. */
const struct reader *rest_inner(const struct rest *rest);
/* The print of all that was read so far, with what it was reached over. */
struct fingerprint rest_print(const struct rest *rest);

#endif
