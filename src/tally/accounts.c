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

struct meeting {
    uint64_t name, client, network; /* hashes */
    uint64_t high, low;
    uint64_t failed, logins;
    int64_t first_failed, last_failed, first_login, last_login; /* MOMENT_NONE: there was none */
};

/* Numbers of a client, of a network and of a name, all together. The first ones turned round. */
enum { CLIENT_FAILED, CLIENT_NAMES, CLIENT_FIRST_FAILED, CLIENT_NUMBERS };
enum { NETWORK_FIRST_LOGIN, NETWORK_NUMBERS };
enum { NAME_FAILED, NAME_NUMBERS };

/* All that may tell something of an account. There are many, and hardly any is looked at twice, so
 * only their places are put in order. */
struct gathered {
    const struct counts *meetings; /* of each version */
    struct keyed *logins, *room;   /* names to places (place_of); room: to free */
    size_t login_count;
    struct meeting *nameless; /* failed logins of no name, by address */
    size_t nameless_count, nameless_room;
    struct meeting *account; /* those of one account, by address */
    size_t account_room;
    struct counts clients, networks, names;
    uint64_t no_name; /* hash of no name */
};

/* A row of one of the two tables, as a number. */
static uint64_t place_of(enum version version, size_t at) {
    return (uint64_t)at * VERSIONS + version;
}

/* The /24 or /64. */
static uint64_t network_of(uint64_t high, uint64_t low) {
    const uint64_t words[2] = {high, is_version_4(high, low) ? low >> 8 : 0};
    return bytes_hash(words, sizeof words);
}

static struct meeting meeting_at(const struct gathered *gathered, uint64_t place) {
    enum version version = (enum version)(place % VERSIONS);
    const struct counts *meetings = &gathered->meetings[version];
    const uint64_t *row = counts_row_at(meetings, (size_t)(place / VERSIONS));
    uint64_t numbers[MEETING_NUMBERS] = {0};
    for (size_t i = 0; i < meetings->numbers; i++)
        numbers[i] = counts_number(meetings, row, i);
    if (version == IP4)
        numbers[MEETING_LOW] |= (uint64_t)0xffff << 32;
    const uint64_t address[2] = {numbers[MEETING_HIGH], numbers[MEETING_LOW]};
    return (struct meeting){
        .name = numbers[MEETING_NAME],
        .client = bytes_hash(address, sizeof address),
        .network = network_of(address[0], address[1]),
        .high = address[0],
        .low = address[1],
        .failed = numbers[MEETING_FAILED],
        .logins = numbers[MEETING_LOGINS],
        .first_failed = time_of_number(turned(numbers[MEETING_FIRST_FAILED])),
        .last_failed = time_of_number(numbers[MEETING_LAST_FAILED]),
        .first_login = time_of_number(turned(numbers[MEETING_FIRST_LOGIN])),
        .last_login = time_of_number(numbers[MEETING_LAST_LOGIN]),
    };
}

static int compare_addresses(const void *left, const void *right) {
    const struct meeting *a = left, *b = right;
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    return (a->low > b->low) - (a->low < b->low);
}

static void sort_by_address(struct meeting *meetings, size_t count) {
    if (count > 1)
        qsort(meetings, count, sizeof *meetings, compare_addresses);
}

static void add_up(struct gathered *gathered, const struct meeting *meeting) {
    uint64_t first_failed = turned(number_of_time(meeting->first_failed));
    uint64_t first_login = turned(number_of_time(meeting->first_login));
    if (meeting->failed) {
        bool is_name = meeting->name != gathered->no_name;
        counts_add(&gathered->clients, meeting->client,
                   (const uint64_t[CLIENT_NUMBERS]){meeting->failed, is_name, first_failed});
        counts_sum(&gathered->names, meeting->name, NAME_FAILED, meeting->failed);
    }
    if (meeting->logins)
        counts_add(&gathered->networks, meeting->network,
                   (const uint64_t[NETWORK_NUMBERS]){first_login});
}

