/* coded - reasons by the code they came with: which code, at which stage, who said it, and how
 * often; with the domains that met it most and the wordings it had most.
 */
#ifndef TALLY_CODED_H
#define TALLY_CODED_H

#include "tally/podium.h"

enum { CODED_DOMAINS = 5, CODED_TEMPLATES = 3, CODED_TEMPLATE_LENGTH = 300 /* then it is cut */ };

struct coded { /* borrowed from the tally until it changes */
    struct slice class_name;
    enum event event;
    enum direction direction;
    enum stage stage;
    enum side side;
    uint16_t code; /* 0: none */
    struct enhanced enhanced;
    bool implied;
    uint64_t count;
    /* Most first; those without a recipient domain, or without a wording, are in neither. */
    const struct podium_place *domains, *templates;
    size_t domain_count, template_count;
};

/* Calls back for each, most frequent first. All counts together are those of the reasons. */
void coded_each(const struct tally *tally, void (*each)(void *context, const struct coded *coded),
                void *context);

#endif
