/* A rule's context is words in its file and bits here, so that a candidate costs a few
 * instructions; what is worked out lies in the order in which it is asked for.
 */
#include "finding/deciding.h"

#include "base/memory.h"
#include "finding/values.h"
#include "rules/search.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

uint32_t deciding_mta(const struct mta *mta) {
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
        bits |= mta ? deciding_mta(mta) : 1u << 31;
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
                deciding_set(set->bits, j);
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

bool deciding_silent(const struct rule *rule) {
    return rule->strength == RULE_TOKEN && rule->where->provider.count > 0 &&
           rule->form != RULE_SAYS && !(rule->pattern && rule->pattern->needed.count > 0);
}

static void set_gate(struct reason_memory *memory, size_t id, const struct rule_pattern *pattern) {
    size_t count = pattern && pattern->regex ? pattern->needed.count : 0;
    for (size_t i = 0; i < NEEDED_MOST - 1; i++)
        memory->gates[id].needs[i] = i + 1 < count ? pattern->more[i] : (uint32_t)id;
    if (pattern && pattern->regex && count == 0 &&
        (id >= memory->book->rule_count || !deciding_silent(&memory->book->rules[id])))
        deciding_set(memory->always, id);
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

struct slice deciding_host(struct slice host, char buffer[HOST_MOST]) {
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
            struct slice name = deciding_host(book->providers[i].hosts[j], buffer);
            struct provider_set *set = map_put(&memory->hosts, name, NULL);
            deciding_set(set->bits, i);
        }
}

size_t deciding_chain(uint16_t basic, struct enhanced enhanced) {
    size_t hash = basic ? basic : 640u + enhanced.subject * 31u + enhanced.detail;
    return hash % CODE_CHAINS;
}

static void set_chains(struct reason_memory *memory) {
    const struct rulebook *book = memory->book;
    memory->of_code = arena_zero(&memory->arena, CODE_CHAINS * sizeof *memory->of_code);
    memory->before = arena_zero(&memory->arena, (book->rule_count + 1) * sizeof *memory->before);
    for (size_t i = 0; i < book->rule_count; i++) {
        const struct rule *rule = &book->rules[i];
        if (rule->form != RULE_CODE ||
            rule->strength == RULE_TOKEN) /* see find_tokens in matching.c */
            continue;
        uint32_t *chain = &memory->of_code[deciding_chain(rule->code.basic, rule->code.enhanced)];
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
    if (!memory->limits->was_met)
        return;
    memory->limits->was_met = false;
    memset(memory->limits->times, 0, reason_patterns(memory->book));
    memory->limits->off = 0;
}

bool reason_memory_is_sure(const struct reason_memory *memory) {
    return memory->limits->off == 0 && !memory->limits->met;
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
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        free(memory->cache[i].key);
    free(memory->cache);
    map_release(&memory->hosts);
    free(memory);
}
