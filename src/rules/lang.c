/* Whoever prints a title or a hint should not have to know of languages, so the translations are
 * laid over the rule book once, after loading, and from there on are its texts.
 */
#include "rules/lang.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"

struct translation {
    struct slice english, text;
    const char *file;
    unsigned line;
};

struct lang {
    struct arena arena;
    struct map translations; /* by key */
};

/* ---- reading */

/* "es" of "lang/es.yaml"; empty: another file. */
static struct slice language_of(const struct pattern_file *file) {
    struct slice name = slice_of(file->name);
    if (!slice_skip(&name, SLICE("lang/")) || !slice_ends(name, SLICE(".yaml")))
        return (struct slice){0};
    return slice_head(name, name.length - strlen(".yaml"));
}

bool lang_is_there(const struct pattern_files *files, const char *name) {
    bool found = strcmp(name, "en") == 0;
    for (size_t i = 0; i < files->count && !found; i++)
        found = *name && slice_is(language_of(&files->items[i]), name);
    return found;
}

/* The later of two files holds, as with codes. */
static bool read_item(struct lang *lang, const char *name, const struct yaml *item,
                      struct problem *problem) {
    const char *const known[] = {"en", name, NULL};
    struct translation read = {.file = item->file, .line = item->key_line};
    if (!yaml_only(item, known, problem) || !yaml_text(item, "en", true, &read.english, problem) ||
        !yaml_text(item, name, true, &read.text, problem))
        return false;
    *(struct translation *)map_put(&lang->translations, item->key, NULL) = read;
    return true;
}

static bool read_file(struct lang *lang, const char *name, const struct pattern_file *file,
                      struct problem *problem) {
    const struct yaml *root;
    if (!pattern_file_yaml(file, &lang->arena, &root, problem))
        return false;
    if (root->kind != YAML_MAPPING)
        return yaml_say(root, problem, "write 'KEY:', and under it 'en:' and '%s:'", name);
    for (const struct yaml *item = root->first; item; item = item->next)
        if (!read_item(lang, name, item, problem))
            return false;
    return true;
}

/* "en, es, fr, th" */
static bool say_languages(const struct pattern_files *files, const char *name,
                          struct problem *problem) {
    struct arena arena;
    struct slice known = SLICE("en"), last = {0};
    arena_init(&arena);
    for (size_t i = 0; i < files->count; i++) {
        struct slice language = language_of(&files->items[i]);
        if (language.length > 0 && !slice_equal(language, last))
            known = arena_print(&arena, "%.*s, %.*s", SLICE_ARGS(known), SLICE_ARGS(language));
        last = language;
    }
    problem_say(problem, "--lang '%s': there is %.*s", name, SLICE_ARGS(known));
    arena_release(&arena);
    return false;
}

struct lang *lang_load(const struct pattern_files *files, const char *name,
                       struct problem *problem) {
    if (!lang_is_there(files, name)) {
        say_languages(files, name, problem);
        return NULL;
    }
    struct lang *lang = memory_new(sizeof *lang);
    bool good = true;
    arena_init(&lang->arena);
    map_init(&lang->translations, sizeof(struct translation));
    for (size_t i = 0; i < files->count && good; i++)
        if (slice_is(language_of(&files->items[i]), name))
            good = read_file(lang, name, &files->items[i], problem);
    if (good)
        return lang;
    lang_free(lang);
    return NULL;
}

void lang_free(struct lang *lang) {
    if (!lang)
        return;
    map_release(&lang->translations);
    arena_release(&lang->arena);
    free(lang);
}

struct slice lang_text(const struct lang *lang, struct slice key, struct slice english) {
    const struct translation *found = map_get(&lang->translations, key);
    return found && slice_equal(found->english, english) ? found->text : english;
}

void lang_each_key(const struct lang *lang,
                   void (*each)(void *context, struct slice key, struct slice english,
                                struct slice text, const char *file, unsigned line),
                   void *context) {
    for (size_t i = 0; i < lang->translations.used; i++) {
        struct slice key;
        const struct translation *found = map_at(&lang->translations, i, &key);
        if (found)
            each(context, key, found->english, found->text, found->file, found->line);
    }
}

/* ---- the texts of the book */

struct visit {
    void (*each)(void *context, struct slice key, struct slice *text);
    void *context;
};

/* The key is its parts, joined by dots; `where` may be empty, and very long keys and empty texts
 * are none. */
static void visit(const struct visit *to, const char *kind, struct slice name, const char *part,
                  struct slice where, struct slice *text) {
    const struct slice parts[] = {slice_of(kind), name, slice_of(part), where};
    char key[256];
    size_t length = 0;
    if (text->length == 0)
        return;
    for (size_t i = 0; i < sizeof parts / sizeof *parts - !where.length; i++) {
        if (length + 1 + parts[i].length > sizeof key)
            return;
        memcpy(key + length, parts[i].at, parts[i].length);
        length += parts[i].length;
        key[length++] = '.';
    }
    to->each(to->context, (struct slice){key, length - 1}, text);
}

static void visit_code(void *context, struct code_page *page) {
    const struct visit *to = context;
    const struct slice none = {0};
    visit(to, "codes", page->code, "name", none, &page->name);
    visit(to, "codes", page->code, "description", none, &page->description);
    visit(to, "codes", page->code, "when", none, &page->when);
    visit(to, "codes", page->code, "fix", none, &page->fix);
    visit(to, "codes", page->code, "use", none, &page->use);
    if (slice_starts(page->source, SLICE("seen: ")))
        visit(to, "codes", page->code, "source", none, &page->source);
}

/* pairs.354-530: the difference has no name of its own. */
static void visit_pair(void *context, struct code_pair *pair) {
    const struct visit *to = context;
    char key[64];
    int length = snprintf(key, sizeof key, "pairs.%.*s-%.*s", SLICE_ARGS(pair->one),
                          SLICE_ARGS(pair->other));
    if (length > 0 && (size_t)length < sizeof key)
        to->each(to->context, (struct slice){key, (size_t)length}, &pair->difference);
}

static void visit_reason(const struct visit *to, struct reason *reason) {
    struct slice name = slice_of(reason->name);
    const struct slice none = {0};
    visit(to, "reasons", name, "title", none, &reason->title);
    visit(to, "reasons", name, "meaning", none, &reason->meaning);
    visit(to, "reasons", name, "sign", none, &reason->sign);
    visit(to, "reasons", name, "hint", none, &reason->hint);
    for (size_t i = 0; i < reason->hint_count; i++)
        visit(to, "reasons", name, "hints", reason->hints[i].where, &reason->hints[i].text);
}

void lang_each_text(struct rulebook *book,
                    void (*each)(void *context, struct slice key, struct slice *text),
                    void *context) {
    struct visit to = {each, context};
    for (size_t i = 0; i < book->reason_count; i++)
        visit_reason(&to, &book->reasons[i]);
    codes_each_page(book->codes, visit_code, &to);
    codes_each_pair(book->codes, visit_pair, &to);
}

static void lay_over(void *context, struct slice key, struct slice *text) {
    *text = lang_text(context, key, *text);
}

void lang_lay_over(const struct lang *lang, struct rulebook *book) {
    lang_each_text(book, lay_over, (void *)lang);
}
