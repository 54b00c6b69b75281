/* Why: "<bob@example.net>: user unknown" and "<eve@example.com>: user unknown" are one cause. The
 * report counts and shows causes, and a cause is told by the text that is left when what varies is
 * replaced.
 *
 * How: a scanner walks the text once. Where a word may begin it asks one mask after the other
 * whether its kind of thing stands here and how long it is; the first that says yes is replaced.
 * Otherwise the letters and digits up to the next border are copied. Words of letters alone, which
 * most text is made of, are passed over without asking (8,000 -> 3,000 instructions a reply). No
 * regex: this runs for every failure. A mask that has looked at a long run in vain notes where it
 * ended, so that the next word of the run does not look again; work stays linear in the length of
 * the text.
 *
 * Deliberately kept: host-like names in mixed case (RESOLVER.ADR.RecipNotFound), short upper-case
 * tokens (OFR004_104, SMTPUTF8, CRAM-MD5, AUP#1000), enhanced codes, the names of block lists, and
 * numbers of up to three digits: they are reply codes and names of causes ("error 3", "TLS 1.2")
 * more often than amounts. What stands behind '=' or a word of measure ("score 12"), in front of a
 * unit ("12 recipients"), or has a fraction is an amount.
 */
#include "finding/wording.h"

#include <string.h>

#include "base/ascii.h"

enum {
    ADDRESS_LONGEST = 320, /* RFC 5321: 64 + 1 + 255 */
    HOST_LONGEST = 255,
    ID_SHORTEST = 8,
};

struct scan {
    struct slice text;
    size_t at;
    size_t no_address, no_host, no_id; /* nothing of the kind begins before this place */
};

/* What a byte may be, as bits. */
enum {
    LOWER = 1,
    UPPER = 2,
    HEX = 4,
    WORD = 8,    /* part of a word; bytes above ASCII are letters of some language */
    LOCAL = 16,  /* part of the local part of an address */
    BORDER = 32, /* behind a word of letters it makes sure that no mask takes it */
};

#define WITHIN(from, c, to) ((c) >= (from) && (c) <= (to))
#define IS_WORD(c)                                                                                 \
    (WITHIN('a', c, 'z') || WITHIN('A', c, 'Z') || WITHIN('0', c, '9') || (c) >= 0x80)
#define IS_LOCAL_MARK(c)                                                                           \
    ((c) == '.' || (c) == '!' || WITHIN('#', c, '\'') || (c) == '*' || (c) == '+' || (c) == '-' || \
     (c) == '/' || (c) == '=' || (c) == '?' || WITHIN('^', c, '`') || WITHIN('{', c, '~'))
#define IS_BORDER(c)                                                                               \
    ((c) == ' ' || (c) == ',' || (c) == ';' || (c) == '(' || (c) == ')' || (c) == '[' ||           \
     (c) == ']' || (c) == '<' || (c) == '>' || (c) == '"')
#define KINDS(c)                                                                                   \
    ((WITHIN('a', c, 'z') ? LOWER : 0) | (WITHIN('A', c, 'Z') ? UPPER : 0) |                       \
     (WITHIN('0', c, '9') || WITHIN('a', c, 'f') || WITHIN('A', c, 'F') ? HEX : 0) |               \
     (IS_WORD(c) ? WORD : 0) | (IS_WORD(c) || IS_LOCAL_MARK(c) ? LOCAL : 0) |                      \
     (IS_BORDER(c) ? BORDER : 0))
#define KINDS_4(c)  KINDS(c), KINDS(c + 1), KINDS(c + 2), KINDS(c + 3)
#define KINDS_16(c) KINDS_4(c), KINDS_4(c + 4), KINDS_4(c + 8), KINDS_4(c + 12)
#define KINDS_64(c) KINDS_16(c), KINDS_16(c + 16), KINDS_16(c + 32), KINDS_16(c + 48)
static const unsigned char kinds[256] = {KINDS_64(0), KINDS_64(64), KINDS_64(128), KINDS_64(192)};

static bool is_kind(char byte, unsigned kind) {
    return kinds[(unsigned char)byte] & kind;
}

static bool is_upper(char byte) {
    return byte >= 'A' && byte <= 'Z';
}

static bool is_word(char byte) {
    return is_kind(byte, WORD);
}

static bool is_hex(char byte) {
    return is_kind(byte, HEX);
}

static size_t digits_at(struct slice s, size_t place) {
    size_t end = place;
    while (is_digit(slice_byte(s, end)))
        end++;
    return end - place;
}

static size_t blanks_at(struct slice s, size_t place) {
    size_t end = place;
    while (slice_byte(s, end) == ' ')
        end++;
    return end - place;
}

