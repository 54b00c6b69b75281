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
        uint64_t parts;   /* 0: refused */
        const char *said; /* how it begins; then come all names */
    } rows[] = {
        {"totals", PART_BIT(PART_TOTALS), ""},
        {"totals,reasons", PART_BIT(PART_TOTALS) | PART_BIT(PART_REASONS), ""},
        {" samples , lines", PART_BIT(PART_SAMPLES) | PART_BIT(PART_LINES), ""},
        {"totals,totals", PART_BIT(PART_TOTALS), ""},
        {"", 0, "no section ''; there is totals "},
        {"Totals", 0, "no section 'Totals'; there is totals "},
        {"totals,", 0, "no section ''; there is totals "},
        {"schema", 0, "no section 'schema'; there is totals "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t parts = 0;
        struct problem problem = {""};
        bool read = parts_read(rows[i].list, &parts, &problem);
        assert_int_equal(read, rows[i].parts != 0);
        if (read)
            assert_int_equal(parts, rows[i].parts);
        else
            assert_memory_equal(problem.text, rows[i].said, strlen(rows[i].said));
        for (unsigned part = 0; !read && part < PART_COUNT; part++)
            assert_non_null(strstr(problem.text, part_name((enum part)part)));
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

static void keep(uint64_t parts) {
    struct page page;
    report(&page);
    parts_keep(&page, parts);
    for (unsigned part = 0; part < PART_COUNT; part++)
        assert_int_equal(section_of(&page, part_name((enum part)part)) != NULL, parts >> part & 1);
    const struct section *last = page.first;
    while (last->next)
        last = last->next;
    assert_ptr_equal(page.last, last);
    assert_string_equal(page.first->key, "schema");
    page_release(&page);
}

static void others_go(void **state) {
    (void)state;
    for (unsigned one = 0; one < PART_COUNT; one++) {
        keep(PART_BIT(one));
        keep(PARTS_ALL & ~PART_BIT(one));
        for (unsigned other = 0; other < one; other++)
            keep(PART_BIT(one) | PART_BIT(other));
    }
    keep(PARTS_ALL);
    keep(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(every_section_is_of_a_part),
        cmocka_unit_test(others_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
