/* Unit tests of input/resume, rest and predecessors: whatever becomes of a log between two runs,
 * each line comes once. The log is written and rotated by shell commands, as a rotator would. */
#include "input/resume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/moment.h"
#include "input/predecessors.h"
#include "input/twice.h"
#include "own_folder.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static char heard[4096];

static void hear(void *context, bool is_fault, const char *text) {
    (void)context;
    size_t length = strlen(heard);
    snprintf(heard + length, sizeof heard - length, "%s%s\n", is_fault ? "fault: " : "", text);
}

/* ---- a log, whose lines have numbers ---- */

static unsigned written;

static void append(const char *name, unsigned count) {
    FILE *file = fopen(name, "a");
    assert_non_null(file);
    for (unsigned end = written + count; written < end; written++)
        fprintf(file, "2026-06-%02uT%02u:%02u:%02uZ mx1 postfix/qmgr[7]: %08u: removed\n",
                1 + written / 86400, written / 3600 % 24, written / 60 % 60, written % 60, written);
    assert_int_equal(fclose(file), 0);
}

/* "0-99 100-120 " */
static void add_range(char *ranges, size_t room, unsigned from, unsigned to) {
    size_t length = strlen(ranges);
    snprintf(ranges + length, room - length, "%u-%u ", from, to);
}

/* What came, as ranges of numbers; anything that is no line of ours is shown as it is. */
static char *ranges_of(const char *text) {
    static char ranges[4096];
    unsigned from = 0, next = 0, number;
    int length;
    ranges[0] = '\0';
    for (; *text != '\0'; text += length) {
        length = 0;
        if (sscanf(text, "2026-06-%*uT%*u:%*u:%*uZ mx1 postfix/qmgr[7]: %8u: removed%n", &number,
                   &length) != 1 ||
            text[length] != '\n') {
            snprintf(ranges, sizeof ranges, "no line of ours: '%.60s'", text);
            return ranges;
        }
        length++;
        if (next > from && number != next) {
            add_range(ranges, sizeof ranges, from, next - 1);
            from = number;
        } else if (next == from) {
            from = number;
        }
        next = number + 1;
    }
    if (next > from)
        add_range(ranges, sizeof ranges, from, next - 1);
    return ranges;
}

/* ---- a run: what it remembers passes through bytes ---- */

static struct pack remembered;
static int64_t now;

static void take_all(struct resumed *resumed, struct pack *text) {
    char bytes[1000];
    struct problem problem;
    ssize_t got;
    while ((got = reader_read(rest_reader(resumed->rest), bytes, sizeof bytes, &problem)) > 0)
        pack_bytes(text, (struct slice){bytes, (size_t)got});
    if (got < 0)
        hear(NULL, true, problem.text);
}

static uint64_t newlines(const struct pack *text, size_t from) {
    uint64_t lines = 0;
    for (size_t i = from; i < text->length; i++)
        lines += text->bytes[i] == '\n';
    return lines;
}

static int64_t last_time(const struct pack *text) {
    static const struct slice before = SLICE_INIT(" mx1 ");
    struct slice all = {text->bytes, text->length};
    size_t at = slice_rfind_text(all, before);
    char clock[] = "00:00:00";
    unsigned hour, minute, second;
    if (at == SIZE_MAX)
        return MOMENT_NONE;
    memcpy(clock, all.at + at - sizeof clock, strlen(clock));
    assert_int_equal(sscanf(clock, "%2u:%2u:%2u", &hour, &minute, &second), 3);
    return INT64_C(1780272000) + hour * 3600 + minute * 60 + second; /* 2026-06-01 */
}

