/* A rule must not be fired by a name: bob.spam@example.com is no spam. So addresses are taken out
 * before anything is looked for, by hand, because every reply goes through here: from each '@' the
 * local part is read backwards and the domain forwards.
 */
#include "finding/clean.h"

#include "base/ascii.h"
#include "base/fold.h"

/* Of any language. */
static bool is_of_word(char byte) {
    return is_alnum(byte) || (unsigned char)byte >= 0x80;
}

/* Without '/', '?' and ':', so that the host of a URL in front of an address stays. */
static bool is_local_part(char byte) {
    return is_of_word(byte) || (byte != '\0' && strchr(".!#$%&'*+-=^_`{|}~", byte) != NULL);
}

static bool is_domain(char byte) {
    return is_of_word(byte) || byte == '.' || byte == '-' || byte == '_';
}

/* Where the local part in front of text.at[at] begins, not before `from`. */
static size_t local_part_begin(struct slice text, size_t from, size_t at) {
    enum { MOST_QUOTED = 66 };
    size_t begin = at;
    if (at > from && text.at[at - 1] == '"') {
        size_t least = at - from > MOST_QUOTED ? at - MOST_QUOTED : from;
        for (begin = at - 1; begin > least;)
            if (text.at[--begin] == '"')
                return begin;
        return at;
    }
    while (begin > from && is_local_part(text.at[begin - 1]))
        begin--;
    return begin;
}

/* Where the domain behind text.at[at] == '@' ends. */
static size_t domain_end(struct slice text, size_t at) {
    size_t end = at + 1;
    if (end < text.length && text.at[end] == '[') {
        size_t close = slice_find(slice_head(slice_from(text, end), 64), ']');
        return close == SIZE_MAX ? end : end + close + 1;
    }
    while (end < text.length && is_domain(text.at[end]))
        end++;
    while (end > at + 1 && !is_of_word(text.at[end - 1]))
        end--; /* the full stop behind it */
    return end;
}

struct slice clean_text(struct slice text, char *to) {
    size_t length = 0, copied = 0, from = 0;
    for (;;) {
        size_t at = slice_find(slice_from(text, from), '@');
        if (at == SIZE_MAX)
            break;
        at += from;
        from = at + 1;
        size_t begin = local_part_begin(text, copied, at), end = domain_end(text, at);
        if (begin == at || end == at + 1)
            continue;
        if (begin > copied && text.at[begin - 1] == '<' && end < text.length &&
            text.at[end] == '>') {
            begin--;
            end++;
        }
        length = fold_blanks(slice_range(text.at + copied, text.at + begin), to, length);
        length = fold_blanks(SLICE(" "), to, length);
        copied = from = end;
    }
    length = fold_blanks(slice_from(text, copied), to, length);
    if (length > 0 && to[length - 1] == ' ')
        length--;
    return (struct slice){to, length};
}

struct slice words_of(struct slice text, char *buffer, size_t size) {
    size_t length = 0;
    for (size_t i = 0; i < text.length && length < size; i++) {
        char byte = text.at[i];
        if (is_of_word(byte))
            buffer[length++] = (char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
        else if (length > 0 && buffer[length - 1] != ' ')
            buffer[length++] = ' ';
    }
    while (length > 0 && buffer[length - 1] == ' ')
        length--;
    return (struct slice){buffer, length};
}
