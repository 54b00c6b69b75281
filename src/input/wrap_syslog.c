/* wrap_syslog - what syslog daemons write to files, and journalctl in its short formats.
 *
 *     Jun  1 10:00:01 mx1 postfix/smtpd[4711]: connect from client.example.org[192.0.2.10]
 *     2026-06-01T10:00:01.123456+02:00 mx1 postfix/smtpd[4711]: connect from ...
 *     2026-06-01 10:00:01 mx1 postfix/smtpd[4711]: ...          templates for databases
 *     <22>Jun 01 10:00:01 mx1 sm-mta[88]: 651A0001: from=<alice@example.org>, size=1200
 *     Jun  1 10:00:01 <mail.info> mx1 sm-mta[88]: ...           FreeBSD, syslogd -v
 *     Jun  1 10:00:01 mx1 sendmail[88]: [ID 801593 mail.info] 651A0001: ...           Solaris
 *
 *     line  = [ "<" PRI ">" ] stamp SP [ level SP ] [ host SP [ level SP ] ] [ tag ] text
 *     level = "<" word "." word ">"
 *     tag   = name [ "[" pid "]" ] ":" [ SP ] [ "[ID " number SP word "]" SP ]
 *
 * A host holds no '[' and does not end in ':', so a line without host is told by its tag. A tag
 * that is no name, or has no colon behind it, is text. Lines of syslogd and journalctl about
 * themselves are dull. RFC 5424 lines have a version digit after the PRI, so no stamp is found, and
 * they are left to another wrapping.
 */
#include "input/entry.h"

/* journalctl's own lines: what follows "-- ". */
static const struct slice journalctl_lines[] = {
    SLICE_INIT("Boot "),         SLICE_INIT("Reboot --"),
    SLICE_INIT("Logs begin at"), SLICE_INIT("Journal begins at"),
    SLICE_INIT("No entries --"), SLICE_INIT("cursor: "),
};

static bool is_journalctl_line(struct slice line) {
    if (line.at[0] != '-' || !slice_skip(&line, SLICE("-- ")))
        return false;
    for (size_t i = 0; i < sizeof journalctl_lines / sizeof *journalctl_lines; i++)
        if (slice_starts(line, journalctl_lines[i]))
            return true;
    return false;
}

static struct slice without_blanks(struct slice s) {
    while (slice_skip_byte(&s, ' '))
        ;
    return s;
}

/* "<22>": facility * 8 + severity, at most 191. Anything else that begins with '<' is no syslog. */
static bool skip_priority(struct slice *s) {
    uint64_t priority;
    if (!slice_skip_byte(s, '<'))
        return true;
    return slice_take_number(s, &priority) && priority <= 191 && slice_skip_byte(s, '>');
}

static bool take_stamp(struct clock *clock, struct slice *s, struct moment *moment_r) {
    struct civil civil;
    if (s->length > 0 && s->at[0] >= '0' && s->at[0] <= '9') {
        if (!moment_take_rfc3339(s, moment_r) &&
            !(civil_take_dashed(s, &civil) && moment_local(clock, &civil, moment_r)))
            return false;
    } else if (!civil_take_rfc3164(s, &civil) || !moment_local(clock, &civil, moment_r)) {
        return false;
    }
    if (!slice_skip_byte(s, ' '))
        return false;
    *s = without_blanks(*s);
    return true;
}

/* Cuts "<mail.info> ", or in numbers "<2.6> ", off the front. */
static struct slice without_level(struct slice s) {
    struct slice whole = s, level;
    if (!slice_skip_byte(&s, '<') || !slice_cut(&s, '>', &level) ||
        slice_find(level, '.') == SIZE_MAX || slice_find(level, ' ') != SIZE_MAX ||
        !slice_skip_byte(&s, ' '))
        return whole;
    return without_blanks(s);
}

static bool is_mark(struct slice s) {
    return s.length > 0 && s.at[0] == '-' && slice_starts(s, SLICE("-- MARK --"));
}

static bool is_repeat(struct slice s) {
    return s.length > 0 && s.at[0] == 'l' && slice_starts(s, SLICE("last message repeated "));
}

/* Empty when there is none, or "-". */
static struct slice take_host(struct slice *s) {
    const char *at = s->at;
    size_t length = 0;
    while (length < s->length && at[length] != ' ' && at[length] != '[')
        length++;
    if (length == 0 || (length < s->length && at[length] == '[') || at[length - 1] == ':' ||
        is_mark(*s) || is_repeat(*s))
        return (struct slice){0};
    *s = without_blanks(slice_range(at + length, at + s->length));
    return (struct slice){at, length == 1 && at[0] == '-' ? 0 : length};
}

/* What names of programs are made of; everything else ends a tag or tells that it is none. */
static const bool in_tag[256] = {
    ['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['/'] = true, ['.'] = true,
    ['@'] = true,         ['-'] = true,         ['_'] = true,         ['+'] = true, ['~'] = true,
    ['('] = true,         [')'] = true,         ['%'] = true,         ['#'] = true,
};

static struct slice take_name(struct slice *s) {
    const char *at = s->at, *end = s->at + s->length;
    while (at < end && in_tag[(unsigned char)*at])
        at++;
    struct slice name = slice_range(s->at, at);
    *s = slice_range(at, end);
    return name;
}

/* "4711]"; what is in the brackets may be more than digits, but then it is no pid. */
static bool take_pid(struct slice *s, struct slice *pid_r) {
    size_t digits = 0;
    while (digits < s->length && (unsigned char)(s->at[digits] - '0') <= 9)
        digits++;
    struct slice inside = take_name(s);
    if (inside.length == digits)
        *pid_r = inside;
    return inside.length > 0 && slice_skip_byte(s, ']');
}

/* Cuts "[ID 801593 mail.info] " off the front. */
static struct slice without_solaris_id(struct slice s) {
    struct slice whole = s, level;
    uint64_t id;
    if (s.length == 0 || s.at[0] != '[' || !slice_skip(&s, SLICE("[ID ")) ||
        !slice_take_number(&s, &id) || !slice_skip_byte(&s, ' ') || !slice_cut(&s, ']', &level) ||
        slice_find(level, ' ') != SIZE_MAX)
        return whole;
    slice_skip_byte(&s, ' ');
    return s;
}

/* A colon ends the tag only in front of a blank or the end, unless a pid has made it sure. */
static void read_tag_and_text(struct slice s, struct entry *entry) {
    entry->text = s;
    struct slice pid = {0}, program = take_name(&s);
    if (program.length == 0)
        return;
    bool is_sure = slice_skip_byte(&s, '[');
    if ((is_sure && !take_pid(&s, &pid)) || !slice_skip_byte(&s, ':') ||
        (!is_sure && s.length > 0 && s.at[0] != ' '))
        return;
    slice_skip_byte(&s, ' ');
    entry->program = program;
    entry->pid = pid;
    entry->text = without_solaris_id(s);
}

static enum unwrapping unwrap(struct clock *clock, struct slice line, struct entry *entry) {
    struct moment time;
    if (is_journalctl_line(line))
        return UNWRAP_DULL;
    if (!skip_priority(&line) || !take_stamp(clock, &line, &time))
        return UNWRAP_FOREIGN;
    line = without_level(line);
    struct slice host = take_host(&line);
    line = without_level(line);
    if (is_mark(line))
        return UNWRAP_DULL;
    entry->time = time;
    entry->host = host;
    read_tag_and_text(line, entry);
    return UNWRAPPED;
}

const struct wrapping wrap_syslog = {
    .name = "syslog",
    .title = "syslog, RFC 3164 or RFC 3339",
    .unwrap = unwrap,
};
