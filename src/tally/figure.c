/* Why: the report shows its numbers in many tables; a threshold asks for one of them by a word.
 *
 * How: each kind of subject has its own place in the tally: totals and reasons, the rankings of
 * destinations and correspondents, the accounts. Whatever the place, its numbers are laid out
 * under the same figures, and the caller sees one shape.
 */
#include "tally/figure.h"

#include <stdlib.h>

#include "base/glob.h"
#include "base/memory.h"
#include "tally/accounts.h"
#include "tally/correspondents.h"
#include "tally/destinations.h"
#include "tally/incidents.h"
#include "tally/named.h"

const struct figure_row figure_rows[FIGURES] = {
#define FIGURE(constant, word, kind, subjects, kept) {word, kind, subjects, kept},
#include "tally/figures.def"
#undef FIGURE
};

const struct subject_row subject_rows[SUBJECTS] = {
#define SUBJECT(constant, letter, word) {letter, word},
#include "tally/subjects.def"
#undef SUBJECT
};

bool figure_is_of(enum figure figure, enum subject subject) {
    return strstr(figure_rows[figure].subjects, subject_rows[subject].letter);
}

bool figure_is_kept(enum figure figure, enum subject subject) {
    return strstr(figure_rows[figure].kept, subject_rows[subject].letter);
}

/* Who asks, and what. */
struct asking {
    const struct tally *tally;
    const struct figure_wish *wish;
    void (*take)(void *context, const struct figures *figures);
    void *context;
};

static void give(const struct asking *asking, const struct figures *figures) {
    asking->take(asking->context, figures);
}

/* ---- reasons; without a name those of all */

static const enum figure figures_of_events[] = {
    [EVENT_DEFERRED] = FIGURE_DEFERRED,
    [EVENT_BOUNCED] = FIGURE_BOUNCED,
    [EVENT_EXPIRED] = FIGURE_EXPIRED,
    [EVENT_REJECTED] = FIGURE_REJECTED,
    [EVENT_AUTH_FAILED] = FIGURE_AUTH_FAILED,
    [EVENT_TLS_FAILED] = FIGURE_TLS_FAILED,
    [EVENT_CONNECTION_LOST] = FIGURE_CONNECTION_LOST,
    [EVENT_TIMEOUT] = FIGURE_TIMEOUT,
    [EVENT_DISCARDED] = FIGURE_DISCARDED,
    [EVENT_HELD] = FIGURE_HELD,
    [EVENT_WARNING] = FIGURE_WARNING,
};

/* Reasons come sorted by their class. */
struct reasons {
    const struct asking *asking;
    struct figures figures;
    bool any;
};

static void add_reason(struct figures *figures, const struct tally_reason *reason) {
    enum event event;
    if (!event_read(reason->event, &event))
        return;
    figures->numbers[FIGURE_EVENTS] += reason->count;
    if (event < sizeof figures_of_events / sizeof *figures_of_events && event != EVENT_DELIVERED)
        figures->numbers[figures_of_events[event]] += reason->count;
    if (event == EVENT_BOUNCED || event == EVENT_EXPIRED || event == EVENT_DISCARDED)
        figures->ended += reason->count;
}

static void take_reason(void *context, const struct tally_reason *reason) {
    struct reasons *reasons = context;
    const struct figure_wish *wish = reasons->asking->wish;
    struct figures *figures = &reasons->figures;
    if (!wish->each && wish->name.length && !glob_matches(wish->name, reason->class_name, true))
        return;
    if (wish->each && reasons->any && !slice_equal(figures->name, reason->class_name)) {
        give(reasons->asking, figures);
        *figures = (struct figures){.finals = figures->finals};
    }
    if (wish->each)
        figures->name = reason->class_name;
    reasons->any = true;
    add_reason(figures, reason);
}

static uint64_t finals_of(const struct totals *totals) {
    return totals->delivered + totals->bounced + totals->expired + totals->discarded;
}

static void read_class(const struct asking *asking) {
    struct totals totals = tally_totals(asking->tally);
    struct reasons reasons = {
        .asking = asking, .figures = {.name = asking->wish->name, .finals = finals_of(&totals)}};
    tally_each_reason(asking->tally, take_reason, &reasons);
    if (reasons.any || !asking->wish->each)
        give(asking, &reasons.figures);
}

