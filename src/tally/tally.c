/* tally - counters by key. Everything kept is a sum or a least element, so that adding in any order
 * and in any grouping gives the same; what is walked or saved is sorted first, so that the same
 * content is the same bytes.
 */
#include "tally/tally.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "finding/mutes.h"
#include "finding/strangers.h"
#include "tally/counter.h"
#include "tally/example.h"
#include "tally/templates.h"

enum {
    SAVED_VERSION = 11,
    SAMPLES = 10,
    SAMPLE_LENGTH = 500, /* bytes kept of a line that was not understood */
    PROGRAMS = 1000,  /* names of programs are log text: so many are kept, the rest is "(other)" */
    AFFECTED = 1000,  /* of one reason so many names are told apart, the rest is "" */
    REASON_PARTS = 6, /* class, event, direction, level, mta, who: each with a NUL behind it */
    PART_LENGTH = 60,
    NAME_LENGTH = 255,
    CODE_LENGTH = 8, /* code, class, subject, detail, implied: big end first, so they sort */
    OWNED = sizeof(uint32_t),
};

/* What stands before the class in the key of a tie. */
enum { TIE_CAUSE = 'c', TIE_SEQUEL = 's' };

/* As the part `who` of a key. */
static const char of_strangers[] = "stranger", of_muted[] = "muted ", of_ours[] = "";

struct reason_value {
    uint64_t count;
    int64_t last;
    size_t names;   /* of it in tally.affected */
    uint32_t place; /* in tally.reasons; what it owns has that in front of its key */
    size_t code;    /* place in tally.codes of the one it had last, from 1 on; 0: none */
    struct example example;
};

/* What makes the key of a reason, so that most findings need none made: all is compared, and the
 * text of the class too, since another may come to stand where it stood. */
struct recent {
    const char *class_name;
    const struct mta *mta;
    uint64_t rest;
    size_t place; /* of the reason, from 1 on; 0: free */
};
enum { RECENT = 64 };

struct sample {
    char *source, *text; /* owned */
    size_t length;
    uint64_t line;
};

/* One a line of counters.def. */
enum {
#define COUNTER(object) PLACE_OF_##object,
#include "tally/counters.def"
#undef COUNTER
    COUNTERS
};

struct tally {
    struct totals totals; /* waiting is counted modulo 2^64: a part may hold fewer than none */
    uint64_t dropped, lost;
    struct map reasons;             /* REASON_PARTS -> struct reason_value */
    struct map codes;               /* of a reason, CODE_LENGTH bytes -> uint64_t */
    struct map ties;                /* of a reason, TIE_CAUSE or TIE_SEQUEL, class -> uint64_t */
    struct map affected;            /* of a reason, name -> uint64_t */
    struct map sources;             /* name -> struct ledger */
    struct map programs;            /* name -> struct ledger */
    struct sample samples[SAMPLES]; /* the least by (source, line), in that order */
    size_t sample_count;
    struct templates *templates; /* NULL: not counted */
    const struct mutes *mutes;   /* borrowed; NULL: none */
    void *contents[COUNTERS];    /* of counters */
    struct recent recent[RECENT];
    struct counting **chosen; /* of those that are counted together, for one after the other */
    size_t chosen_room;
};

static const struct counter *const counters[] = {
#define COUNTER(object) &object,
#include "tally/counters.def"
#undef COUNTER
};

const void *tally_content(const struct tally *tally, const struct counter *counter) {
    for (size_t i = 0; i < COUNTERS; i++)
        if (counters[i] == counter)
            return tally->contents[i];
    return NULL;
}

void *tally_content_to_fill(struct tally *tally, const struct counter *counter) {
    return (void *)tally_content(tally, counter);
}

struct tally *tally_new(void) {
    struct tally *tally = memory_new(sizeof *tally);
    map_init(&tally->reasons, sizeof(struct reason_value));
    map_init(&tally->codes, sizeof(uint64_t));
    map_init(&tally->ties, sizeof(uint64_t));
    map_init(&tally->affected, sizeof(uint64_t));
    map_init(&tally->sources, sizeof(struct ledger));
    map_init(&tally->programs, sizeof(struct ledger));
    for (size_t i = 0; i < COUNTERS; i++) {
        tally->contents[i] = memory_new(counters[i]->size);
        counters[i]->init(tally->contents[i]);
    }
    return tally;
}

static void tally_empty(struct tally *tally) {
    for (size_t place = 0; place < tally->reasons.used; place++)
        example_release(&((struct reason_value *)map_at(&tally->reasons, place, NULL))->example);
    for (size_t i = 0; i < tally->sample_count; i++) {
        free(tally->samples[i].source);
        free(tally->samples[i].text);
    }
    memset(tally->recent, 0, sizeof tally->recent);
    map_release(&tally->reasons);
    map_release(&tally->codes);
    map_release(&tally->ties);
    map_release(&tally->affected);
    map_release(&tally->sources);
    map_release(&tally->programs);
    templates_free(tally->templates);
    for (size_t i = 0; i < COUNTERS; i++) {
        counters[i]->release(tally->contents[i]);
        free(tally->contents[i]);
    }
}

void tally_free(struct tally *tally) {
    if (!tally)
        return;
    tally_empty(tally);
    free(tally->chosen);
    free(tally);
}

void tally_mute(struct tally *tally, const struct mutes *mutes) {
    tally->mutes = mutes && mutes->count ? mutes : NULL;
}

void tally_keep_templates(struct tally *tally) {
    if (!tally->templates)
        tally->templates = templates_new();
}

