/* traffic - the life of sessions and messages, chance and time, and the exact account of it all. */
#include "traffic.h"

#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>

enum {
    DOMAINS = 4000,      /* recipient domains, Zipf: the first has a tenth of the mail */
    REGULARS = 30000,    /* addresses that come again and again */
    CLIENTS = 3000,      /* hosts that connect */
    ATTEMPTS_MOST = 7,   /* after so many the message expires */
    DRAWS_A_MESSAGE = 3, /* addresses, those of refused recipients among them */
    DAY = 86400,
};

static const int64_t second = 1000000;       /* times are microseconds */
static const int64_t beginning = 1780272000; /* 2026-06-01T00:00:00Z */

static const struct server *server;
static int64_t now; /* microseconds since `beginning` */

static struct wish {
    uint64_t bytes, messages, addresses, days, seed;
    enum { RFC3339, RFC3164, OWN, OWN_ZONE } stamps;
    const char *log, *totals;
} wish = {.seed = 1, .days = 1};

/* --- chance */

static uint64_t chance_state;

uint64_t chance(void) /* splitmix64 */
{
    uint64_t z = chance_state += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

unsigned below(unsigned limit) {
    return (unsigned)((chance() >> 32) * limit >> 32);
}

static double fraction(void) {
    return (double)(chance() >> 11) / 9007199254740992.0;
}

bool percent(double share) {
    return fraction() * 100 < share;
}

int64_t between(int64_t low, int64_t high) {
    return low + (int64_t)(chance() % (uint64_t)(high - low + 1));
}

static void *fresh(size_t size) {
    void *block = calloc(1, size);
    if (!block)
        abort();
    return block;
}

struct zipf {
    unsigned count;
    double *sums; /* cumulative, the last is 1 */
};

static void zipf_init(struct zipf *zipf, unsigned count, double steepness) {
    double sum = 0;
    zipf->count = count;
    zipf->sums = fresh(count * sizeof *zipf->sums);
    for (unsigned i = 0; i < count; i++)
        zipf->sums[i] = sum += pow(i + 1, -steepness);
    for (unsigned i = 0; i < count; i++)
        zipf->sums[i] /= sum;
}

static unsigned zipf_pick(const struct zipf *zipf) {
    double wanted = fraction();
    unsigned low = 0, high = zipf->count - 1;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (zipf->sums[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct zipf domains, clients;

/* --- what is in the log */

static struct {
    uint64_t bytes, lines;
    uint64_t received, received_bytes;
    uint64_t delivered, bounced, expired, waiting, deferred_ever;
    uint64_t deferrals, rejected, auth_failed, tls_failed, connection_lost, timeout;
    uint64_t notices, notices_delivered, notices_failed;
    uint64_t addresses, senders, recipients, sender_domains, recipient_domains;
} totals;

#define N "%" PRIu64

static void totals_print(FILE *file) {
    fprintf(file,
            "{\"lines\": {\"read\": " N "},\n"
            " \"totals\": {\"messages\": {\"received\": " N ", \"bytes\": " N "},\n"
            "  \"recipients\": {\"delivered\": " N ", \"bounced\": " N ", \"expired\": " N
            ", \"waiting\": " N ", \"discarded\": 0, \"deferred_ever\": " N "},\n"
            "  \"attempts\": {\"deferred\": " N "},\n"
            "  \"rejections\": {\"rejected\": " N "},\n"
            "  \"sessions\": {\"auth_failed\": " N ", \"tls_failed\": " N
            ", \"connection_lost\": " N ", \"timeout\": " N "},\n"
            "  \"distinct\": {\"senders\": " N ", \"sender_domains\": " N ", \"recipients\": " N
            ", \"recipient_domains\": " N "}},\n"
            " \"notices\": {\"made\": " N ", \"delivered\": " N ", \"failed\": " N "},\n"
            " \"addresses\": " N ",\n",
            totals.lines, totals.received, totals.received_bytes, totals.delivered, totals.bounced,
            totals.expired, totals.waiting, totals.deferred_ever, totals.deferrals, totals.rejected,
            totals.auth_failed, totals.tls_failed, totals.connection_lost, totals.timeout,
            totals.senders, totals.sender_domains, totals.recipients, totals.recipient_domains,
            totals.notices, totals.notices_delivered, totals.notices_failed, totals.addresses);
}

/* --- who was seen, to tell exactly how many there are and who comes most */

enum { AS_SENDER = 1, AS_RECIPIENT = 2, AS_ASKED_FOR = 4, TOP = 5 };

struct seen {
    uint64_t who; /* domain and user; 0: none */
    uint32_t as, messages;
};

static struct {
    struct seen *slots;
    size_t room, count;
} seen;

static struct domain_account {
    uint64_t messages, bytes;                         /* sent from here */
    uint64_t recipients, delivered, bounced, expired; /* sent to */
    unsigned as;
} domain_accounts[DOMAINS];

static struct seen *seen_slot(uint64_t who) {
    size_t at = (size_t)(who * 0x9E3779B97F4A7C15 >> 20) & (seen.room - 1);
    while (seen.slots[at].who && seen.slots[at].who != who)
        at = (at + 1) & (seen.room - 1);
    return &seen.slots[at];
}

static void seen_grow(void) {
    struct seen *old = seen.slots;
    size_t room = seen.room;
    seen.room = room ? room * 2 : 1 << 16;
    seen.slots = fresh(seen.room * sizeof *seen.slots);
    for (size_t i = 0; i < room; i++)
        if (old[i].who)
            *seen_slot(old[i].who) = old[i];
    free(old);
}

static void see(struct address address, unsigned as) {
    struct domain_account *domain = &domain_accounts[address.domain];
    if (4 * seen.count >= 3 * seen.room)
        seen_grow();
    uint64_t who = (uint64_t)(address.domain + 1) << 32 | address.user;
    struct seen *slot = seen_slot(who);
    if (!slot->who) {
        slot->who = who;
        seen.count++;
        totals.addresses++;
    }
    totals.senders += (as & ~slot->as & AS_SENDER) != 0;
    totals.recipients += (as & ~slot->as & AS_RECIPIENT) != 0;
    slot->as |= as;
    slot->messages += as == AS_SENDER;
    totals.sender_domains += (as & ~domain->as & AS_SENDER) != 0;
    totals.recipient_domains += (as & ~domain->as & AS_RECIPIENT) != 0;
    domain->as |= as;
}

static const char *account_name(const struct domain_account *account) {
    return domain_name((unsigned)(account - domain_accounts));
}

/* By one member of the account, the most first; equal ones by name. */
static bool stands_before(const struct domain_account *a, const struct domain_account *b,
                          size_t member) {
    uint64_t x, y;
    memcpy(&x, (const char *)a + member, sizeof x);
    memcpy(&y, (const char *)b + member, sizeof y);
    return x != y ? x > y : strcmp(account_name(a), account_name(b)) < 0;
}

/* The first of those that come after `last`. */
static const struct domain_account *next_domain(const struct domain_account *last, size_t member) {
    const struct domain_account *best = NULL;
    for (const struct domain_account *one = domain_accounts; one < domain_accounts + DOMAINS; one++)
        if ((!last || stands_before(last, one, member)) &&
            (!best || stands_before(one, best, member)))
            best = one;
    return best;
}

static int by_messages(const void *a, const void *b) {
    uint32_t x = ((const struct seen *)a)->messages, y = ((const struct seen *)b)->messages;
    return (x < y) - (x > y);
}

/* The first rows of the report's tables; of senders just how many messages, as many have as many.
 */
static void tops_print(FILE *file) {
    const struct domain_account *one = NULL;
    fprintf(file, " \"top\": {\"recipient_domains\": [");
    for (unsigned i = 0; i < TOP; i++) {
        one = next_domain(one, offsetof(struct domain_account, recipients));
        fprintf(file, "%s[\"%s\", " N ", " N ", " N ", " N "]", i ? ",\n  " : "", account_name(one),
                one->recipients, one->delivered, one->bounced, one->expired);
    }
    fprintf(file, "],\n  \"sender_domains\": [");
    one = NULL;
    for (unsigned i = 0; i < TOP; i++) {
        one = next_domain(one, offsetof(struct domain_account, messages));
        fprintf(file, "%s[\"%s\", " N ", " N "]", i ? ",\n  " : "", account_name(one),
                one->messages, one->bytes);
    }
    fprintf(file, "],\n  \"senders\": [");
    qsort(seen.slots, seen.room, sizeof *seen.slots, by_messages);
    for (unsigned i = 0; i < TOP; i++)
        fprintf(file, "%s%u", i ? ", " : "", seen.slots[i].messages);
    fprintf(file, "]}}\n");
}

/* --- printing a line */

int64_t now_microseconds(void) {
    return beginning * second + now;
}

bool stamps_are_new(void) {
    return wish.stamps != RFC3164 && wish.stamps != OWN;
}

bool in_syslog(void) {
    return wish.stamps == RFC3339 || wish.stamps == RFC3164;
}

/* The usual civil-from-days arithmetic, years from March. */
struct civil_time civil_time(int64_t seconds) {
    int64_t z = seconds / DAY + 719468, era = z / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int rest = (int)(seconds % DAY), month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil_time){(int)(yoe + era * 400 + (month <= 2)),
                               month,
                               (int)(doy - (153 * mp + 2) / 5 + 1),
                               rest / 3600,
                               rest / 60 % 60,
                               rest % 60};
}

/* The second as a text; it is made anew when the second has passed. */
struct second_text {
    int64_t known;
    char text[32];
};

static const char *second_text(struct second_text *kept, int64_t seconds, char between) {
    if (kept->known != seconds) {
        struct civil_time t = civil_time(seconds);
        snprintf(kept->text, sizeof kept->text, "%04d-%02d-%02d%c%02d:%02d:%02d", t.year, t.month,
                 t.day, between, t.hour, t.minute, t.second);
        kept->known = seconds;
    }
    return kept->text;
}

static int syslog_stamp(FILE *file) {
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static struct second_text kept;
    int64_t seconds = now_microseconds() / second;
    if (wish.stamps == RFC3339)
        return fprintf(file, "%s.%06d+00:00", second_text(&kept, seconds, 'T'),
                       (int)(now % second));
    struct civil_time t = civil_time(seconds);
    return fprintf(file, "%s %2d %02d:%02d:%02d", months[t.month - 1], t.day, t.hour, t.minute,
                   t.second);
}

/* "2026-06-01 10:00:01 ", "2026-06-01 12:00:01.123 +0200 " */
static int own_stamp(FILE *file) {
    static struct second_text kept;
    int64_t seconds = now_microseconds() / second;
    if (wish.stamps == OWN_ZONE)
        return fprintf(file, "%s.%03d +0200 ", second_text(&kept, seconds + 7200, ' '),
                       (int)(now % second / 1000));
    return fprintf(file, "%s ", second_text(&kept, seconds, ' '));
}

static FILE *log_file;

void log_line(const char *tag, unsigned pid, const char *format, ...) {
    va_list arguments;
    int written = 0;
    if (in_syslog()) {
        written += syslog_stamp(log_file);
        written += fprintf(log_file, " mx1 %s[%u]: ", tag, pid);
    }
    if (server->own_files && tag == server->name)
        written += own_stamp(log_file);
    va_start(arguments, format);
    written += vfprintf(log_file, format, arguments);
    va_end(arguments);
    fputc('\n', log_file);
    totals.bytes += (uint64_t)written + 1;
    totals.lines++;
}

void fill_in(char *into, size_t room, const char *text, const char *const arguments[3]) {
    size_t length = 0;
    while (*text && length + 1 < room) {
        if (text[0] == '%' && text[1] >= '1' && text[1] <= '3' && text[2] == '$') {
            const char *argument = arguments[text[1] - '1'];
            int added = snprintf(into + length, room - length, "%s", argument);
            length = length + (size_t)added < room ? length + (size_t)added : room - 1;
            text += 4;
        } else {
            into[length++] = *text++;
        }
    }
    into[length] = 0;
}

/* --- names */

static const char *const places[] = {"north", "south",  "harbour", "valley", "bridge", "castle",
                                     "river", "meadow", "island",  "market", "forest", "station"};
static const char *const tops[] = {"example.com", "example.org", "example.net"};

const char *place_name(unsigned number) {
    return places[number % 12];
}

const char *domain_name(unsigned domain) {
    static char text[2][64];
    static unsigned turn;
    char *into = text[turn++ % 2];
    snprintf(into, sizeof text[0], "%s%u.%s", places[domain % 12], domain, tops[domain % 3]);
    return into;
}

const char *user_name(uint32_t user) {
    static const char *const names[] = {"ana",   "bruno", "chloe", "dmitri", "elif",
                                        "farid", "greta", "hugo",  "ines",   "jonas",
                                        "kamal", "lena",  "mateo", "nora"};
    static char text[2][32];
    static unsigned turn;
    char *into = text[turn++ % 2];
    snprintf(into, sizeof text[0], "%s.%x", names[user % 14], user / 14);
    return into;
}

const char *address_text(struct address address) {
    static char text[2][96];
    static unsigned turn;
    char *into = text[turn++ % 2];
    snprintf(into, sizeof text[0], "%s@%s", user_name(address.user), domain_name(address.domain));
    return into;
}

struct peer client_peer(unsigned client) {
    static const char *const nets[] = {"192.0.2", "198.51.100", "203.0.113"};
    struct peer peer;
    if (client % 11 == 3)
        snprintf(peer.host, sizeof peer.host, "unknown");
    else
        snprintf(peer.host, sizeof peer.host, "out%u.%s%u.%s", client % 7, places[client % 12],
                 client, tops[client % 3]);
    if (client % 5 == 4)
        snprintf(peer.ip, sizeof peer.ip, "2001:db8:%x::%x", client / 5, client % 250 + 1);
    else
        snprintf(peer.ip, sizeof peer.ip, "%s.%u", nets[client % 3], client / 3 % 254 + 1);
    return peer;
}

struct peer some_client(void) {
    return client_peer(zipf_pick(&clients));
}

struct peer mx_peer(unsigned domain, unsigned number) {
    struct peer peer;
    snprintf(peer.host, sizeof peer.host, "mx%u.%s", number, domain_name(domain));
    snprintf(peer.ip, sizeof peer.ip, "%s.%u", domain % 2 ? "198.51.100" : "203.0.113",
             (domain + number) % 254 + 1);
    return peer;
}

/* --- addresses */

/* Of how many addresses there are, and how many in a hundred are met for the first time. */
static struct {
    unsigned regulars;
    double fresh;
    uint32_t made;
} people;

static void people_init(uint64_t messages) {
    double draws = (double)messages * DRAWS_A_MESSAGE;
    people.regulars = REGULARS;
    if (!wish.addresses)
        return;
    if (wish.addresses / 4 < REGULARS)
        people.regulars = (unsigned)(wish.addresses / 4) + 1;
    people.fresh = 100 * (double)(wish.addresses - people.regulars) / draws;
}

/* Users are eighths, so that those of one message can differ by one. */
static uint32_t fresh_user(void) {
    if (!wish.addresses)
        return ((uint32_t)chance() >> 4) / 8 * 8;
    return (REGULARS + people.made++) * 8;
}

/* An address out of the regulars, `regular` times in a hundred, or one hardly seen again. */
static struct address address_pick(double regular) {
    static unsigned homes[REGULARS];
    static bool ready;
    for (unsigned i = 0; !ready && i < REGULARS; i++)
        homes[i] = zipf_pick(&domains);
    ready = true;
    if (percent(wish.addresses ? 100 - people.fresh : regular)) {
        unsigned number = below(people.regulars);
        return (struct address){homes[number], number * 8};
    }
    return (struct address){zipf_pick(&domains), fresh_user()};
}

uint32_t stranger_guess(unsigned domain) {
    struct address guess = {domain, 0};
    if (!wish.addresses)
        guess.user = (uint32_t)chance() >> 4;
    else
        guess.user = percent(people.fresh) ? fresh_user() : below(people.regulars / 32 + 1) * 8;
    see(guess, AS_ASKED_FOR);
    return guess.user;
}

/* --- events */

enum event_kind { NEW_SESSION, SESSION_STEP, HEADER, ATTEMPT, DELIVERY, RETRY, NOISE };

struct event {
    int64_t time;
    uint64_t number; /* equal times: in the order they were made */
    enum event_kind kind;
    void *subject;
};

static struct event *heap;
static size_t heap_count, heap_room;
static uint64_t event_number;

static bool earlier(const struct event *a, const struct event *b) {
    return a->time != b->time ? a->time < b->time : a->number < b->number;
}

static void after(int64_t delay, enum event_kind kind, void *subject) {
    struct event event = {now + delay, event_number++, kind, subject};
    if (heap_count == heap_room) {
        heap_room = heap_room ? heap_room * 2 : 1024;
        heap = realloc(heap, heap_room * sizeof *heap);
        if (!heap)
            abort();
    }
    size_t i = heap_count++;
    for (; i > 0 && earlier(&event, &heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = event;
}

static struct event soonest(void) {
    struct event first = heap[0], last = heap[--heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= heap_count)
            break;
        if (child + 1 < heap_count && earlier(&heap[child + 1], &heap[child]))
            child++;
        if (!earlier(&heap[child], &last))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return first;
}

/* --- messages */

double message_age(const struct message *message) {
    return (double)(now - message->arrived) / 1e6;
}

static struct message *message_new(void) {
    struct message *message = fresh(sizeof *message);
    message->sender = address_pick(65);
    see(message->sender, AS_SENDER);
    message->size = 600 + below(9000) + (percent(8) ? below(4000000) : 0);
    message->count = percent(84) ? 1 : 2 + below(percent(75) ? 1 : RCPT_MOST - 1);
    message->left = message->count;
    message->arrived = now;
    bool together = server->groups && message->count > 1 && percent(60);
    for (unsigned i = 0; i < message->count; i++) {
        struct address address = address_pick(30);
        address.user += i; /* so those of one message differ */
        if (together && i)
            address.domain = message->recipients[0].address.domain;
        message->recipients[i].address = address;
        see(address, AS_RECIPIENT);
    }
    return message;
}

static void message_accept(struct session *session) {
    struct message *message = message_new();
    server->accepted(session, message);
    totals.received++;
    totals.received_bytes += message->size;
    domain_accounts[message->sender.domain].messages++;
    domain_accounts[message->sender.domain].bytes += message->size;
    after(between(5000, 90000), HEADER, message);
}

static void message_notify(const struct message *message) {
    struct message *notice = fresh(sizeof *notice);
    notice->notice = true;
    notice->size = message->size / 8 + 2000;
    notice->count = notice->left = 1;
    notice->arrived = now;
    notice->recipients[0].address = message->sender;
    server->notified(message, notice);
    totals.notices++;
    after(between(2000, 60000), ATTEMPT, notice);
}

static void message_attempt(struct message *message) {
    server->attempt(message);
    message->turn = 0;
    message->failed = 0;
    after(between(100000, 1500000), DELIVERY, message);
}

static void message_expire(struct message *message) {
    message->expired = true;
    for (unsigned i = 0; i < message->count; i++) {
        struct recipient *recipient = &message->recipients[i];
        if (recipient->state != DEFERRED)
            continue;
        server->expired(message, (struct group){recipient, 1});
        if (message->notice) {
            totals.notices_failed++;
        } else {
            totals.waiting--;
            totals.expired++;
            domain_accounts[recipient->address.domain].expired++;
        }
    }
    if (server->notices && !message->notice)
        message_notify(message);
    server->removed(message);
    free(message);
}

static void message_attempt_over(struct message *message) {
    if (message->failed && server->notices && !message->notice)
        message_notify(message);
    if (message->left == 0) {
        server->removed(message);
        free(message);
        return;
    }
    int64_t pause = 300 * second << (message->attempts < 4 ? message->attempts : 4);
    message->attempts++;
    after(pause + between(0, 60 * second), RETRY, message);
}

/* What becomes of recipients. Notices move nothing but their own account. */
static void count_fate(const struct message *message, struct group group, uint64_t *fate) {
    struct domain_account *domain = &domain_accounts[group.list->address.domain];
    enum recipient_state before = group.list->state;
    if (message->notice) {
        totals.notices_delivered += fate == &totals.delivered ? group.count : 0;
        totals.notices_failed += fate == &totals.bounced ? group.count : 0;
        return;
    }
    *fate += group.count;
    domain->recipients += before == FRESH ? group.count : 0;
    domain->delivered += fate == &totals.delivered ? group.count : 0;
    domain->bounced += fate == &totals.bounced ? group.count : 0;
    if (fate == &totals.deferrals) {
        totals.deferred_ever += before == FRESH ? group.count : 0;
        totals.waiting += before == FRESH ? group.count : 0;
    } else if (before == DEFERRED) {
        totals.waiting -= group.count;
    }
}

static void deliver(struct message *message, struct recipient *first, unsigned count) {
    struct group group = {first, count};
    bool again = first->state == DEFERRED;
    enum recipient_state state = GONE;
    if (percent(again ? 52 : 92)) {
        count_fate(message, group, &totals.delivered);
        server->sent(message, group);
    } else if (percent(again ? 12 : 45)) {
        count_fate(message, group, &totals.bounced);
        server->bounced(message, group);
        message->failed += count;
    } else {
        count_fate(message, group, &totals.deferrals);
        server->deferred(message, group);
        state = DEFERRED;
    }
    for (unsigned i = 0; i < count; i++)
        first[i].state = state;
    message->left -= state == GONE ? count : 0;
}

/* Recipients that stand side by side, of one domain and in the same state, or just the first. */
static unsigned group_size(const struct message *message, const struct recipient *first) {
    unsigned count = 1;
    const struct recipient *end = message->recipients + message->count;
    while (server->groups && first + count < end &&
           first[count].address.domain == first->address.domain &&
           first[count].state == first->state)
        count++;
    return count;
}

/* One group at a time; the retry of a queue run meets only those that are left. */
static void message_deliver(struct message *message) {
    while (message->recipients[message->turn].state == GONE)
        message->turn++;
    struct recipient *first = &message->recipients[message->turn];
    unsigned count = group_size(message, first);
    message->turn += count;
    deliver(message, first, count);
    for (unsigned i = message->turn; i < message->count; i++) {
        if (message->recipients[i].state != GONE) {
            after(between(1000, 400000), DELIVERY, message);
            return;
        }
    }
    message_attempt_over(message);
}

/* --- sessions */

static enum session_kind session_kind_pick(void) {
    static const struct {
        double share;
        enum session_kind kind;
    } shares[] = {
        {80.0, SESSION_MAIL},     {88.0, SESSION_LOGIN},     {93.5, SESSION_REJECTED},
        {96.0, SESSION_GUESSING}, {97.0, SESSION_LOST},      {97.5, SESSION_TIMEOUT},
        {98.0, SESSION_TLS},      {100.1, SESSION_SCREENED},
    };
    double wanted = (double)below(100000) / 1000;
    unsigned i = 0;
    while (wanted >= shares[i].share)
        i++;
    return shares[i].kind;
}

static void session_begin(void) {
    static unsigned pid = 4000;
    struct session *session = fresh(sizeof *session);
    session->kind = session_kind_pick();
    session->client = zipf_pick(&clients);
    session->pid = pid = pid > 30000 ? 4000 : pid + 1;
    session->left = session->kind <= SESSION_LOGIN ? 1 + (percent(40) ? below(6) : 0)
                    : session->kind == SESSION_REJECTED || session->kind == SESSION_GUESSING
                        ? 1 + below(4)
                        : 1;
    server->session_begin(session);
    after(between(20000, 800000), SESSION_STEP, session);
}

static void session_lost(const struct session *session, unsigned stage) {
    server->lost(session, stage);
    totals.connection_lost++;
}

/* The client goes while it sends: it may have an id already, and no message was received. */
static void session_lost_somewhere(const struct session *session) {
    if (percent(30)) {
        server->lost_in_data(session);
        totals.connection_lost++;
    } else {
        session_lost(session, below(STAGES));
    }
}

static void session_guess(struct session *session) {
    server->guessed(session);
    totals.auth_failed++;
    session->refused++;
    if (session->left == 1 && percent(50))
        session_lost(session, AT_AUTH);
}

/* True when the session has no further step but its end. */
static bool session_one_step(struct session *session) {
    switch (session->kind) {
    case SESSION_MAIL:
    case SESSION_LOGIN:
        message_accept(session);
        session->sent++;
        break;
    case SESSION_REJECTED:
        server->refused(session);
        totals.rejected++;
        session->refused++;
        break;
    case SESSION_GUESSING:
        session_guess(session);
        break;
    case SESSION_LOST:
        session_lost_somewhere(session);
        break;
    case SESSION_TIMEOUT:
        server->timed_out(session, below(STAGES));
        totals.timeout++;
        break;
    case SESSION_TLS:
        server->tls_failed(session);
        totals.tls_failed++;
        break;
    case SESSION_SCREENED:
        server->screened(session);
        totals.rejected++;
        break;
    }
    return --session->left == 0;
}

static void session_step(struct session *session) {
    bool over = session->ending;
    if (session->ending) {
        server->session_end(session);
    } else {
        session->ending = session_one_step(session);
        over = session->kind == SESSION_SCREENED;
    }
    if (over)
        free(session);
    else
        after(between(60000, 900000), SESSION_STEP, session);
}

/* --- the run */

static bool enough(void) {
    return wish.bytes ? totals.bytes >= wish.bytes : totals.received >= wish.messages;
}

static void message_retry(struct message *message, bool stopping) {
    if (stopping)
        free(message); /* the log ends before: its recipients are waiting */
    else if (message->attempts >= ATTEMPTS_MOST)
        message_expire(message);
    else
        message_attempt(message);
}

static void take_event(const struct event *event, bool stopping, int64_t pace) {
    switch (event->kind) {
    case NEW_SESSION:
        if (stopping)
            break;
        session_begin();
        after(between(1, 2 * pace), NEW_SESSION, NULL);
        break;
    case SESSION_STEP:
        session_step(event->subject);
        break;
    case HEADER:
        server->header_read(event->subject);
        after(between(2000, 60000), ATTEMPT, event->subject);
        break;
    case ATTEMPT:
        message_attempt(event->subject);
        break;
    case DELIVERY:
        message_deliver(event->subject);
        break;
    case RETRY:
        message_retry(event->subject, stopping);
        break;
    case NOISE:
        if (stopping)
            break;
        server->noise();
        after(between(1, 40 * pace), NOISE, NULL);
        break;
    }
}

/* The log spans its days where it can, so that retries come to their end also in a small one. */
static void let_days_pass(void) {
    uint64_t messages = wish.bytes ? wish.bytes / server->bytes_a_message + 1 : wish.messages;
    double sessions = (double)messages * 0.64;
    int64_t pace = (int64_t)((double)wish.days * (double)DAY * (double)second / sessions);
    zipf_init(&domains, DOMAINS, 1.02);
    zipf_init(&clients, CLIENTS, 0.9);
    people_init(messages);
    after(0, NEW_SESSION, NULL);
    after(0, NOISE, NULL);
    while (heap_count) {
        struct event event = soonest();
        assert(event.time >= now);
        now = event.time;
        take_event(&event, enough(), pace > 0 ? pace : 1);
    }
    free(heap);
    free(domains.sums);
    free(clients.sums);
}

static int usage(void) {
    fprintf(stderr,
            "usage: make_%s_log (--bytes N | --messages N) [--addresses N] [--days N] [--seed S]\n"
            "    [--stamps rfc3339|rfc3164%s] LOG TOTALS.json\n"
            "--addresses: about so many distinct ones, else 1.6 a message\n",
            server->name, server->own_files ? "|own|own-zone" : "");
    return 2;
}

static bool read_stamps(const char *word) {
    static const char *const words[] = {"rfc3339", "rfc3164", "own", "own-zone"};
    unsigned known = server->own_files ? 4 : 2, i = 0;
    while (i < known && strcmp(word, words[i]) != 0)
        i++;
    wish.stamps = i;
    return i < known;
}

static bool read_arguments(int argc, char **argv) {
    static const struct option options[] = {{"bytes", required_argument, NULL, 'b'},
                                            {"messages", required_argument, NULL, 'm'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"addresses", required_argument, NULL, 'a'},
                                            {"stamps", required_argument, NULL, 't'},
                                            {"days", required_argument, NULL, 'd'},
                                            {NULL, 0, NULL, 0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        uint64_t number = optarg ? strtoull(optarg, NULL, 10) : 0;
        if (option == 'b')
            wish.bytes = number;
        else if (option == 'm')
            wish.messages = number;
        else if (option == 'a')
            wish.addresses = number;
        else if (option == 'd')
            wish.days = number;
        else if (option == 's')
            wish.seed = number;
        else if (option != 't' || !read_stamps(optarg))
            return false;
    }
    if (argc - optind != 2 || !(wish.bytes || wish.messages))
        return false;
    wish.log = argv[optind];
    wish.totals = argv[optind + 1];
    return true;
}

int make_log(int argc, char **argv, const struct server *writer) {
    server = writer;
    if (!read_arguments(argc, argv))
        return usage();
    chance_state = wish.seed;
    log_file = fopen(wish.log, "w");
    FILE *totals_file = fopen(wish.totals, "w");
    if (!log_file || !totals_file) {
        perror(log_file ? wish.totals : wish.log);
        return 1;
    }
    setvbuf(log_file, NULL, _IOFBF, 1 << 20);
    let_days_pass();
    totals_print(totals_file);
    tops_print(totals_file);
    free(seen.slots);
    if (fclose(log_file) || fclose(totals_file)) {
        perror(wish.log);
        return 1;
    }
    return 0;
}
