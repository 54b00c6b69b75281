/* proof - every example of the pattern files, decided and compared with what its file says.
 */
#ifndef FINDING_PROOF_H
#define FINDING_PROOF_H

#include "rules/rulebook.h"

/* Proves every example and counter-example of the book, and that the MTAs it names exist; calls
 * told() with "file:line: ..." for each that fails. Gives the number of examples proved; *failed_r
 * counts what failed. */
size_t reason_prove(const struct rulebook *book, size_t *failed_r,
                    void (*told)(void *context, const char *text), void *context);

#endif