struct templates *tally_templates(const struct tally *tally) {
    return tally->templates;
}

/* ---- walking in order ---- */

struct walked {
    struct slice key;
    void *value;
};

static int compare_walked(const void *left, const void *right) {
    const struct walked *a = left, *b = right;
    return slice_compare(a->key, b->key);
}

/* All entries of a map, by key; the caller frees the array. */
static struct walked *sorted(const struct map *map) {
    struct walked *all = memory_resize(NULL, map->count + 1, sizeof *all);
    size_t count = 0;
    for (size_t place = 0; place < map->used; place++) {
        struct slice key;
        void *value = map_at(map, place, &key);
        if (value)
            all[count++] = (struct walked){key, value};
    }
    qsort(all, count, sizeof *all, compare_walked);
    return all;
}

/* What belongs to a reason, in the order of reasons and then of its own keys. */
struct owned {
    size_t rank; /* of the reason */
    struct slice key;
    uint64_t count;
};

static int compare_owned(const void *left, const void *right) {
    const struct owned *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return slice_compare(a->key, b->key);
}

static uint32_t owner_of(struct slice key) {
    uint32_t place;
    memcpy(&place, key.at, OWNED);
    return place;
}

/* Where the reason of each place stands among all by name; the caller frees the array. */
static size_t *ranks_of(const struct tally *tally, const struct walked *reasons) {
    size_t *ranks = memory_resize(NULL, tally->reasons.count + 1, sizeof *ranks);
    for (size_t i = 0; i < tally->reasons.count; i++)
        ranks[((const struct reason_value *)reasons[i].value)->place] = i;
    return ranks;
}

/* Of one of the three maps; the caller frees the array. */
static struct owned *sorted_by_owner(const struct tally *tally, const struct map *map,
                                     const struct walked *reasons) {
    size_t *ranks = ranks_of(tally, reasons);
    struct owned *all = memory_resize(NULL, map->count + 1, sizeof *all);
    for (size_t place = 0; place < map->used; place++) {
        struct slice key;
        const uint64_t *count = map_at(map, place, &key);
        all[place] = (struct owned){ranks[owner_of(key)], slice_from(key, OWNED), *count};
    }
    qsort(all, map->count, sizeof *all, compare_owned);
    free(ranks);
    return all;
}

/* ---- reasons, codes, examples ---- */

struct who {
    bool strangers;
    unsigned muted; /* 0: not */
};

static struct who who_did(const struct tally *tally, const struct finding *finding) {
    if (strangers_did(finding))
        return (struct who){.strangers = true};
    return (struct who){.muted = tally->mutes ? mutes_of_finding(tally->mutes, finding) : 0};
}

/* The part `who`. */
static const char *who_part(const struct who *who, char room[PART_LENGTH]) {
    if (who->strangers)
        return of_strangers;
    if (!who->muted)
        return of_ours;
    snprintf(room, PART_LENGTH, "%s%u", of_muted, who->muted);
    return room;
}

static size_t reason_key(char *key, const struct finding *finding, const struct who *who) {
    char room[PART_LENGTH];
    const char *parts[REASON_PARTS] = {finding_class(finding),
                                       event_name(finding->record.event),
                                       direction_name(finding->record.direction),
                                       level_name(finding->record.level),
                                       finding->mta->name,
                                       who_part(who, room)};
    size_t used = 0;
    for (int i = 0; i < REASON_PARTS; i++) {
        size_t length = strnlen(parts[i], PART_LENGTH);
        memcpy(key + used, parts[i], length);
        used += length;
        key[used++] = '\0';
    }
    return used;
}

/* Of the key of a reason; the part `who` is its last one. */
static bool is_strangers(struct slice key) {
    static const struct slice end = {of_strangers, sizeof of_strangers};
    return slice_ends(key, end) && key.at[key.length - sizeof of_strangers - 1] == '\0';
}

static unsigned muted_of(struct slice who) {
    uint64_t place;
    bool is_muted = slice_skip(&who, slice_of(of_muted)) && slice_number(who, &place);
    return is_muted && place <= MUTES_MOST ? (unsigned)place : 0;
}

static void write_code(char bytes[CODE_LENGTH], const struct finding *finding) {
    const struct reply *reply = &finding->reply;
    bytes[0] = (char)(reply->code >> 8);
    bytes[1] = (char)reply->code;
    bytes[2] = (char)reply->enhanced.class_digit;
    bytes[3] = (char)(reply->enhanced.subject >> 8);
    bytes[4] = (char)reply->enhanced.subject;
    bytes[5] = (char)(reply->enhanced.detail >> 8);
    bytes[6] = (char)reply->enhanced.detail;
    bytes[7] = finding->code_implied ? 1 : 0;
}

static unsigned two_bytes(const char *at) {
    return (unsigned)(unsigned char)at[0] << 8 | (unsigned char)at[1];
}

static struct tally_code read_code(const char *bytes, uint64_t count) {
    return (struct tally_code){
        .code = (uint16_t)two_bytes(bytes),
        .enhanced = {(uint8_t)bytes[2], (uint16_t)two_bytes(bytes + 3),
                     (uint16_t)two_bytes(bytes + 5)},
        .implied = bytes[7],
        .count = count,
    };
}

/* ---- what a reason owns ---- */

/* A key under which a reason owns something, with room for a name. */
struct owned_key {
    char bytes[OWNED + 1 + NAME_LENGTH];
    size_t length;
};

