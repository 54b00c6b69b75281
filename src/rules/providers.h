/* providers - reads the files of providers/ and blocklists/ into a rule book. */
#ifndef RULES_PROVIDERS_H
#define RULES_PROVIDERS_H

#include "rules/loading.h"

bool providers_read(struct loader *loader);
bool blocklists_read(struct loader *loader);

#endif
