/* Why a mail failed is said in words by strangers and in numbers that often lie, so a reason is
 * chosen step by step, from the surest sign to the weakest:
 *
 *   1  no reply code: a condition of our own MTA; few reasons may speak
 *   2  2xx and 3xx: no failure
 *   3  a token of a provider that was recognised
 *   4  strong wording, in the order of the reasons
 *   5  an enhanced code that decides
 *   6  a reply code that decides, alone or in its stage
 *   7  weak wording
 *   8  a code as a hint: in its stage, or when the reply says nothing of its own; not an implied
 *      code, which tells what was refused and not why; and not of the recipient, when the enhanced
 *      code beside it is about something else (550 5.7.1 to RCPT is no unknown user)
 *
 * A warning of the server itself is about no recipient and no sender: only the network, the system
 * and logins may be its reason.
 *
 * Wording is looked for in at most TEXT_MOST bytes, which no real reply reaches.
 */
#include "finding/reason.h"

#include "base/memory.h"
#include "finding/deciding.h"
#include "finding/hint.h"
#include "finding/matching.h"
#include "finding/values.h"
#include <assert.h>
#include <string.h>

/* ---- the steps from 3 on */

const struct step reason_steps[REASON_STEPS] = {
    {RULE_TOKEN, BY_TOKEN, matching_first_wording},
    {RULE_STRONG, BY_TEXT, matching_first_wording},
    {RULE_ENHANCED, BY_ENHANCED, matching_first_code},
    {RULE_STAGED, BY_CODE, matching_first_code},
    {RULE_WEAK, BY_WEAK, matching_first_wording},
    {RULE_DEFAULT, BY_DEFAULT, matching_first_code},
};

static struct choice choose(struct reason_memory *memory, struct asked *asked) {
    memory->limits->met = false;
    matching_find(memory, asked);
    struct choice choice = {.provider = asked->told};
    for (size_t i = 0; i < REASON_STEPS && !choice.rule; i++) {
        choice.rule = reason_steps[i].first(memory, asked, reason_steps[i].strength);
        choice.by = choice.rule ? reason_steps[i].by : BY_NOTHING;
    }
    if (!choice.rule || deciding_guard(memory, choice.rule->id)->host) /* dear: 700 cycles */
        choice.listed = matching_list(memory, asked);
    return choice;
}

/* ---- the cache */

static char *put_bytes(char *to, const void *bytes, size_t length) {
    memcpy(to, bytes, length);
    return to + length;
}

/* All that choose() looks at, as bytes; ends at the clean text. */
static struct slice cache_key(struct reason_memory *memory, const struct asked *asked) {
    char *to = memory->key;
    memset(to, 0, KEY_HEAD);
    to = put_bytes(to, &asked->providers, sizeof asked->providers);
    to = put_bytes(to, &asked->stage, sizeof asked->stage);
    to = put_bytes(to, &asked->mta, sizeof asked->mta);
    to = put_bytes(to, &asked->code, sizeof asked->code);
    to = put_bytes(to, &asked->enhanced.class_digit, sizeof asked->enhanced.class_digit);
    to = put_bytes(to, &asked->enhanced.subject, sizeof asked->enhanced.subject);
    to = put_bytes(to, &asked->enhanced.detail, sizeof asked->enhanced.detail);
    to = put_bytes(to, &asked->side, sizeof asked->side);
    to = put_bytes(to, &asked->direction, sizeof asked->direction);
    *to++ = asked->synthetic;
    *to++ = asked->warning;
    *to++ = asked->implied;
    assert(to <= memory->key + KEY_HEAD);
    return (struct slice){memory->key, KEY_HEAD + asked->clean.length};
}

static void keep(struct kept *kept, struct slice key, uint64_t hash, struct choice choice) {
    enum { ROOM_FIRST = 2 * KEY_HEAD };
    if (kept->room < key.length) {
        kept->room = ROOM_FIRST;
        while (kept->room < key.length)
            kept->room *= 2;
        kept->key = memory_resize(kept->key, kept->room, 1);
    }
    kept->choice = choice;
    kept->hash = hash;
    kept->length = (uint32_t)key.length;
    memcpy(kept->key, key.at, key.length);
}

static struct choice choose_cached(struct reason_memory *memory, struct asked *asked) {
    struct slice key = cache_key(memory, asked);
    if (key.length > KEY_MOST || memory->way != REASON_CACHED || memory->limits->off > 0)
        return choose(memory, asked);
    uint64_t hash = bytes_hash(key.at, key.length);
    struct kept *kept = &memory->cache[hash % CACHE_SLOTS];
    if (kept->length == key.length && kept->hash == hash &&
        memcmp(kept->key, key.at, key.length) == 0)
        return kept->choice;
    struct choice choice = choose(memory, asked);
    if (memory->limits->met)
        return choice;
    keep(kept, key, hash, choice);
    return choice;
}

/* ---- the verdict */

static enum permanence permanence_of_digit(unsigned digit) {
    return digit == 4 ? TEMPORARY : digit == 5 ? PERMANENT : PERMANENCE_NONE;
}