static struct owned_key owned_key(const struct reason_value *reason, struct slice own) {
    struct owned_key key;
    memcpy(key.bytes, &reason->place, OWNED);
    if (own.length)
        memcpy(key.bytes + OWNED, own.at, own.length);
    key.length = OWNED + own.length;
    return key;
}

static struct slice owned_slice(const struct owned_key *key) {
    return (struct slice){key->bytes, key->length};
}

static void add_owned(struct map *map, const struct owned_key *key, uint64_t count) {
    *(uint64_t *)map_put(map, owned_slice(key), NULL) += count;
}

/* Most have the code that their reason had before. */
static void add_code(struct tally *tally, struct reason_value *reason,
                     const struct finding *finding) {
    char code[CODE_LENGTH];
    struct slice known;
    write_code(code, finding);
    uint64_t *count = reason->code ? map_at(&tally->codes, reason->code - 1, &known) : NULL;
    if (!count || memcmp(known.at + OWNED, code, sizeof code) != 0) {
        struct owned_key key = owned_key(reason, (struct slice){code, sizeof code});
        count = map_put(&tally->codes, owned_slice(&key), NULL);
        reason->code = map_place(&tally->codes, count) + 1;
    }
    *count += finding->repeat;
}

static void add_tie(struct tally *tally, const struct reason_value *reason,
                    const struct finding *finding) {
    struct slice other = slice_of(finding->follows ? finding->verdict.class_name : finding->cause);
    char tie[1 + PART_LENGTH] = {finding->follows ? TIE_SEQUEL : TIE_CAUSE};
    other = slice_head(other, PART_LENGTH);
    if (!other.length)
        return;
    memcpy(tie + 1, other.at, other.length);
    struct owned_key key = owned_key(reason, (struct slice){tie, 1 + other.length});
    add_owned(&tally->ties, &key, finding->repeat);
}

/* ---- who is hit ---- */

/* A name is in small letters, and no longer than it may be. */
static struct owned_key key_of_name(const struct reason_value *reason, struct slice name) {
    char room[NAME_LENGTH];
    return owned_key(reason, slice_lowered(slice_head(name, NAME_LENGTH), room));
}

static uint64_t *put_name(struct tally *tally, struct reason_value *reason,
                          const struct owned_key *key) {
    bool is_new;
    uint64_t *count = map_put(&tally->affected, owned_slice(key), &is_new);
    reason->names += is_new;
    return count;
}

/* Merged and loaded names are never cut, so that any order of merging gives the same. */
static void add_affected(struct tally *tally, struct reason_value *reason,
                         const struct finding *finding) {
    struct owned_key key = key_of_name(reason, counting_affected(&finding->record));
    uint64_t *count = map_get(&tally->affected, owned_slice(&key));
    if (!count && reason->names >= AFFECTED)
        key.length = OWNED;
    if (!count)
        count = put_name(tally, reason, &key);
    *count += finding->repeat;
}

/* There are more names than caches hold. */
static void expect_affected(const struct tally *tally, const struct reason_value *reason,
                            struct counting *counting) {
    struct owned_key key = key_of_name(reason, counting_affected(&counting->finding->record));
    counting->reason = (size_t)reason->place + 1;
    counting->hit = map_hash(owned_slice(&key));
    map_expect(&tally->affected, counting->hit);
}

static struct reason_value *reason_put(struct tally *tally, struct slice key, bool *is_new_r) {
    struct reason_value *reason = map_put(&tally->reasons, key, is_new_r);
    if (*is_new_r)
        reason->place = (uint32_t)tally->reasons.used - 1;
    return reason;
}

static struct recent *recent_of(struct tally *tally, const struct recent *wanted) {
    const uintptr_t words[] = {(uintptr_t)wanted->class_name, (uintptr_t)wanted->mta, wanted->rest};
    return &tally->recent[bytes_hash(words, sizeof words) % RECENT];
}

static bool is_recent(const struct tally *tally, const struct recent *recent,
                      const struct recent *wanted) {
    struct slice key;
    if (!recent->place || recent->class_name != wanted->class_name || recent->mta != wanted->mta ||
        recent->rest != wanted->rest)
        return false;
    map_at(&tally->reasons, recent->place - 1, &key);
    return strcmp(key.at, wanted->class_name) == 0;
}

static struct reason_value *reason_of(struct tally *tally, const struct finding *finding,
                                      const struct who *who, bool *is_new_r) {
    const struct record *record = &finding->record;
    struct recent wanted = {
        .class_name = finding_class(finding),
        .mta = finding->mta,
        .rest = (uint64_t)record->event | (uint64_t)record->direction << 8 |
                (uint64_t)record->level << 16 | (uint64_t)who->strangers << 24 |
                (uint64_t)who->muted << 32,
    };
    struct recent *recent = recent_of(tally, &wanted);
    *is_new_r = false;
    if (is_recent(tally, recent, &wanted))
        return map_at(&tally->reasons, recent->place - 1, NULL);
    char key[REASON_PARTS * (PART_LENGTH + 1)];
    size_t length = reason_key(key, finding, who);
    struct reason_value *value = reason_put(tally, (struct slice){key, length}, is_new_r);
    wanted.place = (size_t)value->place + 1;
    *recent = wanted;
    return value;
}

/* NULL: nobody is hit, or it does not matter who. */
static struct reason_value *add_reason(struct tally *tally, const struct finding *finding) {
    const struct who who = who_did(tally, finding);
    bool is_new;
    struct reason_value *value = reason_of(tally, finding, &who, &is_new);
    value->count += finding->repeat;
    if (is_new || value->last < finding->time.seconds)
        value->last = finding->time.seconds;
    example_offer(&value->example, example_of_finding(finding));
    add_code(tally, value, finding);
    add_tie(tally, value, finding);
    return !who.strangers && counting_affected(&finding->record).length ? value : NULL;
}

