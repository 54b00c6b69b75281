/* Why: a report is shown to others, who may see what went wrong and not to whom.
 *
 * How: each column of a finding is a name of one kind, or a text. The names of a finding are looked
 * for in its texts too, where nothing else would tell that they are some.
 */
#include "finding/masker.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "base/network.h"
#include "finding/masking.h"

/* ---- making one ---- */

/* Two hashes of the whole secret, under its first bytes. */
static void derive_key(struct slice secret, unsigned char key[SIPHASH_KEY]) {
    unsigned char first[SIPHASH_KEY];
    struct out text;
    memcpy(first, secret.at, sizeof first);
    out_init_memory(&text);
    for (int half = 0; half < 2; half++) {
        text.length = 0;
        out_byte(&text, (char)half);
        out_slice(&text, secret);
        uint64_t hash = siphash(first, out_held(&text));
        for (int i = 0; i < 8; i++)
            key[8 * half + i] = (unsigned char)(hash >> 8 * i);
    }
    out_release(&text);
}

static void add_folded(struct map *map, struct slice text) {
    char word[256];
    if (!text.length || text.length > sizeof word)
        return;
    map_put(map, slice_lowered(text, word), NULL);
}

static void keep_domain(struct masker *masker, struct slice name) {
    if (slice_find(name, '.') != SIZE_MAX && slice_find(name, ' ') == SIZE_MAX)
        add_folded(&masker->kept, name);
}

/* Providers, block lists, and the homes of the mail servers, which their hints name. */
static void keep_domains(struct masker *masker, const struct rulebook *book) {
    static const char *const homes[] = {"postfix.org",    "exim.org",       "sendmail.org",
                                        "proofpoint.com", "rfc-editor.org", "ietf.org"};
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++)
        keep_domain(masker, slice_of(homes[i]));
    for (size_t i = 0; i < book->provider_count; i++)
        for (size_t host = 0; host < book->providers[i].host_count; host++)
            keep_domain(masker, book->providers[i].hosts[host]);
    for (size_t i = 0; i < book->provider_count; i++)
        map_put(&masker->operators, book->providers[i].run_by, NULL);
    for (size_t i = 0; i < book->lists.count; i++)
        keep_domain(masker, book->lists.marks[i].name);
}

static void learn_words(struct masker *masker, struct slice text) {
    while (text.length) {
        size_t begin = 0, end;
        while (begin < text.length && !is_alnum(text.at[begin]))
            begin++;
        for (end = begin; end < text.length && is_alnum(text.at[end]);)
            end++;
        add_folded(&masker->vocabulary, slice_range(text.at + begin, text.at + end));
        text = slice_from(text, end);
    }
}

/* What mail servers write beside names, which nobody's login may take out of every line. */
static const char words_of_lines[] =
    "arg authenticator authid bodytype by bytes class client command conn connect connection "
    "ctladdr daemon data delay delays deliver delivery dsn ehlo esmtp esmtps esmtpsa from helo "
    "host id imap in into lmtp log login lost mail mailer mech method msgid nrcpt of on orig out "
    "plain port pri proto queue queued rcpt ready reject relay removed return ruleset said sasl "
    "sent session set size smtp smtps stat status starttls status submission tag tls to type uid "
    "user username via with xdelay";

static void learn_trade(struct masker *masker, const struct rulebook *book) {
    learn_words(masker, slice_of(words_of_lines));
    for (size_t i = 0; i < book->rule_count; i++)
        if (book->rules[i].form == RULE_SAYS)
            learn_words(masker, book->rules[i].text);
    for (size_t i = 0; i < book->reason_count; i++) {
        const struct reason *reason = &book->reasons[i];
        learn_words(masker, slice_of(reason->name));
        learn_words(masker, reason->title);
        learn_words(masker, reason->meaning);
        learn_words(masker, reason->hint);
    }
}

struct masker *masker_new(struct slice secret, const struct rulebook *book) {
    struct masker *masker = memory_new(sizeof *masker);
    derive_key(secret, masker->key);
    map_init(&masker->kept, 1);
    map_init(&masker->vocabulary, 1);
    map_init(&masker->operators, 1);
    map_init(&masker->sources, sizeof(char *));
    arena_init(&masker->arena);
    out_init_memory(&masker->out);
    keep_domains(masker, book);
    learn_trade(masker, book);
    return masker;
}

