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

/* As many of the first bytes as are looked at: the longest name of a field of the journal and what
 * stands around it. */
enum { READER_PEEKED = 72 };

struct reader {
    /* Filled in by each way of reading; everybody else calls reader_read and reader_close. */
    ssize_t (*read)(struct reader *reader, char *bytes, size_t room, struct problem *problem);
    void (*close)(struct reader *reader);
    uint64_t taken;         /* bytes taken off the file or pipe itself, for progress */
    int64_t packed_time;    /* the time in a gzip header, seconds; 0: none */
    bool is_packed;         /* what is read is unpacked first */
    bool is_journal;        /* libsystemd reads the file: `taken` is no share of its size */
    uint64_t device, inode; /* of the file that source_open opened */
    int64_t size;           /* and its bytes then */
    struct {
        char bytes[READER_PEEKED];
        size_t length, given;
        bool failed;
        struct problem fault; /* then: why, and not told yet */
    } peek;
};

/* A reader of what fd gives, by its first bytes: unpacked when it is compressed, the records of a
 * systemd journal or of its export as lines (journal_line.h), anything else as it is. Takes fd
 * over, also on failure. NULL with problem filled: this build cannot read it, it is damaged at its
 * very begin, or not readable. */
struct reader *reader_open(int fd, struct problem *problem);

/* The bytes of fd as they are. Takes fd over. */
struct reader *reader_plain(int fd);

/* Like read(): at most `room` bytes, 0 at the end. -1: a fault, problem filled; what came before
 * the fault was given by the calls before. */
ssize_t reader_read(struct reader *reader, char *bytes, size_t room, struct problem *problem);

/* The first READER_PEEKED bytes, fewer at the end or before a fault; they are still to be read, and
 * so is the fault. Once, before anything is read; borrowed. */
struct slice reader_peek(struct reader *reader);

/* The descriptor of what is read as it is; -1: it is unpacked, or read by record. */
int reader_plain_fd(const struct reader *reader);
/* Of such a one: goes on at this byte. False when there is no moving in it (a pipe). */
bool reader_move(struct reader *reader, uint64_t offset);

/* Closes and frees; NULL is fine. */
void reader_close(struct reader *reader);

/* Reads until `room` bytes came or the end; *length_r also holds what came before a fault. */
bool reader_fill(struct reader *reader, char *bytes, size_t room, size_t *length_r,
                 struct problem *problem);

#endif