/* ---- totals ---- */

/* Where recipients in a state are counted. Without a branch: messages and recipients come mixed. */
static uint64_t *recipients_in(struct totals *totals, enum fate fate, uint64_t *nowhere) {
    static const size_t places[] = {
        [FATE_DELIVERED] = offsetof(struct totals, delivered),
        [FATE_BOUNCED] = offsetof(struct totals, bounced),
        [FATE_EXPIRED] = offsetof(struct totals, expired),
        [FATE_WAITING] = offsetof(struct totals, waiting),
        [FATE_DISCARDED] = offsetof(struct totals, discarded),
        [FATE_HANDED_ON] = 0,
    };
    return places[fate] ? (uint64_t *)(void *)((char *)totals + places[fate]) : nowhere;
}

static void move_recipient(struct totals *totals, const struct counting *counting) {
    uint64_t nowhere = 0;
    --*recipients_in(totals, counting->from, &nowhere);
    *recipients_in(totals, counting->into, &nowhere) += counting->recipients;
}

/* What goes with the state "delivered", and is taken back with it. */
static void move_delivered(struct totals *totals, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    uint64_t size = finding->record.size < 0 ? 0 : (uint64_t)finding->record.size;
    if (counting->from == FATE_DELIVERED) {
        totals->got_through -= finding->was_put_off;
        totals->bytes_delivered -= finding->was_sized ? size : 0;
        totals->unsized -= !finding->was_sized;
    }
    if (counting->into == FATE_DELIVERED) {
        totals->got_through += finding->was_put_off ? counting->recipients : 0;
        totals->bytes_delivered += size * counting->recipients;
        totals->unsized += finding->record.size < 0 ? counting->recipients : 0;
    }
}

/* Where a bounce went is no state of a recipient of users' mail. */
static void add_notice(struct totals *totals, const struct record *record) {
    totals->notices_delivered += record->event == EVENT_DELIVERED;
    totals->notices_failed += record->event == EVENT_BOUNCED || record->event == EVENT_EXPIRED;
}

static uint64_t *events_in(struct totals *totals, const struct record *record) {
    switch (record->event) {
    case EVENT_DEFERRED:
        return &totals->deferrals;
    case EVENT_REJECTED:
        return &totals->rejections;
    case EVENT_AUTH_FAILED:
        return &totals->auth_failed;
    case EVENT_TLS_FAILED:
        return &totals->tls_failed;
    case EVENT_CONNECTION_LOST:
        return &totals->connection_lost;
    case EVENT_TIMEOUT:
        return &totals->timeout;
    case EVENT_HELD:
        return record->level == LEVEL_SESSION ? &totals->held_on_arrival : NULL;
    case EVENT_DISCARDED:
        return record->level == LEVEL_SESSION ? &totals->discarded_on_arrival : NULL;
    default:
        return NULL;
    }
}

void totals_count(struct totals *totals, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    const struct record *record = &finding->record;
    totals->messages_received += (uint64_t)(int64_t)finding->new_messages;
    totals->bytes_received += finding->new_bytes;
    totals->notices += finding->new_notices;
    totals->deferred_ever += counting->deferred_ever;
    move_recipient(totals, counting);
    move_delivered(totals, counting);
    if (finding->is_notice && record->kind == RECORD_OUTCOME && record->level != LEVEL_HOST)
        add_notice(totals, record);
    uint64_t *events = counting->events ? events_in(totals, record) : NULL;
    if (events)
        *events += counting->events;
}

void tally_add(struct tally *tally, const struct finding *finding) {
    struct counting counting;
    counting_begin(&counting, finding);
    tally_count(tally, &counting, 1);
}

static void count_fault(struct tally *tally, struct counting *counting) {
    const struct finding *finding = counting->finding;
    const struct reason_value *reason = add_reason(tally, finding);
    if (reason)
        expect_affected(tally, reason, counting);
    if (tally->templates)
        templates_add(tally->templates, finding);
}

/* Those of a reason that was there a moment ago. */
static void count_affected(struct tally *tally, struct counting *const *all, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (all[i]->reason)
            map_expect_entry(&tally->affected, all[i]->hit);
    for (size_t i = 0; i < count; i++)
        if (all[i]->reason)
            add_affected(tally, map_at(&tally->reasons, all[i]->reason - 1, NULL), all[i]->finding);
}

/* Puts those that someone counts into tally->chosen: how many they are. Which ones cannot be
 * foretold, and eight counters ask; without a branch a report takes 1 % less time. */
static size_t choose(struct tally *tally, unsigned of, struct counting *all, size_t count) {
    size_t chosen = 0;
    for (size_t i = 0; i < count; i++) {
        tally->chosen[chosen] = &all[i];
        chosen += (all[i].of & of) != 0;
    }
    return chosen;
}

static void count_with(struct tally *tally, const struct counter *counter, void *content,
                       struct counting *all, size_t count) {
    struct counting *const *chosen = tally->chosen;
    count = choose(tally, counter->of, all, count);
    if (counter->expect && count)
        counter->expect(content, chosen, count);
    for (size_t i = 0; i < count; i++)
        counter->add(content, chosen[i]);
}

