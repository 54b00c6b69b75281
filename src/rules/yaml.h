/* yaml - strict small YAML (libyaml behind it): mappings, lists and text, each with its line.
 *
 * Refused, with file:line:column: repeated keys, anchors, aliases, tags, several documents, a
 * scalar over 64 KiB, nesting deeper than 16, more than 100,000 nodes. Every scalar is text; what
 * it means is the reader's business. An empty plain scalar is kept as text of length 0 (callers
 * refuse it).
 */
#ifndef RULES_YAML_H
#define RULES_YAML_H

#include "base/arena.h"
#include "base/problem.h"

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAPPING };

struct yaml {
    enum yaml_kind kind;
    unsigned line, column; /* from 1 */
    const char *file;      /* for messages */
    struct slice text;     /* YAML_TEXT */
    struct slice key;      /* of this node, when its parent is a mapping */
    unsigned key_line;
    unsigned key_column;      /* 0 in what was unpacked */
    const struct yaml *first; /* children */
    const struct yaml *next;  /* sibling */
    size_t count;             /* of children */
    bool proved;              /* built into the program: what it says was found good before */
};

/* Reads one document; everything lives in the arena. `file` is kept by pointer. */
bool yaml_read(struct arena *arena, const char *file, struct slice bytes,
               const struct yaml **root_r, struct problem *problem);

/* The child of a mapping, or NULL. */
const struct yaml *yaml_get(const struct yaml *mapping, const char *key);
/* False, with "file:line:column: ..." and the known keys, when the mapping has a key outside
 * known[] (NULL at the end). Also false when node is no mapping. */
bool yaml_only(const struct yaml *node, const char *const known[], struct problem *problem);
/* False with a message that names the place: problem_say with "file:line:column: " in front. */
bool yaml_say(const struct yaml *node, struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The text of a required or optional child; missing optional: empty slice and true. */
bool yaml_text(const struct yaml *mapping, const char *key, bool required, struct slice *text_r,
               struct problem *problem);

#endif