static void read_source(struct resume *resume, struct source *source, struct pack *text) {
    struct resumed resumed;
    struct problem problem;
    enum resume_way way = resume_open(resume, source, now, hear, NULL, &resumed, &problem);
    if (way == RESUME_FAULT)
        hear(NULL, true, problem.text);
    if (way != RESUME_READ) {
        assert_int_not_equal(way, RESUME_MOVED);
        return;
    }
    struct stood stood = resumed.stood;
    size_t before = text->length;
    take_all(&resumed, text);
    stood.lines += newlines(text, before);
    stood.before = SLICE("what the next line may go on with");
    stood.last = last_time(text);
    resume_close(resume, source, &resumed, &stood);
}

static void find(const struct resume *resume, const char *const *names, struct sources *sources) {
    struct finding_wishes wishes = {.now = now, .told = hear};
    for (; *names != NULL; names++)
        if (access(*names, F_OK) == 0 || strchr(*names, '*') != NULL ||
            !predecessors_of_missing(resume, sources, *names, &wishes))
            sources_add(sources, *names, 0, now, hear, NULL);
    predecessors_add(resume, sources, &wishes);
    twice_remove(sources, hear, NULL);
}

/* The ranges of lines that are new in files with these names, joined by blanks. */
static const char *new_in(const char *names_joined) {
    char joined[256];
    const char *names[8] = {NULL};
    snprintf(joined, sizeof joined, "%s", names_joined);
    size_t count = 0;
    for (char *name = joined, *end; name != NULL; name = end) {
        end = strchr(name, ' ');
        if (end != NULL)
            *end++ = '\0';
        names[count++] = name;
    }
    struct resume *resume = resume_new();
    struct unpack unpack = {.rest = {remembered.bytes, remembered.length}};
    if (remembered.length > 0)
        assert_true(resume_load(resume, &unpack));
    struct sources sources = {0};
    struct pack text;
    pack_init(&text);
    heard[0] = '\0';
    find(resume, names, &sources);
    for (size_t i = 0; i < sources.count; i++)
        read_source(resume, &sources.items[i], &text);
    pack_bytes(&text, (struct slice){"", 1});
    const char *ranges = ranges_of(text.bytes);
    pack_release(&text);
    sources_release(&sources);
    remembered.length = 0;
    resume_save(resume, &remembered);
    resume_free(resume);
    return ranges;
}

static void run_command(const char *command) {
    if (system(command) != 0)
        fail_msg("%s", command);
}

static int begin_anew(void **state) {
    (void)state;
    written = 0;
    now = 0;
    remembered.length = 0;
    run_command("rm -rf ./*");
    return 0;
}

/* ---- what becomes of logs ---- */

/* 'w': that many lines are written to mail.log, or the log that is named; 'x': the command is run;
 * 'n': names for the runs that come; 'r': a run reads them, and `text` is what is new. */
struct step {
    char what;
    unsigned count;
    const char *text;
};

struct story {
    const char *title, *names;
    struct step steps[16];
};

