/* Rules are made here out of the lists of a pattern file, the same way for reasons and providers.
 * Everything that would make a rule silently never fire is refused with its place: an unknown word,
 * a phrase without a word in it, a context that contradicts that of its file.
 */
#include "rules/rule.h"

#include "base/memory.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PHRASE = 200 };

const struct rule_where rule_anywhere;

/* The words of stage, side and direction as the contract has them; those of mta and provider are
 * known elsewhere. */
static const char *const stages[] = {"connect", "helo",     "starttls",    "auth", "mail",
                                     "rcpt",    "data",     "end-of-data", "quit", "other",
                                     "dns",     "delivery", "queue",       NULL};
static const char *const sides[] = {"remote", "local", "callout", "synthetic", NULL};
static const char *const directions[] = {"in", "out", "local", NULL};

static const char *const when_keys[] = {"says", "matches",  "code", "stage",  "side", "direction",
                                        "mta",  "provider", "with", "unless", NULL};

void rule_list_release(struct rule_list *list) {
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].pattern)
            regex_free(list->items[i].pattern->regex);
    free(list->items);
    *list = (struct rule_list){0};
}

static bool check_text(const struct yaml *item, struct problem *problem) {
    if (item->kind == YAML_MAPPING)
        return yaml_say(item, problem, "a ':' made keys of this text: write it in quotes");
    if (item->kind == YAML_LIST)
        return yaml_say(item, problem, "'[' made a list of this text: write it in quotes");
    if (item->text.length == 0)
        return yaml_say(item, problem, "an empty item; text that begins with '#' goes in quotes");
    return true;
}

