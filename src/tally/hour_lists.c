/* Why: "who sent most in spring" is asked when the logs of spring are gone.
 *
 * How: as the tables of a report are counted (destinations.c, correspondents.c), by the hashes of
 * names; fewer numbers, and of an hour only.
 */
#include "tally/hour_lists.h"

#include <stdlib.h>

#include "tally/destinations.h"
#include "tally/named.h"

const char *const hour_list_names[HOUR_LISTS] = {
    "recipient_domains", "relays", "sender_domains", "senders", "recipients", "clients"};

/* Two words; in an hour few names have more. */
static const struct counts_room rooms[LIST_NUMBERS] = {
    [LIST_SEEN] = {0, 0, 13},     [LIST_MAIL] = {0, 13, 13},     [LIST_DELIVERED] = {0, 26, 13},
    [LIST_FAILED] = {0, 39, 11},  [LIST_DEFERRED] = {0, 50, 12}, [LIST_BYTES] = {1, 0, 36},
    [LIST_REFUSED] = {1, 36, 20},
};

static const struct ranking_layout layout = {.numbers = LIST_NUMBERS,
                                             .rooms = rooms,
                                             .shape = {2, 2, 2},
                                             .order_count = 1,
                                             .orders = {LIST_SEEN}};

void hour_lists_init(struct hour_lists *lists) {
    memset(lists->totals, 0, sizeof lists->totals);
    for (int list = 0; list < HOUR_LISTS; list++) {
        ranking_init(&lists->rankings[list], &layout);
        lists->rankings[list].most = HOURLY_KEPT;
    }
}

void hour_lists_release(struct hour_lists *lists) {
    for (int list = 0; list < HOUR_LISTS; list++)
        ranking_release(&lists->rankings[list]);
}

void hour_lists_expect(struct hour_lists *lists, const struct hour_lists *before) {
    for (int list = 0; list < HOUR_LISTS; list++)
        counts_reserve(&lists->rankings[list].counts, before->rankings[list].counts.count);
}

/* ---- what a finding adds */

/* Once for each name something is added to: to add up all names of an hour at its end took 1 % of a
 * run. As a loop it took a twentieth of what keeping history does. */
static void add_to_totals(struct hour_lists *lists, enum hour_list list, const struct amounts *by) {
    UNROLLED for (size_t i = 0; i < LIST_NUMBERS; i++) {
        lists->totals[list][i] += by->numbers[i];
    }
}

static void add(struct hour_lists *lists, enum hour_list list, const struct name *name,
                const struct amounts *by) {
    add_to_totals(lists, list, by);
    ranking_add_name(&lists->rankings[list], &layout, name, by);
}

static void add_client(struct hour_lists *lists, struct slice host, struct slice ip,
                       const struct amounts *by) {
    char room[RANKING_NAME];
    struct name name = ranking_name(named_host(host, ip, room));
    add(lists, LIST_CLIENTS, &name, by);
}

static void add_client_of(struct hour_lists *lists, const struct origin *origin, uint64_t hash,
                          const struct amounts *by) {
    add_to_totals(lists, LIST_CLIENTS, by);
    ranking_add_told(&lists->rankings[LIST_CLIENTS], &layout, hash, by, counting_client_name,
                     origin);
}

static void add_message(struct hour_lists *lists, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    struct amounts by;
    amounts_clear(&by);
    amounts_set(&by, rooms, LIST_SEEN, finding->new_messages > 0);
    amounts_set(&by, rooms, LIST_MAIL, (uint64_t)(int64_t)finding->new_messages);
    amounts_set(&by, rooms, LIST_BYTES, finding->new_bytes);
    add(lists, LIST_SENDER_DOMAINS, &counting->message_sender_domain, &by);
    add(lists, LIST_SENDERS, &counting->message_sender, &by);
    add_client_of(lists, finding->counted, counting->message_client, &by);
}

/* The tally has worked out the relay's hash, when it counts the same finding. */
static void add_relay(struct hour_lists *lists, const struct counting *counting,
                      const struct amounts *by) {
    const struct finding *finding = counting->finding;
    uint64_t relay = counting->relay ? counting->relay : counting_server(finding).relay;
    add_to_totals(lists, LIST_RELAYS, by);
    ranking_add_told(&lists->rankings[LIST_RELAYS], &layout, relay, by, counting_relay_name,
                     &finding->record);
}

