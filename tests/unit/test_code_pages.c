/* The built-in pages of codes: none is missing, and each tells all it should. The lists stand here
 * and are not taken from the tables, so that a row that goes away is noticed.
 */
#include "rules/rulebook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* RFC 5321 and the RFCs that add to it; the registry has phrases for all but 200 and 334. */
static const char standard_replies[] =
    "200 211 214 220 221 235 250 251 252 253 334 354 355 "
    "421 432 450 451 452 453 454 455 458 459 "
    "500 501 502 503 504 521 523 524 525 530 534 535 538 550 551 552 553 554 555 556";

static const char seen_replies[] = "403 420 422 431 435 441 442 446 447 449 471 498 "
                                   "505 510 511 512 513 533 540 541 544 547 "
                                   "557 561 570 571 572 585 591 599";

/* The registry: the last detail of each subject, from X.0 to X.7. */
static const unsigned last_details[] = {0, 10, 4, 6, 7, 6, 10, 30};

/* Codes that a provider uses its own way, with rows of their own. */
static const char provider_codes[] =
    "5.4.5 4.7.23 4.7.27 4.7.28 4.7.29 4.7.30 4.7.32 "
    "4.4.8 5.4.8 5.6.11 5.2.121 5.2.122 5.1.90 "
    "4.7.500 4.7.511 4.7.606 4.7.649 4.7.650 4.7.651 4.7.652 4.7.699 4.7.800 4.7.850 4.7.899 "
    "5.7.12 5.7.124 5.7.133 5.7.134 5.7.135 5.7.136 5.7.57 5.7.60 5.7.64 5.7.139 "
    "5.7.321 5.7.322 5.7.323 5.7.324 5.7.325 5.7.501 5.7.502 5.7.503 5.7.504 5.7.505 5.7.506 "
    "5.7.507 5.7.508 5.7.509 5.7.510 5.7.511 5.7.512 5.7.513 5.7.515 5.7.606 5.7.620 5.7.649 "
    "5.7.700 5.7.705 5.7.708 5.7.749 5.7.750";

static const struct {
    uint16_t code;
    const char *name;
} names[] = {
    {354, "Start Mail Input"},      {500, "Syntax Error"},         {530, "Authentication Required"},
    {535, "Authentication Failed"}, {553, "Mailbox Name Invalid"},
};

struct pages {
    struct arena arena;
    struct rulebook *book;
};

static int load(void **state) {
    static struct pages pages;
    arena_init(&pages.arena);
    struct pattern_files files = {.arena = &pages.arena};
    struct problem problem = {""};
    pattern_files_builtin(&files, &pages.arena);
    if (!rulebook_load(&files, &pages.book, &problem))
        fail_msg("%s", problem.text);
    *state = &pages;
    return 0;
}

static int release(void **state) {
    struct pages *pages = *state;
    rulebook_free(pages->book);
    arena_release(&pages->arena);
    return 0;
}

static void every_reply_code_is_there(void **state) {
    struct pages *pages = *state;
    const char *const lists[] = {standard_replies, seen_replies};
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        struct slice rest = slice_of(lists[i]), word;
        for (bool more = true; more;) {
            more = slice_cut(&rest, ' ', &word);
            struct code code;
            assert_true(code_read(word, &code));
            const struct code_page *page = codes_reply(pages->book->codes, code.basic);
            if (!page)
                fail_msg("no page of %.*s", SLICE_ARGS(word));
            bool has_phrase = i == 0 && code.basic != 200 && code.basic != 334;
            if ((page->standard.length > 0) != has_phrase)
                fail_msg("%.*s: standard '%.*s'", SLICE_ARGS(word), SLICE_ARGS(page->standard));
            count++;
        }
    }
    assert_int_equal(codes_reply_count(pages->book->codes), count); /* the lists are whole */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(slice_is(codes_reply(pages->book->codes, names[i].code)->name, names[i].name));
}

static void every_registered_code_is_there(void **state) {
    struct pages *pages = *state;
    for (uint16_t subject = 0; subject < 8; subject++)
        for (uint16_t detail = 0; detail <= last_details[subject]; detail++) {
            struct enhanced any = {0, subject, detail};
            const struct code_page *page = codes_enhanced(pages->book->codes, any);
            if (!page)
                fail_msg("no page of X.%u.%u", subject, detail);
            bool deprecated = subject == 6 && detail == 10; /* has no phrase of its own */
            if ((page->standard.length > 0) == deprecated)
                fail_msg("X.%u.%u: standard", subject, detail);
        }
}

