/* Why: a stolen password shows in the log before the spam does: somebody guesses and then gets in,
 * one account logs in from ten networks within an hour, and sends to a thousand recipients.
 *
 * How: names that logged in are kept with what their mail did. Each client that tried a name is a
 * meeting of two hashes, kept with its address, how often it failed and worked, and when for the
 * first time: sums and maxima only, so that tallies add up; a meeting takes 40 bytes, of a client
 * with an IPv6 address 56. Guessers make names and addresses
 * without end: of names that never logged in only so many meetings are kept, so that those of real
 * accounts find room. What lies near (this host, a private network: a webmail) guesses nothing.
 */
#include "tally/accounts.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/keyed.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/network.h"
#include "finding/strangers.h"
#include "tally/counter.h"
#include "tally/counts.h"
#include "tally/noted.h"

enum {
    NAMES = 1 << 17,        /* accounts that are followed */
    GUESSES = 1 << 18,      /* meetings, as long as none is of an account */
    MEETINGS = 2 * GUESSES, /* meetings in all */
    NAME_LENGTH = 255,
    HOUR = 3600,
};

struct mail {
    uint64_t messages, recipients, bounced; /* modulo 2^64: a part may take back what another has */
};

/* Numbers of a meeting; from MEETING_NAME on they are maxima. Name and address are the same in all
 * that are added. */
enum meeting_number {
    MEETING_FAILED,
    MEETING_LOGINS,
    MEETING_NAME,
    MEETING_LOW,          /* the address, its last eight bytes; of IPv4 the last four */
    MEETING_FIRST_FAILED, /* turned round: the greatest is the first */
    MEETING_LAST_FAILED,
    MEETING_FIRST_LOGIN,
    MEETING_LAST_LOGIN,
    MEETING_HIGH, /* of IPv6 */
    MEETING_NUMBERS
};
enum version { IP4, IP6, VERSIONS };

/* What a login, good or not, will add to a meeting. */
struct met {
    const struct counting *counting;
    enum version version;
    uint64_t hash, by[MEETING_NUMBERS];
};

struct content {
    struct map names; /* in small letters -> struct mail */
    struct counts meetings[VERSIONS];
    struct noted met; /* struct met */
};

static const struct counts_room rooms[VERSIONS][MEETING_NUMBERS] = {
    [IP4] = {[MEETING_LOW] = {0, 0, 32},
             [MEETING_FAILED] = {0, 32, 16},
             [MEETING_LOGINS] = {0, 48, 15},
             [MEETING_FIRST_FAILED] = {1, 0, 32},
             [MEETING_LAST_FAILED] = {1, 32, 32},
             [MEETING_FIRST_LOGIN] = {2, 0, 32},
             [MEETING_LAST_LOGIN] = {2, 32, 32},
             [MEETING_NAME] = {3, 0, 64}},
    [IP6] = {[MEETING_FAILED] = {0, 0, 32},
             [MEETING_LOGINS] = {0, 32, 31},
             [MEETING_FIRST_FAILED] = {1, 0, 32},
             [MEETING_LAST_FAILED] = {1, 32, 32},
             [MEETING_FIRST_LOGIN] = {2, 0, 32},
             [MEETING_LAST_LOGIN] = {2, 32, 32},
             [MEETING_NAME] = {3, 0, 64},
             [MEETING_LOW] = {4, 0, 64},
             [MEETING_HIGH] = {5, 0, 64}},
};

static void accounts_init(void *content) {
    struct content *accounts = content;
    map_init(&accounts->names, sizeof(struct mail));
    for (int version = IP4; version < VERSIONS; version++) {
        size_t numbers = version == IP6 ? MEETING_NUMBERS : MEETING_HIGH;
        counts_init(&accounts->meetings[version], numbers, numbers - MEETING_NAME, rooms[version]);
    }
}

static void accounts_free(void *content) {
    struct content *accounts = content;
    map_release(&accounts->names);
    for (int version = IP4; version < VERSIONS; version++)
        counts_release(&accounts->meetings[version]);
    noted_release(&accounts->met);
}