/* Whose mail failed; what goes well has counted for its sender as it came in. */
static void add_trouble(struct hour_lists *lists, const struct counting *counting,
                        const struct amounts *by) {
    add_client_of(lists, counting->finding->origin, counting->client, by);
    add(lists, LIST_SENDER_DOMAINS, &counting->sender_domain, by);
    add(lists, LIST_SENDERS, &counting->sender, by);
}

static void add_recipient(struct hour_lists *lists, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    uint64_t delivered = counting_delivered(counting), failed = counting_failed(counting);
    uint64_t size = finding->record.size > 0 ? (uint64_t)finding->record.size : 0;
    uint64_t deferred = counting_deferred(counting);
    struct amounts by;
    amounts_clear(&by);
    amounts_set(&by, rooms, LIST_SEEN, counting->recipients);
    amounts_set(&by, rooms, LIST_FAILED, failed);
    amounts_set(&by, rooms, LIST_DEFERRED, deferred);
    if (failed || deferred)
        add_trouble(lists, counting, &by);
    amounts_set(&by, rooms, LIST_DELIVERED, delivered);
    amounts_set(&by, rooms, LIST_BYTES, size * delivered);
    add_relay(lists, counting, &by);
    amounts_set(&by, rooms, LIST_MAIL, counting_counted(counting));
    add(lists, LIST_RECIPIENTS, &counting->recipient, &by);
    amounts_set(&by, rooms, LIST_SEEN, counting->new_recipients);
    add(lists, LIST_RECIPIENT_DOMAINS, &counting->recipient_domain, &by);
}

static void add_refusal(struct hour_lists *lists, const struct counting *counting) {
    const struct record *record = &counting->finding->record;
    struct amounts by;
    amounts_clear(&by);
    amounts_set(&by, rooms, LIST_SEEN, counting->events);
    amounts_set(&by, rooms, LIST_REFUSED, counting->events);
    if (record->event == EVENT_REJECTED) {
        add(lists, LIST_SENDER_DOMAINS, &counting->sender_domain, &by);
        add(lists, LIST_SENDERS, &counting->sender, &by);
        add(lists, LIST_RECIPIENTS, &counting->recipient, &by);
    }
    add_client(lists, record->peer_host, record->peer_ip, &by);
}

void hour_lists_add(struct hour_lists *lists, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    if (finding->new_messages)
        add_message(lists, counting);
    if (counting->recipients)
        add_recipient(lists, counting);
    else if (counting->events && (finding->record.event == EVENT_REJECTED ||
                                  finding->record.event == EVENT_AUTH_FAILED))
        add_refusal(lists, counting);
}

/* ---- as rows */

static void add_row(struct hour_rows *rows, int list, struct slice name, const uint64_t *numbers) {
    struct hourly_cell cell = {.table = HOURLY_LISTS,
                               .keys = {slice_of(hour_list_names[list]), name}};
    for (size_t i = 0; i < LIST_NUMBERS; i++)
        cell.numbers[i] = (int64_t)numbers[i];
    hour_rows_add(rows, &cell);
}

void hour_lists_rows(const struct hour_lists *lists, size_t kept, struct hour_rows *rows) {
    for (int list = 0; list < HOUR_LISTS; list++) {
        const struct ranking *ranking = &lists->rankings[list];
        uint64_t rest[LIST_NUMBERS];
        size_t count;
        struct ranked *top = ranking_top(ranking, 0, kept, &count);
        memcpy(rest, lists->totals[list], sizeof rest);
        for (size_t i = 0; i < count; i++) {
            add_row(rows, list, top[i].name, top[i].numbers);
            for (size_t number = 0; number < LIST_NUMBERS; number++)
                rest[number] -= top[i].numbers[number];
        }
        add_row(rows, list, SLICE(HOURLY_OTHER), rest);
        free(top);
    }
}

/* ---- saving */

void hour_lists_save(const struct hour_lists *lists, struct pack *pack) {
    for (int list = 0; list < HOUR_LISTS; list++)
        ranking_save(&lists->rankings[list], pack);
}

void hour_lists_load(struct hour_lists *lists, struct unpack *unpack) {
    for (int list = 0; list < HOUR_LISTS; list++) {
        uint64_t totals[COUNTS_MOST];
        ranking_load(&lists->rankings[list], unpack);
        ranking_totals(&lists->rankings[list], totals);
        memcpy(lists->totals[list], totals, sizeof lists->totals[list]);
    }
}
