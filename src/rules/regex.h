/* regex - PCRE2 with limits: bytes, JIT where it can be had, never more than a bounded effort.
 *
 * A compiled regex is shared by all threads; the memory of a match belongs to one thread.
 * Limits and figures: match limit 100,000, heap 16 MiB, JIT stack 1 MiB; see docs/patterns.md.
 */
#ifndef RULES_REGEX_H
#define RULES_REGEX_H

#include "base/problem.h"
#include "base/slice.h"

struct regex;
struct regex_memory; /* match data and JIT stack of one thread */

enum regex_flags {
    REGEX_PLAIN = 0,
    REGEX_EXTENDED = 1, /* blanks in the pattern are ignored */
    REGEX_NOCASE = 2,
};

/* False with the offset and PCRE2's words. Owner frees it with regex_free; `pattern` must live as
 * long. */
bool regex_new(struct slice pattern, enum regex_flags flags, struct regex **regex_r,
               struct problem *problem);
/* The same for a pattern that was proved before: compiled when it is first needed. Should the PCRE2
 * of this machine refuse it, every match ends as one that hits a limit. */
struct regex *regex_trusted(struct slice pattern, enum regex_flags flags);
/* Says what regex_new would of such a pattern. */
bool regex_check(struct regex *regex, struct problem *problem);
void regex_free(struct regex *regex);

struct regex_memory *regex_memory_new(void);
void regex_memory_free(struct regex_memory *memory);

enum regex_result { REGEX_NO, REGEX_YES, REGEX_LIMIT };

/* memory is overwritten by each match. After REGEX_YES the groups may be read. */
enum regex_result regex_match(struct regex *regex, struct regex_memory *memory,
                              struct slice subject);
/* Group number of a name, or -1; work it out once, when loading. */
int regex_group_number(struct regex *regex, const char *name);
size_t regex_group_count(struct regex *regex);
const char *regex_group_name(struct regex *regex, size_t number); /* NULL: unnamed */
/* Text of a group in the last match of this memory; empty with .at NULL when it did not take part.
 */
struct slice regex_group(const struct regex_memory *memory, struct slice subject, size_t number);
/* True when this build and this process can use JIT (PR_SET_MDWE refuses it at run time). */
bool regex_has_jit(void);

#endif