void masker_free(struct masker *masker) {
    if (!masker)
        return;
    for (size_t place = 0; place < masker->sources.used; place++)
        free(*(char **)map_at(&masker->sources, place, NULL));
    map_release(&masker->kept);
    map_release(&masker->vocabulary);
    map_release(&masker->operators);
    map_release(&masker->sources);
    arena_release(&masker->arena);
    out_release(&masker->out);
    free(masker);
}

void masker_clear(struct masker *masker) {
    arena_clear(&masker->arena);
    masker->known_count = 0;
}

/* ---- one value ---- */

static struct slice masked(struct masker *masker, struct slice text,
                           void (*put)(struct masker *masker, struct slice text)) {
    if (!text.length)
        return text;
    masker->out.length = 0;
    put(masker, text);
    return arena_copy(&masker->arena, out_held(&masker->out));
}

struct slice masker_address(struct masker *masker, struct slice text) {
    return masked(masker, text, put_address);
}

struct slice masker_host(struct masker *masker, struct slice text) {
    return masked(masker, text, put_host);
}

struct slice masker_ip(struct masker *masker, struct slice text) {
    return masked(masker, text, put_ip);
}

struct slice masker_user(struct masker *masker, struct slice text) {
    return masked(masker, text, put_user);
}

struct slice masker_id(struct masker *masker, struct slice text) {
    bool is_of_message = slice_find(text, '@') != SIZE_MAX;
    return masked(masker, text, is_of_message ? put_address : put_id);
}

struct slice masker_path(struct masker *masker, struct slice path) {
    return masked(masker, path, put_path);
}

static void know_host(struct masker *masker, struct slice host) {
    struct network network;
    know_word(masker, host, put_host);
    if (!network_read(host, &network)) /* no "192" of an IP */
        know_word(masker, slice_head(host, slice_find(host, '.')), put_host);
}

static void know_user(struct masker *masker, struct slice address) {
    know_word(masker, slice_head(address, slice_rfind(address, '@')), put_user);
}

static void know_names(struct masker *masker, const struct told_names *names) {
    for (size_t i = 0; names && i < names->count; i++)
        (names->items[i].is_host ? know_host : know_user)(masker, names->items[i].text);
}

struct slice masker_text_naming(struct masker *masker, struct slice text, struct slice host,
                                const struct told_names *of_message,
                                const struct told_names *of_entry) {
    masker->known_count = 0;
    know_host(masker, host);
    know_names(masker, of_entry);
    know_names(masker, of_message);
    struct slice shown = masked(masker, text, put_text);
    masker->known_count = 0;
    return shown;
}

struct slice masker_text(struct masker *masker, struct slice text, struct slice host) {
    return masker_text_naming(masker, text, host, NULL, NULL);
}

const char *masker_source(struct masker *masker, const char *name) {
    bool is_new;
    char **kept = map_put(&masker->sources, slice_of(name), &is_new);
    if (is_new) {
        struct slice path = masker_path(masker, slice_of(name));
        *kept = memory_copy(path.at, path.length);
    }
    return *kept;
}

struct slice masker_filter(struct masker *masker, const struct filter_word *word) {
    switch (word->by) {
    case FILTER_SENDER:
    case FILTER_RECIPIENT:
        return masker_address(masker, word->pattern);
    case FILTER_RECIPIENT_DOMAIN:
    case FILTER_PEER:
    case FILTER_HOST:
        return masker_host(masker, word->pattern);
    case FILTER_USER:
        return masker_user(masker, word->pattern);
    case FILTER_QUEUE_ID:
        return slice_is(word->pattern, "*") ? word->pattern : masker_id(masker, word->pattern);
    default:
        return word->pattern;
    }
}

/* ---- the names of a record ---- */

void names_add(struct told_names *names, struct told_name name) {
    if (!name.text.length || names->count == NAMES_MOST)
        return;
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].is_host == name.is_host && slice_equal(names->items[i].text, name.text))
            return;
    names->items[names->count++] = name;
}