/* ---- times as numbers of 32 bits, from 1970 to 2106; what lies outside is taken for the end that
 * is nearer. 0: none */

static const uint64_t time_end = (uint64_t)1 << 32;

static uint64_t number_of_time(int64_t seconds) {
    if (seconds == MOMENT_NONE)
        return 0;
    if (seconds < 0)
        return 1;
    return (uint64_t)seconds + 1 < time_end ? (uint64_t)seconds + 1 : time_end - 1;
}

static uint64_t turned(uint64_t number) {
    return number ? time_end - number : 0;
}

static int64_t time_of_number(uint64_t number) {
    return number ? (int64_t)number - 1 : MOMENT_NONE;
}

/* ---- adding ---- */

static struct slice small(struct slice name, char room[NAME_LENGTH]) {
    return slice_lowered(slice_head(name, NAME_LENGTH), room);
}

/* NULL: none of the accounts, and there is no room for one more. */
static struct mail *mail_of(struct map *names, struct slice name, bool may_begin) {
    if (!may_begin || names->count >= NAMES)
        return map_get(names, name);
    return map_put(names, name, NULL);
}

static void put_word(unsigned char *bytes, uint64_t word) {
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(word >> (56 - 8 * i));
}

static uint64_t take_word(const unsigned char *bytes) {
    uint64_t word = 0;
    for (int i = 0; i < 8; i++)
        word = word << 8 | bytes[i];
    return word;
}

static bool is_version_4(uint64_t high, uint64_t low) {
    return high == 0 && low >> 32 == 0xffff;
}

static bool has_failed(const struct counting *counting) {
    return counting->finding->record.event == EVENT_AUTH_FAILED && counting->events;
}

/* name: in small letters. */
static void expect_meeting(struct content *accounts, struct slice name,
                           const struct counting *counting) {
    const struct finding *finding = counting->finding;
    struct network client;
    bool login = finding->login;
    if (!has_failed(counting) && !(login && name.length))
        return;
    if (ip_is_near(finding->record.peer_ip) || !network_read(finding->record.peer_ip, &client))
        return;
    uint64_t when = number_of_time(finding->time.seconds), count = finding->repeat;
    uint64_t high = take_word(client.bytes), low = take_word(client.bytes + 8);
    enum version version = is_version_4(high, low) ? IP4 : IP6;
    struct met met = {
        .counting = counting,
        .version = version,
        .by = {[MEETING_FAILED] = login ? 0 : count,
               [MEETING_LOGINS] = login ? count : 0,
               [MEETING_NAME] = bytes_hash(name.at, name.length),
               [MEETING_LOW] = version == IP4 ? (uint32_t)low : low,
               [MEETING_FIRST_FAILED] = login ? 0 : turned(when),
               [MEETING_LAST_FAILED] = login ? 0 : when,
               [MEETING_FIRST_LOGIN] = login ? turned(when) : 0,
               [MEETING_LAST_LOGIN] = login ? when : 0,
               [MEETING_HIGH] = high},
    };
    const uint64_t who[] = {met.by[MEETING_NAME], high, low};
    met.hash = bytes_hash(who, sizeof who);
    noted_put(&accounts->met, &met, sizeof met);
    counts_expect(&accounts->meetings[version], met.hash);
}

static void meet(struct content *accounts, const struct met *met, bool is_account) {
    struct counts *meetings = &accounts->meetings[met->version];
    size_t most = is_account ? MEETINGS : GUESSES;
    if (accounts->meetings[IP4].count + accounts->meetings[IP6].count >= most &&
        !counts_find(meetings, met->hash))
        return;
    counts_add(meetings, met->hash, met->by);
}

static void add_mail(struct mail *mail, const struct counting *counting) {
    mail->messages += (uint64_t)(int64_t)counting->finding->new_messages;
    mail->recipients += counting->new_recipients;
    if (counting->into == FATE_BOUNCED)
        mail->bounced += counting->recipients;
    if (counting->from == FATE_BOUNCED)
        mail->bounced--;
}

