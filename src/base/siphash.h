/* siphash - SipHash-2-4 (Aumasson, Bernstein, 2012): a short text and a secret key become a number
 * that tells nobody without the key which text it was.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include "base/slice.h"

enum { SIPHASH_KEY = 16 };

uint64_t siphash(const unsigned char key[SIPHASH_KEY], struct slice text);

#endif
