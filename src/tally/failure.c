/* Why: what drove a spike can be asked only when it is known where the spikes are, and that is
 * known at the end of the log. To read the log again would take as long as before, and it may have
 * grown or be gone by then.
 *
 * How: texts of failures repeat, so the last text of each hash has a place that both writer and
 * reader know. A place that another text comes to is written anew; there are PLACES of them, and
 * that bounds the memory of both.
 */
#include "tally/failure.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "tally/counting.h"

enum { PLACES = 1 << 14, REPLY_SECONDS = 300 };

const char *driver_name(enum driver_dimension dimension) {
    static const char *const names[DRIVER_DIMENSIONS] = {
#define DIMENSION(constant, name) [constant] = (name),
#include "tally/dimensions.def"
#undef DIMENSION
    };
    return names[dimension];
}

/* ---- from a finding ---- */

struct slice failure_name(struct slice name, char room[FAILURE_NAME + 1]) {
    return slice_lowered(slice_head(name, FAILURE_NAME), room);
}

/* Postfix: no name was found. */
static struct slice known_host(struct slice host) {
    return slice_is(host, "unknown") ? (struct slice){0} : host;
}

static struct slice print_code(unsigned code, char room[FAILURE_NAME + 1]) {
    int length = code ? snprintf(room, FAILURE_NAME, "%u", code) : 0;
    return (struct slice){room, (size_t)length};
}

static struct slice print_codes(const struct finding *finding, char room[FAILURE_NAME + 1]) {
    char enhanced[40];
    size_t length = enhanced_print(finding->reply.enhanced, enhanced);
    struct slice code = print_code(finding->reply.code, room);
    int more = snprintf(room + code.length, FAILURE_NAME - code.length, "%s%.*s%s",
                        code.length && length ? " " : "", (int)length, enhanced,
                        (code.length || length) && finding->code_implied ? " implied" : "");
    return (struct slice){room, code.length + (size_t)more};
}

static struct slice name_of(const struct finding *finding, enum driver_dimension by) {
    const struct record *record = &finding->record;
    struct slice sender =
        record->has_sender && !record->sender.length ? SLICE("<>") : record->sender;
    switch (by) {
    case DRIVER_RECIPIENT_DOMAIN:
        return address_domain(record->recipient);
    case DRIVER_SENDER:
        return sender;
    case DRIVER_SENDER_DOMAIN:
        return address_domain(sender);
    case DRIVER_USER:
        return record->user;
    case DRIVER_PEER_HOST:
        return known_host(record->peer_host);
    case DRIVER_PEER_IP:
        return record->peer_ip;
    case DRIVER_HOST:
        return finding->host;
    default:
        return (struct slice){0};
    }
}

struct slice failure_value(const struct finding *finding, enum driver_dimension by,
                           char room[FAILURE_NAME + 1]) {
    switch (by) {
    case DRIVER_PROVIDER:
        return finding->verdict.provider ? finding->verdict.provider->name : (struct slice){0};
    case DRIVER_TEMPLATE:
        return slice_head(finding->template, FAILURE_TEXT);
    case DRIVER_CODE:
        return print_code(finding->reply.code, room);
    case DRIVER_CODES:
        return print_codes(finding, room);
    case DRIVER_CAUSE:
        return slice_of(finding->cause);
    case DRIVER_MTA:
        return slice_of(finding->mta ? finding->mta->name : NULL);
    case DRIVER_WAY:
        return slice_of(direction_name(finding->record.direction));
    default:
        return failure_name(name_of(finding, by), room);
    }
}

static uint64_t hash_with(uint64_t before, struct slice text) {
    const uint64_t both[] = {before, bytes_hash(text.at, text.length)};
    return bytes_hash(both, sizeof both);
}

static uint32_t subject_of(const struct finding *finding) {
    const struct record *record = &finding->record;
    uint64_t message = bytes_hash(record->queue_id.at, record->queue_id.length);
    uint32_t subject = (uint32_t)hash_with(message, record->recipient);
    return !record->queue_id.length ? 0 : subject ? subject : 1;
}

bool failure_of(const struct finding *finding, struct failure_room *room,
                struct failure *failure_r) {
    struct counting counting;
    if (finding->record.event == EVENT_DELIVERED || finding->outside)
        return false;
    counting_begin(&counting, finding);
    if (!(counting.of & OF_FAULTS))
        return false;
    *failure_r = (struct failure){.seconds = finding->time.seconds,
                                  .nanos = finding->time.nanos,
                                  .event = finding->record.event,
                                  .row = finding->left_out ? FAILURE_LEFT_OUT : FAILURE_WHOLE,
                                  .class_name = slice_of(finding_class(finding)),
                                  .count = counting.events,
                                  .subject = subject_of(finding),
                                  .source = slice_of(finding->source),
                                  .line = finding->line,
                                  .reply = slice_head(finding->reply.whole, FAILURE_TEXT)};
    for (enum driver_dimension by = 0; by < DRIVER_DIMENSIONS; by++)
        failure_r->values[by] = failure_value(finding, by, room->names[by]);
    return true;
}

/* ---- texts and their places ---- */

struct place {
    char *text; /* owned; NULL: none was here yet */
    size_t length;
};

