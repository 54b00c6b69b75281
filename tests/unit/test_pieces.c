/* Unit tests of input/pieces and input/lasts: lines go in, whole entries come out, and every line
 * is in one of them or given up. */
#include "input/pieces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "input/lasts.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct arena arena;

/* What came out, as "[lines@first text]" for the whole and "(lines@first)" for what was given up.
 */
struct shown {
    char text[400];
};

static void show(struct shown *shown, struct slice text) {
    size_t used = strlen(shown->text);
    text = slice_head(text, sizeof shown->text - used - 1);
    memcpy(shown->text + used, text.at, text.length);
    shown->text[used + text.length] = '\0';
}

static void show_given_up(void *context, const struct split *split) {
    show(context, arena_print(&arena, "(%d@%d)", (int)split->lines, (int)split->entry.line.number));
}

static void feed(struct pieces *pieces, const char *text, uint64_t number, struct shown *shown) {
    struct clock clock = {.anchor = 1798761599};
    struct line line = {.text = slice_of(text), .number = number};
    struct split part = {.source = "log", .lines = 1}, whole;
    struct piece piece;
    assert_int_equal(entry_read(&clock, &arena, &line, &part.entry), UNWRAPPED);
    if (part.entry.stream.at)
        piece_of_stream(&part.entry, &piece);
    else if (!piece_of_text(&part.entry, &piece))
        fail_msg("no piece: %s", text);
    if (pieces_take(pieces, &piece, &part, show_given_up, shown, &whole))
        show(shown, arena_print(&arena, "[%d@%d %.*s]", (int)whole.lines,
                                (int)whole.entry.line.number, SLICE_ARGS(whole.entry.text)));
}

#define EXIM "Jun  1 10:00:01 mx1 exim[77]: "
#define MTA  "Jun  1 10:00:01 mx1 sm-mta[88]: "
#define CRI  "2026-06-01T10:00:01.123456789Z "

static const struct {
    const char *lines[6], *out, *end;
} rows[] = {
    {{EXIM "[1/3] a ", EXIM "[2/3] b", EXIM "[3/3] c"}, "[3@1 a bc]", ""},
    {{EXIM "[1\\2] a", EXIM "[2/2] b"}, "[2@1 a\nb]", ""},
    {{EXIM "[1/2] a", "Jun  1 10:00:01 mx1 exim[78]: [1/2] x", EXIM "[2/2] b"},
     "[2@1 ab]",
     "(1@2)"},
    {{EXIM "[1/3] a", EXIM "[3/3] c"}, "(1@1)(1@2)", ""},
    {{EXIM "[2\\9] b"}, "(1@1)", ""},
    {{EXIM "[1/2] a", EXIM "[1/2] b", EXIM "[2/2] c"}, "(1@1)[2@2 bc]", ""},
    {{EXIM "[1/2] a", "Jun  1 10:01:01 mx1 exim[77]: [2/2] b"}, "[2@1 ab]", ""},
    {{EXIM "[1/2] a", "Jun  1 10:01:02 mx1 exim[77]: [2/2] b"}, "(1@1)(1@2)", ""},
    {{MTA "65L80001002101[1]: to=<a>, ...", MTA "65L80001002101[2]: delay=1"},
     "[2@1 65L80001002101: to=<a>, delay=1]",
     ""},
    {{MTA "65L80001002101[1]: to=<a>, ...", MTA "65L80001002102[1]: to=<c> ...",
      MTA "65L80001002101[2]: <b>, x ...", MTA "65L80001002101[3]: y"},
     "[3@1 65L80001002101: to=<a>,<b>, x y]",
     "(1@2)"},
    {{CRI "stdout P a ", CRI "stderr P x", CRI "stdout P b", CRI "stdout F c", CRI "stderr F y"},
     "[3@1 a bc][2@2 xy]",
     ""},
    {{EXIM "[1/2] a", "2026-06-01T10:09:09Z stdout F x", EXIM "[2/2] b"},
     "[1@2 x][2@1 ab]",
     ""}, /* a line that is whole leaves no trace */
    {{CRI "stdout F postfix/smtp[3]: x"}, "[1@1 postfix/smtp[3]: x]", ""},
};

static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pieces *pieces = pieces_new();
        struct shown shown = {""}, end = {""};
        for (size_t line = 0; line < COUNT(rows[i].lines) && rows[i].lines[line]; line++)
            feed(pieces, rows[i].lines[line], line + 1, &shown);
        pieces_end(pieces, show_given_up, &end);
        assert_string_equal(shown.text, rows[i].out);
        assert_string_equal(end.text, rows[i].end);
        pieces_free(pieces);
    }
}

