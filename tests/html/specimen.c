/* specimen - a page with every look and kind of cell, long words, Thai and hostile text, for the
 * browser tests. usage: specimen [LANGUAGE] > page.html
 */
#include <stdio.h>
#include <unistd.h>

#include "report/format.h"

/* Short, for the longest line of a source is counted in bytes. */
static const char *const thai_words[] = {
    "เซิร์ฟเวอร์พร้อมรับข้อความ",
    "ให้ส่งส่วนหัวและเนื้อความ",
    "แล้วจบด้วยบรรทัด",
    "ที่มีเพียงจุดหนึ่งจุด",
};
static const struct slice hostile = SLICE_INIT(
    "<script>alert('1')</script> <img src=x onerror=alert(2)> \" onmouseover=\"alert(3) "
    "&lt; \033[2J \342\200\256gnp.exe \377\303 </style></title><base href=//example.net>");

/* A paragraph of Thai, which has no blanks between words. */
static struct slice thai_of(struct page *page) {
    struct slice thai = SLICE("");

    for (size_t i = 0; i < 8; i++)
        thai = arena_print(&page->arena, "%.*s%s%s", SLICE_ARGS(thai), i == 4 ? " " : "",
                           thai_words[i % 4]);
    return thai;
}

static void add_text(struct page *page) {
    struct cell *list = page_section(page, NULL, NULL, LOOK_TEXT, CELL_LIST)->cell;
    cell_text(page, list, NULL, NULL,
              SLICE("A 354 is a positive intermediate reply: so far so good, the client goes on. A "
                    "535 is a permanent negative one: the login was refused, and the same login "
                    "will be refused again. The first asks for the message, the second ends the "
                    "attempt before a message was sent."));
    cell_text(page, list, NULL, NULL, thai_of(page));
}

static void add_card(struct page *page, struct cell *list, const char *heading, struct slice text) {
    struct cell *card = cell_record(page, list, NULL, NULL);
    cell_text(page, card, NULL, "", slice_of(heading));
    cell_text(page, card, "description", "Description", text);
    cell_text(page, card, "when", "When you see it",
              SLICE("After DATA, when at least one recipient was accepted."));
    cell_text(page, card, "fix", "How to fix", text);
    struct cell *logged = cell_list(page, card, "logged", "What is logged");
    cell_text(page, logged, NULL, NULL,
              SLICE("Postfix: status=bounced (host mx.example.com[192.0.2.1] said: 535 5.7.8 no)"));
    cell_text(page, logged, NULL, NULL, SLICE("Exim: ** bob@example.com R=smart T=smtp: 535"));
    struct cell *links = cell_list(page, card, "links", "Learn more");
    cell_link(page, links, NULL, NULL, SLICE("RFC 5321 section 4.2.3"),
              SLICE("https://example.org/rfc5321#section-4.2.3"));
    cell_link(page, links, NULL, NULL, SLICE("RFC 4954"), SLICE("https://example.org/rfc4954"));
}

static void add_comparison(struct page *page) {
    static const char title[] = "คำอธิบาย";
    struct cell *list = page_section(page, "codes", title, LOOK_SIDE_BY_SIDE, CELL_LIST)->cell;
    add_card(page, list, "354 Start Mail Input", thai_of(page));
    add_card(page, list, "535 Authentication Failed",
             SLICE("The login was refused: user name or password is wrong, or the account may not "
                   "log in this way."));
    list = page_section(page, "points", "Key differences", LOOK_STEPS, CELL_LIST)->cell;
    cell_text(page, list, NULL, NULL, SLICE("354 goes on, 535 ends it."));
    cell_text(page, list, NULL, NULL, thai_of(page));
    list = page_section(page, "links", "Learn more", LOOK_POINTS, CELL_LIST)->cell;
    cell_link(page, list, NULL, NULL, SLICE("RFC 5321 section 4.2.3"),
              SLICE("https://example.org/rfc5321#section-4.2.3"));
    cell_link(page, list, NULL, NULL, hostile, SLICE("javascript:alert(4)"));
    cell_link(page, list, NULL, NULL, hostile, SLICE("https://example.org/\"><script>alert(5)"));
}

static void add_facts(struct page *page) {
    struct cell *facts = page_section(page, "totals", "Totals", LOOK_FACTS, CELL_RECORD)->cell;
    cell_text(page, facts, "span", "time", SLICE("2026-11-20 to 2026-11-22"));
    struct cell *part = cell_record(page, facts, "recipients", "Recipients, by last state");
    cell_count(page, part, "delivered", "delivered", 123456, "recipients");
    cell_count(page, part, "bounced", "bounced", 7, "recipients");
    part = cell_record(page, facts, "messages", "Messages");
    cell_bytes(page, part, "bytes", "size", 71700000);
    cell_none(page, part, "none", "not known");
}

/* Hours of which some are marked. */
static const uint64_t amounts[] = {3, 0, 5, 2, 4, 80, 120, 95, 60, 6, 1, 2, 0, 4};
static const struct strip strip = {amounts, sizeof amounts / sizeof *amounts, 5,
                                   9,       SLICE_INIT("2026-06-01 05:00"),   SLICE_INIT("19:00")};

