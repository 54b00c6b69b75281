/* top_lists - who comes first, in which order, and that each column adds up with its last row. */
#include "report/top_lists.h"

#include <stdlib.h>

#include <cmocka.h>

#include "base/out.h"
#include "chance.h"
#include "report/format.h"
#include "report/page_words.h"
#include "report/parts.h"
#include "report/summary.h"

enum { SENDERS = 5 };

/* 1: a message came; -1: it is taken back. */
static void add_message(struct tally *tally, const struct origin *origin, int messages) {
    struct finding message = {.record = {.kind = RECORD_DETAIL},
                              .mta = mta_named(SLICE("postfix")),
                              .verdict.class_name = "",
                              .source = "log",
                              .repeat = 1,
                              .counted = origin,
                              .new_messages = messages,
                              .new_bytes = (uint64_t)(100 * messages)};
    tally_add(tally, &message);
}

static void add(struct tally *tally, const struct origin *origin, struct slice recipient,
                unsigned times) {
    struct finding delivery = {.record = {.kind = RECORD_OUTCOME,
                                          .event = EVENT_DELIVERED,
                                          .level = LEVEL_RECIPIENT,
                                          .direction = DIRECTION_OUT,
                                          .recipient = recipient,
                                          .peer_host = SLICE("mx.example.net"),
                                          .peer_ip = SLICE("198.51.100.5"),
                                          .size = 100,
                                          .delay = -1},
                               .mta = mta_named(SLICE("postfix")),
                               .verdict.class_name = "accepted",
                               .source = "log",
                               .repeat = 1,
                               .origin = origin,
                               .after = FATE_DELIVERED,
                               .waited = 2000000};
    for (unsigned i = 0; i < times; i++) {
        add_message(tally, origin, 1);
        tally_add(tally, &delivery);
    }
}

static void add_refusal(struct tally *tally, struct slice sender, struct slice ip) {
    struct finding refusal = {.record = {.kind = RECORD_INCIDENT,
                                         .event = EVENT_REJECTED,
                                         .level = LEVEL_SESSION,
                                         .direction = DIRECTION_IN,
                                         .has_sender = true,
                                         .sender = sender,
                                         .peer_ip = ip},
                              .mta = mta_named(SLICE("postfix")),
                              .verdict.class_name = "unclassified",
                              .source = "log",
                              .repeat = 9};
    tally_add(tally, &refusal);
}

/* Five senders with 1 to 5 messages, the null sender with 3, one that is refused only. */
static struct tally *made(void) {
    static const struct origin origins[SENDERS + 1] = {
        {true, SLICE_INIT("a@example.com"), SLICE_INIT(""), SLICE_INIT("192.0.2.1"), NULL},
        {true, SLICE_INIT("b@example.com"), SLICE_INIT("b.example.com"), SLICE_INIT("192.0.2.2"),
         NULL},
        {true, SLICE_INIT("c@example.com"), SLICE_INIT(""), SLICE_INIT("198.51.100.3"), NULL},
        {true, SLICE_INIT("d@example.org"), SLICE_INIT(""), SLICE_INIT(""), NULL},
        {true, SLICE_INIT("e@example.org"), SLICE_INIT(""), SLICE_INIT("2001:db8::5"), NULL},
        {true, SLICE_INIT(""), SLICE_INIT(""), SLICE_INIT("2001:db8::6"), NULL},
    };
    static const struct slice recipients[] = {SLICE_INIT("x@example.net"),
                                              SLICE_INIT("y@example.edu")};
    struct tally *tally = tally_new();
    for (unsigned i = 0; i < SENDERS; i++)
        add(tally, &origins[i], recipients[i % 2], i + 1);
    add(tally, &origins[SENDERS], recipients[0], 3);
    add_refusal(tally, SLICE("bot@example.info"), SLICE("203.0.113.9"));
    return tally;
}

static void make_page(struct page *page, unsigned top, uint64_t only) {
    struct tally *tally = made();
    page_init(page, "report");
    page->words = &words_english;
    top_lists(&(struct digging){.page = page}, tally, top, only, false);
    tally_free(tally);
}

static const struct section *section_of(const struct page *page, const char *key) {
    for (const struct section *section = page->first; section; section = section->next)
        if (section->key && slice_is(slice_of(section->key), key))
            return section;
    fail_msg("no section '%s'", key);
    return NULL;
}

