/* clean - the text of a reply with nothing but words in it, which rules look for. */
#ifndef FINDING_CLEAN_H
#define FINDING_CLEAN_H

#include "base/slice.h"
#include "mta/record.h"

/* The text with each address as one blank and each run of blanks as one, without any at its ends.
 * `to` holds text.length bytes. */
struct slice clean_text(struct slice text, char *to);

enum { CLEAN_NAMES = 3, CLEAN_MORE = 2 * CLEAN_NAMES };

/* The same of what an MTA says itself, where names that take no part make no difference: instead of
 * a server a blank, instead of a client's address one that is the same for all. `to` holds
 * CLEAN_MORE bytes more than the text. */
struct slice clean_own_words(struct slice text, enum side side, struct slice client, char *to);

/* Those names of a text without '@', in their order; gives how many there are. Of what an MTA says
 * of a condition (side synthetic) the server: "connect to mx.example.net[192.0.2.1]:25: ...", "Name
 * service error for name=example.net type=MX". Of what it says to a client (side local) the address
 * of that: "client [192.0.2.9] blocked using ..., see https://example.org/?ip=192.0.2.9",
 * "192.0.2.9 is listed at ...". None: nobody is named, more than so often, or what stands there is
 * no plain name. */
size_t clean_names(struct slice text, enum side side, struct slice client,
                   struct slice names_r[CLEAN_NAMES]);

/* The words of a text: letters (of any language) and digits, one blank between them; as many as the
 * buffer holds. */
struct slice words_of(struct slice text, char *buffer, size_t size);

#endif
