/* wanted - what is traced: a queue ID, message-id, address, user, IP or host, a pattern between
 * slashes, or the place of a line; and whether an entry of the log is it or holds it.
 */
#ifndef APP_WANTED_H
#define APP_WANTED_H

#include "input/source.h"
#include "rules/regex.h"

enum { WANTED_FORMS = 3, WANTED_TEXT = 512 };

struct wanted {
    const char *path; /* of a place "mail.log:12", in texts; NULL: it is none */
    uint64_t line;
    struct regex *regex; /* owned; NULL: the forms are looked for */
    struct regex_memory *memory;
    bool any_case;
    bool is_ipv6;
    char texts[WANTED_FORMS][WANTED_TEXT];
    struct slice forms[WANTED_FORMS]; /* spellings of it, one of which must stand whole */
    size_t form_count;
};

/* Reads WHAT, as it was typed. A place is one when there is such a file. `wanted` stays where it
 * is: the forms lie in it. */
bool wanted_read(struct wanted *wanted, struct slice what, struct problem *problem);
void wanted_release(struct wanted *wanted);

/* True for the place that is wanted. */
bool wanted_is_at(const struct wanted *wanted, const struct source *source, uint64_t line);

/* True when it stands in the text: as a whole word, which a part of a longer address, number or
 * name is not. */
bool wanted_stands(struct wanted *wanted, struct slice text);

/* The part of a form that stands in a line as it is, even where the text of an entry was escaped
 * for JSON. */
struct slice wanted_unescaped(struct slice form);

/* An id without the angle brackets around it. */
struct slice wanted_bare(struct slice id);

#endif
