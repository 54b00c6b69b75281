/* chance - numbers that look like chance and are the same in every run (xorshift64). */
#ifndef TESTS_UNIT_CHANCE_H
#define TESTS_UNIT_CHANCE_H

#include <stdint.h>

/* Below `most`. */
static unsigned chance(unsigned most) {
    static uint64_t seed = 88172645463325252u;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 20) % most;
}

#endif
