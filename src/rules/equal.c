/* A rule is written down as bytes, all that it says, and looked up among those before it. A list of
 * phrases is shared by many rules, so it is written down once and from there on is a number.
 */
#include "rules/equal.h"

#include "base/map.h"
#include "base/pack.h"
#include "rules/phrases.h"

/* Lists have their length in front and texts too, so that no two keys are one by chance. */
static void key_words(struct pack *key, const struct slice *items, size_t count) {
    pack_number(key, count);
    for (size_t i = 0; i < count; i++)
        pack_text(key, items[i]);
}

static void key_codes(struct pack *key, const struct rule_where *where) {
    pack_number(key, where->code_count);
    for (size_t i = 0; i < where->code_count; i++) {
        const struct code *code = &where->codes[i];
        const unsigned parts[] = {code->basic, code->any_class, code->enhanced.class_digit,
                                  code->enhanced.subject, code->enhanced.detail};
        for (size_t j = 0; j < sizeof parts / sizeof *parts; j++)
            pack_number(key, parts[j]);
    }
}

static void key_phrases(struct pack *key, const struct rule_phrases *list) {
    for (; list; list = list->outer)
        pack_number(key, list->alike);
    pack_number(key, 0);
}

static void key_rule(struct pack *key, const struct rule *rule) {
    const struct rule_where *where = rule->where;
    const struct rule_words *lists[] = {&where->stage, &where->side, &where->direction, &where->mta,
                                        &where->provider};
    key->length = 0;
    pack_number(key, rule->strength);
    pack_number(key, rule->form);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        key_words(key, lists[i]->items, lists[i]->count);
    key_codes(key, where);
    key_phrases(key, where->with);
    key_phrases(key, where->unless);
    size_t begin = key->length;
    pack_bytes(key, rule->text);
    if (rule->form == RULE_SAYS)
        key->length = begin + phrases_fold((struct slice){key->bytes + begin, rule->text.length},
                                           key->bytes + begin)
                                  .length;
}

static void key_list(struct pack *key, const struct rule_phrases *list) {
    key->length = 0;
    key_words(key, list->phrases.items, list->phrases.count);
}

/* Numbers the lists of phrases, those that say the same alike; many rules share a list. */
static void number_lists(struct map *lists, struct pack *key, struct rule_phrases *list) {
    for (; list && list->alike == 0; list = list->outer) {
        bool is_new;
        key_list(key, list);
        unsigned *alike = map_put(lists, (struct slice){key->bytes, key->length}, &is_new);
        if (is_new)
            *alike = (unsigned)lists->count;
        list->alike = *alike;
    }
}

/* The first of the rules that say the same as this one; itself when none did. */
static size_t first_equal(struct map *seen, struct pack *key, const struct rule *rules, size_t i) {
    bool is_new;
    key_rule(key, &rules[i]);
    size_t *place = map_put(seen, (struct slice){key->bytes, key->length}, &is_new);
    if (is_new)
        *place = i;
    return *place;
}

static bool say_equal(const struct rule *first, const struct rule *later, struct problem *problem) {
    return problem_say(problem, "%s:%u: '%.*s' for %s stands in %s:%u for %s already", later->file,
                       later->line, SLICE_ARGS(later->text), later->reason->name, first->file,
                       first->line, first->reason->name);
}

bool rules_differ(const struct rulebook *book, struct problem *problem) {
    const struct rule *rules = book->rules;
    struct map seen, lists; /* of rules -> place; of lists -> number */
    struct pack key;
    bool good = true;
    map_init(&seen, sizeof(size_t));
    map_init(&lists, sizeof(unsigned));
    pack_init(&key);
    for (size_t i = 0; good && i < book->rule_count; i++) {
        if (rules[i].of_table)
            continue;
        number_lists(&lists, &key, rules[i].where->with);
        number_lists(&lists, &key, rules[i].where->unless);
        size_t first = first_equal(&seen, &key, rules, i);
        good = first == i || say_equal(&rules[first], &rules[i], problem);
    }
    map_release(&seen);
    map_release(&lists);
    pack_release(&key);
    return good;
}
