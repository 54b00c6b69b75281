/* One search finds all phrases of all rules at once, as bits by rule id; the rules of codes are
 * found by the codes of the reply. The rules stand in the order of trying, so the first bit whose
 * context holds is the answer. A pattern is tried only when the words it needs were found by the
 * same search.
 */
#include "finding/matching.h"

#include "base/fold.h"
#include "finding/clean.h"
#include <string.h>

/* ---- what is asked */

static const struct provider *first_of(const struct rulebook *book,
                                       const struct provider_set *set) {
    for (size_t i = 0; i < book->provider_count; i++)
        if (set->bits[i / 64] >> i % 64 & 1)
            return &book->providers[i];
    return NULL;
}

/* The providers of which the host and each domain above it bear a name. Only who spoke is looked
 * at: the host of a client says nothing about our own words. Gives the nearest of several too, the
 * one with the longest name. */
static struct provider_set providers_of_peer(const struct reason_memory *memory,
                                             const struct record *record,
                                             const struct provider **nearest_r) {
    struct provider_set set = {{0}};
    char buffer[HOST_MOST];
    *nearest_r = NULL;
    if (record->side != SIDE_REMOTE || record->peer_host.length == 0)
        return set;
    struct slice domain = deciding_host(record->peer_host, buffer), label;
    while (domain.length > 0) {
        const struct provider_set *named = map_get(&memory->hosts, domain);
        for (size_t i = 0; named && i < PROVIDERS_MOST / 64; i++)
            set.bits[i] |= named->bits[i];
        if (named && !*nearest_r)
            *nearest_r = first_of(memory->book, named);
        slice_cut(&domain, '.', &label);
    }
    return set;
}

bool reason_knows_host(const struct reason_memory *memory, struct slice host) {
    char buffer[HOST_MOST];
    struct slice domain = deciding_host(host, buffer), label;
    for (; domain.length > 0; slice_cut(&domain, '.', &label))
        if (map_get(&memory->hosts, domain))
            return true;
    return false;
}

/* Where nobody said anything, the MTA's own dsn= tells what happened to it. */
static struct enhanced enhanced_of(const struct finding *finding) {
    bool unsaid = finding->record.side == SIDE_SYNTHETIC && !finding->reply.enhanced.class_digit;
    return unsaid ? finding->record.dsn : finding->reply.enhanced;
}

/* What rules look at, behind the head of the key. */
static struct slice cleaned(const struct finding *finding, char *to) {
    const struct record *record = &finding->record;
    struct slice text = slice_head(finding->reply.text, TEXT_MOST);
    return clean_own_words(text, record->side, record->peer_ip, to);
}

struct asked matching_asked(struct reason_memory *memory, const struct finding *finding) {
    const struct record *record = &finding->record;
    const struct provider *nearest;
    struct provider_set providers = providers_of_peer(memory, record, &nearest);
    return (struct asked){
        .code = finding->reply.code,
        .enhanced = enhanced_of(finding),
        .stage = 1u << record->stage,
        .mta = deciding_mta(finding->mta),
        .side = (uint16_t)(1u << record->side),
        .direction = (uint16_t)(1u << record->direction),
        .synthetic = finding->reply.code == 0 &&
                     (record->side == SIDE_SYNTHETIC || record->side == SIDE_NONE),
        .warning = finding->reply.code == 0 && record->level == LEVEL_MTA,
        .implied = finding->code_implied,
        .providers = providers,
        .nearest = nearest,
        .clean = cleaned(finding, memory->key + KEY_HEAD),
    };
}

/* ---- what was found */

bool matching_code(const struct asked *asked, const struct rule *rule) {
    return code_is(rule->code, asked->code, asked->enhanced);
}

/* The rules of the codes that the reply has. */
static void find_codes(struct reason_memory *memory, const struct asked *asked) {
    const size_t chains[] = {deciding_chain(asked->code, asked->enhanced),
                             deciding_chain(0, asked->enhanced)};
    for (size_t i = asked->code == 0; i < 1 + (asked->enhanced.class_digit != 0); i++)
        for (uint32_t place = memory->of_code[chains[i]]; place != 0;
             place = memory->before[place - 1])
            if (matching_code(asked, &memory->book->rules[place - 1]))
                deciding_set(memory->hits, place - 1);
}

