/* hour_lists - whose mail it was within an hour, for the top lists of history. */
#ifndef TALLY_HOUR_LISTS_H
#define TALLY_HOUR_LISTS_H

#include "tally/counting.h"
#include "tally/hour_rows.h"

enum hour_list {
    LIST_RECIPIENT_DOMAINS,
    LIST_RELAYS,
    LIST_SENDER_DOMAINS,
    LIST_SENDERS,
    LIST_RECIPIENTS,
    LIST_CLIENTS,
    HOUR_LISTS
};
/* The names of the lists, those of the sections of a report. */
extern const char *const hour_list_names[HOUR_LISTS];

/* The numbers of hourly.def. Of domains and relays: */
enum list_number {
    LIST_SEEN,      /* orders: how often anything was said of the name */
    LIST_MAIL,      /* messages received; of a recipient those that came for him; else 0 */
    LIST_BYTES,     /* received, or delivered */
    LIST_DELIVERED, /* recipients that got it; of senders and clients 0 */
    LIST_FAILED,    /* recipients, bounced or expired */
    LIST_DEFERRED,  /* attempts */
    LIST_REFUSED,   /* rejections and failed logins; of a relay: tries at one host of several */
    LIST_NUMBERS
};

struct hour_lists {
    struct ranking rankings[HOUR_LISTS];
    uint64_t totals[HOUR_LISTS][LIST_NUMBERS]; /* of all names of a list */
};

void hour_lists_init(struct hour_lists *lists);
void hour_lists_release(struct hour_lists *lists);
/* Makes room, in empty ones, for as many names as the hour before had. */
void hour_lists_expect(struct hour_lists *lists, const struct hour_lists *before);
void hour_lists_add(struct hour_lists *lists, const struct counting *counting);
/* The most of each list by name, as rows, and what the others have together. */
void hour_lists_rows(const struct hour_lists *lists, size_t kept, struct hour_rows *rows);
void hour_lists_save(const struct hour_lists *lists, struct pack *pack);
void hour_lists_load(struct hour_lists *lists, struct unpack *unpack);

#endif
