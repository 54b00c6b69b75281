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

#endif