static void every_code_of_a_provider_is_there(void **state) {
    struct pages *pages = *state;
    struct slice rest = slice_of(provider_codes), word;
    for (bool more = true; more;) {
        more = slice_cut(&rest, ' ', &word);
        struct code code;
        assert_true(code_read(word, &code));
        const struct code_page *page = codes_enhanced(pages->book->codes, code.enhanced);
        if (!page || page->first.any_class)
            fail_msg("no page of its own: %.*s", SLICE_ARGS(word));
    }
}

static bool is_sentence(struct slice text) {
    return text.length > 0 && text.at[text.length - 1] == '.' &&
           slice_equal(slice_trim(text), text) && slice_find_text(text, SLICE("  ")) == SIZE_MAX;
}

/* "RFC 4954 section 6", "seen: Exim", "provider: Google" or "IANA registry". */
static bool is_source(struct slice item) {
    uint64_t number;
    if (slice_is(item, "IANA registry"))
        return true;
    if (slice_skip(&item, SLICE("seen: ")) || slice_skip(&item, SLICE("provider: ")))
        return item.length > 0;
    if (!slice_skip(&item, SLICE("RFC ")) || !slice_take_number(&item, &number))
        return false;
    return item.length == 0 || (slice_skip(&item, SLICE(" section ")) && item.length > 0);
}

static void check_page(const struct code_page *page) {
    const struct slice texts[] = {page->description, page->when, page->fix, page->use};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!is_sentence(texts[i]))
            fail_msg("%s:%u: '%.*s' is no sentence", page->file, page->line, SLICE_ARGS(texts[i]));
    if (page->stage.length == 0)
        fail_msg("%s:%u: no stage", page->file, page->line);
    struct slice rest = page->source, item;
    for (bool more = true; more;) {
        more = slice_cut_text(&rest, SLICE("; "), &item);
        if (!is_source(item))
            fail_msg("%s:%u: source '%.*s'", page->file, page->line, SLICE_ARGS(item));
    }
}

/* None twice, and not the reason that stands in a column of its own. */
static void check_others(const struct code_page *page) {
    struct slice rest = page->others, item, seen[16] = {page->reason};
    size_t count = 1;
    for (bool more = rest.length > 0; more;) {
        more = slice_cut(&rest, '|', &item);
        for (size_t i = 0; i < count; i++)
            if (slice_equal(seen[i], item))
                fail_msg("%s:%u: '%.*s' twice", page->file, page->line, SLICE_ARGS(item));
        assert_true(count < sizeof seen / sizeof *seen);
        seen[count++] = item;
    }
}

static void every_page_tells_all(void **state) {
    struct pages *pages = *state;
    const struct codes *codes = pages->book->codes;
    for (size_t i = 0; i < codes_reply_count(codes); i++) {
        check_page(codes_reply_at(codes, i));
        check_others(codes_reply_at(codes, i));
    }
    for (size_t i = 0; i < codes_enhanced_count(codes); i++) {
        check_page(codes_enhanced_at(codes, i));
        check_others(codes_enhanced_at(codes, i));
    }
}

/* Of codes that have pages, and found in either order. */
static void check_pair(void *context, struct code_pair *pair) {
    const struct codes *codes = context;
    const struct slice words[] = {pair->one, pair->other};
    struct code read[2];
    for (size_t i = 0; i < 2; i++) {
        assert_true(code_read(words[i], &read[i]));
        const struct code_page *page = read[i].basic ? codes_reply(codes, read[i].basic)
                                                     : codes_enhanced(codes, read[i].enhanced);
        if (!page || !slice_equal(page->code, words[i]))
            fail_msg("no page of %.*s", SLICE_ARGS(words[i]));
    }
    if (!is_sentence(pair->difference))
        fail_msg("'%.*s' is no sentence", SLICE_ARGS(pair->difference));
    assert_true(slice_equal(codes_pair(codes, read[1], read[0]), pair->difference));
}

static void every_pair_has_pages(void **state) {
    struct pages *pages = *state;
    struct codes *codes = pages->book->codes;
    codes_each_pair(codes, check_pair, codes);
    static const uint16_t beside_354[] = {500, 530, 535, 553};
    for (size_t i = 0; i < sizeof beside_354 / sizeof *beside_354; i++)
        assert_true(
            codes_pair(codes, (struct code){.basic = 354}, (struct code){.basic = beside_354[i]})
                .length > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reply_code_is_there),
        cmocka_unit_test(every_registered_code_is_there),
        cmocka_unit_test(every_code_of_a_provider_is_there),
        cmocka_unit_test(every_page_tells_all),
        cmocka_unit_test(every_pair_has_pages),
    };
    return cmocka_run_group_tests(tests, load, release);
}