static bool is_one_of(struct slice word, const struct slice *words, size_t count) {
    char first = lower_of(slice_byte(word, 0));
    for (size_t i = 0; i < count; i++)
        if (words[i].length == word.length && words[i].at[0] == first &&
            slice_equal_nocase(word, words[i]))
            return true;
    return false;
}
#define IS_ONE_OF(word, words) is_one_of(word, words, sizeof(words) / sizeof(words)[0])

/* ---- URLs and addresses */

static size_t mask_url(struct scan *scan, struct slice s) {
    static const struct slice schemes[] = {SLICE_INIT("http://"), SLICE_INIT("https://"),
                                           SLICE_INIT("www."), SLICE_INIT("mailto:")};
    size_t length = 0;

    (void)scan;
    char first = lower_of(slice_byte(s, 0));
    if (first != 'h' && first != 'w' && first != 'm')
        return 0;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]) && !length; i++)
        if (schemes[i].at[0] == first && slice_starts_nocase(s, schemes[i]))
            length = schemes[i].length;
    if (!length || !is_word(slice_byte(s, length)))
        return 0;
    while (length < s.length && !strchr(" \"<>", s.at[length]))
        length++;
    while (strchr(".,;:!?)]}'", s.at[length - 1]))
        length--;
    return length;
}

/* "@example.org", "@[192.0.2.1]" at place: its length. */
static size_t domain_at(struct slice s, size_t place) {
    size_t end = place + 1;

    if (slice_byte(s, place) != '@')
        return 0;
    if (slice_byte(s, end) == '[') {
        do
            end++;
        while (is_hex(slice_byte(s, end)) || slice_byte(s, end) == '.' ||
               slice_byte(s, end) == ':');
        return slice_byte(s, end) == ']' ? end + 1 - place : 0;
    }
    while (is_word(slice_byte(s, end)) || (slice_byte(s, end) != '\0' && strchr(".-_", s.at[end])))
        end++;
    while (end > place && strchr(".-_", s.at[end - 1]))
        end--;
    return is_word(slice_byte(s, end - 1)) ? end - place : 0;
}

/* In "to=bob@example.net" the address begins behind a key of small letters. */
static bool begins_with_key(struct scan *scan, struct slice s) {
    size_t end = 0;

    if (scan->at > 0 && scan->text.at[scan->at - 1] == '=')
        return false;
    while (is_lower(slice_byte(s, end)) || slice_byte(s, end) == '_')
        end++;
    return end > 1 && slice_byte(s, end) == '=';
}

static size_t mask_address(struct scan *scan, struct slice s) {
    size_t end = 0;

    if (scan->at < scan->no_address || begins_with_key(scan, s))
        return 0;
    while (end <= ADDRESS_LONGEST && is_kind(slice_byte(s, end), LOCAL))
        end++;
    size_t domain = domain_at(s, end);
    if (domain > 0)
        return end + domain;
    scan->no_address = scan->at + end;
    return 0;
}

/* A login name stands where an address may stand too: Exim's "(set_id=alice)", Postfix's "not owned
 * by user alice". */
static bool may_be_user(struct slice text, size_t at) {
    return at >= 7 && ((text.at[at - 1] == '=' && text.at[at - 2] == 'd') ||
                       (text.at[at - 1] == ' ' && text.at[at - 2] == 'r'));
}

static size_t mask_user(struct scan *scan, struct slice s) {
    struct slice before = slice_head(scan->text, scan->at);
    size_t end = 0;

    if (!may_be_user(scan->text, scan->at))
        return 0;
    if (!slice_ends(before, SLICE("set_id=")) && !slice_ends(before, SLICE("owned by user ")))
        return 0;
    while (end < s.length && !strchr(" ,;)", s.at[end]))
        end++;
    while (end > 0 && s.at[end - 1] == ':')
        end--;
    return end;
}

/* ---- times: "2026-06-01T10:00:01.5+02:00", "Mon, 01 Jun 2026 10:00:01 +0200", "Jun  1 10:00:01",
 * "10:00:01", and spans, "300 seconds" */

/* One of the names (three letters each) as a whole word, any case. */
static bool name_at(struct slice s, size_t place, const char *names) {
    char one = lower_of(slice_byte(s, place)), two = lower_of(slice_byte(s, place + 1)),
         three = lower_of(slice_byte(s, place + 2));

    if (is_word(slice_byte(s, place + 3)) || !is_lower(one) || !is_lower(two) || !is_lower(three))
        return false;
    for (; *names; names += 3)
        if (lower_of(names[0]) == one && names[1] == two && names[2] == three)
            return true;
    return false;
}

static bool day_at(struct slice s, size_t place) {
    return name_at(s, place, "MonTueWedThuFriSatSun");
}