/* Names that count stand in the map; there may be more than caches hold, of meetings too. */
static void accounts_expect(void *content, struct counting *const *all, size_t count) {
    struct content *accounts = content;
    char room[NAME_LENGTH];
    noted_begin(&accounts->met);
    for (size_t i = 0; i < count; i++) {
        struct slice name = small(all[i]->finding->record.user, room);
        all[i]->user = map_hash(name);
        map_expect(&accounts->names, all[i]->user);
        expect_meeting(accounts, name, all[i]);
    }
    for (size_t i = 0; i < count; i++)
        map_expect_entry(&accounts->names, all[i]->user);
}

static void accounts_add(void *content, const struct counting *counting) {
    struct content *accounts = content;
    const struct finding *finding = counting->finding;
    if (!finding->record.user.length && !has_failed(counting))
        return;
    char room[NAME_LENGTH];
    struct slice name = small(finding->record.user, room);
    bool sends = finding->new_messages || counting->recipients;
    struct mail *mail = mail_of(&accounts->names, name, name.length && (finding->login || sends));
    if (mail)
        add_mail(mail, counting);
    const struct met *met = noted_next(&accounts->met, sizeof *met, counting);
    if (met)
        meet(accounts, met, mail);
}

/* ---- merging, saving ---- */

static void accounts_merge(void *into, const void *from) {
    struct content *sum = into;
    const struct content *more = from;
    for (size_t place = 0; place < more->names.used; place++) {
        struct slice name;
        const struct mail *mail = map_at(&more->names, place, &name);
        if (!mail)
            continue;
        struct mail *both = map_put(&sum->names, name, NULL);
        both->messages += mail->messages;
        both->recipients += mail->recipients;
        both->bounced += mail->bounced;
    }
    for (int version = IP4; version < VERSIONS; version++)
        counts_merge(&sum->meetings[version], &more->meetings[version]);
}

struct named {
    struct slice name;
    const struct mail *mail;
};

static int compare_named(const void *left, const void *right) {
    return slice_compare(((const struct named *)left)->name, ((const struct named *)right)->name);
}

/* All accounts by name; the caller frees the array. */
static struct named *sorted(const struct map *names) {
    struct named *all = memory_resize(NULL, names->count + 1, sizeof *all);
    size_t count = 0;
    for (size_t place = 0; place < names->used; place++)
        if ((all[count].mail = map_at(names, place, &all[count].name)))
            count++;
    qsort(all, count, sizeof *all, compare_named);
    return all;
}

static void accounts_save(const void *content, struct pack *pack) {
    const struct content *accounts = content;
    struct named *all = sorted(&accounts->names);
    pack_number(pack, accounts->names.count);
    for (size_t i = 0; i < accounts->names.count; i++) {
        pack_text(pack, all[i].name);
        pack_number(pack, all[i].mail->messages);
        pack_number(pack, all[i].mail->recipients);
        pack_number(pack, all[i].mail->bounced);
    }
    free(all);
    for (int version = IP4; version < VERSIONS; version++)
        counts_save(&accounts->meetings[version], pack);
}

static void accounts_load(void *content, struct unpack *unpack) {
    struct content *accounts = content;
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        bool is_new = false;
        struct mail *mail = map_put(&accounts->names, unpack_text(unpack), &is_new);
        mail->messages = unpack_number(unpack);
        mail->recipients = unpack_number(unpack);
        mail->bounced = unpack_number(unpack);
        unpack->broken |= !is_new;
    }
    for (int version = IP4; version < VERSIONS; version++)
        counts_load(&accounts->meetings[version], unpack);
}

const struct counter counter_accounts = {
    .name = "accounts",
    .size = sizeof(struct content),
    .of = OF_USERS,
    .init = accounts_init,
    .release = accounts_free,
    .expect = accounts_expect,
    .add = accounts_add,
    .merge = accounts_merge,
    .save = accounts_save,
    .load = accounts_load,
};