/* What people and machines read as the names, each with a ';' behind it. */
static void read_names(const struct page *page, const char *section, const char *key,
                       struct out *shown, struct out *machine) {
    out_init_memory(shown);
    out_init_memory(machine);
    for (const struct cell *row = section_of(page, section)->cell->first; row; row = row->next) {
        const struct cell *name = cell_get(row, key);
        out_slice(shown, row->first->text);
        out_slice(machine, name->kind == CELL_NONE ? SLICE("-") : name->text);
        out_byte(shown, ';');
        out_byte(machine, ';');
    }
}

static void rows_are_in_order(void **state) {
    static const struct {
        unsigned top;
        const char *section, *key, *shown, *machine;
    } rows[] = {
        {0, "senders", "sender",
         "e@example.org;d@example.org;<>;c@example.com;b@example.com;a@example.com;"
         "bot@example.info;",
         "e@example.org;d@example.org;<>;c@example.com;b@example.com;a@example.com;"
         "bot@example.info;"},
        {3, "senders", "sender", "e@example.org;d@example.org;<>;(others);",
         "e@example.org;d@example.org;<>;(others);"},
        {7, "sender_domains", "sender_domain", "example.org;example.com;<>;example.info;",
         "example.org;example.com;<>;example.info;"},
        {3, "clients", "client", "2001:db8::5;(no address);198.51.100.3;(others);",
         "-;-;-;(others);"},
        {2, "clients", "ip", "2001:db8::5;(no address);(others);", "2001:db8::5;-;-;"},
        {0, "networks", "network",
         "2001:db8::/64;(no address);192.0.2.0/24;198.51.100.0/24;203.0.113.0/24;",
         "2001:db8::/64;-;192.0.2.0/24;198.51.100.0/24;203.0.113.0/24;"},
        {0, "relays", "relay", "mx.example.net [198.51.100.5];", "mx.example.net;"},
        {0, "recipient_domains", "recipient_domain", "example.net;example.edu;",
         "example.net;example.edu;"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct page page;
        struct out shown, machine;
        make_page(&page, rows[i].top, 0);
        read_names(&page, rows[i].section, rows[i].key, &shown, &machine);
        if (!slice_is(out_held(&shown), rows[i].shown) ||
            !slice_is(out_held(&machine), rows[i].machine))
            fail_msg("%s, %u: %.*s and %.*s", rows[i].section, rows[i].top,
                     SLICE_ARGS(out_held(&shown)), SLICE_ARGS(out_held(&machine)));
        out_release(&shown);
        out_release(&machine);
        page_release(&page);
    }
}

static uint64_t sum_of(const struct section *section, const char *key) {
    uint64_t sum = 0;
    for (const struct cell *row = section->cell->first; row; row = row->next)
        sum += cell_get(row, key) ? cell_get(row, key)->number : 0;
    return sum;
}

static void columns_add_up(void **state) {
    static const char *const sections[] = {"recipient_domains", "operators", "relays",
                                           "sender_domains",    "senders",   "recipients",
                                           "clients",           "networks"};
    static const char *const keys[] = {"recipients", "delivered", "bytes",      "messages",
                                       "rejected",   "tries",     "auth_failed"};
    struct page whole;
    (void)state;
    make_page(&whole, 0, 0);
    assert_int_equal(sum_of(section_of(&whole, "senders"), "messages"), 18);
    assert_int_equal(sum_of(section_of(&whole, "clients"), "rejected"), 9);
    for (unsigned top = 1; top < 9; top++) {
        struct page page;
        make_page(&page, top, 0);
        for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
            for (size_t key = 0; key < sizeof keys / sizeof *keys; key++)
                assert_int_equal(sum_of(section_of(&page, sections[i]), keys[key]),
                                 sum_of(section_of(&whole, sections[i]), keys[key]));
        page_release(&page);
    }
    page_release(&whole);
}

/* A few rows say what the totals say, unless they are asked for; a column of nothing says nothing.
 */
static void people_see_what_tells(void **state) {
    struct page page;
    (void)state;
    make_page(&page, 0, PART_BIT(PART_OPERATORS) | PART_BIT(PART_RECIPIENT_DOMAINS));
    assert_int_equal(section_of(&page, "relays")->look, LOOK_HIDDEN);
    assert_int_equal(section_of(&page, "operators")->look, LOOK_TABLE);
    assert_int_equal(section_of(&page, "senders")->look, LOOK_TABLE);
    const struct cell *row = section_of(&page, "recipient_domains")->cell->first;
    assert_non_null(cell_get(row, "delivered")->title);
    assert_null(cell_get(row, "bounced")->title);
    assert_int_equal(cell_get(row, "tls_share")->kind, CELL_NONE);
    assert_int_equal(cell_get(row, "delay_average")->number, 2000000);
    assert_in_range(cell_get(row, "delay_95_estimate")->number, 1860000, 2000000);
    page_release(&page);
}

/* ---- names that are never shown need not be kept */

enum { NAMES = 3000, ROUNDS = 20000 };

/* The less the more often. */
static struct slice name_of(char room[40], const char *begin, const char *end) {
    unsigned one = chance(NAMES), other = chance(NAMES), less = one < other ? one : other;
    return (struct slice){room, (size_t)snprintf(room, 40, "%s%x%s", begin, less, end)};
}

/* Messages, some of which are taken back at once, and refusals, of names by chance. */
static void add_by_chance(struct tally *tally, struct tally *same) {
    char from[40], to[40], at[40], bot[40];
    const struct origin origin = {true, name_of(from, "Sender", "@example.com"), SLICE(""),
                                  name_of(at, "2001:db8::", ""), NULL};
    struct slice recipient = name_of(to, "r", "@example.net"),
                 refused = name_of(bot, "bot", "@b.test");
    bool is_mail = chance(4) > 0, comes_back = !chance(8);
    for (int i = 0; i < 2; i++) {
        struct tally *one = i ? same : tally;
        if (is_mail)
            add(one, &origin, recipient, 1);
        else
            add_refusal(one, refused, origin.ip);
        if (is_mail && comes_back)
            add_message(one, &origin, -1);
    }
}

static void print_lists(const struct tally *tally, unsigned top, struct out *out) {
    struct page page;
    page_init(&page, "report");
    page.words = &words_english;
    top_lists(&(struct digging){.page = &page}, tally, top, 0, false);
    out_init_memory(out);
    format_named("json")->page(&page, &(struct format_wishes){0}, out);
    page_release(&page);
}

static void what_is_shown_is_enough(void **state) {
    static const unsigned tops[] = {1, 3, 10, 0};
    (void)state;
    for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
        struct tally *whole = tally_new(), *shown = tally_new();
        struct out all, few;
        top_lists_expect(shown, tops[i]);
        for (unsigned round = 0; round < ROUNDS; round++)
            add_by_chance(whole, shown);
        print_lists(whole, tops[i], &all);
        print_lists(shown, tops[i], &few);
        if (!slice_equal(out_held(&all), out_held(&few)))
            fail_msg("top %u: %.*s instead of %.*s", tops[i], SLICE_ARGS(out_held(&few)),
                     SLICE_ARGS(out_held(&all)));
        out_release(&all);
        out_release(&few);
        tally_free(whole);
        tally_free(shown);
    }
}

