/* Why a mail failed is said in words by strangers and in numbers that often lie, so a reason is
 * chosen step by step, from the surest sign to the weakest:
 *
 *   1  no reply code: a condition of our own MTA; few reasons may speak
 *   2  2xx and 3xx: no failure
 *   3  a token of a provider that was recognised
 *   4  strong wording, in the order of the reasons
 *   5  an enhanced code that decides
 *   6  a reply code that decides, alone or in its stage
 *   7  weak wording
 *   8  a code as a hint: in its stage, or when the reply says nothing of its own; not an implied
 *      code, which tells what was refused and not why; and not of the recipient, when the enhanced
 *      code beside it is about something else (550 5.7.1 to RCPT is no unknown user)
 *
 * A warning of the server itself is about no recipient and no sender: only the network, the system
 * and logins may be its reason.
 *
 * One search finds all phrases of all rules at once, as bits by rule id; the rules of codes are
 * found by the codes of the reply. The rules stand in the order of trying, so the first bit whose
 * context holds is the answer. A pattern is tried only when the words it needs were found by the
 * same search.
 *
 * Wording is looked for in at most TEXT_MOST bytes, which no real reply reaches.
 */
#include "finding/reason.h"

#include "base/fold.h"
#include "base/map.h"
#include "base/memory.h"
#include "finding/clean.h"
#include "finding/values.h"
#include "rules/search.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_MOST = 4096,
    HOST_MOST = 255,
    KEY_HEAD = 64,
    KEY_MOST = 1024,
    CACHE_SLOTS = 4096,
    CODE_CHAINS = 256,
    LIMITS_MOST = 10, /* so often a pattern may meet a limit in one round */
};

struct provider_set {
    uint64_t bits[PROVIDERS_MOST / 64];
};

/* The context of a rule, as bits. */
struct guard {
    uint32_t stages, mtas; /* 0: any */
    uint16_t sides, directions;
    bool synthetic;                       /* may decide about a condition without reply */
    bool warning;                         /* may decide about a warning of the server itself */
    bool recipient;                       /* is about the recipient */
    bool host;                            /* is about the host that sends */
    const struct provider_set *providers; /* NULL: any */
    const struct code *codes;
    size_t code_count;
    const struct rule_where *where;
};

/* What is asked first of what was found, side by side so that it costs little: most candidates go
 * no further. */
struct gate {
    uint32_t needs[NEEDED_MOST - 1]; /* ids that must have been found too; its own: none */
    uint32_t guard;                  /* of a rule: its place in guards */
};

/* What a decision looks at, and nothing else. */
struct asked {
    uint16_t code;
    struct enhanced enhanced;
    uint32_t stage, mta; /* one bit each; mta 0: none known */
    uint16_t side, direction;
    bool synthetic; /* nobody said it */
    bool warning;   /* the server says it of itself */
    bool implied;   /* the code is not in the entry */
    struct provider_set providers;
    const struct provider *nearest; /* by the host that speaks; NULL: none */
    const struct provider *told;    /* by the text; NULL: none, or not looked for yet */
    struct slice clean, folded;     /* the text; lower case too */
};

/* The block list that a text names. A name read out of the text is kept by its place, because the
 * text of a cached choice is that of another reply. */
struct listed {
    const struct blocklist_mark *mark; /* NULL: none */
    uint16_t at, length;               /* of the name in the clean text, when the mark has none */
};

struct choice {
    enum class_by by;
    const struct rule *rule;         /* NULL: unclassified */
    const struct provider *provider; /* told by the text; NULL: none */
    struct listed listed;
};

struct kept {
    uint64_t hash;
    uint32_t length; /* of the key; 0: empty */
    struct choice choice;
    char key[KEY_MOST];
};

/* Which patterns met a limit of the regex engine. A rule that is off must be so for the same
 * replies however many threads there are, so it is for a round (a block of the log) and not for
 * what is left of a run, and what was decided beside a limit is not kept in the cache. */
struct limits {
    unsigned char *times; /* by rule id, marks and lists behind them; in this round */
    bool *was_off;        /* by the same: in any round */
    size_t off;           /* patterns that are off now */
    bool met;             /* in this decision */
};

