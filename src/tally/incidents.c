/* Why: an administrator asks of what went wrong "which, how often, since when, who", and the
 * answer has the same shape for refused commands, block lists, TLS and logins.
 *
 * How: of each theme the groups are kept by name with their first example, so many of them as a
 * person can read; the owners, whom strangers can make without end, in a ranking; and by the
 * hashes of both how often they met, which tells what an owner had most of and how many owners a
 * group has.
 */
#include "tally/incidents.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "finding/strangers.h"
#include "tally/counter.h"
#include "tally/counts.h"
#include "tally/example.h"
#include "tally/noted.h"
#include "tally/ranking.h"

enum { PART_LENGTH = 300, KEY_LENGTH = INCIDENT_PARTS * (PART_LENGTH + 1) };

/* Numbers of an owner; the last two are maxima. */
enum owner_number { OWNER_COUNT, OWNER_STRANGERS, OWNER_FIRST, OWNER_LAST, OWNER_NUMBERS };
/* Numbers of an owner and a group that met; the group's hash is the same in all, a maximum. */
enum pair_number { PAIR_COUNT, PAIR_GROUP, PAIR_NUMBERS };

struct group {
    uint64_t count, strangers;
    int64_t last;
    struct example example;
};

struct theme_content {
    struct map groups; /* INCIDENT_PARTS, each with a NUL behind it -> struct group */
    struct ranking owners;
    struct counts pairs;
};

/* An owner of a group that was counted, who is not counted yet. */
struct waiting {
    const struct counting *counting;
    struct theme_content *theme;
    struct name owner;
    uint64_t group, pair; /* hashes; pair 0: the owner has no name */
    uint64_t by[OWNER_NUMBERS];
};

struct content {
    struct theme_content themes[THEMES];
    struct noted waiting; /* struct waiting */
};

/* What a finding tells: under what it counts. */
struct told {
    struct slice parts[INCIDENT_PARTS];
    struct slice owner;
};

/* ---- who and what */

static struct slice client_of(const struct record *record) {
    return record->peer_ip.length ? record->peer_ip : record->peer_host;
}

static struct slice server_of(const struct record *record) {
    return record->peer_host.length ? record->peer_host : record->peer_ip;
}

static struct slice class_of(const struct finding *finding) {
    return slice_of(finding_class(finding));
}

static bool tells_rejection(const struct finding *finding, struct told *told) {
    const struct record *record = &finding->record;
    if (record->event != EVENT_REJECTED)
        return false;
    *told =
        (struct told){{class_of(finding), slice_of(stage_name(record->stage))}, client_of(record)};
    return true;
}

/* What a remote says is about us, what we say about a client. */
static bool says_remote(const struct record *record) {
    return record->side == SIDE_REMOTE || record->side == SIDE_CALLOUT;
}

static bool tells_listed(const struct finding *finding, struct told *told) {
    if (!finding->verdict.blocklist.length || !says_remote(&finding->record))
        return false;
    *told = (struct told){{finding->verdict.blocklist, finding->listed_ip},
                          server_of(&finding->record)};
    return true;
}

static bool tells_blocklist(const struct finding *finding, struct told *told) {
    if (!finding->verdict.blocklist.length || says_remote(&finding->record))
        return false;
    *told = (struct told){{finding->verdict.blocklist}, client_of(&finding->record)};
    return true;
}

/* "PREGREET", "DNSBL rank", "COMMAND TIME LIMIT": what stands in front of the numbers. */
static struct slice test_of(struct slice reply) {
    size_t length = 0;
    while (length < reply.length && (reply.at[length] < '0' || reply.at[length] > '9'))
        length++;
    return slice_trim(slice_head(reply, length));
}

static bool tells_postscreen(const struct finding *finding, struct told *told) {
    const struct record *record = &finding->record;
    if (!record->line_type || !slice_starts(slice_of(record->line_type), SLICE("PF-PSC")))
        return false;
    struct slice reply = record->reply;
    if (slice_is(slice_of(record->line_type), "PF-PSC-REJECT"))
        *told = (struct told){{SLICE("reject"), class_of(finding)}, client_of(record)};
    else
        *told = (struct told){{test_of(reply)}, client_of(record)};
    return true;
}

/* Postfix neither greylists nor looks at SPF and DMARC itself: what smtpd refuses for that, a
 * policy service has said. */
static bool is_of_policy(const struct finding *finding) {
    static const char *const classes[] = {"greylisted", "spf-fail", "dkim-fail", "dmarc-fail",
                                          "email-auth-fail"};
    if (!slice_is(slice_of(finding->record.line_type), "PF-SMTPD-REJECT"))
        return false;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (slice_is(slice_of(finding->verdict.class_name), classes[i]))
            return true;
    return false;
}

