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

/* What stands in a text. An address or a host may have its angle brackets around it. */
enum wording_kind {
    WORDING_PLAIN, /* a word, a small number, or one byte of anything */
    WORDING_USER,
    WORDING_URL,
    WORDING_ADDRESS,
    WORDING_TIME,
    WORDING_IP,
    WORDING_HOST,
    WORDING_ID,
    WORDING_AMOUNT,
    WORDING_NUMBER,
    WORDING_PATH,
};

/* By a label of its name: "bl.example.org". */
bool wording_is_list(struct slice name);

/* Gives the text piece by piece, nothing left out: what the template is made of. */
void wording_walk(struct slice text,
                  void (*take)(void *context, enum wording_kind kind, struct slice piece),
                  void *context);

#endif