static const struct story stories[] = {
    {"grows",
     "mail.log",
     {{'w', 3, NULL},
      {'r', 0, "0-2 "},
      {'r', 0, ""},
      {'w', 1, NULL},
      {'r', 0, "3-3 "},
      {'w', 5000, NULL},
      {'r', 0, "4-5003 "},
      {'r', 0, ""}}},
    {"an unfinished line waits",
     "mail.log",
     {{'w', 2, NULL},
      {'x', 0, "printf '2026-06-01T00:00:02Z mx1 postfix/qmgr[7]: ' >> mail.log"},
      {'r', 0, "0-1 "},
      {'r', 0, ""},
      {'x', 0, "printf '00000002: removed' >> mail.log"},
      {'r', 0, ""},
      {'x', 0, "echo >> mail.log"},
      {'r', 0, "2-2 "},
      {'r', 0, ""}}},
    {"renamed and made anew",
     "mail.log",
     {{'w', 9, NULL},
      {'r', 0, "0-8 "},
      {'w', 9, NULL},
      {'x', 0, "mv mail.log mail.log.1; touch mail.log"},
      {'r', 0, "9-17 "},
      {'r', 0, ""},
      {'w', 9, NULL},
      {'r', 0, "18-26 "},
      {'r', 0, ""}}},
    {"renamed, and nothing under the name yet",
     "mail.log",
     {{'w', 9, NULL},
      {'r', 0, "0-8 "},
      {'w', 9, NULL},
      {'x', 0, "mv mail.log mail.log.1"},
      {'r', 0, "9-17 "},
      {'r', 0, ""},
      {'w', 9, NULL},
      {'r', 0, "18-26 "}}},
    {"written to after the renaming",
     "mail.log",
     {{'w', 9, NULL},
      {'r', 0, "0-8 "},
      {'x', 0, "mv mail.log mail.log.1; touch mail.log"},
      {'r', 0, ""},
      {'w', 9, "mail.log.1"},
      {'w', 9, NULL},
      {'r', 0, "9-26 "},
      {'r', 0, ""}}},
    {"rotated twice between two runs",
     "mail.log",
     {{'w', 9, NULL},
      {'r', 0, "0-8 "},
      {'w', 9, NULL},
      {'x', 0, "mv mail.log mail.log.2; gzip mail.log.2"},
      {'w', 9, NULL},
      {'x', 0, "mv mail.log mail.log.1"},
      {'w', 9, NULL},
      {'r', 0, "9-35 "},
      {'r', 0, ""}}},
    {"rotated empty, then rotated again",
     "mail.log",
     {{'w', 9, NULL},
      {'r', 0, "0-8 "},
      {'x', 0, "mv mail.log mail.log.1; touch mail.log"},
      {'r', 0, ""},
      {'w', 5, NULL},
      {'x', 0, "mv mail.log.1 mail.log.2; mv mail.log mail.log.1"},
      {'w', 5, NULL},
      {'r', 0, "9-18 "},
      {'r', 0, ""}}},
    {"what was read and what came after is gone",
     "mail.log",
     {{'w', 900, NULL},
      {'r', 0, "0-899 "},
      {'x', 0, "rm mail.log"},
      {'w', 9, NULL},
      {'x', 0, "mv mail.log mail.log.1"},
      {'w', 9, NULL},
      {'r', 0, "900-917 "},
      {'r', 0, ""}}},
    {"copied and truncated",
     "mail.log",
     {{'w', 900, NULL},
      {'r', 0, "0-899 "},
      {'w', 9, NULL},
      {'x', 0, "cp mail.log mail.log.1; : > mail.log"},
      {'r', 0, "900-908 "},
      {'r', 0, ""},
      {'w', 9, NULL},
      {'r', 0, "909-917 "},
      {'w', 900, NULL},
      {'x', 0, "mv mail.log.1 mail.log.2; cp mail.log mail.log.1; : > mail.log"},
      {'w', 2000, NULL},
      {'r', 0, "918-3817 "},
      {'r', 0, ""}}},
    {"a copy on its way",
     "mail.log*",
     {{'w', 900, NULL},
      {'r', 0, "0-899 "},
      {'w', 9, NULL},
      {'x', 0, "head -c 40000 mail.log > mail.log.1"},
      {'r', 0, "900-908 "},
      {'x', 0, "cp mail.log mail.log.1; : > mail.log"},
      {'r', 0, ""},
      {'w', 1, NULL},
      {'r', 0, "909-909 "}}},
    {"dated names",
     "mail.log",
     {{'w', 9, NULL},
      {'r', 0, "0-8 "},
      {'w', 1, NULL},
      {'x', 0, "mv mail.log mail.log-20260601"},
      {'w', 9, NULL},
      {'r', 0, "9-18 "},
      {'x', 0, "gzip mail.log-20260601"},
      {'r', 0, ""},
      {'w', 1, NULL},
      {'x', 0, "mv mail.log mail.log-20260602; gzip mail.log-20260602"},
      {'w', 1, NULL},
      {'r', 0, "19-20 "},
      {'r', 0, ""}}},
    {"packed before its rest was read",
     "mail.log*",
     {{'w', 3000, NULL},
      {'r', 0, "0-2999 "},
      {'w', 3000, NULL},
      {'x', 0, "mv mail.log mail.log.1; gzip mail.log.1"},
      {'w', 9, NULL},
      {'r', 0, "3000-6008 "},
      {'r', 0, ""},
      {'x', 0, "gunzip mail.log.1.gz; gzip -1 mail.log.1"},
      {'r', 0, ""}}},
    {"all files of a folder, moved about",
     ".",
     {{'w', 500, NULL},
      {'x', 0, "mv mail.log mail.log.1"},
      {'w', 500, NULL},
      {'r', 0, "0-999 "},
      {'x', 0, "mkdir old; mv mail.log.1 old/mail.log.2; mv mail.log mail.log.1"},
      {'w', 1, NULL},
      {'r', 0, "1000-1000 "},
      {'x', 0, "gzip old/mail.log.2; mv mail.log.1 old/second"},
      {'r', 0, ""}}},
    {"replaced by another log",
     "mail.log",
     {{'w', 9, NULL},
      {'r', 0, "0-8 "},
      {'x', 0, "rm mail.log"},
      {'w', 20, NULL},
      {'r', 0, "9-28 "},
      {'r', 0, ""}}},
    {"replaced by one that begins the same",
     "mail.log",
     {{'w', 9, NULL},
      {'x', 0, "cp mail.log begin"},
      {'w', 9, NULL},
      {'r', 0, "0-17 "},
      {'x', 0, "mv begin mail.log"},
      {'r', 0, ""}}},
    {"cut off, and gone on with",
     "mail.log",
     {{'w', 100, NULL},
      {'r', 0, "0-99 "},
      {'x', 0, "truncate -s 5000 mail.log"},
      {'r', 0, ""},
      {'x', 0, "lines=$(wc -l < mail.log); head -n $lines mail.log > cut; cat cut > mail.log"},
      {'r', 0, ""},
      {'w', 9, NULL},
      {'r', 0, "100-108 "},
      {'r', 0, ""}}},
    {"several paths",
     "mail.log other/mail.log",
     {{'x', 0, "mkdir other"},
      {'w', 5, NULL},
      {'w', 5, "other/mail.log"},
      {'r', 0, "0-9 "},
      {'r', 0, ""},
      {'w', 1, "other/mail.log"},
      {'r', 0, "10-10 "},
      {'w', 1, NULL},
      {'x', 0, "mv other/mail.log other/mail.log.1"},
      {'w', 2, "other/mail.log"},
      {'r', 0, "11-13 "},
      {'r', 0, ""}}},
    {"found in a folder first, named later",
     "mail.log",
     {
         {'w', 5, NULL},
         {'n', 0, "."},
         {'r', 0, "0-4 "},
         {'x', 0, "mv mail.log mail.log.1; touch mail.log"},
         {'r', 0, ""},
         {'w', 5, NULL},
         {'x', 0, "mv mail.log.1 mail.log.2; mv mail.log mail.log.1"},
         {'w', 5, NULL},
         {'n', 0, "mail.log"},
         {'r', 0, "5-14 "},
         {'n', 0, "mail.log mail.log.1 mail.log.2"},
         {'r', 0, ""},
         {'w', 5, NULL},
         {'n', 0, "mail.log"},
         {'r', 0, "15-19 "},
     }},
    {"a file that stays away for a while",
     "other.log mail.log",
     {{'w', 5, NULL},
      {'x', 0, "mv mail.log other.log"},
      {'w', 5, NULL},
      {'r', 0, "0-9 "},
      {'x', 0, "mv other.log away; : > other.log"},
      {'w', 1, NULL},
      {'r', 0, "10-10 "},
      {'x', 0, "mv away other.log"},
      {'r', 0, ""}}},
};

