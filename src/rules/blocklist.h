/* blocklist - the block lists that replies name: by zone, by words, by the host of a link, or as
 * "blocked using NAME" when nobody has heard of the list.
 */
#ifndef RULES_BLOCKLIST_H
#define RULES_BLOCKLIST_H

#include "rules/rule.h"

/* A text that names a block list. */
struct blocklist_mark {
    struct slice name; /* of the list; empty: what stands in the group of the pattern */
    int group;
    struct rule_mark mark;
};

struct blocklists {
    struct blocklist_mark *marks; /* malloc'ed; the regexes are owned; in the order of trying */
    size_t count, capacity;
};

void blocklists_release(struct blocklists *lists);

/* Adds the marks of one list: a mapping with `name`, and `says` or `matches`, a text or a list of
 * them. Without a name every pattern has a group called name. */
bool blocklist_read(struct blocklists *lists, const struct yaml *item, struct problem *problem);

#endif
