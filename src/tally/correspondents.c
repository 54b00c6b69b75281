/* Why: whose mail it is: the account that sends too much, the list that bounces, the network that
 * knocks at the door.
 *
 * How: a finding adds to the sender of its message, to its recipient, and to the client that handed
 * the message in; a refused command or login to the client at hand. Nothing is kept of networks:
 * each client carries his as a number, so they are added up when they are asked for, and exact.
 *
 * Each finding adds for itself and in its order, so that which names are kept does not depend on
 * where a block ends: what several of a block add to one sender is not put together.
 *
 * A message that comes back from a filter is taken back where it was counted: the one case in which
 * a number that orders falls, and only just after it rose.
 */
#include "tally/correspondents.h"

#include <arpa/inet.h>

#include "base/network.h"
#include "tally/cell.h"
#include "tally/counter.h"
#include "tally/named.h"

struct correspondents {
    struct ranking rankings[CORRESPONDENT_TABLES];
};

/* One word for the numbers of an address, of which there are millions: with its hash 16 bytes. Who
 * has more than a hundred messages or 32 MB is one of few. A client has two words more. */
static const struct counts_room rooms[CORRESPONDENT_NUMBERS] = {
    [CORRESPONDENT_MAIL] = {0, 0, 7},        [CORRESPONDENT_SEEN] = {0, 7, 7},
    [CORRESPONDENT_REFUSED] = {0, 14, 5},    [CORRESPONDENT_BYTES] = {0, 19, 25},
    [CORRESPONDENT_RECIPIENTS] = {0, 44, 7}, [CORRESPONDENT_BOUNCED] = {0, 51, 5},
    [CORRESPONDENT_DEFERRED] = {0, 56, 6},   [CORRESPONDENT_TOLD] = {0, 62, 1},
    [CORRESPONDENT_LOGINS] = {1, 0, 32},     [CORRESPONDENT_NETWORK] = {2, 0, 64},
};
enum { ADDRESS_NUMBERS = CORRESPONDENT_TOLD + 1 };

static const struct ranking_layout address_layout = {
    .numbers = ADDRESS_NUMBERS,
    .maxima = 1,
    .rooms = rooms,
    .shape = {1, 1, 1},
    .order_count = CORRESPONDENT_ORDERS,
    .orders = {CORRESPONDENT_MAIL, CORRESPONDENT_SEEN}};
static const struct ranking_layout client_layout = {
    .numbers = CORRESPONDENT_NUMBERS,
    .maxima = 1,
    .rooms = rooms,
    .shape = {2, 2, 3},
    .order_count = CORRESPONDENT_ORDERS,
    .orders = {CORRESPONDENT_MAIL, CORRESPONDENT_SEEN}};

static void correspondents_init(void *content) {
    struct correspondents *all = content;
    for (int table = 0; table < CORRESPONDENT_TABLES; table++)
        ranking_init(&all->rankings[table],
                     table == CORRESPONDENT_CLIENT ? &client_layout : &address_layout);
}

static void correspondents_release(void *content) {
    struct correspondents *all = content;
    for (int table = 0; table < CORRESPONDENT_TABLES; table++)
        ranking_release(&all->rankings[table]);
}

/* ---- networks of clients */

enum { NETWORK_BYTES = 8, IP4_AT = 12 };

uint64_t network_of(struct slice ip) {
    static const unsigned char mapped[IP4_AT] = {[10] = 0xff, [11] = 0xff};
    struct network network;
    if (!network_read(ip, &network))
        return 0;
    bool is_ip4 = !memcmp(network.bytes, mapped, sizeof mapped);
    const unsigned char *bytes = network.bytes + (is_ip4 ? NETWORK_BYTES : 0);
    uint64_t number = 0;
    for (int i = 0; i < NETWORK_BYTES; i++)
        number = number << 8 | bytes[i];
    if (is_ip4)
        number &= ~(uint64_t)0xff;
    return number ? number : 1; /* ::/64 */
}

struct slice network_shown(uint64_t network, char room[NETWORK_ROOM]) {
    unsigned char bytes[2 * NETWORK_BYTES] = {0};
    bool is_ip4 = network >> 32 == 0xffff;
    for (int i = 0; i < NETWORK_BYTES && network != 1; i++)
        bytes[i] = (unsigned char)(network >> (8 * (NETWORK_BYTES - 1 - i)));
    inet_ntop(is_ip4 ? AF_INET : AF_INET6, bytes + (is_ip4 ? 4 : 0), room, NETWORK_ROOM);
    size_t length = strlen(room);
    length += (size_t)snprintf(room + length, NETWORK_ROOM - length, is_ip4 ? "/24" : "/64");
    return (struct slice){room, length};
}

