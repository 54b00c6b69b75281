/* network - IP addresses and networks: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32. */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include "base/slice.h"

struct network {
    unsigned char bytes[16]; /* IPv4 as ::ffff:0:0/96 */
    unsigned bits;
};

/* False: neither address nor network. */
bool network_read(struct slice text, struct network *network_r);
/* False too for what is no address. */
bool network_holds(const struct network *network, struct slice address);

#endif
