/* wrap_exim - the files Exim writes itself: mainlog, rejectlog, paniclog.
 *
 *     2026-06-01 10:00:01.123 +0200 [4711] 1wAbCd-000000012AB-0xYz => bob@example.net R=dnslookup
 *
 * log_write() [log.c] puts the stamp of tod_stamp(tod_log) [tod.c] in front: fraction, zone and pid
 * are there or not, each on its own, as log_selector and log_timezone say. There is no host and no
 * tag. A stamp with 'T' between date and time is an RFC 3339 syslog line and not ours, though both
 * begin with a year; neither is one with a host and a tag behind the stamp. Lines of a rejectlog
 * without a stamp belong to the entry above them and are not known here.
 */
#include "input/wrap_exim.h"

#include "base/scan.h"

/* " +0200" */
static bool take_zone(struct slice *s, int *offset_r) {
    struct slice rest = *s;
    if (rest.length < 2 || rest.at[0] != ' ' || (rest.at[1] != '+' && rest.at[1] != '-'))
        return false;
    rest = slice_from(rest, 1);
    if (!moment_take_offset(&rest, offset_r) || (rest.length > 0 && rest.at[0] != ' '))
        return false;
    *s = rest;
    return true;
}

/* " [4711]"; an address in brackets is no pid. */
struct slice wrap_exim_take_pid(struct slice *behind) {
    struct slice rest = *behind;
    uint64_t number;
    if (!slice_skip_byte(&rest, ' ') || !slice_skip_byte(&rest, '['))
        return (struct slice){0};
    const char *begin = rest.at;
    if (!slice_take_number(&rest, &number))
        return (struct slice){0};
    struct slice pid = slice_range(begin, rest.at);
    if (!slice_skip_byte(&rest, ']') || (rest.length > 0 && rest.at[0] != ' '))
        return (struct slice){0};
    *behind = rest;
    return pid;
}

/* " mx1 postfix/smtpd[4711]: ": a syslog daemon that was told to write its stamps like Exim. */
static inline bool has_tag(struct slice s) {
    static const bool ends_name[256] = {['['] = true, [' '] = true, [':'] = true};
    const char *at = s.at, *end = s.at + s.length;
    if (end - at < SCAN_WIDTH && !memchr(at, '[', (size_t)(end - at)))
        return false; /* "1wAbCd-0012AB-0x Completed" */
    at += at < end && *at == ' ';
    const char *host = scan_for(at, end, ' ');
    if (host == end || host == at)
        return false;
    const char *name = host + 1;
    if (end - name > 2 && name[1] != '[' && name[2] == ' ')
        return false; /* two bytes, as what Exim says of a message begins: "<=", "=>" */
    for (at = name; at < end && !ends_name[(unsigned char)*at];)
        at++;
    if (at == end || at == name || *at != '[')
        return false;
    struct slice pid, behind = slice_range(at + 1, end);
    uint64_t number;
    return slice_cut(&behind, ']', &pid) && slice_number(pid, &number) &&
           slice_starts(behind, SLICE(": "));
}

bool wrap_exim_is_other(struct slice behind) {
    return (behind.length > 0 && behind.at[0] != ' ') || has_tag(behind);
}

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct wall wall;
    int offset;
    (void)arena;
    if (!wall_take_dashed(clock, &line, &wall) || wrap_exim_is_other(line))
        return UNWRAP_FOREIGN;
    entry->time =
        take_zone(&line, &offset) ? moment_of_wall_at(&wall, offset) : moment_of_wall(clock, &wall);
    wrap_exim_read_behind(line, entry);
    return UNWRAPPED;
}

const struct wrapping wrap_exim = {
    .name = "exim",
    .title = "Exim's own log files",
    .layer = LAYER_LINE,
    .first = FIRST_DIGIT,
    .unwrap = unwrap,
};