/* Two messages more for a moment, in which names are let go, leave the first place to another. */
static void who_is_taken_back_makes_room(void **state) {
    struct origin first = {.has_sender = true, .sender = SLICE("first@example.com")},
                  second = {.has_sender = true, .sender = SLICE("second@example.com")};
    struct tally *tally = tally_new();
    struct out out;
    (void)state;
    top_lists_expect(tally, 1);
    for (int i = 0; i < 10; i++)
        add_message(tally, &first, 1);
    for (int i = 0; i < 11; i++)
        add_message(tally, &second, 1);
    for (unsigned i = 0; i < NAMES; i++) {
        char room[40];
        struct origin other = {.has_sender = true, .sender = {room, 0}};
        other.sender.length = (size_t)snprintf(room, sizeof room, "x%u@example.com", i);
        add_message(tally, &other, 1);
    }
    add_message(tally, &second, -1);
    add_message(tally, &second, -1);
    print_lists(tally, 1, &out);
    assert_true(slice_find_text(out_held(&out), SLICE("first@example.com")) < SIZE_MAX);
    assert_true(slice_find_text(out_held(&out), SLICE("second@example.com")) == SIZE_MAX);
    out_release(&out);
    tally_free(tally);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_in_order),
        cmocka_unit_test(columns_add_up),
        cmocka_unit_test(people_see_what_tells),
        cmocka_unit_test(what_is_shown_is_enough),
        cmocka_unit_test(who_is_taken_back_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