/* The rules worth trying, and all that the conditions of rules ask for. */
static void find(struct reason_memory *memory, struct asked *asked) {
    asked->folded = (struct slice){memory->folded, asked->clean.length};
    fold_case(asked->clean, memory->folded);
    if (memory->way == REASON_PLAIN) {
        memset(memory->hits, 0xff, memory->words * sizeof *memory->hits);
        return;
    }
    memcpy(memory->hits, memory->always, memory->words * sizeof *memory->hits);
    phrases_search(memory->book->phrases, asked->folded, memory->hits);
    find_codes(memory, asked);
}

static bool was_found(const struct reason_memory *memory, size_t id) {
    return memory->hits[id / 64] >> id % 64 & 1;
}

static bool has_needs(const struct reason_memory *memory, size_t id) {
    for (size_t i = 0; i < NEEDED_MOST - 1; i++)
        if (!was_found(memory, memory->gates[id].needs[i]))
            return false;
    return true;
}

size_t matching_next(const struct reason_memory *memory, size_t from, size_t end) {
    while (from < end) {
        size_t word = from / 64;
        uint64_t bits = memory->hits[word] >> from % 64 << from % 64;
        for (; bits != 0; bits &= bits - 1) {
            size_t id = word * 64 + (size_t)__builtin_ctzll(bits);
            if (id >= end)
                return end;
            if (has_needs(memory, id))
                return id;
        }
        from = (word + 1) * 64;
    }
    return end;
}

/* A pattern that cannot come to an end does not match, and after some times is not tried. */
static bool pattern_matches(const struct reason_memory *memory, struct regex *regex, size_t id,
                            const struct asked *asked) {
    struct limits *limits = memory->limits;
    if (limits->times[id] == LIMITS_MOST)
        return false;
    enum regex_result result = regex_match(regex, memory->regex, asked->clean);
    if (result != REGEX_LIMIT)
        return result == REGEX_YES;
    limits->met = limits->was_met = true;
    if (++limits->times[id] == LIMITS_MOST) {
        limits->was_off[id] = true;
        limits->off++;
    }
    return false;
}

/* Of a candidate, by its id: a phrase matches, a pattern is tried. `text` is the phrase, for the
 * plain way. */
static bool matches(const struct reason_memory *memory, const struct rule_pattern *pattern,
                    size_t id, struct slice text, const struct asked *asked) {
    if (pattern && pattern->regex)
        return pattern_matches(memory, pattern->regex, id, asked);
    return memory->way != REASON_PLAIN || phrase_stands(text, asked->folded);
}

static bool one_stands(const struct reason_memory *memory, const struct rule_phrases *list,
                       const struct asked *asked) {
    if (memory->way != REASON_PLAIN)
        return was_found(memory, list->id);
    for (size_t i = 0; i < list->phrases.count; i++)
        if (phrase_stands(list->phrases.items[i], asked->folded))
            return true;
    return false;
}

/* What else the text must say, and must not. */
static const char *unsaid(const struct reason_memory *memory, const struct rule_where *where,
                          const struct asked *asked) {
    for (const struct rule_phrases *unless = where->unless; unless; unless = unless->outer)
        if (one_stands(memory, unless, asked))
            return "unless";
    for (const struct rule_phrases *with = where->with; with; with = with->outer)
        if (!one_stands(memory, with, asked))
            return "with";
    return NULL;
}

const struct provider_mark *matching_mark(const struct reason_memory *memory,
                                          const struct asked *asked, size_t from) {
    const struct rulebook *book = memory->book;
    size_t end = book->rule_count + book->mark_count;
    for (size_t id = matching_next(memory, book->rule_count + from, end); id < end;
         id = matching_next(memory, id + 1, end)) {
        const struct provider_mark *mark = &book->marks[id - book->rule_count];
        if (matches(memory, &mark->mark.pattern, id, mark->mark.text, asked))
            return mark;
    }
    return NULL;
}

