/* Why: a hundred bounces of one mailing are another thing than of a hundred users.
 *
 * How: the tables by name have a row for each already (correspondents.h, destinations.h), and a
 * number of it says whether it counts here. Only the few that stand there under another name are
 * kept here, as sets of hashes: the sender of an entry that is not that of its message, a recipient
 * of whom only the original address is told, a domain that is none ("bob@").
 */
#include "tally/distinct.h"

#include "tally/correspondents.h"
#include "tally/counter.h"
#include "tally/destinations.h"

enum set { SENDERS, SENDER_DOMAINS, RECIPIENTS, RECIPIENT_DOMAINS, SETS };

struct others {
    struct counts sets[SETS];
};

static void others_init(void *content) {
    struct others *others = content;
    for (size_t set = 0; set < SETS; set++)
        counts_init(&others->sets[set], 0, 0, NULL);
}

static void others_release(void *content) {
    struct others *others = content;
    for (size_t set = 0; set < SETS; set++)
        counts_release(&others->sets[set]);
}

static void put(struct others *others, enum set set, struct slice name) {
    counts_row(&others->sets[set], ranking_hash(name), NULL);
}

/* domains: the set behind that of the addresses. is_known: a table has the address. */
static void add_address(struct others *others, enum set addresses, struct slice address,
                        bool is_known) {
    if (!address.length || (is_known && address.at[address.length - 1] != '@'))
        return;
    size_t at = slice_rfind(address, '@');
    if (!is_known)
        put(others, addresses, address);
    if (at != SIZE_MAX)
        put(others, addresses + 1, slice_from(address, at + 1));
}

static void others_add(void *content, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    const struct record *record = &finding->record;
    if (finding->new_messages > 0)
        add_address(content, SENDERS, record->sender, counting->tells_sender);
    if (counting->new_recipients)
        add_address(content, RECIPIENTS,
                    record->recipient.length ? record->recipient : record->orig_recipient,
                    record->recipient.length);
}

static void others_merge(void *into, const void *from) {
    struct others *sum = into;
    const struct others *more = from;
    for (size_t set = 0; set < SETS; set++)
        counts_merge(&sum->sets[set], &more->sets[set]);
}

static void others_save(const void *content, struct pack *pack) {
    const struct others *others = content;
    for (size_t set = 0; set < SETS; set++)
        counts_save(&others->sets[set], pack);
}

static void others_load(void *content, struct unpack *unpack) {
    struct others *others = content;
    for (size_t set = 0; set < SETS; set++)
        counts_load(&others->sets[set], unpack);
}

const struct counter counter_distinct = {
    .name = "distinct",
    .size = sizeof(struct others),
    .of = OF_MESSAGES | OF_RECIPIENTS,
    .init = others_init,
    .release = others_release,
    .add = others_add,
    .merge = others_merge,
    .save = others_save,
    .load = others_load,
};

/* ---- reading out */

static bool is_above_zero(const struct counts *counts, uint64_t hash, size_t number) {
    uint64_t numbers[COUNTS_MOST];
    return counts_get(counts, hash, numbers) && (int64_t)numbers[number] > 0;
}

/* The names of a table that have more than none of a number, and those it does not know. */
static uint64_t count_names(const struct ranking *ranking, size_t number,
                            const struct counts *others) {
    const struct counts *counts = &ranking->counts;
    const uint64_t no_names[] = {ranking_hash(SLICE("")), ranking_hash(SLICE("<>"))};
    uint64_t count = counts_above_zero(counts, number);
    for (size_t i = 0; i < sizeof no_names / sizeof *no_names; i++)
        count -= is_above_zero(counts, no_names[i], number);
    for (size_t place = 0; place < others->places; place++) {
        uint64_t hash;
        if (counts_at(others, place, &hash, NULL))
            count += hash == no_names[0] || !is_above_zero(counts, hash, number);
    }
    return count;
}

struct distinct distinct_of(const struct tally *tally) {
    const struct others *others = tally_content(tally, &counter_distinct);
    const struct ranking *senders = correspondents(tally, CORRESPONDENT_SENDER),
                         *domains = correspondents(tally, CORRESPONDENT_SENDER_DOMAIN),
                         *recipients = correspondents(tally, CORRESPONDENT_RECIPIENT),
                         *into = destinations(tally, DESTINATION_DOMAIN);
    return (struct distinct){
        count_names(senders, CORRESPONDENT_TOLD, &others->sets[SENDERS]),
        count_names(domains, CORRESPONDENT_TOLD, &others->sets[SENDER_DOMAINS]),
        count_names(recipients, CORRESPONDENT_TOLD, &others->sets[RECIPIENTS]),
        count_names(into, DESTINATION_SEEN, &others->sets[RECIPIENT_DOMAINS])};
}
