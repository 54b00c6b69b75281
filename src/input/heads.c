/* Why: time, host and tag took a quarter of the instructions of a block (680 a Postfix line), and
 * hardly ever tell anything new.
 *
 * How: only lines of a syslog daemon are kept, and only those that the wrappings in front of
 * wrap_syslog refuse for the bytes that are kept: a stamp with 'T' or without a year, a host that
 * is no part of another stamp, one blank, a tag with a pid. A line with another byte in it goes the
 * long way. Host and tag are looked for at one place each, which some of their bytes tell.
 */
#include "input/heads.h"

#include "base/ascii.h"
#include "base/digits.h"
#include "base/guess.h"
#include "base/scan.h"
#include "input/wrap_exim.h"

enum { DATE = 10, YEARLESS = 13, MOST_DIGITS = 7, WORD = 8 };

extern const struct wrapping wrap_syslog;

static size_t place_of(uint64_t bytes, size_t places) {
    return (size_t)((bytes * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % places;
}

/* By the first bytes. */
static size_t host_place(const char *at) {
    return place_of(digits_load(at), HEADS_HOSTS);
}

/* By the last bytes, as most begin alike. */
static size_t tag_place(const char *at, size_t length) {
    uint64_t bytes = (unsigned char)at[0] * 256u + (unsigned char)at[length - 1];
    if (length >= WORD)
        bytes = digits_load(at + length - WORD);
    return place_of(bytes + length, HEADS_TAGS);
}

/* ---- reading */

/* Another second of the same minute, which is kept then. */
static bool turn_second(struct heads *heads, const char *at) {
    size_t place = heads->stamp.length - 2;
    unsigned tens = (unsigned char)(at[place] - '0'), ones = (unsigned char)(at[place + 1] - '0');
    char *known = heads->stamp.text + place;
    if (memcmp(at + place + 2 - WORD, known + 2 - WORD, WORD - 2) != 0 || ones > 9 ||
        tens * 10 + ones > 60)
        return false;
    heads->stamp.seconds += (int)(tens * 10 + ones) - ((known[0] - '0') * 10 + known[1] - '0');
    memcpy(known, at + place, 2);
    return true;
}

/* A dot and so many digits, and no more of them. */
static inline bool take_fraction(const char *at, unsigned digits, uint32_t *nanos_r) {
    static const uint32_t nanos_of[MOST_DIGITS + 1] = {0,      100000000, 10000000, 1000000,
                                                       100000, 10000,     1000,     100};
    uint32_t fraction;
    if (at[0] != '.' || !digits_are(at + 1, digits, &fraction) || is_digit(at[1 + digits]))
        return false;
    *nanos_r = fraction * nanos_of[digits];
    return true;
}

/* Moves behind the stamp: most lines are of the second of one before. All that is looked at are the
 * first HEADS_STAMP + 9 bytes. The time is that of the clock on the wall. NULL: another time. */
static inline const char *behind_time(struct heads *heads, const char *at,
                                      struct moment *moment_r) {
    const char *known = heads->stamp.text;
    size_t length = heads->stamp.length, last = length - WORD;
    unsigned digits = heads->stamp.digits;
    uint32_t nanos = 0;
    if (memcmp(at, known, WORD) != 0 ||
        memcmp(at + YEARLESS - WORD, known + YEARLESS - WORD, WORD) != 0 ||
        (memcmp(at + last, known + last, WORD) != 0 && !turn_second(heads, at)))
        return NULL;
    at += length;
    if (digits ? !take_fraction(at, digits, &nanos) : at[0] == '.')
        return NULL;
    moment_r->seconds = heads->stamp.seconds;
    moment_r->nanos = nanos;
    moment_r->digits = (uint8_t)digits;
    return at + digits + (digits > 0);
}

static inline void set_offset(struct moment *moment, int16_t offset) {
    moment->offset = offset;
    moment->seconds -= 60 * offset;
}

static inline bool is_host(const struct known_host *host, const char *at, size_t left) {
    size_t length = host->length;
    return length && left >= length && bytes_same(at, host->text, length);
}

/* NULL: not known. Without a zone, its offset may be that of another season. */
static inline const struct known_host *host_at(struct heads *heads, const char *at,
                                               const char *end) {
    size_t gap = heads->stamp.gap, left = (size_t)(end - at);
    const struct known_host *host = &heads->hosts[heads->last_host];
    if (left < gap + WORD)
        return NULL;
    if (!is_host(host, at, left)) {
        heads->last_host = host_place(at + gap);
        host = &heads->hosts[heads->last_host];
        if (!is_host(host, at, left))
            return NULL;
    }
    return host->has_zone || host->offset == heads->stamp.offset ? host : NULL;
}

/* The bytes in front of the first '['. 0: none, or too many. */
static inline size_t tag_length(const char *at, const char *end) {
    const char *most = end - at > HEADS_TAG ? at + HEADS_TAG : end;
    const char *open = scan_for(at, most, '[');
    return open < most ? (size_t)(open - at) : 0;
}

/* "postfix/smtpd[4711]:"; *behind_r is moved behind it. */
static inline struct known_tag *tag_at(struct heads *heads, const char *at, const char *end,
                                       struct slice *pid_r, const char **behind_r) {
    uint32_t number;
    size_t length = tag_length(at, end);
    if (!length)
        return NULL;
    struct known_tag *tag = &heads->tags[tag_place(at, length)];
    const char *pid = at + length + 1;
    if (tag->length != length || !bytes_same(tag->text, at, length) || end - pid <= WORD)
        return NULL;
    unsigned digits = digits_read(pid, &number);
    if (digits == 0 || digits == WORD || pid[digits] != ']' || pid[digits + 1] != ':')
        return NULL;
    *pid_r = (struct slice){pid, digits};
    *behind_r = pid + digits + 2;
    return tag;
}

/* Of a syslog: host, tag and text. */
static inline struct known_tag *read_behind(struct heads *heads, const char *at, const char *end,
                                            struct entry *entry) {
    const struct known_host *host = host_at(heads, at, end);
    if (!host)
        return NULL;
    const char *program = at + host->length;
    struct known_tag *tag = tag_at(heads, program, end, &entry->pid, &at);
    if (!tag)
        return NULL;
    if (guess(at < end && *at == ' '))
        at++;
    if (at < end && (*at == '[' || *at == 'm'))
        return NULL; /* "[ID 801593 mail.info] " of Solaris, "message repeated 2 times: [" */
    set_offset(&entry->time, host->offset);
    entry->host = slice_range(program - host->length + host->at, program - 1);
    entry->program = (struct slice){program, tag->length};
    entry->wrapping = &wrap_syslog;
    entry->text = slice_range(at, end);
    return tag;
}

/* Of a file of Exim: pid and text. A zone makes another time of the stamp. */
static struct known_tag *read_behind_exim(struct heads *heads, const char *at, const char *end,
                                          struct entry *entry) {
    if (end - at < 2 || at[1] == '+' || at[1] == '-' || wrap_exim_is_other(slice_range(at, end)))
        return NULL;
    set_offset(&entry->time, heads->stamp.offset);
    entry->host = (struct slice){0};
    entry->wrapping = &wrap_exim;
    wrap_exim_read_behind(slice_range(at, end), entry);
    if (entry->text.length && entry->text.at[0] == 'm')
        return NULL;
    return &heads->exim;
}

struct known_tag *heads_read(struct heads *heads, struct clock *clock, struct entry *entry) {
    enum { SHORTEST = HEADS_STAMP + 1 + MOST_DIGITS + WORD };
    const char *at = entry->line.text.at, *end = at + entry->line.text.length;
    if (entry->line.text.length < SHORTEST || !heads->stamp.length ||
        heads->stamp.anchor != clock->anchor || !(at = behind_time(heads, at, &entry->time)))
        return NULL;
    struct known_tag *tag = heads->stamp.is_exim ? read_behind_exim(heads, at, end, entry)
                                                 : read_behind(heads, at, end, entry);
    if (!tag)
        return NULL;
    clock->guessed |= heads->stamp.guessed;
    entry->speaker = tag->speaker;
    entry->repeat = 1;
    entry->stream = entry->inner = (struct slice){0};
    entry->goes_on = false;
    return tag;
}

/* ---- keeping */

enum { YEARLESS_STAMP = YEARLESS + 2 };

/* The second of a stamp without a year is only kept where the clock keeps its minute, too. */
static size_t stamp_length(const struct clock *clock, const struct entry *entry) {
    struct slice line = entry->line.text;
    if (is_digit(line.at[0]))
        return line.at[DATE] == (entry->wrapping == &wrap_exim ? ' ' : 'T') ? HEADS_STAMP : 0;
    bool is_known = clock->yearless.known && clock->yearless.anchor == clock->anchor &&
                    memcmp(line.at, clock->yearless.text, sizeof clock->yearless.text) == 0;
    return is_known ? YEARLESS_STAMP : 0;
}

/* What stands behind a stamp of another form is not what is kept of hosts. */
static void forget_hosts(struct heads *heads) {
    for (size_t place = 0; place < HEADS_HOSTS; place++)
        heads->hosts[place].length = 0;
}

static bool keep_stamp(struct heads *heads, const struct clock *clock, const struct entry *entry) {
    size_t length = stamp_length(clock, entry);
    if (!length || entry->time.digits > MOST_DIGITS)
        return false;
    if (heads->stamp.length != length)
        forget_hosts(heads);
    memcpy(heads->stamp.text, entry->line.text.at, length);
    heads->stamp.length = (uint8_t)length;
    heads->stamp.digits = entry->time.digits;
    heads->stamp.guessed = length == YEARLESS_STAMP;
    heads->stamp.is_exim = entry->wrapping == &wrap_exim;
    heads->stamp.offset = entry->time.offset;
    heads->stamp.seconds = entry->time.seconds + 60 * entry->time.offset;
    heads->stamp.anchor = clock->anchor;
    return true;
}

/* Whether a text may be a host only because of what stands behind it: the begin of another stamp, a
 * year, "last message repeated". */
static bool is_doubtful(struct slice host) {
    enum { MONTH = 3, YEAR = 4 };
    char first = slice_byte(host, 0);
    if (is_lower(first))
        return slice_is(host, "last");
    if (is_digit(first))
        return host.length == YEAR || (host.length == DATE && host.at[YEAR] == '-');
    return !is_letter(first) || host.length == MONTH;
}

static void keep_host(struct heads *heads, const char *begin, const struct entry *entry) {
    struct slice whole = slice_range(begin, entry->program.at);
    if (entry->host.at + entry->host.length + 1 != entry->program.at || whole.length > HEADS_HOST ||
        is_doubtful(entry->host))
        return;
    struct known_host *host = &heads->hosts[host_place(entry->host.at)];
    memcpy(host->text, whole.at, whole.length);
    host->length = (uint8_t)whole.length;
    host->at = heads->stamp.gap = (uint8_t)(entry->host.at - begin);
    host->has_zone = *begin != ' ';
    host->offset = entry->time.offset;
}

static void keep_tag(struct heads *heads, struct slice program) {
    if (program.length >= HEADS_TAG)
        return;
    struct known_tag *tag = &heads->tags[tag_place(program.at, program.length)];
    if (slice_equal((struct slice){tag->text, tag->length}, program))
        return;
    memcpy(tag->text, program.at, program.length);
    tag->length = (uint8_t)program.length;
    tag->number = ++heads->last_number;
    tag->is_asked = false;
    tag->owner = tag->shapes = tag->speaker = NULL;
}

static void keep_syslog(struct heads *heads, const struct clock *clock, const struct entry *entry) {
    bool has_tag = entry->program.length && entry->pid.length &&
                   entry->program.at[entry->program.length] == '[';
    if (!entry->host.length || !has_tag || !keep_stamp(heads, clock, entry))
        return;
    size_t digits = heads->stamp.digits;
    keep_host(heads, entry->line.text.at + heads->stamp.length + digits + (digits > 0), entry);
    keep_tag(heads, entry->program);
}

/* Only where no zone stands behind the stamp: it would be that of the run. */
static void keep_exim(struct heads *heads, const struct clock *clock, const struct entry *entry) {
    size_t behind = HEADS_STAMP + entry->time.digits + (entry->time.digits > 0);
    struct slice rest = slice_from(entry->line.text, behind);
    if (rest.length < 2 || rest.at[1] == '+' || rest.at[1] == '-')
        return;
    keep_stamp(heads, clock, entry);
    if (!heads->exim.number)
        heads->exim.number = ++heads->last_number;
}

void heads_keep(struct heads *heads, const struct clock *clock, const struct entry *entry) {
    if (entry->wrapping == &wrap_syslog)
        keep_syslog(heads, clock, entry);
    else if (entry->wrapping == &wrap_exim)
        keep_exim(heads, clock, entry);
}
