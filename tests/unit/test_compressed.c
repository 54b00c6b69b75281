/* Unit tests of input/reader and input/compressed: what was packed comes out, also when it comes in
 * pieces, in members, cut off, or through a pipe; and plain bytes come as they are. */
#include "input/compressed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { ROOM = 4 * 1024 * 1024 };

static int file_of(struct slice bytes) {
    int fd = memfd_create("packed", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.at, bytes.length), bytes.length);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* What a reader gives until its end; whether it ended without a fault. */
static bool read_all(struct reader *reader, char *room, size_t *length_r, struct problem *problem) {
    assert_non_null(reader);
    bool whole = reader_fill(reader, room, ROOM, length_r, problem);
    reader_close(reader);
    return whole;
}

static void test_plain_bytes(void **state) {
    (void)state;
    static const struct slice rows[] = {
        SLICE_INIT(""),     SLICE_INIT("J"),          SLICE_INIT("Jun  1 10"),
        SLICE_INIT("\x1f"), SLICE_INIT("\0\0\0\0\0"), SLICE_INIT("Jun  1 10:00:01 mx1 x\n"),
    };
    char *room = memory_new(ROOM);
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t length;
        struct reader *reader = reader_open(file_of(rows[i]), NULL);
        assert_int_equal(reader->packed_time, 0);
        assert_true(read_all(reader, room, &length, NULL));
        assert_true(slice_equal((struct slice){room, length}, rows[i]));
    }
    free(room);
}

/* Any room, down to one byte, gives the same in the end. */
static void assert_read_in_pieces(struct slice packed, struct slice text) {
    for (size_t room = 1; room < 12; room++) {
        struct reader *reader = reader_open(file_of(packed), NULL);
        struct slice rest = text;
        char piece[12];
        ssize_t got;
        assert_non_null(reader);
        while ((got = reader_read(reader, piece, room, NULL)) > 0) {
            assert_true((size_t)got <= room && (size_t)got <= rest.length);
            assert_memory_equal(piece, rest.at, (size_t)got);
            rest = slice_from(rest, (size_t)got);
        }
        assert_int_equal(got, 0);
        assert_int_equal(rest.length, 0);
        reader_close(reader);
    }
}

static void test_plain_bytes_in_pieces(void **state) {
    (void)state;
    static const struct slice text = SLICE_INIT("Jun  1 10:00:01 mx1 postfix/qmgr[7]: x\n");
    assert_read_in_pieces(text, text);
}

/* Gives "ab", then a fault, then nothing. */
static ssize_t failing_read(struct reader *reader, char *bytes, size_t room,
                            struct problem *problem) {
    uint64_t call = reader->taken++;
    assert_true(room >= 2);
    memcpy(bytes, "ab", 2);
    if (call == 1)
        problem_say(problem, "out of order");
    return call == 0 ? 2 : call == 1 ? -1 : 0;
}

/* A fault that is met by looking at the first bytes is told when they were read. */
static void test_a_fault_in_the_first_bytes(void **state) {
    (void)state;
    struct reader reader = {.read = failing_read};
    struct problem problem = {.text = ""};
    char room[8];
    size_t length;
    assert_true(slice_is(reader_peek(&reader), "ab"));
    assert_false(reader_fill(&reader, room, sizeof room, &length, &problem));
    assert_int_equal(length, 2);
    assert_memory_equal(room, "ab", 2);
    assert_string_equal(problem.text, "out of order");
    assert_int_equal(reader_read(&reader, room, sizeof room, &problem), 0);
}

