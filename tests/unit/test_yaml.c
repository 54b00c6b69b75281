/* The strict YAML reader: what it gives, and everything YAML would let pass that it refuses. */
#include "rules/yaml_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/out.h"

static const struct {
    const char *text;
    const char *problem; /* what the message holds */
} refused[] = {
    {"", "f.yaml:1:1: nothing in this file"},
    {"# only a comment\n", "nothing in this file"},
    {"a: 1\nb: 2\na: 3\n", "f.yaml:3:1: key 'a' stands in line 1 already"},
    {"a: &x 1\n", "f.yaml:1:4: no anchors"},
    {"a: [1]\nb: *x\n", "f.yaml:2:4: no aliases"},
    {"a: !!int 1\n", "f.yaml:1:4: no tags"},
    {"a: !own [1]\n", "no tags"},
    {"a: !own {b: 1}\n", "no tags"},
    {"? [a]\n: 1\n", "a key must be plain text"},
    {"{\"\": 1}\n", "f.yaml:1:2: a key is missing"},
    {"a: 1\n---\nb: 2\n", "f.yaml:2:1: only one document"},
    {"%YAML 1.1\n---\na: 1\n", "a '%' directive"},
    {"- @x\n", "f.yaml:1:3: found character that cannot start any token; text with a special"},
    {"- `x\n", "written in quotes"},
    {"- %x\n", "written in quotes"},
    {"a: [1, 2\n", "f.yaml:2:1: "},
    {"a: \"\\0\"\n", "no NUL bytes"},
    {"a: 1\nb: \xff\n", "f.yaml:2:4: "},
    {"a: b: c\n", "f.yaml:1:5: "},
    {"a:\n\t- b\n", "f.yaml:2:1: "},
    {"[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]\n", "nested deeper than 16"},
};

static void refuses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct arena arena;
        struct problem problem = {""};
        const struct yaml *root = NULL;
        arena_init(&arena);
        bool read = yaml_read(&arena, "f.yaml", slice_of(refused[i].text), &root, &problem);
        if (read || !strstr(problem.text, refused[i].problem))
            fail_msg("'%s': '%s' and not '%s'", refused[i].text, problem.text, refused[i].problem);
        assert_null(root);
        arena_release(&arena);
    }
}

static void refuses_too_much(void **state) {
    (void)state;
    struct arena arena;
    struct problem problem = {""};
    const struct yaml *root;
    arena_init(&arena);
    enum { LONG = 70000, MANY = 100100 };
    char *text = arena_alloc(&arena, 2 * MANY + 2);
    memset(text, 'a', LONG);
    assert_false(yaml_read(&arena, "f.yaml", (struct slice){text, LONG}, &root, &problem));
    assert_non_null(strstr(problem.text, "longer than 64 KiB"));

    text[0] = '[';
    for (size_t i = 0; i < MANY; i++) {
        text[2 * i + 1] = 'a';
        text[2 * i + 2] = ',';
    }
    text[2 * MANY] = ']';
    assert_false(yaml_read(&arena, "f.yaml", (struct slice){text, 2 * MANY + 1}, &root, &problem));
    assert_non_null(strstr(problem.text, "more than 100,000"));

    struct out keys;
    out_init_memory(&keys);
    for (int i = 0; i < 4100; i++)
        out_print(&keys, "k%d: 1\n", i);
    assert_false(yaml_read(&arena, "f.yaml", out_held(&keys), &root, &problem));
    out_release(&keys);
    assert_non_null(strstr(problem.text, "more than 4096 keys"));
    arena_release(&arena);
}

static const char good[] = "\xef\xbb\xbf# a comment\n"
                           "title: Mailbox full\n"
                           "list:\n"
                           "  - one two\n"
                           "  - 'a: b'\n"
                           "  -\n"
                           "map: {x: [1, 2], y: }\n"
                           "folded: >-\n"
                           "  \\b a\n"
                           "  \\s+ b\n";

static void reads(void **state) {
    (void)state;
    struct arena arena;
    struct problem problem = {""};
    const struct yaml *root;
    struct slice text;
    arena_init(&arena);
    if (!yaml_read(&arena, "f.yaml", slice_of(good), &root, &problem))
        fail_msg("%s", problem.text);
    assert_int_equal(root->kind, YAML_MAPPING);
    assert_int_equal(root->count, 4);

    assert_true(yaml_text(root, "title", true, &text, &problem));
    assert_true(slice_is(text, "Mailbox full"));
    assert_int_equal(yaml_get(root, "title")->line, 2);
    assert_int_equal(yaml_get(root, "title")->column, 8);

    const struct yaml *item = yaml_get(root, "list")->first;
    assert_true(slice_is(item->text, "one two"));
    assert_int_equal(item->line, 4);
    assert_true(slice_is(item->next->text, "a: b"));
    assert_int_equal(item->next->next->text.length, 0);
    assert_null(item->next->next->next);

    const struct yaml *map = yaml_get(root, "map");
    assert_int_equal(yaml_get(map, "x")->count, 2);
    assert_int_equal(yaml_get(map, "y")->key_line, 7);
    assert_null(yaml_get(map, "z"));
    assert_true(slice_is(yaml_get(root, "folded")->text, "\\b a \\s+ b"));
    arena_release(&arena);
}

