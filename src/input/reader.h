/* reader - the bytes of a source, one after the other, whatever they are packed in.
 *
 * What reads lines asks a reader and does not know whether the bytes come from a file, a pipe or
 * out of a compressed file. A new way of reading fills in the two functions.
 */
#ifndef INPUT_READER_H
#define INPUT_READER_H

#include <sys/types.h>

#include "base/problem.h"
#include "base/slice.h"

struct reader {
    /* Like read(): at most `room` bytes, 0 at the end. -1: a fault, problem filled; what came
     * before the fault was given by the calls before. */
    ssize_t (*read)(struct reader *reader, char *bytes, size_t room, struct problem *problem);
    void (*close)(struct reader *reader);
    uint64_t taken;      /* bytes taken off the file or pipe itself, for progress */
    int64_t packed_time; /* the time in a gzip header, seconds; 0: none */
};

/* A reader of what fd gives: unpacked when its first bytes are those of a compressed file, else as
 * it is. Takes fd over, also on failure. NULL with problem filled: compressed in a way this build
 * cannot read, damaged at its very begin, or not readable. */
struct reader *reader_open(int fd, struct problem *problem);

/* The bytes of fd as they are. Takes fd over. */
struct reader *reader_plain(int fd);

/* Closes and frees; NULL is fine. */
void reader_close(struct reader *reader);

/* Reads until `room` bytes came or the end; *length_r also holds what came before a fault. */
bool reader_fill(struct reader *reader, char *bytes, size_t room, size_t *length_r,
                 struct problem *problem);

#endif