static void tell_story(const struct story *story) {
    begin_anew(NULL);
    const char *names = story->names;
    for (size_t i = 0; i < COUNT(story->steps) && story->steps[i].what; i++) {
        const struct step *step = &story->steps[i];
        if (step->what == 'w') {
            append(step->text != NULL ? step->text : "mail.log", step->count);
        } else if (step->what == 'x') {
            run_command(step->text);
        } else if (step->what == 'n') {
            names = step->text;
        } else {
            const char *new = new_in(names);
            if (strcmp(new, step->text) != 0)
                fail_msg("%s, step %zu: '%s' and not '%s'; %s", story->title, i + 1, new,
                         step->text, heard);
        }
    }
}

static void test_stories(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(stories); i++)
        tell_story(&stories[i]);
}

/* A line without an end waits while somebody may go on with it. */
static void test_last_line_of_a_rotated_log(void **state) {
    (void)state;
    append("mail.log", 3);
    run_command("truncate -s -1 mail.log; mv mail.log mail.log.1; touch -d @10000 mail.log.1");
    now = 10000 + 3600;
    assert_string_equal(new_in("mail.log.1"), "0-1 ");
    now++;
    assert_string_equal(new_in("mail.log.1"), "no line of ours: '2026-06-01T00:00:02Z mx1 "
                                              "postfix/qmgr[7]: 00000002: removed'");
    assert_string_equal(new_in("mail.log.1"), "");
    run_command("gzip mail.log.1");
    assert_string_equal(new_in("mail.log.1.gz"), "");
}

