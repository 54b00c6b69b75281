/* reader - plain bytes, and the choice between them and what has to be unpacked or read by record.
 *
 * The choice is made by the first bytes and never by the name, so a renamed file and standard input
 * are read alike. The bytes looked at cannot be put back into a pipe: every reader keeps them and
 * gives them first.
 */
#include "input/reader.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "input/compressed.h"
#include "input/journal.h"
#include "input/journal_export.h"

enum { MOST_LAYERS = 3 };

struct plain {
    struct reader reader;
    int fd;
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

int reader_plain_fd(const struct reader *reader) {
    return reader->read == plain_read ? ((const struct plain *)reader)->fd : -1;
}

bool reader_move(struct reader *reader, uint64_t offset) {
    int fd = reader_plain_fd(reader);
    if (fd < 0 || offset > INT64_MAX || lseek(fd, (off_t)offset, SEEK_SET) < 0)
        return false;
    reader->peek.length = reader->peek.given = 0;
    reader->peek.failed = false;
    reader->taken = offset;
    return true;
}

struct slice reader_peek(struct reader *reader) {
    assert(reader->peek.length == 0 && !reader->peek.failed);
    size_t length;
    reader->peek.failed =
        !reader_fill(reader, reader->peek.bytes, READER_PEEKED, &length, &reader->peek.fault);
    reader->peek.length = length; /* from here on they are to be given */
    return (struct slice){reader->peek.bytes, length};
}

static ssize_t give_peeked(struct reader *reader, char *bytes, size_t room) {
    size_t left = reader->peek.length - reader->peek.given;
    size_t given = left < room ? left : room;
    memcpy(bytes, reader->peek.bytes + reader->peek.given, given);
    reader->peek.given += given;
    return (ssize_t)given;
}

ssize_t reader_read(struct reader *reader, char *bytes, size_t room, struct problem *problem) {
    if (reader->peek.given < reader->peek.length)
        return give_peeked(reader, bytes, room);
    if (!reader->peek.failed)
        return reader->read(reader, bytes, room, problem);
    reader->peek.failed = false;
    problem_say(problem, "%s", reader->peek.fault.text);
    return -1;
}

void reader_close(struct reader *reader) {
    if (reader != NULL)
        reader->close(reader);
}

bool reader_fill(struct reader *reader, char *bytes, size_t room, size_t *length_r,
                 struct problem *problem) {
    *length_r = 0;
    while (*length_r < room) {
        ssize_t got = reader_read(reader, bytes + *length_r, room - *length_r, problem);
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

/* *reader becomes a reader of what is packed in it, and *head how that begins. */
static bool unpack(struct reader **reader, struct slice *head, struct problem *problem) {
    /* A log that was packed twice by mistake is read; a file may also hold itself without end. */
    for (int layers = 0; layers < MOST_LAYERS; layers++) {
        const struct compression *compression = compression_of(*head);
        if (compression == NULL)
            return true;
        int64_t time = layers == 0 ? gzip_time(*head) : (*reader)->packed_time;
        *reader = compressed_open(*reader, compression, problem);
        if (*reader == NULL)
            return false;
        (*reader)->packed_time = time;
        (*reader)->is_packed = true;
        *head = reader_peek(*reader);
    }
    return true;
}

struct reader *reader_open(int fd, struct problem *problem) {
    struct reader *reader = reader_plain(fd);
    struct slice head = reader_peek(reader);
    if (!unpack(&reader, &head, problem))
        return NULL;
    if (journal_begins(head))
        return journal_open_file(reader, reader->is_packed ? -1 : fd, problem);
    if (journal_export_begins(head))
        return journal_export_open(reader);
    return reader;
}