/* Gives the first that the text tells. */
static const struct provider *recognise_providers(const struct reason_memory *memory,
                                                  struct asked *asked) {
    const struct rulebook *book = memory->book;
    const struct provider *first = NULL;
    const struct provider_mark *mark = matching_mark(memory, asked, 0);
    for (; mark; mark = matching_mark(memory, asked, (size_t)(mark - book->marks) + 1)) {
        deciding_set(asked->providers.bits, (size_t)(mark->provider - book->providers));
        first = first ? first : mark->provider;
    }
    return first;
}

static struct listed read_list(const struct reason_memory *memory, const struct asked *asked,
                               const struct blocklist_mark *mark) {
    struct listed listed = {.mark = mark};
    if (mark->name.length)
        return listed;
    struct slice name = regex_group(memory->regex, asked->clean, (size_t)mark->group);
    if (name.length == 0)
        return (struct listed){0};
    listed.at = (uint16_t)(name.at - asked->clean.at);
    listed.length = (uint16_t)name.length;
    return listed;
}

struct listed matching_list(const struct reason_memory *memory, const struct asked *asked) {
    const struct rulebook *book = memory->book;
    size_t begin = book->rule_count + book->mark_count, end = begin + book->lists.count;
    struct listed listed = {0};
    for (size_t id = matching_next(memory, begin, end); id < end;
         id = matching_next(memory, id + 1, end)) {
        const struct blocklist_mark *mark = &book->lists.marks[id - begin];
        if ((listed.mark && !mark->name.length) ||
            !matches(memory, &mark->mark.pattern, id, mark->mark.text, asked))
            continue;
        listed = read_list(memory, asked, mark);
        if (mark->name.length)
            break;
    }
    return listed;
}

/* ---- rules */

static bool has_provider(const struct provider_set *wanted, const struct provider_set *set) {
    for (size_t i = 0; i < PROVIDERS_MOST / 64; i++)
        if (wanted->bits[i] & set->bits[i])
            return true;
    return false;
}

static bool has_code(const struct guard *guard, const struct asked *asked) {
    for (size_t i = 0; i < guard->code_count; i++)
        if (code_is(guard->codes[i], asked->code, asked->enhanced))
            return true;
    return guard->code_count == 0;
}

/* The condition of a rule that is not met here, by its key; NULL: all are. */
static const char *unmet(const struct reason_memory *memory, const struct asked *asked,
                         const struct guard *guard) {
    if (guard->stages && !(guard->stages & asked->stage))
        return "stage";
    if (guard->sides && !(guard->sides & asked->side))
        return "side";
    if (guard->directions && !(guard->directions & asked->direction))
        return "direction";
    if (guard->mtas && !(guard->mtas & asked->mta))
        return "mta";
    if (guard->providers && !has_provider(guard->providers, &asked->providers))
        return "provider";
    if (!has_code(guard, asked))
        return "code";
    return unsaid(memory, guard->where, asked);
}

/* ---- rules by words */

bool matching_words(const struct reason_memory *memory, const struct asked *asked,
                    const struct rule *rule) {
    return rule->form == RULE_CODE || matches(memory, rule->pattern, rule->id, rule->text, asked);
}

const char *matching_wording_unmet(const struct reason_memory *memory, const struct asked *asked,
                                   const struct guard *guard) {
    if (asked->synthetic && !guard->synthetic)
        return "no reply";
    if (asked->warning && !guard->warning)
        return "a warning of the server itself";
    return unmet(memory, asked, guard);
}

const struct rule *matching_first_wording(const struct reason_memory *memory,
                                          const struct asked *asked, enum rule_strength strength) {
    const struct rulebook *book = memory->book;
    size_t end = book->first_rule[strength + 1];
    for (size_t id = matching_next(memory, book->first_rule[strength], end); id < end;
         id = matching_next(memory, id + 1, end)) {
        const struct rule *rule = &book->rules[id];
        if (!matching_wording_unmet(memory, asked, deciding_guard(memory, id)) &&
            matching_words(memory, asked, rule))
            return rule;
    }
    return NULL;
}

