/* Patterns come from files and meet text that strangers wrote, so no match may cost more than a
 * bounded effort: the limits below cannot be raised from within a pattern. They are measured: with
 * them a hostile pattern ends after about a millisecond.
 *
 * Hundreds of patterns are known and a log needs some dozens of them, so a pattern that is trusted
 * to be good is compiled when it is first matched, and one that is matched often is compiled just
 * in time, which costs as much as some JIT_AFTER matches and makes them several times faster.
 * Threads that meet compile it both and one is kept: no lock, and nothing to wait for.
 *
 * Just-in-time compiling may be refused at run time (PR_SET_MDWE, SELinux execmem). It is never
 * needed, and must not be told by the answer: compiled code counts other steps than the interpreter
 * and would reach the limit elsewhere. So it gets a small limit of its own, and a match that it
 * cannot end within that is left to the interpreter.
 */
#include "rules/regex.h"

#include "base/memory.h"
#include <assert.h>
#include <pcre2.h>
#include <stdatomic.h>

enum {
    MATCH_LIMIT = 100000,
    JIT_MATCH_LIMIT = 2000, /* a step of it is up to some fifty of the interpreter */
    HEAP_LIMIT_KIB = 16 * 1024,
    JIT_STACK_FIRST = 32 * 1024,
    JIT_STACK_MOST = 1024 * 1024,
    PATTERN_MOST = 16 * 1024,
    GROUPS_MOST = 64, /* with the whole match as group 0 */
    JIT_AFTER = 40,
};

struct regex {
    struct slice pattern; /* of whoever gave it */
    enum regex_flags flags;
    _Atomic(pcre2_code *) code; /* NULL: not compiled yet */
    _Atomic(pcre2_code *) fast; /* a copy with JIT; NULL: none yet, or refused */
    atomic_uint uses;           /* up to JIT_AFTER; not exact when threads meet, and need not be */
    atomic_flag hurried;
};

struct regex_memory {
    pcre2_match_data *match;
    pcre2_match_context *context, *jit_context;
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

bool regex_check(struct regex *regex, struct problem *problem) {
    int error = 0;
    size_t offset = 0;
    pcre2_code *code = compile(regex->pattern, regex->flags, &error, &offset);
    if (!code) {
        PCRE2_UCHAR words[256];
        pcre2_get_error_message(error, words, sizeof words);
        return problem_say(problem, "at offset %zu of the pattern: %s", offset, (char *)words);
    }
    uint32_t groups = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    pcre2_code_free(code);
    return groups < GROUPS_MOST ||
           problem_say(problem, "the pattern has %u groups, 63 are the most: write (?:...)",
                       groups);
}

struct regex *regex_trusted(struct slice pattern, enum regex_flags flags) {
    struct regex *regex = memory_new(sizeof *regex);
    regex->pattern = pattern;
    regex->flags = flags;
    return regex;
}

bool regex_new(struct slice pattern, enum regex_flags flags, struct regex **regex_r,
               struct problem *problem) {
    *regex_r = regex_trusted(pattern, flags);
    if (regex_check(*regex_r, problem))
        return true;
    regex_free(*regex_r);
    *regex_r = NULL;
    return false;
}

void regex_free(struct regex *regex) {
    if (!regex)
        return;
    pcre2_code_free(atomic_load(&regex->code));
    pcre2_code_free(atomic_load(&regex->fast));
    free(regex);
}

/* The code of a pattern, compiled now when it is not yet. NULL: this PCRE2 refuses it. */
static pcre2_code *code_of(struct regex *regex) {
    pcre2_code *code = atomic_load_explicit(&regex->code, memory_order_acquire);
    if (code)
        return code;
    int error;
    size_t offset;
    pcre2_code *mine = compile(regex->pattern, regex->flags, &error, &offset);
    if (!mine || atomic_compare_exchange_strong(&regex->code, &code, mine))
        return mine;
    pcre2_code_free(mine); /* another thread was first */
    return code;
}

/* Makes the fast copy of a pattern that is used often; one thread does, once. */
static void count_use(struct regex *regex, const pcre2_code *code) {
    unsigned uses = atomic_load_explicit(&regex->uses, memory_order_relaxed);
    if (uses >= JIT_AFTER)
        return;
    atomic_store_explicit(&regex->uses, uses + 1, memory_order_relaxed);
    if (uses + 1 < JIT_AFTER || atomic_flag_test_and_set(&regex->hurried))
        return;
    pcre2_code *fast = pcre2_code_copy(code);
    if (fast && pcre2_jit_compile(fast, PCRE2_JIT_COMPLETE) == 0)
        atomic_store_explicit(&regex->fast, fast, memory_order_release);
    else
        pcre2_code_free(fast); /* refused: interpreted */
}

struct regex_memory *regex_memory_new(void) {
    struct regex_memory *memory = memory_new(sizeof *memory);
    memory->match = pcre2_match_data_create(GROUPS_MOST, NULL);
    memory->context = pcre2_match_context_create(NULL);
    memory->jit_context = pcre2_match_context_create(NULL);
    if (!memory->match || !memory->context || !memory->jit_context)
        abort(); /* out of memory, as base/memory does */
    pcre2_set_match_limit(memory->context, MATCH_LIMIT);
    pcre2_set_heap_limit(memory->context, HEAP_LIMIT_KIB);
    pcre2_set_match_limit(memory->jit_context, JIT_MATCH_LIMIT);
    memory->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MOST, NULL);
    if (memory->stack)
        pcre2_jit_stack_assign(memory->jit_context, NULL, memory->stack);
    return memory;
}

