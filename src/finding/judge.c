/* Why: reply, reason and wording are three walks through a text, 10,000 instructions, and most
 * failures of a log say word for word what one before them said, but for the address in it:
 * "authentication failed", "<bob@example.net>: Recipient address rejected: User unknown".
 *
 * How: the key is all that is looked at on these walks, as bytes: the raw reply with the context it
 * stands in. A name is left out of it when it is such a one that takes no part: an address in
 * brackets, or server and client in what the MTA itself says. Cleaning takes it out, the template
 * has <address>, <host> or <ip> in its place, and nothing in it can be taken for a code, a secret
 * or a command. It is put in again where it stood. That these are left out takes 5 % off a report
 * of Postfix's, where half a percent of the lines tell of one that is new. Texts that are kept are
 * copied for each finding, since a finding lives as long as its block. With 512 pairs twice as many
 * are judged anew; with 4,096 hardly fewer, and what they hold is further from the processor: 2 %
 * more time, in a Postfix log of 1 GB.
 */
#include "finding/judge.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/memory.h"
#include "finding/clean.h"
#include "finding/wording.h"

enum { KEY_MOST = 512, PAIRS = 2048, HOSTS = 8192 };

/* What was made of a text. Thousands are kept, so that lengths are short and a reply that needed no
 * cleaning, as most, is not kept beside its key. */
struct judged {
    uint64_t hash;
    char *bytes; /* owned, only grow: key, whole reply, template */
    uint32_t room;
    uint16_t key_length; /* 0: the slot is free */
    uint16_t whole_length, template_length;
    uint16_t text_at;              /* where the text of the reply begins in the whole one */
    uint16_t name_at, name_length; /* in the whole reply; 0: none */
    uint16_t code;
    struct enhanced enhanced;
    bool enhanced_behind, mismatch, code_implied;
    bool is_as_logged;  /* the whole reply is the record's own */
    bool has_own_list;  /* the name of the block list stands in the reply, from NULL on */
    uint8_t list_names; /* so many names stand in front of it */
    struct verdict verdict;
};

struct judge {
    struct rulebook *book;
    struct reason_memory *reasons;
    struct judged *slots; /* pairs: what came last, and what came before it */
    uint64_t *hosts;      /* hashes of hosts; the lowest bit says whether one is a provider's */
    char key[KEY_MOST];
};

struct judge *judge_new(struct rulebook *book) {
    struct judge *judge = memory_new(sizeof *judge);
    judge->book = book;
    judge->reasons = reason_memory_new(book);
    judge->slots = memory_new(2 * PAIRS * sizeof *judge->slots);
    judge->hosts = memory_new(HOSTS * sizeof *judge->hosts);
    return judge;
}

void judge_free(struct judge *judge) {
    if (!judge)
        return;
    for (size_t i = 0; i < 2 * PAIRS; i++)
        free(judge->slots[i].bytes);
    free(judge->slots);
    free(judge->hosts);
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

/* A reply that may be remembered: its pieces, one more than there are names between them. */
struct parts {
    struct slice pieces[CLEAN_NAMES + 1];
    size_t names;
    struct slice name;   /* the first one; empty: there is none */
    struct slice client; /* its address, where it may take part */
    bool is_whole;       /* nothing is left out */
};

static const bool in_address[256] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['.'] = true,
    ['_'] = true,         ['+'] = true,         ['-'] = true,
};

/* "<bob@example.net>" around the '@': short, of harmless bytes, and no URL for its begin. */
static bool find_address(struct slice reply, size_t at, struct slice *address_r) {
    enum { LONGEST = 128 };
    size_t begin = at, end = at + 1;
    while (begin > 0 && in_address[(unsigned char)reply.at[begin - 1]])
        begin--;
    while (end < reply.length && in_address[(unsigned char)reply.at[end]])
        end++;
    if (begin == 0 || begin == at || end == at + 1 || end == reply.length ||
        reply.at[begin - 1] != '<' || reply.at[end] != '>' || !is_alnum(reply.at[end - 1]))
        return false;
    *address_r = slice_range(reply.at + begin - 1, reply.at + end + 1);
    return address_r->length <= LONGEST &&
           !slice_starts_nocase(slice_from(*address_r, 1), SLICE("www."));
}