static bool month_at(struct slice s, size_t place) {
    return name_at(s, place, "JanFebMarAprMayJunJulAugSepOctNovDec");
}

static size_t zone_at(struct slice s, size_t place) {
    size_t end = place + blanks_at(s, place);

    if (slice_byte(s, place) == 'Z')
        return 1;
    if (slice_byte(s, end) != '+' && slice_byte(s, end) != '-')
        return 0;
    size_t digits = digits_at(s, end + 1);
    if (digits == 4)
        return end + 5 - place;
    bool colon = digits == 2 && slice_byte(s, end + 3) == ':' && digits_at(s, end + 4) == 2;
    return colon ? end + 6 - place : 0;
}

/* "10:00", "10:00:01.123+02:00" */
static size_t clock_at(struct slice s, size_t place) {
    size_t end = place + digits_at(s, place);

    if (end == place || end > place + 2 || slice_byte(s, end) != ':' || digits_at(s, end + 1) != 2)
        return 0;
    end += 3;
    if (slice_byte(s, end) == ':' && digits_at(s, end + 1) == 2) {
        end += 3;
        if ((slice_byte(s, end) == '.' || slice_byte(s, end) == ',') && digits_at(s, end + 1) > 0)
            end += 1 + digits_at(s, end + 1);
    }
    end += zone_at(s, end);
    return is_word(slice_byte(s, end)) || slice_byte(s, end) == ':' ? 0 : end - place;
}

/* "2026-06-01", "01 Jun 2026", "Jun  1", "Jun  1, 2026" */
static size_t date_at(struct slice s, size_t place) {
    size_t digits = digits_at(s, place), end = place + digits;
    char mark = slice_byte(s, end);

    if (digits == 4 && (mark == '-' || mark == '/') && digits_at(s, end + 1) == 2 &&
        slice_byte(s, end + 3) == mark && digits_at(s, end + 4) == 2)
        return 10;
    if (digits == 1 || digits == 2) {
        end += blanks_at(s, end) + (mark == '-' || mark == '/');
        if (!month_at(s, end))
            return 0;
        end += 4;
        return digits_at(s, end) == 4 ? end + 4 - place : 0;
    }
    if (digits > 0 || !month_at(s, place))
        return 0;
    end = place + 3 + blanks_at(s, place + 3);
    digits = digits_at(s, end);
    if (digits < 1 || digits > 2 || slice_byte(s, end + digits) == ':')
        return 0;
    end += digits;
    if (slice_starts(slice_from(s, end), SLICE(", ")) && digits_at(s, end + 2) == 4)
        end += 6;
    return end - place;
}

/* A number of up to 9 digits and a unit: "300 seconds", "5 min", "59s". */
static size_t span_at(struct slice s) {
    static const struct slice units[] = {
        SLICE_INIT("s"),       SLICE_INIT("sec"),     SLICE_INIT("secs"), SLICE_INIT("second"),
        SLICE_INIT("seconds"), SLICE_INIT("m"),       SLICE_INIT("min"),  SLICE_INIT("mins"),
        SLICE_INIT("minute"),  SLICE_INIT("minutes"), SLICE_INIT("h"),    SLICE_INIT("hour"),
        SLICE_INIT("hours"),   SLICE_INIT("d"),       SLICE_INIT("day"),  SLICE_INIT("days")};
    size_t digits = digits_at(s, 0), begin = digits + blanks_at(s, digits), end = begin;

    if (digits == 0 || digits > 9)
        return 0;
    while (is_alnum(slice_byte(s, end)))
        end++;
    struct slice unit = {s.at + begin, end - begin};
    bool apart = begin > digits;
    return IS_ONE_OF(unit, units) && !(apart && unit.length == 1) ? end : 0;
}

static size_t mask_time(struct scan *scan, struct slice s) {
    size_t end = 0;

    (void)scan;
    if (day_at(s, 0)) {
        end = 3 + (slice_byte(s, 3) == ',');
        end += blanks_at(s, end);
    }
    size_t date = date_at(s, end), gap, clock;
    bool has_year = is_digit(slice_byte(s, end));
    if (date == 0)
        return end > 0 ? 0 : (clock = clock_at(s, 0)) > 0 ? clock : span_at(s);
    end += date;
    gap = slice_byte(s, end) == 'T' || slice_byte(s, end) == ':' ? 1 : blanks_at(s, end);
    clock = clock_at(s, end + gap);
    if (clock > 0)
        end += gap + clock;
    /* the year of ctime stands last */
    if (clock > 0 && !has_year && slice_byte(s, end) == ' ' && digits_at(s, end + 1) == 4)
        end += 5;
    return is_word(slice_byte(s, end)) ? 0 : end;
}

/* ---- IPs */

