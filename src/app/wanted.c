/* wanted - WHAT is not asked to be of a kind: it is looked for as a whole word in what an entry
 * says, so that it is found wherever a mail server writes it. What a whole word is depends on what
 * it looks like; an IPv6 address has a second spelling, which Sendmail uses.
 */
#include "app/wanted.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/ascii.h"

/* ---- reading ---- */

static bool has_any(struct slice text, const char *bytes) {
    for (; *bytes; bytes++)
        if (slice_find(text, *bytes) != SIZE_MAX)
            return true;
    return false;
}

/* Queue IDs are told apart by the case of their letters; a person who types small ones alone means
 * any. */
static bool is_like_queue_id(struct slice text) {
    bool has_capital = false;
    if (has_any(text, "@.:"))
        return false;
    for (size_t i = 0; i < text.length; i++)
        has_capital |= text.at[i] >= 'A' && text.at[i] <= 'Z';
    return has_capital;
}

static void add_form(struct wanted *wanted, struct slice text) {
    for (size_t i = 0; i < wanted->form_count; i++)
        if (slice_equal_nocase(wanted->forms[i], text))
            return;
    char *to = wanted->texts[wanted->form_count];
    memcpy(to, text.at, text.length);
    wanted->forms[wanted->form_count++] = (struct slice){to, text.length};
}

/* "2001:db8::1" is also "2001:db8:0:0:0:0:0:1". */
static void add_ipv6(struct wanted *wanted, struct slice text) {
    enum { GROUPS = 8 };
    char room[INET6_ADDRSTRLEN + 1], full[GROUPS * 5 + 1];
    struct in6_addr address;
    if (text.length >= sizeof room || slice_find(text, ':') == SIZE_MAX)
        return;
    memcpy(room, text.at, text.length);
    room[text.length] = '\0';
    if (inet_pton(AF_INET6, room, &address) != 1)
        return;
    wanted->is_ipv6 = true;
    size_t length = 0;
    for (size_t i = 0; i < GROUPS; i++)
        length +=
            (size_t)snprintf(full + length, sizeof full - length, "%s%x", i ? ":" : "",
                             (unsigned)(address.s6_addr[2 * i] << 8 | address.s6_addr[2 * i + 1]));
    add_form(wanted, (struct slice){full, length});
    if (inet_ntop(AF_INET6, &address, room, sizeof room))
        add_form(wanted, slice_of(room));
}

static bool read_regex(struct wanted *wanted, struct slice pattern, enum regex_flags flags,
                       struct problem *problem) {
    struct problem why;
    if (!regex_new(pattern, flags, &wanted->regex, &why))
        return problem_say(problem, "trace '/%.*s/': %s", SLICE_ARGS(pattern), why.text);
    wanted->memory = regex_memory_new();
    return true;
}

static struct slice inside(struct slice text, char left, char right) {
    bool is_inside = text.length > 2 && text.at[0] == left && text.at[text.length - 1] == right;
    return is_inside ? (struct slice){text.at + 1, text.length - 2} : text;
}

struct slice wanted_bare(struct slice id) {
    return inside(id, '<', '>');
}

/* "mail.log:12" as a report shows it, or "-:12". */
static bool read_place(struct wanted *wanted, struct slice what) {
    size_t colon = slice_rfind(what, ':');
    if (colon == SIZE_MAX || colon == 0 || colon >= WANTED_TEXT ||
        !slice_number(slice_from(what, colon + 1), &wanted->line))
        return false;
    struct stat status;
    char *path = wanted->texts[0];
    memcpy(path, what.at, colon);
    path[colon] = '\0';
    if (strcmp(path, "-") != 0 && (stat(path, &status) != 0 || S_ISDIR(status.st_mode)))
        return false;
    wanted->path = path;
    return true;
}

bool wanted_is_at(const struct wanted *wanted, const struct source *source, uint64_t line) {
    struct stat status;
    if (!wanted->path || wanted->line != line)
        return false;
    return strcmp(wanted->path, source->name) == 0 ||
           (source->inode && stat(wanted->path, &status) == 0 && source->inode == status.st_ino &&
            source->device == status.st_dev);
}

