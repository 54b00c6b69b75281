/* Why: reply, reason and wording are three walks through a text, 5,000 instructions, and two thirds
 * of the failures of a log say word for word what one before them said: "authentication failed",
 * "lost connection after AUTH", "connect to mx.example.net[198.51.100.5]:25: Connection timed out".
 *
 * How: the key is all that is looked at on these walks, as bytes: the raw reply with the context it
 * stands in. A text with an address in it is hardly ever said twice, so it is not remembered. Texts
 * that are kept are copied for each finding, since a finding lives as long as its block.
 */
#include "finding/judge.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "finding/wording.h"

enum { KEY_MOST = 512, SLOTS = 512 };

/* What was made of a text. */
struct judged {
    uint64_t hash;
    size_t key_length; /* 0: the slot is free */
    size_t room;       /* of the bytes: key, whole reply, template; owned, only grow */
    char *bytes;
    struct reply reply; /* its texts: places in the whole reply, from NULL on */
    struct verdict verdict;
    size_t template_length;
    bool code_implied;
    bool has_own_list; /* the name of the block list stands in the reply */
};

struct judge {
    struct rulebook *book;
    struct reason_memory *reasons;
    struct judged *slots;
    char key[KEY_MOST];
};

struct judge *judge_new(struct rulebook *book) {
    struct judge *judge = memory_new(sizeof *judge);
    judge->book = book;
    judge->reasons = reason_memory_new(book);
    judge->slots = memory_new(SLOTS * sizeof *judge->slots);
    return judge;
}

void judge_free(struct judge *judge) {
    if (!judge)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        free(judge->slots[i].bytes);
    free(judge->slots);
    reason_memory_free(judge->reasons);
    free(judge);
}

struct reason_memory *judge_reasons(struct judge *judge) {
    return judge->reasons;
}

/* ---- judging */

/* The code a line type stands for when it prints none (implied.csv). Where the MTA's own dsn= says
 * another thing, the words were made of it: "Data format error" with dsn=5.7.1 is no 501 5.6.0. */
static void imply_code(const struct codes *codes, struct finding *finding) {
    const struct record *record = &finding->record;
    if (finding->reply.code || !record->implied.length)
        return;
    const struct implied *implied = codes_implied(codes, record->implied);
    if (!implied)
        return;
    struct enhanced told = implied->enhanced, dsn = record->dsn;
    bool other = told.class_digit && dsn.class_digit &&
                 (told.subject != dsn.subject || told.detail != dsn.detail);
    if (other && (told.subject || told.detail))
        return;
    finding->reply.code = implied->code;
    if (!finding->reply.enhanced.class_digit && !other)
        finding->reply.enhanced = told;
    finding->code_implied = true;
}

static void judge_anew(struct judge *judge, struct arena *arena, struct finding *finding) {
    reply_read(&finding->record, arena, &finding->reply);
    imply_code(judge->book->codes, finding);
    reason_decide(judge->book, judge->reasons, finding);
    if (finding->record.event != EVENT_DELIVERED)
        finding->template = wording_template(finding->reply.text, arena);
}

/* ---- remembering */

/* What is looked at beside texts. */
struct context {
    const struct mta *mta;
    struct enhanced dsn;
    uint16_t lengths[3]; /* of the texts in front of the reply */
    uint8_t event, level, direction, side, stage;
    bool may_have_code, is_escaped;
};

/* All that judge_anew() looks at; empty: it is not to be remembered. Hosts are only asked for who
 * runs them, which counts where a server spoke. */