struct failure_memory {
    int64_t seconds;
    uint64_t line;
    struct place places[PLACES];
    uint64_t told[PLACES]; /* which wording had its reply written last, and in which minutes */
    char *old[2 * DRIVER_DIMENSIONS]; /* texts of the failure at hand that lost their place */
    size_t old_count;
};

struct failure_memory *failure_memory_new(void) {
    return memory_new(sizeof(struct failure_memory));
}

static void forget_old(struct failure_memory *memory) {
    while (memory->old_count)
        free(memory->old[--memory->old_count]);
}

void failure_memory_free(struct failure_memory *memory) {
    if (!memory)
        return;
    forget_old(memory);
    for (size_t i = 0; i < PLACES; i++)
        free(memory->places[i].text);
    free(memory);
}

/* The same in every run: which replies are kept hangs on it. */
static size_t place_of(struct slice text) {
    return bytes_hash(text.at, text.length) % PLACES;
}

static struct slice settle(struct failure_memory *memory, struct place *place, struct slice text) {
    if (place->text)
        memory->old[memory->old_count++] = place->text;
    *place = (struct place){memory_copy(text.at, text.length), text.length};
    return (struct slice){place->text, place->length};
}

static bool is_at(const struct place *place, struct slice text) {
    return place->text && slice_equal((struct slice){place->text, place->length}, text);
}

/* 0: no text; odd: the text follows, and takes the place; else it is the one in the place. */
static void put_text(struct failure_memory *memory, struct slice text, struct pack *pack) {
    if (!text.length) {
        pack_number(pack, 0);
        return;
    }
    size_t number = place_of(text);
    bool is_new = !is_at(&memory->places[number], text);
    pack_number(pack, 2 * (number + 1) + is_new);
    if (!is_new)
        return;
    pack_text(pack, text);
    settle(memory, &memory->places[number], text);
}

static struct slice take_text(struct failure_memory *memory, struct unpack *unpack) {
    uint64_t code = unpack_number(unpack);
    if (!code)
        return (struct slice){0};
    if (code / 2 < 1 || code / 2 > PLACES) {
        unpack->broken = true;
        return (struct slice){0};
    }
    struct place *place = &memory->places[code / 2 - 1];
    if (code & 1)
        return settle(memory, place, slice_head(unpack_text(unpack), FAILURE_TEXT));
    unpack->broken |= !place->text;
    return (struct slice){place->text, place->length};
}

/* ---- failures ---- */

static bool is_reply_due(struct failure_memory *memory, const struct failure *failure) {
    if (failure->row == FAILURE_LEFT_OUT)
        return false;
    uint64_t wording = hash_with((uint64_t)failure->event, failure->class_name);
    wording = hash_with(wording, failure->values[DRIVER_TEMPLATE]);
    uint64_t *told = &memory->told[wording % PLACES];
    int64_t minutes = failure->seconds / REPLY_SECONDS;
    uint64_t now = hash_with(wording, (struct slice){(const char *)&minutes, sizeof minutes});
    if (*told == now)
        return false;
    *told = now;
    return failure->reply.length != 0;
}

/* A difference that may be of any two numbers. */
static int64_t less(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t more(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

void failure_put(struct failure_memory *memory, const struct failure *failure, struct pack *pack) {
    forget_old(memory);
    pack_signed(pack, less(failure->seconds, memory->seconds));
    pack_number(pack, failure->nanos);
    pack_number(pack, (uint64_t)failure->event * FAILURE_ROWS + failure->row);
    pack_number(pack, failure->count);
    pack_number(pack, failure->subject);
    pack_signed(pack, less((int64_t)failure->line, (int64_t)memory->line));
    put_text(memory, slice_head(failure->class_name, FAILURE_TEXT), pack);
    put_text(memory, slice_head(failure->source, FAILURE_TEXT), pack);
    for (size_t i = 0; i < DRIVER_DIMENSIONS; i++)
        put_text(memory, slice_head(failure->values[i], FAILURE_TEXT), pack);
    pack_text(pack, is_reply_due(memory, failure) ? slice_head(failure->reply, FAILURE_TEXT)
                                                  : (struct slice){0});
    memory->seconds = failure->seconds;
    memory->line = failure->line;
}

bool failure_take(struct failure_memory *memory, struct unpack *unpack, struct failure *failure_r) {
    forget_old(memory);
    *failure_r = (struct failure){.seconds = more(unpack_signed(unpack), memory->seconds),
                                  .nanos = (uint32_t)unpack_number(unpack)};
    uint64_t number = unpack_number(unpack), event = number / FAILURE_ROWS;
    failure_r->event = event <= EVENT_WARNING ? (enum event)event : EVENT_NONE;
    failure_r->row = (enum failure_row)(number % FAILURE_ROWS);
    failure_r->count = unpack_number(unpack);
    failure_r->subject = (uint32_t)unpack_number(unpack);
    failure_r->line = (uint64_t)more(unpack_signed(unpack), (int64_t)memory->line);
    failure_r->class_name = take_text(memory, unpack);
    failure_r->source = take_text(memory, unpack);
    for (size_t i = 0; i < DRIVER_DIMENSIONS; i++)
        failure_r->values[i] = take_text(memory, unpack);
    failure_r->reply = unpack_text(unpack);
    memory->seconds = failure_r->seconds;
    memory->line = failure_r->line;
    return !unpack->broken && failure_r->event != EVENT_NONE;
}
