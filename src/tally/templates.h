/* templates - how often each wording of a failure came, and when. Two spans are compared by it, and
 * history keeps it; the plain report has no need of it, so a tally counts it only when it is told
 * to (tally_keep_templates).
 */
#ifndef TALLY_TEMPLATES_H
#define TALLY_TEMPLATES_H

#include "tally/example.h"

enum { TEMPLATES = 10000 /* are told apart in one tally, the rest is counted together */ };

struct template_count { /* texts are borrowed from the tally until it changes */
    struct slice class_name, text;
    uint64_t count;
    int64_t last;                 /* seconds; MOMENT_NONE: no entry had a time */
    struct tally_example example; /* its time is that of the first */
};

struct templates;

struct templates *templates_new(void);
void templates_free(struct templates *templates);
/* An event of the reasons. One without a wording is none of these. */
void templates_add(struct templates *templates, const struct finding *finding);
/* Counts that were made elsewhere; a text is cut as that of a finding is. */
void templates_put(struct templates *templates, const struct template_count *more);

/* Findings that were not told apart there. */
void templates_put_others(struct templates *templates, uint64_t count);

size_t templates_count(const struct templates *templates);
uint64_t templates_others(const struct templates *templates); /* findings not told apart */
/* By class, then by text. */
void templates_each(const struct templates *templates,
                    void (*each)(void *context, const struct template_count *count), void *context);

void templates_merge(struct templates *into, const struct templates *from);
void templates_save(const struct templates *templates, struct pack *pack);
void templates_load(struct templates *templates, struct unpack *unpack); /* into empty ones */

#endif