struct reason_memory {
    const struct rulebook *book;
    enum reason_way way;
    struct arena arena;
    struct guard *guards; /* of rules with the same context one, so that they stay at hand */
    struct gate *gates;   /* by rule id, marks behind them */
    struct map hosts;     /* names of providers' hosts -> struct provider_set */
    struct regex_memory *regex;
    struct limits *limits;
    uint64_t *hits;    /* what the search found, by its ids */
    uint64_t *always;  /* patterns that need nothing, by the same */
    size_t words;      /* of the two */
    uint32_t *of_code; /* by chain_of: the last rule of such a code, id + 1; 0: none */
    uint32_t *before;  /* by rule id: the one before it in its chain */
    struct kept *cache;
    char key[KEY_HEAD + TEXT_MOST]; /* the clean text stands behind the rest of its key */
    char folded[TEXT_MOST];
};

/* ---- memory */

static void set_bit(uint64_t *bits, size_t place) {
    bits[place / 64] |= UINT64_C(1) << place % 64;
}

static uint32_t stage_bits(const struct rule_words *words) {
    uint32_t bits = 0;
    for (size_t i = 0; i < words->count; i++) {
        enum stage stage = STAGE_NONE;
        bool known = stage_read(words->items[i], &stage);
        assert(known); /* the rule book checked it */
        bits |= known ? 1u << stage : 0;
    }
    return bits;
}

static uint16_t side_bits(const struct rule_words *words) {
    uint16_t bits = 0;
    for (size_t i = 0; i < words->count; i++) {
        enum side side = SIDE_NONE;
        bool known = side_read(words->items[i], &side);
        assert(known);
        bits = (uint16_t)(bits | (known ? 1u << side : 0));
    }
    return bits;
}

static uint16_t direction_bits(const struct rule_words *words) {
    uint16_t bits = 0;
    for (size_t i = 0; i < words->count; i++) {
        enum direction direction = DIRECTION_NONE;
        bool known = direction_read(words->items[i], &direction);
        assert(known);
        bits = (uint16_t)(bits | (known ? 1u << direction : 0));
    }
    return bits;
}

static uint32_t mta_bit(const struct mta *mta) {
    for (unsigned i = 0; mta && mtas[i]; i++)
        if (mtas[i] == mta)
            return 1u << i;
    return 0;
}

/* An MTA nobody knows gets a bit that no finding has; finding/proof tells it. */
static uint32_t mta_bits(const struct rule_words *words) {
    uint32_t bits = 0;
    for (size_t i = 0; i < words->count; i++) {
        const struct mta *mta = mta_named(words->items[i]);
        bits |= mta ? mta_bit(mta) : 1u << 31;
    }
    return bits;
}

static const struct provider_set *provider_bits(struct reason_memory *memory,
                                                const struct rule_words *words) {
    if (words->count == 0)
        return NULL;
    struct provider_set *set = arena_zero(&memory->arena, sizeof *set);
    for (size_t i = 0; i < words->count; i++)
        for (size_t j = 0; j < memory->book->provider_count; j++)
            if (slice_equal(memory->book->providers[j].name, words->items[i]))
                set_bit(set->bits, j);
    return set;
}

static struct guard new_guard(struct reason_memory *memory, const struct rule *rule) {
    const struct rule_where *where = rule->where;
    struct slice group = rule->reason->group;
    struct guard guard = {.stages = stage_bits(&where->stage),
                          .mtas = mta_bits(&where->mta),
                          .sides = side_bits(&where->side),
                          .directions = direction_bits(&where->direction),
                          .providers = provider_bits(memory, &where->provider),
                          .codes = where->codes,
                          .code_count = where->code_count,
                          .where = where};
    guard.synthetic = (guard.sides & 1u << SIDE_SYNTHETIC) || slice_is(group, "network") ||
                      slice_is(group, "system");
    guard.warning = guard.synthetic || slice_is(group, "auth");
    guard.recipient = slice_is(group, "recipient");
    guard.host = values_speak_of_host(rule->reason);
    return guard;
}

/* The rules of one list do. */
static bool has_same_context(const struct rule *one, const struct rule *other) {
    return one->reason == other->reason && one->where == other->where;
}

