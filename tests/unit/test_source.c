/* Unit tests of input/source: what is found behind a path, what is told, and the anchors. */
#include "input/source.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/moment.h"
#include "own_folder.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define LOG_LINE     "Jun  1 10:00:01 mx1 postfix/smtpd[1]: connect from a[192.0.2.1]\n"

static const int64_t NOW = 1780308001;      /* 2026-06-01T10:00:01Z */
static const int64_t MODIFIED = 1767225600; /* 2026-01-01T00:00:00Z */

static void write_file(const char *name, const char *bytes, size_t length) {
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), length);
    const struct timespec times[2] = {{.tv_sec = MODIFIED}, {.tv_sec = MODIFIED}};
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static void write_log(const char *name) {
    write_file(name, LOG_LINE, strlen(LOG_LINE));
}

struct heard {
    unsigned faults, notes;
    char last[1024];
};

static void hear(void *context, bool is_fault, const char *text) {
    struct heard *heard = context;
    heard->faults += is_fault;
    heard->notes += !is_fault;
    snprintf(heard->last, sizeof heard->last, "%s", text);
}

static struct heard add(struct sources *sources, const char *path, int year) {
    struct heard heard = {0};
    sources_add(sources, path, year, NOW, hear, &heard);
    return heard;
}

static int enter_in_utc(void **state) {
    setenv("TZ", "UTC0", 1);
    moment_zone(NULL, NULL);
    return enter_folder(state);
}

static void test_a_file(void **state) {
    (void)state;
    struct sources sources = {0};
    write_log("mail.log");
    write_file("empty.log", "", 0);
    struct heard heard = add(&sources, "mail.log", 0);
    add(&sources, "empty.log", 0);
    assert_int_equal(heard.faults + heard.notes, 0);
    assert_int_equal(sources.count, 2);
    assert_string_equal(sources.items[0].name, "mail.log");
    assert_false(sources.items[0].is_pipe);
    assert_int_equal(sources.items[0].size, strlen(LOG_LINE));
    assert_int_equal(sources.items[0].modified, MODIFIED);
    assert_int_equal(sources.items[0].anchor, MODIFIED);
    assert_int_equal(sources.items[1].size, 0);
    struct reader *reader = source_open(&sources.items[0], NULL);
    char first;
    assert_non_null(reader);
    assert_int_equal(reader_read(reader, &first, 1, NULL), 1);
    assert_int_equal(first, 'J');
    reader_close(reader);
    sources_release(&sources);
}

static void test_what_cannot_be_used(void **state) {
    (void)state;
    char noise[2000], spotted[2000], holed[2000] = "", hole_of_noise[4000] = "";
    for (size_t i = 0; i < sizeof noise; i++) {
        noise[i] = (char)(i * 37);
        spotted[i] = i % 20 == 0 ? '\0' : 'x';
        holed[i] = i < 1500 ? '\0' : 'x';
        hole_of_noise[sizeof noise + i] = noise[i];
    }
    write_file("noise", noise, sizeof noise);
    write_file("wide", "\xff\xfeJ\0u\0n\0", 8);
    write_file("spotted", spotted, sizeof spotted);
    write_file("holed", holed, sizeof holed);
    write_file("hole-of-noise", hole_of_noise, sizeof hole_of_noise);
    write_file("past.db", "SQLite format 3\0\x10\0\x01", 19);
    write_file("m.gz", "\x1f\x8b\x08\0\0\0\0\0", 8);
    assert_int_equal(mkdir("nothing", 0700), 0);
    static const struct {
        const char *path, *told;
    } rows[] = {
        {"missing.log", "cannot read 'missing.log': No such file or directory"},
        {"mail.log/x", "cannot read 'mail.log/x': Not a directory"},
        {"nothing", "no log file in the folder 'nothing'"},
        {"missing*", "no file matches 'missing*'"},
        {"noise", "'noise' is no text log"},
        {"hole-of-noise", "'hole-of-noise' is no text log"},
        {"past.db", "'past.db' is a database and no log: a history is named with --history"},
        {"wide", "'wide' is UTF-16 text: try 'iconv -f UTF-16 -t UTF-8 FILE | mailtriage -'"},
#ifdef HAVE_LIBARCHIVE
        {"m.gz", "cannot read 'm.gz': damaged gzip file: its header is cut off"},
#else
        {"m.gz", "cannot read 'm.gz': compressed (gzip), and this build has no libarchive (build "
                 "with LIBARCHIVE=yes, or 'zcat FILE | mailtriage -')"},
#endif
    };
    struct sources sources = {0};
    write_log("mail.log");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct heard heard = add(&sources, rows[i].path, 0);
        assert_string_equal(heard.last, rows[i].told);
        assert_int_equal(heard.faults, 1);
        assert_int_equal(heard.notes, 0);
        assert_int_equal(sources.count, 0);
    }
    assert_int_equal(add(&sources, "spotted", 0).faults, 0); /* some NULs make no binary file */
    assert_int_equal(add(&sources, "holed", 0).faults, 0);
    assert_int_equal(sources.count, 2);
    sources_release(&sources);
}

