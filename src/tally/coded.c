/* Why: one code is many things. 550 at RCPT from a provider and 550 at DATA from our own filter are
 * two rows, and what tells them apart is stage, side and wording.
 *
 * How: each combination is a key with a count and two podiums. Servers of others choose their codes
 * as they like, so a bound is set: what comes as a new combination then counts under its reason
 * without a code. The counts behind the podiums are kept by the hash of combination and name: there
 * are more of them than caches hold. Combinations are few, and counted where those are asked for.
 */
#include "tally/coded.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "tally/counter.h"
#include "tally/counts.h"
#include "tally/noted.h"

enum {
    COMBINATIONS = 4096,
    CLASS_LENGTH = 60,
    DOMAIN_LENGTH = 255,
    TAIL = 12, /* bytes behind the class and its NUL */
};

/* The bytes of the tail; codes big end first, so that they sort. */
enum { AT_EVENT, AT_DIRECTION, AT_CODE, AT_ENHANCED = 4, AT_IMPLIED = 9, AT_STAGE, AT_SIDE };

struct combination {
    uint64_t count;
    struct podium domains, templates;
};

/* Whose names are yet to be counted. */
struct waiting {
    const struct counting *counting;
    size_t combination;        /* its place */
    uint64_t domain, template; /* hashes of combination and name */
};

struct content {
    struct map combinations; /* class, NUL, tail -> struct combination */
    struct counts counts;    /* hash of combination and name -> how often */
    struct noted waiting;    /* struct waiting */
};

static void coded_init(void *content) {
    struct content *coded = content;
    map_init(&coded->combinations, sizeof(struct combination));
    counts_init(&coded->counts, 1, 0, NULL);
}

static void coded_release(void *content) {
    struct content *coded = content;
    for (size_t place = 0; place < coded->combinations.used; place++) {
        struct combination *combination = map_at(&coded->combinations, place, NULL);
        if (!combination)
            continue;
        podium_release(&combination->domains);
        podium_release(&combination->templates);
    }
    map_release(&coded->combinations);
    counts_release(&coded->counts);
    noted_release(&coded->waiting);
}

/* ---- the key */

static void put_two(char *at, unsigned number) {
    at[0] = (char)(number >> 8);
    at[1] = (char)number;
}

static unsigned two_at(const char *at) {
    return (unsigned)(unsigned char)at[0] << 8 | (unsigned char)at[1];
}

static struct slice key_of(char bytes[CLASS_LENGTH + 1 + TAIL], const struct finding *finding,
                           bool coded) {
    const struct record *record = &finding->record;
    const struct reply *reply = &finding->reply;
    size_t length = strnlen(finding_class(finding), CLASS_LENGTH);
    memcpy(bytes, finding_class(finding), length);
    bytes[length++] = '\0';
    char *tail = memset(bytes + length, 0, TAIL);
    tail[AT_EVENT] = (char)record->event;
    tail[AT_DIRECTION] = (char)record->direction;
    if (coded) {
        put_two(tail + AT_CODE, reply->code);
        tail[AT_ENHANCED] = (char)reply->enhanced.class_digit;
        put_two(tail + AT_ENHANCED + 1, reply->enhanced.subject);
        put_two(tail + AT_ENHANCED + 3, reply->enhanced.detail);
        tail[AT_IMPLIED] = finding->code_implied;
        tail[AT_STAGE] = (char)record->stage;
        tail[AT_SIDE] = (char)record->side;
    }
    return (struct slice){bytes, length + TAIL};
}

static struct coded read_key(struct slice key) {
    const char *tail = key.at + key.length - TAIL;
    return (struct coded){
        .class_name = slice_head(key, key.length - TAIL - 1),
        .event = (enum event)tail[AT_EVENT],
        .direction = (enum direction)tail[AT_DIRECTION],
        .stage = (enum stage)tail[AT_STAGE],
        .side = (enum side)tail[AT_SIDE],
        .code = (uint16_t)two_at(tail + AT_CODE),
        .enhanced = {(uint8_t)tail[AT_ENHANCED], (uint16_t)two_at(tail + AT_ENHANCED + 1),
                     (uint16_t)two_at(tail + AT_ENHANCED + 3)},
        .implied = tail[AT_IMPLIED],
    };
}