/* What came out before the damage is read; what is whole later goes on from there. */
static void test_packed_and_cut_off(void **state) {
    (void)state;
    append("mail.log", 9000);
    run_command("gzip -k mail.log; head -c 30000 mail.log.gz > cut.gz; mv mail.log ..");
    const char *first = new_in("cut.gz");
    unsigned last;
    assert_int_equal(sscanf(first, "0-%u ", &last), 1);
    assert_true(last > 1000 && last < 8999);
    assert_memory_equal(heard, "fault: truncated gzip input", strlen("fault: truncated gzip"));
    assert_string_equal(new_in("cut.gz"), "");
    assert_string_equal(heard, ""); /* told once */
    run_command("mv ../mail.log mail.log");
    char rest[32];
    snprintf(rest, sizeof rest, "%u-8999 ", last + 1);
    assert_string_equal(new_in("mail.log"), rest);
}

static void test_what_is_told(void **state) {
    (void)state;
    append("mail.log", 100);
    new_in("mail.log");
    assert_string_equal(heard, "");
    run_command("truncate -s 3000 mail.log");
    new_in("mail.log");
    assert_string_equal(
        heard, "'mail.log' is shorter than at the last run: what is left of it was read then\n");
    run_command("rm mail.log; touch mail.log");
    new_in("mail.log");
    assert_string_equal(heard, "");
    append("mail.log", 100);
    new_in("mail.log");
    assert_string_equal(
        heard, "'mail.log' is another file than at the last run, and what that one was is not "
               "beside it any more: lines of it may not have been read\n");
    new_in("mail.log missing.log");
    assert_string_equal(heard, "fault: cannot read 'missing.log': No such file or directory\n");
}

static void test_what_cannot_be_gone_on_with(void **state) {
    (void)state;
    struct resume *resume = resume_new();
    struct source source = {.name = (char *)"-", .is_pipe = true, .size = -1};
    struct resumed resumed;
    struct problem problem;
    assert_int_equal(resume_open(resume, &source, 0, hear, NULL, &resumed, &problem), RESUME_FAULT);
    assert_string_equal(problem.text, "cannot go on in '-': it is no file");
    resume_free(resume);
}

