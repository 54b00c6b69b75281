/* text - the layout people see, and nothing a terminal would obey. */
#include "report/format.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_wished(struct page *page, struct format_wishes wishes, const char *expected) {
    struct out out;

    out_init_memory(&out);
    format_named("text")->page(page, &wishes, &out);
    if (!slice_is(out_held(&out), expected))
        fail_msg("is:\n%.*s\nnot:\n%s", SLICE_ARGS(out_held(&out)), expected);
    out_release(&out);
    page_release(page);
}

static void assert_text(struct page *page, unsigned width, bool color, const char *expected) {
    assert_wished(page, (struct format_wishes){.width = width, .color = color}, expected);
}

static void test_facts(void **state) {
    struct page page;

    (void)state;
    page_init(&page, "Mail report");
    struct cell *facts = page_section(&page, "totals", "Totals", LOOK_FACTS, CELL_RECORD)->cell;
    struct cell *part = cell_record(&page, facts, "recipients", "Recipients");
    cell_count(&page, part, "delivered", "delivered", 1234, "recipients");
    cell_count(&page, part, "bounced", "bounced", 7, "recipients");
    cell_count(&page, part, "hidden", NULL, 9, "recipients");
    cell_bytes(&page, facts, "bytes", "size", 1234567);
    cell_text(&page, facts, "span", "time", SLICE("two days"));
    cell_none(&page, facts, "none", "nothing");
    assert_text(&page, 0, false,
                "Mail report\n"
                "\n"
                "Totals\n"
                "  Recipients:\n"
                "    delivered  1234 recipients\n"
                "    bounced       7 recipients\n"
                "  size          1.2 MB\n"
                "  time         two days\n"
                "  nothing         -\n");
}

static void build_table(struct page *page, enum section_look look) {
    static const struct {
        const char *name, *text;
        uint64_t lines, count;
    } rows[] = {{"mail.log", "first", 100, 5},
                {"m", "a longer text that has to be wrapped somewhere", 7, 1200}};

    page_init(page, NULL);
    struct cell *list = page_section(page, "sources", "Sources", look, CELL_LIST)->cell;
    for (size_t i = 0; i < 2; i++) {
        struct cell *row = cell_record(page, list, NULL, NULL);
        cell_text(page, row, "source", "source", slice_of(rows[i].name));
        cell_count(page, row, "lines", "lines", rows[i].lines, NULL);
        cell_text(page, row, NULL, "text", slice_of(rows[i].text));
        cell_count(page, row, "count", "count", rows[i].count, i ? "rows" : "recipients");
    }
}

static void test_table(void **state) {
    struct page page;

    (void)state;
    build_table(&page, LOOK_TABLE);
    assert_text(
        &page, 100, false,
        "Sources\n"
        "  source    lines  text                                            count\n"
        "  mail.log    100  first                                              5 recipients\n"
        "  m             7  a longer text that has to be wrapped somewhere  1200 rows\n");
    build_table(&page, LOOK_TABLE);
    assert_text(&page, 60, false,
                "Sources\n"
                "  source    lines  text                      count\n"
                "  mail.log    100  first                        5 recipients\n"
                "  m             7  a longer text that has\u2026   1200 rows\n");
    build_table(&page, LOOK_SENTENCES);
    assert_text(&page, 60, false,
                "Sources\n"
                "  source    lines  text                      count\n"
                "  mail.log    100  first                        5 recipients\n"
                "  m             7  a longer text that has    1200 rows\n"
                "                   to be wrapped somewhere\n");
}

/* Headings of amounts flow first, then the widest text is cut, then the next; columns move
 * together, and words of headings are broken; what has no room even then stands below. Amounts are
 * whole. */
