/* chance - numbers that look like chance and are the same in every run (xorshift64); others with
 * CHANCE=N in the environment. */
#ifndef TESTS_UNIT_CHANCE_H
#define TESTS_UNIT_CHANCE_H

#include <stdint.h>
#include <stdlib.h>

/* Below `most`. */
static unsigned chance(unsigned most) {
    static uint64_t seed = 0;
    if (seed == 0) {
        const char *other = getenv("CHANCE");
        seed = 88172645463325252u ^ (other ? strtoull(other, NULL, 10) : 0);
    }
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 20) % most;
}

#endif