void tally_count(struct tally *tally, struct counting *all, size_t count) {
    tally->chosen =
        memory_grow(tally->chosen, &tally->chosen_room, count, sizeof(struct counting *));
    for (size_t i = 0; i < count; i++)
        totals_count(&tally->totals, &all[i]);
    size_t faults = choose(tally, OF_FAULTS, all, count);
    for (size_t i = 0; i < faults; i++)
        count_fault(tally, tally->chosen[i]);
    count_affected(tally, tally->chosen, faults);
    for (size_t i = 0; i < COUNTERS; i++)
        count_with(tally, counters[i], tally->contents[i], all, count);
}

/* ---- what was counted elsewhere ---- */

struct totals *tally_totals_to_fill(struct tally *tally) {
    return &tally->totals;
}

void tally_add_reason(struct tally *tally, const struct finding *finding) {
    struct reason_value *reason = add_reason(tally, finding);
    if (reason)
        add_affected(tally, reason, finding);
}

/* The parts of the key of a reason, in its order. */
static void split_key(struct slice key, struct slice parts[REASON_PARTS]) {
    for (int part = 0; part < REASON_PARTS; part++)
        slice_cut(&key, '\0', &parts[part]);
}

void tally_offer_example(struct tally *tally, struct slice class_name, struct slice event,
                         struct slice direction, struct tally_example example, int64_t last) {
    for (size_t place = 0; place < tally->reasons.used; place++) {
        struct slice key, parts[REASON_PARTS];
        struct reason_value *value = map_at(&tally->reasons, place, &key);
        split_key(key, parts);
        if (!slice_equal(parts[0], class_name) || !slice_equal(parts[1], event) ||
            !slice_equal(parts[2], direction))
            continue;
        example_offer(&value->example, example);
        value->last = last > value->last ? last : value->last;
    }
}

void tally_add_affected(struct tally *tally, struct slice class_name, struct slice event,
                        struct slice direction, struct slice name, uint64_t count) {
    for (size_t place = 0; place < tally->reasons.used; place++) {
        struct slice key, parts[REASON_PARTS];
        struct reason_value *value = map_at(&tally->reasons, place, &key);
        split_key(key, parts);
        if (is_strangers(key) || !slice_equal(parts[0], class_name) ||
            !slice_equal(parts[1], event) || !slice_equal(parts[2], direction))
            continue;
        struct owned_key of_name = key_of_name(value, name);
        *put_name(tally, value, &of_name) += count;
        return;
    }
}

/* ---- the ledger ---- */

void ledger_add(struct ledger *into, const struct ledger *from) {
    into->read += from->read;
    into->used += from->used;
    into->dull += from->dull;
    into->other += from->other;
    into->outside += from->outside;
    into->not_understood += from->not_understood;
}

static void add_program(struct tally *tally, struct slice program, const struct ledger *ledger) {
    if (tally->programs.count >= PROGRAMS && !map_get(&tally->programs, program))
        program = SLICE("(other)");
    ledger_add(map_put(&tally->programs, program, NULL), ledger);
}

void tally_source(struct tally *tally, const char *source, const struct ledger *ledger) {
    ledger_add(map_put(&tally->sources, slice_of(source), NULL), ledger);
}

void tally_program(struct tally *tally, struct slice program, const struct ledger *ledger) {
    add_program(tally, slice_head(program, 80), ledger);
}

static int compare_samples(const struct sample *a, const struct sample *b) {
    int order = strcmp(a->source, b->source);
    if (!order)
        order = (a->line > b->line) - (a->line < b->line);
    return order ? order
                 : slice_compare((struct slice){a->text, a->length},
                                 (struct slice){b->text, b->length});
}

void tally_sample(struct tally *tally, const char *source, uint64_t line, struct slice text) {
    text = slice_head(text, SAMPLE_LENGTH);
    struct sample fresh = {(char *)source, (char *)text.at, text.length, line};
    size_t place = tally->sample_count;
    while (place > 0 && compare_samples(&fresh, &tally->samples[place - 1]) < 0)
        place--;
    if (place == SAMPLES)
        return;
    fresh.source = memory_copy(source, strlen(source));
    fresh.text = memory_copy(text.at, text.length);
    if (tally->sample_count == SAMPLES) {
        free(tally->samples[SAMPLES - 1].source);
        free(tally->samples[SAMPLES - 1].text);
        tally->sample_count--;
    }
    memmove(&tally->samples[place + 1], &tally->samples[place],
            (tally->sample_count - place) * sizeof fresh);
    tally->samples[place] = fresh;
    tally->sample_count++;
}

void tally_waiting_before(struct tally *tally, uint64_t count) {
    tally->totals.waiting += count;
}

void tally_dropped(struct tally *tally, uint64_t messages) {
    tally->dropped += messages;
}

void tally_lost(struct tally *tally, uint64_t entries) {
    tally->lost += entries;
}

/* ---- merging ---- */

static void merge_ledgers(struct map *into, const struct map *from) {
    for (size_t place = 0; place < from->used; place++) {
        struct slice name;
        const struct ledger *ledger = map_at(from, place, &name);
        if (ledger)
            ledger_add(map_put(into, name, NULL), ledger);
    }
}

/* `reasons`: where those of `from` are in `into`. */
static void merge_owned(struct map *into, const struct map *from,
                        struct reason_value *const *reasons) {
    for (size_t place = 0; place < from->used; place++) {
        struct slice key;
        const uint64_t *count = map_at(from, place, &key);
        struct owned_key other = owned_key(reasons[owner_of(key)], slice_from(key, OWNED));
        add_owned(into, &other, *count);
    }
}

