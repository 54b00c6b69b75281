/* rule - one way to recognise a reason: a phrase, a pattern or a code, and the context it counts
 * in.
 */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include "rules/codes.h"
#include "rules/needed.h"
#include "rules/regex.h"
#include "rules/yaml.h"

struct reason;

/* The words a rule may be bound to. They are plain text here, because stage, side, direction and
 * MTA are nouns of a layer above; each list is a set of words, empty: any. */
struct rule_words {
    const struct slice *items;
    size_t count;
};

/* Phrases of which one stands in the text, or none; a condition of many rules at once. */
struct rule_phrases {
    struct rule_words phrases;
    unsigned id;    /* under which the search finds them; 0: not prepared */
    unsigned alike; /* lists that say the same have the same, from 1; 0: not asked (rules/equal) */
    struct rule_phrases *outer; /* what the list or the file demands besides; NULL: nothing */
};

struct rule_where {
    struct rule_words stage, side, direction, mta, provider;
    const struct code *codes; /* any of them in the reply */
    size_t code_count;
    struct rule_phrases *with, *unless; /* one of each of with, none of unless; NULL: any text */
};
extern const struct rule_where rule_anywhere;

/* A pattern, and what the search for phrases must have found before it is worth trying: a word of
 * the first set under the id of the pattern's owner, of the others under `more`, ids that patterns
 * share. */
struct rule_pattern {
    struct regex *regex;  /* NULL: none, this is a phrase or a code */
    struct needed needed; /* and `more`: of search_prepare() */
    unsigned more[NEEDED_MOST - 1];
};

/* A phrase or pattern that decides nothing: it tells which provider speaks, or names a block list.
 */
struct rule_mark {
    struct rule_pattern pattern; /* no regex: a phrase */
    struct slice text;           /* the phrase or pattern as written */
    const char *file;
    unsigned line;
};

enum rule_form { RULE_SAYS, RULE_MATCHES, RULE_CODE };
enum rule_strength { RULE_TOKEN, RULE_STRONG, RULE_ENHANCED, RULE_STAGED, RULE_WEAK, RULE_DEFAULT };

struct rule {
    unsigned id; /* index into rulebook->rules */
    enum rule_form form;
    enum rule_strength strength;
    const struct reason *reason;
    struct slice text;              /* the phrase, pattern or code as written */
    struct rule_pattern *pattern;   /* RULE_MATCHES; else NULL */
    struct code code;               /* RULE_CODE */
    bool staged;                    /* RULE_CODE: written with @STAGE */
    bool of_table;                  /* RULE_CODE: the last word of a code table */
    const struct rule_where *where; /* the same for the rules of one list */
    const char *file;
    unsigned line;
};

struct rule_list {
    struct rule *items; /* malloc'ed; the regexes are owned by the list */
    size_t count, capacity;
};
void rule_list_release(struct rule_list *list);

/* What the rules of one list of a file have in common. */
struct rule_maker {
    struct arena *arena; /* what the rules point to lives here */
    struct rule_list *list;
    const struct reason *reason;
    enum rule_strength strength;
    struct rule_where where;
    struct problem *problem;
};

/* The items of a list as text; false when node is no list, or an item is empty or no text. A NULL
 * node is an empty list. */
bool yaml_texts(struct arena *arena, const struct yaml *node, struct rule_words *texts_r,
                struct problem *problem);

/* Narrows maker->where by the context keys (code, stage, side, direction, mta, provider, with,
 * unless) of a mapping; NULL: not at all. False with an unknown word, or when nothing is left. */
bool rule_narrow(struct rule_maker *maker, const struct yaml *mapping);
/* Adds a rule for each item of a list; NULL: none. */
bool rules_says(const struct rule_maker *maker, const struct yaml *list);
bool rules_matches(const struct rule_maker *maker, const struct yaml *list);
/* Each item has one of says (a phrase or a list of them) and matches, and the context keys. */
bool rules_when(const struct rule_maker *maker, const struct yaml *list);
/* RULE_ENHANCED takes enhanced codes, RULE_STAGED basic ones, RULE_DEFAULT both. */
bool rules_codes(const struct rule_maker *maker, const struct yaml *list);
/* The rules of says or matches out of a mapping (an item of `when`, a token). */
bool rule_of(const struct rule_maker *maker, const struct yaml *mapping);
/* The rule of a mapping with `code` alone: any of the codes. */
bool rule_of_codes(const struct rule_maker *maker, const struct yaml *mapping);
/* Whether it is a word of the stage: "rcpt". */
bool rule_is_stage(struct slice word);
/* The mark of one item of says, or of matches: checked as a rule of these is. The regex of a
 * pattern is the caller's. */
bool rule_mark_read(const struct yaml *item, enum rule_form form, struct rule_mark *mark_r,
                    struct problem *problem);

#endif