static void part_at(struct slice reply, const struct slice *names, size_t count,
                    struct parts *parts_r) {
    const char *from = reply.at;
    for (size_t i = 0; i < count; i++) {
        parts_r->pieces[i] = slice_range(from, names[i].at);
        from = names[i].at + names[i].length;
    }
    parts_r->pieces[count] = slice_range(from, reply.at + reply.length);
    parts_r->names = count;
    parts_r->name = names[0];
}

/* What wording.c takes for something else than a host, or reply.c for what a secret stands by, is
 * no name that takes no part. */
static bool is_but_server(struct slice name) {
    struct slice host;
    slice_cut(&name, '[', &host);
    return !slice_starts(host, SLICE("www.")) && !slice_ends(host, SLICE("auth")) &&
           !wording_is_list(host);
}

static void part_at_names(const struct record *record, struct parts *parts_r) {
    struct slice reply = record->reply, client = record->peer_ip, names[CLEAN_NAMES];
    bool is_own = record->side == SIDE_LOCAL;
    size_t count = clean_names(reply, record->side, client, names);
    if (count && (is_own || is_but_server(names[0])))
        part_at(reply, names, count, parts_r);
    else if (is_own && client.length && slice_find_text(reply, client) != SIZE_MAX)
        parts_r->client = client;
}

static struct parts in_one_part(const struct record *record) {
    bool is_own = record->side == SIDE_LOCAL;
    return (struct parts){.pieces = {record->reply},
                          .client = is_own ? record->peer_ip : (struct slice){0},
                          .is_whole = true};
}

static void part(const struct record *record, struct parts *parts_r) {
    struct slice address;
    size_t at = slice_find(record->reply, '@');
    parts_r->pieces[0] = record->reply;
    parts_r->names = 0;
    parts_r->name = parts_r->client = (struct slice){0};
    parts_r->is_whole = false;
    if (at == SIZE_MAX)
        part_at_names(record, parts_r);
    else if (find_address(record->reply, at, &address))
        part_at(record->reply, &address, 1, parts_r);
    else
        *parts_r = in_one_part(record);
}

/* Whether what is left out may take part all the same, for something in the pieces: a quoted text,
 * AUTH, or what will read as the client's address when it is cleaned. Another address is none: each
 * is found by itself. */
static bool is_doubtful(const struct record *record, const struct parts *parts) {
    struct slice reply = record->reply;
    if (parts->is_whole)
        return false;
    if (!parts->names)
        return record->side == SIDE_LOCAL && !parts->client.length && !reply_is_clean(record);
    if (slice_find(reply, '"') != SIZE_MAX)
        return true;
    return slice_find(reply, '@') == SIZE_MAX && reply_says_auth(reply);
}

/* Hosts are only asked for whose they are, which counts where a server spoke: most are nobody's,
 * and speak like one. */
static struct slice host_of(struct judge *judge, const struct record *record) {
    struct slice host = record->peer_host;
    if (record->side != SIDE_REMOTE || !host.length)
        return (struct slice){0};
    uint64_t hash = secret_hash(host) | 1, *known = &judge->hosts[hash / 2 % HOSTS];
    if ((*known | 1) != hash)
        *known = hash - !reason_knows_host(judge->reasons, host);
    return *known & 1 ? host : (struct slice){0};
}

/* The texts that are looked at: host or client, implied, label, and the pieces of the reply. */
enum { TEXTS = 3 + CLEAN_NAMES + 1 };

/* What is looked at beside them. */
struct context {
    const struct mta *mta;
    struct enhanced dsn;
    uint16_t lengths[TEXTS];
    uint8_t event, level, direction, side, stage, names;
    bool may_have_code, is_escaped, is_whole;
};