static void merge_affected(struct tally *into, const struct map *from,
                           struct reason_value *const *reasons) {
    for (size_t place = 0; place < from->used; place++) {
        struct slice key;
        const uint64_t *count = map_at(from, place, &key);
        struct reason_value *reason = reasons[owner_of(key)];
        struct owned_key other = owned_key(reason, slice_from(key, OWNED));
        *put_name(into, reason, &other) += *count;
    }
}

static void merge_reasons(struct tally *into, const struct tally *from) {
    size_t used = from->reasons.used;
    struct reason_value **reasons = memory_resize(NULL, used + 1, sizeof *reasons);
    uint32_t *places = memory_resize(NULL, used + 1, sizeof *places);
    for (size_t place = 0; place < used; place++) {
        struct slice key;
        const struct reason_value *value = map_at(&from->reasons, place, &key);
        bool is_new;
        struct reason_value *sum = reason_put(into, key, &is_new);
        sum->count += value->count;
        sum->last = is_new || sum->last < value->last ? value->last : sum->last;
        example_offer(&sum->example, example_read(&value->example));
        places[place] = sum->place;
    }
    for (size_t place = 0; place < used; place++)
        reasons[place] = map_at(&into->reasons, places[place], NULL);
    merge_owned(&into->codes, &from->codes, reasons);
    merge_owned(&into->ties, &from->ties, reasons);
    merge_affected(into, &from->affected, reasons);
    free(places);
    free(reasons);
}

/* struct totals holds counters only, so adding it is adding its words. */
static void add_totals(struct totals *into, const struct totals *from) {
    uint64_t sums[sizeof *into / sizeof(uint64_t)], more[sizeof *into / sizeof(uint64_t)];
    memcpy(sums, into, sizeof *into);
    memcpy(more, from, sizeof *from);
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        sums[i] += more[i];
    memcpy(into, sums, sizeof *into);
}

void tally_merge(struct tally *into, const struct tally *from) {
    add_totals(&into->totals, &from->totals);
    into->dropped += from->dropped;
    into->lost += from->lost;
    merge_ledgers(&into->sources, &from->sources);
    merge_ledgers(&into->programs, &from->programs); /* uncut: any order gives the same */
    merge_reasons(into, from);
    for (size_t i = 0; i < from->sample_count; i++)
        tally_sample(into, from->samples[i].source, from->samples[i].line,
                     (struct slice){from->samples[i].text, from->samples[i].length});
    if (from->templates) {
        tally_keep_templates(into);
        templates_merge(into->templates, from->templates);
    }
    for (size_t i = 0; i < COUNTERS; i++)
        counters[i]->merge(into->contents[i], from->contents[i]);
}

/* ---- reading out ---- */

struct totals tally_totals(const struct tally *tally) {
    return tally->totals;
}

uint64_t tally_messages_dropped(const struct tally *tally) {
    return tally->dropped;
}

uint64_t tally_entries_lost(const struct tally *tally) {
    return tally->lost;
}

struct ledger tally_ledger(const struct tally *tally) {
    struct ledger sum = {0};
    for (size_t place = 0; place < tally->sources.used; place++)
        ledger_add(&sum, map_at(&tally->sources, place, NULL));
    return sum;
}

static void each_ledger(const struct map *map,
                        void (*each)(void *context, struct slice name, const struct ledger *ledger),
                        void *context) {
    struct walked *all = sorted(map);
    for (size_t i = 0; i < map->count; i++)
        each(context, all[i].key, all[i].value);
    free(all);
}

void tally_each_source(const struct tally *tally,
                       void (*each)(void *context, struct slice name, const struct ledger *ledger),
                       void *context) {
    each_ledger(&tally->sources, each, context);
}

void tally_each_program(const struct tally *tally,
                        void (*each)(void *context, struct slice name, const struct ledger *ledger),
                        void *context) {
    each_ledger(&tally->programs, each, context);
}

void tally_each_sample(const struct tally *tally,
                       void (*each)(void *context, struct slice source, uint64_t line,
                                    struct slice text),
                       void *context) {
    for (size_t i = 0; i < tally->sample_count; i++) {
        const struct sample *sample = &tally->samples[i];
        each(context, slice_of(sample->source), sample->line,
             (struct slice){sample->text, sample->length});
    }
}

static int compare_by_count(const void *left, const void *right) {
    const struct tally_code *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    if (a->code != b->code)
        return a->code < b->code ? -1 : 1;
    if (a->enhanced.class_digit != b->enhanced.class_digit)
        return a->enhanced.class_digit < b->enhanced.class_digit ? -1 : 1;
    if (a->enhanced.subject != b->enhanced.subject)
        return a->enhanced.subject < b->enhanced.subject ? -1 : 1;
    if (a->enhanced.detail != b->enhanced.detail)
        return a->enhanced.detail < b->enhanced.detail ? -1 : 1;
    return (int)a->implied - (int)b->implied;
}

static int compare_ties(const void *left, const void *right) {
    const struct tally_tie *a = left, *b = right;
    if (a->is_sequel != b->is_sequel)
        return a->is_sequel - b->is_sequel;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return slice_compare(a->class_name, b->class_name);
}

/* The codes of a reason, out of all in order; *at is moved past them. */
static size_t codes_of(const struct owned *all, size_t count, size_t *at, size_t rank,
                       struct tally_code *codes) {
    size_t found = 0;
    for (; *at < count && all[*at].rank == rank; ++*at)
        codes[found++] = read_code(all[*at].key.at, all[*at].count);
    qsort(codes, found, sizeof *codes, compare_by_count);
    return found;
}

