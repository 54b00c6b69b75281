/* fuzz_journal_export - any bytes as an export of the journal: what comes out are whole lines, none
 * longer than a line may be, the same when the bytes come in small pieces, and more than nothing
 * when there is more than blank lines; each is read as a line of any log is. The first byte is the
 * size of the pieces.
 */
#include "input/journal_export.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "input/entry.h"
#include "input/line.h"

#include "target.h"

struct source {
    struct reader reader;
    struct slice rest;
    size_t piece;
};

static ssize_t source_read(struct reader *reader, char *bytes, size_t room,
                           struct problem *problem) {
    struct source *source = (struct source *)reader;
    struct slice given = slice_head(slice_head(source->rest, source->piece), room);
    (void)problem;
    if (given.length)
        memcpy(bytes, given.at, given.length);
    source->rest = slice_from(source->rest, given.length);
    return (ssize_t)given.length;
}

static void source_close(struct reader *reader) {
    free(reader);
}

/* Every byte of a source makes at most six, and a field or a line some more. */
static struct slice lines_of(struct slice bytes, size_t piece, bool *whole_r) {
    struct source *source = memory_new(sizeof *source);
    *source = (struct source){{.read = source_read, .close = source_close}, bytes, piece};
    struct reader *reader = journal_export_open(&source->reader);
    size_t room = bytes.length * 8 + 64, length;
    char *lines = memory_new(room);
    *whole_r = reader_fill(reader, lines, room, &length, NULL);
    MUST(length < room);
    MUST(reader_read(reader, lines + length, 1, NULL) == 0);
    reader_close(reader);
    return (struct slice){lines, length};
}

static bool is_blank(struct slice bytes) {
    while (slice_skip_byte(&bytes, '\n'))
        continue;
    return bytes.length == 0;
}

static void check_lines(struct slice lines) {
    struct clock clock = {.anchor = 1780308001};
    struct arena arena;
    arena_init(&arena);
    while (lines.length) {
        struct line line = {0};
        struct entry entry;
        MUST(slice_cut(&lines, '\n', &line.text));
        MUST(line.text.length <= LINE_LONGEST);
        entry_read(&clock, &arena, &line, &entry);
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length == 0)
        return 0;
    struct slice source = {(const char *)bytes + 1, length - 1};
    bool whole, whole_in_pieces;
    struct slice lines = lines_of(source, SIZE_MAX, &whole);
    struct slice same = lines_of(source, 1 + bytes[0], &whole_in_pieces);
    MUST(whole == whole_in_pieces && slice_equal(lines, same));
    MUST((lines.length == 0) == is_blank(source));
    check_lines(lines);
    free((char *)lines.at);
    free((char *)same.at);
    return 0;
}