bool wanted_read(struct wanted *wanted, struct slice what, struct problem *problem) {
    *wanted = (struct wanted){0};
    struct slice pattern = inside(what, '/', '/');
    if (pattern.length < what.length)
        return read_regex(wanted, pattern, REGEX_PLAIN, problem);
    if (what.length > 3 && what.at[0] == '/' && slice_ends(what, SLICE("/i")))
        return read_regex(wanted, slice_head(slice_from(what, 1), what.length - 3), REGEX_NOCASE,
                          problem);
    if (read_place(wanted, what))
        return true;
    struct slice text = inside(inside(slice_trim(what), '<', '>'), '[', ']');
    if (!text.length)
        return problem_say(problem, "trace: WHAT is empty");
    if (text.length >= WANTED_TEXT || slice_find(text, '\n') != SIZE_MAX)
        return problem_say(problem, "trace: WHAT is one line of at most %d bytes", WANTED_TEXT - 1);
    wanted->any_case = !is_like_queue_id(text);
    add_form(wanted, text);
    add_ipv6(wanted, text);
    return true;
}

void wanted_release(struct wanted *wanted) {
    if (wanted->memory)
        regex_memory_free(wanted->memory);
    if (wanted->regex)
        regex_free(wanted->regex);
}

/* ---- looking ---- */

/* What goes on in front of a name makes it another one: "x-mx1", "a.mx1", "bob+bob@...". */
static bool goes_on_before(struct slice text, size_t at, bool is_address) {
    if (at == 0)
        return false;
    char byte = text.at[at - 1];
    return is_alnum(byte) || byte == '_' || byte == '-' || byte == '.' ||
           (byte == '+' && is_address) || (unsigned char)byte >= 0x80;
}

/* A dot may be the end of a sentence, a colon that of an address in front of a port. */
static bool goes_on_behind(struct slice rest, bool is_address, bool is_ipv6) {
    if (!rest.length)
        return false;
    char byte = rest.at[0], next = rest.length > 1 ? rest.at[1] : '\0';
    if (byte == '.')
        return is_alnum(next);
    if (byte == ':')
        return is_ipv6 && is_alnum(next);
    return is_alnum(byte) || byte == '_' || byte == '-' || (byte == '@' && !is_address) ||
           (unsigned char)byte >= 0x80;
}

static bool is_same(const struct wanted *wanted, struct slice text, struct slice form) {
    return wanted->any_case ? slice_starts_nocase(text, form) : slice_starts(text, form);
}

static bool form_stands(const struct wanted *wanted, struct slice form, struct slice text) {
    bool is_address = slice_find(form, '@') != SIZE_MAX;
    for (size_t at = 0; at + form.length <= text.length; at++) {
        struct slice rest = slice_from(text, at);
        if (is_same(wanted, rest, form) && !goes_on_before(text, at, is_address) &&
            !goes_on_behind(slice_from(rest, form.length), is_address, wanted->is_ipv6))
            return true;
    }
    return false;
}

bool wanted_stands(struct wanted *wanted, struct slice text) {
    if (wanted->regex)
        return regex_match(wanted->regex, wanted->memory, text) == REGEX_YES;
    for (size_t i = 0; i < wanted->form_count; i++)
        if (form_stands(wanted, wanted->forms[i], text))
            return true;
    return false;
}

/* JSON writers escape what is neither letter nor digit as they like. */
struct slice wanted_unescaped(struct slice form) {
    struct slice best = {form.at, 0};
    size_t begin = 0;
    for (size_t at = 0; at <= form.length; at++) {
        if (at < form.length && (is_alnum(form.at[at]) || strchr("@.-_:", form.at[at])))
            continue;
        if (at - begin > best.length)
            best = (struct slice){form.at + begin, at - begin};
        begin = at + 1;
    }
    return best.length ? best : form;
}
