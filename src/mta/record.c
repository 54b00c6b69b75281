/* record - the words of the contract's columns, and the growing list a reader adds records to.
 *
 * Each enum has one table of spellings, made from words.def; names are looked up by number, and
 * words are only read back from pattern files, where a walk over a dozen rows is fast enough.
 */
#include "mta/record.h"

#include "base/ascii.h"
#include "base/memory.h"
#include "base/scan.h"
#include "rules/regex.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define WORD(name, spelling) spelling,
static const char *const event_names[] = {
    "",
#define EVENTS
#include "mta/words.def"
#undef EVENTS
};
static const char *const level_names[] = {
    "",
#define LEVELS
#include "mta/words.def"
#undef LEVELS
};
static const char *const direction_names[] = {
    "",
#define DIRECTIONS
#include "mta/words.def"
#undef DIRECTIONS
};
static const char *const side_names[] = {
    "",
#define SIDES
#include "mta/words.def"
#undef SIDES
};
static const char *const stage_names[] = {
    "",
#define STAGES
#include "mta/words.def"
#undef STAGES
};
static const char *const tls_names[] = {
    "",
#define TLSES
#include "mta/words.def"
#undef TLSES
};
#undef WORD

/* The functions of one enum: its name, and reading the name back. NONE has no word to read. */
#define WORDS(noun)                                                                                \
    const char *noun##_name(enum noun noun) {                                                      \
        return (size_t)noun < COUNT(noun##_names) ? noun##_names[noun] : "";                       \
    }                                                                                              \
    bool noun##_read(struct slice word, enum noun *noun##_r) {                                     \
        size_t number = word_number(noun##_names, COUNT(noun##_names), word);                      \
        if (number)                                                                                \
            *noun##_r = (enum noun)number;                                                         \
        return number != 0;                                                                        \
    }

static size_t word_number(const char *const names[], size_t count, struct slice word) {
    for (size_t i = 1; i < count; i++)
        if (slice_is(word, names[i]))
            return i;
    return 0;
}

WORDS(event)
WORDS(level)
WORDS(direction)
WORDS(side)
WORDS(stage)
WORDS(tls)

enum {
    OF_RECIPIENT = 1 << LEVEL_RECIPIENT,
    OF_TRY = 1 << LEVEL_ATTEMPT,
    OF_HOST = 1 << LEVEL_HOST,
    OF_SESSION = 1 << LEVEL_SESSION,
    OF_MTA = 1 << LEVEL_MTA,
};

static const struct {
    unsigned char outcome, incident;
} levels_of[] = {
    [EVENT_NONE] = {0, 0},
    [EVENT_DELIVERED] = {OF_RECIPIENT, 0},
    [EVENT_DEFERRED] = {OF_TRY | OF_HOST, 0},
    [EVENT_BOUNCED] = {OF_RECIPIENT | OF_HOST, 0},
    [EVENT_EXPIRED] = {OF_RECIPIENT, 0},
    [EVENT_REJECTED] = {0, OF_SESSION},
    [EVENT_AUTH_FAILED] = {0, OF_SESSION},
    [EVENT_TLS_FAILED] = {OF_HOST, OF_SESSION | OF_HOST},
    [EVENT_CONNECTION_LOST] = {OF_HOST, OF_SESSION},
    [EVENT_TIMEOUT] = {OF_HOST, OF_SESSION},
    [EVENT_DISCARDED] = {OF_RECIPIENT | OF_SESSION, OF_SESSION},
    [EVENT_HELD] = {OF_RECIPIENT, OF_SESSION},
    [EVENT_WARNING] = {0, OF_SESSION | OF_MTA},
};

bool record_may_tell(enum record_kind kind, enum event event, enum level level) {
    if (kind != RECORD_OUTCOME && kind != RECORD_INCIDENT)
        return event == EVENT_NONE && level == LEVEL_NONE;
    unsigned levels = kind == RECORD_OUTCOME ? levels_of[event].outcome : levels_of[event].incident;
    return (levels >> level & 1) != 0;
}

void records_init(struct records *records, size_t item_size) {
    *records = (struct records){.item_size = item_size, .memory = regex_memory_new()};
}