static void test_narrow_table(void **state) {
    struct page page;
    static const unsigned widths[] = {60, 50, 44, 36, 33, 32, 10};
    static const char *const expected[] = {
        "  who                      what            still waiting\n"
        "  administrator of a host  a text, longer          12345\n",
        "                                             still\n"
        "  who                      what            waiting\n"
        "  administrator of a host  a text, longer    12345\n",
        "                                       still\n"
        "  who                what            waiting\n"
        "  administrator of\u2026  a text, longer    12345\n",
        "                               still\n"
        "  who          what          waiting\n"
        "  administrat\u2026 a text, long\u2026   12345\n",
        "                            still\n"
        "                            waiti\n"
        "  who          what            ng\n"
        "  administrat\u2026 a text, lon\u2026 12345\n",
        "  who             what\n"
        "  administrator\u2026  a text, longer\n"
        "\n"
        "                           still\n"
        "  who                    waiting\n"
        "  administrator of a h\u2026    12345\n",
        "  who          what\n"
        "  administrat\u2026 a text, lon\u2026\n"
        "\n"
        "               still\n"
        "               waiti\n"
        "  who             ng\n"
        "  administrat\u2026 12345\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        page_init(&page, NULL);
        struct cell *list = page_section(&page, "rows", NULL, LOOK_TABLE, CELL_LIST)->cell;
        struct cell *row = cell_record(&page, list, NULL, NULL);
        cell_text(&page, row, "who", "who", SLICE("administrator of a host"));
        cell_text(&page, row, "what", "what", SLICE("a text, longer"));
        cell_count(&page, row, "n", "still waiting", 12345, NULL);
        assert_text(&page, widths[i], false, expected[i]);
    }
}

/* A time and a code are whole, and names give way to them; of more than that so much is whole. */
static void test_uncut(void **state) {
    struct page page;
    static const unsigned widths[] = {60, 40};
    static const char *const expected[] = {
        "  name            when              until\n"
        "  a name of mor\u2026  2026-06-01 08:41  2026-06-01 08:41 (over:\u2026\n",
        "  name                  when\n"
        "  a name of more than\u2026  2026-06-01 08:41\n"
        "\n"
        "  name          until\n"
        "  a name of m\u2026  2026-06-01 08:41 (over:\u2026\n"};

    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        page_init(&page, NULL);
        struct cell *list = page_section(&page, "rows", NULL, LOOK_TABLE, CELL_LIST)->cell;
        struct cell *row = cell_record(&page, list, NULL, NULL);
        cell_text(&page, row, "name", "name", SLICE("a name of more than enough"));
        cell_text(&page, row, "when", "when", SLICE("2026-06-01 08:41"))->uncut = true;
        cell_text(&page, row, "until", "until", SLICE("2026-06-01 08:41 (over: told again)"))
            ->uncut = true;
        assert_text(&page, widths[i], false, expected[i]);
    }
}

/* Where labels leave no room for what they label, it stands below them. */
static void test_narrow_labels(void **state) {
    struct page page;

    (void)state;
    page_init(&page, "A title that has no room in a line");
    struct cell *facts = page_section(&page, "totals", NULL, LOOK_FACTS, CELL_RECORD)->cell;
    struct cell *part = cell_record(&page, facts, "r", "Recipients, by their last state");
    cell_count(&page, part, "delivered", "delivered", 1234, "recipients");
    cell_count(&page, part, "ever", "deferred at least once", 7, "recipients");
    cell_text(&page, part, "note", "a label of more than one line", SLICE("as much of a text"));
    struct cell *list = page_section(&page, NULL, "Cards", LOOK_CARDS, CELL_LIST)->cell;
    struct cell *card = cell_record(&page, list, NULL, NULL);
    cell_text(&page, card, NULL, "", SLICE("error"));
    cell_text(&page, card, NULL, "do", SLICE("nothing to be done at all"));
    cell_text(&page, card, NULL, "expired because of", SLICE("a connection timed out"));
    cell_text(&page, card, NULL, "rows", SLICE("mailtriage export --class mailbox-full"))->command =
        true;
    assert_text(&page, 30, false,
                "A title that has no room in a\n"
                "line\n"
                "\n"
                "  Recipients, by their last\n"
                "  state:\n"
                "    delivered  1234 recipients\n"
                "    deferred at least once\n"
                "                  7 recipients\n"
                "    a label of more than one\n"
                "    line\n"
                "               as much of a\n"
                "               text\n"
                "\n"
                "Cards\n"
                "error\n"
                "   do:   nothing to be done at\n"
                "         all\n"
                "   expired because of:\n"
                "         a connection timed\n"
                "         out\n"
                "   rows: mailtriage export --class mailbox-full\n");
}

