/* rulebook - the reasons with their rules, the provider tokens and the code tables, loaded from the
 * pattern files built into the program and from folders the user names.
 *
 * The rule book is loaded once and then only read, by any thread. How a reason is chosen is
 * finding/reason; the files are described in docs/patterns.md.
 */
#ifndef RULES_RULEBOOK_H
#define RULES_RULEBOOK_H

#include "base/problem.h"
#include "rules/blocklist.h"
#include "rules/codes.h"
#include "rules/pattern_files.h"
#include "rules/phrases.h"
#include "rules/rule.h"

enum severity {
    SEVERITY_INFO,
    SEVERITY_NOTICE,
    SEVERITY_WARNING,
    SEVERITY_ERROR,
    SEVERITY_CRITICAL
};
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
    unsigned id;      /* place in rulebook->reasons; the order of patterns/reasons/order */
    const char *name; /* "mailbox-full": the class */
    struct slice title, group, meaning, hint;
    struct slice sign; /* by what it is told from its neighbours */
    struct hint *hints;
    size_t hint_count;
    enum severity severity_out, severity_in;
    unsigned acts_out, acts_in; /* enum acts */
    bool lasting;               /* default: permanent (true) or temporary */
    bool of_strangers;          /* what a stranger at our door does wrong is no fault of ours */
    const struct proof *proofs;
    size_t proof_count;
    const char *file;
};

enum { PROVIDERS_MOST = 256 };

struct provider { /* recognised by host name, URL or token form; its tokens are rules */
    struct slice name;
    struct slice run_by;       /* who runs its servers, for people; several may have one */
    const struct slice *hosts; /* the peer's host name is one of these or ends in "." and one */
    size_t host_count;
    const struct proof *proofs; /* "REPLY => REASON" */
    size_t proof_count;
    const char *file;
};

/* A text that tells by itself which provider speaks. */
struct provider_mark {
    const struct provider *provider;
    struct rule_mark mark;
};

struct list_proof {     /* an example of a block list: "REPLY => REASON NAME" */
    struct proof proof; /* its text is the reply */
    struct slice reason, name;
};

struct rulebook {
    struct reason *reasons;
    size_t reason_count;
    struct rule *rules; /* by strength, then in the order in which they are tried */
    size_t rule_count;
    /* ids first_rule[s] .. first_rule[s + 1] - 1 are of strength s */
    size_t first_rule[RULE_DEFAULT + 2];
    /* One search for all: phrases of rules by rule id, of marks by rule_count + place, of block
     * lists behind those, and what patterns need by the ids of struct rule_pattern. Ids are below
     * search_ids. */
    struct phrases *phrases;
    size_t search_ids; /* 0: not prepared (rules/search) */
    struct codes *codes;
    struct provider *providers;
    size_t provider_count; /* at most PROVIDERS_MOST */
    struct provider_mark *marks;
    size_t mark_count;
    struct blocklists lists;
    const struct list_proof *list_proofs;
    size_t list_proof_count;
};

/* Everything lives until rulebook_free. False with file:line:column and what to write instead. */
bool rulebook_load(const struct pattern_files *files, struct rulebook **book_r,
                   struct problem *problem);
/* The same without examples, for whoever proves nothing; and without rules too, for whoever only
 * looks up codes and reasons. Files of a site are read whole all the same, so that their faults are
 * told. */
bool rulebook_load_rules(const struct pattern_files *files, struct rulebook **book_r,
                         struct problem *problem);
bool rulebook_load_texts(const struct pattern_files *files, struct rulebook **book_r,
                         struct problem *problem);
void rulebook_free(struct rulebook *book);
/* All marks in the order of their ids, providers' first; NULL: there are no more. */
struct rule_mark *rulebook_mark(const struct rulebook *book, size_t place);
const struct reason *rulebook_reason(const struct rulebook *book, struct slice name);
const char *severity_name(enum severity severity);
/* "our-admin|recipient"; buffer of at least 96 bytes. */
size_t acts_print(unsigned acts, char separator, char *buffer);

#endif
