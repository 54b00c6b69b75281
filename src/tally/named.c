/* Why: a host is a name and an address, and a ranking has one name for each row. */
#include "tally/named.h"

#include "base/network.h"

struct slice named_host(struct slice host, struct slice ip, char room[RANKING_NAME]) {
    enum { IP_MOST = 64, BRACKETS = 3 };
    if (slice_is(host, "unknown") && ip.length) /* Postfix: no name was found */
        host.length = 0;
    if (!host.length || !ip.length)
        return host.length ? host : ip;
    ip = slice_head(ip, IP_MOST);
    host = slice_head(host, RANKING_NAME - BRACKETS - ip.length);
    memcpy(room, host.at, host.length);
    memcpy(room + host.length, " [", 2);
    memcpy(room + host.length + 2, ip.at, ip.length);
    room[host.length + 2 + ip.length] = ']';
    return (struct slice){room, host.length + BRACKETS + ip.length};
}

/* A name without a pair is an address when it reads as one. */
void named_parts(struct slice name, struct slice *host_r, struct slice *ip_r) {
    struct network network;
    size_t at = slice_rfind_text(name, SLICE(" ["));
    bool is_ip = network_read(name, &network);
    *host_r = is_ip ? (struct slice){0} : name;
    *ip_r = is_ip ? name : (struct slice){0};
    if (at == SIZE_MAX || !slice_ends(name, SLICE("]")))
        return;
    *host_r = slice_head(name, at);
    *ip_r = slice_range(name.at + at + 2, name.at + name.length - 1);
}