/* What the log did, then the digits, then the reason. That one of several hosts was left says
 * nothing of what was done with the message. */
static enum permanence permanence_of(const struct finding *finding, const struct reason *reason) {
    switch (finding->record.level == LEVEL_HOST ? EVENT_NONE : finding->record.event) {
    case EVENT_DEFERRED:
        return TEMPORARY;
    case EVENT_BOUNCED:
    case EVENT_EXPIRED:
        return PERMANENT;
    default:
        break;
    }
    const unsigned digits[] = {finding->reply.code / 100u, finding->reply.enhanced.class_digit,
                               finding->record.dsn.class_digit};
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
        enum permanence permanence = permanence_of_digit(digits[i]);
        if (permanence != PERMANENCE_NONE)
            return permanence;
    }
    if (!reason)
        return PERMANENCE_NONE;
    return reason->lasting ? PERMANENT : TEMPORARY;
}

/* A name out of the text is given as it stands in the reply, which lasts; only looked for where it
 * is that of the host that sends. */
static struct slice list_name(const struct listed *listed, struct slice clean, struct slice text) {
    if (!listed->mark || listed->mark->name.length)
        return listed->mark ? listed->mark->name : (struct slice){0};
    struct slice name = slice_head(slice_from(clean, listed->at), listed->length);
    size_t at = slice_find_text(text, name);
    return at == SIZE_MAX ? (struct slice){0} : slice_head(slice_from(text, at), name.length);
}

static struct verdict verdict_of(const struct finding *finding, const struct asked *asked,
                                 struct choice choice) {
    struct verdict verdict = {.class_name = "unclassified", .severity = SEVERITY_NOTICE};
    if (choice.rule) {
        const struct reason *reason = choice.rule->reason;
        bool in =
            reason_way(reason, finding->record.event, finding->record.direction) == DIRECTION_IN;
        verdict.class_name = reason->name;
        verdict.reason = reason;
        verdict.by = choice.by;
        verdict.rule = choice.rule;
        verdict.severity = in ? reason->severity_in : reason->severity_out;
        verdict.acts = in ? reason->acts_in : reason->acts_out;
    }
    verdict.permanence = permanence_of(finding, verdict.reason);
    if (values_speak_of_provider(finding->record.side))
        verdict.provider = asked->nearest ? asked->nearest : choice.provider;
    verdict.blocklist = list_name(&choice.listed, asked->clean, finding->reply.text);
    return verdict;
}

/* Step 2. A delivery without a reply, into a mailbox of our own, is as good. What failed did so
 * whatever the reply: "Protocol error: host ... said: 220". */
static bool no_failure(const struct finding *finding, struct verdict *verdict_r) {
    enum event event = finding->record.event;
    if (event >= EVENT_DEFERRED && event <= EVENT_TIMEOUT)
        return false;
    unsigned digit = finding->reply.code / 100u;
    *verdict_r = (struct verdict){.class_name = digit == 3 ? "intermediate" : "accepted",
                                  .by = BY_CODE,
                                  .severity = SEVERITY_INFO};
    if (digit == 2 || digit == 3)
        return true;
    verdict_r->by = BY_NOTHING;
    return finding->reply.code == 0 && event == EVENT_DELIVERED;
}

bool reason_is_failure(const struct finding *finding) {
    struct verdict verdict;
    return !no_failure(finding, &verdict);
}

/* A daemon that died is a fault of our server, whatever it said last. */
static void decide_by_label(const struct rulebook *book, struct finding *finding) {
    struct verdict *verdict = &finding->verdict;
    struct slice label = finding->record.label;
    if (verdict->reason ||
        !(slice_equal_nocase(label, SLICE("fatal")) || slice_equal_nocase(label, SLICE("panic"))))
        return;
    const struct reason *reason = rulebook_reason(book, SLICE("server-error"));
    if (!reason)
        return;
    verdict->class_name = reason->name;
    verdict->reason = reason;
    verdict->by = BY_DEFAULT;
    verdict->severity = reason->severity_in;
    verdict->acts = reason->acts_in;
    verdict->permanence = permanence_of(finding, reason);
}

void reason_decide(const struct rulebook *book, struct reason_memory *memory,
                   struct finding *finding) {
    assert(book == memory->book);
    if (no_failure(finding, &finding->verdict))
        return;
    struct asked asked = matching_asked(memory, finding);
    finding->verdict = verdict_of(finding, &asked, choose_cached(memory, &asked));
    decide_by_label(book, finding);
}

void reason_of_reply(const struct rulebook *book, struct reason_memory *memory, struct slice text,
                     struct arena *arena, struct finding *finding) {
    reply_read_text(text, arena, &finding->reply);
    if (finding->record.side == SIDE_NONE)
        finding->record.side = finding->reply.code || finding->reply.enhanced.class_digit
                                   ? SIDE_REMOTE
                                   : SIDE_SYNTHETIC;
    reason_decide(book, memory, finding);
}