/* The same for its ties. */
static size_t ties_of(const struct owned *all, size_t count, size_t *at, size_t rank,
                      struct tally_tie *ties) {
    size_t found = 0;
    for (; *at < count && all[*at].rank == rank; ++*at)
        ties[found++] = (struct tally_tie){all[*at].key.at[0] == TIE_SEQUEL,
                                           slice_from(all[*at].key, 1), all[*at].count};
    qsort(ties, found, sizeof *ties, compare_ties);
    return found;
}

/* Who is hit, reason by reason; those of the i-th end at (*ends_r)[i]. There may be a hundred
 * thousand. The caller frees both. */
static struct tally_affected *affected_by_reason(const struct tally *tally,
                                                 const struct walked *reasons, size_t **ends_r) {
    size_t *ranks = ranks_of(tally, reasons), before = 0;
    size_t *ends = memory_new((tally->reasons.count + 1) * sizeof *ends);
    struct tally_affected *all = memory_resize(NULL, tally->affected.count + 1, sizeof *all);
    struct slice key;
    for (size_t place = 0; place < tally->affected.used; place++) {
        map_at(&tally->affected, place, &key);
        ends[ranks[owner_of(key)]]++;
    }
    for (size_t i = 0; i < tally->reasons.count; i++) {
        size_t here = ends[i];
        ends[i] = before;
        before += here;
    }
    for (size_t place = 0; place < tally->affected.used; place++) {
        const uint64_t *count = map_at(&tally->affected, place, &key);
        all[ends[ranks[owner_of(key)]]++] = (struct tally_affected){slice_from(key, OWNED), *count};
    }
    free(ranks);
    *ends_r = ends;
    return all;
}

void tally_each_reason(const struct tally *tally,
                       void (*each)(void *context, const struct tally_reason *reason),
                       void *context) {
    struct walked *reasons = sorted(&tally->reasons);
    struct owned *all_codes = sorted_by_owner(tally, &tally->codes, reasons);
    struct owned *all_ties = sorted_by_owner(tally, &tally->ties, reasons);
    size_t *affected_ends;
    struct tally_affected *all_affected = affected_by_reason(tally, reasons, &affected_ends);
    struct tally_code *codes = memory_resize(NULL, tally->codes.count + 1, sizeof *codes);
    struct tally_tie *ties = memory_resize(NULL, tally->ties.count + 1, sizeof *ties);
    size_t code_at = 0, tie_at = 0, affected_at = 0;
    for (size_t i = 0; i < tally->reasons.count; i++) {
        const struct reason_value *value = reasons[i].value;
        struct slice parts[REASON_PARTS], rest = reasons[i].key;
        for (int part = 0; part < REASON_PARTS; part++)
            slice_cut(&rest, '\0', &parts[part]);
        struct tally_reason reason = {
            .class_name = parts[0],
            .event = parts[1],
            .direction = parts[2],
            .level = parts[3],
            .mta = parts[4],
            .strangers = is_strangers(reasons[i].key),
            .muted = muted_of(parts[REASON_PARTS - 1]),
            .count = value->count,
            .codes = codes,
            .code_count = codes_of(all_codes, tally->codes.count, &code_at, i, codes),
            .ties = ties,
            .tie_count = ties_of(all_ties, tally->ties.count, &tie_at, i, ties),
            .affected = all_affected + affected_at,
            .affected_count = affected_ends[i] - affected_at,
            .example = example_read(&value->example),
            .last = value->last,
        };
        affected_at = affected_ends[i];
        each(context, &reason);
    }
    free(affected_ends);
    free(all_affected);
    free(ties);
    free(all_ties);
    free(codes);
    free(all_codes);
    free(reasons);
}

/* ---- saving ---- */

static void save_ledgers(const struct map *map, struct pack *pack) {
    struct walked *all = sorted(map);
    pack_number(pack, map->count);
    for (size_t i = 0; i < map->count; i++) {
        const struct ledger *ledger = all[i].value;
        pack_text(pack, all[i].key);
        pack_number(pack, ledger->used);
        pack_number(pack, ledger->dull);
        pack_number(pack, ledger->other);
        pack_number(pack, ledger->outside);
        pack_number(pack, ledger->not_understood);
    }
    free(all);
}

/* Under the key of the reason and their own. */
static void save_owned(const struct tally *tally, const struct map *map,
                       const struct walked *reasons, struct pack *pack) {
    struct owned *all = sorted_by_owner(tally, map, reasons);
    pack_number(pack, map->count);
    for (size_t i = 0; i < map->count; i++) {
        struct slice reason = reasons[all[i].rank].key;
        pack_number(pack, reason.length + all[i].key.length);
        pack_bytes(pack, reason);
        pack_bytes(pack, all[i].key);
        pack_number(pack, all[i].count);
    }
    free(all);
}

static void save_reasons(const struct tally *tally, struct pack *pack) {
    struct walked *all = sorted(&tally->reasons);
    pack_number(pack, tally->reasons.count);
    for (size_t i = 0; i < tally->reasons.count; i++) {
        const struct reason_value *value = all[i].value;
        pack_text(pack, all[i].key);
        pack_number(pack, value->count);
        pack_signed(pack, value->last);
        example_save(&value->example, pack);
    }
    save_owned(tally, &tally->codes, all, pack);
    save_owned(tally, &tally->ties, all, pack);
    save_owned(tally, &tally->affected, all, pack);
    free(all);
}