static void says_what_is_wrong_with_keys(void **state) {
    (void)state;
    static const char *const known[] = {"title", "list", NULL};
    struct arena arena;
    struct problem problem = {""};
    const struct yaml *root;
    struct slice text;
    arena_init(&arena);
    assert_true(
        yaml_read(&arena, "f.yaml", SLICE("title: [a]\nlist:\ntitel: x\n"), &root, &problem));
    assert_false(yaml_only(root, known, &problem));
    assert_string_equal(problem.text, "f.yaml:3: no key 'titel' here; known are: title list");
    assert_false(yaml_only(yaml_get(root, "title"), known, &problem));
    assert_string_equal(problem.text, "f.yaml:1:8: keys are needed here: 'title: ...'");
    assert_false(yaml_text(root, "title", true, &text, &problem));
    assert_string_equal(problem.text, "f.yaml:1:8: 'title' must be text: write it in quotes");
    assert_false(yaml_text(root, "list", true, &text, &problem));
    assert_non_null(strstr(problem.text, "'list' is empty"));
    assert_false(yaml_text(root, "hint", true, &text, &problem));
    assert_string_equal(problem.text, "f.yaml:1:1: key 'hint' is missing");
    assert_true(yaml_text(root, "hint", false, &text, &problem));
    assert_int_equal(text.length, 0);
    arena_release(&arena);
}

static void assert_same(const struct yaml *one, const struct yaml *other, bool has_key) {
    assert_int_equal(one->kind, other->kind);
    assert_int_equal(one->line, other->line);
    assert_int_equal(one->column, other->column);
    assert_int_equal(one->count, other->count);
    assert_true(one->kind != YAML_TEXT || slice_equal(one->text, other->text));
    assert_true(!has_key || slice_equal(one->key, other->key));
    assert_true(!has_key || one->key_line == other->key_line);
    assert_string_equal(other->file, "g.yaml");
    assert_true(other->proved && !one->proved);
    const struct yaml *twin = other->first;
    for (const struct yaml *child = one->first; child; child = child->next, twin = twin->next) {
        assert_non_null(twin);
        assert_same(child, twin, one->kind == YAML_MAPPING);
    }
    assert_null(twin);
}

static void packs_and_unpacks(void **state) {
    (void)state;
    static const char *const texts[] = {good, "one", "[]", "{}",
                                        "- [a, {b: [c, ''], d: \"\"}]\n- e"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena arena;
        struct problem problem = {""};
        const struct yaml *root;
        struct pack pack;
        arena_init(&arena);
        pack_init(&pack);
        if (!yaml_read(&arena, "f.yaml", slice_of(texts[i]), &root, &problem))
            fail_msg("%s", problem.text);
        yaml_pack(&pack, root);
        struct slice bytes = {pack.bytes, pack.length};
        assert_same(root, yaml_unpack(&arena, "g.yaml", bytes, NULL), false);
        pack_release(&pack);
        arena_release(&arena);
    }
}

/* What is left out is as if it were not there; below the root nothing is. */
static void leaves_out_keys(void **state) {
    static const char *const without[] = {"b", "none", NULL};
    static const struct {
        const char *whole, *rest;
    } texts[] = {
        {"a: 1\nb: [x, {a: y}]\nc:\n  b: 2\n", "a: 1\nc:\n  b: 2\n"},
        {"b: {b: 1}\n", "{}\n"},
        {"- b: 1\n", "- b: 1\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena arena;
        struct problem problem = {""};
        const struct yaml *whole, *rest;
        struct pack packed;
        arena_init(&arena);
        pack_init(&packed);
        assert_true(yaml_read(&arena, "f.yaml", slice_of(texts[i].whole), &whole, &problem));
        assert_true(yaml_read(&arena, "f.yaml", slice_of(texts[i].rest), &rest, &problem));
        yaml_pack(&packed, whole);
        const struct yaml *left =
            yaml_unpack(&arena, "g.yaml", (struct slice){packed.bytes, packed.length}, without);
        assert_int_equal(left->count, rest->count);
        const struct yaml *twin = rest->first;
        for (const struct yaml *child = left->first; child; child = child->next) {
            assert_true(slice_equal(child->key, twin->key));
            assert_int_equal(child->count, twin->count);
            twin = twin->next;
        }
        assert_null(twin);
        pack_release(&packed);
        arena_release(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_too_much),
        cmocka_unit_test(reads),
        cmocka_unit_test(says_what_is_wrong_with_keys),
        cmocka_unit_test(packs_and_unpacks),
        cmocka_unit_test(leaves_out_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