static void test_kinds_by_their_first_bytes(void **state) {
    (void)state;
    static const struct {
        struct slice head;
        const char *name;
    } rows[] = {
        {SLICE_INIT("\x1f\x8b\x08"), "gzip"},
        {SLICE_INIT("BZh9"), "bzip2"},
        {SLICE_INIT("\xfd\x37zXZ\0"), "xz"},
        {SLICE_INIT("\x28\xb5\x2f\xfd\0"), "zstd"},
        {SLICE_INIT("\x04\x22\x4d\x18"), "lz4"},
        {SLICE_INIT("Jun  1"), NULL},
        {SLICE_INIT("\x1f"), NULL},
        {SLICE_INIT(""), NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct compression *kind = compression_of(rows[i].head);
        assert_int_equal(kind == NULL, rows[i].name == NULL);
        if (kind != NULL)
            assert_string_equal(kind->name, rows[i].name);
    }
}

#ifdef HAVE_LIBARCHIVE

#include <archive.h>
#include <archive_entry.h>

static const struct kind {
    const char *name;
    int (*filter)(struct archive *);
} kinds[] = {
    {"gzip", archive_write_add_filter_gzip}, {"bzip2", archive_write_add_filter_bzip2},
    {"xz", archive_write_add_filter_xz},     {"zstd", archive_write_add_filter_zstd},
    {"lz4", archive_write_add_filter_lz4},
};

/* Lines that do not pack well, so that there are many blocks of every kind. */
static struct slice log_of(size_t lines) {
    static char text[ROOM];
    uint32_t chance = 7;
    size_t length = 0;
    for (size_t i = 0; i < lines; i++) {
        chance = chance * 1664525 + 1013904223;
        length += (size_t)snprintf(text + length, ROOM - length,
                                   "2026-06-01T10:00:01Z mx1 postfix/qmgr[7]: %08X%08zX: removed\n",
                                   chance, i);
    }
    return (struct slice){text, length};
}

static struct slice pack(const struct kind *kind, struct slice text, char *room) {
    struct archive *archive = archive_write_new();
    struct archive_entry *member = archive_entry_new();
    size_t used = 0;
    assert_int_equal(kind->filter(archive), ARCHIVE_OK);
    assert_int_equal(archive_write_set_format_raw(archive), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(archive, 1);
    assert_int_equal(archive_write_open_memory(archive, room, ROOM, &used), ARCHIVE_OK);
    archive_entry_set_filetype(member, AE_IFREG);
    assert_int_equal(archive_write_header(archive, member), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, text.at, text.length), text.length);
    archive_write_close(archive);
    archive_write_free(archive);
    archive_entry_free(member);
    return (struct slice){room, used};
}

static void test_every_kind(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 20000};
    char *packed_room = memory_new(ROOM), *room = memory_new(ROOM);
    for (size_t i = 0; i < COUNT(kinds) * COUNT(sizes); i++) {
        if (i == COUNT(kinds) - 1)
            continue; /* libarchive's lz4 writer cannot pack nothing */
        struct slice text = log_of(sizes[i / COUNT(kinds)]);
        struct slice packed = pack(&kinds[i % COUNT(kinds)], text, packed_room);
        size_t length;
        struct reader *reader = reader_open(file_of(packed), NULL);
        assert_true(read_all(reader, room, &length, NULL));
        assert_true(slice_equal((struct slice){room, length}, text));
    }
    free(packed_room);
    free(room);
}

static void test_unpacked_in_pieces(void **state) {
    (void)state;
    char *packed_room = memory_new(ROOM);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct slice text = log_of(20);
        assert_read_in_pieces(pack(&kinds[i], text, packed_room), text);
    }
    free(packed_room);
}

static void test_members_behind_each_other(void **state) {
    (void)state;
    char *packed_room = memory_new(ROOM), *room = memory_new(ROOM);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct slice text = log_of(500);
        struct slice packed = pack(&kinds[i], text, packed_room);
        memcpy(packed_room + packed.length, packed.at, packed.length);
        packed.length *= 2;
        size_t length;
        assert_true(read_all(reader_open(file_of(packed), NULL), room, &length, NULL));
        assert_int_equal(length, 2 * text.length);
        assert_memory_equal(room + text.length, text.at, text.length);
    }
    free(packed_room);
    free(room);
}

/* Half of a file: a begin of the text (more than nothing but for lz4, whose blocks are big), then a
 * fault. A few bytes of one: a fault, nothing else. */
static void test_what_is_cut_off(void **state) {
    (void)state;
    char *packed_room = memory_new(ROOM), *room = memory_new(ROOM);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct slice text = log_of(60000);
        struct slice packed = pack(&kinds[i], text, packed_room);
        size_t length;
        struct problem problem = {.text = ""};
        struct reader *reader =
            reader_open(file_of(slice_head(packed, packed.length / 2)), &problem);
        if (reader != NULL) {
            assert_false(read_all(reader, room, &length, &problem));
            assert_true(length > 0 && length < text.length);
            assert_memory_equal(room, text.at, length);
            assert_non_null(strstr(problem.text, "unpacked bytes"));
            assert_non_null(strcasestr(problem.text, "truncated"));
        } else {
            assert_string_equal(kinds[i].name, "lz4");
        }
        for (size_t few = 5; few < 16; few++) {
            problem.text[0] = '\0';
            reader = reader_open(file_of(slice_head(packed, few)), &problem);
            assert_true(reader == NULL || !read_all(reader, room, &length, &problem));
            assert_true(problem.text[0] != '\0');
        }
    }
    free(packed_room);
    free(room);
}

