/* Trying a pattern costs some hundred times more than not trying it, and most patterns hold a word
 * that a given reply does not. The word is taken from the pattern where that is safe, and only
 * there: plain bytes outside of every group and class, in a pattern without '|' at that level, each
 * run cut wherever something else stands. Whatever is not understood for sure gives no literal,
 * and the pattern is always tried.
 */
#include "rules/literal.h"

#include <string.h>

struct scan {
    struct slice rest;
    char *run, *best; /* both in the buffer: best in front, run behind it */
    size_t run_length, best_length;
};

static bool is_letter_or_digit(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Bytes that stand for themselves wherever they are outside of a class. */
static bool is_plain(char byte)
{
    return is_letter_or_digit(byte) || (byte != '\0' && strchr("-_/:;,=@<>!%&'\"~`", byte)) ||
           (unsigned char)byte >= 0x80;
}

static void end_run(struct scan *scan)
{
    if (scan->run_length > scan->best_length) {
        memmove(scan->best, scan->run, scan->run_length);
        scan->best_length = scan->run_length;
        scan->run = scan->best + scan->best_length;
    }
    scan->run_length = 0;
}

static void add_byte(struct scan *scan, char byte)
{
    scan->run[scan->run_length++] = byte;
}

/* The byte before may be there or not. */
static void drop_last(struct scan *scan)
{
    if (scan->run_length > 0)
        scan->run_length--;
    end_run(scan);
}

static char next(struct scan *scan)
{
    char byte = scan->rest.length > 0 ? scan->rest.at[0] : '\0';
    scan->rest = slice_from(scan->rest, 1);
    return byte;
}

/* Behind a backslash outside of a class. False: one that takes what follows with it. */
static bool skip_escape(struct scan *scan, bool keep)
{
    if (scan->rest.length == 0)
        return false;
    char byte = next(scan);
    if (is_letter_or_digit(byte)) {
        end_run(scan);
        return strchr("abBsSdDwWAzZGhHvVRtrnfeX", byte) != NULL;
    }
    if (keep && !is_space(byte))
        add_byte(scan, byte);
    else
        end_run(scan);
    return true;
}

/* Behind '[' up to its ']'. */
static bool skip_class(struct scan *scan)
{
    if (scan->rest.length > 0 && scan->rest.at[0] == '^')
        next(scan);
    if (scan->rest.length > 0 && scan->rest.at[0] == ']')
        next(scan);
    while (scan->rest.length > 0) {
        char byte = next(scan);
        if (byte == ']')
            return true;
        if (byte == '[') /* [:alpha:] */
            return false;
        if (byte == '\\' && (next(scan) == 'Q'))
            return false;
    }
    return false;
}

/* Behind '{' up to its '}'; false when this is no count but text. */
static bool skip_count(struct scan *scan)
{
    while (scan->rest.length > 0) {
        char byte = next(scan);
        if (byte == '}')
            return true;
        if (byte != ',' && (byte < '0' || byte > '9'))
            return false;
    }
    return false;
}

static void skip_comment(struct scan *scan)
{
    while (scan->rest.length > 0 && next(scan) != '\n')
        ;
}

/* Whether '(' opens a group that only holds something: no options for what follows, no verb. */
static bool opens_plain_group(struct slice rest)
{
    if (rest.length == 0 || rest.at[0] == '*')
        return false;
    if (rest.at[0] != '?')
        return true;
    char kind = rest.length > 1 ? rest.at[1] : '\0';
    return kind != '\0' && strchr(":=!<>|P'", kind) != NULL;
}

/* Behind '(' up to its ')'. */
static bool skip_group(struct scan *scan)
{
    size_t depth = 1;
    if (!opens_plain_group(scan->rest))
        return false;
    while (scan->rest.length > 0) {
        char byte = next(scan);
        if (byte == '(') {
            if (!opens_plain_group(scan->rest))
                return false;
            depth++;
        } else if (byte == ')' && --depth == 0) {
            return true;
        } else if ((byte == '\\' && !skip_escape(scan, false)) ||
                   (byte == '[' && !skip_class(scan))) {
            return false;
        } else if (byte == '#') {
            skip_comment(scan);
        }
    }
    return false;
}

/* Takes the next part of the pattern; false when no literal can be sure any more. */
static bool take(struct scan *scan)
{
    char byte = next(scan);
    if (is_plain(byte)) {
        add_byte(scan, byte);
        return true;
    }
    if (is_space(byte))
        return true;
    switch (byte) {
    case '\\':
        return skip_escape(scan, true);
    case '?':
    case '*':
        drop_last(scan);
        return true;
    case '{': /* may be {0,1} */
        drop_last(scan);
        return skip_count(scan);
    case '+':
    case '.':
    case '^':
    case '$':
        end_run(scan);
        return true;
    case '[':
        end_run(scan);
        return skip_class(scan);
    case '(':
        end_run(scan);
        return skip_group(scan);
    case '#':
        skip_comment(scan);
        return true;
    default: /* '|', ')', a control byte */
        return false;
    }
}

struct slice literal_of(struct slice pattern, char *buffer)
{
    struct scan scan = {.rest = pattern, .run = buffer, .best = buffer};
    while (scan.rest.length > 0)
        if (!take(&scan))
            return (struct slice){0};
    end_run(&scan);
    if (scan.best_length < LITERAL_LEAST)
        return (struct slice){0};
    return (struct slice){buffer, scan.best_length};
}
