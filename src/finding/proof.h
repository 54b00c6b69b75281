/* proof - every example of the pattern files, decided and compared with what its file says.
 */
#ifndef FINDING_PROOF_H
#define FINDING_PROOF_H

#include "rules/rulebook.h"

/* Proves every example and counter-example of the book, and that the MTAs it names exist; calls
 * told() with "file:line: ..." for each that fails. Gives the number of examples proved; *failed_r
 * counts what failed. */
size_t reason_prove(struct rulebook *book, size_t *failed_r,
                    void (*told)(void *context, const char *text), void *context);

/* Rules that the examples do not prove; those of the code tables need none. */
struct unproved {
    size_t rules;  /* of which these are */
    size_t silent; /* no example has their words or code in their context */
    size_t beaten; /* some have, and another rule decides each time */
};
/* Calls told() with "file:line: ..." for each; in one text for all of a file that has many. */
struct unproved reason_unproved(struct rulebook *book,
                                void (*told)(void *context, const char *text), void *context);

#endif