void names_of_giver(struct told_names *names, const struct record *record) {
    names_add(names, (struct told_name){record->user, false, true});
    names_add(names, (struct told_name){record->helo, true, true});
    if (record->kind != RECORD_OUTCOME)
        names_add(names, (struct told_name){record->peer_host, true, true});
    names_add(names, (struct told_name){record->sender, false, true});
}

void names_of_record(struct told_names *names, const struct record *record) {
    names_of_giver(names, record);
    names_add(names, (struct told_name){record->peer_host, true, false});
    names_add(names, (struct told_name){record->recipient, false, false});
    names_add(names, (struct told_name){record->orig_recipient, false, false});
    names_add(names, (struct told_name){record->target, false, false});
}

/* ---- a finding ---- */

static void know_finding(struct masker *masker, const struct finding *finding) {
    const struct record *record = &finding->record;
    masker->known_count = 0;
    know_word(masker, finding->verdict.blocklist, NULL);
    know_word(masker, record->queue_id, put_id);
    know_word(masker, record->linked_id, put_id);
    know_host(masker, finding->host);
    struct told_name items[NAMES_MOST];
    struct told_names names = {items, 0};
    names_of_record(&names, record);
    know_names(masker, &names);
}

/* A local part; or a pipe or a file, which are texts. */
static struct slice mask_target(struct masker *masker, struct slice target) {
    bool is_text =
        target.length && (strchr("|/:\"", target.at[0]) || slice_find(target, ' ') != SIZE_MAX);
    return is_text ? masked(masker, target, put_text) : masker_address(masker, target);
}

/* Names of programs hold others seldom: "postfix/mx.example.com/smtpd". */
static struct slice mask_program(struct masker *masker, struct slice program) {
    bool may_hold = slice_find(program, '.') != SIZE_MAX || slice_find(program, '@') != SIZE_MAX;
    return may_hold ? masked(masker, program, put_path) : program;
}

static void mask_record(struct masker *masker, struct record *record) {
    record->daemon = mask_program(masker, record->daemon);
    record->instance = mask_program(masker, record->instance);
    record->queue_id = masker_id(masker, record->queue_id);
    record->linked_id = masker_id(masker, record->linked_id);
    record->message_id = masker_id(masker, record->message_id);
    record->sender = masker_address(masker, record->sender);
    record->recipient = masker_address(masker, record->recipient);
    record->orig_recipient = masker_address(masker, record->orig_recipient);
    record->target = mask_target(masker, record->target);
    record->peer_host = masker_host(masker, record->peer_host);
    record->peer_ip = masker_ip(masker, record->peer_ip);
    record->helo = masker_host(masker, record->helo);
    record->user = masker_user(masker, record->user);
}

static const struct origin *mask_origin(struct masker *masker, const struct origin *origin,
                                        struct origin *to) {
    if (!origin)
        return NULL;
    *to = (struct origin){.has_sender = origin->has_sender,
                          .sender = masker_address(masker, origin->sender),
                          .host = masker_host(masker, origin->host),
                          .ip = masker_ip(masker, origin->ip)};
    return to;
}

/* A provider, or a part of the name of the host. */
static struct slice mask_operator(struct masker *masker, struct slice run_by) {
    return map_get(&masker->operators, run_by) ? run_by : masker_host(masker, run_by);
}

struct finding masker_finding(struct masker *masker, const struct finding *finding) {
    struct finding shown = *finding;
    know_finding(masker, finding);
    shown.host = masker_host(masker, finding->host);
    shown.program = mask_program(masker, finding->program);
    shown.reply.text = masked(masker, finding->reply.text, put_text);
    shown.reply.whole = masked(masker, finding->reply.whole, put_text);
    shown.template = masked(masker, finding->template, put_text);
    shown.listed_ip = masker_ip(masker, finding->listed_ip);
    shown.run_by = mask_operator(masker, finding->run_by);
    shown.server = (struct server_hashes){0};
    shown.origin = mask_origin(masker, finding->origin, &masker->origins[0]);
    shown.counted = mask_origin(masker, finding->counted, &masker->origins[1]);
    shown.source = masker_source(masker, finding->source);
    mask_record(masker, &shown.record);
    shown.record.reply = shown.reply.whole;
    return shown;
}
