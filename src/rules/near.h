/* near - the codes that a mistyped one may have meant. */
#ifndef RULES_NEAR_H
#define RULES_NEAR_H

#include "rules/codes.h"

enum { NEAR_MOST = 4 };

struct near_code {
    char text[16]; /* "535" or "5.7.8" */
};

/* Up to NEAR_MOST codes of the tables near what somebody typed, the nearest first; gives how many,
 * 0 when the text resembles no code. A code that exists is nearest to itself. */
size_t codes_near(const struct codes *codes, struct slice typed,
                  struct near_code near_r[NEAR_MOST]);

#endif