static void gather_version(struct gathered *gathered, enum version version) {
    const struct counts *meetings = &gathered->meetings[version];
    for (size_t at = 0; at < meetings->places; at++) {
        if (!counts_row_at(meetings, at))
            continue;
        uint64_t place = place_of(version, at);
        struct meeting meeting = meeting_at(gathered, place);
        add_up(gathered, &meeting);
        if (meeting.logins)
            gathered->logins[gathered->login_count++] = (struct keyed){meeting.name, place};
        if (meeting.name != gathered->no_name)
            continue;
        gathered->nameless = memory_grow(gathered->nameless, &gathered->nameless_room,
                                         gathered->nameless_count + 1, sizeof meeting);
        gathered->nameless[gathered->nameless_count++] = meeting;
    }
}

static void gather(struct gathered *gathered, const struct counts meetings[VERSIONS]) {
    size_t count = meetings[IP4].count + meetings[IP6].count;
    *gathered = (struct gathered){.meetings = meetings, .no_name = bytes_hash("", 0)};
    gathered->room = memory_resize(NULL, 2 * count + 1, sizeof *gathered->room);
    gathered->logins = gathered->room;
    counts_init(&gathered->clients, CLIENT_NUMBERS, 1, NULL);
    counts_init(&gathered->networks, NETWORK_NUMBERS, 1, NULL);
    counts_init(&gathered->names, NAME_NUMBERS, 0, NULL);
    gather_version(gathered, IP4);
    gather_version(gathered, IP6);
    gathered->logins = keyed_sort(gathered->room, gathered->room + count, gathered->login_count);
    sort_by_address(gathered->nameless, gathered->nameless_count);
}

static void gathered_release(struct gathered *gathered) {
    free(gathered->room);
    free(gathered->nameless);
    free(gathered->account);
    counts_release(&gathered->clients);
    counts_release(&gathered->networks);
    counts_release(&gathered->names);
}

/* Puts the meetings of a name at which it logged in into gathered->account: their number. */
static size_t meetings_of(struct gathered *gathered, uint64_t name) {
    size_t low = 0, high = gathered->login_count, count = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (gathered->logins[middle].key < name)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < gathered->login_count && gathered->logins[low].key == name; low++) {
        gathered->account = memory_grow(gathered->account, &gathered->account_room, count + 1,
                                        sizeof *gathered->account);
        gathered->account[count++] = meeting_at(gathered, gathered->logins[low].value);
    }
    sort_by_address(gathered->account, count);
    return count;
}

/* ---- networks */

struct arrival { /* of an account in a network */
    uint64_t network;
    int64_t first;
};

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

static void tell_networks(struct account *account, const struct meeting *meetings, size_t count) {
    struct arrival *arrivals = memory_resize(NULL, count + 1, sizeof *arrivals);
    size_t used = 0, kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct meeting *meeting = &meetings[i];
        if (meeting->first_login == MOMENT_NONE)
            continue;
        arrivals[used++] = (struct arrival){meeting->network, meeting->first_login};
        if (account->first == MOMENT_NONE || meeting->first_login < account->first)
            account->first = meeting->first_login;
        account->last = meeting->last_login > account->last ? meeting->last_login : account->last;
    }
    sort(arrivals, used, compare_networks);
    for (size_t i = 0; i < used; i++)
        if (!kept || arrivals[kept - 1].network != arrivals[i].network)
            arrivals[kept++] = arrivals[i];
    sort(arrivals, kept, compare_firsts);
    account->networks = kept;
    account->at_once = most_within_an_hour(arrivals, kept);
    free(arrivals);
}

/* ---- who guessed, and got in */

static void print_client(const struct meeting *meeting, char client[INET6_ADDRSTRLEN]) {
    unsigned char bytes[16];
    put_word(bytes, meeting->high);
    put_word(bytes + 8, meeting->low);
    if (is_version_4(meeting->high, meeting->low))
        inet_ntop(AF_INET, bytes + 12, client, INET6_ADDRSTRLEN);
    else
        inet_ntop(AF_INET6, bytes, client, INET6_ADDRSTRLEN);
}