/* A log that was cut while its writer went on where it was begins with a hole of its old size. */
static void test_a_hole_at_the_begin(void **state) {
    (void)state;
    enum { OLD_SIZES = 3 };
    static const size_t old_sizes[OLD_SIZES] = {100, 16 * 1024, 5 * 16 * 1024 + 7};
    static const char line[] =
        "2026-06-01T10:00:00+00:00 mx1 postfix/qmgr[7]: 4C1D2E3F40: removed\n";
    struct sources sources = {0};
    assert_int_equal(mkdir("cut", 0700), 0);
    for (size_t i = 0; i < OLD_SIZES; i++) {
        char *bytes = calloc(1, old_sizes[i] + sizeof line);
        memcpy(bytes + old_sizes[i], line, sizeof line - 1);
        write_file("cut/mail.log", bytes, old_sizes[i] + sizeof line - 1);
        assert_int_equal(add(&sources, "cut", 0).notes, 0);
        assert_int_equal(sources.count, 1);
        assert_int_equal(sources.items[0].first, 1780308000);
        assert_int_equal(sources.items[0].head.length, i ? 1024 : old_sizes[i] + sizeof line - 1);
        assert_int_equal(sources.items[0].head.at[0], '\0');
        sources_release(&sources);
        write_file("cut/mail.log", bytes, old_sizes[i]);
        assert_string_equal(add(&sources, "cut/mail.log", 0).last, "'cut/mail.log' is no text log");
        sources_release(&sources);
        free(bytes);
    }
}

/* Root reads everything, so root becomes nobody for a moment. */
static void test_an_unreadable_file(void **state) {
    (void)state;
    const uid_t nobody = 65534, self = geteuid();
    struct sources sources = {0};
    write_log("secret.log");
    assert_int_equal(chmod("secret.log", 0) | chmod(".", 0755), 0);
    if (self == 0 && seteuid(nobody) != 0)
        skip();
    struct heard heard = add(&sources, "secret.log", 0);
    assert_int_equal(seteuid(self), 0);
    assert_int_equal(heard.faults, 1);
    assert_string_equal(heard.last, "cannot read 'secret.log': Permission denied");
    assert_int_equal(sources.count, 0);
    sources_release(&sources);
}

static void fill_folder(void) {
    assert_int_equal(mkdir("logs", 0700), 0);
    assert_int_equal(mkdir("logs/old", 0700), 0);
    write_log("logs/old/mail.log");
    write_log("logs/mail.log.1");
    write_log("logs/mail.log");
    write_log("logs/.mail.log.swp");
    write_log("logs/Zmail.log");
    write_file("logs/README", "How these logs came about.\n", 27);
    write_file("logs/mail.log.2.gz", "\x1f\x8b\x08", 3);
    assert_int_equal(mkfifo("logs/pipe", 0600), 0);
    assert_int_equal(symlink("..", "logs/old/round"), 0);
}