/* ---- reading out ---- */

/* Numbers of a client, of which a login failed. From CLIENT_FIRST_FAILED on maxima, as in a
 * meeting, that one turned round. Postfix before 3.9 tells no name of a failed login. */
enum {
    CLIENT_FAILED,
    CLIENT_NAMES,
    CLIENT_NAMELESS, /* those of no name */
    CLIENT_FIRST_FAILED,
    CLIENT_LAST_NAMELESS,
    CLIENT_NUMBERS
};
/* Numbers of the network of such a client; of other networks nothing is asked. */
enum { NETWORK_FIRST_LOGIN, NETWORK_NUMBERS };
enum { NAME_STANDING, NAME_NUMBERS };

/* What all meetings tell of an account. */
struct standing {
    size_t of; /* whose it is: of two names with one hash both have that of the first */
    uint64_t failed;
    uint32_t last_login; /* one more than its place in gathered->logins; 0: none */
};

struct meeting {
    enum version version;
    const uint64_t *row; /* NULL: an empty place */
};

/* A meeting at which an account logged in; there may be half a million. */
struct login {
    uint32_t place;  /* as in meeting_at */
    uint32_t before; /* as in a standing */
};

struct arrival { /* of an account in a network */
    uint64_t network;
    int64_t first;
};

/* All that may tell something of an account. Most meetings are good logins from where nothing ever
 * failed, so the tables have only what may be asked for: clients and networks of which a login
 * failed, names of accounts. To put all meetings in three tables and in order took more than twice
 * the instructions, and 1 % of those of a report. */
struct gathered {
    const struct counts *meetings; /* of each version */
    struct counts names, clients, networks;
    struct standing *standings; /* by the places of the names */
    struct login *logins;
    size_t login_count;
    struct arrival *arrivals; /* of one account */
    size_t arrival_room;
    uint64_t no_name; /* hash of no name */
};

/* By their places, those of IPv6 behind those of IPv4. */
static struct meeting meeting_at(const struct gathered *gathered, size_t place) {
    const struct counts *meetings = gathered->meetings;
    if (place < meetings[IP4].places)
        return (struct meeting){IP4, counts_row_at(&meetings[IP4], place)};
    return (struct meeting){IP6, counts_row_at(&meetings[IP6], place - meetings[IP4].places)};
}

static uint64_t number_of(const struct gathered *gathered, const struct meeting *meeting,
                          enum meeting_number number) {
    return counts_number(&gathered->meetings[meeting->version], meeting->row, number);
}

static struct account_address address_of(const struct gathered *gathered,
                                         const struct meeting *meeting) {
    uint64_t low = number_of(gathered, meeting, MEETING_LOW);
    if (meeting->version == IP4)
        return (struct account_address){0, (uint64_t)0xffff << 32 | low};
    return (struct account_address){number_of(gathered, meeting, MEETING_HIGH), low};
}

/* What a client is counted under: most are their own number. */
static uint64_t client_of(struct account_address address) {
    return address.high ? bytes_hash(&address, sizeof address) : address.low;
}

/* The /24 or /64. A /24 is its own number, which some /64 is, too. */
static uint64_t network_of(struct account_address address) {
    return is_version_4(address.high, address.low) ? address.low >> 8
                                                   : bytes_hash(&address.high, sizeof address.high);
}

/* NULL: no account. */
static struct standing *standing_of(const struct gathered *gathered, uint64_t name) {
    const uint64_t *row = counts_find(&gathered->names, name);
    return row ? &gathered->standings[counts_number(&gathered->names, row, NAME_STANDING)] : NULL;
}