/* A bar a row for the first amount, where a terminal shows them; nothing has none. */
static void test_series(void **state) {
    static const struct {
        unsigned width;
        bool bars;
        const char *expected;
    } rows[] = {
        {32, false,
         "Hours\n"
         "  hour  in  out\n"
         "  00     0    7\n"
         "  01     1    7\n"
         "  02    16    7\n"
         "  03    32    7\n"},
        {32, true,
         "Hours\n"
         "  hour  in  out\n"
         "  00     0    7\n"
         "  01     1    7  ▌\n"
         "  02    16    7  ███████▌\n"
         "  03    32    7  ████████"
         "███████\n"},
        {24, true,
         "Hours\n"
         "  hour  in  out\n"
         "  00     0    7\n"
         "  01     1    7\n"
         "  02    16    7\n"
         "  03    32    7\n"},
    };
    static const uint64_t amounts[] = {0, 1, 16, 32};
    struct page page;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        page_init(&page, NULL);
        struct cell *list = page_section(&page, "h", "Hours", LOOK_SERIES, CELL_LIST)->cell;
        for (uint64_t hour = 0; hour < 4; hour++) {
            struct cell *row = cell_record(&page, list, NULL, NULL);
            cell_text(&page, row, "hour", "hour", arena_print(&page.arena, "%02u", (unsigned)hour));
            cell_count(&page, row, "in", "in", amounts[hour], NULL);
            cell_count(&page, row, "out", "out", 7, NULL);
        }
        assert_wished(&page, (struct format_wishes){.width = rows[i].width, .bars = rows[i].bars},
                      rows[i].expected);
    }
}

static void test_empty_table(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    page_section(&page, "none", "Table", LOOK_TABLE, CELL_LIST);
    page_section(&page, "none", "Cards", LOOK_CARDS, CELL_LIST);
    assert_text(&page, 0, false, "Table\n  none\n\nCards\n  none\n");
}

static void build_cards(struct page *page) {
    page_init(page, NULL);
    struct cell *list = page_section(page, NULL, "Reasons", LOOK_CARDS, CELL_LIST)->cell;
    struct cell *card = cell_record(page, list, NULL, NULL);
    cell_text(page, card, NULL, "", SLICE("error"))->tone = TONE_ERROR;
    cell_text(page, card, NULL, "", SLICE("bad-credentials"));
    cell_count(page, card, "count", "", 12, "logins");
    struct cell *codes = cell_list(page, card, "codes", "codes");
    for (uint64_t code = 535; code > 533; code--) {
        struct cell *one = cell_record(page, codes, NULL, NULL);
        cell_code(page, one, "code", "code", code);
        cell_none(page, one, "enhanced", "enhanced");
        cell_count(page, one, "count", "count", 6, NULL);
    }
    cell_text(page, card, "hint", "hint",
              SLICE("Check user name and password, then the mechanism."));
    cell_text(page, card, "empty", "empty", (struct slice){NULL, 0});
    cell_none(page, card, "none", "none");
    card = cell_record(page, list, NULL, NULL);
    cell_text(page, card, "hidden", NULL, SLICE("not shown"));
    cell_text(page, card, "class", "class", SLICE("mailbox-full"));
    cell_text(page, card, "severity", "severity", SLICE("warning"))->tone = TONE_WARNING;
}

static void test_cards(void **state) {
    struct page page;

    (void)state;
    build_cards(&page);
    assert_text(&page, 40, false,
                "Reasons\n"
                "1. error  bad-credentials  12 logins\n"
                "   codes: 535 (6), 534 (6)\n"
                "   hint:  Check user name and password,\n"
                "          then the mechanism.\n"
                "\n"
                "2. mailbox-full\n"
                "   severity: warning\n");
    build_cards(&page);
    assert_text(&page, 100, true,
                "\033[1mReasons\033[0m\n"
                "\033[1m1. \033[0m\033[31merror\033[0m\033[1m  bad-credentials  12 logins\033[0m\n"
                "   codes: 535 (6), 534 (6)\n"
                "   hint:  Check user name and password, then the mechanism.\n"
                "\n"
                "\033[1m2. \033[0m\033[1mmailbox-full\033[0m\n"
                "   severity: \033[33mwarning\033[0m\n");
}