/* ---- what a finding adds */

static void add_client(struct correspondents *all, const struct origin *client, uint64_t hash,
                       const struct amounts *by) {
    struct ranking *ranking = &all->rankings[CORRESPONDENT_CLIENT];
    uint64_t *row =
        ranking_add_told(ranking, &client_layout, hash, by, counting_client_name, client);
    /* The network of a name is told once: reading an address is dearer than all the rest. */
    if (!client || !client->ip.length ||
        counts_number(&ranking->counts, row, CORRESPONDENT_NETWORK))
        return;
    const uint64_t network[CORRESPONDENT_NUMBERS] = {[CORRESPONDENT_NETWORK] =
                                                         network_of(client->ip)};
    counts_add_numbers(&ranking->counts, row, network);
}

static void add_address(struct correspondents *all, enum correspondent_table table,
                        const struct name *name, const struct amounts *by) {
    ranking_add_name(&all->rankings[table], &address_layout, name, by);
}

static void add_sender(struct correspondents *all, const struct name *sender,
                       const struct name *domain, const struct amounts *by) {
    add_address(all, CORRESPONDENT_SENDER_DOMAIN, domain, by);
    add_address(all, CORRESPONDENT_SENDER, sender, by);
}

static void add_message(struct correspondents *all, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    struct amounts by;
    amounts_clear(&by);
    amounts_set(&by, rooms, CORRESPONDENT_MAIL, (uint64_t)(int64_t)finding->new_messages);
    amounts_set(&by, rooms, CORRESPONDENT_SEEN, finding->new_messages > 0);
    amounts_set(&by, rooms, CORRESPONDENT_BYTES, finding->new_bytes);
    add_client(all, finding->counted, counting->message_client, &by);
    amounts_set(&by, rooms, CORRESPONDENT_TOLD, counting->tells_sender);
    add_sender(all, &counting->message_sender, &counting->message_sender_domain, &by);
}

static void add_recipient(struct correspondents *all, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    uint64_t size = finding->record.size > 0 ? (uint64_t)finding->record.size : 0;
    uint64_t recipients = counting_counted(counting), delivered = counting_delivered(counting);
    struct amounts by;
    amounts_clear(&by);
    amounts_set(&by, rooms, CORRESPONDENT_DEFERRED, counting_deferred(counting));
    amounts_set(&by, rooms, CORRESPONDENT_SEEN, counting->recipients);
    amounts_set(&by, rooms, CORRESPONDENT_BOUNCED, counting_failed(counting));
    amounts_set(&by, rooms, CORRESPONDENT_RECIPIENTS, recipients);
    add_client(all, finding->origin, counting->client, &by);
    add_sender(all, &counting->sender, &counting->sender_domain, &by);
    amounts_set(&by, rooms, CORRESPONDENT_TOLD, counting->new_recipients > 0);
    amounts_set(&by, rooms, CORRESPONDENT_MAIL, recipients);
    amounts_set(&by, rooms, CORRESPONDENT_RECIPIENTS, delivered);
    amounts_set(&by, rooms, CORRESPONDENT_BYTES, size * delivered);
    add_address(all, CORRESPONDENT_RECIPIENT, &counting->recipient, &by);
}

static void add_refusal(struct correspondents *all, const struct counting *counting) {
    const struct record *record = &counting->finding->record;
    struct amounts by;
    amounts_clear(&by);
    amounts_set(&by, rooms, CORRESPONDENT_REFUSED, counting->events);
    amounts_set(&by, rooms, CORRESPONDENT_SEEN, counting->events);
    if (record->event == EVENT_REJECTED) {
        add_sender(all, &counting->sender, &counting->sender_domain, &by);
        add_address(all, CORRESPONDENT_RECIPIENT, &counting->recipient, &by);
    } else {
        amounts_set(&by, rooms, CORRESPONDENT_LOGINS, counting->events);
    }
    add_client(all, &(struct origin){.host = record->peer_host, .ip = record->peer_ip},
               counting->client, &by);
}