/* Which milter it was no server tells. */
static struct slice filter_of(const struct finding *finding) {
    if (finding->record.by_filter)
        return SLICE("milter");
    if (slice_is(slice_of(finding->record.line_type), "PF-SMTPD-PROXY"))
        return SLICE("proxy");
    return is_of_policy(finding) ? SLICE("policy service") : (struct slice){0};
}

static bool tells_filter(const struct finding *finding, struct told *told) {
    const struct record *record = &finding->record;
    struct slice filter = filter_of(finding);
    if (!filter.length)
        return false;
    *told = (struct told){{filter, slice_of(event_name(record->event)), finding->template},
                          client_of(record)};
    return true;
}

static bool is_of_tls(const struct finding *finding) {
    return finding->record.event == EVENT_TLS_FAILED ||
           slice_is(slice_of(finding->verdict.class_name), "tls-failure");
}

static bool tells_tls(const struct finding *finding, struct told *told) {
    const struct record *record = &finding->record;
    if (!is_of_tls(finding))
        return false;
    *told =
        (struct told){{slice_of(event_name(record->event)),
                       slice_of(direction_name(record->direction)), finding->template},
                      record->direction == DIRECTION_OUT ? server_of(record) : client_of(record)};
    return true;
}

static bool tells_login_of_user(const struct finding *finding, struct told *told) {
    const struct record *record = &finding->record;
    if (record->event != EVENT_AUTH_FAILED)
        return false;
    *told = (struct told){{record->method}, record->user};
    return true;
}

static bool tells_login_client(const struct finding *finding, struct told *told) {
    const struct record *record = &finding->record;
    if (record->event != EVENT_AUTH_FAILED)
        return false;
    *told = (struct told){{class_of(finding)}, client_of(record)};
    return true;
}

static bool is_of_trouble(const struct record *record) {
    return record->event == EVENT_WARNING && record->level == LEVEL_MTA;
}

static bool tells_trouble(const struct finding *finding, struct told *told) {
    const struct record *record = &finding->record;
    if (!is_of_trouble(record))
        return false;
    struct slice daemon = record->daemon.length ? record->daemon : finding->program;
    *told = (struct told){{daemon, record->label, class_of(finding), finding->template}, {0}};
    return true;
}

bool incidents_want_template(const struct finding *finding) {
    return filter_of(finding).length || is_of_tls(finding) || is_of_trouble(&finding->record);
}

bool incidents_want_listed_ip(const struct finding *finding) {
    return finding->verdict.blocklist.length && says_remote(&finding->record);
}

static bool (*const tells[THEMES])(const struct finding *finding, struct told *told) = {
#define THEME(constant, tells) tells,
#include "tally/themes.def"
#undef THEME
};

/* ---- adding ---- */

static const struct counts_room owner_rooms[OWNER_NUMBERS] = {
    [OWNER_COUNT] = {0, 0, 32},
    [OWNER_STRANGERS] = {0, 32, 31},
    [OWNER_FIRST] = {1, 0, 64},
    [OWNER_LAST] = {2, 0, 64},
};

static const struct ranking_layout owner_layout = {.numbers = OWNER_NUMBERS,
                                                   .maxima = 2,
                                                   .rooms = owner_rooms,
                                                   .shape = {1, 1, 3},
                                                   .order_count = 1,
                                                   .orders = {OWNER_COUNT}};

static void incidents_init(void *content) {
    struct content *all = content;
    for (size_t i = 0; i < THEMES; i++) {
        map_init(&all->themes[i].groups, sizeof(struct group));
        ranking_init(&all->themes[i].owners, &owner_layout);
        counts_init(&all->themes[i].pairs, PAIR_NUMBERS, 1, NULL);
    }
}

static void release_groups(struct map *groups) {
    for (size_t place = 0; place < groups->used; place++) {
        struct group *group = map_at(groups, place, NULL);
        if (group)
            example_release(&group->example);
    }
    map_release(groups);
}

static void incidents_free(void *content) {
    struct content *all = content;
    for (size_t i = 0; i < THEMES; i++) {
        release_groups(&all->themes[i].groups);
        ranking_release(&all->themes[i].owners);
        counts_release(&all->themes[i].pairs);
    }
    noted_release(&all->waiting);
}

