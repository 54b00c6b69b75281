/* Which parts of a report are shown; and that every section of a report is of a part that can be
 * named. */
#include "report/parts.h"

#include <cmocka.h>

#include "report/page_words.h"
#include "report/summary.h"

static void lists_are_read(void **state) {
    (void)state;
    static const struct {
        const char *list;
        unsigned parts; /* 0: refused */
        const char *said;
    } rows[] = {
        {"totals", 1u << PART_TOTALS, ""},
        {"totals,reasons", 1u << PART_TOTALS | 1u << PART_REASONS, ""},
        {" samples , lines", 1u << PART_SAMPLES | 1u << PART_LINES, ""},
        {"totals,totals", 1u << PART_TOTALS, ""},
        {"", 0, "no section ''; there is totals reasons "},
        {"Totals", 0, "no section 'Totals'; there is totals reasons "},
        {"totals,", 0, "no section ''; there is totals reasons "},
        {"schema", 0, "no section 'schema'; there is totals reasons "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned parts = 0;
        struct problem problem = {""};
        bool read = parts_read(rows[i].list, &parts, &problem);
        assert_int_equal(read, rows[i].parts != 0);
        assert_true(slice_starts(slice_of(problem.text), slice_of(rows[i].said)));
        if (read)
            assert_int_equal(parts, rows[i].parts);
    }
}

static const struct section *section_of(const struct page *page, const char *part) {
    for (const struct section *section = page->first; section; section = section->next)
        if (section->part && slice_is(slice_of(section->part), part))
            return section;
    return NULL;
}

static void report(struct page *page) {
    static const struct rulebook book;
    struct tally *tally = tally_new();
    page_init(page, "report");
    page->words = &words_english;
    summary_of(tally, &book, &(struct summary_wishes){0}, page);
    tally_free(tally);
}

static void every_section_is_of_a_part(void **state) {
    (void)state;
    struct page page;
    report(&page);
    for (unsigned part = 0; part < PART_COUNT; part++)
        if (!section_of(&page, part_name((enum part)part)))
            fail_msg("nothing is of part '%s'", part_name((enum part)part));
    for (const struct section *section = page.first; section; section = section->next) {
        bool is_head = section->key && (slice_is(slice_of(section->key), "schema") ||
                                        slice_is(slice_of(section->key), "filters"));
        if (is_head != !section->part)
            fail_msg("section '%s' is of no part", section->key ? section->key : "(no key)");
    }
    page_release(&page);
}

static void others_go(void **state) {
    (void)state;
    for (unsigned parts = 0; parts <= PARTS_ALL; parts++) {
        struct page page;
        report(&page);
        parts_keep(&page, parts);
        for (unsigned part = 0; part < PART_COUNT; part++)
            assert_int_equal(section_of(&page, part_name((enum part)part)) != NULL,
                             parts >> part & 1);
        const struct section *last = page.first;
        while (last->next)
            last = last->next;
        assert_ptr_equal(page.last, last);
        assert_string_equal(page.first->key, "schema");
        page_release(&page);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(every_section_is_of_a_part),
        cmocka_unit_test(others_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