/* Four numbers of up to three digits; nothing but a prefix length behind them. */
static size_t ipv4_at(struct slice s) {
    size_t end = 0;

    for (unsigned part = 0; part < 4; part++) {
        size_t digits = digits_at(s, end);
        if (digits == 0 || digits > 3)
            return 0;
        end += digits;
        if (part < 3 && slice_byte(s, end++) != '.')
            return 0;
    }
    if (is_word(slice_byte(s, end)) || slice_byte(s, end) == '-' || slice_byte(s, end) == '_' ||
        (slice_byte(s, end) == '.' && is_word(slice_byte(s, end + 1))))
        return 0;
    if (slice_byte(s, end) == '/' && digits_at(s, end + 1) > 0 && digits_at(s, end + 1) < 3)
        end += 1 + digits_at(s, end + 1);
    return end;
}

/* Groups of up to four hex digits: eight, or fewer and one "::"; the last two may be an IPv4. */
static size_t ipv6_at(struct slice s) {
    unsigned groups = 0, gaps = 0;
    size_t end = 0;

    if (slice_byte(s, 0) == ':' && slice_byte(s, 1) != ':')
        return 0;
    for (;;) {
        size_t digits = 0, ipv4;
        if (groups > 0 && (ipv4 = ipv4_at(slice_from(s, end))) > 0) {
            groups += 2;
            end += ipv4;
            break;
        }
        while (digits < 5 && is_hex(slice_byte(s, end + digits)))
            digits++;
        if (digits > 4)
            return 0;
        groups += digits > 0;
        end += digits;
        if (slice_byte(s, end) != ':' || groups > 7)
            break;
        if (slice_byte(s, end + 1) == ':') {
            gaps++;
            end += 2;
        } else if (is_hex(slice_byte(s, end + 1))) {
            end++;
        } else {
            break;
        }
        if (gaps > 1)
            return 0;
    }
    if (is_word(slice_byte(s, end)) || slice_byte(s, end) == '_')
        return 0;
    if (slice_byte(s, end) == '/' && digits_at(s, end + 1) > 0 && digits_at(s, end + 1) < 4)
        end += 1 + digits_at(s, end + 1);
    return groups > 0 && (gaps == 1 ? groups < 8 : groups == 8) ? end : 0;
}

static size_t mask_ip(struct scan *scan, struct slice s) {
    (void)scan;
    size_t ipv4 = ipv4_at(s);
    return ipv4 > 0 ? ipv4 : ipv6_at(s);
}

/* ---- hosts */

/* "bl.example.org" in "blocked using bl.example.org" is the cause. A list is told by the words in
 * front of it, or by a label of its name. */
static bool is_list_label(struct slice label) {
    enum { LETTERS = 26, MOST = 7 };
    static const struct slice labels[LETTERS][MOST] = {
        ['a' - 'a'] = {SLICE_INIT("abuseat")},
        ['b' - 'a'] = {SLICE_INIT("bl"), SLICE_INIT("barracudacentral")},
        ['c' - 'a'] = {SLICE_INIT("cbl")},
        ['d' - 'a'] = {SLICE_INIT("dnsbl"), SLICE_INIT("dbl"), SLICE_INIT("drbl")},
        ['h' - 'a'] = {SLICE_INIT("hostkarma")},
        ['i' - 'a'] = {SLICE_INIT("ivmuri"), SLICE_INIT("invaluement")},
        ['m' - 'a'] = {SLICE_INIT("multi"), SLICE_INIT("mailspike")},
        ['p' - 'a'] = {SLICE_INIT("pbl"), SLICE_INIT("psbl")},
        ['r' - 'a'] = {SLICE_INIT("rbl")},
        ['s' - 'a'] = {SLICE_INIT("sbl"), SLICE_INIT("surbl"), SLICE_INIT("spamhaus"),
                       SLICE_INIT("spamcop"), SLICE_INIT("sorbs"), SLICE_INIT("spamrats"),
                       SLICE_INIT("surriel")},
        ['u' - 'a'] = {SLICE_INIT("uribl"), SLICE_INIT("ubl"), SLICE_INIT("uceprotect")},
        ['x' - 'a'] = {SLICE_INIT("xbl")},
        ['z' - 'a'] = {SLICE_INIT("zen")},
    };
    unsigned char letter = (unsigned char)(lower_of(slice_byte(label, 0)) - 'a');
    if (letter >= LETTERS)
        return false;
    for (size_t i = 0; i < MOST && labels[letter][i].length; i++)
        if (labels[letter][i].length == label.length &&
            slice_equal_nocase(label, labels[letter][i]))
            return true;
    return false;
}

