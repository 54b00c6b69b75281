/* suggestion - what is offered for an unclassified reply is a rule that takes it: each one is put
 * into a pattern file, the file is loaded, and the reply decided anew.
 */
#include "finding/suggestion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finding/reason.h"
#include "finding/wording.h"

static struct finding finding_of(struct slice reply, enum side side, struct arena *arena) {
    struct finding finding = {
        .record = {.side = side, .direction = DIRECTION_OUT, .stage = STAGE_OTHER}};
    reply_read_text(reply, arena, &finding.reply);
    finding.template = wording_template(finding.reply.text, arena);
    return finding;
}

static const struct {
    const char *reply, *under, *item;
    enum side side;
} rows[] = {
    {"550 No room left", "strong: says", "'No room left'", SIDE_REMOTE},
    {"550 it's over: # [no]", "strong: says", "'it''s over: # [no]'", SIDE_REMOTE},
    {"550 : a, \"b\" & {braces} - c", "strong: says", "': a, \"b\" & {braces} - c'", SIDE_REMOTE},
    {"550 stars *", "strong: matches", "'\\b stars \\s+ \\*'", SIDE_REMOTE},
    {"550 <bob@example.net>: gone away", "strong: matches", "': \\s+ gone \\s+ away'", SIDE_REMOTE},
    {"550 mail for bob@example.net is held", "strong: matches",
     "'\\b mail \\s+ for .{0,99}? is \\s+ held'", SIDE_REMOTE},
    {"450 wait 300 seconds.", "strong: matches", "'\\b wait .{0,99}? \\.'", SIDE_REMOTE},
    {"450 (busy) mx.example.net[192.0.2.1] limit 12345", "strong: matches",
     "'\\(busy\\) \\s+ \\S+ \\[ \\S+ \\] \\s+ limit'", SIDE_REMOTE},
    {"no route today", "strong: when", "{says: 'no route today', side: [synthetic]}",
     SIDE_SYNTHETIC},
    {"no route to 192.0.2.1 today", "strong: when",
     "{matches: '\\b no \\s+ route \\s+ to \\s+ \\S+ \\s+ today', side: [synthetic]}",
     SIDE_SYNTHETIC},
    {"550 caf\303\251 closed", "strong: matches", "'\\b caf .{0,99}? closed'", SIDE_REMOTE},
    {"451", "codes: hinting", "451", SIDE_REMOTE},
    {"451 4.9.9 ---", "codes: hinting", "4.9.9", SIDE_REMOTE},
    {"550 mx.example.net[192.0.2.1]", NULL, "", SIDE_REMOTE},
    {"550 <bob@example.net>", "codes: hinting", "550", SIDE_REMOTE},
    {"", NULL, "", SIDE_SYNTHETIC},
};

static void test_items(void **state) {
    struct arena arena;
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct finding finding = finding_of(slice_of(rows[i].reply), rows[i].side, &arena);
        struct suggestion suggestion;
        assert_int_equal(suggestion_of(&finding, &arena, &suggestion), rows[i].under != NULL);
        if (!slice_is(suggestion.item, rows[i].item))
            fail_msg("'%s' gives %.*s", rows[i].reply, SLICE_ARGS(suggestion.item));
        if (rows[i].under)
            assert_string_equal(suggestion.under, rows[i].under);
    }
    arena_release(&arena);
}

/* The only rule of a book, and what it makes of the reply. */
static void assert_taken(struct slice reply, enum side side, struct arena *arena) {
    struct finding finding = finding_of(reply, side, arena);
    struct pattern_files files = {.arena = arena};
    struct suggestion suggestion;
    struct rulebook *book;
    struct problem problem = {""};
    if (!suggestion_of(&finding, arena, &suggestion))
        return;
    struct slice keys = slice_of(suggestion.under), above;
    slice_cut(&keys, ':', &above);
    struct slice text =
        arena_print(arena,
                    "title: T\ngroup: limits\nmeaning: M.\nsign: S.\nhint: H.\nseverity: "
                    "info\nlasting: temporary\n"
                    "acts: [wait]\n%.*s:\n %.*s:\n  - %.*s\nexamples: [550 x]\n",
                    SLICE_ARGS(above), SLICE_ARGS(keys), SLICE_ARGS(suggestion.item));
    pattern_files_put(&files, (struct pattern_file){"reasons/order", "order", SLICE("new\n")});
    pattern_files_put(&files, (struct pattern_file){"reasons/new.yaml", "new.yaml", text});
    if (!rulebook_load(&files, &book, &problem))
        fail_msg("%s\n%.*s", problem.text, SLICE_ARGS(text));
    struct reason_memory *memory = reason_memory_new(book);
    reason_decide(book, memory, &finding);
    if (strcmp(finding.verdict.class_name, "new") != 0 && finding.reply.code / 100 > 3)
        fail_msg("'%.*s' is not taken by %.*s", SLICE_ARGS(reply), SLICE_ARGS(suggestion.item));
    reason_memory_free(memory);
    rulebook_free(book);
}

static void test_labelled_replies_are_taken(void **state) {
    struct arena arena;
    FILE *set = fopen("tests/unit/replies.tsv", "r");
    char *line = NULL;
    size_t room = 0, count = 0;
    (void)state;
    assert_non_null(set);
    arena_init(&arena);
    for (ssize_t length; (length = getline(&line, &room, set)) > 0; count++) {
        struct slice rest = slice_trim((struct slice){line, (size_t)length}), reply;
        slice_cut(&rest, '\t', &reply);
        slice_cut(&rest, '\t', &reply);
        assert_taken(reply, SIDE_REMOTE, &arena);
        arena_clear(&arena);
    }
    assert_true(count > 200);
    free(line);
    fclose(set);
    arena_release(&arena);
}

/* Bytes that mean something to YAML or to a pattern, and those that mean nothing, in any order. */
static void test_hostile_replies_are_taken(void **state) {
    static const char *const parts[] = {
        "word",      " ",
        "'",         "\"",
        ": ",        " #",
        "- ",        "[",
        "]",         "{",
        "}",         "\\",
        "*",         "&a",
        "!!",        "|",
        ">",         "%",

        "`",         "\001",
        "\377",      "\303",
        "<address>", "<ip>",
        "$",         "^",
        "(?",        " a@example.net",
        "192.0.2.1", "\t",
        "12345",     "x*y",
        "\\Q",       ".",
        "10:00:01",  "mx.example.net",
        "\302\205",  ",",
        "_",
    };
    enum { PARTS = sizeof parts / sizeof *parts };
    struct arena arena;
    unsigned seed = 12345;
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < 2000; i++) {
        char text[1200] = "550 ";
        size_t length = 4;
        seed = seed * 1103515245 + 12345;
        for (unsigned n = seed >> 16 & (i % 50 == 0 ? 63 : 15); n > 0 && length < 1100; n--) {
            seed = seed * 1103515245 + 12345;
            const char *part = parts[(seed >> 16) % PARTS];
            memcpy(text + length, part, strlen(part));
            length += strlen(part);
        }
        assert_taken((struct slice){text, length}, SIDE_REMOTE, &arena);
        arena_clear(&arena);
    }
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_labelled_replies_are_taken),
        cmocka_unit_test(test_hostile_replies_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
