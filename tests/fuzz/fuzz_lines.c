/* fuzz_lines - any bytes, read in pieces of any size, become the same lines.
 *
 * Blocks are far larger than what a fuzzer tries, so the bytes are a recipe: 0xff N repeats the
 * byte before it N * 1021 times, which reaches LINE_LONGEST and the ends of blocks within a few
 * bytes. The first byte chooses a file or a pipe, and in what pieces a second thread writes to the
 * pipe.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "input/lines.h"

#include "target.h"

enum { REPEAT = 1021, SOURCE_LONGEST = 2 * LINES_BLOCK + 2 * LINE_LONGEST };

static size_t follow_recipe(struct slice recipe, char *source) {
    size_t length = 0;
    for (size_t i = 0; i < recipe.length && length < SOURCE_LONGEST; i++) {
        if ((unsigned char)recipe.at[i] != 0xff || i + 1 == recipe.length || length == 0) {
            source[length++] = recipe.at[i];
            continue;
        }
        size_t count = (size_t)(unsigned char)recipe.at[++i] * REPEAT;
        count = count < SOURCE_LONGEST - length ? count : SOURCE_LONGEST - length;
        memset(source + length, source[length - 1], count);
        length += count;
    }
    return length;
}

struct writer {
    int fd;
    struct slice rest;
    size_t piece;
};

static void *write_in_pieces(void *context) {
    struct writer *writer = context;
    while (writer->rest.length > 0) {
        struct slice piece = slice_head(writer->rest, writer->piece);
        ssize_t wrote = write(writer->fd, piece.at, piece.length);
        MUST(wrote > 0);
        writer->rest = slice_from(writer->rest, (size_t)wrote);
        writer->piece = writer->piece * 31 % 65521 + 1;
    }
    close(writer->fd);
    return NULL;
}

/* A hole at the begin goes from a line that is too long; of a short one readers leave it out. */
static struct line naive_line(struct slice *rest) {
    const char *newline = memchr(rest->at, '\n', rest->length);
    size_t length = newline != NULL ? (size_t)(newline - rest->at) : rest->length;
    struct slice text = slice_head(*rest, length);
    *rest = slice_from(*rest, length + (newline != NULL));
    if (newline != NULL && length > 0 && newline[-1] == '\r')
        text.length--;
    if (text.length > LINE_LONGEST)
        text = lines_behind_hole(text);
    return (struct line){.text = slice_head(text, LINE_LONGEST), .cut = text.length > LINE_LONGEST};
}

static void compare(int fd, struct slice source) {
    struct lines lines;
    static char room[LINES_BLOCK + LINE_LONGEST + 1];
    struct lines_block block = {.bytes = room};
    bool failed;
    struct reader *reader = reader_plain(dup(fd));
    lines_init(&lines, reader);
    while (lines_fill(&lines, &block, &failed, NULL)) {
        struct line line = {0};
        struct lines_walk walk;
        lines_begin(&walk, &block);
        while (lines_next(&walk, &line)) {
            MUST(source.length > 0);
            struct line expected = naive_line(&source);
            MUST(line.cut == expected.cut);
            MUST(slice_equal(lines_behind_hole(line.text), lines_behind_hole(expected.text)));
        }
    }
    MUST(!failed && lines_behind_hole(source).length == 0); /* a hole at the end may be no line */
    lines_release(&lines);
    reader_close(reader);
}

static void compare_file(struct slice source) {
    int fd = memfd_create("source", MFD_CLOEXEC);
    MUST(fd >= 0 && write(fd, source.at, source.length) == (ssize_t)source.length);
    MUST(lseek(fd, 0, SEEK_SET) == 0);
    compare(fd, source);
    close(fd);
}

static void compare_pipe(struct slice source, size_t piece) {
    int ends[2];
    pthread_t thread;
    MUST(pipe(ends) == 0);
    struct writer writer = {ends[1], source, piece};
    MUST(pthread_create(&thread, NULL, write_in_pieces, &writer) == 0);
    compare(ends[0], source);
    MUST(pthread_join(thread, NULL) == 0);
    close(ends[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length == 0)
        return 0;
    static char room[SOURCE_LONGEST];
    struct slice recipe = {(const char *)bytes + 1, length - 1};
    struct slice source = {room, follow_recipe(recipe, room)};
    if (bytes[0] < 0xc0)
        compare_file(source);
    else
        compare_pipe(source, 1 + (bytes[0] & 0x3fu) * 97);
    return 0;
}