/* Between looking and opening, the log is rotated. */
static void test_moved(void **state) {
    (void)state;
    append("mail.log", 3);
    struct sources sources = {0};
    struct resume *resume = resume_new();
    struct resumed resumed;
    struct problem problem;
    sources_add(&sources, "mail.log", 0, 0, hear, NULL);
    run_command("mv mail.log mail.log.1");
    assert_int_equal(resume_open(resume, &sources.items[0], 0, hear, NULL, &resumed, &problem),
                     RESUME_MOVED);
    append("mail.log", 3);
    assert_int_equal(resume_open(resume, &sources.items[0], 0, hear, NULL, &resumed, &problem),
                     RESUME_MOVED);
    resume_free(resume);
    sources_release(&sources);
}

/* What is written between looking and opening may belong behind another file. */
static void test_as_far_as_it_was_found(void **state) {
    (void)state;
    run_command("touch mail.log");
    struct sources sources = {0};
    struct resume *resume = resume_new();
    struct resumed resumed;
    struct problem problem;
    sources_add(&sources, "mail.log", 0, 0, hear, NULL);
    append("mail.log", 3);
    assert_int_equal(resume_open(resume, &sources.items[0], 0, hear, NULL, &resumed, &problem),
                     RESUME_NOTHING);
    resume_free(resume);
    sources_release(&sources);
    assert_string_equal(new_in("mail.log"), "0-2 ");
}

/* ---- what is saved ---- */

static void test_stood_is_kept(void **state) {
    (void)state;
    append("mail.log", 7);
    new_in("mail.log");
    struct resume *resume = resume_new();
    struct unpack unpack = {.rest = {remembered.bytes, remembered.length}};
    assert_true(resume_load(resume, &unpack));
    char *path = resume_path("./mail.log");
    const struct place *place = resume_latest(resume, path);
    assert_non_null(place);
    assert_int_equal(place->stood.lines, 7);
    assert_int_equal(place->stood.last, 1780272006);
    assert_true(slice_is(place->stood.before, "what the next line may go on with"));
    assert_null(resume_latest(resume, "mail.log"));
    free(path);
    resume_free(resume);
}

/* Cut anywhere, or with a byte changed, it is refused or loads something, and no more. */
static void test_hostile_bytes(void **state) {
    (void)state;
    append("mail.log", 7);
    new_in("mail.log");
    append("mail.log.1", 7);
    new_in("mail.log.1");
    for (size_t length = 0; length < remembered.length; length++) {
        struct resume *resume = resume_new();
        char *bytes = memory_copy(remembered.bytes, length); /* for the sanitizer */
        struct unpack unpack = {.rest = {bytes, length}};
        assert_false(resume_load(resume, &unpack));
        assert_true(unpack.broken);
        struct pack none = {0};
        resume_save(resume, &none);
        assert_int_equal(none.length, 2);
        pack_release(&none);
        free(bytes);
        resume_free(resume);
    }
    for (size_t at = 0; at < remembered.length; at++) {
        struct resume *resume = resume_new();
        char *bytes = memory_copy(remembered.bytes, remembered.length);
        bytes[at] = (char)(bytes[at] ^ 0xff);
        struct unpack unpack = {.rest = {bytes, remembered.length}};
        bool is_loaded = resume_load(resume, &unpack);
        assert_int_equal(is_loaded, !unpack.broken);
        free(bytes);
        resume_free(resume);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_stories, begin_anew),
        cmocka_unit_test_setup(test_last_line_of_a_rotated_log, begin_anew),
        cmocka_unit_test_setup(test_packed_and_cut_off, begin_anew),
        cmocka_unit_test_setup(test_what_is_told, begin_anew),
        cmocka_unit_test_setup(test_what_cannot_be_gone_on_with, begin_anew),
        cmocka_unit_test_setup(test_moved, begin_anew),
        cmocka_unit_test_setup(test_as_far_as_it_was_found, begin_anew),
        cmocka_unit_test_setup(test_stood_is_kept, begin_anew),
        cmocka_unit_test_setup(test_hostile_bytes, begin_anew),
    };
    int failed = cmocka_run_group_tests(tests, enter_folder, leave_folder);
    pack_release(&remembered);
    return failed;
}
