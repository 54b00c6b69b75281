/* Why: joins and counts must hold under the masks, so a mask hangs on nothing but the name and the
 * key. Domains still group, hosts still belong to them, networks still hold their addresses.
 *
 * How: a name becomes ten letters and digits of its keyed hash (50 bits: among a million names two
 * are alike once in two thousand times). Of a domain the part that is registered is one name, each
 * label in front of it another, hashed with all that stands behind it. Of an IP each bit is turned
 * or not as the hash of the bits before it says (Crypto-PAn: Xu, Fan, Ammar, Moon, 2002), so that
 * two addresses with a common prefix keep one of the same length.
 */
#include "finding/masking.h"

#include <arpa/inet.h>

#include "base/ascii.h"
#include "base/network.h"

/* ---- names ---- */

enum { NAME = 'n', ID = 'i', BITS_4 = '4', BITS_6 = '6' }; /* what is hashed, in front of it */

static struct slice folded(struct masker *masker, struct slice text, bool fold) {
    char *to = arena_alloc(&masker->arena, text.length + 2);
    to[0] = fold ? NAME : ID;
    for (size_t i = 0; i < text.length; i++)
        to[i + 1] = fold ? lower_of(text.at[i]) : text.at[i];
    return (struct slice){to, text.length + 1};
}

static void put_hash(struct masker *masker, const char *begin, uint64_t hash) {
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* none looks like another */
    enum { LENGTH = 10 };
    out_text(&masker->out, begin);
    for (int i = 0; i < LENGTH; i++, hash >>= 5)
        out_byte(&masker->out, digits[hash & 31]);
}

/* Capital and small letters are one. */
static void put_name(struct masker *masker, const char *begin, struct slice name) {
    put_hash(masker, begin, siphash(masker->key, folded(masker, name, true)));
}

void put_id(struct masker *masker, struct slice text) {
    if (text.length)
        put_hash(masker, "id-", siphash(masker->key, folded(masker, text, false)));
}

static bool is_wildcard(struct slice text) {
    return slice_is(text, "*");
}

void put_user(struct masker *masker, struct slice text) {
    if (slice_find(text, '@') != SIZE_MAX)
        put_address(masker, text);
    else if (is_wildcard(text))
        out_slice(&masker->out, text);
    else if (text.length)
        put_name(masker, "user-", text);
}

/* The left side of a message-id, or of an address that a list made up. */
static bool is_made_up(struct slice local) {
    enum { LONG = 12, DIGITS = 4 };
    size_t digits = 0;
    for (size_t i = 0; i < local.length; i++)
        digits += is_digit(local.at[i]);
    return local.length >= LONG && digits >= DIGITS;
}

void put_address(struct masker *masker, struct slice text) {
    size_t at = slice_rfind(text, '@');
    if (at == SIZE_MAX) {
        put_user(masker, text);
        return;
    }
    struct slice local = slice_head(text, at);
    if (is_wildcard(local))
        out_slice(&masker->out, local);
    else if (local.length)
        put_name(masker, is_made_up(local) ? "id-" : "user-", local);
    out_byte(&masker->out, '@');
    put_host(masker, slice_from(text, at + 1));
}

/* ---- hosts ---- */

/* Where the part of a name begins that somebody registered: "example.com", "example.co.uk". */
static size_t registered_at(struct slice name) {
    static const char *const shared[] = {"ac", "co",  "com", "edu", "go",  "gob", "gov",
                                         "ne", "net", "nom", "or",  "org", "gouv"};
    size_t dot = slice_rfind(name, '.');
    if (dot == SIZE_MAX)
        return 0;
    size_t begin = slice_rfind(slice_head(name, dot), '.');
    size_t second = begin == SIZE_MAX ? 0 : begin + 1;
    bool is_country = name.length - dot - 1 == 2;
    struct slice label = slice_range(name.at + second, name.at + dot);
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        if (is_country && begin != SIZE_MAX && slice_equal_nocase(label, slice_of(shared[i]))) {
            size_t before = slice_rfind(slice_head(name, begin), '.');
            return before == SIZE_MAX ? 0 : before + 1;
        }
    return second;
}

