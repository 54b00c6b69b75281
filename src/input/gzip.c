/* gzip - by zlib itself: libarchive does not hold the check sum and the length behind a member
 * against what it unpacked, so a log with a changed byte would give wrong numbers in silence.
 *
 * zlib reads the header, unpacks and checks one member at a time. What was unpacked is given before
 * a fault is told. Behind a member stands another one, or NUL bytes up to the end, as tapes and
 * some tools fill up with them; anything else is a fault: a member whose begin is damaged would be
 * missing in silence.
 */
#include "input/gzip.h"

#ifdef HAVE_LIBARCHIVE

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"

enum {
    PACKED_BLOCK = 64 * 1024,
    GZIP_ALONE = 16, /* added to the bits of the window: no header but that of gzip */
    HEADER = 10,     /* bytes of the shortest one */
};

struct gunzip {
    struct reader reader;
    struct reader *packed;
    z_stream stream;
    int status;     /* what zlib said last; Z_BUF_ERROR: it needs more, and there is no more */
    uint64_t given; /* unpacked bytes */
    bool ended;     /* and that, or why, was told */
    bool has_first; /* the first unpacked byte is there and not given yet */
    char first;
    unsigned char bytes[PACKED_BLOCK];
};

/* Sees to packed bytes where there are none. At the end none come, and that is no fault here. */
static bool fetch(struct gunzip *gunzip, struct problem *problem) {
    if (gunzip->stream.avail_in > 0)
        return true;
    ssize_t got = reader_read(gunzip->packed, (char *)gunzip->bytes, PACKED_BLOCK, problem);
    gunzip->reader.taken = gunzip->packed->taken;
    gunzip->stream.next_in = gunzip->bytes;
    gunzip->stream.avail_in = got > 0 ? (uInt)got : 0;
    return got >= 0;
}

static const char *why(const struct gunzip *gunzip) {
    const char *text = gunzip->stream.msg;
    if (gunzip->status == Z_BUF_ERROR)
        return "truncated gzip input";
    if (text == NULL)
        return "zlib cannot go on";
    if (strcmp(text, "incorrect data check") == 0)
        return "damaged: the check sum is not that of what was unpacked";
    if (strcmp(text, "incorrect length check") == 0)
        return "damaged: the length is not that of what was unpacked";
    return text;
}

/* Behind a member: whether another one begins. */
static bool next_begins(struct gunzip *gunzip) {
    if (gunzip->stream.avail_in == 0 || *gunzip->stream.next_in != 0x1f)
        return false;
    gunzip->status = inflateReset(&gunzip->stream);
    return true;
}

/* Behind the last member. */
static ssize_t end_of_packed(struct gunzip *gunzip, struct problem *problem) {
    uint64_t behind = 0;
    bool is_filled_up = true;
    z_stream *stream = &gunzip->stream;
    while (stream->avail_in > 0) {
        for (size_t i = 0; i < stream->avail_in && is_filled_up; i++)
            is_filled_up = stream->next_in[i] == '\0';
        behind += stream->avail_in;
        stream->avail_in = 0;
        if (!fetch(gunzip, problem))
            return -1;
    }
    if (is_filled_up)
        return 0;
    problem_say(problem, "%llu bytes behind the end are not gzip data, after %llu unpacked bytes",
                (unsigned long long)behind, (unsigned long long)gunzip->given);
    return -1;
}

/* Nothing came: the end, or a fault. */
static ssize_t end(struct gunzip *gunzip, struct problem *problem) {
    gunzip->ended = true;
    if (gunzip->status == Z_STREAM_END)
        return end_of_packed(gunzip, problem);
    problem_say(problem, "%s, after %llu unpacked bytes", why(gunzip),
                (unsigned long long)gunzip->given);
    return -1;
}

static ssize_t gunzip_read(struct reader *reader, char *bytes, size_t room,
                           struct problem *problem) {
    struct gunzip *gunzip = (struct gunzip *)reader;
    z_stream *stream = &gunzip->stream;
    uInt asked = room < UINT_MAX ? (uInt)room : UINT_MAX;
    if (gunzip->ended)
        return 0;
    if (gunzip->has_first) {
        gunzip->has_first = false;
        *bytes = gunzip->first;
        gunzip->given = 1;
        return 1;
    }
    stream->next_out = (Bytef *)bytes;
    stream->avail_out = asked;
    while (stream->avail_out == asked) {
        if (gunzip->status != Z_OK && gunzip->status != Z_STREAM_END)
            return end(gunzip, problem);
        if (!fetch(gunzip, problem)) {
            gunzip->ended = true;
            return -1;
        }
        if (gunzip->status == Z_STREAM_END && !next_begins(gunzip))
            return end(gunzip, problem);
        gunzip->status = inflate(stream, Z_NO_FLUSH);
    }
    gunzip->given += asked - stream->avail_out;
    return (ssize_t)(asked - stream->avail_out);
}

static void gunzip_close(struct reader *reader) {
    struct gunzip *gunzip = (struct gunzip *)reader;
    inflateEnd(&gunzip->stream);
    reader_close(gunzip->packed);
    free(gunzip);
}

/* Up to the first unpacked byte: a file of which nothing can be read is told from one that is read
 * in part. */
static bool begin(struct gunzip *gunzip, struct problem *problem) {
    z_stream *stream = &gunzip->stream;
    stream->next_out = (Bytef *)&gunzip->first;
    stream->avail_out = 1;
    while (stream->avail_out == 1 && gunzip->status == Z_OK) {
        if (!fetch(gunzip, problem))
            return false;
        gunzip->status = inflate(stream, Z_NO_FLUSH);
    }
    gunzip->has_first = stream->avail_out == 0;
    if (gunzip->has_first || gunzip->status == Z_STREAM_END)
        return true;
    if (gunzip->status == Z_BUF_ERROR && stream->total_in < HEADER)
        return problem_say(problem, "damaged gzip file: its header is cut off");
    return problem_say(problem, "damaged gzip file: %s", why(gunzip));
}

struct reader *gzip_open(struct reader *packed, struct problem *problem) {
    struct gunzip *gunzip = memory_new(sizeof *gunzip);
    gunzip->reader = (struct reader){.read = gunzip_read, .close = gunzip_close};
    gunzip->packed = packed;
    gunzip->status = inflateInit2(&gunzip->stream, GZIP_ALONE + MAX_WBITS);
    if (gunzip->status != Z_OK)
        problem_say(problem, "zlib cannot begin");
    else if (begin(gunzip, problem))
        return &gunzip->reader;
    gunzip_close(&gunzip->reader);
    return NULL;
}

#endif
