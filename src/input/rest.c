/* rest - a reader in front of a reader, that ends at a newline.
 *
 * A log that is still written to may end in the middle of a line; what is there of it must wait for
 * the next run. A plain file is read as far as it went when it was found, so that a log is not read
 * before the rest of what it was, should it be rotated meanwhile; its last newline is looked for
 * once, from behind. What is unpacked tells its end only there. Of both, bytes behind the last
 * newline are held back until more of them come.
 *
 * A plain file may be truncated and written anew at any time (copytruncate). What is remembered is
 * what was read: the first and last bytes are kept as they pass, and never read from the file
 * again. And what is read must be what it was: after each piece its first bytes are looked at, and
 * when they have changed that piece is dropped and is the end, at a whole line. The copy has the
 * rest.
 */
#include "input/rest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "input/line.h"

/* A line longer than any that is kept whole is given on as it comes. */
enum { PIECE = 64 * 1024, HELD = PIECE + LINE_LONGEST };

struct rest {
    struct reader reader;
    struct reader *inner;
    int fd;                   /* of a plain file, else -1 */
    uint64_t at, size, end;   /* what was passed; plain: all bytes, and those of whole lines */
    char head[PRINT_BYTES];   /* the first ones that passed */
    char tail[PRINT_BYTES];   /* the last ones */
    char opened[PRINT_BYTES]; /* plain: the first ones when it was opened */
    size_t opened_length;
    char *held;                  /* what is there but was not given */
    size_t length, whole, given; /* bytes in it; of whole lines; and of those, given */
    bool ended, failed;
    struct problem fault;
};

/* ---- prints ---- */

static size_t print_length(uint64_t offset) {
    return offset < PRINT_BYTES ? (size_t)offset : PRINT_BYTES;
}

bool print_begins(const struct fingerprint *print, struct slice head) {
    size_t length = print_length(print->offset);
    return length > 0 && head.length >= length && bytes_hash(head.at, length) == print->head;
}

void print_save(const struct fingerprint *print, struct pack *pack) {
    pack_number(pack, print->offset);
    pack_number(pack, print->head);
    pack_number(pack, print->tail);
}

struct fingerprint print_load(struct unpack *unpack) {
    struct fingerprint print = {.offset = unpack_number(unpack)};
    print.head = unpack_number(unpack);
    print.tail = unpack_number(unpack);
    return print;
}

struct fingerprint rest_print(const struct rest *rest) {
    size_t length = print_length(rest->at);
    return (struct fingerprint){.offset = rest->at,
                                .head = bytes_hash(rest->head, length),
                                .tail = bytes_hash(rest->tail, length)};
}

/* Keeps what passes. */
static void pass(struct rest *rest, struct slice bytes) {
    size_t had = print_length(rest->at), room = PRINT_BYTES - had;
    if (rest->at < PRINT_BYTES)
        memcpy(rest->head + had, bytes.at, bytes.length < room ? bytes.length : room);
    struct slice last =
        slice_from(bytes, bytes.length > PRINT_BYTES ? bytes.length - PRINT_BYTES : 0);
    size_t kept = had < PRINT_BYTES - last.length ? had : PRINT_BYTES - last.length;
    memmove(rest->tail, rest->tail + had - kept, kept);
    memcpy(rest->tail + kept, last.at, last.length);
    rest->at += bytes.length;
}

/* ---- plain files ---- */

/* Bytes from an offset, as many as are asked for; false: they are not there. */
static bool bytes_at(int fd, uint64_t offset, char *bytes, size_t length) {
    for (size_t got = 0; got < length;) {
        ssize_t more = pread(fd, bytes + got, length - got, (off_t)(offset + got));
        if (more <= 0)
            return false;
        got += (size_t)more;
    }
    return true;
}

/* The end of the last whole line. */
static uint64_t end_of_lines(int fd, uint64_t size) {
    char bytes[16 * 1024];
    while (size > 0) {
        size_t length = size < sizeof bytes ? (size_t)size : sizeof bytes;
        if (!bytes_at(fd, size - length, bytes, length))
            return 0; /* it shrinks: what is there now is for the next run */
        const char *newline = memrchr(bytes, '\n', length);
        if (newline != NULL)
            return size - length + (size_t)(newline - bytes) + 1;
        size -= length;
    }
    return 0;
}

/* Looks at its first bytes. False: it was truncated, and may be written anew. */
static bool is_as_opened(const struct rest *rest) {
    char bytes[PRINT_BYTES];
    return bytes_at(rest->fd, 0, bytes, rest->opened_length) &&
           memcmp(bytes, rest->opened, rest->opened_length) == 0;
}

static enum reach reach_in_plain(struct rest *rest, const struct fingerprint *print) {
    char head[PRINT_BYTES], tail[PRINT_BYTES];
    size_t length = print_length(print->offset);
    if (!bytes_at(rest->fd, 0, head, length) || bytes_hash(head, length) != print->head)
        return REACH_OTHER;
    if (print->offset > rest->size)
        return REACH_SHORTER;
    if (!bytes_at(rest->fd, print->offset - length, tail, length) ||
        bytes_hash(tail, length) != print->tail || !reader_move(rest->inner, print->offset))
        return REACH_OTHER;
    memcpy(rest->head, head, length);
    memcpy(rest->tail, tail, length);
    rest->at = print->offset;
    if (rest->end < rest->at)
        rest->end = rest->at; /* an unfinished line was read, and nothing came to it */
    return REACHED;
}