/* Every end that is asked for is a blank and something in front. */
static bool ends_nocase(struct slice text, struct slice end) {
    return text.length >= end.length && text.at[text.length - 1] == ' ' &&
           lower_of(text.at[text.length - 2]) == end.at[end.length - 2] &&
           slice_equal_nocase(slice_from(text, text.length - end.length), end);
}

bool wording_is_list(struct slice name) {
    size_t begin = 0;
    for (size_t i = 0; i < name.length; i++)
        if (name.at[i] == '.') {
            if (is_list_label(slice_range(name.at + begin, name.at + i)))
                return true;
            begin = i + 1;
        }
    return is_list_label(slice_from(name, begin));
}

static bool is_list_name(struct scan *scan, struct slice name) {
    static const struct slice before[] = {
        SLICE_INIT("blocked using "), SLICE_INIT("rejected using "), SLICE_INIT("listed in "),
        SLICE_INIT("listed at "),     SLICE_INIT("listed on "),      SLICE_INIT("listed by "),
        SLICE_INIT("list at "),       SLICE_INIT("list: "),          SLICE_INIT("rbl "),
        SLICE_INIT("rbl: "),          SLICE_INIT("dnsbl "),          SLICE_INIT("dnsbl: "),
    };

    if (is_digit(slice_byte(name, 0)))
        return false; /* what was asked for: the IP backwards, and the list */
    if (wording_is_list(name))
        return true;
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
        if (ends_nocase(slice_head(scan->text, scan->at), before[i]))
            return true;
    return false;
}

/* "mx40", "mta7": a host without its domain. */
static size_t short_host_at(struct slice s) {
    static const struct slice names[] = {SLICE_INIT("mx"), SLICE_INIT("mta"), SLICE_INIT("smtp"),
                                         SLICE_INIT("relay")};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t digits = slice_starts(s, names[i]) ? digits_at(s, names[i].length) : 0;
        size_t end = names[i].length + digits;
        if (digits > 0 && digits < 5 && !is_word(slice_byte(s, end)) && slice_byte(s, end) != '-' &&
            slice_byte(s, end) != '.')
            return end;
    }
    return 0;
}

/* The last label of a name: letters of one case, or an xn-- label. "rejected.Please" is the end of
 * one sentence and the begin of the next. */
static bool is_top_domain(struct slice label) {
    size_t lower = 0, upper = 0;

    if (slice_starts_nocase(label, SLICE("xn--")))
        return label.length > 4;
    for (size_t i = 0; i < label.length; i++) {
        lower += is_lower(label.at[i]);
        upper += is_upper(label.at[i]);
    }
    return label.length >= 2 && (lower == label.length || upper == label.length);
}

static size_t mask_host(struct scan *scan, struct slice s) {
    size_t end = 0, label = 0;

    if (scan->at < scan->no_host)
        return 0;
    while (end <= HOST_LONGEST) {
        char byte = slice_byte(s, end);
        if (byte == '.' && is_word(slice_byte(s, end + 1)))
            label = end + 1;
        else if (!is_word(byte) && byte != '-' && byte != '_')
            break;
        end++;
    }
    if (label > 0 && end <= HOST_LONGEST &&
        is_top_domain((struct slice){s.at + label, end - label}) &&
        !is_list_name(scan, slice_head(s, end)))
        return end;
    scan->no_host = scan->at + end;
    return short_host_at(s);
}

/* "/var/mail/bob", a file of one user. */
static size_t mask_path(struct scan *scan, struct slice s) {
    size_t end = 1, parts = 0;

    if (scan->at > 0 && !strchr(" \"'(=[<", scan->text.at[scan->at - 1]))
        return 0;
    while (is_word(slice_byte(s, end)) ||
           (slice_byte(s, end) != '\0' && strchr("/._+-@%", s.at[end]))) {
        parts += s.at[end] == '/';
        end++;
    }
    while (end > 0 && strchr(".-", s.at[end - 1]))
        end--;
    return parts > 0 ? end : 0;
}

/* ---- ids and numbers */

/* "OFR004_104", "AS16012609": a provider's token, which names a cause. */
static bool is_token(struct slice word) {
    size_t letters = 0;

    while (is_upper(slice_byte(word, letters)))
        letters++;
    if (letters < 2 || letters > 5 || word.length > 13)
        return false;
    for (size_t i = letters; i < word.length; i++)
        if (!is_digit(word.at[i]) && word.at[i] != '_')
            return false;
    return true;
}

/* Mixes letters and digits as no name does: digits in two places or four in a row, or a digit and
 * changing case (base64). */
