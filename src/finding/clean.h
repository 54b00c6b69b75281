/* clean - the text of a reply with nothing but words in it, which rules look for. */
#ifndef FINDING_CLEAN_H
#define FINDING_CLEAN_H

#include "base/slice.h"

/* The text with each address as one blank and each run of blanks as one, without any at its ends.
 * `to` holds text.length bytes. */
struct slice clean_text(struct slice text, char *to);
/* The same of what an MTA says of itself, where the server is a blank, too. */
struct slice clean_own_words(struct slice text, char *to);
/* The server that is named in such a text: "connect to mx.example.net[192.0.2.1]:25: ...", "Name
 * service error for name=example.net type=MX". Empty: none, several, or what is no plain name. */
struct slice clean_server(struct slice text);
/* The words of a text: letters (of any language) and digits, one blank between them; as many as the
 * buffer holds. */
struct slice words_of(struct slice text, char *buffer, size_t size);

#endif
