/* Unit tests of input/lines: any bytes, read in any pieces, give the lines a naive cutter gives. */
#include "input/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"

struct text {
    char *bytes;
    size_t length, capacity;
};

static void append(struct text *text, const char *bytes, size_t length) {
    text->bytes = memory_grow(text->bytes, &text->capacity, text->length + length + 1, 1);
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
}

static void append_many(struct text *text, char byte, size_t count) {
    char some[1024];
    memset(some, byte, sizeof some);
    for (; count > sizeof some; count -= sizeof some)
        append(text, some, sizeof some);
    append(text, some, count);
}

/* What the header promises, said in the simplest way. */
static bool naive_next(struct slice *rest, struct line *line) {
    if (rest->length == 0)
        return false;
    const char *newline = memchr(rest->at, '\n', rest->length);
    size_t length = newline != NULL ? (size_t)(newline - rest->at) : rest->length;
    line->text = slice_head(*rest, length);
    *rest = slice_from(*rest, length + (newline != NULL));
    if (newline != NULL && length > 0 && newline[-1] == '\r')
        line->text.length--;
    line->cut = line->text.length > LINE_LONGEST;
    line->text = slice_head(line->text, LINE_LONGEST);
    return true;
}

static void assert_lines_of(int fd, struct slice expected) {
    struct lines lines;
    struct lines_block block = {.bytes = memory_new(LINES_BLOCK + LINE_LONGEST + 1)};
    struct slice rest = expected;
    bool failed;
    struct reader *reader = reader_plain(dup(fd));
    lines_init(&lines, reader);
    while (lines_fill(&lines, &block, &failed, NULL)) {
        struct line line = {0}, naive = {0};
        struct lines_walk walk;
        lines_begin(&walk, &block);
        assert_true(block.length <= LINES_BLOCK + LINE_LONGEST + 1);
        for (uint64_t number = 0; lines_next(&walk, &line); number++) {
            assert_true(naive_next(&rest, &naive));
            assert_int_equal(line.number, number);
            assert_int_equal(line.cut, naive.cut);
            assert_int_equal(line.text.length, naive.text.length);
            assert_true(slice_equal(line.text, naive.text));
        }
    }
    assert_false(failed);
    assert_int_equal(block.length, 0);
    assert_int_equal(rest.length, 0);
    assert_int_equal(reader->taken, expected.length);
    lines_release(&lines);
    reader_close(reader);
    free(block.bytes);
}

static int file_of(struct slice bytes) {
    int fd = memfd_create("lines", MFD_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t at = 0; at < bytes.length;) {
        ssize_t wrote = write(fd, bytes.at + at, bytes.length - at);
        assert_true(wrote > 0);
        at += (size_t)wrote;
    }
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static void assert_cut_like_naive(struct slice bytes) {
    int fd = file_of(bytes);
    assert_lines_of(fd, bytes);
    close(fd);
}

/* A hole in front of a line takes nothing of it, however large it is. */
static void test_a_hole_in_front_of_a_line(void **state) {
    (void)state;
    static const size_t holes[] = {1,     100,   65525,  65526,  65535,  65536,     65537,
                                   65538, 70000, 131060, 131072, 131073, 3 * 65536, 1000000};
    static const char first[] = "first line", second[] = "second line";
    for (size_t i = 0; i < sizeof holes / sizeof *holes; i++) {
        struct text text = {.length = 0};
        struct lines lines;
        struct lines_block block = {.bytes = memory_new(LINES_BLOCK + LINE_LONGEST + 1)};
        const char *expected[] = {second, first, second};
        size_t count = 0;
        bool failed;
        append(&text, "second line\n", sizeof second);
        append_many(&text, '\0', holes[i]);
        append(&text, "first line\nsecond line\n", sizeof first + sizeof second);
        struct reader *reader = reader_plain(file_of((struct slice){text.bytes, text.length}));
        lines_init(&lines, reader);
        while (lines_fill(&lines, &block, &failed, NULL)) {
            struct lines_walk walk;
            struct line line;
            lines_begin(&walk, &block);
            for (; lines_next(&walk, &line); count++) {
                assert_true(count < 3);
                assert_false(line.cut);
                assert_true(slice_is(lines_behind_hole(line.text), expected[count]));
            }
        }
        assert_int_equal(count, 3);
        lines_release(&lines);
        reader_close(reader);
        free(block.bytes);
        free(text.bytes);
    }
}

struct writer {
    int fd;
    struct slice bytes;
    uint32_t chance;
};

static uint32_t next_chance(uint32_t *chance) {
    *chance = *chance * 1664525 + 1013904223;
    return *chance >> 8;
}

static void *write_in_pieces(void *context) {
    struct writer *writer = context;
    struct slice rest = writer->bytes;
    while (rest.length > 0) {
        size_t piece = 1 + next_chance(&writer->chance) % (rest.length < 9000 ? 700 : 70000);
        ssize_t wrote = write(writer->fd, rest.at, piece < rest.length ? piece : rest.length);
        if (wrote < 0)
            break;
        rest = slice_from(rest, (size_t)wrote);
    }
    close(writer->fd);
    return NULL;
}

static void assert_piped_like_naive(struct slice bytes, uint32_t chance) {
    int ends[2];
    pthread_t thread;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct writer writer = {ends[1], bytes, chance};
    assert_int_equal(pthread_create(&thread, NULL, write_in_pieces, &writer), 0);
    assert_lines_of(ends[0], bytes);
    pthread_join(thread, NULL);
    close(ends[0]);
}

static void test_small_sources(void **state) {
    (void)state;
    static const struct slice sources[] = {
        SLICE_INIT(""),
        SLICE_INIT("\n"),
        SLICE_INIT("a"),
        SLICE_INIT("a\n"),
        SLICE_INIT("a\nb"),
        SLICE_INIT("a\r\nb\r\n"),
        SLICE_INIT("\r\n"),
        SLICE_INIT("\r"),
        SLICE_INIT("\n\n\na"),
        SLICE_INIT("a\0b\n\0\n\0"),
        SLICE_INIT("a\rb\n"),
        SLICE_INIT("a\r\r\n"),
        SLICE_INIT("\xff\xfe\n\x80"),
    };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        assert_cut_like_naive(sources[i]);
        assert_piped_like_naive(sources[i], (uint32_t)i);
    }
}