static void add_reasons(struct page *page) {
    static const char *const severities[] = {"critical", "error", "warning", "notice", "info"};
    struct cell *list = page_section(page, "reasons", "What to do", LOOK_CARDS, CELL_LIST)->cell;
    for (size_t i = 0; i < sizeof severities / sizeof *severities; i++) {
        struct cell *card = cell_record(page, list, NULL, NULL);
        cell_text(page, card, "severity", "", slice_of(severities[i]))->tone = TONE_CRITICAL - i;
        cell_text(page, card, "class", "", i ? SLICE("mailbox-full") : hostile);
        cell_count(page, card, "count", "", 12, "recipients");
        cell_text(page, card, "hint", "hint",
                  i ? SLICE("Ask the recipient to make room.") : hostile);
        cell_text(page, card, "severity", "severity", slice_of(severities[i]));
        cell_strip(page, card, "timeline", "timeline", &strip);
        struct cell *acts = cell_list(page, card, "acts", "who acts");
        cell_text(page, acts, NULL, NULL, SLICE("recipient"));
        cell_text(page, acts, NULL, NULL, SLICE("wait"));
    }
}

static void add_table(struct page *page) {
    static const char *const counts[] = {"read", "used", "dull", "other", "outside"};
    struct cell *list = page_section(page, "sources", "Lines read", LOOK_TABLE, CELL_LIST)->cell;
    for (uint64_t i = 0; i < 40; i++) {
        struct cell *row = cell_record(page, list, NULL, NULL);
        cell_text(page, row, "source", "source",
                  i ? SLICE("/var/log/mail/2026/mx1.example.com/mail.log") : hostile);
        for (size_t j = 0; j < sizeof counts / sizeof *counts; j++)
            cell_count(page, row, counts[j], counts[j], 1000 * i * j, NULL);
        cell_text(page, row, "word", "first line",
                  SLICE("averyverylongwordaveryverylongwordaveryverylongwordaveryverylongword"));
    }
    page_section(page, "none", "Not understood", LOOK_TABLE, CELL_LIST);
}

/* A day by hours, two months by days, and what is too short to be stretched. */
static void add_series(struct page *page) {
    static const struct {
        const char *title;
        unsigned points;
    } series[] = {{"Per hour", 24}, {"Per day", 61}, {"Two days", 2}};

    for (size_t i = 0; i < sizeof series / sizeof *series; i++) {
        struct cell *list =
            page_section(page, series[i].title, series[i].title, LOOK_SERIES, CELL_LIST)->cell;
        for (unsigned point = 0; point < series[i].points; point++) {
            struct cell *row = cell_record(page, list, NULL, NULL);
            uint64_t wave = (point * point * 7919u) % 101 + point * (24 - point % 24);
            cell_text(page, row, "label", "time",
                      arena_print(&page->arena, i ? "2026-%02u-%02u" : "%u%u",
                                  i ? 6 + point / 30 : point / 10,
                                  i ? 1 + point % 30 : point % 10));
            cell_count(page, row, "received", "received", wave * 17, NULL);
            cell_count(page, row, "bounced", "bounced", point % 7 ? 0 : wave / 9, NULL);
            cell_count(page, row, "nothing", "nothing", 0, NULL);
            cell_bytes(page, row, "bytes", "size", wave * 123456);
            cell_duration(page, row, "delay", "delay", wave * 2345678);
            cell_share(page, row, "tls", "TLS", wave, 400);
        }
    }
}

static void add_folded(struct page *page) {
    struct cell *list = page_section(page, "doors", "Strangers", LOOK_TABLE, CELL_LIST)->cell;
    for (uint64_t i = 0; i < 12; i++) {
        struct cell *row = cell_record(page, list, NULL, NULL);
        cell_text(page, row, "class", "reason", i % 5 ? SLICE("relay-denied") : hostile);
        cell_count(page, row, "count", "count", 4000 / (i + 1), "rejections");
        cell_bytes(page, row, "size", "size", 400000000 / (i * i * i + 1));
        cell_text(page, row, NULL, "what", SLICE("Relaying denied"));
        if (i % 3 == 0)
            continue;
        cell_text(page, row, NULL, "hint", SLICE("Nothing to do."))->folded = true;
        struct cell *lines = cell_list(page, row, NULL, "lines");
        lines->folded = true;
        for (size_t j = 0; j < 2; j++)
            cell_text(page, lines, NULL, NULL, hostile)->literal = true;
    }
}

int main(int argc, char **argv) {
    struct format_wishes wishes = {.lang = argc > 1 ? argv[1] : NULL};
    struct problem problem;
    struct page page;
    struct out out;

    page_init(&page, "354 Start Mail Input and 535 Authentication Failed");
    add_text(&page);
    add_comparison(&page);
    add_facts(&page);
    add_reasons(&page);
    add_series(&page);
    add_folded(&page);
    add_table(&page);
    out_init(&out, STDOUT_FILENO);
    format_named("html")->page(&page, &wishes, &out);
    bool done = out_flush(&out, "standard output", &problem);
    out_release(&out);
    page_release(&page);
    return done ? 0 : 1;
}