/* As high as the amounts are, what is marked in brackets; of nothing there is no strip. */
static void test_strip(void **state) {
    static const uint64_t amounts[] = {0, 1, 0, 10, 100, 61, 1, 0}, nothing[8];
    const struct strip strip = {amounts, 8, 3, 6, SLICE("09:00"), SLICE("17:00")},
                       none = {nothing, 8, 3, 6, SLICE("09:00"), SLICE("17:00")},
                       whole = {amounts, 8, 0, 9, SLICE("09:00"), SLICE("17:00")};
    struct page page;

    (void)state;
    page_init(&page, NULL);
    struct cell *list = page_section(&page, NULL, NULL, LOOK_CARDS, CELL_LIST)->cell;
    struct cell *card = cell_record(&page, list, NULL, NULL);
    cell_text(&page, card, NULL, "", SLICE("mailbox-full"));
    cell_strip(&page, card, NULL, "when", &strip);
    cell_strip(&page, card, NULL, "never", &none);
    cell_strip(&page, card, NULL, "all", &whole);
    assert_text(&page, 0, false,
                "mailbox-full\n"
                "   when: 09:00 _._[.#*]._ 17:00\n"
                "   all:  09:00 [_._.#*._] 17:00\n");
}

/* Cards to compare stand under each other, without numbers. */
static void test_side_by_side(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    struct cell *list = page_section(&page, "codes", NULL, LOOK_SIDE_BY_SIDE, CELL_LIST)->cell;
    for (uint64_t code = 354; code < 356; code++) {
        struct cell *card = cell_record(&page, list, NULL, NULL);
        cell_code(&page, card, "code", "", code);
        cell_text(&page, card, "fix", "How to fix", SLICE("Go on."));
    }
    assert_text(&page, 0, false,
                "354\n"
                "   How to fix: Go on.\n"
                "\n"
                "355\n"
                "   How to fix: Go on.\n");
}

/* What has no number gets no colour for one. */
static void test_one_card_in_color(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    struct cell *list = page_section(&page, "codes", NULL, LOOK_CARDS, CELL_LIST)->cell;
    cell_code(&page, cell_record(&page, list, NULL, NULL), "code", "", 354);
    assert_text(&page, 0, true, "\033[1m354\033[0m\n");
}

static void test_points(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    struct cell *list = page_section(&page, "p", "Points", LOOK_POINTS, CELL_LIST)->cell;
    cell_text(&page, list, NULL, NULL, SLICE("a point of more than one line"));
    cell_link(&page, list, NULL, NULL, SLICE("RFC 5321"), SLICE("https://example.org/5321"));
    list = page_section(&page, "s", "Steps", LOOK_STEPS, CELL_LIST)->cell;
    for (unsigned i = 0; i < 10; i++)
        cell_text(&page, list, NULL, NULL, i ? SLICE("go on") : SLICE("begin with the first line"));
    page_section(&page, "none", "None", LOOK_STEPS, CELL_LIST);
    assert_text(&page, 24, false,
                "Points\n"
                "  - a point of more than\n"
                "    one line\n"
                "  - RFC 5321\n"
                "    (https://example.org\n"
                "    /5321)\n"
                "\n"
                "Steps\n"
                "   1. begin with the\n"
                "      first line\n"
                "   2. go on\n"
                "   3. go on\n"
                "   4. go on\n"
                "   5. go on\n"
                "   6. go on\n"
                "   7. go on\n"
                "   8. go on\n"
                "   9. go on\n"
                "  10. go on\n"
                "\n"
                "None\n"
                "  none\n");
}

