/* incidents - what went wrong, in groups, each with an example, and by whom: the tables behind
 * "rejections", "block lists", "TLS", "logins", "trouble" of a report.
 *
 * A theme is one such table; themes.def has them. A group is named by its parts ("blocklisted" at
 * "rcpt"), an owner is the client, server or user it happened to.
 */
#ifndef TALLY_INCIDENTS_H
#define TALLY_INCIDENTS_H

#include "tally/tally.h"

enum theme {
#define THEME(constant, tells) constant,
#include "tally/themes.def"
#undef THEME
    THEMES
};

enum {
    INCIDENT_PARTS = 4,
    INCIDENT_GROUPS = 1000, /* of a theme so many are told apart; others have no parts */
};

struct incident_group {
    struct slice parts[INCIDENT_PARTS]; /* all empty: one of too many */
    uint64_t hash;
    uint64_t count, strangers; /* of those what strangers did (finding/strangers.h) */
    uint64_t owners;           /* distinct; those without a name are none */
    struct tally_example example;
    int64_t last; /* seconds; MOMENT_NONE: no entry had a time */
};

struct incident_owner {
    struct slice name; /* in small letters; empty: all that have none */
    uint64_t count, strangers;
    int64_t first, last;                 /* seconds, or MOMENT_NONE */
    const struct incident_group *mostly; /* that it had most of; NULL: not known */
};

struct incidents {                 /* texts are borrowed from the tally until it changes */
    struct incident_group *groups; /* most frequent first, then by parts */
    size_t group_count;
    struct incident_owner *owners; /* most frequent first, then by name; the first 1000 */
    size_t owner_count;
    uint64_t distinct; /* owners in all */
    uint64_t count, strangers;
};

void incidents_read(const struct tally *tally, enum theme theme, struct incidents *incidents_r);
void incidents_release(struct incidents *incidents);

/* Adds what was counted elsewhere (past.h) to a group, or to an owner alone. */
void incidents_put_group(struct tally *tally, enum theme theme,
                         const struct slice parts[INCIDENT_PARTS], uint64_t count,
                         uint64_t strangers);
void incidents_put_owner(struct tally *tally, enum theme theme, struct slice name, uint64_t count);

/* What a group of some theme needs of a finding beside its verdict. */
bool incidents_want_template(const struct finding *finding);
bool incidents_want_listed_ip(const struct finding *finding);

#endif