static bool is_mixed(struct slice word) {
    size_t letters = 0, runs = 0, longest = 0, changes = 0, run = 0;

    for (size_t i = 0; i < word.length; i++) {
        char byte = word.at[i];
        if (is_digit(byte)) {
            runs += run == 0;
            longest = ++run > longest ? run : longest;
            continue;
        }
        run = 0;
        letters += is_alnum(byte);
        changes += i > 0 && is_upper(byte) && is_lower(word.at[i - 1]);
    }
    return letters > 0 && runs > 0 && (runs > 1 || longest > 3 || changes > 1);
}

static size_t mask_id(struct scan *scan, struct slice s) {
    size_t end = 0;

    if (scan->at < scan->no_id)
        return 0;
    while (is_alnum(slice_byte(s, end)) ||
           (end > 0 && slice_byte(s, end) != '\0' && strchr("+/_-", slice_byte(s, end))))
        end++;
    size_t reached = end;
    while (end > 0 && !is_alnum(s.at[end - 1]))
        end--;
    struct slice word = slice_head(s, end);
    if (end < ID_SHORTEST || is_word(slice_byte(s, reached)) || is_token(word) || !is_mixed(word)) {
        scan->no_id = scan->at + reached;
        return 0;
    }
    while (slice_byte(s, end) != '\0' &&
           strchr("+/=", slice_byte(s, end))) /* base64 may end in them */
        end++;
    while (slice_byte(s, end) == '.' && digits_at(s, end + 1) > 0)
        end += 1 + digits_at(s, end + 1);
    return end;
}

/* ---- amounts */

/* The word that ends at `end` of the text, blanks and ":=" behind it passed over; *mark_r: '=' was
 * there. */
static struct slice word_before(struct slice text, size_t end, bool *mark_r) {
    *mark_r = end > 0 && text.at[end - 1] == '=';
    while (end > 0 && strchr(" :=", text.at[end - 1]))
        end--;
    size_t begin = end;
    while (begin > 0 && end - begin < 16 && is_word(text.at[begin - 1]))
        begin--;
    return (struct slice){text.at + begin, end - begin};
}

/* "score 12", "hits=7", "load average: 17" */
static bool is_measured(struct scan *scan) {
    static const struct slice words[] = {
        SLICE_INIT("score"), SLICE_INIT("scored"), SLICE_INIT("scores"),   SLICE_INIT("average"),
        SLICE_INIT("load"),  SLICE_INIT("hits"),   SLICE_INIT("points"),   SLICE_INIT("required"),
        SLICE_INIT("rank"),  SLICE_INIT("limit"),  SLICE_INIT("line"),     SLICE_INIT("level"),
        SLICE_INIT("used"),  SLICE_INIT("size"),   SLICE_INIT("pregreet"), SLICE_INIT("count"),
        SLICE_INIT("total"), SLICE_INIT("after"),  SLICE_INIT("max"),      SLICE_INIT("maximum")};
    bool mark;
    struct slice word =
        word_before(scan->text, scan->at - (slice_byte(scan->text, scan->at - 1) == '-'), &mark);
    return mark ? word.length > 0 && !slice_is(word, "code") : IS_ONE_OF(word, words);
}

/* "12 recipients", "85%" */
static bool has_unit(struct slice behind) {
    static const struct slice units[] = {
        SLICE_INIT("recipients"), SLICE_INIT("recipient"), SLICE_INIT("connections"),
        SLICE_INIT("messages"),   SLICE_INIT("message"),   SLICE_INIT("mails"),
        SLICE_INIT("emails"),     SLICE_INIT("bytes"),     SLICE_INIT("byte"),
        SLICE_INIT("attempts"),   SLICE_INIT("attempt"),   SLICE_INIT("times"),
        SLICE_INIT("time"),       SLICE_INIT("errors"),    SLICE_INIT("hops"),
        SLICE_INIT("commands"),   SLICE_INIT("points"),    SLICE_INIT("percent"),
        SLICE_INIT("octets"),     SLICE_INIT("kb"),        SLICE_INIT("mb"),
        SLICE_INIT("gb"),         SLICE_INIT("kib"),       SLICE_INIT("mib"),
        SLICE_INIT("gib"),        SLICE_INIT("unknown"),   SLICE_INIT("invalid")};
    size_t begin = blanks_at(behind, 0), end = begin;

    if (slice_byte(behind, 0) == '%')
        return true;
    while (is_word(slice_byte(behind, end)))
        end++;
    return IS_ONE_OF(slice_range(behind.at + begin, behind.at + end), units);
}

/* "TLS 1.2", "version 8.1" name a thing. */
static bool is_version(struct scan *scan) {
    static const struct slice names[] = {
        SLICE_INIT("tls"),     SLICE_INIT("tlsv"),    SLICE_INIT("ssl"),
        SLICE_INIT("sslv"),    SLICE_INIT("version"), SLICE_INIT("http"),
        SLICE_INIT("openssl"), SLICE_INIT("v"),       SLICE_INIT("dmarc")};
    bool mark;
    return IS_ONE_OF(word_before(scan->text, scan->at, &mark), names);
}