/* ---- adding */

static struct slice domain_of(const struct record *record, char room[DOMAIN_LENGTH]) {
    return slice_lowered(slice_head(address_domain(record->recipient), DOMAIN_LENGTH), room);
}

static struct slice template_of(const struct finding *finding) {
    return slice_head(finding->template, CODED_TEMPLATE_LENGTH);
}

/* Counts a name of a combination; what it is does not matter, for its hash tells them apart. */
static struct podium_place *offer(struct content *coded, struct podium *podium, size_t most,
                                  uint64_t hash, struct slice name, uint64_t by) {
    uint64_t count = counts_sum(&coded->counts, hash, 0, by);
    return podium_offer(podium, most, hash, name, count);
}

static struct combination *combination_of(struct content *coded, const struct finding *finding,
                                          uint64_t *hash_r) {
    char bytes[CLASS_LENGTH + 1 + TAIL];
    struct slice key = key_of(bytes, finding, true);
    bool is_full = coded->combinations.count >= COMBINATIONS;
    if (is_full && !map_get(&coded->combinations, key))
        key = key_of(bytes, finding, false);
    *hash_r = bytes_hash(key.at, key.length);
    return map_put(&coded->combinations, key, NULL);
}

static void coded_expect(void *content, struct counting *const *all, size_t count) {
    struct content *coded = content;
    noted_begin(&coded->waiting);
    for (size_t i = 0; i < count; i++) {
        struct slice template = template_of(all[i]->finding);
        uint64_t hash;
        struct combination *combination = combination_of(coded, all[i]->finding, &hash);
        combination->count += all[i]->events;
        struct waiting waiting = {
            .counting = all[i],
            .combination = map_place(&coded->combinations, combination),
            .domain = hash ^ all[i]->recipient_domain.hash,
            .template = ~hash ^ bytes_hash(template.at, template.length),
        };
        counts_expect(&coded->counts, waiting.domain);
        if (template.length)
            counts_expect(&coded->counts, waiting.template);
        noted_put(&coded->waiting, &waiting, sizeof waiting);
    }
}

static void coded_add(void *content, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    struct content *coded = content;
    const struct waiting *waiting = noted_next(&coded->waiting, sizeof *waiting, counting);
    struct combination *combination = map_at(&coded->combinations, waiting->combination, NULL);
    char room[DOMAIN_LENGTH];
    struct slice domain = domain_of(&finding->record, room), template = template_of(finding);
    if (domain.length)
        offer(coded, &combination->domains, CODED_DOMAINS, waiting->domain, domain,
              counting->events);
    if (!template.length)
        return;
    struct podium_place *place = offer(coded, &combination->templates, CODED_TEMPLATES,
                                       waiting->template, template, counting->events);
    if (place)
        example_offer(&place->example, example_of_finding(finding));
}

/* ---- merging */

static void set_counts(const struct content *coded, struct podium *podium) {
    for (size_t i = 0; i < podium->count; i++)
        counts_get(&coded->counts, podium->places[i].hash, &podium->places[i].count);
}

static void coded_merge(void *into, const void *from) {
    struct content *sum = into;
    const struct content *more = from;
    counts_merge(&sum->counts, &more->counts);
    for (size_t place = 0; place < more->combinations.used; place++) {
        struct slice key;
        const struct combination *combination = map_at(&more->combinations, place, &key);
        if (!combination)
            continue;
        struct combination *known = map_put(&sum->combinations, key, NULL);
        known->count += combination->count;
        podium_merge(&known->domains, &combination->domains);
        podium_merge(&known->templates, &combination->templates);
        set_counts(sum, &known->domains);
        set_counts(sum, &known->templates);
    }
}

/* ---- reading out */

struct walked {
    struct slice key;
    const struct combination *combination;
};

static int compare_keys(const void *left, const void *right) {
    const struct walked *a = left, *b = right;
    return slice_compare(a->key, b->key);
}

