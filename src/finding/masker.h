/* masker - names taken out of what is shown: the same original gives the same mask, everywhere and,
 * under one key, in every run.
 *
 * Masked are addresses (local part and domain apart), host names label by label, IPs, logins and
 * ids, also where they stand in a text. Kept are what the rule book knows by name: block lists and
 * the domains of providers; file names but for names in them; and words that no name needs. What a
 * mask looks like tells docs/mask.md.
 *
 * It belongs to the ordered step: findings are masked when all that is known of them is known, and
 * before anything counts or shows them. What the functions give lives until masker_clear.
 */
#ifndef FINDING_MASKER_H
#define FINDING_MASKER_H

#include "base/siphash.h"
#include "finding/filter.h"
#include "finding/finding.h"

enum {
    MASKER_LEAST = 16, /* bytes of a secret */
    NAMES_MOST = 32,
};

struct masker;

/* A name that a field of a record tells. */
struct told_name {
    struct slice text;
    bool is_host;  /* or a HELO name; else a login, or an address */
    bool of_giver; /* of the client or the sender: all entries of the message may name it */
};

/* Each once; there is room for NAMES_MOST. */
struct told_names {
    struct told_name *items;
    size_t count;
};

void names_add(struct told_names *names, struct told_name name);
void names_of_giver(struct told_names *names, const struct record *record);
void names_of_record(struct told_names *names, const struct record *record);

/* The secret has at least MASKER_LEAST bytes; all of them count. Borrows the book. */
struct masker *masker_new(struct slice secret, const struct rulebook *book);
void masker_free(struct masker *masker);
void masker_clear(struct masker *masker);

struct slice masker_address(struct masker *masker, struct slice text);
struct slice masker_host(struct masker *masker, struct slice text);
struct slice masker_ip(struct masker *masker, struct slice text);
struct slice masker_user(struct masker *masker, struct slice text);
struct slice masker_id(struct masker *masker, struct slice text);
/* Any text of a log; host: that of its entry, or empty. */
struct slice masker_text(struct masker *masker, struct slice text, struct slice host);
/* The same, of an entry that names somebody: what nothing but its fields tells to be a name. */
struct slice masker_text_naming(struct masker *masker, struct slice text, struct slice host,
                                const struct told_names *of_message,
                                const struct told_names *of_entry);
/* A file or folder: stays, but for names in it. */
struct slice masker_path(struct masker *masker, struct slice path);
/* The name of a source, as masker_path gives it; lives as long as the masker. */
const char *masker_source(struct masker *masker, const char *name);
/* The word of a filter, as it would stand under the masks. */
struct slice masker_filter(struct masker *masker, const struct filter_word *word);

/* All of a finding that is counted or shown. */
struct finding masker_finding(struct masker *masker, const struct finding *finding);

#endif