static void test_paragraphs(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    page_section(&page, NULL, NULL, LOOK_TEXT, CELL_TEXT)->cell->text = SLICE("note: one");
    page_section(&page, NULL, NULL, LOOK_TEXT, CELL_TEXT)->cell->text =
        SLICE("two words and averyveryverylongwordindeed");
    page_section(&page, "x", NULL, LOOK_HIDDEN, CELL_COUNT);
    struct cell *list = page_section(&page, NULL, "More", LOOK_TEXT, CELL_LIST)->cell;
    cell_text(&page, list, NULL, NULL, SLICE("three"));
    cell_text(&page, list, NULL, NULL, SLICE("four"));
    assert_text(&page, 16, false,
                "note: one\n"
                "two words and\n"
                "averyveryverylon\n"
                "gwordindeed\n"
                "\n"
                "More\n"
                "three\n"
                "four\n");
}

/* Log text: shown, never obeyed; broken bytes take the column of their ?. */
static void test_hostile(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    struct cell *list = page_section(&page, "rows", NULL, LOOK_TABLE, CELL_LIST)->cell;
    static const struct slice texts[] = {
        SLICE_INIT("\033[2J\007<script>"),      SLICE_INIT("\302\233\342\200\256x\342\201\246"),
        SLICE_INIT("caf\303\251 \377\303"),     SLICE_INIT("a\nb\tc\rd\177"),
        SLICE_INIT("\342\200\250\342\200\217"),
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct cell *row = cell_record(&page, list, NULL, NULL);
        cell_text(&page, row, "text", "text", texts[i]);
        cell_count(&page, row, "n", "n", i, NULL);
    }
    assert_text(&page, 0, true,
                "  \033[2mtext\033[0m           \033[2mn\033[0m\n"
                "  ?[2J?<script>  0\n"
                "  ??x?           1\n"
                "  caf\303\251 ??        2\n"
                "  a b c?d?       3\n"
                "  ??             4\n");
}

/* Marks take no column, whether the accent is a character of its own or not. */
static void test_scripts(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    struct cell *list = page_section(&page, "rows", NULL, LOOK_TABLE, CELL_LIST)->cell;
    static const char *const texts[] = {"text", "caf\u00e9", "cafe\u0301",
                                        "\u0e27\u0e34\u0e18\u0e35\u0e41\u0e01\u0e49"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct cell *row = cell_record(&page, list, NULL, NULL);
        cell_text(&page, row, "text", "\u0e17\u0e35\u0e48", slice_of(texts[i]));
        cell_count(&page, row, "n", "n\u00ba", i, NULL);
    }
    struct cell *facts = page_section(&page, "facts", NULL, LOOK_FACTS, CELL_RECORD)->cell;
    cell_count(&page, facts, "a", "\u0e40\u0e21\u0e37\u0e48\u0e2d", 1, NULL);
    cell_count(&page, facts, "b", "re\u0301sum\u00e9", 2, NULL);
    assert_text(&page, 0, false,
                "  \u0e17\u0e35\u0e48     n\u00ba\n"
                "  text   0\n"
                "  caf\u00e9   1\n"
                "  cafe\u0301   2\n"
                "  \u0e27\u0e34\u0e18\u0e35\u0e41\u0e01\u0e49   3\n"
                "\n"
                "  \u0e40\u0e21\u0e37\u0e48\u0e2d     1\n"
                "  re\u0301sum\u00e9  2\n");
}

#ifdef HAVE_LIBUNISTRING
static void test_wide(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    struct cell *list = page_section(&page, "rows", NULL, LOOK_TABLE, CELL_LIST)->cell;
    static const char *const texts[] = {"abcd", "\u90ae\u4ef6", "\U0001f4e7\U0001f44d\U0001f3fd"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct cell *row = cell_record(&page, list, NULL, NULL);
        cell_text(&page, row, "text", "text", slice_of(texts[i]));
        cell_count(&page, row, "n", "n", i, NULL);
    }
    assert_text(&page, 0, false,
                "  text    n\n"
                "  abcd    0\n"
                "  \u90ae\u4ef6    1\n"
                "  \U0001f4e7\U0001f44d\U0001f3fd  2\n");
}
#endif