static bool is_refusal(const struct counting *counting) {
    enum event event = counting->finding->record.event;
    return !counting->recipients && counting->events &&
           (event == EVENT_REJECTED || event == EVENT_AUTH_FAILED);
}

static void expect(const struct correspondents *all, enum correspondent_table table,
                   uint64_t hash) {
    counts_expect(&all->rankings[table].counts, hash);
}

static void expect_one(const struct correspondents *all, struct counting *counting) {
    const struct record *record = &counting->finding->record;
    if (counting->finding->new_messages) {
        expect(all, CORRESPONDENT_SENDER, counting->message_sender.hash);
        expect(all, CORRESPONDENT_SENDER_DOMAIN, counting->message_sender_domain.hash);
        expect(all, CORRESPONDENT_CLIENT, counting->message_client);
    }
    if (is_refusal(counting)) {
        char room[RANKING_NAME];
        counting->client = ranking_hash(named_host(record->peer_host, record->peer_ip, room));
    } else if (!counting->recipients) {
        return;
    }
    expect(all, CORRESPONDENT_CLIENT, counting->client);
    expect(all, CORRESPONDENT_SENDER, counting->sender.hash);
    expect(all, CORRESPONDENT_SENDER_DOMAIN, counting->sender_domain.hash);
    expect(all, CORRESPONDENT_RECIPIENT, counting->recipient.hash);
}

static void correspondents_expect(void *content, struct counting *const *all, size_t count) {
    for (size_t i = 0; i < count; i++)
        expect_one(content, all[i]);
}

static void correspondents_add(void *content, const struct counting *counting) {
    if (counting->finding->new_messages)
        add_message(content, counting);
    if (counting->recipients)
        add_recipient(content, counting);
    else if (is_refusal(counting))
        add_refusal(content, counting);
}

/* ---- merging, saving, reading */

static void correspondents_merge(void *into, const void *from) {
    struct correspondents *all = into;
    const struct correspondents *more = from;
    for (int table = 0; table < CORRESPONDENT_TABLES; table++)
        ranking_merge(&all->rankings[table], &more->rankings[table]);
}

static void correspondents_save(const void *content, struct pack *pack) {
    const struct correspondents *all = content;
    for (int table = 0; table < CORRESPONDENT_TABLES; table++)
        ranking_save(&all->rankings[table], pack);
}

static void correspondents_load(void *content, struct unpack *unpack) {
    struct correspondents *all = content;
    for (int table = 0; table < CORRESPONDENT_TABLES; table++)
        ranking_load(&all->rankings[table], unpack);
}

const struct counter counter_correspondents = {
    .name = "correspondents",
    .size = sizeof(struct correspondents),
    .of = OF_MESSAGES | OF_RECIPIENTS | OF_FAULTS,
    .init = correspondents_init,
    .release = correspondents_release,
    .expect = correspondents_expect,
    .add = correspondents_add,
    .merge = correspondents_merge,
    .save = correspondents_save,
    .load = correspondents_load,
};

void correspondents_put(struct tally *tally, enum correspondent_table table, struct slice name,
                        const uint64_t numbers[CORRESPONDENT_NUMBERS]) {
    struct correspondents *all = tally_content_to_fill(tally, &counter_correspondents);
    if (slice_is(name, HOURLY_OTHER))
        ranking_add_nameless(&all->rankings[table], numbers);
    else
        ranking_add(&all->rankings[table], name, numbers);
}

void correspondents_expect_shown(struct tally *tally, size_t shown) {
    struct correspondents *all = tally_content_to_fill(tally, &counter_correspondents);
    for (int table = 0; table < CORRESPONDENT_TABLES; table++)
        ranking_expect_shown(&all->rankings[table], shown);
}

const struct ranking *correspondents(const struct tally *tally, enum correspondent_table table) {
    const struct correspondents *all = tally_content(tally, &counter_correspondents);
    return &all->rankings[table];
}

void correspondent_networks(const struct tally *tally, struct counts *networks_r) {
    const struct counts *clients = &correspondents(tally, CORRESPONDENT_CLIENT)->counts;
    counts_init(networks_r, CORRESPONDENT_NUMBERS, 1, NULL);
    for (size_t place = 0; place < clients->places; place++) {
        uint64_t numbers[COUNTS_MOST];
        if (counts_at(clients, place, NULL, numbers))
            counts_add(networks_r, numbers[CORRESPONDENT_NETWORK], numbers);
    }
}
