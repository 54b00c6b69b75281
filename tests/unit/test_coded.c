/* coded - what a row is told apart by, its first domains and wordings against plain counting, the
 * bound, saving and merging.
 */
#include "tally/coded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"

enum { NAMES = 200, LINES = 20000, COMBINATIONS = 4096, SEEN = 5000 };

static struct finding finding_of(unsigned code, const char *recipient, const char *template) {
    return (struct finding){
        .record = {.kind = RECORD_OUTCOME,
                   .event = EVENT_BOUNCED,
                   .level = LEVEL_RECIPIENT,
                   .direction = DIRECTION_OUT,
                   .side = SIDE_REMOTE,
                   .stage = STAGE_RCPT,
                   .recipient = slice_of(recipient)},
        .reply = {.code = (uint16_t)code, .enhanced = {5, 1, 1}},
        .mta = mta_named(SLICE("postfix")),
        .verdict.class_name = "user-unknown",
        .template = slice_of(template),
        .source = "log",
        .line = 5,
        .time = {.seconds = 1000},
        .repeat = 1,
    };
}

struct seen {
    struct coded rows[SEEN];
    size_t count;
};

static void keep_row(void *context, const struct coded *coded) {
    struct seen *seen = context;
    assert_true(seen->count < SEEN);
    seen->rows[seen->count++] = *coded;
}

static struct seen *rows_of(const struct tally *tally) {
    static struct seen seen;
    seen.count = 0;
    coded_each(tally, keep_row, &seen);
    return &seen;
}

static void test_what_is_told_apart(void **state) {
    (void)state;
    struct finding findings[] = {
        finding_of(550, "a@Example.net", "no such user"),
        finding_of(550, "b@example.NET", "no such user"), /* the same row */
        finding_of(551, "a@example.net", ""),
        finding_of(550, "a@example.net", ""),
        finding_of(550, "a@example.net", ""),
        finding_of(550, "a@example.net", ""),
        finding_of(550, "a@example.net", ""),
        finding_of(550, "a@example.net", ""),
        finding_of(550, "a@example.net", ""),
        finding_of(550, "a@example.net", ""), /* a delivery: none */
    };
    findings[1].repeat = 3;
    findings[3].reply.enhanced.detail = 2;
    findings[4].record.stage = STAGE_DATA;
    findings[5].record.side = SIDE_LOCAL;
    findings[6].code_implied = true;
    findings[7].record.direction = DIRECTION_IN;
    findings[8].record.event = EVENT_DEFERRED;
    findings[8].verdict.class_name = "mailbox-full";
    findings[9].record.event = EVENT_DELIVERED;
    struct tally *tally = tally_new();
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
        tally_add(tally, &findings[i]);
    struct seen *seen = rows_of(tally);
    assert_int_equal(seen->count, 8);
    const struct coded *first = &seen->rows[0];
    assert_int_equal(first->count, 4);
    assert_int_equal(first->code, 550);
    assert_true(enhanced_equal(first->enhanced, (struct enhanced){5, 1, 1}));
    assert_int_equal(first->event, EVENT_BOUNCED);
    assert_int_equal(first->direction, DIRECTION_OUT);
    assert_int_equal(first->stage, STAGE_RCPT);
    assert_int_equal(first->side, SIDE_REMOTE);
    assert_false(first->implied);
    assert_int_equal(first->domain_count, 1);
    assert_string_equal(first->domains[0].name, "example.net");
    assert_int_equal(first->domains[0].count, 4);
    assert_int_equal(first->template_count, 1);
    assert_int_equal(first->templates[0].count, 4);
    struct tally_example example = example_read(&first->templates[0].example);
    assert_true(slice_is(example.source, "log"));
    assert_int_equal(example.line, 5);
    tally_free(tally);
}

/* By plain counting: which name stands at a place, most first, then by name. */
static unsigned name_at(const uint64_t counts[NAMES], size_t place) {
    for (unsigned name = 0; name < NAMES; name++) {
        size_t before = 0;
        for (unsigned other = 0; other < NAMES; other++)
            before +=
                counts[other] > counts[name] || (counts[other] == counts[name] && other < name);
        if (before == place)
            return name;
    }
    return NAMES;
}

