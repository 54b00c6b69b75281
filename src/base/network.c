/* network - one address has many spellings (2001:DB8:0::1, ::ffff:192.0.2.7); as bytes it has one.
 */
#include "base/network.h"

#include <arpa/inet.h>

static bool read_address(struct slice text, unsigned char bytes[16], bool *is_ip4_r) {
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    char word[INET6_ADDRSTRLEN + 1] = "";
    if (!text.length || text.length >= sizeof word || memchr(text.at, '\0', text.length))
        return false;
    memcpy(word, text.at, text.length);
    *is_ip4_r = inet_pton(AF_INET, word, bytes + sizeof mapped) == 1;
    if (*is_ip4_r)
        memcpy(bytes, mapped, sizeof mapped);
    return *is_ip4_r || inet_pton(AF_INET6, word, bytes) == 1;
}

bool network_read(struct slice text, struct network *network_r) {
    struct slice address, rest = text;
    bool has_bits = slice_cut(&rest, '/', &address), is_ip4;
    uint64_t bits;
    if (!read_address(address, network_r->bytes, &is_ip4))
        return false;
    network_r->bits = 128;
    if (!has_bits)
        return true;
    if (!slice_number(rest, &bits) || bits > (is_ip4 ? 32 : 128))
        return false;
    network_r->bits = (unsigned)bits + (is_ip4 ? 96 : 0);
    return true;
}

bool network_holds(const struct network *network, struct slice address) {
    unsigned char bytes[16];
    bool is_ip4;
    if (!read_address(address, bytes, &is_ip4))
        return false;
    unsigned whole = network->bits / 8, rest = network->bits % 8;
    if (memcmp(bytes, network->bytes, whole) != 0)
        return false;
    return !rest || (bytes[whole] ^ network->bytes[whole]) >> (8 - rest) == 0;
}
