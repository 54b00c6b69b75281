/* Why: a hundred bounces of one mailing are another thing than of a hundred users.
 *
 * How: a set of hashes each. Names are hashed when a message or recipient is counted for the first
 * time, which is rarer than findings are. Letters of either case are one.
 */
#include "tally/distinct.h"

#include "tally/counter.h"
#include "tally/ranking.h"

struct sets {
    struct counts senders, sender_domains, recipients, recipient_domains;
};

static void sets_init(void *content) {
    struct sets *sets = content;
    counts_init(&sets->senders, 0, 0);
    counts_init(&sets->sender_domains, 0, 0);
    counts_init(&sets->recipients, 0, 0);
    counts_init(&sets->recipient_domains, 0, 0);
}

static void sets_release(void *content) {
    struct sets *sets = content;
    counts_release(&sets->senders);
    counts_release(&sets->sender_domains);
    counts_release(&sets->recipients);
    counts_release(&sets->recipient_domains);
}

static void add_address(struct counts *addresses, struct counts *domains, struct slice address) {
    size_t at = slice_rfind(address, '@');
    if (address.length)
        counts_put(addresses, ranking_hash(address));
    if (at != SIZE_MAX)
        counts_put(domains, ranking_hash(slice_from(address, at + 1)));
}

static void sets_add(void *content, const struct counting *counting) {
    struct sets *sets = content;
    const struct record *record = &counting->finding->record;
    if (counting->finding->new_messages > 0)
        add_address(&sets->senders, &sets->sender_domains, record->sender);
    if (counting->new_recipients)
        add_address(&sets->recipients, &sets->recipient_domains,
                    record->recipient.length ? record->recipient : record->orig_recipient);
}

static void sets_merge(void *into, const void *from) {
    struct sets *sum = into;
    const struct sets *more = from;
    counts_merge(&sum->senders, &more->senders);
    counts_merge(&sum->sender_domains, &more->sender_domains);
    counts_merge(&sum->recipients, &more->recipients);
    counts_merge(&sum->recipient_domains, &more->recipient_domains);
}

static void sets_save(const void *content, struct pack *pack) {
    const struct sets *sets = content;
    counts_save(&sets->senders, pack);
    counts_save(&sets->sender_domains, pack);
    counts_save(&sets->recipients, pack);
    counts_save(&sets->recipient_domains, pack);
}

static void sets_load(void *content, struct unpack *unpack) {
    struct sets *sets = content;
    counts_load(&sets->senders, unpack);
    counts_load(&sets->sender_domains, unpack);
    counts_load(&sets->recipients, unpack);
    counts_load(&sets->recipient_domains, unpack);
}

const struct counter counter_distinct = {
    .name = "distinct",
    .size = sizeof(struct sets),
    .init = sets_init,
    .release = sets_release,
    .add = sets_add,
    .merge = sets_merge,
    .save = sets_save,
    .load = sets_load,
};

struct distinct distinct_of(const struct tally *tally) {
    const struct sets *sets = tally_content(tally, &counter_distinct);
    return (struct distinct){sets->senders.count, sets->sender_domains.count,
                             sets->recipients.count, sets->recipient_domains.count};
}
