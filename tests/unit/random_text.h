/* random_text - text as strangers may write it: mostly plain, and now and then what some format
 * must not take as it stands. */
#ifndef TESTS_UNIT_RANDOM_TEXT_H
#define TESTS_UNIT_RANDOM_TEXT_H

#include <string.h>

#include "base/slice.h"
#include "chance.h"

enum { RANDOM_TEXT_ROOM = 64 };

/* to: RANDOM_TEXT_ROOM bytes. */
static struct slice random_text(char *to) {
    static const char odd[] = "\"\\</=+-@ '|,;\t\r\n\033\177\303\251\342\200\256\357\274\235\377";
    size_t length = chance(RANDOM_TEXT_ROOM + 1);
    unsigned rarity = 1 + chance(40);

    for (size_t i = 0; i < length; i++) {
        if (chance(rarity))
            to[i] = (char)('A' + chance(26));
        else if (chance(4))
            to[i] = odd[chance(sizeof odd - 1)];
        else
            to[i] = (char)chance(256);
    }
    return (struct slice){to, length};
}

#endif