/* All that judge_anew() looks at; empty: it is not to be remembered. */
static struct slice key_of(struct judge *judge, const struct finding *finding,
                           const struct parts *parts) {
    const struct record *record = &finding->record;
    bool is_own = record->side == SIDE_LOCAL;
    struct slice texts[TEXTS];
    texts[0] = is_own ? parts->client : host_of(judge, record);
    texts[1] = record->implied;
    texts[2] = record->label;
    size_t length = sizeof(struct context), count = TEXTS - CLEAN_NAMES + parts->names;
    memcpy(texts + TEXTS - CLEAN_NAMES - 1, parts->pieces, sizeof parts->pieces);
    struct context context;
    memset(&context, 0, sizeof context); /* what lies between its members, too */
    for (size_t i = 0; i < count; i++) {
        if (!texts[i].length)
            continue;
        if (texts[i].length > sizeof judge->key - length)
            return (struct slice){0};
        bytes_copy(judge->key + length, texts[i].at, texts[i].length);
        length += texts[i].length;
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
    context.names = (uint8_t)parts->names;
    context.is_whole = parts->is_whole;
    memcpy(judge->key, &context, sizeof context);
    return (struct slice){judge->key, length};
}

/* A failure that is looked for. */
struct search {
    struct parts parts;
    struct slice key; /* empty: it is not to be remembered */
    uint64_t hash;
};

static bool lies_in(struct slice part, struct slice whole) {
    return (uintptr_t)part.at - (uintptr_t)whole.at <= whole.length;
}

/* What stands around a name may make something else of it, and cleaning may bring it nearer. */
static bool takes_no_part(const struct judged *judged, const struct finding *finding,
                          struct slice name) {
    bool is_address = name.at[0] == '<', has_ip = name.at[name.length - 1] == ']';
    struct slice shown = has_ip ? SLICE("<host>[<ip>]") : SLICE("name=<host> type=");
    if (is_address || !judged->is_as_logged)
        return is_address;
    return finding->record.side == SIDE_LOCAL ||
           slice_find_text(finding->template, shown) != SIZE_MAX;
}

/* How many names stand in front of the block list's. False: its place is not known for others,
 * since it may be part of a name or stand by it. */
static bool find_list(struct judged *judged, const struct finding *finding,
                      const struct parts *parts) {
    struct slice list = finding->verdict.blocklist;
    judged->has_own_list = list.length && lies_in(list, finding->reply.text);
    judged->list_names = 0;
    if (!judged->has_own_list || !parts->names)
        return true;
    if (finding->record.side != SIDE_LOCAL || parts->name.at[0] == '<' || !is_letter(list.at[0]) ||
        !is_letter(list.at[list.length - 1]))
        return false;
    size_t at = (size_t)(list.at - finding->reply.whole.at), end = 0;
    for (size_t i = 0; i < parts->names; i++) {
        end += parts->pieces[i].length + parts->name.length;
        judged->list_names += end <= at;
    }
    return true;
}

/* Where the name stands in the whole reply, behind the codes. False: it is not to be kept. */
static bool find_place(struct judged *judged, const struct finding *finding, struct slice name) {
    const struct reply *reply = &finding->reply;
    judged->name_length = (uint16_t)name.length;
    judged->name_at = 0;
    if (!name.length)
        return true;
    size_t at = slice_find_text(reply->whole, name);
    judged->name_at = (uint16_t)at;
    return at != SIZE_MAX && takes_no_part(judged, finding, name) &&
           (size_t)(reply->text.at - reply->whole.at) <= at;
}

static void keep_bytes(struct judged *judged, struct slice key, struct slice whole,
                       struct slice template) {
    size_t kept_length = judged->is_as_logged ? 0 : whole.length;
    size_t needed = key.length + kept_length + template.length;
    if (judged->room < needed) {
        judged->room = (uint32_t)needed;
        judged->bytes = memory_resize(judged->bytes, needed, 1);
    }
    memcpy(judged->bytes, key.at, key.length);
    if (kept_length)
        memcpy(judged->bytes + key.length, whole.at, kept_length);
    if (template.length)
        memcpy(judged->bytes + key.length + kept_length, template.at, template.length);
    judged->key_length = (uint16_t)key.length;
    judged->whole_length = (uint16_t)whole.length;
    judged->template_length = (uint16_t) template.length;
}

static void keep(struct judged *judged, const struct search *search,
                 const struct finding *finding) {
    const struct reply *reply = &finding->reply;
    struct slice list = finding->verdict.blocklist;
    judged->key_length = 0;
    judged->is_as_logged = slice_equal(reply->whole, finding->record.reply);
    if (!find_list(judged, finding, &search->parts) ||
        !find_place(judged, finding, search->parts.name) || reply->whole.length > UINT16_MAX ||
        finding->template.length > UINT16_MAX)
        return;
    keep_bytes(judged, search->key, reply->whole, finding->template);
    judged->hash = search->hash;
    judged->text_at = (uint16_t)(reply->text.at - reply->whole.at);
    judged->code = reply->code;
    judged->enhanced = reply->enhanced;
    judged->enhanced_behind = reply->enhanced_behind;
    judged->mismatch = reply->mismatch;
    judged->code_implied = finding->code_implied;
    judged->verdict = finding->verdict;
    if (judged->has_own_list)
        judged->verdict.blocklist.at = (const char *)(uintptr_t)(list.at - reply->whole.at);
}

/* The whole reply, with this name in the place of the other. */
static struct slice whole_of(const struct judged *judged, struct slice name, struct slice logged,
                             struct arena *arena) {
    if (judged->is_as_logged)
        return logged;
    const char *kept = judged->bytes + judged->key_length;
    size_t behind = judged->name_at + judged->name_length;
    size_t length = judged->whole_length + name.length - judged->name_length;
    char *copy = arena_alloc(arena, length + 1), *to = copy + judged->name_at;
    memcpy(copy, kept, judged->name_at);
    if (name.length)
        memcpy(to, name.at, name.length);
    memcpy(to + name.length, kept + behind, judged->whole_length - behind);
    return (struct slice){copy, length};
}

static struct slice template_of(const struct judged *judged, struct arena *arena) {
    size_t at = judged->key_length + (judged->is_as_logged ? 0u : judged->whole_length);
    return arena_copy(arena, (struct slice){judged->bytes + at, judged->template_length});
}

/* Where the block list's name stands in the whole reply: the names in front of it are as long as
 * each other. */
static size_t list_place(const struct judged *judged, struct slice name) {
    uintptr_t kept = (uintptr_t)judged->verdict.blocklist.at;
    return kept + judged->list_names * (name.length - judged->name_length);
}

static void recall(const struct judged *judged, struct slice name, struct arena *arena,
                   struct finding *finding) {
    struct slice whole = whole_of(judged, name, finding->record.reply, arena);
    finding->reply = (struct reply){.code = judged->code,
                                    .enhanced = judged->enhanced,
                                    .enhanced_behind = judged->enhanced_behind,
                                    .mismatch = judged->mismatch,
                                    .text = slice_from(whole, judged->text_at),
                                    .whole = whole};
    finding->verdict = judged->verdict;
    if (judged->has_own_list)
        finding->verdict.blocklist.at = whole.at + list_place(judged, name);
    finding->template = template_of(judged, arena);
    finding->code_implied = judged->code_implied;
}

static bool has_key(const struct judged *judged, struct slice key, uint64_t hash) {
    return judged->hash == hash && judged->key_length == key.length &&
           memcmp(judged->bytes, key.at, key.length) == 0;
}

static struct judged *pair_of(struct judge *judge, uint64_t hash) {
    return &judge->slots[hash % PAIRS * 2];
}

/* The other one of the pair comes first. */
static struct judged *turn(struct judged *pair) {
    struct judged first = pair[0];
    pair[0] = pair[1];
    pair[1] = first;
    return pair;
}

/* NULL: it is not known by this key. */
static const struct judged *find_key(struct judge *judge, const struct finding *finding,
                                     struct search *search) {
    search->key = key_of(judge, finding, &search->parts);
    if (!search->key.length)
        return NULL;
    search->hash = bytes_hash(search->key.at, search->key.length);
    struct judged *pair = pair_of(judge, search->hash);
    if (has_key(&pair[0], search->key, search->hash))
        return pair;
    return has_key(&pair[1], search->key, search->hash) ? turn(pair) : NULL;
}

/* Whether it is doubtful is asked of what is not found by its parts: what is was asked when it was
 * kept, and these are the same pieces. */
static const struct judged *find(struct judge *judge, const struct finding *finding,
                                 struct search *search) {
    const struct record *record = &finding->record;
    part(record, &search->parts);
    const struct judged *judged = find_key(judge, finding, search);
    if (judged || !is_doubtful(record, &search->parts))
        return judged;
    search->parts = in_one_part(record);
    return find_key(judge, finding, search);
}

void judge_finding(struct judge *judge, struct arena *arena, struct finding *finding) {
    struct search search;
    const struct judged *judged;
    if (finding->record.event == EVENT_DELIVERED || !reason_memory_is_sure(judge->reasons)) {
        judge_anew(judge, arena, finding);
        return;
    }
    judged = find(judge, finding, &search);
    if (judged) {
        recall(judged, search.parts.name, arena, finding);
        return;
    }
    judge_anew(judge, arena, finding);
    /* What is said but once drives out nothing that is said again and again. */
    if (search.key.length && reason_memory_is_sure(judge->reasons))
        keep(turn(pair_of(judge, search.hash)), &search, finding);
}
