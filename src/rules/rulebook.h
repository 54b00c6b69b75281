/* rulebook - the reasons with their rules, the provider tokens and the code tables, loaded from the
 * pattern files built into the program and from folders the user names.
 *
 * The rule book is loaded once and then only read, by any thread. How a reason is chosen is
 * finding/reason; the files are described in docs/patterns.md.
 */
#ifndef RULES_RULEBOOK_H
#define RULES_RULEBOOK_H

#include "base/problem.h"
#include "rules/codes.h"
#include "rules/phrases.h"
#include "rules/regex.h"

/* The words a rule may be bound to. They are plain text here, because stage, side, direction and
 * MTA are nouns of a layer above; each list is a set of words, empty: any. */
struct rule_words {
    const struct slice *items;
    size_t count;
};

struct rule_where {
    struct rule_words stage, side, direction, mta, provider;
    const struct slice *codes; /* "550", "5.7.1", "x.7.1"; any of them in the reply */
    size_t code_count;
};

enum rule_form { RULE_SAYS, RULE_MATCHES, RULE_CODE };
enum rule_strength { RULE_TOKEN, RULE_STRONG, RULE_ENHANCED, RULE_STAGED, RULE_WEAK, RULE_DEFAULT };

struct rule {
    unsigned id;                 /* index into rulebook->rules */
    enum rule_form form;
    enum rule_strength strength;
    const struct reason *reason;
    struct slice text;           /* the phrase, pattern or code as written */
    struct regex *regex;         /* RULE_MATCHES */
    uint16_t code;               /* RULE_CODE: basic code, or 0 */
    struct enhanced enhanced;    /* RULE_CODE: class_digit 0 with any_class: X.y.z */
    bool any_class;
    struct rule_where where;
    const char *file;
    unsigned line;
};

enum severity { SEVERITY_INFO, SEVERITY_NOTICE, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_CRITICAL };
/* Who acts, as a set of bits; the order is that of the contract. */
enum acts {
    ACTS_OUR_ADMIN = 1,
    ACTS_OUR_USER = 2,
    ACTS_RECIPIENT = 4,
    ACTS_REMOTE_ADMIN = 8,
    ACTS_REMOTE_SENDER = 16,
    ACTS_WAIT = 32,
};

struct hint {
    struct slice where; /* "postfix", "in", "postfix in" ... */
    struct slice text;
};

struct proof { /* an example or counter-example */
    struct slice text;
    bool counter;
    const char *file;
    unsigned line;
};

struct reason {
    unsigned id;  /* place in rulebook->reasons; the order of patterns/reasons/order */
    const char *name; /* "mailbox-full": the class */
    struct slice title, group, meaning, hint;
    const struct hint *hints;
    size_t hint_count;
    enum severity severity_out, severity_in;
    unsigned acts_out, acts_in; /* enum acts */
    bool lasting;               /* default: permanent (true) or temporary */
    const struct proof *proofs;
    size_t proof_count;
    const char *file;
};

struct provider { /* recognised by host name, URL or token form; its tokens are rules */
    struct slice name;
    const char *file;
};

struct rulebook {
    struct reason *reasons;
    size_t reason_count;
    struct rule *rules;  /* by strength, then in the order in which they are tried */
    size_t rule_count;
    /* ids first_rule[s] .. first_rule[s + 1] - 1 are of strength s */
    size_t first_rule[RULE_DEFAULT + 2];
    struct phrases *phrases; /* all RULE_SAYS of all strengths, by rule id */
    struct codes *codes;
    struct provider *providers;
    size_t provider_count;
};

/* A named pattern file: built in, or read from a folder. `name` is relative to patterns/:
 * "reasons/order", "mta/postfix.yaml". */
struct pattern_file {
    const char *name;  /* relative name */
    const char *shown; /* for messages: "patterns/reasons/order" or the path on disk */
    struct slice bytes;
};
struct pattern_files {
    struct pattern_file *items; /* sorted by name, one of each name */
    size_t count, capacity;
    struct arena *arena;
};

/* The built-in files. */
void pattern_files_builtin(struct pattern_files *files, struct arena *arena);
/* Adds the files of a folder; one of the same name replaces the built-in one, "reasons/order" is
 * added to: its lines go in front. */
bool pattern_files_folder(struct pattern_files *files, const char *folder,
                          struct problem *problem);
const struct pattern_file *pattern_file_get(const struct pattern_files *files, const char *name);

/* Everything lives until rulebook_free. False with file:line:column and what to write instead. */
bool rulebook_load(const struct pattern_files *files, struct rulebook **book_r,
                   struct problem *problem);
void rulebook_free(struct rulebook *book);
const struct reason *rulebook_reason(const struct rulebook *book, struct slice name);
const char *severity_name(enum severity severity);
/* "our-admin|recipient"; buffer of at least 96 bytes. */
size_t acts_print(unsigned acts, char separator, char *buffer);

#endif