static bool check_phrase(const struct yaml *item, struct problem *problem) {
    if (!check_text(item, problem))
        return false;
    if (item->text.length > MOST_PHRASE)
        return yaml_say(item, problem, "a phrase has at most %d bytes", MOST_PHRASE);
    for (size_t i = 0; i < item->text.length; i++) {
        unsigned char byte = (unsigned char)item->text.at[i];
        unsigned char lower = byte | 0x20;
        if ((lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || byte >= 0x80)
            return true;
    }
    return yaml_say(item, problem, "no word in the phrase '%.*s'", SLICE_ARGS(item->text));
}

static bool check_list(const struct yaml *node, struct problem *problem) {
    return node->kind == YAML_LIST || yaml_say(node, problem, "a list is needed here: [one, two]");
}

bool yaml_texts(struct arena *arena, const struct yaml *node, struct rule_words *texts_r,
                struct problem *problem) {
    *texts_r = (struct rule_words){0};
    if (!node)
        return true;
    if (!check_list(node, problem))
        return false;
    struct slice *items = arena_zero(arena, (node->count + 1) * sizeof *items);
    size_t count = 0;
    for (const struct yaml *item = node->first; item; item = item->next) {
        if (!check_text(item, problem))
            return false;
        items[count++] = item->text;
    }
    *texts_r = (struct rule_words){items, count};
    return true;
}

/* ---- context */

static bool is_known(const char *const words[], struct slice word) {
    for (; *words; words++)
        if (slice_is(word, *words))
            return true;
    return false;
}

bool rule_is_stage(struct slice word) {
    return is_known(stages, word);
}

static bool holds_word(const struct rule_words *words, struct slice word) {
    for (size_t i = 0; i < words->count; i++)
        if (slice_equal(words->items[i], word))
            return true;
    return false;
}

/* One list of words; known NULL: any. What stands in *words already limits it. */
static bool narrow_words(const struct rule_maker *maker, const struct yaml *mapping,
                         const char *key, const char *const known[], struct rule_words *words) {
    const struct yaml *node = yaml_get(mapping, key);
    if (!node)
        return true;
    struct rule_words given;
    if (!yaml_texts(maker->arena, node, &given, maker->problem))
        return false;
    if (given.count == 0)
        return yaml_say(node, maker->problem, "an empty list holds nowhere: leave '%s' out", key);
    struct slice *kept = arena_zero(maker->arena, given.count * sizeof *kept);
    size_t count = 0;
    for (size_t i = 0; i < given.count; i++) {
        if (known && !is_known(known, given.items[i]))
            return yaml_say(node, maker->problem, "unknown %s '%.*s'", key,
                            SLICE_ARGS(given.items[i]));
        if (words->count == 0 || holds_word(words, given.items[i]))
            kept[count++] = given.items[i];
    }
    if (count == 0)
        return yaml_say(node, maker->problem, "'where' of this file excludes this %s", key);
    *words = (struct rule_words){kept, count};
    return true;
}

/* "5.7.606-649": the codes that differ in the last number, which is what a provider numbers its own
 * refusals with. Gives how many there are, 0 when it is none; `codes` NULL only counts. */
static size_t expand_code(struct slice text, struct code *codes) {
    struct slice rest = text, first;
    struct code code;
    uint64_t last;
    bool is_range = slice_cut(&rest, '-', &first);
    if (!code_read(first, &code) || (is_range && (code.basic || !slice_number(rest, &last))))
        return 0;
    if (!is_range)
        last = code.enhanced.detail;
    else if (last <= code.enhanced.detail || last > 999)
        return 0;
    size_t count = 0;
    for (; code.enhanced.detail <= last; code.enhanced.detail++)
        if (codes)
            codes[count++] = code;
        else
            count++;
    return count;
}

static bool narrow_codes(struct rule_maker *maker, const struct yaml *mapping) {
    const struct yaml *node = yaml_get(mapping, "code");
    struct rule_words codes;
    size_t count = 0;
    if (!yaml_texts(maker->arena, node, &codes, maker->problem))
        return false;
    for (size_t i = 0; i < codes.count; i++) {
        size_t more = expand_code(codes.items[i], NULL);
        if (more == 0)
            return yaml_say(node, maker->problem,
                            "'%.*s' is no code: write 550, 5.7.1, x.7.1 or 5.7.606-649",
                            SLICE_ARGS(codes.items[i]));
        count += more;
    }
    if (node && codes.count == 0)
        return yaml_say(node, maker->problem, "an empty list holds nowhere: leave 'code' out");
    if (count == 0)
        return true;
    struct code *all = arena_zero(maker->arena, count * sizeof *all);
    maker->where.codes = all;
    maker->where.code_count = count;
    for (size_t i = 0; i < codes.count; i++)
        all += expand_code(codes.items[i], all);
    return true;
}

/* A list of phrases in front of those that are demanded already. */
static bool narrow_phrases(const struct rule_maker *maker, const struct yaml *mapping,
                           const char *key, struct rule_phrases **phrases) {
    const struct yaml *node = yaml_get(mapping, key);
    if (!node)
        return true;
    struct rule_phrases *inner = arena_zero(maker->arena, sizeof *inner);
    if (!yaml_texts(maker->arena, node, &inner->phrases, maker->problem))
        return false;
    if (inner->phrases.count == 0)
        return yaml_say(node, maker->problem, "an empty list: leave '%s' out", key);
    for (const struct yaml *item = node->first; item; item = item->next)
        if (!check_phrase(item, maker->problem))
            return false;
    inner->outer = *phrases;
    *phrases = inner;
    return true;
}

bool rule_narrow(struct rule_maker *maker, const struct yaml *mapping) {
    if (!mapping)
        return true;
    struct rule_where *where = &maker->where;
    return narrow_codes(maker, mapping) && narrow_phrases(maker, mapping, "with", &where->with) &&
           narrow_phrases(maker, mapping, "unless", &where->unless) &&
           narrow_words(maker, mapping, "stage", stages, &where->stage) &&
           narrow_words(maker, mapping, "side", sides, &where->side) &&
           narrow_words(maker, mapping, "direction", directions, &where->direction) &&
           narrow_words(maker, mapping, "mta", NULL, &where->mta) &&
           narrow_words(maker, mapping, "provider", NULL, &where->provider);
}

/* ---- rules */

/* The rules of a list of a file share one. */
static const struct rule_where *keep_where(const struct rule_maker *maker,
                                           const struct rule_where *where) {
    static_assert(sizeof *where == 5 * sizeof(struct rule_words) + sizeof(void *) + sizeof(size_t) +
                                       2 * sizeof(void *),
                  "compared byte by byte");
    const struct rule_list *list = maker->list;
    const struct rule_where *last = list->count > 0 ? list->items[list->count - 1].where : NULL;
    if (last && memcmp(last, where, sizeof *where) == 0)
        return last;
    struct rule_where *kept = arena_alloc(maker->arena, sizeof *kept);
    *kept = *where;
    return kept;
}

static struct rule *new_rule(const struct rule_maker *maker, const struct yaml *item,
                             enum rule_form form) {
    struct rule_list *list = maker->list;
    const struct rule_where *where = keep_where(maker, &maker->where);
    list->items = memory_grow(list->items, &list->capacity, list->count + 1, sizeof *list->items);
    struct rule *rule = &list->items[list->count++];
    *rule = (struct rule){.form = form,
                          .strength = maker->strength,
                          .reason = maker->reason,
                          .text = item->text,
                          .where = where,
                          .file = item->file,
                          .line = item->line};
    return rule;
}

static bool compile(const struct yaml *item, struct rule_pattern *pattern_r,
                    struct problem *problem) {
    struct problem why = {""};
    *pattern_r = (struct rule_pattern){0};
    if (!check_text(item, problem))
        return false;
    if (item->proved)
        pattern_r->regex = regex_trusted(item->text, REGEX_EXTENDED | REGEX_NOCASE);
    else if (!regex_new(item->text, REGEX_EXTENDED | REGEX_NOCASE, &pattern_r->regex, &why))
        return yaml_say(item, problem, "%s", why.text);
    return true;
}

static bool add_phrase(const struct rule_maker *maker, const struct yaml *item) {
    if (!check_phrase(item, maker->problem))
        return false;
    new_rule(maker, item, RULE_SAYS);
    return true;
}

static bool add_pattern(const struct rule_maker *maker, const struct yaml *item) {
    struct rule_pattern *pattern = arena_zero(maker->arena, sizeof *pattern);
    if (!compile(item, pattern, maker->problem))
        return false;
    new_rule(maker, item, RULE_MATCHES)->pattern = pattern;
    return true;
}

static bool each(const struct rule_maker *maker, const struct yaml *list,
                 bool (*add)(const struct rule_maker *maker, const struct yaml *item)) {
    if (!list)
        return true;
    if (!check_list(list, maker->problem))
        return false;
    for (const struct yaml *item = list->first; item; item = item->next)
        if (!add(maker, item))
            return false;
    return true;
}

bool rules_says(const struct rule_maker *maker, const struct yaml *list) {
    return each(maker, list, add_phrase);
}

bool rules_matches(const struct rule_maker *maker, const struct yaml *list) {
    return each(maker, list, add_pattern);
}

bool rule_mark_read(const struct yaml *item, enum rule_form form, struct rule_mark *mark_r,
                    struct problem *problem) {
    *mark_r = (struct rule_mark){.text = item->text, .file = item->file, .line = item->line};
    return form == RULE_SAYS ? check_phrase(item, problem)
                             : compile(item, &mark_r->pattern, problem);
}

bool rule_of(const struct rule_maker *maker, const struct yaml *mapping) {
    struct rule_maker narrowed = *maker;
    const struct yaml *says = yaml_get(mapping, "says"), *matches = yaml_get(mapping, "matches");
    if (!says == !matches)
        return yaml_say(mapping, maker->problem, "write one of 'says' and 'matches'");
    if (!rule_narrow(&narrowed, mapping))
        return false;
    if (says)
        return says->kind == YAML_LIST ? rules_says(&narrowed, says) : add_phrase(&narrowed, says);
    return matches->kind == YAML_LIST ? rules_matches(&narrowed, matches)
                                      : add_pattern(&narrowed, matches);
}

bool rule_of_codes(const struct rule_maker *maker, const struct yaml *mapping) {
    struct rule_maker narrowed = *maker;
    if (!rule_narrow(&narrowed, mapping))
        return false;
    struct rule *rule = new_rule(&narrowed, mapping, RULE_CODE);
    rule->text = yaml_get(mapping, "code")->first->text; /* its name: where.codes decides */
    return true;
}

static bool add_bound(const struct rule_maker *maker, const struct yaml *item) {
    if (!yaml_only(item, when_keys, maker->problem))
        return false;
    if (item->count < 2)
        return yaml_say(item, maker->problem,
                        "no context here: name one of code, stage, side, direction, mta, "
                        "provider, with and unless, or move it out of 'when'");
    return rule_of(maker, item);
}

bool rules_when(const struct rule_maker *maker, const struct yaml *list) {
    return each(maker, list, add_bound);
}

/* CODE [ "@" STAGE ] */
static bool add_code(const struct rule_maker *maker, const struct yaml *item) {
    if (!check_text(item, maker->problem))
        return false;
    struct slice rest = item->text, head;
    struct code code;
    bool staged = slice_cut(&rest, '@', &head);
    if (!code_read(head, &code))
        return yaml_say(item, maker->problem, "'%.*s' is no code: write 550, 5.7.1 or x.7.1",
                        SLICE_ARGS(head));
    if (maker->strength == RULE_ENHANCED && code.basic != 0)
        return yaml_say(item, maker->problem,
                        "'deciding' takes enhanced codes only: move %.*s to 'staged' or 'hinting'",
                        SLICE_ARGS(head));
    if (maker->strength == RULE_STAGED && code.basic == 0)
        return yaml_say(item, maker->problem,
                        "'staged' takes reply codes only: move %.*s to 'deciding' or 'hinting'",
                        SLICE_ARGS(head));
    struct rule_where where = maker->where;
    if (staged && !is_known(stages, rest))
        return yaml_say(item, maker->problem, "unknown stage '%.*s'", SLICE_ARGS(rest));
    if (staged && where.stage.count > 0 && !holds_word(&where.stage, rest))
        return yaml_say(item, maker->problem, "'where' of this file excludes this stage");
    struct rule *rule = new_rule(maker, item, RULE_CODE);
    rule->code = code;
    rule->staged = staged;
    if (staged) {
        struct slice *stage = arena_zero(maker->arena, sizeof *stage);
        *stage = rest;
        where.stage = (struct rule_words){stage, 1};
        rule->where = keep_where(maker, &where);
    }
    return true;
}

bool rules_codes(const struct rule_maker *maker, const struct yaml *list) {
    return each(maker, list, add_code);
}