static void read_all(const struct asking *asking) {
    struct totals totals = tally_totals(asking->tally);
    struct reasons reasons = {.asking = asking};
    struct figures *figures = &reasons.figures;
    tally_each_reason(asking->tally, take_reason, &reasons);
    const struct {
        enum figure figure;
        uint64_t number;
    } known[] = {
        {FIGURE_RECEIVED, totals.messages_received},
        {FIGURE_RECIPIENTS, finals_of(&totals) + totals.waiting},
        {FIGURE_DELIVERED, totals.delivered},
        {FIGURE_BOUNCED, totals.bounced},
        {FIGURE_EXPIRED, totals.expired},
        {FIGURE_DISCARDED, totals.discarded},
        {FIGURE_WAITING, totals.waiting},
        {FIGURE_DEFERRED_EVER, totals.deferred_ever},
        {FIGURE_DEFERRED, totals.deferrals},
        {FIGURE_REJECTED, totals.rejections},
        {FIGURE_AUTH_FAILED, totals.auth_failed},
        {FIGURE_TLS_FAILED, totals.tls_failed},
        {FIGURE_CONNECTION_LOST, totals.connection_lost},
        {FIGURE_TIMEOUT, totals.timeout},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        figures->numbers[known[i].figure] = known[i].number;
    figures->finals = finals_of(&totals);
    if (asking->wish->delays)
        destinations_gather(asking->tally, &figures->delays);
    give(asking, figures);
}

/* ---- names in rankings */

/* Where the numbers of a subject stand; 0: nowhere, else the number of the column and 1. */
#define OF_DESTINATIONS                                                                            \
    [FIGURE_DELIVERED] = DESTINATION_DELIVERED + 1, [FIGURE_BOUNCED] = DESTINATION_BOUNCED + 1,    \
    [FIGURE_EXPIRED] = DESTINATION_EXPIRED + 1, [FIGURE_DEFERRED] = DESTINATION_DEFERRED + 1
#define OF_CORRESPONDENTS                                                                          \
    [FIGURE_RECEIVED] = CORRESPONDENT_MAIL + 1,                                                    \
    [FIGURE_RECIPIENTS] = CORRESPONDENT_RECIPIENTS + 1,                                            \
    [FIGURE_BOUNCED] = CORRESPONDENT_BOUNCED + 1, [FIGURE_DEFERRED] = CORRESPONDENT_DEFERRED + 1,  \
    [FIGURE_REJECTED] = CORRESPONDENT_REFUSED + 1
static const struct ranked_subject {
    bool is_destination, is_host;
    int table;
    uint8_t columns[FIGURES];
} ranked_subjects[SUBJECTS] = {
    [SUBJECT_DOMAIN] = {true,
                        false,
                        DESTINATION_DOMAIN,
                        {OF_DESTINATIONS, [FIGURE_RECIPIENTS] = DESTINATION_SEEN + 1}},
    [SUBJECT_RELAY] = {true, true, DESTINATION_RELAY, {OF_DESTINATIONS}},
    [SUBJECT_SENDER] = {false, false, CORRESPONDENT_SENDER, {OF_CORRESPONDENTS}},
    [SUBJECT_SENDER_DOMAIN] = {false, false, CORRESPONDENT_SENDER_DOMAIN, {OF_CORRESPONDENTS}},
    [SUBJECT_CLIENT] = {false,
                        true,
                        CORRESPONDENT_CLIENT,
                        {OF_CORRESPONDENTS, [FIGURE_AUTH_FAILED] = CORRESPONDENT_LOGINS + 1}},
};

static const struct ranking *ranking_of(const struct tally *tally,
                                        const struct ranked_subject *subject) {
    return subject->is_destination
               ? destinations(tally, (enum destination_table)subject->table)
               : correspondents(tally, (enum correspondent_table)subject->table);
}

static void add_ranked(const struct asking *asking, uint64_t hash, const uint64_t *numbers,
                       struct figures *figures) {
    const struct ranked_subject *subject = &ranked_subjects[asking->wish->subject];
    uint64_t *to = figures->numbers;
    for (size_t i = 0; i < FIGURES; i++)
        if (subject->columns[i])
            to[i] += numbers[subject->columns[i] - 1];
    if (subject->columns[FIGURE_AUTH_FAILED]) /* both are refused */
        to[FIGURE_REJECTED] -= numbers[CORRESPONDENT_LOGINS];
    if (!subject->is_destination)
        return;
    figures->finals += numbers[DESTINATION_DELIVERED] + numbers[DESTINATION_BOUNCED] +
                       numbers[DESTINATION_EXPIRED];
    if (asking->wish->delays)
        destination_gather(asking->tally, (enum destination_table)subject->table, hash,
                           &figures->delays);
}

/* "mx.example.net [198.51.100.5]" by its host or its address. */
static bool is_host(struct slice name, struct slice wanted) {
    struct slice host, ip;
    named_parts(name, &host, &ip);
    return slice_equal_nocase(host, wanted) || slice_equal_nocase(ip, wanted);
}

/* The two orders of a ranking may know other names; each is taken once. */
static void each_ranked(const struct asking *asking,
                        void (*each)(const struct asking *asking, const struct ranked *ranked,
                                     struct figures *figures),
                        struct figures *figures) {
    const struct ranking *ranking =
        ranking_of(asking->tally, &ranked_subjects[asking->wish->subject]);
    struct counts taken;
    counts_init(&taken, 1, 0, NULL);
    for (size_t order = 0; order < ranking->order_count; order++) {
        size_t count;
        struct ranked *top = ranking_top(ranking, order, RANKING_NAMES, &count);
        for (size_t i = 0; i < count; i++)
            if (counts_sum(&taken, top[i].hash, 0, 1) == 1)
                each(asking, &top[i], figures);
        free(top);
    }
    counts_release(&taken);
}

static void add_host(const struct asking *asking, const struct ranked *ranked,
                     struct figures *figures) {
    if (is_host(ranked->name, asking->wish->name))
        add_ranked(asking, ranked->hash, ranked->numbers, figures);
}

static void give_ranked(const struct asking *asking, const struct ranked *ranked,
                        struct figures *figures) {
    *figures = (struct figures){.name = ranked->name};
    add_ranked(asking, ranked->hash, ranked->numbers, figures);
    if (ranked->name.length) /* those of no known name are none */
        give(asking, figures);
}

static void read_ranked(const struct asking *asking) {
    const struct ranked_subject *subject = &ranked_subjects[asking->wish->subject];
    const struct ranking *ranking = ranking_of(asking->tally, subject);
    struct figures figures = {.name = asking->wish->name};
    uint64_t hash = ranking_hash(asking->wish->name), numbers[COUNTS_MOST];
    if (asking->wish->each) {
        each_ranked(asking, give_ranked, &figures);
        return;
    }
    struct slice host, ip;
    named_parts(asking->wish->name, &host, &ip);
    if (subject->is_host && (!host.length || !ip.length))
        each_ranked(asking, add_host, &figures);
    else if (counts_get(&ranking->counts, hash, numbers))
        add_ranked(asking, hash, numbers, &figures);
    give(asking, &figures);
}

/* ---- users: their mail, and failed logins also of names that are no account */

static void add_account(const struct account *account, struct figures *figures) {
    figures->numbers[FIGURE_RECEIVED] = account->messages;
    figures->numbers[FIGURE_RECIPIENTS] = account->recipients;
    figures->numbers[FIGURE_BOUNCED] = account->bounced;
}

static int compare_names(const void *key, const void *item) {
    return slice_compare(*(const struct slice *)key, ((const struct account *)item)->name);
}

/* NULL: the name is no account. */
static const struct account *account_of(const struct accounts *accounts, struct slice name) {
    char room[RANKING_NAME];
    struct slice small = slice_lowered(slice_head(name, sizeof room), room);
    return accounts->count ? bsearch(&small, accounts->items, accounts->count,
                                     sizeof *accounts->items, compare_names)
                           : NULL;
}

/* NULL: none failed under the name. */
static const struct incident_owner *owner_of(const struct incidents *logins, struct slice name) {
    for (size_t i = 0; i < logins->owner_count; i++)
        if (slice_equal_nocase(logins->owners[i].name, name))
            return &logins->owners[i];
    return NULL;
}

static void give_user(const struct asking *asking, struct slice name, const struct account *account,
                      const struct incident_owner *owner) {
    struct figures figures = {.name = name};
    if (account)
        add_account(account, &figures);
    figures.numbers[FIGURE_AUTH_FAILED] = owner ? owner->count : 0;
    give(asking, &figures);
}

/* Two lists in other orders: first who failed, then the accounts of which none did. */
static void give_users(const struct asking *asking, const struct accounts *accounts,
                       const struct incidents *logins) {
    bool *given = memory_new((accounts->count + 1) * sizeof *given);
    for (size_t i = 0; i < logins->owner_count; i++) {
        const struct incident_owner *owner = &logins->owners[i];
        const struct account *account = account_of(accounts, owner->name);
        if (account)
            given[account - accounts->items] = true;
        if (owner->name.length)
            give_user(asking, owner->name, account, owner);
    }
    for (size_t i = 0; i < accounts->count; i++)
        if (!given[i])
            give_user(asking, accounts->items[i].name, &accounts->items[i], NULL);
    free(given);
}

static void read_user(const struct asking *asking) {
    const struct figure_wish *wish = asking->wish;
    struct accounts accounts;
    struct incidents logins;
    accounts_read(asking->tally, &accounts);
    incidents_read(asking->tally, THEME_LOGIN_USERS, &logins);
    if (wish->each)
        give_users(asking, &accounts, &logins);
    else
        give_user(asking, wish->name, account_of(&accounts, wish->name),
                  owner_of(&logins, wish->name));
    incidents_release(&logins);
    accounts_release(&accounts);
}

/* ---- */

void figure_read(const struct tally *tally, const struct figure_wish *wish,
                 void (*take)(void *context, const struct figures *figures), void *context) {
    static void (*const readers[SUBJECTS])(const struct asking *asking) = {
        [SUBJECT_ALL] = read_all,
        [SUBJECT_CLASS] = read_class,
        [SUBJECT_USER] = read_user,
    };
    const struct asking asking = {tally, wish, take, context};
    if (readers[wish->subject])
        readers[wish->subject](&asking);
    else
        read_ranked(&asking);
}
