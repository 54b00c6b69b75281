/* Rules, the marks of providers and of block lists, what patterns need and the conditions of rules:
 * all are words that stand in a text or do not, so all are given ids and looked for at once.
 *
 * This takes half as long as all that goes before it in a short run, so it waits for the first
 * reply that is to be judged.
 */
#include "rules/search.h"

#include <pthread.h>

#include "base/map.h"
#include "base/pack.h"
#include "rules/loading.h"

/* The search while it is filled. Sets and lists that say the same are looked for under one id: each
 * id that a text has must be told when it is found. */
struct search {
    struct rulebook *book;
    struct map sets;  /* needed words, as packed -> id */
    struct map lists; /* the same of lists of phrases */
    struct pack key;
};

static void add_words(struct search *search, const struct needed *needed, size_t i, unsigned id) {
    for (size_t j = 0; j < needed->sets[i].count; j++)
        phrases_add_part(search->book->phrases, needed->sets[i].words[j], id);
}

/* The id of words; *is_new_r: they have none yet. */
static unsigned id_of(struct search *search, struct map *ids, const struct slice *words,
                      size_t count, bool *is_new_r) {
    search->key.length = 0;
    for (size_t i = 0; i < count; i++)
        pack_text(&search->key, words[i]);
    struct slice key = {search->key.bytes, search->key.length};
    unsigned *id = map_put(ids, key, is_new_r);
    if (*is_new_r)
        *id = (unsigned)search->book->search_ids++;
    return *id;
}

/* The id of a set that is not the first of its pattern. */
static unsigned add_set(struct search *search, const struct needed *needed, size_t i) {
    bool is_new;
    unsigned id =
        id_of(search, &search->sets, needed->sets[i].words, needed->sets[i].count, &is_new);
    if (is_new)
        add_words(search, needed, i, id);
    return id;
}

/* What a pattern needs: the first set under the id of its owner. */
static void add_needed(struct search *search, struct rule_pattern *pattern, unsigned id) {
    if (pattern->needed.count > 0)
        add_words(search, &pattern->needed, 0, id);
    for (size_t i = 1; i < pattern->needed.count; i++)
        pattern->more[i - 1] = add_set(search, &pattern->needed, i);
}

static void add_conditions(struct search *search, struct rule_phrases *list) {
    for (; list && list->id == 0; list = list->outer) {
        bool is_new;
        const struct rule_words *phrases = &list->phrases;
        list->id = id_of(search, &search->lists, phrases->items, phrases->count, &is_new);
        for (size_t i = 0; is_new && i < phrases->count; i++)
            phrases_add(search->book->phrases, phrases->items[i], list->id);
    }
}

/* What one rule or mark says itself: a phrase, or the words its pattern needs. */
static void add_own(struct search *search, struct rule_pattern *pattern, struct slice text,
                    unsigned id) {
    if (pattern && pattern->regex) {
        pattern->needed = needed_of(&((struct held *)search->book)->arena, text);
        add_needed(search, pattern, id);
    } else {
        phrases_add(search->book->phrases, text, id);
    }
}

static void prepare(struct rulebook *book) {
    struct search search = {.book = book};
    map_init(&search.sets, sizeof(unsigned));
    map_init(&search.lists, sizeof(unsigned));
    pack_init(&search.key);
    book->search_ids = book->rule_count + book->mark_count + book->lists.count;
    for (size_t i = 0; i < book->rule_count; i++) {
        struct rule *rule = &book->rules[i];
        if (rule->form != RULE_CODE)
            add_own(&search, rule->pattern, rule->text, rule->id);
        add_conditions(&search, rule->where->with);
        add_conditions(&search, rule->where->unless);
    }
    struct rule_mark *mark;
    for (size_t i = 0; (mark = rulebook_mark(book, i)); i++)
        add_own(&search, &mark->pattern, mark->text, (unsigned)(book->rule_count + i));
    phrases_build(book->phrases);
    map_release(&search.sets);
    map_release(&search.lists);
    pack_release(&search.key);
}

void search_prepare(struct rulebook *book) {
    static pthread_mutex_t preparing = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&preparing);
    if (book->search_ids == 0)
        prepare(book);
    pthread_mutex_unlock(&preparing);
}