static void add_any(struct tally *tally, uint64_t domains[NAMES], uint64_t wordings[NAMES]) {
    unsigned domain = chance(1 + chance(NAMES)), wording = chance(NAMES);
    char recipient[64], template[64];
    snprintf(recipient, sizeof recipient, "a@d%03u.example.net", domain);
    snprintf(template, sizeof template, "wording %03u", wording);
    struct finding finding = finding_of(550, recipient, template);
    finding.line = wording;
    tally_add(tally, &finding);
    domains[domain]++;
    wordings[wording]++;
}

static void assert_first(const struct tally *tally, const uint64_t domains[NAMES],
                         const uint64_t wordings[NAMES]) {
    struct seen *seen = rows_of(tally);
    const struct coded *row = &seen->rows[0];
    char name[64];
    assert_int_equal(seen->count, 1);
    assert_int_equal(row->domain_count, CODED_DOMAINS);
    assert_int_equal(row->template_count, CODED_TEMPLATES);
    for (size_t place = 0; place < CODED_DOMAINS; place++) {
        unsigned known = name_at(domains, place);
        snprintf(name, sizeof name, "d%03u.example.net", known);
        assert_string_equal(row->domains[place].name, name);
        assert_int_equal(row->domains[place].count, domains[known]);
    }
    for (size_t place = 0; place < CODED_TEMPLATES; place++) {
        unsigned known = name_at(wordings, place);
        snprintf(name, sizeof name, "wording %03u", known);
        assert_string_equal(row->templates[place].name, name);
        assert_int_equal(row->templates[place].count, wordings[known]);
        assert_int_equal(example_read(&row->templates[place].example).line, known);
    }
}

static void go_on(struct tally **tally) {
    struct pack pack, again;
    pack_init(&pack);
    pack_init(&again);
    tally_save(*tally, &pack);
    struct tally *loaded = tally_new();
    struct unpack unpack = {{pack.bytes, pack.length}, false};
    assert_true(tally_load(loaded, &unpack));
    tally_save(loaded, &again);
    assert_int_equal(pack.length, again.length);
    assert_memory_equal(pack.bytes, again.bytes, again.length);
    tally_free(*tally);
    *tally = loaded;
    pack_release(&pack);
    pack_release(&again);
}

static void test_the_first_are_exact(void **state) {
    (void)state;
    uint64_t domains[NAMES] = {0}, wordings[NAMES] = {0};
    struct tally *tally = tally_new();
    for (unsigned line = 0; line < LINES; line++) {
        if (line % 5000 == 4999)
            go_on(&tally);
        add_any(tally, domains, wordings);
    }
    assert_first(tally, domains, wordings);
    tally_free(tally);
}

static void assert_same(const struct tally *left, const struct tally *right) {
    struct pack a, b;
    pack_init(&a);
    pack_init(&b);
    tally_save(left, &a);
    tally_save(right, &b);
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.bytes, b.bytes, b.length);
    pack_release(&a);
    pack_release(&b);
}

static void test_any_order_of_merging(void **state) {
    (void)state;
    uint64_t domains[NAMES] = {0}, wordings[NAMES] = {0};
    struct tally *parts[3], *left = tally_new(), *right = tally_new();
    for (size_t i = 0; i < 3; i++) {
        parts[i] = tally_new();
        for (unsigned line = 0; line < 500; line++)
            add_any(parts[i], domains, wordings);
        tally_merge(left, parts[i]);
    }
    tally_merge(right, parts[2]);
    tally_merge(parts[1], parts[0]);
    tally_merge(right, parts[1]);
    assert_same(left, right);
    for (size_t i = 0; i < 3; i++)
        tally_free(parts[i]);
    tally_free(left);
    tally_free(right);
}

static void test_the_number_is_bounded(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    unsigned more = 500;
    for (unsigned i = 0; i < COMBINATIONS + more; i++) {
        struct finding finding = finding_of(550, "a@example.net", "");
        finding.reply.enhanced.detail = (uint16_t)i;
        tally_add(tally, &finding);
    }
    struct seen *seen = rows_of(tally);
    assert_int_equal(seen->count, COMBINATIONS + 1);
    assert_int_equal(seen->rows[0].count, more);
    assert_int_equal(seen->rows[0].code, 0);
    assert_true(slice_is(seen->rows[0].class_name, "user-unknown"));
    tally_free(tally);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_told_apart),
        cmocka_unit_test(test_the_first_are_exact),
        cmocka_unit_test(test_any_order_of_merging),
        cmocka_unit_test(test_the_number_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