/* The failed logins of no name from the same client: Postfix before 3.9 tells no name. NULL: none.
 */
static const struct meeting *nameless_at(const struct gathered *gathered,
                                         const struct meeting *meeting) {
    return gathered->nameless_count ? bsearch(meeting, gathered->nameless, gathered->nameless_count,
                                              sizeof *meeting, compare_addresses)
                                    : NULL;
}

/* A login from a client that failed before, out of a network from which nobody had logged in. */
static bool is_guess(const struct gathered *gathered, const struct meeting *meeting) {
    uint64_t client[CLIENT_NUMBERS] = {0}, network[NETWORK_NUMBERS] = {0};
    if (!counts_get(&gathered->clients, meeting->client, client))
        return false;
    counts_get(&gathered->networks, meeting->network, network);
    int64_t failed = time_of_number(turned(client[CLIENT_FIRST_FAILED]));
    int64_t login = time_of_number(turned(network[NETWORK_FIRST_LOGIN]));
    return meeting->first_login != MOMENT_NONE && failed != MOMENT_NONE &&
           failed < meeting->first_login && failed < login;
}

static void tell_guess(struct account *account, const struct gathered *gathered,
                       const struct meeting *meeting) {
    uint64_t client[CLIENT_NUMBERS] = {0};
    counts_get(&gathered->clients, meeting->client, client);
    const struct meeting *nameless = nameless_at(gathered, meeting);
    struct account_guess guess = {.failures = meeting->failed,
                                  .names = client[CLIENT_NAMES] - (meeting->failed != 0)};
    int64_t last = meeting->last_failed;
    if (nameless) {
        guess.failures += nameless->failed;
        last = nameless->last_failed > last ? nameless->last_failed : last;
    }
    guess.others = client[CLIENT_FAILED] - guess.failures;
    guess.stopped = last < meeting->first_login;
    if (account->guess.client[0] &&
        guess.failures + guess.others <= account->guess.failures + account->guess.others)
        return;
    account->guess = guess;
    print_client(meeting, account->guess.client);
}

static void tell_account(struct account *account, struct gathered *gathered) {
    uint64_t name = bytes_hash(account->name.at, account->name.length);
    uint64_t failures[NAME_NUMBERS] = {0};
    counts_get(&gathered->names, name, failures);
    size_t count = meetings_of(gathered, name);
    account->failures = failures[NAME_FAILED];
    tell_networks(account, gathered->account, count);
    for (size_t i = 0; i < count; i++)
        if (is_guess(gathered, &gathered->account[i]))
            tell_guess(account, gathered, &gathered->account[i]);
}

/* Below zero: more was taken back than is known here. */
static uint64_t not_below_zero(uint64_t number) {
    return number > INT64_MAX ? 0 : number;
}

static struct account account_of(struct gathered *gathered, struct slice name,
                                 const struct mail *mail) {
    struct account account = {.name = name,
                              .messages = not_below_zero(mail->messages),
                              .recipients = not_below_zero(mail->recipients),
                              .bounced = not_below_zero(mail->bounced),
                              .first = MOMENT_NONE,
                              .last = MOMENT_NONE};
    tell_account(&account, gathered);
    return account;
}

void accounts_each(const struct tally *tally,
                   void (*each)(void *context, const struct account *account), void *context) {
    const struct content *content = tally_content(tally, &counter_accounts);
    struct gathered gathered;
    gather(&gathered, content->meetings);
    for (size_t place = 0; place < content->names.used; place++) {
        struct slice name;
        const struct mail *mail = map_at(&content->names, place, &name);
        if (!mail)
            continue;
        struct account account = account_of(&gathered, name, mail);
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
        uint64_t recipients = mail ? not_below_zero(mail->recipients) : 0;
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