void tally_save(const struct tally *tally, struct pack *pack) {
    uint64_t words[sizeof tally->totals / sizeof(uint64_t)];
    memcpy(words, &tally->totals, sizeof words);
    pack_number(pack, SAVED_VERSION);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        pack_number(pack, words[i]);
    pack_number(pack, tally->dropped);
    pack_number(pack, tally->lost);
    save_ledgers(&tally->sources, pack);
    save_ledgers(&tally->programs, pack);
    save_reasons(tally, pack);
    pack_number(pack, tally->sample_count);
    for (size_t i = 0; i < tally->sample_count; i++) {
        pack_text(pack, slice_of(tally->samples[i].source));
        pack_number(pack, tally->samples[i].line);
        pack_text(pack, (struct slice){tally->samples[i].text, tally->samples[i].length});
    }
    pack_number(pack, tally->templates != NULL);
    if (tally->templates)
        templates_save(tally->templates, pack);
    for (size_t i = 0; i < COUNTERS; i++)
        counters[i]->save(tally->contents[i], pack);
}

static void load_ledgers(struct map *map, struct unpack *unpack) {
    for (size_t count = unpack_count(unpack); count && !unpack->broken; count--) {
        struct ledger *ledger = map_put(map, unpack_text(unpack), NULL);
        ledger->used = unpack_number(unpack);
        ledger->dull = unpack_number(unpack);
        ledger->other = unpack_number(unpack);
        ledger->outside = unpack_number(unpack);
        ledger->not_understood = unpack_number(unpack);
        ledger->read =
            ledger->used + ledger->dull + ledger->other + ledger->outside + ledger->not_understood;
    }
}

/* Keys come from outside: they must hold their parts, or walking would read past them. */
static bool key_parts(struct slice key, struct slice *behind_r) {
    for (int part = 0; part < REASON_PARTS; part++) {
        struct slice head;
        if (!slice_cut(&key, '\0', &head))
            return false;
    }
    *behind_r = key;
    return true;
}

static bool key_is_reason(struct slice key) {
    struct slice behind;
    return key_parts(key, &behind) && !behind.length;
}

static bool is_code(struct slice own) {
    return own.length == CODE_LENGTH;
}

static bool is_tie(struct slice own) {
    return own.length > 1 && own.length <= 1 + PART_LENGTH &&
           (own.at[0] == TIE_CAUSE || own.at[0] == TIE_SEQUEL);
}

static bool is_name(struct slice own) {
    return own.length <= NAME_LENGTH;
}

/* Owned by a reason that is there. */
static void load_owned(const struct tally *tally, struct map *map, bool (*is_own)(struct slice own),
                       struct unpack *unpack) {
    for (size_t count = unpack_count(unpack); count && !unpack->broken; count--) {
        struct slice key = unpack_text(unpack), own;
        uint64_t number = unpack_number(unpack);
        const struct reason_value *reason = NULL;
        if (key_parts(key, &own) && is_own(own))
            reason = map_get(&tally->reasons, slice_head(key, key.length - own.length));
        if (!reason)
            unpack->broken = true;
        if (unpack->broken)
            return;
        struct owned_key owned = owned_key(reason, own);
        *(uint64_t *)map_put(map, owned_slice(&owned), NULL) = number;
    }
}

static void count_names(struct tally *tally) {
    for (size_t place = 0; place < tally->affected.used; place++) {
        struct slice key;
        map_at(&tally->affected, place, &key);
        ((struct reason_value *)map_at(&tally->reasons, owner_of(key), NULL))->names++;
    }
}

static void load_reasons(struct tally *tally, struct unpack *unpack) {
    for (size_t count = unpack_count(unpack); count && !unpack->broken; count--) {
        struct slice key = unpack_text(unpack);
        if (!key_is_reason(key) || map_get(&tally->reasons, key))
            unpack->broken = true;
        if (unpack->broken)
            return;
        bool is_new;
        struct reason_value *value = reason_put(tally, key, &is_new);
        value->count = unpack_number(unpack);
        value->last = unpack_signed(unpack);
        example_load(&value->example, unpack);
    }
    load_owned(tally, &tally->codes, is_code, unpack);
    load_owned(tally, &tally->ties, is_tie, unpack);
    load_owned(tally, &tally->affected, is_name, unpack);
    count_names(tally);
}

static void load_all(struct tally *tally, struct unpack *unpack) {
    if (unpack_number(unpack) != SAVED_VERSION)
        unpack->broken = true;
    uint64_t words[sizeof tally->totals / sizeof(uint64_t)];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        words[i] = unpack_number(unpack);
    memcpy(&tally->totals, words, sizeof words);
    tally->dropped = unpack_number(unpack);
    tally->lost = unpack_number(unpack);
    load_ledgers(&tally->sources, unpack);
    load_ledgers(&tally->programs, unpack);
    load_reasons(tally, unpack);
    for (size_t count = unpack_count(unpack); count && !unpack->broken; count--) {
        struct slice source = unpack_text(unpack);
        uint64_t line = unpack_number(unpack);
        struct slice text = unpack_text(unpack);
        char *name = example_text(source, 4096);
        tally_sample(tally, name, line, text);
        free(name);
    }
    if (unpack_number(unpack) && !unpack->broken) {
        tally_keep_templates(tally);
        templates_load(tally->templates, unpack);
    }
    for (size_t i = 0; i < COUNTERS && !unpack->broken; i++)
        counters[i]->load(tally->contents[i], unpack);
}

bool tally_load(struct tally *tally, struct unpack *unpack) {
    struct tally *fresh = tally_new();
    load_all(fresh, unpack);
    if (unpack->broken) {
        tally_free(fresh);
        fresh = tally_new();
    }
    tally_empty(tally);
    *tally = *fresh;
    free(fresh);
    return !unpack->broken;
}
