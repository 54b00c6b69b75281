/* reader - plain bytes, and the choice between them and a compressed file.
 *
 * The choice is made by the first bytes and never by the name, so a renamed file and standard input
 * are read alike. The bytes looked at cannot be put back into a pipe: the plain reader keeps them
 * and gives them first.
 */
#include "input/reader.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "input/compressed.h"

/* As many as the longest magic needs, and the gzip header's time. */
enum { PEEKED = 8 };

struct plain {
    struct reader reader;
    int fd;
    char peeked[PEEKED];
    size_t peeked_length, peeked_given;
};

/* Like read(), through signals, and waiting where somebody left standard input non-blocking. */
static ssize_t read_some(int fd, char *bytes, size_t room) {
    for (;;) {
        ssize_t got = read(fd, bytes, room);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN))
            return got;
        if (errno == EAGAIN) {
            struct pollfd ready = {.fd = fd, .events = POLLIN};
            poll(&ready, 1, -1);
        }
    }
}

static ssize_t plain_read(struct reader *reader, char *bytes, size_t room,
                          struct problem *problem) {
    struct plain *plain = (struct plain *)reader;
    size_t left = plain->peeked_length - plain->peeked_given;
    if (left > 0) {
        size_t given = left < room ? left : room;
        memcpy(bytes, plain->peeked + plain->peeked_given, given);
        plain->peeked_given += given;
        return (ssize_t)given;
    }
    ssize_t got = read_some(plain->fd, bytes, room);
    if (got < 0)
        problem_errno(problem, "read failed");
    else
        reader->taken += (uint64_t)got;
    return got;
}

static void plain_close(struct reader *reader) {
    struct plain *plain = (struct plain *)reader;
    close(plain->fd);
    free(plain);
}

struct reader *reader_plain(int fd) {
    struct plain *plain = memory_new(sizeof *plain);
    *plain = (struct plain){.reader = {.read = plain_read, .close = plain_close}, .fd = fd};
    return &plain->reader;
}

void reader_close(struct reader *reader) {
    if (reader != NULL)
        reader->close(reader);
}

bool reader_fill(struct reader *reader, char *bytes, size_t room, size_t *length_r,
                 struct problem *problem) {
    *length_r = 0;
    while (*length_r < room) {
        ssize_t got = reader->read(reader, bytes + *length_r, room - *length_r, problem);
        if (got <= 0)
            return got == 0;
        *length_r += (size_t)got;
    }
    return true;
}

/* Bytes 4 to 7 of a gzip file are the time of what was packed, low byte first. */
static int64_t gzip_time(struct slice head) {
    uint32_t time = 0;
    if (head.length < 8 || !slice_starts(head, SLICE("\x1f\x8b")))
        return 0;
    for (size_t i = 8; i-- > 4;)
        time = time << 8 | (unsigned char)head.at[i];
    return time;
}

struct reader *reader_open(int fd, struct problem *problem) {
    struct reader *reader = reader_plain(fd);
    struct plain *plain = (struct plain *)reader;
    struct problem why = {.text = ""};
    size_t length;
    /* A fault here is met again by the next read, so it is told there. */
    reader_fill(reader, plain->peeked, PEEKED, &length, &why);
    plain->peeked_length = length;
    struct slice head = {plain->peeked, length};
    const struct compression *compression = compression_of(head);
    if (compression == NULL)
        return reader;
    int64_t time = gzip_time(head);
    struct reader *unpacked = compressed_open(reader, compression, problem);
    if (unpacked != NULL)
        unpacked->packed_time = time;
    return unpacked;
}