/* ---- what is read ---- */

/* More of it behind what is held; 0 at the end. */
static ssize_t read_inner(struct rest *rest) {
    size_t room = HELD - rest->length;
    uint64_t left = rest->end - rest->at - rest->length;
    if (rest->fd >= 0 && left < room)
        room = (size_t)left;
    if (room == 0)
        return 0;
    ssize_t got = reader_read(rest->inner, rest->held + rest->length, room, &rest->fault);
    rest->reader.taken = rest->inner->taken;
    if (got < 0 || rest->fd < 0 || (got > 0 && is_as_opened(rest)))
        return got;
    rest->length = 0; /* the begin of a line, too */
    return 0;
}

/* Gets more until something can be given, or to the end. */
static void fill(struct rest *rest) {
    while (rest->given == rest->whole && !rest->ended) {
        rest->length -= rest->given;
        memmove(rest->held, rest->held + rest->given, rest->length);
        rest->whole = rest->given = 0;
        ssize_t got = read_inner(rest);
        if (got <= 0) {
            rest->ended = true;
            rest->failed = got < 0;
            rest->whole = rest->failed ? 0 : rest->length;
            return;
        }
        rest->length += (size_t)got;
        const char *newline = memrchr(rest->held, '\n', rest->length);
        if (newline != NULL)
            rest->whole = (size_t)(newline - rest->held) + 1;
        else if (rest->length == HELD)
            rest->whole = rest->length;
    }
}

static size_t give(struct rest *rest, char *bytes, uint64_t room) {
    fill(rest);
    struct slice given = {rest->held + rest->given, rest->whole - rest->given};
    given = slice_head(given, room < given.length ? (size_t)room : given.length);
    memcpy(bytes, given.at, given.length);
    rest->given += given.length;
    pass(rest, given);
    return given.length;
}

static ssize_t rest_read(struct reader *reader, char *bytes, size_t room, struct problem *problem) {
    struct rest *rest = (struct rest *)reader;
    size_t given = give(rest, bytes, room);
    if (given > 0 || !rest->failed)
        return (ssize_t)given;
    rest->failed = false; /* told once */
    problem_say(problem, "%s", rest->fault.text);
    return -1;
}

/* ---- unpacked, or read by record ---- */

static enum reach reach_in_unpacked(struct rest *rest, const struct fingerprint *print) {
    static const struct fingerprint none = {0};
    char *bytes = memory_resize(NULL, PIECE, 1);
    while (rest->at < print->offset) {
        uint64_t left = print->offset - rest->at;
        if (give(rest, bytes, left < PIECE ? left : PIECE) == 0)
            break;
    }
    free(bytes);
    struct fingerprint here = rest->at > 0 ? rest_print(rest) : none;
    if (here.offset == print->offset)
        return here.head == print->head && here.tail == print->tail ? REACHED : REACH_OTHER;
    return print_begins(print, (struct slice){rest->head, print_length(rest->at)}) ? REACH_SHORTER
                                                                                   : REACH_OTHER;
}

/* ---- both ---- */

enum reach rest_reach(struct rest *rest, const struct fingerprint *print) {
    assert(rest->at == 0);
    return rest->fd >= 0 ? reach_in_plain(rest, print) : reach_in_unpacked(rest, print);
}

static void rest_close(struct reader *reader) {
    (void)reader; /* rest_free does it: the print is asked for when all is read */
}

struct rest *rest_new(struct reader *inner, uint64_t size, bool is_over) {
    struct rest *rest = memory_new(sizeof *rest);
    struct stat status;
    rest->inner = inner;
    rest->fd = reader_plain_fd(inner);
    rest->reader = (struct reader){.read = rest_read,
                                   .close = rest_close,
                                   .packed_time = inner->packed_time,
                                   .is_journal = inner->is_journal,
                                   .device = inner->device,
                                   .inode = inner->inode};
    rest->held = memory_resize(NULL, HELD, 1);
    if (rest->fd >= 0 && fstat(rest->fd, &status) == 0 && status.st_size > 0) {
        rest->size = (uint64_t)status.st_size < size ? (uint64_t)status.st_size : size;
        rest->opened_length = print_length(rest->size);
        if (!bytes_at(rest->fd, 0, rest->opened, rest->opened_length))
            rest->opened_length = 0;
        rest->end = is_over ? rest->size : end_of_lines(rest->fd, rest->size);
    }
    return rest;
}

bool rest_begins(const struct rest *rest, uint64_t size, struct slice head) {
    head = slice_head(head, rest->opened_length);
    return rest->fd < 0 || (rest->size == size && rest->opened_length == print_length(size) &&
                            bytes_same(head.at, rest->opened, head.length));
}

void rest_free(struct rest *rest) {
    if (rest == NULL)
        return;
    reader_close(rest->inner);
    free(rest->held);
    free(rest);
}

bool rest_is_empty(struct rest *rest) {
    if (rest->fd >= 0)
        return rest->at >= rest->end;
    fill(rest);
    return rest->given == rest->whole && !rest->failed;
}

struct reader *rest_reader(struct rest *rest) {
    return &rest->reader;
}

bool rest_is_plain(const struct rest *rest) {
    return rest->fd >= 0;
}

const struct reader *rest_inner(const struct rest *rest) {
    return rest->inner;
}