/* ---- rules by code */

static bool is_same(struct slice phrase, struct slice words) {
    char buffer[256];
    return slice_equal(words, words_of(phrase, buffer, sizeof buffer));
}

/* Of the texts that no language changes, so that it changes no verdict either. */
static bool is_phrase_of(const struct code_page *page, struct slice words) {
    return page && (is_same(page->standard, words) || is_same(page->english, words));
}

/* Whether a reply says more than its code: not when empty, nor with the standard phrase of it. */
static bool has_own_words(const struct rulebook *book, const struct asked *asked) {
    char buffer[256];
    struct slice words = words_of(asked->folded, buffer, sizeof buffer);
    return words.length > 0 && !is_phrase_of(codes_reply(book->codes, asked->code), words) &&
           !is_phrase_of(codes_enhanced(book->codes, asked->enhanced), words);
}

const char *matching_hint_unmet(const struct reason_memory *memory, const struct asked *asked,
                                enum rule_strength strength) {
    if (strength != RULE_DEFAULT)
        return NULL;
    return has_own_words(memory->book, asked) ? "the reply has words of its own" : NULL;
}

/* Whether the enhanced code is about addresses or mailboxes, or of no subject. */
static bool may_be_recipient(struct enhanced enhanced) {
    enum { MAILBOXES = 2 };
    return enhanced.class_digit == 0 || enhanced.subject <= MAILBOXES;
}

const char *matching_code_unmet(const struct reason_memory *memory, const struct asked *asked,
                                const struct rule *rule, const char *hint_unmet) {
    if (rule->strength == RULE_DEFAULT && asked->implied)
        return "the code is implied";
    if (rule->strength == RULE_DEFAULT && deciding_guard(memory, rule->id)->recipient &&
        !may_be_recipient(asked->enhanced))
        return "the enhanced code is not about a recipient";
    return hint_unmet && !rule->staged ? hint_unmet
                                       : unmet(memory, asked, deciding_guard(memory, rule->id));
}

const struct rule *matching_first_code(const struct reason_memory *memory,
                                       const struct asked *asked, enum rule_strength strength) {
    const struct rulebook *book = memory->book;
    if (asked->code == 0 && asked->enhanced.class_digit == 0)
        return NULL;
    const char *hint = NULL;
    bool asked_hint = false;
    size_t end = book->first_rule[strength + 1];
    for (size_t id = matching_next(memory, book->first_rule[strength], end); id < end;
         id = matching_next(memory, id + 1, end)) {
        const struct rule *rule = &book->rules[id];
        if (!matching_code(asked, rule))
            continue;
        if (!asked_hint) /* dear, and most replies have no such rule */
            hint = matching_hint_unmet(memory, asked, strength);
        asked_hint = true;
        if (!matching_code_unmet(memory, asked, rule, hint))
            return rule;
    }
    return NULL;
}

/* Tokens that are nothing but codes are found by those, once their provider is recognised; so are
 * patterns that need no word. */
static void find_tokens(const struct reason_memory *memory, const struct asked *asked) {
    static const struct provider_set nobody;
    const struct rulebook *book = memory->book;
    if (memcmp(&asked->providers, &nobody, sizeof nobody) == 0)
        return;
    for (size_t id = book->first_rule[RULE_TOKEN]; id < book->first_rule[RULE_TOKEN + 1]; id++) {
        const struct guard *guard = deciding_guard(memory, id);
        if (deciding_silent(&book->rules[id]) &&
            has_provider(guard->providers, &asked->providers) && has_code(guard, asked))
            deciding_set(memory->hits, id);
    }
}

void matching_find(struct reason_memory *memory, struct asked *asked) {
    find(memory, asked);
    asked->told = recognise_providers(memory, asked);
    find_tokens(memory, asked);
}
