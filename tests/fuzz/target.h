/* target - what every fuzz target has: its entry, and MUST, which holds in every build. */
#ifndef TESTS_TARGET_H
#define TESTS_TARGET_H

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

#endif
