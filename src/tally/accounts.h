/* accounts - what was done under each login name: from where, and whether it worked; how much mail
 * it sent, and what of that bounced. From this a report tells which account somebody else uses.
 *
 * An account is a name that logged in, or under which a message was handed in on this host.
 */
#ifndef TALLY_ACCOUNTS_H
#define TALLY_ACCOUNTS_H

#include <netinet/in.h>

#include "tally/tally.h"

struct account {
    struct slice name;                      /* in small letters; borrowed from the tally */
    uint64_t messages, recipients, bounced; /* recipients: of its messages, all together */
    uint64_t failures;                      /* failed logins under this name, from anywhere */
    int64_t first, last;                    /* good logins: seconds, or MOMENT_NONE */
    uint64_t networks;                      /* /24 or /64 from which it logged in */
    uint64_t at_once; /* the most of those whose first login came within one hour */
    struct account_guess {
        bool is_known;           /* failed logins came before the first good one */
        struct account_address { /* from there; IPv4 as ::ffff:0:0/96 */
            uint64_t high, low;
        } client;
        uint64_t failures; /* there: of this name, and of none */
        uint64_t others;   /* there: of other names */
        uint64_t names;    /* other names */
        bool stopped;      /* none failed any more behind the good one */
    } guess;
};

struct accounts {
    struct account *items; /* by name */
    size_t count;
};

void accounts_read(const struct tally *tally, struct accounts *accounts_r);
/* The same one by one, in no order: there may be a hundred thousand. */
void accounts_each(const struct tally *tally,
                   void (*each)(void *context, const struct account *account), void *context);
/* The client of a guess that is known, as text in the room. */
struct slice account_client(const struct account_guess *guess, char room[INET6_ADDRSTRLEN]);
/* How many recipients each account has that has any, the fewest first; the caller frees the array.
 */
uint64_t *accounts_recipients(const struct tally *tally, size_t *count_r);
void accounts_release(struct accounts *accounts);

#endif
