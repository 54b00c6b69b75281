/* shapes - entries read by pattern alone: patterns/mta/NAME.yaml, one PCRE2 with named groups each.
 *
 * docs/patterns.md tells every key. A shape is chosen by program name first, so an entry meets a
 * few patterns and not fifty. Every shape carries an example that is proved when the file is loaded
 * by `rules test` (shapes_prove).
 */
#ifndef MTA_SHAPES_H
#define MTA_SHAPES_H

#include "base/problem.h"
#include "mta/mta.h"
#include "rules/pattern_files.h"

struct shapes;

struct shapes *shapes_new(void);
void shapes_free(struct shapes *shapes);
/* Adds a file of the MTA of this name; a shape whose id is already there replaces it. */
bool shapes_load(struct shapes *shapes, const char *mta, const struct pattern_file *file,
                 struct problem *problem);
/* The same for a file beside the MTA's own: programs that speak for it (a filter, a site's own).
 * Their shapes are tried after those of the MTA. */
bool shapes_load_beside(struct shapes *shapes, const struct pattern_file *file,
                        struct problem *problem);
/* Whether such a file names the program: then its entries are read though no MTA knows them. */
bool shapes_know_beside(const struct shapes *shapes, struct slice program);
/* Tries the shapes of `program` (the daemon: "smtpd", "exim", "sendmail") on text, in file order.
 * READING_UNKNOWN: none matched. Fields already known (queue id, instance) are put in by the caller
 * into the records added. */
enum reading shapes_read(const struct shapes *shapes, struct slice program, struct slice text,
                         struct records *records);

/* Proves every example; calls told() with "file:line: ..." for each that fails. Gives the number of
 * examples proved; *failed_r counts the others. */
size_t shapes_prove(const struct shapes *shapes, size_t *failed_r,
                    void (*told)(void *context, const char *text), void *context);

#endif