static int compare_counts(const void *left, const void *right) {
    const struct walked *a = left, *b = right;
    if (a->combination->count != b->combination->count)
        return a->combination->count > b->combination->count ? -1 : 1;
    return compare_keys(left, right);
}

/* All of them; the caller frees the array. */
static struct walked *sorted(const struct content *coded,
                             int (*compare)(const void *, const void *)) {
    struct walked *all = memory_resize(NULL, coded->combinations.count + 1, sizeof *all);
    size_t count = 0;
    for (size_t place = 0; place < coded->combinations.used; place++) {
        all[count].combination = map_at(&coded->combinations, place, &all[count].key);
        count += all[count].combination != NULL;
    }
    qsort(all, count, sizeof *all, compare);
    return all;
}

static size_t at_most(size_t count, size_t most) {
    return count < most ? count : most;
}

void coded_each(const struct tally *tally, void (*each)(void *context, const struct coded *coded),
                void *context) {
    const struct content *content = tally_content(tally, &counter_coded);
    struct walked *all = sorted(content, compare_counts);
    for (size_t i = 0; i < content->combinations.count; i++) {
        const struct combination *combination = all[i].combination;
        struct coded coded = read_key(all[i].key);
        podium_sort(&combination->domains);
        podium_sort(&combination->templates);
        coded.count = combination->count;
        coded.domains = combination->domains.places;
        coded.domain_count = at_most(combination->domains.count, CODED_DOMAINS);
        coded.templates = combination->templates.places;
        coded.template_count = at_most(combination->templates.count, CODED_TEMPLATES);
        each(context, &coded);
    }
    free(all);
}

/* ---- saving */

static void coded_save(const void *content, struct pack *pack) {
    const struct content *coded = content;
    struct walked *all = sorted(coded, compare_keys);
    counts_save(&coded->counts, pack);
    pack_number(pack, coded->combinations.count);
    for (size_t i = 0; i < coded->combinations.count; i++) {
        pack_text(pack, all[i].key);
        pack_number(pack, all[i].combination->count);
        podium_save(&all[i].combination->domains, pack);
        podium_save(&all[i].combination->templates, pack);
    }
    free(all);
}

/* What is loaded is anybody's bytes: words are looked up by these numbers. */
static bool is_key(struct slice key) {
    if (key.length < 1 + TAIL || key.length > CLASS_LENGTH + 1 + TAIL ||
        slice_find(key, '\0') != key.length - TAIL - 1)
        return false;
    const char *tail = key.at + key.length - TAIL;
    return (unsigned char)tail[AT_EVENT] <= EVENT_WARNING &&
           (unsigned char)tail[AT_DIRECTION] <= DIRECTION_LOCAL &&
           (unsigned char)tail[AT_STAGE] <= STAGE_QUEUE &&
           (unsigned char)tail[AT_SIDE] <= SIDE_SYNTHETIC && (unsigned char)tail[AT_IMPLIED] <= 1;
}

/* Every place has a count. */
static bool is_counted(const struct content *coded, const struct podium *podium) {
    for (size_t i = 0; i < podium->count; i++)
        if (!counts_get(&coded->counts, podium->places[i].hash, NULL))
            return false;
    return true;
}

static void coded_load(void *content, struct unpack *unpack) {
    struct content *coded = content;
    counts_load(&coded->counts, unpack);
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        struct slice key = unpack_text(unpack);
        bool is_new = false;
        if (!is_key(key))
            unpack->broken = true;
        if (unpack->broken)
            return;
        struct combination *combination = map_put(&coded->combinations, key, &is_new);
        combination->count = unpack_number(unpack);
        if (is_new) {
            podium_load(&combination->domains, unpack);
            podium_load(&combination->templates, unpack);
        }
        unpack->broken |= !is_new || !is_counted(coded, &combination->domains) ||
                          !is_counted(coded, &combination->templates);
    }
}

const struct counter counter_coded = {
    .name = "coded",
    .size = sizeof(struct content),
    .of = OF_FAULTS,
    .init = coded_init,
    .release = coded_release,
    .expect = coded_expect,
    .add = coded_add,
    .merge = coded_merge,
    .save = coded_save,
    .load = coded_load,
};