static void set_guards(struct reason_memory *memory) {
    const struct rulebook *book = memory->book;
    uint32_t count = 0;
    memory->guards = memory_new(book->rule_count * sizeof *memory->guards);
    for (size_t i = 0; i < book->rule_count; i++) {
        if (i == 0 || !has_same_context(&book->rules[i], &book->rules[i - 1]))
            memory->guards[count++] = new_guard(memory, &book->rules[i]);
        memory->gates[i].guard = count - 1;
    }
}

static const struct guard *guard_at(const struct reason_memory *memory, size_t id) {
    return &memory->guards[memory->gates[id].guard];
}

/* Tokens of a provider that no word of the text finds; see find_tokens. */
static bool is_silent_token(const struct rule *rule) {
    return rule->strength == RULE_TOKEN && rule->where->provider.count > 0 &&
           rule->form != RULE_SAYS && !(rule->pattern && rule->pattern->needed.count > 0);
}

static void set_gate(struct reason_memory *memory, size_t id, const struct rule_pattern *pattern) {
    size_t count = pattern && pattern->regex ? pattern->needed.count : 0;
    for (size_t i = 0; i < NEEDED_MOST - 1; i++)
        memory->gates[id].needs[i] = i + 1 < count ? pattern->more[i] : (uint32_t)id;
    if (pattern && pattern->regex && count == 0 &&
        (id >= memory->book->rule_count || !is_silent_token(&memory->book->rules[id])))
        set_bit(memory->always, id);
}

static void set_gates(struct reason_memory *memory) {
    const struct rulebook *book = memory->book;
    memory->gates = memory_new(reason_patterns(book) * sizeof *memory->gates);
    for (size_t i = 0; i < book->rule_count; i++)
        set_gate(memory, i, book->rules[i].pattern);
    const struct rule_mark *mark;
    for (size_t i = 0; (mark = rulebook_mark(book, i)); i++)
        set_gate(memory, book->rule_count + i, &mark->pattern);
}

/* The last bytes of a host, in lower case and without the dot of the root. */
static struct slice fold_host(struct slice host, char buffer[HOST_MOST]) {
    if (host.length > 0 && host.at[host.length - 1] == '.')
        host.length--;
    if (host.length > HOST_MOST)
        host = slice_from(host, host.length - HOST_MOST);
    for (size_t i = 0; i < host.length; i++)
        buffer[i] = (char)(host.at[i] >= 'A' && host.at[i] <= 'Z' ? host.at[i] | 0x20 : host.at[i]);
    return (struct slice){buffer, host.length};
}

static void learn_hosts(struct reason_memory *memory) {
    const struct rulebook *book = memory->book;
    char buffer[HOST_MOST];
    for (size_t i = 0; i < book->provider_count; i++)
        for (size_t j = 0; j < book->providers[i].host_count; j++) {
            struct slice name = fold_host(book->providers[i].hosts[j], buffer);
            struct provider_set *set = map_put(&memory->hosts, name, NULL);
            set_bit(set->bits, i);
        }
}

/* Codes that differ may share a chain: whoever walks it asks code_is. */
static size_t chain_of(uint16_t basic, struct enhanced enhanced) {
    size_t hash = basic ? basic : 640u + enhanced.subject * 31u + enhanced.detail;
    return hash % CODE_CHAINS;
}

static void set_chains(struct reason_memory *memory) {
    const struct rulebook *book = memory->book;
    memory->of_code = arena_zero(&memory->arena, CODE_CHAINS * sizeof *memory->of_code);
    memory->before = arena_zero(&memory->arena, (book->rule_count + 1) * sizeof *memory->before);
    for (size_t i = 0; i < book->rule_count; i++) {
        const struct rule *rule = &book->rules[i];
        if (rule->form != RULE_CODE || rule->strength == RULE_TOKEN) /* see find_tokens */
            continue;
        uint32_t *chain = &memory->of_code[chain_of(rule->code.basic, rule->code.enhanced)];
        memory->before[i] = *chain;
        *chain = (uint32_t)i + 1;
    }
}

static struct limits *limits_new(struct reason_memory *memory) {
    size_t count = reason_patterns(memory->book);
    struct limits *limits = arena_zero(&memory->arena, sizeof *limits);
    limits->times = arena_zero(&memory->arena, count + 1);
    limits->was_off = arena_zero(&memory->arena, (count + 1) * sizeof *limits->was_off);
    return limits;
}