/* Log text in a part may hold a NUL, which would end it. */
static struct slice key_of(const struct told *told, char key[KEY_LENGTH]) {
    size_t used = 0;
    for (size_t i = 0; i < INCIDENT_PARTS; i++) {
        struct slice part = slice_head(told->parts[i], PART_LENGTH);
        char *nul, *copy = key + used;
        if (part.length)
            memcpy(copy, part.at, part.length);
        while ((nul = memchr(copy, '\0', part.length)))
            *nul = ' ';
        used += part.length;
        key[used++] = '\0';
    }
    return (struct slice){key, used};
}

static const char no_parts[INCIDENT_PARTS];

/* A group of that key; when there are too many, the one of all others. */
static struct group *group_of(struct map *groups, struct slice *key, bool *is_new_r) {
    if (groups->count >= INCIDENT_GROUPS && !map_get(groups, *key))
        *key = (struct slice){no_parts, sizeof no_parts};
    return map_put(groups, *key, is_new_r);
}

/* Times as numbers of which the greatest can be kept, the first one turned round; 0: no time. */
static uint64_t number_of_time(int64_t seconds) {
    return (uint64_t)seconds ^ (uint64_t)1 << 63;
}

static uint64_t last_of(int64_t seconds) {
    return seconds == MOMENT_NONE ? 0 : number_of_time(seconds);
}

static uint64_t first_of(int64_t seconds) {
    return seconds == MOMENT_NONE ? 0 : ~number_of_time(seconds);
}

static int64_t time_of_last(uint64_t number) {
    return number ? (int64_t)(number ^ (uint64_t)1 << 63) : MOMENT_NONE;
}

static int64_t time_of_first(uint64_t number) {
    return number ? (int64_t)(~number ^ (uint64_t)1 << 63) : MOMENT_NONE;
}

static uint64_t pair_hash(uint64_t owner, uint64_t group) {
    const uint64_t both[2] = {owner, group};
    return bytes_hash(both, sizeof both);
}

/* There are more owners and pairs than caches hold: they are fetched before they are added to. */
static void expect_owner(struct content *all, const struct waiting *waiting) {
    noted_put(&all->waiting, waiting, sizeof *waiting);
    counts_expect(&waiting->theme->owners.counts, waiting->owner.hash);
    if (waiting->pair)
        counts_expect(&waiting->theme->pairs, waiting->pair);
}

static void add_owner(const struct waiting *waiting) {
    const uint64_t pair[PAIR_NUMBERS] = {waiting->by[OWNER_COUNT], waiting->group};
    struct amounts by;
    amounts_clear(&by);
    UNROLLED for (size_t i = 0; i < OWNER_NUMBERS; i++) {
        amounts_set(&by, owner_rooms, i, waiting->by[i]);
    }
    ranking_add_name(&waiting->theme->owners, &owner_layout, &waiting->owner, &by);
    if (waiting->pair)
        counts_add(&waiting->theme->pairs, waiting->pair, pair);
}

static void add_told(struct content *all, struct theme_content *theme, const struct told *told,
                     const struct counting *counting, uint64_t count, bool is_strangers) {
    const struct finding *finding = counting->finding;
    int64_t seconds = finding->time.seconds;
    char room[KEY_LENGTH];
    struct slice key = key_of(told, room);
    bool is_new;
    struct group *group = group_of(&theme->groups, &key, &is_new);
    uint64_t strangers = is_strangers ? count : 0;
    group->count += count;
    group->strangers += strangers;
    if (is_new || group->last < seconds)
        group->last = seconds;
    example_offer(&group->example, example_of_finding(finding));
    struct waiting waiting = {
        .counting = counting,
        .theme = theme,
        .owner = ranking_name(told->owner),
        .group = bytes_hash(key.at, key.length),
        .by = {count, strangers, first_of(seconds), last_of(seconds)},
    };
    waiting.pair = told->owner.length ? pair_hash(waiting.owner.hash, waiting.group) : 0;
    expect_owner(all, &waiting);
}

/* Most findings are deliveries, and tell no theme anything. */
static void add_groups(struct content *all, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    bool is_step = finding->record.kind == RECORD_STEP;
    uint64_t count = is_step ? finding->repeat : counting->events;
    if (!count || finding->record.event == EVENT_DELIVERED)
        return;
    bool is_judged = false, is_strangers = false;
    for (size_t i = 0; i < THEMES; i++) {
        struct told told;
        if (!tells[i](finding, &told))
            continue;
        if (!is_judged)
            is_strangers = strangers_did(finding);
        is_judged = true;
        add_told(all, &all->themes[i], &told, counting, count, is_strangers);
    }
}