/* Where a domain that stays begins; the length of the name: nowhere. */
static size_t kept_at(const struct masker *masker, struct slice name) {
    char text[256];
    if (name.length >= sizeof text)
        return name.length;
    slice_lowered(name, text);
    for (size_t at = 0; at < name.length; at++)
        if ((!at || text[at - 1] == '.') &&
            map_get(&masker->kept, (struct slice){text + at, name.length - at}))
            return at;
    return name.length;
}

/* The labels in front of `end`, a place behind a dot, each with its dot. */
static void put_labels(struct masker *masker, struct slice name, size_t end) {
    for (size_t at = 0; at < end;) {
        size_t dot = slice_find(slice_from(name, at), '.');
        if (is_wildcard(slice_head(slice_from(name, at), dot)))
            out_byte(&masker->out, '*');
        else if (dot)
            put_name(masker, "h-", slice_from(name, at));
        out_byte(&masker->out, '.');
        at += dot + 1;
    }
}

static bool names_nobody(struct slice name) {
    static const char *const words[] = {
        "", "*", "unknown", "localhost", "localhost.localdomain", "none", "local"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal_nocase(name, slice_of(words[i])))
            return true;
    return false;
}

static void put_name_of_host(struct masker *masker, struct slice name) {
    enum { LONGEST = 255 };
    size_t kept = kept_at(masker, name), begin = registered_at(name);
    if (names_nobody(name)) {
        out_slice(&masker->out, name);
    } else if (name.length > LONGEST) {
        put_name(masker, "h-", name);
    } else if (kept < name.length) {
        put_labels(masker, name, kept);
        out_slice(&masker->out, slice_from(name, kept));
    } else if (slice_find(name, '.') == SIZE_MAX) {
        put_name(masker, "h-", name);
    } else {
        put_labels(masker, name, begin);
        if (name.at[begin] == '*')
            out_slice(&masker->out, slice_from(name, begin));
        else
            put_name(masker, "d-", slice_from(name, begin));
        if (name.at[begin] != '*')
            out_text(&masker->out, ".example");
    }
}

void put_host(struct masker *masker, struct slice text) {
    struct network network;
    bool has_dot = text.length > 1 && text.at[text.length - 1] == '.';
    if (text.length > 2 && text.at[0] == '[' && text.at[text.length - 1] == ']') {
        out_byte(&masker->out, '[');
        put_host(masker, slice_head(slice_from(text, 1), text.length - 2));
        out_byte(&masker->out, ']');
        return;
    }
    if (network_read(text, &network) || slice_starts_nocase(text, SLICE("IPv6:"))) {
        put_ip(masker, text);
        return;
    }
    put_name_of_host(masker, has_dot ? slice_head(text, text.length - 1) : text);
    if (has_dot)
        out_byte(&masker->out, '.');
}

/* ---- IPs ---- */

/* Turns the bits from `from` to `to`. One hash has the bits of a tree of six levels. */
static void turn_bits(const struct masker *masker, char family, unsigned from, unsigned to,
                      unsigned char bytes[16]) {
    enum { LEVELS = 6 };
    unsigned char turned[16], asked[2 + 16] = {(unsigned char)family};
    memcpy(turned, bytes, sizeof turned);
    for (unsigned begin = 0; begin < to; begin += LEVELS) {
        uint64_t hash = 0;
        asked[1] = (unsigned char)begin;
        if (begin + LEVELS > from)
            hash = siphash(masker->key, (struct slice){(const char *)asked, sizeof asked});
        unsigned node = 1;
        for (unsigned bit = begin; bit < begin + LEVELS && bit < to; bit++) {
            unsigned char place = (unsigned char)(0x80 >> bit % 8);
            bool is_set = bytes[bit / 8] & place;
            if (bit >= from && hash >> node & 1)
                turned[bit / 8] ^= place;
            if (is_set)
                asked[2 + bit / 8] |= place;
            node = 2 * node + is_set;
        }
    }
    memcpy(bytes, turned, sizeof turned);
}

