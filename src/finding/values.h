/* values - what a reply tells beside its reason: which block list, which provider, which address.
 *
 * A reply may name lists and addresses for other reasons ("the look-up at zen.spamhaus.org timed
 * out", "version 4.1.2.3"), so they are read only where the reason is about the host that sends, or
 * is not known: docs/formats/values.md.
 */
#ifndef FINDING_VALUES_H
#define FINDING_VALUES_H

#include "finding/finding.h"

/* Whether the list and the address that a reply of this reason (NULL: unclassified) names are those
 * of the host that sends. */
bool values_speak_of_host(const struct reason *reason);
/* Whether words of this side are a provider's: our own may quote anybody. */
bool values_speak_of_provider(enum side side);

/* The address that the reply says is refused, as it is written there; empty: none. */
struct slice values_listed_ip(const struct finding *finding);

#endif