static void add_failed(struct gathered *gathered, const struct meeting *meeting, uint64_t name,
                       uint64_t failed) {
    const struct account_address address = address_of(gathered, meeting);
    bool is_name = name != gathered->no_name;
    uint64_t last = number_of(gathered, meeting, MEETING_LAST_FAILED);
    const uint64_t by[CLIENT_NUMBERS] = {[CLIENT_FAILED] = failed,
                                         [CLIENT_NAMES] = is_name,
                                         [CLIENT_NAMELESS] = is_name ? 0 : failed,
                                         [CLIENT_FIRST_FAILED] =
                                             number_of(gathered, meeting, MEETING_FIRST_FAILED),
                                         [CLIENT_LAST_NAMELESS] = is_name ? 0 : last};
    counts_add(&gathered->clients, client_of(address), by);
    counts_row(&gathered->networks, network_of(address), NULL);
}

static void gather_meeting(struct gathered *gathered, size_t place) {
    const struct meeting meeting = meeting_at(gathered, place);
    if (!meeting.row)
        return;
    uint64_t name = number_of(gathered, &meeting, MEETING_NAME);
    uint64_t failed = number_of(gathered, &meeting, MEETING_FAILED);
    struct standing *standing = standing_of(gathered, name);
    if (failed)
        add_failed(gathered, &meeting, name, failed);
    if (!standing)
        return;
    standing->failed += failed;
    if (!number_of(gathered, &meeting, MEETING_LOGINS))
        return;
    gathered->logins[gathered->login_count++] =
        (struct login){(uint32_t)place, standing->last_login};
    standing->last_login = (uint32_t)gathered->login_count;
}

static void gather_names(struct gathered *gathered, const struct map *names) {
    counts_reserve(&gathered->names, names->count);
    for (size_t place = 0; place < names->used; place++) {
        struct slice name;
        bool is_new;
        if (!map_at(names, place, &name))
            continue;
        uint64_t *first =
            counts_whole(counts_row(&gathered->names, bytes_hash(name.at, name.length), &is_new));
        if (is_new)
            first[NAME_STANDING] = place;
        gathered->standings[place].of = first[NAME_STANDING];
    }
}

/* When somebody first logged in from the networks that may be asked for. */
static void gather_networks(struct gathered *gathered) {
    struct counts *networks = &gathered->networks;
    for (size_t i = 0; networks->count && i < gathered->login_count; i++) {
        const struct meeting login = meeting_at(gathered, gathered->logins[i].place);
        uint64_t network = network_of(address_of(gathered, &login));
        const uint64_t first[NETWORK_NUMBERS] = {number_of(gathered, &login, MEETING_FIRST_LOGIN)};
        const uint64_t *row = counts_find(networks, network);
        if (row && counts_number(networks, row, NETWORK_FIRST_LOGIN) < *first)
            counts_add(networks, network, first);
    }
}

static void gather(struct gathered *gathered, const struct content *content) {
    const struct counts *meetings = content->meetings;
    size_t count = meetings[IP4].count + meetings[IP6].count;
    *gathered = (struct gathered){.meetings = meetings, .no_name = bytes_hash("", 0)};
    counts_init(&gathered->names, NAME_NUMBERS, 0, NULL);
    counts_init(&gathered->clients, CLIENT_NUMBERS, CLIENT_NUMBERS - CLIENT_FIRST_FAILED, NULL);
    counts_init(&gathered->networks, NETWORK_NUMBERS, NETWORK_NUMBERS, NULL);
    gathered->standings = memory_new((content->names.used + 1) * sizeof *gathered->standings);
    gathered->logins = memory_resize(NULL, count + 1, sizeof *gathered->logins);
    gather_names(gathered, &content->names);
    for (size_t place = 0; place < meetings[IP4].places + meetings[IP6].places; place++)
        gather_meeting(gathered, place);
    gather_networks(gathered);
}

static void gathered_release(struct gathered *gathered) {
    free(gathered->standings);
    free(gathered->logins);
    free(gathered->arrivals);
    counts_release(&gathered->names);
    counts_release(&gathered->clients);
    counts_release(&gathered->networks);
}

/* ---- networks */