/* Networks that mean something by themselves: an address stays in its own. */
struct block {
    unsigned char begin[2];
    unsigned bits, fixed; /* fixed: bits that stay */
};

static unsigned fixed_bits(const struct block *blocks, const unsigned char *bytes) {
    for (; blocks->bits; blocks++) {
        unsigned begin = (unsigned)blocks->begin[0] << 8 | blocks->begin[1];
        unsigned front = (unsigned)bytes[0] << 8 | bytes[1];
        if ((begin ^ front) >> (16 - blocks->bits) == 0)
            return blocks->fixed;
    }
    return 0;
}

/* Private, shared, link-local, multicast; loopback and "this host" stay as they are. */
static const struct block blocks_4[] = {
    {{0, 0}, 8, 32},      {{10, 0}, 8, 8},      {{100, 64}, 10, 10},
    {{127, 0}, 8, 32},    {{169, 254}, 16, 16}, {{172, 16}, 12, 12},
    {{192, 168}, 16, 16}, {{224, 0}, 3, 3},     {{0, 0}, 0, 0},
};
static const struct block blocks_6[] = {
    {{0x20, 0}, 3, 3}, {{0xfe, 0x80}, 10, 10}, {{0xfc, 0}, 7, 7}, {{0xff, 0}, 8, 8}, {{0, 0}, 0, 0},
};

/* Of a public address a public one: turned again until it is. All of a network of 16 bits and more
 * are turned as often. */
static void mask_4(const struct masker *masker, unsigned char bytes[16]) {
    unsigned fixed = fixed_bits(blocks_4, bytes);
    do
        turn_bits(masker, BITS_4, fixed, 32, bytes);
    while (!fixed && fixed_bits(blocks_4, bytes));
}

static void mask_6(const struct masker *masker, unsigned char bytes[16]) {
    static const unsigned char nobody[15] = {0}; /* "::", "::1" */
    unsigned fixed = fixed_bits(blocks_6, bytes);
    if (memcmp(bytes, nobody, sizeof nobody) != 0)
        turn_bits(masker, BITS_6, fixed ? fixed : 16, 128, bytes);
}

static void clear_behind(unsigned char bytes[16], unsigned bits) {
    for (unsigned bit = bits; bit < 128; bit++)
        bytes[bit / 8] &= (unsigned char)~(0x80 >> bit % 8);
}

void put_ip(struct masker *masker, struct slice text) {
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct slice label = slice_head(text, 5), rest = text, address;
    struct network network;
    char shown[INET6_ADDRSTRLEN];
    bool has_label = slice_equal_nocase(label, SLICE("IPv6:"));
    if (has_label)
        rest = text = slice_from(text, label.length);
    if (!network_read(text, &network)) {
        put_name(masker, "h-", text);
        return;
    }
    bool has_bits = slice_cut(&rest, '/', &address);
    bool is_4 = memcmp(network.bytes, mapped, sizeof mapped) == 0;
    unsigned char bytes[16] = {0};
    memcpy(bytes, network.bytes + (is_4 ? 12 : 0), is_4 ? 4 : 16);
    if (is_4)
        mask_4(masker, bytes);
    else
        mask_6(masker, bytes);
    clear_behind(bytes, network.bits - (is_4 ? 96 : 0));
    inet_ntop(is_4 ? AF_INET : AF_INET6, bytes, shown, sizeof shown);
    out_print(&masker->out, "%.*s%s%s", has_label ? 5 : 0, label.at,
              is_4 && slice_find(text, ':') != SIZE_MAX ? "::ffff:" : "", shown);
    if (has_bits)
        out_print(&masker->out, "/%.*s", SLICE_ARGS(rest));
}
