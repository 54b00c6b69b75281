/* Files of line shapes: what is loaded, what is refused and where, which shape is tried for whom.
 */
#include "mta/shapes.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define HEAD                                                                                       \
    "mta: demo\n"                                                                                  \
    "stages: {RCPT: rcpt, 'end of DATA': end-of-data}\n"                                           \
    "shapes:\n"

static const char lost[] = HEAD
    "  - id: DM-LOST\n"
    "    program: [gate, door]\n"
    "    match: '^ lost \\s after \\s (?<stage_word> [\\w\\s]+? ) \\s at \\s (?<delay> \\S+ ) $'\n"
    "    gives: {kind: incident, event: connection-lost, level: session, direction: in}\n"
    "    example: lost after RCPT at 1.5\n"
    "    expect: {stage: rcpt, delay: '1.5', kind: incident, implied: DM-LOST}\n"
    "  - id: DM-MAIL old\n"
    "    program: [gate]\n"
    "    match: '^ mail \\s from=< (?<sender> .*? ) > (?: \\s size=(?<size> \\w+ ) )?'\n"
    "    implied: DM-KEY\n"
    "    gives: {kind: arrival, reply_code: true}\n"
    "    example: mail from=<> size=12\n"
    "    expect: {sender: '', size: '12'}\n"
    "  - id: DM-DULL\n"
    "    program: [gate]\n"
    "    match: ^ tick\n"
    "    reading: dull\n"
    "    examples: [{text: tick}, {text: tick tock}]\n";

static bool load(struct shapes *shapes, const char *file, const char *yaml,
                 struct problem *problem) {
    problem->text[0] = '\0';
    return shapes_load(shapes, "demo",
                       &(struct pattern_file){.shown = file, .bytes = slice_of(yaml)}, problem);
}

static void shapes_are_tried_by_program(void **state) {
    (void)state;
    static const struct {
        const char *program, *text;
        enum reading reading;
    } rows[] = {
        {"gate", "lost after RCPT at 1.5", READING_READ},
        {"door", "lost after RCPT at 1.5", READING_READ},
        {"wall", "lost after RCPT at 1.5", READING_UNKNOWN},
        {"gate", "mail from=<a@example.org>", READING_READ},
        {"door", "mail from=<a@example.org>", READING_UNKNOWN},
        {"gate", "tick", READING_DULL},
        {"gate", " tick", READING_UNKNOWN},
        {"gate", "", READING_UNKNOWN},
        {"", "tick", READING_UNKNOWN},
    };
    struct problem problem;
    struct records records;
    struct shapes *shapes = shapes_new();
    records_init(&records, sizeof(struct record));
    assert_true(load(shapes, "demo.yaml", lost, &problem));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        records_clear(&records);
        assert_int_equal(
            shapes_read(shapes, slice_of(rows[i].program), slice_of(rows[i].text), &records),
            rows[i].reading);
        assert_int_equal(records.count, rows[i].reading == READING_READ);
    }
    records_release(&records);
    shapes_free(shapes);
}

static void groups_fill_fields(void **state) {
    (void)state;
    struct problem problem;
    struct records records;
    struct shapes *shapes = shapes_new();
    records_init(&records, sizeof(struct record));
    assert_true(load(shapes, "demo.yaml", lost, &problem));
    shapes_read(shapes, SLICE("gate"), SLICE("lost after end of DATA at 0.25"), &records);
    shapes_read(shapes, SLICE("gate"), SLICE("lost after FOO at soon"), &records);
    shapes_read(shapes, SLICE("gate"), SLICE("mail from=<> size=x"), &records);
    const struct record *record = records_at(&records, 0);
    assert_int_equal(record->event, EVENT_CONNECTION_LOST);
    assert_int_equal(record->level, LEVEL_SESSION);
    assert_int_equal(record->direction, DIRECTION_IN);
    assert_int_equal(record->side, SIDE_NONE);
    assert_int_equal(record->stage, STAGE_END_OF_DATA);
    assert_int_equal(record->delay, 250000);
    assert_int_equal(record->size, -1);
    assert_string_equal(record->line_type, "DM-LOST");
    assert_true(slice_is(record->implied, "DM-LOST"));
    record++;
    assert_int_equal(record->stage, STAGE_OTHER); /* an unknown word is some stage */
    assert_int_equal(record->delay, -1);
    record++;
    assert_int_equal(record->kind, RECORD_ARRIVAL);
    assert_string_equal(record->line_type, "DM-MAIL");
    assert_true(slice_is(record->implied, "DM-KEY"));
    assert_true(record->has_sender);
    assert_int_equal(record->sender.length, 0);
    assert_int_equal(record->size, -1);
    assert_true(record->reply_may_have_code);
    records_release(&records);
    shapes_free(shapes);
}

static void a_later_file_replaces_by_id(void **state) {
    (void)state;
    static const char mine[] = "mta: demo\nshapes:\n"
                               "  - {id: DM-LOST, program: [gate], match: ^ lost, reading: other,\n"
                               "     example: lost and found}\n";
    struct problem problem;
    struct records records;
    struct shapes *shapes = shapes_new();
    records_init(&records, sizeof(struct record));
    assert_true(load(shapes, "demo.yaml", lost, &problem));
    assert_true(load(shapes, "mine.yaml", mine, &problem));
    assert_int_equal(shapes_read(shapes, SLICE("gate"), SLICE("lost after RCPT at 1"), &records),
                     READING_OTHER);
    assert_int_equal(shapes_read(shapes, SLICE("door"), SLICE("lost after RCPT at 1"), &records),
                     READING_UNKNOWN);
    records_release(&records);
    shapes_free(shapes);
}

