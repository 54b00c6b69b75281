/* trace - how a reason was found: all that deciding looks at, in the order of trying. */
#ifndef FINDING_TRACE_H
#define FINDING_TRACE_H

#include "finding/reason.h"

/* A rule whose words or code the reply has. */
struct reason_tried {
    const struct rule *rule;
    enum class_by by;
    const char *unmet; /* NULL: it matches; else what is not as it demands: "stage", "with" */
};

/* A provider that was recognised, and by what. */
struct reason_seen {
    const struct provider *provider;
    const struct rule_mark *mark; /* NULL: the host that spoke */
};

struct reason_trace {
    struct slice text; /* what wording is looked for in */
    bool is_failure;   /* else no rule is asked */
    struct reason_seen *seen;
    size_t seen_count;
    struct reason_tried *tried; /* in the order of trying; the first that matches decides */
    size_t tried_count;
};

/* All that deciding looks at, by the same functions, without stopping at the first rule that
 * matches. The trace is in the arena. */
void reason_trace(struct reason_memory *memory, const struct finding *finding, struct arena *arena,
                  struct reason_trace *trace_r);

#endif
