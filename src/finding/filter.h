/* filter - which findings are asked for: --class spam-content --recipient-domain '!example.com'.
 *
 * Words of one option are alternatives, of which one must fit; none that is negated may. Different
 * options must all hold. What a finding does not have fits no word, not even '*': --user '*' asks
 * for those with a user, --user '!*' for those without.
 */
#ifndef FINDING_FILTER_H
#define FINDING_FILTER_H

#include "base/network.h"
#include "finding/finding.h"

enum filter_by {
#define FILTER(constant, option, exact) constant,
#include "finding/filters.def"
#undef FILTER
    FILTER_COUNT
};

enum { FILTER_WORDS = 256, FILTER_LONGEST = 320 };

struct filter_word {
    enum filter_by by;
    bool negated, is_network;
    struct slice pattern;
    struct network network;
};

struct filter { /* all zero: everything is asked for */
    struct filter_word words[FILTER_WORDS];
    size_t count;
    unsigned given; /* a bit for each option */
};

const char *filter_name(enum filter_by by); /* of the option, without "--" */

/* Adds what an option says: words joined by commas, each maybe with a '!' in front. The value is
 * borrowed. False: said in problem; the filter is then of no use. */
bool filter_add(struct filter *filter, enum filter_by by, const char *value,
                struct problem *problem);
/* False when a word of --class fits no reason of the book. */
bool filter_check_classes(const struct filter *filter, const struct rulebook *book,
                          struct problem *problem);
/* True when the word fits a reason of the book, or what is none (unclassified). */
bool filter_knows_class(const struct rulebook *book, struct slice pattern);

/* Of a finding that the journey has completed. */
bool filter_matches(const struct filter *filter, const struct finding *finding);
/* The same of what is asked of the mail itself (who, to whom, by which host), whatever is asked of
 * what became of it (class, code, event ...). */
bool filter_matches_mail(const struct filter *filter, const struct finding *finding);

/* True when all that is asked for is known of a message when it comes in; only then can messages
 * be counted. */
bool filter_is_of_messages(const struct filter *filter);
/* True when nothing but the host is asked for. */
bool filter_is_of_hosts(const struct filter *filter);
/* True when replies have to be read, those of deliveries too. */
bool filter_is_of_replies(const struct filter *filter);
/* True when --event, if it is given, asks for this event, too. */
bool filter_takes_event(const struct filter *filter, enum event event);
/* True when --event names this event. */
bool filter_names_event(const struct filter *filter, enum event event);

#endif