static int compare_networks(const void *left, const void *right) {
    const struct arrival *a = left, *b = right;
    if (a->network != b->network)
        return a->network < b->network ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

static int compare_firsts(const void *left, const void *right) {
    int64_t a = ((const struct arrival *)left)->first, b = ((const struct arrival *)right)->first;
    return (a > b) - (a < b);
}

/* Most accounts have one. */
static void sort(struct arrival *arrivals, size_t count,
                 int (*compare)(const void *left, const void *right)) {
    if (count > 1)
        qsort(arrivals, count, sizeof *arrivals, compare);
}

static uint64_t most_within_an_hour(const struct arrival *arrivals, size_t count) {
    size_t most = 0;
    for (size_t first = 0, i = 0; i < count; i++) {
        while (arrivals[i].first - arrivals[first].first >= HOUR)
            first++;
        most = i + 1 - first > most ? i + 1 - first : most;
    }
    return most;
}

static void tell_networks(struct account *account, struct arrival *arrivals, size_t count) {
    size_t kept = 0;
    sort(arrivals, count, compare_networks);
    for (size_t i = 0; i < count; i++)
        if (!kept || arrivals[kept - 1].network != arrivals[i].network)
            arrivals[kept++] = arrivals[i];
    sort(arrivals, kept, compare_firsts);
    account->networks = kept;
    account->at_once = most_within_an_hour(arrivals, kept);
}

/* ---- who guessed, and got in */

struct slice account_client(const struct account_guess *guess, char room[INET6_ADDRSTRLEN]) {
    const struct account_address *client = &guess->client;
    unsigned char bytes[16];
    put_word(bytes, client->high);
    put_word(bytes + 8, client->low);
    if (is_version_4(client->high, client->low))
        inet_ntop(AF_INET, bytes + 12, room, INET6_ADDRSTRLEN);
    else
        inet_ntop(AF_INET6, bytes, room, INET6_ADDRSTRLEN);
    return slice_of(room);
}

static bool is_before(struct account_address a, struct account_address b) {
    return a.high != b.high ? a.high < b.high : a.low < b.low;
}

/* When something first happened; MOMENT_NONE: it did not. */
static int64_t first_of(const struct counts *counts, const uint64_t *row, size_t number) {
    return row ? time_of_number(turned(counts_number(counts, row, number))) : MOMENT_NONE;
}

/* A login from a client that failed before, out of a network from which nobody had logged in. */
static bool is_guess(const struct gathered *gathered, const uint64_t *client, uint64_t network,
                     int64_t first_login) {
    int64_t failed = first_of(&gathered->clients, client, CLIENT_FIRST_FAILED);
    if (failed == MOMENT_NONE || failed >= first_login)
        return false;
    const uint64_t *row = counts_find(&gathered->networks, network);
    return failed < first_of(&gathered->networks, row, NETWORK_FIRST_LOGIN);
}

/* Of several, the client that failed most is told; of equals the first by address. */
static void tell_guess(struct account *account, const struct gathered *gathered,
                       const struct meeting *login, struct account_address address,
                       const uint64_t *row, int64_t first_login) {
    const struct account_guess *other = &account->guess;
    const uint64_t *client = row + 1;
    uint64_t total = client[CLIENT_FAILED], other_total = other->failures + other->others;
    if (other->is_known &&
        (total < other_total || (total == other_total && !is_before(address, other->client))))
        return;
    uint64_t failed = number_of(gathered, login, MEETING_FAILED);
    uint64_t failures = failed + client[CLIENT_NAMELESS];
    int64_t last = time_of_number(number_of(gathered, login, MEETING_LAST_FAILED));
    int64_t last_nameless = time_of_number(client[CLIENT_LAST_NAMELESS]);
    account->guess =
        (struct account_guess){.is_known = true,
                               .client = address,
                               .failures = failures,
                               .others = total - failures,
                               .names = client[CLIENT_NAMES] - (failed != 0),
                               .stopped = last < first_login && last_nameless < first_login};
}

static void tell_login(struct account *account, const struct gathered *gathered,
                       const struct meeting *login, size_t *arrivals) {
    struct account_address address = address_of(gathered, login);
    uint64_t network = network_of(address);
    int64_t first = first_of(&gathered->meetings[login->version], login->row, MEETING_FIRST_LOGIN);
    int64_t last = time_of_number(number_of(gathered, login, MEETING_LAST_LOGIN));
    if (first == MOMENT_NONE)
        return;
    gathered->arrivals[(*arrivals)++] = (struct arrival){network, first};
    if (account->first == MOMENT_NONE || first < account->first)
        account->first = first;
    account->last = last > account->last ? last : account->last;
    const uint64_t *client = counts_find(&gathered->clients, client_of(address));
    if (is_guess(gathered, client, network, first))
        tell_guess(account, gathered, login, address, client, first);
}

static void tell_logins(struct account *account, struct gathered *gathered, size_t last) {
    size_t arrivals = 0;
    for (size_t at = last; at;) {
        const struct login *login = &gathered->logins[at - 1];
        const struct meeting meeting = meeting_at(gathered, login->place);
        gathered->arrivals = memory_grow(gathered->arrivals, &gathered->arrival_room, arrivals + 1,
                                         sizeof *gathered->arrivals);
        tell_login(account, gathered, &meeting, &arrivals);
        at = login->before;
    }
    tell_networks(account, gathered->arrivals, arrivals);
}

void accounts_each(const struct tally *tally,
                   void (*each)(void *context, const struct account *account), void *context) {
    const struct content *content = tally_content(tally, &counter_accounts);
    struct gathered gathered;
    gather(&gathered, content);
    for (size_t place = 0; place < content->names.used; place++) {
        struct slice name;
        const struct mail *mail = map_at(&content->names, place, &name);
        if (!mail)
            continue;
        const struct standing *standing = &gathered.standings[gathered.standings[place].of];
        struct account account = {.name = name,
                                  .messages = counts_not_below_zero(mail->messages),
                                  .recipients = counts_not_below_zero(mail->recipients),
                                  .bounced = counts_not_below_zero(mail->bounced),
                                  .failures = standing->failed,
                                  .first = MOMENT_NONE,
                                  .last = MOMENT_NONE};
        tell_logins(&account, &gathered, standing->last_login);
        each(context, &account);
    }
    gathered_release(&gathered);
}

uint64_t *accounts_recipients(const struct tally *tally, size_t *count_r) {
    const struct content *content = tally_content(tally, &counter_accounts);
    size_t most = content->names.count, count = 0;
    struct keyed *both = memory_resize(NULL, 2 * most + 1, sizeof *both);
    for (size_t place = 0; place < content->names.used; place++) {
        const struct mail *mail = map_at(&content->names, place, NULL);
        uint64_t recipients = mail ? counts_not_below_zero(mail->recipients) : 0;
        if (recipients)
            both[count++].key = recipients;
    }
    const struct keyed *sorted = keyed_sort(both, both + most, count);
    uint64_t *all = memory_resize(NULL, count + 1, sizeof *all);
    for (size_t i = 0; i < count; i++)
        all[i] = sorted[i].key;
    free(both);
    *count_r = count;
    return all;
}

static void keep_account(void *context, const struct account *account) {
    struct accounts *accounts = context;
    accounts->items[accounts->count++] = *account;
}

static int compare_accounts(const void *left, const void *right) {
    const struct account *a = left, *b = right;
    return slice_compare(a->name, b->name);
}

void accounts_read(const struct tally *tally, struct accounts *accounts_r) {
    const struct content *content = tally_content(tally, &counter_accounts);
    size_t count = content->names.count;
    *accounts_r = (struct accounts){memory_resize(NULL, count + 1, sizeof(struct account)), 0};
    accounts_each(tally, keep_account, accounts_r);
    qsort(accounts_r->items, count, sizeof *accounts_r->items, compare_accounts);
}

void accounts_release(struct accounts *accounts) {
    free(accounts->items);
}
