/* wrap_year - syslog lines whose stamp has a year, which RFC 3164 does not know: syslog-ng, relays.
 *
 *     Jun  1 10:00:01 2026 mx1 postfix/smtpd[4711]: connect from ...
 *     2026 Jun  1 10:00:01 mx1 postfix/smtpd[4711]: ...
 *     Jun  1 2026 10:00:01 mx1 postfix/smtpd[4711]: ...
 *
 *     line = [ "<" PRI ">" ] stamp SP header        input/header.c
 */
#include "input/header.h"

static bool take_year(struct slice *s, int *year_r) {
    struct slice rest = *s;
    uint64_t year;
    if (!slice_take_number(&rest, &year) || s->length - rest.length != 4 || year < 1970 ||
        year > 2199 || !slice_skip_byte(&rest, ' '))
        return false;
    *year_r = (int)year;
    *s = header_without_blanks(rest);
    return true;
}

/* "Jun  1 2026 10:00:01": without its year it is a stamp of RFC 3164, "Jun  1 10:00:01". */
static bool take_inner_year(struct slice *s, struct civil *civil) {
    enum { DATE = sizeof "Jun  1 " - 1, YEAR = sizeof "2026 " - 1, TIME = sizeof "10:00:01" - 1 };
    char stamp[DATE + TIME];
    int year;
    struct slice rest = *s;
    size_t date = s->length > DATE && s->at[DATE - 1] == ' ' ? DATE : DATE - 1;
    if (s->length < date + YEAR + TIME)
        return false;
    rest = slice_from(rest, date);
    if (!take_year(&rest, &year) || rest.length < TIME)
        return false;
    memcpy(stamp, s->at, date);
    memcpy(stamp + date, rest.at, TIME);
    struct slice joined = {stamp, date + TIME};
    if (!civil_take_rfc3164(&joined, civil) || joined.length)
        return false;
    civil->year = year;
    *s = slice_from(rest, TIME);
    return true;
}

static bool take_stamp(struct slice *s, struct civil *civil) {
    int year = 0;
    bool is_before = take_year(s, &year);
    if (!is_before && take_inner_year(s, civil))
        return slice_skip_byte(s, ' ');
    if (!civil_take_rfc3164(s, civil) || !slice_skip_byte(s, ' '))
        return false;
    *s = header_without_blanks(*s);
    if (!is_before && !take_year(s, &year))
        return false;
    civil->year = year;
    return true;
}

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct civil civil;
    struct moment time;
    (void)arena;
    if (!header_skip_priority(&line) || !take_stamp(&line, &civil) ||
        !moment_local(clock, &civil, &time))
        return UNWRAP_FOREIGN;
    return header_read_at(header_without_blanks(line), &time, entry);
}

const struct wrapping wrap_year = {
    .name = "syslog-year",
    .title = "syslog, with a year in the stamp",
    .layer = LAYER_LINE,
    .first = FIRST_DIGIT | FIRST_CAPITAL | FIRST_ANGLE,
    .unwrap = unwrap,
};