static void test_what_a_line_is(void **state) {
    (void)state;
    char bytes[] = "one\r\n\ntw\0o\nend";
    struct lines_block block = {bytes, sizeof bytes - 1, false};
    static const struct slice expected[] = {SLICE_INIT("one"), SLICE_INIT(""), SLICE_INIT("tw\0o"),
                                            SLICE_INIT("end")};
    struct line line = {0};
    struct lines_walk walk;
    lines_begin(&walk, &block);
    for (size_t i = 0; i < 4; i++) {
        assert_true(lines_next(&walk, &line));
        assert_true(slice_equal(line.text, expected[i]));
        assert_int_equal(line.number, i);
        assert_false(line.cut);
    }
    assert_false(lines_next(&walk, &line));
}

/* Lengths around LINE_LONGEST and LINES_BLOCK, at every distance from the end of a block. */
static void test_long_lines(void **state) {
    (void)state;
    static const size_t longs[] = {LINE_LONGEST - 1, LINE_LONGEST,       LINE_LONGEST + 1,
                                   LINE_LONGEST + 2, LINES_BLOCK - 1,    LINES_BLOCK,
                                   LINES_BLOCK + 1,  3 * LINES_BLOCK + 7};
    static const char *const ends[] = {"\n", "\r\n", "", "\r", "\r\r\n"};
    struct text text = {0};
    for (size_t i = 0; i < sizeof longs / sizeof *longs; i++)
        for (size_t before = 0; before < 3; before++)
            for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
                text.length = 0;
                append_many(&text, '.', before * (LINES_BLOCK / 2) + before);
                append(&text, "\n", before > 0);
                append_many(&text, 'x', longs[i]);
                append(&text, ends[e], strlen(ends[e]));
                append(&text, "behind\nlast", strchr(ends[e], '\n') != NULL ? 11 : 0);
                assert_cut_like_naive((struct slice){text.bytes, text.length});
            }
    free(text.bytes);
}

/* A line of just LINE_LONGEST bytes whose CR and newline fall around the end of a block. */
static void test_longest_line_at_the_end_of_a_block(void **state) {
    (void)state;
    struct text text = {0};
    for (size_t early = 0; early < 5; early++)
        for (size_t longer = 0; longer < 3; longer++) {
            text.length = 0;
            append_many(&text, '.', 3 * LINES_BLOCK - LINE_LONGEST - 1 - early);
            append(&text, "\n", 1);
            append_many(&text, 'x', LINE_LONGEST - 1 + longer);
            append(&text, "\r\nbehind\n", 9);
            assert_cut_like_naive((struct slice){text.bytes, text.length});
        }
    free(text.bytes);
}

static void test_memory_is_bounded(void **state) {
    (void)state;
    struct text text = {0};
    append_many(&text, 'x', 20 * LINES_BLOCK);
    append(&text, "\nnext\n", 6);
    assert_piped_like_naive((struct slice){text.bytes, text.length}, 7);
    free(text.bytes);
}

static void test_random_bytes_in_random_pieces(void **state) {
    (void)state;
    uint32_t chance = 20260601;
    struct text text = {0};
    for (int round = 0; round < 60; round++) {
        text.length = 0;
        for (uint32_t runs = next_chance(&chance) % 400; runs > 0; runs--) {
            uint32_t kind = next_chance(&chance) % 64;
            append_many(&text, (char)next_chance(&chance),
                        kind == 0 ? next_chance(&chance) % (LINE_LONGEST * 2)
                                  : next_chance(&chance) % 300);
            append(&text, "\r\n", kind % 4 == 0 ? 0 : 2);
            append(&text, "\n", kind % 3 == 0);
        }
        struct slice bytes = {text.bytes, text.length};
        assert_cut_like_naive(bytes);
        assert_piped_like_naive(bytes, chance);
    }
    free(text.bytes);
}

static void test_read_errors_are_told(void **state) {
    (void)state;
    struct lines lines;
    struct lines_block block = {.bytes = memory_new(LINES_BLOCK + LINE_LONGEST + 1)};
    struct problem problem = {.text = ""};
    bool failed = false;
    int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct reader *reader = reader_plain(folder);
    lines_init(&lines, reader);
    assert_false(lines_fill(&lines, &block, &failed, &problem));
    assert_true(failed);
    assert_int_equal(block.length, 0);
    assert_non_null(strstr(problem.text, strerror(EISDIR)));
    assert_false(lines_fill(&lines, &block, &failed, &problem));
    assert_false(failed);
    lines_release(&lines);
    reader_close(reader);
    free(block.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_sources),
        cmocka_unit_test(test_what_a_line_is),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_longest_line_at_the_end_of_a_block),
        cmocka_unit_test(test_a_hole_in_front_of_a_line),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_random_bytes_in_random_pieces),
        cmocka_unit_test(test_read_errors_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
