/* json_line - just enough JSON for logs that are one object a line: the members asked for, by name.
 *
 * Strict: a text that is not exactly one object is refused whole. Values that nobody asked for are
 * passed over without recursion, to a fixed depth, and nothing is copied until a text is wanted.
 */
#ifndef INPUT_JSON_LINE_H
#define INPUT_JSON_LINE_H

#include "base/arena.h"

enum json_kind { JSON_ABSENT, JSON_STRING, JSON_NUMBER, JSON_NULL, JSON_ARRAY, JSON_OTHER };

/* A member that is wanted: name given by the caller, kind and raw filled by json_object. */
struct json_member {
    struct slice name;
    enum json_kind kind;
    struct slice raw; /* a string without its quotes, escapes left; anything else as written */
};

/* Reads the whole text as one object and fills members that are there (the first of equal names).
 * False: no object, or one with a fault anywhere; the members are then of no use. */
bool json_object(struct slice text, struct json_member *members, size_t count);

/* The text of a string, or of an array of byte numbers (journald: a text that is no UTF-8), or the
 * first of an array of strings (journald: a field given twice). Borrowed when it has no escapes,
 * else in the arena. False: the member holds no text. */
bool json_text(const struct json_member *member, struct arena *arena, struct slice *text_r);

#endif