#define SHAPE(rest) HEAD "  - id: DM-A\n    program: [gate]\n    match: ^ a\n" rest
#define READS       "    gives: {kind: detail}\n    example: a\n"

static void wrong_files_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *yaml, *told;
    } rows[] = {
        {"mta: demo\n", "bad.yaml:1:"},
        {"mta: demo\nshapes: {}\n", "expected a list"},
        {"mta: demo\nshapes: []\nmore: x\n", "bad.yaml:3:"},
        {"mta: demo\nstages: {RCPT: rcptx}\nshapes: []\n", "bad.yaml:2:"},
        {SHAPE(READS "    exmaple: b\n"), "exmaple"},
        {SHAPE("    gives: {kind: detail}\n"), "no example"},
        {SHAPE("    example: a\n"), "gives"},
        {SHAPE("    gives: {kind: detale}\n    example: a\n"), "bad.yaml:7:"},
        {SHAPE("    gives: {kind: detail, event: lost}\n    example: a\n"), "'lost'"},
        {SHAPE("    gives: {kind: detail, sender: x}\n    example: a\n"), "'sender'"},
        {SHAPE("    gives: {kind: detail, reply_code: yes}\n    example: a\n"), "true or false"},
        {SHAPE("    reading: boring\n    example: a\n"), "read, dull or other"},
        {SHAPE("    reading: other\n    gives: {kind: detail}\n    example: a\n"), "gives"},
        {SHAPE("    reading: dull\n    gives: {level: mta}\n    example: a\n"), "kind"},
        {SHAPE("    gives: {kind: step, level: session}\n    example: a\n"),
         "no event and no level"},
        {SHAPE("    gives: {kind: incident, level: session}\n    example: a\n"), "needs an event"},
        {SHAPE("    gives: {kind: incident, event: rejected}\n    example: a\n"), "is session in"},
        {SHAPE("    gives: {kind: incident, event: warning}\n    example: a\n"), "session or mta"},
        {SHAPE("    gives: {kind: outcome, event: bounced, level: attempt}\n    example: a\n"),
         "recipient or host"},
        {SHAPE("    gives: {kind: outcome, event: warning, level: mta}\n    example: a\n"),
         "none of kind 'outcome'"},
        {SHAPE("    reading: dull\n    example: a\n    expect: {reply: a}\n"), "expect"},
        {SHAPE(READS "    expect: {color: a}\n"), "'color'"},
        {SHAPE(READS "    expect: {stage_word: a}\n"), "'stage_word'"},
        {SHAPE(READS READS), "bad.yaml:9:"},
        {SHAPE(READS "  - id: DM-A\n    program: [gate]\n    match: ^ b\n" READS), "already"},
        {HEAD "  - {id: DM-A, program: gate, match: ^ a, reading: dull, example: a}\n", "program"},
        {HEAD "  - {id: DM-A, program: [], match: ^ a, reading: dull, example: a}\n", "program"},
        {HEAD "  - {id: DM-A, program: [gate], match: '(', reading: dull, example: a}\n", "match"},
        {HEAD "  - {id: DM-A, program: [gate], match: '(?<colour>a)', reading: dull, example: a}\n",
         "'colour'"},
        {HEAD "  - {program: [gate], match: a, reading: dull, example: a}\n", "id"},
        {HEAD "  - {id: DM-A, program: [gate], reading: dull, example: a}\n", "match"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct problem problem;
        struct shapes *shapes = shapes_new();
        if (load(shapes, "bad.yaml", rows[i].yaml, &problem))
            fail_msg("row %zu was taken", i);
        if (!strstr(problem.text, rows[i].told) || strncmp(problem.text, "bad.yaml:", 9) != 0)
            fail_msg("row %zu: '%s' does not say '%s'", i, problem.text, rows[i].told);
        shapes_free(shapes);
    }
}

static void keep_last(void *context, const char *text) {
    snprintf(context, 256, "%s", text);
}

static void examples_are_proved(void **state) {
    (void)state;
    static const struct {
        const char *yaml;
        size_t proved, failed;
        const char *told;
    } rows[] = {
        {lost, 4, 0, ""},
        {SHAPE(READS), 1, 0, ""},
        {SHAPE("    gives: {kind: detail}\n    example: b\n"), 0, 1, "demo.yaml:8: 'DM-A'"},
        {SHAPE(READS "    expect: {kind: end}\n"), 0, 1, "kind is 'detail', expected 'end'"},
        {SHAPE(READS "    expect: {reply: a}\n"), 0, 1, "reply is '', expected 'a'"},
        {SHAPE(READS "  - {id: DM-B, program: [gate], match: ^ ab, reading: dull, example: abc}\n"),
         1, 1, "the example of 'DM-B' is taken by 'DM-A'"},
        {SHAPE(READS "  - {id: DM-B, program: [door], match: ^ ab, reading: dull, example: abc}\n"),
         2, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct problem problem;
        char told[256] = "";
        size_t failed = 99;
        struct shapes *shapes = shapes_new();
        if (!load(shapes, "demo.yaml", rows[i].yaml, &problem))
            fail_msg("row %zu: %s", i, problem.text);
        assert_int_equal(shapes_prove(shapes, &failed, keep_last, told), rows[i].proved);
        assert_int_equal(failed, rows[i].failed);
        if (!strstr(told, rows[i].told))
            fail_msg("row %zu: '%s' does not say '%s'", i, told, rows[i].told);
        shapes_free(shapes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_tried_by_program), cmocka_unit_test(groups_fill_fields),
        cmocka_unit_test(a_later_file_replaces_by_id), cmocka_unit_test(wrong_files_are_refused),
        cmocka_unit_test(examples_are_proved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
