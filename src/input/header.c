/* header - the part of a syslog line behind its stamp, shared by all wrappings that have one.
 *
 *     header = [ level SP ] [ host SP [ level SP ] ] [ tag ] text
 *     level  = "<" word "." word ">"                FreeBSD, syslogd -v
 *            | facility ( "." | ":" ) severity      busybox, AIX
 *            | severity                             only behind a host, or inside a container
 *     tag    = name [ "[" pid "]" ] ":" [ SP ] [ "[ID " number SP word "]" SP ]        ID: Solaris
 *
 * A host holds no '[' and does not end in ':', so a line without host is told by its tag. A tag
 * that is no name, or has no colon behind it, is text. A level in words is only looked for where no
 * tag was found, so the usual line pays nothing for it, and a host called "info" stays a host.
 */
#include "input/header.h"

#include "base/ascii.h"

bool header_skip_written_priority(struct slice *s) {
    uint64_t priority;
    return slice_skip_byte(s, '<') && slice_take_number(s, &priority) && priority <= 191 &&
           slice_skip_byte(s, '>');
}

/* Cuts "<mail.info> ", or in numbers "<2.6> ", off the front. */
static struct slice without_level(struct slice s) {
    struct slice whole = s, level;
    if (!slice_skip_byte(&s, '<') || !slice_cut(&s, '>', &level) ||
        slice_find(level, '.') == SIZE_MAX || slice_find(level, ' ') != SIZE_MAX ||
        !slice_skip_byte(&s, ' '))
        return whole;
    return header_without_blanks(s);
}

static bool is_one_of(const struct slice *words, size_t count, struct slice word) {
    for (size_t i = 0; i < count; i++)
        if (slice_equal(words[i], word))
            return true;
    return false;
}

/* Cuts "mail.info ", "mail:info " or "info " off the front. */
static bool skip_level_word(struct slice *s) {
    static const struct slice facilities[] = {
        SLICE_INIT("mail"),   SLICE_INIT("daemon"),   SLICE_INIT("user"),   SLICE_INIT("syslog"),
        SLICE_INIT("auth"),   SLICE_INIT("authpriv"), SLICE_INIT("cron"),   SLICE_INIT("kern"),
        SLICE_INIT("lpr"),    SLICE_INIT("news"),     SLICE_INIT("uucp"),   SLICE_INIT("ftp"),
        SLICE_INIT("local0"), SLICE_INIT("local1"),   SLICE_INIT("local2"), SLICE_INIT("local3"),
        SLICE_INIT("local4"), SLICE_INIT("local5"),   SLICE_INIT("local6"), SLICE_INIT("local7"),
    };
    static const struct slice severities[] = {
        SLICE_INIT("info"),  SLICE_INIT("notice"), SLICE_INIT("warn"),  SLICE_INIT("warning"),
        SLICE_INIT("err"),   SLICE_INIT("error"),  SLICE_INIT("crit"),  SLICE_INIT("alert"),
        SLICE_INIT("emerg"), SLICE_INIT("panic"),  SLICE_INIT("debug"),
    };
    struct slice rest = *s, word, facility;
    if (!slice_cut(&rest, ' ', &word))
        return false;
    struct slice severity = word;
    char separator = slice_find(word, '.') != SIZE_MAX ? '.' : ':';
    if (slice_cut(&severity, separator, &facility)) {
        if (!is_one_of(facilities, sizeof facilities / sizeof *facilities, facility))
            return false;
    } else {
        severity = word;
    }
    if (!is_one_of(severities, sizeof severities / sizeof *severities, severity))
        return false;
    *s = header_without_blanks(rest);
    return true;
}

static bool is_mark(struct slice s) {
    return s.length > 0 && s.at[0] == '-' && slice_starts(s, SLICE("-- MARK --"));
}

static bool is_repeat(struct slice s) {
    return s.length > 0 && s.at[0] == 'l' && slice_starts(s, SLICE("last message repeated "));
}

/* Empty when there is none, or "-". */
static struct slice take_host(struct slice *s) {
    const char *begin = s->at, *end = s->at + s->length, *at = begin;
    while (at < end && *at != ' ' && *at != '[')
        at++;
    if (at == begin || (at < end && *at == '[') || at[-1] == ':')
        return (struct slice){0};
    struct slice host = slice_range(begin, at);
    if (*begin == '-' || *begin == 'l') {
        if (is_mark(*s) || is_repeat(*s))
            return (struct slice){0};
        host.length = slice_is(host, "-") ? 0 : host.length;
    }
    *s = header_without_blanks(slice_range(at, end));
    return host;
}

/* What names of programs are made of; everything else ends a tag or tells that it is none. */
static const bool in_tag[256] = {
    ['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['/'] = true, ['.'] = true,
    ['@'] = true,         ['-'] = true,         ['_'] = true,         ['+'] = true, ['~'] = true,
    ['('] = true,         [')'] = true,         ['%'] = true,         ['#'] = true,
};

/* Most names begin alike: eight bytes in one comparison for 45 instructions a line. */
static inline const char *end_of_name(const char *at, const char *end) {
    if (end - at > 8 && memcmp(at, "postfix/", 8) == 0)
        at += 8;
    while (at < end && in_tag[(unsigned char)*at])
        at++;
    return at;
}

/* "4711]"; what is in the brackets may be more than digits, but then it is no pid. False: there is
 * no such thing; *at_ is moved behind the bracket. */
static bool take_pid(const char **at_, const char *end, struct slice *pid_r) {
    const char *begin = *at_, *at = begin;
    while (at < end && is_digit(*at))
        at++;
    if (at == end || *at != ']')
        at = end_of_name(at, end);
    else
        *pid_r = slice_range(begin, at);
    if (at == begin || at == end || *at != ']')
        return false;
    *at_ = at + 1;
    return true;
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
static bool read_tag_and_text(struct slice s, struct entry *entry) {
    const char *end = s.at + s.length, *at = end_of_name(s.at, end);
    struct slice program = slice_range(s.at, at), pid = {0};
    entry->text = s;
    if (program.length == 0 || at == end)
        return false;
    bool is_sure = *at == '[';
    if (is_sure) {
        at++;
        if (!take_pid(&at, end, &pid))
            return false;
    }
    if (at == end || *at++ != ':' || (!is_sure && at < end && *at != ' '))
        return false;
    if (at < end && *at == ' ')
        at++;
    entry->program = program;
    entry->pid = pid;
    entry->text = without_solaris_id(slice_range(at, end));
    return true;
}

/* For what does not simply begin with a tag. */
static bool read_tag_behind_levels(struct slice s, struct entry *entry) {
    s = without_level(s);
    while (!read_tag_and_text(s, entry))
        if (!skip_level_word(&s))
            return false;
    return true;
}

bool header_read_tag(struct slice s, struct entry *entry) {
    return read_tag_and_text(s, entry) || read_tag_behind_levels(s, entry);
}

enum unwrapping header_read(struct slice s, struct entry *entry) {
    if (s.length && s.at[0] == '<')
        s = without_level(s);
    struct slice host = take_host(&s);
    if (s.length && (s.at[0] == '-' || s.at[0] == '<') && is_mark(without_level(s)))
        return UNWRAP_DULL;
    entry->host = host;
    header_read_tag(s, entry);
    return UNWRAPPED;
}

enum unwrapping header_read_at(struct slice s, const struct moment *time, struct entry *entry) {
    enum unwrapping answer = header_read(s, entry);
    if (answer == UNWRAPPED)
        entry->time = *time;
    return answer;
}