struct reason_memory *reason_memory_new(struct rulebook *book) {
    search_prepare(book);
    struct reason_memory *memory = memory_new(sizeof *memory);
    memory->book = book;
    arena_init(&memory->arena);
    memory->regex = regex_memory_new();
    memory->limits = limits_new(memory);
    memory->words = book->search_ids / 64 + 1;
    memory->hits = memory_new(memory->words * sizeof *memory->hits);
    memory->always = memory_new(memory->words * sizeof *memory->always);
    memory->cache = memory_new(CACHE_SLOTS * sizeof *memory->cache);
    set_gates(memory);
    set_guards(memory);
    map_init(&memory->hosts, sizeof(struct provider_set));
    learn_hosts(memory);
    set_chains(memory);
    return memory;
}

void reason_memory_go(struct reason_memory *memory, enum reason_way way) {
    memory->way = way;
}

void reason_memory_round(struct reason_memory *memory) {
    memset(memory->limits->times, 0, reason_patterns(memory->book));
    memory->limits->off = 0;
}

bool reason_memory_was_off(const struct reason_memory *memory, size_t place, const char **file_r,
                           unsigned *line_r) {
    const struct rulebook *book = memory->book;
    if (place < book->rule_count) {
        *file_r = book->rules[place].file;
        *line_r = book->rules[place].line;
    } else {
        const struct rule_mark *mark = rulebook_mark(book, place - book->rule_count);
        *file_r = mark->file;
        *line_r = mark->line;
    }
    return memory->limits->was_off[place];
}

size_t reason_patterns(const struct rulebook *book) {
    return book->rule_count + book->mark_count + book->lists.count;
}

void reason_memory_free(struct reason_memory *memory) {
    if (!memory)
        return;
    regex_memory_free(memory->regex);
    arena_release(&memory->arena);
    free(memory->hits);
    free(memory->always);
    free(memory->guards);
    free(memory->gates);
    free(memory->cache);
    map_release(&memory->hosts);
    free(memory);
}

/* ---- providers */

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
    struct slice domain = fold_host(record->peer_host, buffer), label;
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

static bool has_its_code(const struct asked *asked, const struct rule *rule) {
    return code_is(rule->code, asked->code, asked->enhanced);
}