static struct slice key_of(struct judge *judge, const struct finding *finding) {
    const struct record *record = &finding->record;
    struct slice host = record->side == SIDE_REMOTE ? record->peer_host : (struct slice){0};
    const struct slice texts[] = {host, record->implied, record->label, record->reply};
    struct context context;
    size_t length = sizeof context;
    memset(&context, 0, sizeof context); /* what lies between its members, too */
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].length > sizeof judge->key - length)
            return (struct slice){0};
        if (texts[i].length)
            memcpy(judge->key + length, texts[i].at, texts[i].length);
        length += texts[i].length;
        if (i < sizeof context.lengths / sizeof *context.lengths)
            context.lengths[i] = (uint16_t)texts[i].length;
    }
    context.mta = finding->mta;
    context.dsn.class_digit = record->dsn.class_digit;
    context.dsn.subject = record->dsn.subject;
    context.dsn.detail = record->dsn.detail;
    context.event = (uint8_t)record->event;
    context.level = (uint8_t)record->level;
    context.direction = (uint8_t)record->direction;
    context.side = (uint8_t)record->side;
    context.stage = (uint8_t)record->stage;
    context.may_have_code = record->reply_may_have_code;
    context.is_escaped = record->reply_escaped;
    memcpy(judge->key, &context, sizeof context);
    return (struct slice){judge->key, length};
}

static bool lies_in(struct slice part, struct slice whole) {
    return (uintptr_t)part.at - (uintptr_t)whole.at <= whole.length;
}

/* A text of the kept reply in another copy of it. */
static struct slice moved(struct slice text, const char *from, const char *to) {
    return (struct slice){to + (text.at - from), text.length};
}

static void keep(struct judged *judged, struct slice key, uint64_t hash,
                 const struct finding *finding) {
    struct slice whole = finding->reply.whole, template = finding->template;
    size_t needed = key.length + whole.length + template.length;
    if (judged->room < needed) {
        judged->room = needed;
        judged->bytes = memory_resize(judged->bytes, needed, 1);
    }
    char *kept = judged->bytes + key.length;
    memcpy(judged->bytes, key.at, key.length);
    if (whole.length)
        memcpy(kept, whole.at, whole.length);
    if (template.length)
        memcpy(kept + whole.length, template.at, template.length);
    judged->hash = hash;
    judged->key_length = key.length;
    judged->template_length = template.length;
    judged->code_implied = finding->code_implied;
    judged->reply = finding->reply;
    judged->reply.whole = (struct slice){kept, whole.length};
    judged->reply.text = moved(finding->reply.text, whole.at, kept);
    judged->verdict = finding->verdict;
    judged->has_own_list = finding->verdict.blocklist.length &&
                           lies_in(finding->verdict.blocklist, finding->reply.text);
    if (judged->has_own_list)
        judged->verdict.blocklist = moved(finding->verdict.blocklist, whole.at, kept);
}

static void recall(const struct judged *judged, struct arena *arena, struct finding *finding) {
    size_t whole = judged->reply.whole.length;
    const char *kept = judged->reply.whole.at;
    char *copy = arena_alloc(arena, whole + judged->template_length + 1);
    memcpy(copy, kept, whole + judged->template_length);
    finding->reply = judged->reply;
    finding->reply.whole.at = copy;
    finding->reply.text = moved(judged->reply.text, kept, copy);
    finding->verdict = judged->verdict;
    if (judged->has_own_list)
        finding->verdict.blocklist = moved(judged->verdict.blocklist, kept, copy);
    finding->template = (struct slice){copy + whole, judged->template_length};
    finding->code_implied = judged->code_implied;
}

void judge_finding(struct judge *judge, struct arena *arena, struct finding *finding) {
    struct slice reply = finding->record.reply, key = {0};
    if (finding->record.event != EVENT_DELIVERED && slice_find(reply, '@') == SIZE_MAX &&
        reason_memory_is_sure(judge->reasons))
        key = key_of(judge, finding);
    if (!key.length) {
        judge_anew(judge, arena, finding);
        return;
    }
    uint64_t hash = bytes_hash(key.at, key.length);
    struct judged *judged = &judge->slots[hash % SLOTS];
    if (judged->hash == hash && judged->key_length == key.length &&
        memcmp(judged->bytes, key.at, key.length) == 0) {
        recall(judged, arena, finding);
        return;
    }
    judge_anew(judge, arena, finding);
    if (reason_memory_is_sure(judge->reasons))
        keep(judged, key, hash, finding);
}
