/* suggestion - a rule for replies that no rule knows yet, as text for a pattern file.
 */
#ifndef FINDING_SUGGESTION_H
#define FINDING_SUGGESTION_H

#include "finding/finding.h"

struct suggestion {
    const char *under; /* the keys it belongs under: "strong: says" */
    struct slice item; /* of a list, in YAML, without "- "; in the arena: "'no room left'" */
};

/* A rule that takes the reply of a finding, and every one with its template. False: it says
 * nothing that another would say again. */
bool suggestion_of(const struct finding *finding, struct arena *arena,
                   struct suggestion *suggestion_r);

#endif