static void test_a_folder(void **state) {
    (void)state;
    static const char *const names[] = {"logs/Zmail.log", "logs/mail.log", "logs/mail.log.1",
                                        "logs/old/mail.log"};
    static const char *const ways[] = {"logs", "logs/", "logs/*"};
    fill_folder();
    for (size_t way = 0; way < COUNT(ways); way++) {
        struct sources sources = {0};
        struct heard heard = add(&sources, ways[way], 0);
        assert_int_equal(heard.faults, 1); /* a compressed file of three bytes */
        assert_int_equal(heard.notes, 3);  /* README, a pipe, a link round */
        assert_int_equal(sources.count, COUNT(names));
        for (size_t i = 0; i < COUNT(names); i++)
            assert_string_equal(sources.items[i].name, names[i]);
        sources_release(&sources);
    }
    struct sources sources = {0};
    struct heard heard = add(&sources, "logs/*.gz", 0);
    assert_int_equal(heard.faults, 2);
    assert_string_equal(heard.last, "no log file behind 'logs/*.gz'");
    assert_int_equal(add(&sources, "logs/README", 0).faults, 0); /* the user must know */
    assert_int_equal(sources.count, 1);
    sources_release(&sources);
}

/* The order is that of the first times, whatever the fashion of the names. */
static void test_a_rotated_set(void **state) {
    (void)state;
    static const struct {
        const char *name, *text;
    } files[] = {
        {"set/mail.log", "Jan  1 00:00:01 mx1 postfix/smtpd[1]: connect from a[192.0.2.1]\n"},
        {"set/mail.log.1", "Dec 31 10:00:01 mx1 postfix/smtpd[1]: connect from a[192.0.2.1]\n"},
        {"set/mail.log.10", "Oct 31 10:00:01 mx1 postfix/smtpd[1]: connect from a[192.0.2.1]\n"},
        {"set/mail.log.2", "\nnoise\nDec 30 10:00:01 mx1 postfix/smtpd[1]: connect from a[x]\n"},
        {"set/mail.log-20251231", "2025-12-30 11:00:01 Start queue run: pid=1\n"},
        {"set/mail.log-20250601", "Jun  1 01:00:01 mx1 postfix/smtpd[1]: connect from a[x]\n"},
        {"set/empty", ""},
    };
    static const char *const ordered[] = {
        "set/empty",      "set/mail.log-20250601", "set/mail.log.10",
        "set/mail.log.2", "set/mail.log-20251231", "set/mail.log.1",
        "set/mail.log"};
    struct sources sources = {0};
    assert_int_equal(mkdir("set", 0700), 0);
    for (size_t i = 0; i < COUNT(files); i++)
        write_file(files[i].name, files[i].text, strlen(files[i].text));
    write_log("named.log");
    add(&sources, "named.log", 0); /* named before: stays before */
    assert_int_equal(add(&sources, "set", 0).faults, 0);
    assert_int_equal(sources.count, COUNT(ordered) + 1);
    assert_string_equal(sources.items[0].name, "named.log");
    for (size_t i = 0; i < COUNT(ordered); i++)
        assert_string_equal(sources.items[i + 1].name, ordered[i]);
    sources_remove(&sources, 1);
    assert_int_equal(sources.count, COUNT(ordered));
    assert_string_equal(sources.items[1].name, ordered[1]);
    sources_release(&sources);
}

static void test_a_name_that_looks_like_a_glob(void **state) {
    (void)state;
    struct sources sources = {0};
    write_log("mail[1].log");
    assert_int_equal(add(&sources, "mail[1].log", 0).faults, 0);
    assert_int_equal(sources.count, 1);
    sources_release(&sources);
}

