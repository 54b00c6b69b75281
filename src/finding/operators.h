/* operators - who runs a server: one name for the many hosts that take mail for a provider's users.
 *
 * The `operator` of the provider whose names are nearest (patterns/providers), else the registrable
 * domain of the host ("example.co.uk" of mx3.example.co.uk; with libpsl, without it the whole
 * name), else the address.
 */
#ifndef FINDING_OPERATORS_H
#define FINDING_OPERATORS_H

#include "finding/finding.h"
#include "rules/rulebook.h"

struct operators; /* one a thread: remembers the hosts asked for last; no result depends on it */

struct operators *operators_new(const struct rulebook *book);
void operators_free(struct operators *operators);
/* Of the server that an outcome is about; lives as long as book and record. What is known of a
 * server lies in no near cache: operator_expect() begins to fetch it, and gives what operator_of()
 * asks for. */
uint64_t operator_expect(const struct operators *operators, const struct record *record);
struct slice operator_of(struct operators *operators, const struct record *record, uint64_t hash);
/* What was kept of the server that operator_of() was asked for last, to fill; NULL: it has no name.
 */
struct server_hashes *operator_hashes(struct operators *operators);

/* For --version: "libpsl 0.21.2" or how to get it. */
const char *operators_about(void);

#endif