void records_release(struct records *records) {
    free(records->items);
    regex_memory_free(records->memory);
    *records = (struct records){0};
}

void records_clear(struct records *records) {
    records->count = 0;
}

struct record *records_add(struct records *records, enum record_kind kind, const char *line_type) {
    if (records->count == records->capacity)
        records->items =
            memory_grow(records->items, &records->capacity, records->count + 1, records->item_size);
    struct record *record = records_at(records, records->count++);
    memset(record, 0, records->item_size);
    record->kind = kind;
    record->line_type = line_type;
    record->size = record->delay = record->nrcpt = -1;
    return record;
}

/* Where the letters, digits and hyphens begin that a text ends with. */
static inline size_t last_word(struct slice text) {
    size_t at = text.length;
    for (; at >= SCAN_STEP; at -= SCAN_STEP) {
        unsigned others = ~scan_alnum_or(text.at + at - SCAN_STEP, '-') & 0xffff;
        if (others)
            return at - (unsigned)__builtin_clz(others << 16);
    }
    while (at > 0 && (is_alnum(text.at[at - 1]) || text.at[at - 1] == '-'))
        at--;
    return at;
}

/* Cuts a queue ID off the end: letters, digits and, for Exim, hyphens. What is none is not looked
 * up. */
static inline bool last_id_take(struct slice *text, struct slice *id_r) {
    enum { SHORTEST = 5, LONGEST = 60 };
    size_t at = last_word(*text);
    *id_r = slice_from(*text, at);
    text->length = at;
    return id_r->length >= SHORTEST && id_r->length <= LONGEST;
}

bool record_is_verb(struct slice text) {
    static const struct slice verbs[] = {
        SLICE_INIT("AUTH"), SLICE_INIT("BDAT"), SLICE_INIT("DATA"),     SLICE_INIT("EHLO"),
        SLICE_INIT("ETRN"), SLICE_INIT("EXPN"), SLICE_INIT("HELO"),     SLICE_INIT("HELP"),
        SLICE_INIT("LHLO"), SLICE_INIT("MAIL"), SLICE_INIT("NOOP"),     SLICE_INIT("QUIT"),
        SLICE_INIT("RCPT"), SLICE_INIT("RSET"), SLICE_INIT("STARTTLS"), SLICE_INIT("VRFY"),
    };
    for (size_t i = 0; i < COUNT(verbs); i++) {
        struct slice rest = text;
        if (!slice_starts_nocase(rest, verbs[i]))
            continue;
        rest = slice_from(rest, verbs[i].length);
        char next = rest.length ? (char)(rest.at[0] | 0x20) : ' ';
        if (next < 'a' || next > 'z')
            return true;
    }
    return false;
}

/* Most ends are told by their last letter alone. */
static inline bool cut_end(struct slice *text, struct slice end) {
    if (text->length < end.length || text->at[text->length - 1] != end.at[end.length - 1] ||
        memcmp(text->at + text->length - end.length, end.at, end.length) != 0)
        return false;
    text->length -= end.length;
    return true;
}

void record_link_onward(struct record *record, struct slice reply) {
    static const struct slice accepted = SLICE_INIT(" Message accepted for delivery");
    bool is_accepted = cut_end(&reply, accepted);
    struct slice id;
    if (!last_id_take(&reply, &id))
        return;
    bool is_word = !is_accepted && cut_end(&reply, SLICE("id="));
    if (reply.length && !cut_end(&reply, SLICE(" ")))
        return; /* the end of a word */
    if (!is_accepted && !is_word && !cut_end(&reply, SLICE("queued as")) &&
        !cut_end(&reply, SLICE("forwarded as")))
        return;
    record->link = LINK_ONWARD;
    record->linked_id = id;
}

void record_expired(struct record *record, struct slice reply) {
    record->event = EVENT_EXPIRED;
    record->level = LEVEL_RECIPIENT;
    record->direction = DIRECTION_OUT;
    record->side = SIDE_SYNTHETIC;
    record->stage = STAGE_QUEUE;
    record->reply = reply;
}
