/* Why: "your address is listed" is acted on by address and list, so both are columns. The list and
 * the provider come out of the search that finds the reason (matching.c); the address is read here.
 *
 * How: one walk over the reply takes each run of the bytes an address is made of. A run that is
 * part of a name ("9.2.0.192.zen.example", "192.0.2.9.dyn.example"), a network ("192.0.2.0/24"), a
 * time or an enhanced code is none. Of several addresses the one of our client counts, else the
 * first that is not the server that speaks.
 */
#include "finding/values.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/ascii.h"

enum { ADDRESS_MOST = 45 }; /* INET6_ADDRSTRLEN without its NUL */

bool values_speak_of_host(const struct reason *reason) {
    static const char *const groups[] = {"reputation", "email-auth", "content", "limits"};
    if (!reason)
        return true;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (slice_is(reason->group, groups[i]))
            return true;
    return false;
}

bool values_speak_of_provider(enum side side) {
    return side == SIDE_REMOTE || side == SIDE_CALLOUT;
}

/* ---- one address */

static bool is_hex(char byte) {
    return is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
}

static bool is_word(char byte) {
    return is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte == '_' ||
           (unsigned char)byte >= 0x80;
}

static bool is_part(char byte) {
    return is_hex(byte) || byte == '.' || byte == ':';
}

/* Loopback addresses are what a list answers with, or the server itself. */
static bool is_version_4(const char *text) {
    unsigned char bytes[4];
    return inet_pton(AF_INET, text, bytes) == 1 && bytes[0] != 0 && bytes[0] != 127;
}

static bool is_version_6(const char *text) {
    static const unsigned char nobody[15] = {0}; /* "::", "::1" */
    unsigned char bytes[16];
    return inet_pton(AF_INET6, text, bytes) == 1 && memcmp(bytes, nobody, sizeof nobody) != 0;
}

static bool is_address(struct slice run) {
    char text[ADDRESS_MOST + 1];
    if (run.length < 5 || run.length > ADDRESS_MOST)
        return false;
    memcpy(text, run.at, run.length);
    text[run.length] = '\0';
    return memchr(text, ':', run.length) ? is_version_6(text) : is_version_4(text);
}

/* The run without what ends a sentence, and a port: "192.0.2.9:25". */
static struct slice without_tail(struct slice run) {
    while (run.length && (run.at[run.length - 1] == '.' || run.at[run.length - 1] == ':'))
        run.length--;
    size_t colon = slice_find(run, ':');
    bool has_port = colon != SIZE_MAX && slice_find(slice_from(run, colon + 1), ':') == SIZE_MAX &&
                    slice_find(run, '.') < colon;
    return has_port ? slice_head(run, colon) : run;
}

static size_t run_end(struct slice text, size_t from) {
    while (from < text.length && is_part(text.at[from]))
        from++;
    return from;
}

/* Not part of a word, of a name or of a network. */
static bool stands_free(struct slice text, size_t begin, size_t end) {
    char before = begin > 0 ? text.at[begin - 1] : ' ';
    char after = end < text.length ? text.at[end] : ' ';
    char then = end + 1 < text.length ? text.at[end + 1] : ' ';
    bool is_network = after == '/' && is_digit(then);
    bool is_name = is_word(after) || (after == '-' && is_word(then));
    return !is_word(before) && !is_network && !is_name;
}

/* Where the label "IPv6:" stands, how long it is. */
static size_t label_at(struct slice text, size_t at) {
    static const struct slice label = SLICE_INIT("IPv6:");
    bool stands =
        slice_starts_nocase(slice_from(text, at), label) && (at == 0 || !is_word(text.at[at - 1]));
    return stands ? label.length : 0;
}

/* The next place at or behind `from` where an address or its label may begin: a look at one byte
 * each, for most of a text is neither (11,000 -> 6,000 instructions a reply). */
static size_t may_begin(struct slice text, size_t from) {
    while (from < text.length && !is_part(text.at[from]) && (text.at[from] | 0x20) != 'i')
        from++;
    return from;
}

/* The next address at or behind *from, which is moved past it; empty: none. */
static struct slice next_address(struct slice text, size_t *from) {
    while ((*from = may_begin(text, *from)) < text.length) {
        size_t label = label_at(text, *from), begin = *from + label, end = run_end(text, begin);
        *from = end > *from ? end : *from + 1;
        struct slice run = without_tail(slice_range(text.at + begin, text.at + end));
        if (stands_free(text, begin - label, end) && is_address(run))
            return run;
    }
    return (struct slice){0};
}

/* ---- which of them */

/* A reply that no rule knows may name an address for any reason, unless it names a list too. */
static bool says_who_is_refused(const struct verdict *verdict) {
    return verdict->reason ? values_speak_of_host(verdict->reason) : verdict->blocklist.length > 0;
}

struct slice values_listed_ip(const struct finding *finding) {
    const struct record *record = &finding->record;
    struct slice text = finding->reply.text, first = {0}, address;
    bool client_is_peer = record->direction == DIRECTION_IN;
    if (!says_who_is_refused(&finding->verdict))
        return first;
    for (size_t from = 0; (address = next_address(text, &from)).length;) {
        bool is_peer = slice_equal_nocase(address, record->peer_ip);
        if (is_peer && client_is_peer)
            return address;
        if (!is_peer && !first.length)
            first = address;
    }
    return first;
}
