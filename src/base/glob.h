/* glob - words with wildcards: * any run of characters, ? one character, [abc] [a-z] [!a-z] one of
 * a set, \ takes what stands behind it as it is. The whole text must fit.
 */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include "base/problem.h"
#include "base/slice.h"

/* False: a set or a backslash that does not end, said in problem. */
bool glob_check(struct slice pattern, struct problem *problem);
/* fold: small and capital ASCII letters are the same. The pattern was checked. */
bool glob_matches(struct slice pattern, struct slice text, bool fold);
/* True when any text fits both; the stars of `form` stand for no byte of `without`. Both were
 * checked; the form has at most GLOB_FORM items, and each of them fits something. */
enum { GLOB_FORM = 31 };
bool glob_meets(struct slice pattern, const char *form, const char *without, bool fold);

#endif