/* Groups are few and near: they are counted here, and their owners where they are added. */
static void incidents_expect(void *content, struct counting *const *countings, size_t count) {
    struct content *all = content;
    noted_begin(&all->waiting);
    for (size_t i = 0; i < count; i++)
        add_groups(all, countings[i]);
}

static void incidents_add(void *content, const struct counting *counting) {
    struct content *all = content;
    const struct waiting *waiting;
    while ((waiting = noted_next(&all->waiting, sizeof *waiting, counting)))
        add_owner(waiting);
}

/* ---- what was counted elsewhere ---- */

void incidents_put_group(struct tally *tally, enum theme theme,
                         const struct slice parts[INCIDENT_PARTS], uint64_t count,
                         uint64_t strangers) {
    struct content *all = tally_content_to_fill(tally, &counter_incidents);
    struct told told = {0};
    char room[KEY_LENGTH];
    bool is_new;
    memcpy(told.parts, parts, sizeof told.parts);
    struct slice key = key_of(&told, room);
    struct group *group = group_of(&all->themes[theme].groups, &key, &is_new);
    group->count += count;
    group->strangers += strangers;
    if (is_new) {
        group->example.seconds = MOMENT_NONE;
        group->last = MOMENT_NONE;
    }
}

void incidents_put_owner(struct tally *tally, enum theme theme, struct slice name, uint64_t count) {
    struct content *all = tally_content_to_fill(tally, &counter_incidents);
    ranking_add(&all->themes[theme].owners, name, (const uint64_t[OWNER_NUMBERS]){count});
}

/* ---- merging, saving ---- */

/* Uncut, so that any order of merging gives the same. */
static void merge_group(struct map *into, struct slice key, const struct group *from) {
    bool is_new;
    struct group *group = map_put(into, key, &is_new);
    group->count += from->count;
    group->strangers += from->strangers;
    group->last = is_new || group->last < from->last ? from->last : group->last;
    example_offer(&group->example, example_read(&from->example));
}

static void incidents_merge(void *into, const void *from) {
    struct content *sum = into;
    const struct content *more = from;
    for (size_t i = 0; i < THEMES; i++) {
        const struct map *groups = &more->themes[i].groups;
        for (size_t place = 0; place < groups->used; place++) {
            struct slice key;
            const struct group *group = map_at(groups, place, &key);
            if (group)
                merge_group(&sum->themes[i].groups, key, group);
        }
        ranking_merge(&sum->themes[i].owners, &more->themes[i].owners);
        counts_merge(&sum->themes[i].pairs, &more->themes[i].pairs);
    }
}

struct walked {
    struct slice key;
    const struct group *group;
};

static int compare_keys(const void *left, const void *right) {
    return slice_compare(((const struct walked *)left)->key, ((const struct walked *)right)->key);
}

static void save_groups(const struct map *groups, struct pack *pack) {
    struct walked *all = memory_resize(NULL, groups->count + 1, sizeof *all);
    size_t count = 0;
    for (size_t place = 0; place < groups->used; place++)
        if ((all[count].group = map_at(groups, place, &all[count].key)))
            count++;
    qsort(all, count, sizeof *all, compare_keys);
    pack_number(pack, count);
    for (size_t i = 0; i < count; i++) {
        pack_text(pack, all[i].key);
        pack_number(pack, all[i].group->count);
        pack_number(pack, all[i].group->strangers);
        pack_signed(pack, all[i].group->last);
        example_save(&all[i].group->example, pack);
    }
    free(all);
}

static void incidents_save(const void *content, struct pack *pack) {
    const struct content *all = content;
    for (size_t i = 0; i < THEMES; i++) {
        save_groups(&all->themes[i].groups, pack);
        ranking_save(&all->themes[i].owners, pack);
        counts_save(&all->themes[i].pairs, pack);
    }
}

/* Keys come from outside: they must hold their parts, or reading would go past them. */
static bool key_parts(struct slice key, struct slice parts[INCIDENT_PARTS]) {
    for (size_t i = 0; i < INCIDENT_PARTS; i++)
        if (!slice_cut(&key, '\0', &parts[i]))
            return false;
    return !key.length;
}

static void load_groups(struct map *groups, struct unpack *unpack) {
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        struct slice key = unpack_text(unpack), parts[INCIDENT_PARTS];
        bool is_new = false;
        if (!key_parts(key, parts)) {
            unpack->broken = true;
            return;
        }
        struct group *group = map_put(groups, key, &is_new);
        group->count = unpack_number(unpack);
        group->strangers = unpack_number(unpack);
        group->last = unpack_signed(unpack);
        example_load(&group->example, unpack);
        unpack->broken |= !is_new;
    }
}