/* A number that only counts as one for what stands around it. */
static size_t mask_amount(struct scan *scan, struct slice s) {
    size_t whole = digits_at(s, 0), end = whole, fraction = 0;

    if (whole == 0 || whole > 9)
        return 0;
    if (slice_byte(s, end) == '.' && (fraction = digits_at(s, end + 1)) > 0)
        end += 1 + fraction;
    if (slice_byte(s, end) == '.' && digits_at(s, end + 1) > 0)
        return 0; /* 5.7.1 */
    struct slice behind = slice_from(s, end);
    bool unit = has_unit(behind);
    if (is_word(slice_byte(behind, 0)) && !unit)
        return 0;
    bool is_amount = fraction > 0 ? !is_version(scan) : unit;
    return is_amount || (scan->at > 0 && is_measured(scan)) ? end : 0;
}

/* A number of four digits and more, with a fraction, or a unit of one or two letters behind it.
 * AS(16012609) and AUP#1310 are tokens. */
static size_t mask_number(struct scan *scan, struct slice s) {
    size_t end = digits_at(s, 0), unit = 0;
    const char *before = scan->text.at + scan->at;

    if (end < 4 || (scan->at > 1 && strchr("(#", before[-1]) && is_upper(before[-2])))
        return 0;
    while (is_word(slice_byte(s, end + unit)))
        unit++;
    if (unit > 2)
        return 0;
    while (unit == 0 && slice_byte(s, end) == '.' && digits_at(s, end + 1) > 0)
        end += 1 + digits_at(s, end + 1);
    return end;
}

/* ---- */

struct mask {
    size_t (*length)(struct scan *scan, struct slice s); /* of the thing at the front of s, or 0 */
    enum wording_kind kind;
};

static const struct mask masks[] = {
    {mask_user, WORDING_USER}, {mask_url, WORDING_URL},       {mask_address, WORDING_ADDRESS},
    {mask_time, WORDING_TIME}, {mask_ip, WORDING_IP},         {mask_host, WORDING_HOST},
    {mask_id, WORDING_ID},     {mask_amount, WORDING_AMOUNT}, {mask_number, WORDING_NUMBER},
};

static const struct mask *find_mask(struct scan *scan, size_t *length_r) {
    struct slice s = slice_from(scan->text, scan->at);

    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++)
        if ((*length_r = masks[i].length(scan, s)) > 0)
            return &masks[i];
    return NULL;
}

/* "<bob@example.net>" and "<mx.example.net>" lose their angle brackets; an address of one word,
 * "<bob>: Recipient ...", is known by the colon; blanks stand in quotes. Gives the length, or 0. */
static size_t angle_at(struct scan *scan, enum wording_kind *kind_r) {
    struct slice s = slice_head(slice_from(scan->text, scan->at), ADDRESS_LONGEST + 2);
    size_t end = 1, length;
    bool at_sign = false;

    /* <"a b"@example.org> */
    if (slice_byte(s, 1) == '"')
        for (end = 2; end < s.length && s.at[end] != '"' && s.at[end] != '<';)
            end++;
    while (end < s.length && s.at[end] != '>' && s.at[end] != '<' && s.at[end] != ' ')
        at_sign |= s.at[end++] == '@';
    if (end == 1 || slice_byte(s, end) != '>')
        return 0;
    scan->at++;
    const struct mask *mask = find_mask(scan, &length);
    scan->at--;
    bool colon = slice_byte(s, end + 1) == ':';
    if (colon && slice_starts_nocase(slice_from(s, end + 2), SLICE(" helo")))
        *kind_r = WORDING_HOST;
    else if (mask && length == end - 1 && !(colon && mask->kind == WORDING_ID))
        *kind_r = mask->kind;
    else if (at_sign || colon)
        *kind_r = WORDING_ADDRESS;
    else
        return 0;
    return end + 1;
}

/* Most words are letters between blanks: no mask takes them, but for names of days and months
 * (three letters) and of users. */
static bool is_plain_word(struct scan *scan) {
    struct slice s = slice_from(scan->text, scan->at);
    size_t end = 0;

    while (is_lower(slice_byte(s, end)) || is_upper(slice_byte(s, end)))
        end++;
    return end > 0 && end != 3 && (end == s.length || s.at[end] == ' ' || s.at[end] == ',') &&
           mask_user(scan, s) == 0;
}

/* Whether no mask takes the word of letters in [at, end): there is nothing in it or behind it that
 * makes an address, a host or an id, and it names no day, month or user. */