/* The rules of the codes that the reply has. */
static void find_codes(struct reason_memory *memory, const struct asked *asked) {
    const size_t chains[] = {chain_of(asked->code, asked->enhanced), chain_of(0, asked->enhanced)};
    for (size_t i = asked->code == 0; i < 1 + (asked->enhanced.class_digit != 0); i++)
        for (uint32_t place = memory->of_code[chains[i]]; place != 0;
             place = memory->before[place - 1])
            if (has_its_code(asked, &memory->book->rules[place - 1]))
                set_bit(memory->hits, place - 1);
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

/* The next id in [from, end) that was found with all it needs, or end. */
static size_t next_candidate(const struct reason_memory *memory, size_t from, size_t end) {
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
    limits->met = true;
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

/* The next mark in the text, from the place of one on; NULL: no more. */
static const struct provider_mark *next_mark(const struct reason_memory *memory,
                                             const struct asked *asked, size_t from) {
    const struct rulebook *book = memory->book;
    size_t end = book->rule_count + book->mark_count;
    for (size_t id = next_candidate(memory, book->rule_count + from, end); id < end;
         id = next_candidate(memory, id + 1, end)) {
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
    const struct provider_mark *mark = next_mark(memory, asked, 0);
    for (; mark; mark = next_mark(memory, asked, (size_t)(mark - book->marks) + 1)) {
        set_bit(asked->providers.bits, (size_t)(mark->provider - book->providers));
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

/* A known list goes before a name that is only read out of the text. */
static struct listed find_list(const struct reason_memory *memory, const struct asked *asked) {
    const struct rulebook *book = memory->book;
    size_t begin = book->rule_count + book->mark_count, end = begin + book->lists.count;
    struct listed listed = {0};
    for (size_t id = next_candidate(memory, begin, end); id < end;
         id = next_candidate(memory, id + 1, end)) {
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

static bool has_words(const struct reason_memory *memory, const struct asked *asked,
                      const struct rule *rule) {
    return rule->form == RULE_CODE || matches(memory, rule->pattern, rule->id, rule->text, asked);
}

static const char *wording_unmet(const struct reason_memory *memory, const struct asked *asked,
                                 const struct guard *guard) {
    if (asked->synthetic && !guard->synthetic)
        return "no reply";
    if (asked->warning && !guard->warning)
        return "a warning of the server itself";
    return unmet(memory, asked, guard);
}

static const struct rule *first_wording(const struct reason_memory *memory,
                                        const struct asked *asked, enum rule_strength strength) {
    const struct rulebook *book = memory->book;
    size_t end = book->first_rule[strength + 1];
    for (size_t id = next_candidate(memory, book->first_rule[strength], end); id < end;
         id = next_candidate(memory, id + 1, end)) {
        const struct rule *rule = &book->rules[id];
        if (!wording_unmet(memory, asked, guard_at(memory, id)) && has_words(memory, asked, rule))
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

/* Why a code that may only hint says nothing but in its stage; NULL: it may say all it does. */
static const char *hint_unmet(const struct reason_memory *memory, const struct asked *asked,
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

static const char *code_unmet(const struct reason_memory *memory, const struct asked *asked,
                              const struct rule *rule, const char *hint_unmet) {
    if (rule->strength == RULE_DEFAULT && asked->implied)
        return "the code is implied";
    if (rule->strength == RULE_DEFAULT && guard_at(memory, rule->id)->recipient &&
        !may_be_recipient(asked->enhanced))
        return "the enhanced code is not about a recipient";
    return hint_unmet && !rule->staged ? hint_unmet
                                       : unmet(memory, asked, guard_at(memory, rule->id));
}

static const struct rule *first_code(const struct reason_memory *memory, const struct asked *asked,
                                     enum rule_strength strength) {
    const struct rulebook *book = memory->book;
    if (asked->code == 0 && asked->enhanced.class_digit == 0)
        return NULL;
    const char *hint = NULL;
    bool asked_hint = false;
    size_t end = book->first_rule[strength + 1];
    for (size_t id = next_candidate(memory, book->first_rule[strength], end); id < end;
         id = next_candidate(memory, id + 1, end)) {
        const struct rule *rule = &book->rules[id];
        if (!has_its_code(asked, rule))
            continue;
        if (!asked_hint) /* dear, and most replies have no such rule */
            hint = hint_unmet(memory, asked, strength);
        asked_hint = true;
        if (!code_unmet(memory, asked, rule, hint))
            return rule;
    }
    return NULL;
}

/* ---- the steps from 3 on */

static const struct step {
    enum rule_strength strength;
    enum class_by by;
    const struct rule *(*first)(const struct reason_memory *memory, const struct asked *asked,
                                enum rule_strength strength);
} steps[] = {
    {RULE_TOKEN, BY_TOKEN, first_wording},    {RULE_STRONG, BY_TEXT, first_wording},
    {RULE_ENHANCED, BY_ENHANCED, first_code}, {RULE_STAGED, BY_CODE, first_code},
    {RULE_WEAK, BY_WEAK, first_wording},      {RULE_DEFAULT, BY_DEFAULT, first_code},
};

enum { STEPS = sizeof steps / sizeof *steps };

/* Tokens that are nothing but codes are found by those, once their provider is recognised; so are
 * patterns that need no word. */
static void find_tokens(const struct reason_memory *memory, const struct asked *asked) {
    static const struct provider_set nobody;
    const struct rulebook *book = memory->book;
    if (memcmp(&asked->providers, &nobody, sizeof nobody) == 0)
        return;
    for (size_t id = book->first_rule[RULE_TOKEN]; id < book->first_rule[RULE_TOKEN + 1]; id++) {
        const struct guard *guard = guard_at(memory, id);
        if (is_silent_token(&book->rules[id]) &&
            has_provider(guard->providers, &asked->providers) && has_code(guard, asked))
            set_bit(memory->hits, id);
    }
}

/* Finds what stands in the text: phrases, what patterns need, providers. */
static void look(struct reason_memory *memory, struct asked *asked) {
    find(memory, asked);
    asked->told = recognise_providers(memory, asked);
    find_tokens(memory, asked);
}

static struct choice choose(struct reason_memory *memory, struct asked *asked) {
    memory->limits->met = false;
    look(memory, asked);
    struct choice choice = {.provider = asked->told};
    for (size_t i = 0; i < STEPS && !choice.rule; i++) {
        choice.rule = steps[i].first(memory, asked, steps[i].strength);
        choice.by = choice.rule ? steps[i].by : BY_NOTHING;
    }
    if (!choice.rule || guard_at(memory, choice.rule->id)->host) /* dear: 700 cycles */
        choice.listed = find_list(memory, asked);
    return choice;
}

/* ---- the cache */

static char *put_bytes(char *to, const void *bytes, size_t length) {
    memcpy(to, bytes, length);
    return to + length;
}

/* All that choose() looks at, as bytes; ends at the clean text. */
static struct slice cache_key(struct reason_memory *memory, const struct asked *asked) {
    char *to = memory->key;
    memset(to, 0, KEY_HEAD);
    to = put_bytes(to, &asked->providers, sizeof asked->providers);
    to = put_bytes(to, &asked->stage, sizeof asked->stage);
    to = put_bytes(to, &asked->mta, sizeof asked->mta);
    to = put_bytes(to, &asked->code, sizeof asked->code);
    to = put_bytes(to, &asked->enhanced.class_digit, sizeof asked->enhanced.class_digit);
    to = put_bytes(to, &asked->enhanced.subject, sizeof asked->enhanced.subject);
    to = put_bytes(to, &asked->enhanced.detail, sizeof asked->enhanced.detail);
    to = put_bytes(to, &asked->side, sizeof asked->side);
    to = put_bytes(to, &asked->direction, sizeof asked->direction);
    *to++ = asked->synthetic;
    *to++ = asked->warning;
    *to++ = asked->implied;
    assert(to <= memory->key + KEY_HEAD);
    return (struct slice){memory->key, KEY_HEAD + asked->clean.length};
}

static struct choice choose_cached(struct reason_memory *memory, struct asked *asked) {
    struct slice key = cache_key(memory, asked);
    if (key.length > KEY_MOST || memory->way != REASON_CACHED || memory->limits->off > 0)
        return choose(memory, asked);
    uint64_t hash = bytes_hash(key.at, key.length);
    struct kept *kept = &memory->cache[hash % CACHE_SLOTS];
    if (kept->length == key.length && kept->hash == hash &&
        memcmp(kept->key, key.at, key.length) == 0)
        return kept->choice;
    struct choice choice = choose(memory, asked);
    if (memory->limits->met)
        return choice;
    kept->choice = choice;
    kept->hash = hash;
    kept->length = (uint32_t)key.length;
    memcpy(kept->key, key.at, key.length);
    return choice;
}

/* ---- the verdict */

static enum permanence permanence_of_digit(unsigned digit) {
    return digit == 4 ? TEMPORARY : digit == 5 ? PERMANENT : PERMANENCE_NONE;
}

/* What the log did, then the digits, then the reason. That one of several hosts was left says
 * nothing of what was done with the message. */
static enum permanence permanence_of(const struct finding *finding, const struct reason *reason) {
    switch (finding->record.level == LEVEL_HOST ? EVENT_NONE : finding->record.event) {
    case EVENT_DEFERRED:
        return TEMPORARY;
    case EVENT_BOUNCED:
    case EVENT_EXPIRED:
        return PERMANENT;
    default:
        break;
    }
    const unsigned digits[] = {finding->reply.code / 100u, finding->reply.enhanced.class_digit,
                               finding->record.dsn.class_digit};
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
        enum permanence permanence = permanence_of_digit(digits[i]);
        if (permanence != PERMANENCE_NONE)
            return permanence;
    }
    if (!reason)
        return PERMANENCE_NONE;
    return reason->lasting ? PERMANENT : TEMPORARY;
}

/* A name out of the text is given as it stands in the reply, which lasts; only looked for where it
 * is that of the host that sends. */
static struct slice list_name(const struct listed *listed, struct slice clean, struct slice text) {
    if (!listed->mark || listed->mark->name.length)
        return listed->mark ? listed->mark->name : (struct slice){0};
    struct slice name = slice_head(slice_from(clean, listed->at), listed->length);
    size_t at = slice_find_text(text, name);
    return at == SIZE_MAX ? (struct slice){0} : slice_head(slice_from(text, at), name.length);
}

static struct verdict verdict_of(const struct finding *finding, const struct asked *asked,
                                 struct choice choice) {
    struct verdict verdict = {.class_name = "unclassified", .severity = SEVERITY_NOTICE};
    if (choice.rule) {
        const struct reason *reason = choice.rule->reason;
        bool in = finding->record.direction == DIRECTION_IN;
        verdict.class_name = reason->name;
        verdict.reason = reason;
        verdict.by = choice.by;
        verdict.rule = choice.rule;
        verdict.severity = in ? reason->severity_in : reason->severity_out;
        verdict.acts = in ? reason->acts_in : reason->acts_out;
    }
    verdict.permanence = permanence_of(finding, verdict.reason);
    if (values_speak_of_provider(finding->record.side))
        verdict.provider = asked->nearest ? asked->nearest : choice.provider;
    verdict.blocklist = list_name(&choice.listed, asked->clean, finding->reply.text);
    return verdict;
}

/* Step 2. A delivery without a reply, into a mailbox of our own, is as good. What failed did so
 * whatever the reply: "Protocol error: host ... said: 220". */
static bool no_failure(const struct finding *finding, struct verdict *verdict_r) {
    enum event event = finding->record.event;
    if (event >= EVENT_DEFERRED && event <= EVENT_TIMEOUT)
        return false;
    unsigned digit = finding->reply.code / 100u;
    *verdict_r = (struct verdict){.class_name = digit == 3 ? "intermediate" : "accepted",
                                  .by = BY_CODE,
                                  .severity = SEVERITY_INFO};
    if (digit == 2 || digit == 3)
        return true;
    verdict_r->by = BY_NOTHING;
    return finding->reply.code == 0 && event == EVENT_DELIVERED;
}

/* The text is cleaned into the memory. */
static struct asked asked_of(struct reason_memory *memory, const struct finding *finding) {
    const struct record *record = &finding->record;
    const struct provider *nearest;
    struct provider_set providers = providers_of_peer(memory, record, &nearest);
    return (struct asked){
        .code = finding->reply.code,
        .enhanced = finding->reply.enhanced,
        .stage = 1u << record->stage,
        .mta = mta_bit(finding->mta),
        .side = (uint16_t)(1u << record->side),
        .direction = (uint16_t)(1u << record->direction),
        .synthetic = finding->reply.code == 0 &&
                     (record->side == SIDE_SYNTHETIC || record->side == SIDE_NONE),
        .warning = finding->reply.code == 0 && record->level == LEVEL_MTA,
        .implied = finding->code_implied,
        .providers = providers,
        .nearest = nearest,
        .clean = clean_text(slice_head(finding->reply.text, TEXT_MOST), memory->key + KEY_HEAD),
    };
}

void reason_decide(const struct rulebook *book, struct reason_memory *memory,
                   struct finding *finding) {
    assert(book == memory->book);
    if (no_failure(finding, &finding->verdict))
        return;
    struct asked asked = asked_of(memory, finding);
    finding->verdict = verdict_of(finding, &asked, choose_cached(memory, &asked));
}

/* ---- the trace: what deciding looks at, without stopping at the first rule */

struct tracing {
    struct reason_memory *memory;
    struct asked asked;
    struct reason_trace *trace;
};

static void trace_rule(struct tracing *tracing, const struct step *step, const struct rule *rule,
                       const char *unmet) {
    struct reason_trace *trace = tracing->trace;
    trace->tried[trace->tried_count++] = (struct reason_tried){rule, step->by, unmet};
}

static void trace_wording(struct tracing *tracing, const struct step *step) {
    const struct reason_memory *memory = tracing->memory;
    const struct rulebook *book = memory->book;
    size_t end = book->first_rule[step->strength + 1];
    for (size_t id = next_candidate(memory, book->first_rule[step->strength], end); id < end;
         id = next_candidate(memory, id + 1, end)) {
        const struct rule *rule = &book->rules[id];
        if (has_words(memory, &tracing->asked, rule))
            trace_rule(tracing, step, rule,
                       wording_unmet(memory, &tracing->asked, guard_at(memory, id)));
    }
}

static void trace_code(struct tracing *tracing, const struct step *step) {
    const struct reason_memory *memory = tracing->memory;
    const struct rulebook *book = memory->book;
    const struct asked *asked = &tracing->asked;
    const char *hint = hint_unmet(memory, asked, step->strength);
    for (size_t id = book->first_rule[step->strength]; id < book->first_rule[step->strength + 1];
         id++) {
        const struct rule *rule = &book->rules[id];
        if (has_its_code(asked, rule))
            trace_rule(tracing, step, rule, code_unmet(memory, asked, rule, hint));
    }
}

static void trace_providers(struct tracing *tracing, struct provider_set by_host) {
    const struct rulebook *book = tracing->memory->book;
    struct reason_trace *trace = tracing->trace;
    for (size_t i = 0; i < book->provider_count; i++)
        if (by_host.bits[i / 64] >> i % 64 & 1)
            trace->seen[trace->seen_count++] = (struct reason_seen){&book->providers[i], NULL};
    const struct provider_mark *mark = next_mark(tracing->memory, &tracing->asked, 0);
    for (; mark;
         mark = next_mark(tracing->memory, &tracing->asked, (size_t)(mark - book->marks) + 1))
        trace->seen[trace->seen_count++] = (struct reason_seen){mark->provider, &mark->mark};
}

void reason_trace(struct reason_memory *memory, const struct finding *finding, struct arena *arena,
                  struct reason_trace *trace_r) {
    const struct rulebook *book = memory->book;
    struct verdict verdict;
    struct tracing tracing = {memory, asked_of(memory, finding), trace_r};
    struct provider_set by_host = tracing.asked.providers;
    *trace_r = (struct reason_trace){
        .text = arena_copy(arena, tracing.asked.clean),
        .tried = arena_zero(arena, (book->rule_count + 1) * sizeof *trace_r->tried),
        .seen = arena_zero(arena,
                           (book->provider_count + book->mark_count + 1) * sizeof *trace_r->seen),
        .is_failure = !no_failure(finding, &verdict),
    };
    look(memory, &tracing.asked);
    trace_providers(&tracing, by_host);
    for (size_t i = 0; i < STEPS && trace_r->is_failure; i++)
        (steps[i].first == first_code ? trace_code : trace_wording)(&tracing, &steps[i]);
}

void reason_of_reply(const struct rulebook *book, struct reason_memory *memory, struct slice text,
                     struct arena *arena, struct finding *finding) {
    reply_read_text(text, arena, &finding->reply);
    if (finding->record.side == SIDE_NONE)
        finding->record.side = finding->reply.code || finding->reply.enhanced.class_digit
                                   ? SIDE_REMOTE
                                   : SIDE_SYNTHETIC;
    reason_decide(book, memory, finding);
}

/* ---- hints */

/* How well the context of a hint fits: 0 not, 1 direction, 2 MTA, 3 both. */
static unsigned hint_fit(struct slice where, const struct mta *mta, struct slice direction) {
    struct slice second = where, first;
    bool both = slice_cut(&second, ' ', &first);
    bool mta_fits = mta && slice_is(first, mta->name);
    if (both)
        return mta_fits && slice_equal(second, direction) ? 3 : 0;
    if (mta_fits)
        return 2;
    return slice_equal(first, direction) ? 1 : 0;
}

struct slice reason_hint_after(const struct reason *reason, struct slice cause) {
    for (size_t i = 0; i < reason->hint_count && cause.length; i++) {
        struct slice where = reason->hints[i].where;
        if (slice_skip(&where, SLICE("after ")) && slice_equal(where, cause))
            return reason->hints[i].text;
    }
    return (struct slice){0};
}

struct slice reason_hint(const struct reason *reason, const struct mta *mta,
                         enum direction direction) {
    struct slice word = slice_of(direction_name(direction)), best = reason->hint;
    unsigned best_fit = 0;
    for (size_t i = 0; i < reason->hint_count; i++) {
        unsigned fit = hint_fit(reason->hints[i].where, mta, word);
        if (fit > best_fit) {
            best_fit = fit;
            best = reason->hints[i].text;
        }
    }
    if (best_fit == 0 && direction == DIRECTION_LOCAL) /* local takes out */
        return reason_hint(reason, mta, DIRECTION_OUT);
    return best;
}
