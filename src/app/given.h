/* given - what a run was asked, as it can be asked again. */
#ifndef APP_GIVEN_H
#define APP_GIVEN_H

#include "app/run.h"

/* The filters, in the words that stand under the masks; their texts live in the arena. */
struct filter given_filter(const struct run *run, struct arena *arena);
/* What was read, " --year 2026 mail.log", with or without --since and --until. */
struct slice given_inputs(const struct run *run, bool with_span, struct arena *arena);

#endif
