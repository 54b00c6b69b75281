/* wrap_compose - docker compose logs: the name of the container in front of each line.
 *
 *     mail-1  | Jun 01 10:00:01 mx1 postfix/smtpd[4711]: connect from ...
 *     mail-1  | 2026-06-01T08:00:01.123456789Z postfix/smtpd[4711]: ...
 *     mail_1  | postfix/smtpd[4711]: ...            (no time)
 *
 * A bar stands in many texts, so a name is only sure with the number that compose gives it; behind
 * any other name the line must be one that is known.
 */
#include "input/entry.h"

static bool take_name(struct slice *s, struct slice *name_r) {
    struct slice rest = *s;
    size_t length = 0;
    while (length < rest.length &&
           (rest.at[length] == '-' || rest.at[length] == '_' || rest.at[length] == '.' ||
            (unsigned char)(rest.at[length] - '0') <= 9 ||
            (unsigned char)((rest.at[length] | 0x20) - 'a') <= 25))
        length++;
    *name_r = slice_head(rest, length);
    rest = slice_from(rest, length);
    size_t blanks = rest.length;
    while (slice_skip_byte(&rest, ' '))
        ;
    if (length == 0 || rest.length == blanks || !slice_skip_byte(&rest, '|'))
        return false;
    slice_skip_byte(&rest, ' ');
    *s = rest;
    return true;
}

static bool is_numbered(struct slice name) {
    size_t digits = 0;
    while (digits < name.length && (unsigned char)(name.at[name.length - 1 - digits] - '0') <= 9)
        digits++;
    if (digits == 0 || digits + 1 >= name.length)
        return false;
    char before = name.at[name.length - 1 - digits];
    return before == '-' || before == '_';
}

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct entry read = *entry;
    struct slice name;
    if (!take_name(&line, &name))
        return UNWRAP_FOREIGN;
    enum unwrapping answer = entry_read_inner(clock, arena, LAYER_COMPOSE, line, &read);
    if (answer == UNWRAP_FOREIGN && is_numbered(name))
        answer = UNWRAPPED;
    if (answer != UNWRAP_FOREIGN)
        *entry = read;
    return answer;
}

const struct wrapping wrap_compose = {
    .name = "compose",
    .title = "docker compose logs",
    .layer = LAYER_COMPOSE,
    .first = FIRST_DIGIT | FIRST_CAPITAL | FIRST_SMALL | FIRST_OTHER,
    .unwrap = unwrap,
};