/* Thai has no blanks but between phrases. A line ends in front of a consonant, or of the vowel that
 * is written before it; never in front of a mark, and a blank with an accent on it is no blank. */
static void test_cut(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    page_section(&page, NULL, NULL, LOOK_TEXT, CELL_TEXT)->cell->text =
        slice_of("\u0e17\u0e35\u0e48\u0e2d\u0e22\u0e39\u0e48\u0e1c\u0e39\u0e49\u0e23\u0e31\u0e1a"
                 "\u0e17\u0e35\u0e48\u0e2d\u0e22\u0e39\u0e48\u0e1c\u0e39\u0e49\u0e23\u0e31\u0e1a"
                 "\u0e44\u0e21\u0e48\u0e21\u0e35\u0e2d\u0e22\u0e39\u0e48\u0e08\u0e23\u0e34\u0e07 "
                 "\u0e42\u0e1b\u0e23\u0e14\u0e15\u0e23\u0e27\u0e08");
    page_section(&page, NULL, NULL, LOOK_TEXT, CELL_TEXT)->cell->text =
        slice_of("abcdefghijkl \u0301 mno  pqrstuvwxyz");
    page_section(&page, NULL, NULL, LOOK_TEXT, CELL_TEXT)->cell->text =
        slice_of("abcdefghijklmno \u0301p");
    assert_text(&page, 13, false,
                "\u0e17\u0e35\u0e48\u0e2d\u0e22\u0e39\u0e48\u0e1c\u0e39\u0e49\u0e23\u0e31\u0e1a"
                "\u0e17\u0e35\u0e48\u0e2d\u0e22\u0e39\u0e48\u0e1c\u0e39\u0e49\u0e23\u0e31\u0e1a\n"
                "\u0e44\u0e21\u0e48\u0e21\u0e35\u0e2d\u0e22\u0e39\u0e48\u0e08\u0e23\u0e34\u0e07\n"
                "\u0e42\u0e1b\u0e23\u0e14\u0e15\u0e23\u0e27\u0e08\n"
                "abcdefghijkl \u0301\n"
                "mno\n"
                "pqrstuvwxyz\n"
                "abcdefghijklm\n"
                "no \u0301p\n");
}

/* The end of a long text is cut off, at a character. */
static void test_long(void **state) {
    enum { LENGTH = 60000, SHOWN = 1000 };
    struct page page;
    struct out out;
    struct format_wishes wishes = {.width = 100};
    char *text = malloc(LENGTH);

    (void)state;
    for (size_t i = 0; i < LENGTH; i += 3)
        memcpy(text + i, "\u0e01", 3);
    page_init(&page, NULL);
    struct cell *list = page_section(&page, "rows", NULL, LOOK_CARDS, CELL_LIST)->cell;
    struct cell *card = cell_record(&page, list, NULL, NULL);
    cell_text(&page, card, "a", "", SLICE("x"));
    cell_text(&page, card, "b", "reply", (struct slice){text, LENGTH});
    out_init_memory(&out);
    format_named("text")->page(&page, &wishes, &out);
    struct slice rest = out_held(&out), line;
    assert_true(slice_ends(rest, SLICE("\u0e01\u2026\n")));
    assert_in_range(rest.length, SHOWN, SHOWN + 200);
    while (slice_cut(&rest, '\n', &line))
        assert_true(line.length <= 300);
    out_release(&out);
    page_release(&page);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),         cmocka_unit_test(test_table),
        cmocka_unit_test(test_narrow_table),  cmocka_unit_test(test_uncut),
        cmocka_unit_test(test_narrow_labels), cmocka_unit_test(test_series),
        cmocka_unit_test(test_empty_table),   cmocka_unit_test(test_cards),
        cmocka_unit_test(test_strip),         cmocka_unit_test(test_one_card_in_color),
        cmocka_unit_test(test_side_by_side),  cmocka_unit_test(test_points),
        cmocka_unit_test(test_paragraphs),    cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_scripts),       cmocka_unit_test(test_cut),
        cmocka_unit_test(test_long),
#ifdef HAVE_LIBUNISTRING
        cmocka_unit_test(test_wide),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