/* What stands behind a whole member and is none: the text, then a fault; be it a member whose begin
 * is damaged, a few bytes, or more than libarchive asks for at once. */
static void test_what_stands_behind(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 3, 11, 500, 300000};
    char *packed_room = memory_new(ROOM), *room = memory_new(ROOM);
    for (size_t i = 0; i < COUNT(kinds) * COUNT(sizes); i++) {
        const struct kind *kind = &kinds[i % COUNT(kinds)];
        size_t length = 0, behind = sizes[i / COUNT(kinds)];
        struct slice text = log_of(500);
        struct slice packed = pack(kind, text, packed_room);
        struct problem problem = {.text = ""};
        memset(packed_room + packed.length, 'x', behind);
        packed.length += behind;
        struct reader *reader = reader_open(file_of(packed), &problem);
        assert_false(reader != NULL && read_all(reader, room, &length, &problem));
        assert_true(length <= text.length);
        assert_memory_equal(room, text.at, length);
        assert_true(problem.text[0] != '\0');
        if (strcmp(kind->name, "gzip") == 0) {
            char words[64];
            snprintf(words, sizeof words, "%zu bytes behind the end are not gzip data", behind);
            assert_int_equal(length, text.length);
            assert_non_null(strstr(problem.text, words));
        }
    }
    free(packed_room);
    free(room);
}

/* A file that was filled up with NUL bytes is whole, as gzip and bzip2 take it; also behind nothing
 * that was packed. */
static void test_filled_up(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 500};
    char *packed_room = memory_new(ROOM), *room = memory_new(ROOM);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct slice text = log_of(sizes[i]);
        struct slice packed = pack(&kinds[0], text, packed_room);
        size_t length;
        memset(packed_room + packed.length, '\0', 200001);
        packed.length += 200000;
        assert_true(read_all(reader_open(file_of(packed), NULL), room, &length, NULL));
        assert_true(slice_equal((struct slice){room, length}, text));
        packed_room[packed.length++] = 'x';
        assert_false(read_all(reader_open(file_of(packed), NULL), room, &length, NULL));
        assert_true(slice_equal((struct slice){room, length}, text));
    }
    free(packed_room);
    free(room);
}

/* Any byte changed: some text, maybe a fault, never a crash. In gzip always a fault, but for the
 * time, the level and the system in the header. */
static void test_damage_anywhere(void **state) {
    (void)state;
    char *packed_room = memory_new(ROOM), *room = memory_new(ROOM);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct slice packed = pack(&kinds[i], log_of(20), packed_room);
        bool is_gzip = strcmp(kinds[i].name, "gzip") == 0;
        for (size_t at = 0; at < packed.length; at += is_gzip ? 1 : 1 + at / 16) {
            size_t length;
            packed_room[at] ^= 0x55;
            struct reader *reader = reader_open(file_of(packed), NULL);
            bool whole = reader != NULL && read_all(reader, room, &length, NULL);
            assert_false(whole && is_gzip && at >= 10);
            packed_room[at] ^= 0x55;
        }
    }
    free(packed_room);
    free(room);
}

static int pipe_of(struct slice bytes) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes.at, bytes.length), bytes.length);
    close(ends[1]);
    return ends[0];
}

/* The check sum and the length behind each member of a gzip file are held against what was
 * unpacked, which is given all the same. */
