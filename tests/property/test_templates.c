/* Equal causes are equal texts: into each reply of the labelled set values are put that vary (an
 * address, an IP, an id, a time, a number), at any place between two words. Whatever the value, the
 * template is the same.
 */
#include "finding/wording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finding/reply.h"

enum { VALUE = 64, ROUNDS = 6 };

static unsigned chance(unsigned most) {
    static uint64_t seed = 20260601;
    seed = seed * 6364136223846793005 + 1442695040888963407;
    return (unsigned)(seed >> 33) % most;
}

static void make_address(char *to) {
    static const char *const domains[] = {"example.net", "mx.example.org", "sub.example.com"};
    static const char *const names[] = {"bob", "eve.adams", "j+tag", "x-1", "info", "o'neil"};
    const char *name = names[chance(6)], *domain = domains[chance(3)];
    snprintf(to, VALUE, chance(2) ? "<%s%u@%s>" : "%s%u@%s", name, chance(1000), domain);
}

static void make_ip(char *to) {
    if (chance(2))
        snprintf(to, VALUE, "203.0.113.%u", chance(256));
    else
        snprintf(to, VALUE, "2001:db8:%x::%x", chance(65536), 1 + chance(65535));
}

/* Ten to fourteen digits and letters in turn, as queue ids of two MTAs. */
static void make_id(char *to) {
    size_t length = 10 + chance(5);
    for (size_t i = 0; i < length; i++)
        to[i] = i % 2 ? (char)('0' + chance(10)) : (char)('A' + chance(6));
    to[length] = '\0';
}

static void make_time(char *to) {
    if (chance(2))
        snprintf(to, VALUE, "%02u:%02u:%02u", chance(24), chance(60), chance(60));
    else
        snprintf(to, VALUE, "2026-%02u-%02uT%02u:%02u:%02u+02:00", 1 + chance(12), 1 + chance(28),
                 chance(24), chance(60), chance(60));
}

static void make_number(char *to) {
    static const unsigned most[] = {10000, 100000, 10000000, 1000000000};
    unsigned i = chance(4);
    snprintf(to, VALUE, "%u", most[i] / 10 + 1000 * (i == 0) + chance(most[i] / 2));
}

static const struct {
    const char *name;
    void (*make)(char *to);
} kinds[] = {
    {"address", make_address}, {"IP", make_ip},         {"id", make_id},
    {"time", make_time},       {"number", make_number},
};

/* The template of a reply with the value put in front of its word at `place`. */
static struct slice template_with(struct slice text, size_t place, const char *value, bool round,
                                  struct arena *arena) {
    struct slice with = arena_print(arena, round ? "%.*s(%s) %.*s" : "%.*s%s %.*s", (int)place,
                                    text.at, value, (int)(text.length - place), text.at + place);
    return wording_template(with, arena);
}

static void check_reply(struct slice text, struct arena *arena) {
    for (size_t place = 0; place < text.length; place++) {
        if (place > 0 && text.at[place - 1] != ' ')
            continue;
        for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
            char first[VALUE], second[VALUE];
            bool round = chance(2);
            kinds[kind].make(first);
            kinds[kind].make(second);
            struct slice one = template_with(text, place, first, round, arena);
            struct slice other = template_with(text, place, second, round, arena);
            if (!slice_equal(one, other))
                fail_msg("%s %s and %s: '%.*s' and '%.*s'", kinds[kind].name, first, second,
                         SLICE_ARGS(one), SLICE_ARGS(other));
        }
    }
}

static void values_do_not_show(void **state) {
    FILE *set = fopen("tests/unit/replies.tsv", "r");
    struct arena arena;
    char *line = NULL;
    size_t room = 0, count = 0;
    (void)state;
    assert_non_null(set);
    arena_init(&arena);
    for (ssize_t length; (length = getline(&line, &room, set)) > 0;) {
        struct slice rest = slice_trim((struct slice){line, (size_t)length}), part;
        struct reply reply;
        slice_cut(&rest, '\t', &part);
        if (!slice_cut(&rest, '\t', &part) || part.length == 0)
            continue;
        reply_read_text(part, &arena, &reply);
        for (unsigned i = 0; i < ROUNDS; i++)
            check_reply(reply.text, &arena);
        count++;
        arena_clear(&arena);
    }
    assert_true(count > 250);
    free(line);
    fclose(set);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_do_not_show)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
