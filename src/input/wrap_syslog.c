/* wrap_syslog - what syslog daemons write to files, and journalctl in its short formats.
 *
 *     Jun  1 10:00:01 mx1 postfix/smtpd[4711]: connect from client.example.org[192.0.2.10]
 *     Jun 01 10:00:01.123456 mx1 postfix/smtpd[4711]: ...       journalctl -o short-precise
 *     2026-06-01T10:00:01.123456+02:00 mx1 postfix/smtpd[4711]: connect from ...
 *     2026-06-01T10:00:01+0200 mx1 postfix/smtpd[4711]: ...     journalctl -o short-iso
 *     2026-06-01 10:00:01 mx1 postfix/smtpd[4711]: ...          templates for databases
 *     <22>Jun 01 10:00:01 mx1 sm-mta[88]: 651A0001: from=<alice@example.org>, size=1200
 *     Jun  1 10:00:01 <mail.info> mx1 sm-mta[88]: ...           FreeBSD, syslogd -v
 *     Jun  1 10:00:01 mx1 sendmail[88]: [ID 801593 mail.info] 651A0001: ...           Solaris
 *     Jun  1 10:00:01 mx1 mail.info sendmail[88]: ...           busybox, AIX
 *
 *     line = [ "<" PRI ">" ] stamp SP header        input/header.c
 *
 * RFC 5424 lines have a version digit after the PRI, so no stamp is found, and they are left to
 * another wrapping. So are a year behind a stamp without one, and what containers put behind their
 * own stamp, which only they write with more digits than microseconds: a stream, another stamp, an
 * object.
 */
#include "input/header.h"

/* "2026 ", where the host should be. */
static bool is_year(struct slice s) {
    uint64_t year;
    return s.length > 4 && (unsigned char)(s.at[0] - '0') <= 9 && s.at[4] == ' ' &&
           slice_number(slice_head(s, 4), &year) && year >= 1970 && year < 2200;
}

static bool is_of_container(struct slice s, const struct moment *time) {
    struct civil civil;
    if (time->digits > 6)
        return true;
    switch (slice_byte(s, 0)) {
    case '{':
        return true;
    case 's':
        return slice_starts(s, SLICE("stdout ")) || slice_starts(s, SLICE("stderr "));
    case '1':
    case '2':
        return civil_take_dashed(&s, &civil) ||
               (s.length > 10 && s.at[4] == '-' && s.at[7] == '-' && s.at[10] == 'T');
    case 'A':
    case 'D':
    case 'F':
    case 'J':
    case 'M':
    case 'N':
    case 'O':
    case 'S':
        return civil_take_rfc3164(&s, &civil);
    default:
        return false;
    }
}

static bool take_stamp(struct clock *clock, struct slice *s, struct moment *moment_r) {
    struct wall wall;
    if (s->length > 0 && s->at[0] >= '0' && s->at[0] <= '9') {
        if (moment_take_rfc3339(clock, s, moment_r)) {
            if (!slice_skip_byte(s, ' '))
                return false;
            *s = header_without_blanks(*s);
            return !is_of_container(*s, moment_r);
        }
        if (!wall_take_dashed(clock, s, &wall))
            return false;
        *moment_r = moment_of_wall(clock, &wall);
    } else if (!moment_take_rfc3164(clock, s, moment_r)) {
        return false;
    }
    if (!slice_skip_byte(s, ' '))
        return false;
    *s = header_without_blanks(*s);
    return !is_year(*s);
}

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct moment time;
    (void)arena;
    if (!header_skip_priority(&line) || !take_stamp(clock, &line, &time))
        return UNWRAP_FOREIGN;
    return header_read_at(line, &time, entry);
}

const struct wrapping wrap_syslog = {
    .name = "syslog",
    .title = "syslog, RFC 3164 or RFC 3339",
    .layer = LAYER_LINE,
    .first = FIRST_DIGIT | FIRST_CAPITAL | FIRST_ANGLE,
    .unwrap = unwrap,
};