static void test_pipes(void **state) {
    (void)state;
    struct sources sources = {0};
    int kept = dup(STDIN_FILENO), ends[2];
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    add(&sources, "-", 0);
    add(&sources, "-", 2020);
    assert_int_equal(mkfifo("fifo-20200101", 0600), 0);
    add(&sources, "fifo-20200101", 0);
    dup2(open("mail.log", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    add(&sources, "-", 0);
    assert_int_equal(sources.count, 4);
    assert_string_equal(sources.items[0].name, "-");
    assert_true(sources.items[0].is_pipe);
    assert_int_equal(sources.items[0].size, -1);
    assert_int_equal(sources.items[0].anchor, NOW);
    assert_int_equal(sources.items[1].anchor, 1609459199); /* 2020-12-31T23:59:59Z */
    assert_true(sources.items[2].is_pipe);
    assert_int_equal(sources.items[2].anchor, NOW);
    assert_false(sources.items[3].is_pipe); /* standard input from a file */
    assert_int_equal(sources.items[3].anchor, MODIFIED);
    struct reader *reader = source_open(&sources.items[3], NULL);
    assert_non_null(reader);
    reader_close(reader);
    dup2(kept, STDIN_FILENO);
    close(kept);
    close(ends[0]);
    close(ends[1]);
    sources_release(&sources);
}

static void test_anchors(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int year;
        const char *anchor; /* NULL: the modification time */
    } rows[] = {
        {"mail.log", 2024, "2024-12-31T23:59:59+00:00"},
        {"mail.log-20261120", 2024, "2024-12-31T23:59:59+00:00"},
        {"mail.log-20261120", 0, "2026-11-20T23:59:59+00:00"},
        {"mainlog-20260601", 0, "2026-06-01T23:59:59+00:00"},
        {"20260601-mainlog", 0, "2026-06-01T23:59:59+00:00"},
        {"main.202606", 0, "2026-06-30T23:59:59+00:00"},
        {"main.202602", 0, "2026-02-28T23:59:59+00:00"},
        {"main.202402", 0, "2024-02-29T23:59:59+00:00"},
        {"maillog.2026-06-01", 0, "2026-06-01T23:59:59+00:00"},
        {"maillog.2026-06", 0, "2026-06-30T23:59:59+00:00"},
        {"mx25-mail.log-20261120.1", 0, "2026-11-20T23:59:59+00:00"},
        {"mail.log-20260230", 0, NULL},
        {"mail.log-20261300", 0, NULL},
        {"mail.log-20260600", 0, NULL},
        {"mail.log-2026-13-01", 0, NULL},
        {"mail.log-1780308001", 0, NULL},
        {"mail.log.000001", 0, NULL},
        {"mail.log.99999999999999999999999", 0, NULL},
        {"mail.log.2026", 0, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sources sources = {0};
        char text[MOMENT_TEXT];
        write_log(rows[i].name);
        add(&sources, rows[i].name, rows[i].year);
        assert_int_equal(sources.count, 1);
        moment_print(&(struct moment){.seconds = sources.items[0].anchor}, text);
        const char *expected =
            rows[i].anchor != NULL ? rows[i].anchor : "2026-01-01T00:00:00+00:00";
        if (strcmp(text, expected) != 0)
            fail_msg("%s: %s, not %s", rows[i].name, text, expected);
        sources_release(&sources);
    }
    static const char dated[] = "\x1f\x8b\x08\0\xe1\x01\x1d\x6a\0\x03\x03\0\0\0\0\0\0\0\0\0";
    struct sources sources = {0};
#ifdef HAVE_LIBARCHIVE
    write_file("packed.gz", dated, sizeof dated - 1); /* the time in the header of an empty gzip */
    write_file("packed-20200101.gz", dated, sizeof dated - 1);
    add(&sources, "packed.gz", 0);
    add(&sources, "packed-20200101.gz", 0);
    assert_int_equal(sources.count, 2);
    assert_int_equal(sources.items[0].anchor, 0x6a1d01e1);
    assert_int_equal(sources.items[1].anchor, 1577923199); /* the name is better */
    sources_release(&sources);
#else
    (void)dated;
#endif
    assert_int_equal(mkdir("backup-20200101", 0700), 0);
    write_log("backup-20200101/mail.log"); /* only the file's own name counts */
    add(&sources, "backup-20200101/mail.log", 0);
    assert_int_equal(sources.items[0].anchor, MODIFIED);
    sources_release(&sources);
}

static void test_opening_what_is_gone(void **state) {
    (void)state;
    struct source source = {.name = (char[]){"gone.log"}};
    struct problem problem = {.text = ""};
    assert_null(source_open(&source, &problem));
    assert_string_equal(problem.text, "cannot read 'gone.log': No such file or directory");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file),
        cmocka_unit_test(test_what_cannot_be_used),
        cmocka_unit_test(test_a_hole_at_the_begin),
        cmocka_unit_test(test_an_unreadable_file),
        cmocka_unit_test(test_a_folder),
        cmocka_unit_test(test_a_rotated_set),
        cmocka_unit_test(test_a_name_that_looks_like_a_glob),
        cmocka_unit_test(test_pipes),
        cmocka_unit_test(test_anchors),
        cmocka_unit_test(test_opening_what_is_gone),
    };
    return cmocka_run_group_tests(tests, enter_in_utc, leave_folder);
}