void regex_memory_free(struct regex_memory *memory) {
    if (!memory)
        return;
    pcre2_match_data_free(memory->match);
    pcre2_match_context_free(memory->context);
    pcre2_match_context_free(memory->jit_context);
    pcre2_jit_stack_free(memory->stack);
    free(memory);
}

/* What pcre2_match says. */
static int match(struct regex *regex, struct regex_memory *memory, struct slice subject) {
    PCRE2_SPTR text = (PCRE2_SPTR)(subject.length ? subject.at : "");
    const pcre2_code *fast = atomic_load_explicit(&regex->fast, memory_order_acquire);
    if (fast) {
        int result =
            pcre2_jit_match(fast, text, subject.length, 0, 0, memory->match, memory->jit_context);
        if (result > 0 || result == PCRE2_ERROR_NOMATCH)
            return result;
    }
    const pcre2_code *code = code_of(regex);
    if (!code)
        return PCRE2_ERROR_NULL;
    if (!fast)
        count_use(regex, code);
    return pcre2_match(code, text, subject.length, 0, PCRE2_NO_JIT, memory->match, memory->context);
}

enum regex_result regex_match(struct regex *regex, struct regex_memory *memory,
                              struct slice subject) {
    int result = match(regex, memory, subject);
    assert(result != 0); /* the match data has room for all groups */
    memory->filled = result > 0 ? (size_t)result : 0;
    if (result > 0)
        return REGEX_YES;
    return result == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_LIMIT;
}

int regex_group_number(struct regex *regex, const char *name) {
    pcre2_code *code = code_of(regex);
    int number = code ? pcre2_substring_number_from_name(code, (PCRE2_SPTR)name) : 0;
    return number > 0 ? number : -1;
}

size_t regex_group_count(struct regex *regex) {
    uint32_t groups = 0;
    pcre2_code *code = code_of(regex);
    if (code)
        pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    return groups + 1;
}

/* The name table is a list of rows: two bytes of group number, then the name with a NUL. */
const char *regex_group_name(struct regex *regex, size_t number) {
    uint32_t count = 0, size = 0;
    PCRE2_SPTR row = NULL;
    pcre2_code *code = code_of(regex);
    if (!code)
        return NULL;
    pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &row);
    for (uint32_t i = 0; i < count; i++, row += size)
        if (((size_t)row[0] << 8 | row[1]) == number)
            return (const char *)row + 2;
    return NULL;
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
    int error;
    size_t offset, size = 0;
    pcre2_code *code = compile(SLICE("a"), REGEX_PLAIN, &error, &offset);
    if (code && pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0)
        pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &size);
    pcre2_code_free(code);
    return size > 0;
}
