/* Why: nine tenths of what a server refuses is bots that guess passwords, harvest addresses and
 * look for an open relay. They must not push a fault of our own off the first lines of a report,
 * and no fault of our own may be taken for theirs.
 *
 * How: the reason tells whether a stranger can be to blame at all (`strangers: in` of its file: a
 * wrong password can be his, a full disk cannot). Then the client must be named and be no one of
 * ours: not logged in, not on this host or in a private network, and nobody logged in from there
 * before. That the sender address is of a domain of ours proves nothing: bots write it too.
 */
#include "finding/strangers.h"

/* 172.16.0.0 to 172.31.255.255 */
static bool is_private_172(struct slice ip) {
    uint64_t second;
    return slice_skip(&ip, SLICE("172.")) && slice_take_number(&ip, &second) && second >= 16 &&
           second <= 31;
}

/* Of those that begin with '1', told apart by the second byte. */
static bool is_near_1(struct slice ip) {
    switch (ip.length > 1 ? ip.at[1] : '\0') {
    case '0':
        return slice_starts(ip, SLICE("10."));
    case '2':
        return slice_starts(ip, SLICE("127."));
    case '6':
        return slice_starts(ip, SLICE("169.254."));
    case '7':
        return is_private_172(ip);
    case '9':
        return slice_starts(ip, SLICE("192.168."));
    default:
        return false;
    }
}

/* RFC 1918, 3927, 4193 and 4291. By the first byte: it is asked of every delivery, and most are to
 * neither. */
bool ip_is_near(struct slice ip) {
    if (ip.length && ip.at[0] == ':')
        slice_skip(&ip, SLICE("::ffff:"));
    switch (slice_byte(ip, 0)) {
    case '1':
        return is_near_1(ip);
    case 'f':
    case 'F':
        return slice_starts_nocase(ip, SLICE("fc")) || slice_starts_nocase(ip, SLICE("fd")) ||
               slice_starts_nocase(ip, SLICE("fe80:"));
    case ':':
        return slice_is(ip, "::1");
    default:
        return false;
    }
}

bool strangers_did(const struct finding *finding) {
    const struct record *record = &finding->record;
    const struct reason *reason = finding->verdict.reason;
    if (finding->follows)
        return finding->follows_stranger;
    if (record->direction != DIRECTION_IN || !reason || !reason->of_strangers)
        return false;
    bool logged_in = record->user.length && record->event != EVENT_AUTH_FAILED;
    return record->peer_ip.length && !logged_in && !finding->client_is_ours &&
           !ip_is_near(record->peer_ip);
}
