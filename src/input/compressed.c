/* compressed - one reader for every kind but gzip (gzip.c), by libarchive: its filters unpack, its
 * raw format takes what comes out as it is.
 *
 * Filters are enabled one by one. "All" would bring in some that start programs, and uuencode. A
 * file of several members is read whole. A truncated file gives all that could be unpacked, then a
 * fault; libarchive keeps the last unfinished block to itself.
 *
 * Where what follows a member is none, libarchive ends as if the file did. What it left is counted
 * here, and is a fault: a member whose begin is damaged would be missing in silence. NUL bytes up
 * to the end may follow, as tapes and some tools fill up with them.
 */
#include "input/compressed.h"

#include <stdlib.h>

#include "base/memory.h"

const struct compression *compression_of(struct slice head) {
    static const struct compression kinds[] = {
        {SLICE_INIT("\x1f\x8b"), "gzip", "zcat"},
        {SLICE_INIT("BZh"), "bzip2", "bzcat"},
        {SLICE_INIT("\xfd"
                    "7zXZ"),
         "xz", "xzcat"},
        {SLICE_INIT("\x28\xb5\x2f\xfd"), "zstd", "zstdcat"},
        {SLICE_INIT("\x04\x22\x4d\x18"), "lz4", "lz4cat"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (slice_starts(head, kinds[i].magic))
            return &kinds[i];
    return NULL;
}

#ifdef HAVE_LIBARCHIVE

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "input/gzip.h"

enum { PACKED_BLOCK = 64 * 1024 };

struct unpacker {
    struct reader reader;
    struct reader *packed;
    struct archive *archive;
    const char *kind;   /* "bzip2" */
    struct slice block; /* unpacked and not given yet; libarchive's until the next one */
    uint64_t given;     /* unpacked bytes */
    uint64_t fetched;   /* packed bytes */
    uint64_t filled;    /* of those: up to the last one that is not NUL */
    bool spent;         /* libarchive has no more */
    bool ended;         /* and that was told */
    char bytes[PACKED_BLOCK];
};

static ssize_t fetch(struct unpacker *unpacker, struct problem *problem) {
    ssize_t got = reader_read(unpacker->packed, unpacker->bytes, PACKED_BLOCK, problem);
    unpacker->reader.taken = unpacker->packed->taken;
    if (got <= 0)
        return got;
    size_t filled = (size_t)got;
    while (filled > 0 && unpacker->bytes[filled - 1] == '\0')
        filled--;
    if (filled > 0)
        unpacker->filled = unpacker->fetched + filled;
    unpacker->fetched += (uint64_t)got;
    return got;
}

/* libarchive asks for packed bytes. */
static la_ssize_t give_packed(struct archive *archive, void *context, const void **bytes_r) {
    struct unpacker *unpacker = context;
    struct problem problem;
    *bytes_r = unpacker->bytes;
    ssize_t got = fetch(unpacker, &problem);
    if (got < 0)
        archive_set_error(archive, EIO, "%s", problem.text);
    return got;
}

static const char *why(struct archive *archive) {
    const char *text = archive_error_string(archive);
    if (text == NULL || *text == '\0')
        return "cut off or damaged";
    /* liblzma's words for a file that is cut off */
    return strstr(text, "No progress is possible") != NULL ? "truncated xz input" : text;
}

/* libarchive is at its end: so must the file be. */
static ssize_t end_of_packed(struct unpacker *unpacker, struct problem *problem) {
    ssize_t got;
    while ((got = fetch(unpacker, problem)) > 0)
        continue;
    uint64_t used = (uint64_t)archive_filter_bytes(unpacker->archive, -1);
    if (got < 0 || unpacker->filled <= used)
        return got;
    problem_say(problem, "%llu bytes behind the end are not %s data, after %llu unpacked bytes",
                (unsigned long long)(unpacker->fetched - used), unpacker->kind,
                (unsigned long long)unpacker->given);
    return -1;
}

static ssize_t unpacker_read(struct reader *reader, char *bytes, size_t room,
                             struct problem *problem) {
    struct unpacker *unpacker = (struct unpacker *)reader;
    while (unpacker->block.length == 0) {
        const void *block;
        size_t length;
        la_int64_t offset;
        if (unpacker->ended)
            return 0;
        int status = unpacker->spent
                         ? ARCHIVE_EOF
                         : archive_read_data_block(unpacker->archive, &block, &length, &offset);
        if (status == ARCHIVE_OK) {
            unpacker->block = (struct slice){block, length};
            continue;
        }
        unpacker->ended = true;
        if (status == ARCHIVE_EOF)
            return end_of_packed(unpacker, problem);
        problem_say(problem, "%s, after %llu unpacked bytes", why(unpacker->archive),
                    (unsigned long long)unpacker->given);
        return -1;
    }
    struct slice given = slice_head(unpacker->block, room);
    memcpy(bytes, given.at, given.length);
    unpacker->block = slice_from(unpacker->block, given.length);
    unpacker->given += given.length;
    return (ssize_t)given.length;
}

static void unpacker_close(struct reader *reader) {
    struct unpacker *unpacker = (struct unpacker *)reader;
    archive_read_free(unpacker->archive);
    reader_close(unpacker->packed);
    free(unpacker);
}

static void support_kinds(struct archive *archive) {
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_filter_lz4(archive);
    archive_read_support_format_raw(archive);
    archive_read_support_format_empty(archive);
}

/* The only member of the raw format; an empty one is the end at once. */
static bool begin(struct unpacker *unpacker, const struct compression *compression,
                  struct problem *problem) {
    struct archive *archive = unpacker->archive;
    struct archive_entry *member;
    if (archive_read_open(archive, unpacker, NULL, give_packed, NULL) != ARCHIVE_OK)
        return problem_say(problem, "damaged %s file: %s", compression->name, why(archive));
    int status = archive_read_next_header(archive, &member);
    unpacker->spent = status == ARCHIVE_EOF;
    if (status != ARCHIVE_OK && status != ARCHIVE_EOF)
        return problem_say(problem, "damaged %s file: %s", compression->name, why(archive));
    /* Too short for its own header: no filter but the one that gives bytes as they are. */
    if (archive_filter_count(archive) < 2)
        return problem_say(problem, "damaged %s file: its header is cut off", compression->name);
    return true;
}

struct reader *compressed_open(struct reader *packed, const struct compression *compression,
                               struct problem *problem) {
    if (strcmp(compression->name, "gzip") == 0)
        return gzip_open(packed, problem);
    struct unpacker *unpacker = memory_new(sizeof *unpacker);
    unpacker->reader = (struct reader){.read = unpacker_read, .close = unpacker_close};
    unpacker->packed = packed;
    unpacker->kind = compression->name;
    unpacker->archive = archive_read_new();
    if (unpacker->archive == NULL) {
        problem_say(problem, "libarchive cannot begin");
    } else {
        support_kinds(unpacker->archive);
        if (begin(unpacker, compression, problem))
            return &unpacker->reader;
    }
    unpacker_close(&unpacker->reader);
    return NULL;
}

const char *compressed_about(void) {
    static char text[80];
    snprintf(text, sizeof text, "%s, zlib %s, gzip bzip2 xz zstd lz4", archive_version_string(),
             zlibVersion());
    return text;
}

#else

struct reader *compressed_open(struct reader *packed, const struct compression *compression,
                               struct problem *problem) {
    reader_close(packed);
    problem_say(problem,
                "compressed (%s), and this build has no libarchive (build with LIBARCHIVE=yes, or "
                "'%s FILE | mailtriage -')",
                compression->name, compression->program);
    return NULL;
}

const char *compressed_about(void) {
    return "not built in (make LIBARCHIVE=yes; zcat FILE | mailtriage - works without)";
}

#endif