static bool is_plain_between(struct slice text, size_t at, size_t end) {
    char after = end < text.length ? text.at[end] : ' ';
    char then = end + 1 < text.length ? text.at[end + 1] : ' ';
    if (!is_kind(after, BORDER) && !((after == ':' || after == '.') && then == ' '))
        return false;
    struct slice rest = slice_from(text, at);
    return !may_be_user(text, at) && (end - at != 3 || (!day_at(rest, 0) && !month_at(rest, 0)));
}

/* Passes over what is copied as it stands: such words, and what is no part of any. */
static void skip_plain(struct scan *scan) {
    struct slice text = scan->text;
    size_t at = scan->at, end;

    for (; at < text.length; at = end) {
        char byte = text.at[at];
        end = at + 1;
        if (is_kind(byte, LOWER | UPPER)) {
            while (end < text.length && is_kind(text.at[end], LOWER | UPPER))
                end++;
            if (!is_plain_between(text, at, end))
                break;
        } else if (is_word(byte) || byte == '<' || byte == '/' ||
                   (byte == ':' && slice_byte(text, end) == ':')) {
            break;
        }
    }
    scan->at = at;
}

/* How long the thing at the place of the scan is, and its kind; 0: it is to be copied. */
static size_t masked_at(struct scan *scan, enum wording_kind *kind_r) {
    const struct mask *mask;
    size_t length;
    char byte = scan->text.at[scan->at];

    if (byte == '<')
        return angle_at(scan, kind_r);
    if (byte == ':' && (scan->at == 0 || !is_word(scan->text.at[scan->at - 1]))) {
        *kind_r = WORDING_IP;
        return ipv6_at(slice_from(scan->text, scan->at));
    }
    if (byte == '/') {
        *kind_r = WORDING_PATH;
        return mask_path(scan, slice_from(scan->text, scan->at));
    }
    if (!is_word(byte) || is_plain_word(scan) || !(mask = find_mask(scan, &length)))
        return 0;
    *kind_r = mask->kind;
    return length;
}

/* What is copied where nothing is masked: a word, a number with its dots (5.7.1), or one byte. */
static size_t plain_at(struct slice s) {
    size_t end = 1;

    if (!is_word(s.at[0]))
        return 1;
    if (is_digit(s.at[0]))
        while (is_word(slice_byte(s, end)) ||
               (slice_byte(s, end) == '.' && is_digit(slice_byte(s, end + 1))))
            end++;
    else
        while (is_word(slice_byte(s, end)))
            end++;
    return end;
}

/* The next piece of the text, and its kind. */
static struct slice take_piece(struct scan *scan, enum wording_kind *kind_r) {
    struct slice piece = slice_from(scan->text, scan->at);
    size_t taken = masked_at(scan, kind_r);
    if (taken == 0) {
        *kind_r = WORDING_PLAIN;
        taken = plain_at(piece);
    }
    scan->at += taken;
    return slice_head(piece, taken);
}

struct slice wording_template(struct slice text, struct arena *arena) {
    static const struct slice shown[] = {
        [WORDING_USER] = SLICE_INIT("<address>"),    [WORDING_URL] = SLICE_INIT("<url>"),
        [WORDING_ADDRESS] = SLICE_INIT("<address>"), [WORDING_TIME] = SLICE_INIT("<time>"),
        [WORDING_IP] = SLICE_INIT("<ip>"),           [WORDING_HOST] = SLICE_INIT("<host>"),
        [WORDING_ID] = SLICE_INIT("<id>"),           [WORDING_AMOUNT] = SLICE_INIT("<n>"),
        [WORDING_NUMBER] = SLICE_INIT("<n>"),        [WORDING_PATH] = SLICE_INIT("<path>"),
    };
    /* "a@b" becomes "<address>"; the user of "set_id=a", with its key, grows less than that */
    char *to = arena_alloc(arena, 3 * text.length + 1);
    struct scan scan = {.text = text};
    size_t length = 0;

    while (scan.at < text.length) {
        enum wording_kind kind;
        size_t from = scan.at;
        skip_plain(&scan);
        memcpy(to + length, text.at + from, scan.at - from);
        length += scan.at - from;
        if (scan.at == text.length)
            break;
        struct slice piece = take_piece(&scan, &kind);
        if (kind != WORDING_PLAIN)
            piece = shown[kind];
        memcpy(to + length, piece.at, piece.length);
        length += piece.length;
    }
    return (struct slice){to, length};
}

void wording_walk(struct slice text,
                  void (*take)(void *context, enum wording_kind kind, struct slice piece),
                  void *context) {
    struct scan scan = {.text = text};

    while (scan.at < text.length) {
        enum wording_kind kind;
        struct slice piece = take_piece(&scan, &kind);
        take(context, kind, piece);
    }
}
