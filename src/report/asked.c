/* asked - a report of a part must not be taken for one of the whole, so it begins with the filters,
 * written as they can be given again. */
#include "report/asked.h"

#include "base/ascii.h"
#include "base/out.h"
#include "report/page_words.h"

/* As it was given, but for the brackets of an address. */
static struct slice word_text(const struct filter_word *word, struct arena *arena) {
    struct slice pattern = word->pattern.length ? word->pattern : SLICE("<>");
    return arena_print(arena, "%s%.*s", word->negated ? "!" : "", SLICE_ARGS(pattern));
}

static struct slice key_text(enum filter_by by, struct arena *arena) {
    struct slice name = slice_of(filter_name(by));
    char *key = arena_alloc(arena, name.length + 1);
    for (size_t i = 0; i <= name.length; i++)
        key[i] = name.at[i] == '-' ? '_' : name.at[i];
    return (struct slice){key, name.length};
}

/* True when a shell takes it as it is. */
static bool is_plain(struct slice text) {
    if (!text.length)
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (!is_alnum(text.at[i]) && !memchr("@%+=:,./_-", text.at[i], 10))
            return false;
    return true;
}

static void put_quoted(struct out *out, struct slice text) {
    if (is_plain(text)) {
        out_slice(out, text);
        return;
    }
    out_byte(out, '\'');
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] == '\'')
            out_text(out, "'\\''");
        else
            out_byte(out, text.at[i]);
    out_byte(out, '\'');
}

void asked_put(struct out *out, const char *name, struct slice word) {
    if (name)
        out_print(out, " --%s", name);
    out_byte(out, ' ');
    if (!name && word.length > 1 && word.at[0] == '-')
        out_text(out, "./"); /* a file, and no option */
    put_quoted(out, word);
}

void asked_put_others(struct out *out, const struct filter *filter, unsigned but,
                      struct arena *arena) {
    for (size_t i = 0; filter && i < filter->count; i++) {
        enum filter_by by = filter->words[i].by;
        if (!(but >> by & 1))
            asked_put(out, filter_name(by), word_text(&filter->words[i], arena));
    }
}

static struct slice add_some(struct page *page, struct cell *list, const struct filter *filter,
                             enum filter_by by, bool negated, struct slice before) {
    struct slice all = before;
    for (size_t i = 0; i < filter->count; i++) {
        const struct filter_word *word = &filter->words[i];
        if (word->by != by || word->negated != negated)
            continue;
        struct slice text = word_text(word, &page->arena);
        cell_text(page, list, NULL, NULL, text);
        all = arena_print(&page->arena, "%.*s%s%.*s", SLICE_ARGS(all), all.length ? "," : "",
                          SLICE_ARGS(text));
    }
    return all;
}

/* "spam-*,!spam-links", those with a '!' last, and for machines one by one. */
static struct slice add_words(struct page *page, struct cell *list, const struct filter *filter,
                              enum filter_by by) {
    struct slice wanted = add_some(page, list, filter, by, false, (struct slice){0});
    return add_some(page, list, filter, by, true, wanted);
}

void asked_of(const struct filter *filter, struct page *page) {
    struct cell *record = page_section(page, "filters", NULL, LOOK_HIDDEN, CELL_RECORD)->cell;
    struct out line;
    out_init_memory(&line);
    for (unsigned by = 0; filter && by < FILTER_COUNT; by++) {
        if (!(filter->given >> by & 1))
            continue;
        const char *key = key_text((enum filter_by)by, &page->arena).at;
        struct cell *list = cell_list(page, record, key, NULL);
        out_print(&line, "%s--%s ", line.length ? " " : "", filter_name((enum filter_by)by));
        put_quoted(&line, add_words(page, list, filter, (enum filter_by)by));
    }
    if (line.length)
        page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_ASKED),
                                   arena_copy(&page->arena, out_held(&line))));
    out_release(&line);
}

void asked_leaves_out(const struct filter *filter, struct page *page) {
    if (filter && filter->given && !filter_is_of_messages(filter))
        page_text(page, slice_of(page_word(page, WORD_ASKED_RECEIVED)));
}