static void test_check_sum_and_length(void **state) {
    (void)state;
    enum { MEMBERS = 3, IN_TRAILER = 8, CHECK_SUM = 4 };
    static const size_t sizes[] = {0, 1, 200}; /* lines; what is packed goes into a pipe */
    char *packed_room = memory_new(ROOM), *room = memory_new(ROOM);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct slice text = log_of(sizes[i]);
        struct slice one = pack(&kinds[0], text, packed_room), packed = one;
        for (size_t member = 1; member < MEMBERS; member++, packed.length += one.length)
            memcpy(packed_room + packed.length, one.at, one.length);
        for (size_t at = 0; at < MEMBERS * IN_TRAILER * 2; at++) {
            size_t member = at / 2 / IN_TRAILER, byte = at / 2 % IN_TRAILER, length = 0;
            char *changed = packed_room + (member + 1) * one.length - IN_TRAILER + byte;
            struct problem problem = {.text = ""};
            *changed ^= 1;
            int fd = at % 2 == 0 ? file_of(packed) : pipe_of(packed);
            struct reader *reader = reader_open(fd, &problem);
            assert_true(reader == NULL || !read_all(reader, room, &length, &problem));
            assert_int_equal(length, (member + 1) * text.length);
            for (size_t before = 0; before <= member; before++)
                assert_memory_equal(room + before * text.length, text.at, text.length);
            assert_non_null(strstr(problem.text, byte < CHECK_SUM ? "the check sum is not"
                                                                  : "the length is not"));
            *changed ^= 1;
        }
        size_t length;
        assert_true(read_all(reader_open(pipe_of(packed), NULL), room, &length, NULL));
        assert_int_equal(length, MEMBERS * text.length);
    }
    free(packed_room);
    free(room);
}

/* A log that was packed once more is read; what stands in it is checked as well. */
static void test_packed_twice(void **state) {
    (void)state;
    char *once_room = memory_new(ROOM), *packed_room = memory_new(ROOM), *room = memory_new(ROOM);
    struct slice text = log_of(500);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct slice once = pack(&kinds[0], text, once_room);
        size_t length;
        struct slice packed = pack(&kinds[i], once, packed_room);
        assert_true(read_all(reader_open(file_of(packed), NULL), room, &length, NULL));
        assert_true(slice_equal((struct slice){room, length}, text));
        once_room[once.length - 1] ^= 1;
        packed = pack(&kinds[i], once, packed_room);
        assert_false(read_all(reader_open(file_of(packed), NULL), room, &length, NULL));
        assert_true(slice_equal((struct slice){room, length}, text));
    }
    free(once_room);
    free(packed_room);
    free(room);
}

static void test_through_a_pipe(void **state) {
    (void)state;
    char *packed_room = memory_new(ROOM), *room = memory_new(ROOM);
    struct slice text = log_of(100);
    struct slice packed = pack(&kinds[0], text, packed_room);
    packed_room[4] = (char)0xe1; /* the time in the header, 0x6a1d01e1 */
    packed_room[5] = 0x01;
    packed_room[6] = 0x1d;
    packed_room[7] = 0x6a;
    size_t length;
    struct reader *reader = reader_open(pipe_of(packed), NULL);
    assert_int_equal(reader->packed_time, 0x6a1d01e1);
    assert_true(read_all(reader, room, &length, NULL));
    assert_true(slice_equal((struct slice){room, length}, text));
    free(packed_room);
    free(room);
}

#else

static void refused(const char *head, const char *words) {
    struct problem problem = {.text = ""};
    assert_null(reader_open(file_of(slice_of(head)), &problem));
    assert_non_null(strstr(problem.text, "LIBARCHIVE=yes"));
    assert_non_null(strstr(problem.text, words));
}

static void test_every_kind(void **state) {
    (void)state;
    refused("\x1f\x8b\x08", "'zcat FILE | mailtriage -'");
    refused("BZh91AY", "bzcat");
    refused("\xfd\x37zXZ", "xzcat");
    refused("\x28\xb5\x2f\xfd", "zstdcat");
    refused("\x04\x22\x4d\x18", "lz4cat");
}

#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_bytes),
        cmocka_unit_test(test_plain_bytes_in_pieces),
        cmocka_unit_test(test_a_fault_in_the_first_bytes),
        cmocka_unit_test(test_kinds_by_their_first_bytes),
        cmocka_unit_test(test_every_kind),
#ifdef HAVE_LIBARCHIVE
        cmocka_unit_test(test_unpacked_in_pieces),
        cmocka_unit_test(test_members_behind_each_other),
        cmocka_unit_test(test_what_is_cut_off),
        cmocka_unit_test(test_what_stands_behind),
        cmocka_unit_test(test_filled_up),
        cmocka_unit_test(test_damage_anywhere),
        cmocka_unit_test(test_check_sum_and_length),
        cmocka_unit_test(test_packed_twice),
        cmocka_unit_test(test_through_a_pipe),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