static void incidents_load(void *content, struct unpack *unpack) {
    struct content *all = content;
    for (size_t i = 0; i < THEMES && !unpack->broken; i++) {
        load_groups(&all->themes[i].groups, unpack);
        ranking_load(&all->themes[i].owners, unpack);
        counts_load(&all->themes[i].pairs, unpack);
    }
}

const struct counter counter_incidents = {
    .name = "incidents",
    .size = sizeof(struct content),
    .of = OF_FAULTS | OF_STEPS,
    .init = incidents_init,
    .release = incidents_free,
    .expect = incidents_expect,
    .add = incidents_add,
    .merge = incidents_merge,
    .save = incidents_save,
    .load = incidents_load,
};

/* ---- reading out ---- */

static int compare_groups(const void *left, const void *right) {
    const struct incident_group *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    int order = 0;
    for (size_t i = 0; i < INCIDENT_PARTS && !order; i++)
        order = slice_compare(a->parts[i], b->parts[i]);
    return order;
}

/* How many owners each group has: each pair is one. */
static void count_owners(const struct counts *pairs, struct incidents *incidents) {
    struct counts owners;
    counts_init(&owners, 1, 0, NULL);
    for (size_t place = 0; place < pairs->places; place++) {
        uint64_t pair[COUNTS_MOST];
        if (counts_at(pairs, place, NULL, pair))
            counts_sum(&owners, pair[PAIR_GROUP], 0, 1);
    }
    for (size_t i = 0; i < incidents->group_count; i++)
        counts_get(&owners, incidents->groups[i].hash, &incidents->groups[i].owners);
    counts_release(&owners);
}

static void read_groups(const struct theme_content *theme, struct incidents *incidents) {
    const struct map *groups = &theme->groups;
    incidents->groups = memory_resize(NULL, groups->count + 1, sizeof *incidents->groups);
    for (size_t place = 0; place < groups->used; place++) {
        struct slice key;
        const struct group *group = map_at(groups, place, &key);
        if (!group)
            continue;
        struct incident_group *read = &incidents->groups[incidents->group_count++];
        *read = (struct incident_group){.hash = bytes_hash(key.at, key.length),
                                        .count = group->count,
                                        .strangers = group->strangers,
                                        .example = example_read(&group->example),
                                        .last = group->last};
        key_parts(key, read->parts);
        incidents->count += group->count;
        incidents->strangers += group->strangers;
    }
    qsort(incidents->groups, incidents->group_count, sizeof *incidents->groups, compare_groups);
    count_owners(&theme->pairs, incidents);
}

static const struct incident_group *mostly(const struct counts *pairs, uint64_t owner,
                                           const struct incidents *incidents) {
    const struct incident_group *most = NULL;
    uint64_t count = 0;
    for (size_t i = 0; i < incidents->group_count; i++) {
        const struct incident_group *group = &incidents->groups[i];
        if (group->count <= count)
            break;
        uint64_t pair[COUNTS_MOST];
        if (!counts_get(pairs, pair_hash(owner, group->hash), pair) || pair[PAIR_COUNT] <= count)
            continue;
        count = pair[PAIR_COUNT];
        most = group;
    }
    return most;
}

static void read_owners(const struct theme_content *theme, struct incidents *incidents) {
    struct ranked *top = ranking_top(&theme->owners, 0, RANKING_NAMES, &incidents->owner_count);
    bool nameless = counts_get(&theme->owners.counts, ranking_hash((struct slice){0}), NULL);
    incidents->owners = memory_resize(NULL, incidents->owner_count + 1, sizeof *incidents->owners);
    incidents->distinct = theme->owners.counts.count - nameless;
    for (size_t i = 0; i < incidents->owner_count; i++) {
        const uint64_t *numbers = top[i].numbers;
        incidents->owners[i] =
            (struct incident_owner){.name = top[i].name,
                                    .count = numbers[OWNER_COUNT],
                                    .strangers = numbers[OWNER_STRANGERS],
                                    .first = time_of_first(numbers[OWNER_FIRST]),
                                    .last = time_of_last(numbers[OWNER_LAST]),
                                    .mostly = mostly(&theme->pairs, top[i].hash, incidents)};
    }
    free(top);
}

void incidents_read(const struct tally *tally, enum theme theme, struct incidents *incidents_r) {
    const struct content *all = tally_content(tally, &counter_incidents);
    *incidents_r = (struct incidents){0};
    read_groups(&all->themes[theme], incidents_r);
    read_owners(&all->themes[theme], incidents_r);
}

void incidents_release(struct incidents *incidents) {
    free(incidents->groups);
    free(incidents->owners);
}
