/* deciding - what a thread decides with: the contexts of rules as bits, what the last search found,
 * and what was decided before. Shared by reason, matching and trace alone.
 */
#ifndef FINDING_DECIDING_H
#define FINDING_DECIDING_H

#include "base/map.h"
#include "finding/clean.h"
#include "finding/reason.h"

enum {
    TEXT_MOST = 4096,
    HOST_MOST = 255,
    KEY_HEAD = 64,
    KEY_MOST = 1024,
    CACHE_SLOTS = 1024,
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

/* One line of the processor's cache, and the key apart: most are short, so that a thread keeps a
 * quarter of what it else would. Of the replies of a log most are known to judge.c before. */
struct kept {
    uint64_t hash;
    uint32_t length, room; /* of the key; 0: empty */
    struct choice choice;
    char *key; /* owned; only grows */
};

/* Which patterns met a limit of the regex engine. A rule that is off must be so for the same
 * replies however many threads there are, so it is for a round (a block of the log) and not for
 * what is left of a run, and what was decided beside a limit is not kept in the cache. */
struct limits {
    unsigned char *times; /* by rule id, marks and lists behind them; in this round */
    bool *was_off;        /* by the same: in any round */
    size_t off;           /* patterns that are off now */
    bool met;             /* in this decision */
    bool was_met;         /* in this round */
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
    /* The clean text stands behind the rest of its key. */
    char key[KEY_HEAD + TEXT_MOST + CLEAN_MORE];
    char folded[TEXT_MOST + CLEAN_MORE];
};

static inline void deciding_set(uint64_t *bits, size_t place) {
    bits[place / 64] |= UINT64_C(1) << place % 64;
}

/* The context of a rule. */
static inline const struct guard *deciding_guard(const struct reason_memory *memory, size_t id) {
    return &memory->guards[memory->gates[id].guard];
}

/* The bit of an MTA; 0: none. */
uint32_t deciding_mta(const struct mta *mta);
/* The last bytes of a host, in lower case and without the dot of the root. */
struct slice deciding_host(struct slice host, char buffer[HOST_MOST]);
/* Codes that differ may share a chain: whoever walks it asks matching_code. */
size_t deciding_chain(uint16_t basic, struct enhanced enhanced);

/* A token of a provider that no word of the text finds: it is asked for when the provider is known.
 */
bool deciding_silent(const struct rule *rule);

/* The steps that ask rules, in their order; in reason.c. */
struct step {
    enum rule_strength strength;
    enum class_by by;
    const struct rule *(*first)(const struct reason_memory *memory, const struct asked *asked,
                                enum rule_strength strength);
};
enum { REASON_STEPS = 6 };
extern const struct step reason_steps[REASON_STEPS];
/* Whether rules are asked at all. */
bool reason_is_failure(const struct finding *finding);

#endif
