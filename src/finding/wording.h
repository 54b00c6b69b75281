/* wording - the template of a reply: what varies is replaced, so that equal causes are equal texts.
 *
 * Replaced: addresses by <address>, IPs by <ip>, host names by <host>, URLs by <url>, ids (queue
 * ids, hex and base64 of 8 bytes and more that mix letters and digits) by <id>, times by <time>,
 * files by <path>, numbers of 4 digits and more, and smaller ones that are amounts, by <n>. Kept:
 * enhanced codes, the names of block lists, tokens such as [TSS04], (S3150), AS(123), AUP#1310.
 */
#ifndef FINDING_WORDING_H
#define FINDING_WORDING_H

#include "base/arena.h"

/* The template of the cleaned reply text; in the arena. */
struct slice wording_template(struct slice text, struct arena *arena);

#endif
