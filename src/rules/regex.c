/* Patterns come from files and meet text that strangers wrote, so no match may cost more than a
 * bounded effort: the limits below cannot be raised from within a pattern. They are measured: with
 * them a hostile pattern ends after about a millisecond.
 *
 * Just-in-time compiling makes matches some three times faster and may be refused at run time
 * (PR_SET_MDWE, SELinux execmem). It is never needed: pcre2_match() interprets what has no code,
 * and a match that outgrows the JIT stack is tried again without it.
 */
#include "rules/regex.h"

#include "base/memory.h"
#include <assert.h>
#include <pcre2.h>

enum {
    MATCH_LIMIT = 100000,
    HEAP_LIMIT_KIB = 16 * 1024,
    JIT_STACK_FIRST = 32 * 1024,
    JIT_STACK_MOST = 1024 * 1024,
    PATTERN_MOST = 16 * 1024,
    GROUPS_MOST = 64, /* with the whole match as group 0 */
};

struct regex {
    pcre2_code *code;
    size_t groups;
    const char *names[GROUPS_MOST];
};

struct regex_memory {
    pcre2_match_data *match;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    size_t filled; /* groups set by the last match */
};

static pcre2_code *compile(struct slice pattern, enum regex_flags flags, int *error_r,
                           size_t *offset_r) {
    uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
    if (flags & REGEX_EXTENDED)
        options |= PCRE2_EXTENDED;
    if (flags & REGEX_NOCASE)
        options |= PCRE2_CASELESS;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context)
        pcre2_set_max_pattern_length(context, PATTERN_MOST);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)(pattern.length ? pattern.at : ""), pattern.length,
                                     options, error_r, offset_r, context);
    pcre2_compile_context_free(context);
    return code;
}

/* The name table is a list of rows: two bytes of group number, then the name with a NUL. */
static void read_names(struct regex *regex) {
    uint32_t count = 0, size = 0;
    PCRE2_SPTR row = NULL;
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &row);
    for (uint32_t i = 0; i < count; i++, row += size)
        regex->names[(size_t)row[0] << 8 | row[1]] = (const char *)row + 2;
}

bool regex_new(struct slice pattern, enum regex_flags flags, struct regex **regex_r,
               struct problem *problem) {
    int error = 0;
    size_t offset = 0;
    *regex_r = NULL;
    pcre2_code *code = compile(pattern, flags, &error, &offset);
    if (!code) {
        PCRE2_UCHAR words[256];
        pcre2_get_error_message(error, words, sizeof words);
        return problem_say(problem, "at offset %zu of the pattern: %s", offset, (char *)words);
    }
    uint32_t groups = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    if (groups >= GROUPS_MOST) {
        pcre2_code_free(code);
        return problem_say(problem, "the pattern has %u groups, 63 are the most: write (?:...)",
                           groups);
    }
    struct regex *regex = memory_new(sizeof *regex);
    regex->code = code;
    regex->groups = groups + 1;
    read_names(regex);
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* refused: interpreted */
    *regex_r = regex;
    return true;
}

void regex_free(struct regex *regex) {
    if (!regex)
        return;
    pcre2_code_free(regex->code);
    free(regex);
}

struct regex_memory *regex_memory_new(void) {
    struct regex_memory *memory = memory_new(sizeof *memory);
    memory->match = pcre2_match_data_create(GROUPS_MOST, NULL);
    memory->context = pcre2_match_context_create(NULL);
    if (!memory->match || !memory->context)
        abort(); /* out of memory, as base/memory does */
    pcre2_set_match_limit(memory->context, MATCH_LIMIT);
    pcre2_set_heap_limit(memory->context, HEAP_LIMIT_KIB);
    memory->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MOST, NULL);
    if (memory->stack)
        pcre2_jit_stack_assign(memory->context, NULL, memory->stack);
    return memory;
}

void regex_memory_free(struct regex_memory *memory) {
    if (!memory)
        return;
    pcre2_match_data_free(memory->match);
    pcre2_match_context_free(memory->context);
    pcre2_jit_stack_free(memory->stack);
    free(memory);
}

enum regex_result regex_match(const struct regex *regex, struct regex_memory *memory,
                              struct slice subject) {
    PCRE2_SPTR text = (PCRE2_SPTR)(subject.length ? subject.at : "");
    memory->filled = 0;
    int result =
        pcre2_match(regex->code, text, subject.length, 0, 0, memory->match, memory->context);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT)
        result = pcre2_match(regex->code, text, subject.length, 0, PCRE2_NO_JIT, memory->match,
                             memory->context);
    if (result > 0) {
        memory->filled = (size_t)result;
        return REGEX_YES;
    }
    assert(result != 0); /* the match data has room for all groups */
    return result == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_LIMIT;
}

int regex_group_number(const struct regex *regex, const char *name) {
    int number = pcre2_substring_number_from_name(regex->code, (PCRE2_SPTR)name);
    return number > 0 ? number : -1;
}

size_t regex_group_count(const struct regex *regex) {
    return regex->groups;
}

const char *regex_group_name(const struct regex *regex, size_t number) {
    return number < regex->groups ? regex->names[number] : NULL;
}

struct slice regex_group(const struct regex_memory *memory, struct slice subject, size_t number) {
    if (number >= memory->filled)
        return (struct slice){0};
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(memory->match);
    PCRE2_SIZE begin = offsets[2 * number], end = offsets[2 * number + 1];
    /* \K in a look-ahead may put the begin behind the end. */
    if (begin == PCRE2_UNSET || begin > end || end > subject.length)
        return (struct slice){0};
    return (struct slice){subject.length ? subject.at + begin : "", end - begin};
}

bool regex_has_jit(void) {
    struct regex *regex;
    size_t size = 0;
    if (!regex_new(SLICE("a"), REGEX_PLAIN, &regex, NULL))
        return false;
    pcre2_pattern_info(regex->code, PCRE2_INFO_JITSIZE, &size);
    regex_free(regex);
    return size > 0;
}
