/* loading - a rule book while its files are read; for those who read them. */
#ifndef RULES_LOADING_H
#define RULES_LOADING_H

#include "rules/rulebook.h"

/* The book, and what its parts point into. */
struct held {
    struct rulebook book; /* first: rulebook_free gets its address */
    struct arena arena;
    struct rule_list made; /* rules in the order of the files */
    size_t mark_capacity;
    struct list_proof *list_proofs; /* the book's */
    size_t list_proof_capacity;
};

struct loader {
    const struct pattern_files *files;
    struct held *held;
    struct rulebook *book;
    struct arena *arena;
    struct arena nodes; /* of the file that is read, when its text lives elsewhere */
    bool proved;        /* all files are built in: what a test has proved is not asked again */
    bool without_rules, without_proofs; /* these are not asked for, and all files are built in */
    struct problem *problem;
};

/* Calls read() for each file NAME.yaml of a folder. */
bool loading_files(struct loader *loader, struct slice folder,
                   bool (*read)(struct loader *loader, const struct pattern_file *file,
                                struct slice name));
/* The root of a file, or NULL. Good until the next file is read: rules keep texts, and no nodes. */
const struct yaml *loading_yaml(struct loader *loader, const struct pattern_file *file);
/* False, without a place, when no reason has this name. */
bool loading_reason(const struct rulebook *book, struct slice name, const struct reason **reason_r,
                    struct problem *problem);
const struct provider *loading_provider(const struct rulebook *book, struct slice name);
/* Adds the examples of a list, or its counter-examples; NULL: none. */
bool loading_proofs(struct loader *loader, const struct yaml *list, bool counter,
                    struct proof *proofs, size_t *count);

#endif