static void test_bounds(void **state) {
    (void)state;
    struct pieces *pieces = pieces_new();
    struct shown shown = {""};
    for (int i = 0; i <= PIECES_OPEN; i++)
        feed(pieces, arena_print(&arena, "Jun  1 10:00:01 mx1 exim[%d]: [1/2] a", i).at,
             (uint64_t)i + 1, &shown);
    assert_string_equal(shown.text, "(1@1)");
    pieces_free(pieces);

    pieces = pieces_new();
    shown.text[0] = '\0';
    struct entry entry = {.stream = SLICE("stdout"), .goes_on = true};
    struct piece piece;
    struct split whole;
    entry.inner.at = arena_zero(&arena, PIECES_LENGTH);
    entry.inner.length = PIECES_LENGTH - 1;
    for (int i = 0; i < 3; i++) {
        entry.goes_on = i < 2;
        piece_of_stream(&entry, &piece);
        bool is_whole = pieces_take(pieces, &piece, &(struct split){entry, "log", 1}, show_given_up,
                                    &shown, &whole);
        assert_int_equal(is_whole, i == 2);
    }
    assert_int_equal(whole.entry.text.length, PIECES_LENGTH);
    assert_int_equal(whole.lines, 3);
    pieces_free(pieces);
}

static void test_what_is_no_piece(void **state) {
    (void)state;
    static const char *const lines[] = {
        "Jun  1 10:00:01 mx1 other[77]: [1/2] a",
        EXIM "[0/2] a",
        EXIM "[3/2] a",
        EXIM "[1-2] a",
        EXIM "[1/2]a",
        EXIM "[192.0.2.1] a",
        MTA "65L80001002101: to=<a>",
        MTA "65L80001002101[x]: to=<a>",
        MTA "65L80001002101[0]: to=<a>",
        MTA "65L8000-002101[1]: to=<a>",
        MTA "short[1]: a",
        MTA "",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct clock clock = {0};
        struct line line = {.text = slice_of(lines[i])};
        struct entry entry;
        struct piece piece;
        assert_int_equal(entry_read(&clock, &arena, &line, &entry), UNWRAPPED);
        if (piece_of_text(&entry, &piece))
            fail_msg("a piece: %s", lines[i]);
    }
}

static void test_saving(void **state) {
    (void)state;
    struct pieces *pieces = pieces_new(), *loaded = pieces_new();
    struct shown shown = {""};
    struct pack pack;
    feed(pieces, EXIM "[1\\2] a", 7, &shown);
    pack_init(&pack);
    pieces_save(pieces, &pack);
    struct unpack unpack = {{pack.bytes, pack.length}, false};
    assert_true(pieces_load(loaded, &unpack));
    feed(loaded, EXIM "[2/2] b", 8, &shown);
    assert_string_equal(shown.text, "[2@7 a\nb]");
    for (size_t length = 0; length < pack.length; length++) {
        unpack = (struct unpack){{pack.bytes, length}, false};
        assert_false(pieces_load(loaded, &unpack));
    }
    pack_release(&pack);
    pieces_free(pieces);
    pieces_free(loaded);
}

static void assert_last(const struct lasts *lasts, const char *host, const char *must) {
    struct slice line = {0};
    bool found = lasts_find(lasts, slice_of(host), &line);
    assert_int_equal(found, must != NULL);
    if (must && !slice_is(line, must))
        fail_msg("'%.*s', not '%s'", SLICE_ARGS(line), must);
}

static void test_lasts(void **state) {
    (void)state;
    struct lasts block = {0}, owned = {0}, loaded = {0};
    assert_last(&block, "mx1", NULL);
    lasts_put(&block, SLICE("mx1"), SLICE("a"));
    lasts_put(&block, SLICE("mx2"), SLICE("b"));
    lasts_put(&block, SLICE("mx1"), SLICE("c"));
    lasts_put(&block, SLICE("mx1"), SLICE("d"));
    assert_last(&block, "mx1", "d");
    assert_last(&block, "mx2", "b");
    assert_last(&block, "", "d");
    assert_last(&block, "mx3", NULL);
    lasts_keep(&owned, &block);
    assert_last(&owned, "", "d");
    block = (struct lasts){0};
    for (int i = 0; i < LASTS_HOSTS - 1; i++)
        lasts_put(&block, arena_print(&arena, "host%d", i), SLICE("x"));
    lasts_keep(&owned, &block);
    assert_last(&owned, "mx2", NULL); /* heard longest ago */
    assert_last(&owned, "mx1", "d");
    struct pack pack;
    pack_init(&pack);
    lasts_save(&owned, &pack);
    struct unpack unpack = {{pack.bytes, pack.length}, false};
    assert_true(lasts_load(&loaded, &unpack));
    assert_last(&loaded, "mx1", "d");
    assert_last(&loaded, "host3", "x");
    pack_release(&pack);
    lasts_release(&owned);
    lasts_release(&loaded);
}

int main(void) {
    setenv("TZ", "UTC", 1);
    moment_zone(NULL, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_what_is_no_piece),
        cmocka_unit_test(test_saving),
        cmocka_unit_test(test_lasts),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
