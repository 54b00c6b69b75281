/* strangers - what strangers at our door do wrong, kept apart from the faults of our own. */
#ifndef FINDING_STRANGERS_H
#define FINDING_STRANGERS_H

#include "finding/finding.h"

/* True when a client that is no one of ours met a reason that is a stranger's own business. To be
 * asked behind the journey. */
bool strangers_did(const struct finding *finding);

/* This host, a private network, or the link. */
bool ip_is_near(struct slice ip);

#endif
