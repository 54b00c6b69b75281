/* messages - three steps: the kept lines become whole entries, put in order by time; each entry is
 * given to a part, which is one queue ID (or one session) from its begin to its end; and parts that
 * belong together become one message.
 *
 * What joins parts is what the entries say: "queued as", a notice, a clone (record.h, enum link);
 * and one message-id, as long as it joins no more than JOINED_MOST. A queue ID that is used again
 * later is another part, by the rules of finding/journey.c.
 */
#include "app/messages.h"

#include <stdlib.h>

#include "app/block.h"
#include "app/outcomes.h"
#include "base/ascii.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/out.h"
#include "input/pieces.h"

enum {
    SESSION_AGE = 3600, /* seconds of silence behind which a process has another one */
    CLIENT_AGE = 60,    /* the same for a client, where processes are not told apart */
    NO_PART = 0
};

/* One queue ID, or one session. Joined parts form a tree; what its root stands for is a message. */
struct part {
    uint32_t up; /* itself: a root */
    bool arrived, ended;
    int64_t heard;
    size_t message; /* of a root, once it is known: place + 1 */
    bool is_wanted; /* of a root */
};

/* An entry, and what of its records makes messages. */
struct read_entry {
    struct traced_entry entry;
    struct slice owner; /* of its queue: record_owner */
    struct slice message_id, session;
    struct slice *others; /* queue IDs of messages that belong to this one */
    size_t other_count;
    int64_t session_age;
    struct slice sender, client_host, client_ip, user;
    bool has_sender, arrives, ends, begins;
    uint32_t part;  /* NO_PART: of none */
    uint32_t order; /* as read */
};

/* Of a message-id: the part that had it last, and how many had it. */
struct carrier {
    uint32_t part, count;
};

struct reading_all {
    struct messages *messages;
    struct run *run;
    struct wanted *wanted;
    const struct sources *sources;
    const struct found_lines *lines;
    const struct mta *only;
    struct clock clock;
    struct pieces *pieces;
    struct records records;
    struct read_entry *entries;
    size_t count, capacity;
    struct part *parts; /* [0] is NO_PART */
    size_t part_count, part_capacity;
    struct map ids;      /* host, owner of the queue, queue ID -> uint32_t part */
    struct map on_host;  /* host, queue ID -> uint32_t part */
    struct map any_host; /* queue ID -> uint32_t part */
    struct map awaited;  /* queue ID -> uint32_t part that names it */
    struct map carriers; /* message-id -> struct carrier */
    struct map sessions; /* host, program, pid or port -> uint32_t part */
    struct map_key {
        char text[1024];
    } key;
};

/* ---- lines become entries ---- */

static void learn_record(struct read_entry *read, const struct record *record) {
    struct slice *queue_id = &read->entry.queue_id;
    if (!queue_id->length) {
        *queue_id = record->queue_id;
        read->owner = record_owner(record);
    }
    if (record->queue_id.length && !slice_equal(record->queue_id, *queue_id))
        read->others[read->other_count++] = record->queue_id;
    if (record->link != LINK_NONE && record->linked_id.length)
        read->others[read->other_count++] = record->linked_id;
    if (record->message_id.length)
        read->message_id = wanted_bare(record->message_id);
    if (record->has_sender && !read->has_sender) {
        read->has_sender = true;
        read->sender = record->sender;
    }
    if (record->kind != RECORD_OUTCOME) {
        read->client_host = record->peer_host;
        read->client_ip = record->peer_ip;
        read->user = record->user;
    }
    read->arrives |= record->kind == RECORD_ARRIVAL;
    read->ends |= record->kind == RECORD_END;
    read->begins |=
        record->kind == RECORD_DETAIL && (record->has_sender || record->message_id.length > 0);
}

/* What tells its session from others: the process, or the client. */
static struct slice session_of(struct reading_all *all, const struct entry *entry,
                               const struct record *record) {
    struct slice pid = record && record->session_pid.length ? record->session_pid : entry->pid;
    if (pid.length)
        return arena_print(&all->messages->arena, "%.*s %.*s %.*s", SLICE_ARGS(entry->host),
                           SLICE_ARGS(entry->program), SLICE_ARGS(pid));
    if (record && record->peer_ip.length)
        return arena_print(&all->messages->arena, "%.*s [%.*s]:%.*s", SLICE_ARGS(entry->host),
                           SLICE_ARGS(record->peer_ip), SLICE_ARGS(record->peer_port));
    return (struct slice){0};
}

static struct read_entry *add_entry(struct reading_all *all, const struct entry *entry,
                                    const struct source *source) {
    all->entries = memory_grow(all->entries, &all->capacity, all->count + 1, sizeof *all->entries);
    struct read_entry *read = &all->entries[all->count];
    *read = (struct read_entry){.order = (uint32_t)all->count};
    all->count++;
    struct arena *arena = &all->messages->arena;
    read->entry = (struct traced_entry){.time = entry->time,
                                        .host = arena_copy(arena, entry->host),
                                        .program = arena_copy(arena, entry->program),
                                        .pid = arena_copy(arena, entry->pid),
                                        .text = arena_copy(arena, entry->text),
                                        .source = source,
                                        .number = entry->line.number};
    return read;
}

/* Those of the client first: recipients may be many, and look like addresses. */
static struct told_names names_of(struct reading_all *all) {
    struct told_name items[NAMES_MOST];
    struct told_names names = {items, 0};
    for (size_t i = 0; i < all->records.count; i++)
        names_of_giver(&names, records_at(&all->records, i));
    for (size_t i = 0; i < all->records.count; i++)
        names_of_record(&names, records_at(&all->records, i));
    if (names.count)
        names.items = memcpy(arena_alloc(&all->messages->arena, names.count * sizeof *items), items,
                             names.count * sizeof *items);
    return names;
}

/* Reads what the entry says, out of the copies. */
static void take_whole(struct reading_all *all, const struct entry *from,
                       const struct source *source) {
    const struct mta *mta = NULL;
    struct entry entry = *from;
    struct read_entry *read = add_entry(all, &entry, source);
    entry.host = read->entry.host;
    entry.program = read->entry.program;
    entry.pid = read->entry.pid;
    entry.text = read->entry.text;
    records_clear(&all->records);
    enum reading reading =
        block_read_records(all->run->knowledge, all->only, &all->records, &entry, &mta);
    if (reading != READING_READ && reading != READING_DULL)
        records_clear(&all->records);
    read->others =
        arena_alloc(&all->messages->arena, (2 * all->records.count + 1) * sizeof *read->others);
    for (size_t i = 0; i < all->records.count; i++)
        learn_record(read, records_at(&all->records, i));
    read->session_age = entry.pid.length ? SESSION_AGE : CLIENT_AGE;
    if (!read->entry.queue_id.length)
        read->session =
            session_of(all, &entry, all->records.count ? records_at(&all->records, 0) : NULL);
    if (all->run->masker)
        read->entry.names = names_of(all);
    const struct found_place *place = &all->lines->place;
    bool is_there = place->source == source && place->line == entry.line.number;
    read->entry.is_wanted = (is_there || wanted_stands(all->wanted, entry.text)) &&
                            !block_is_outside(all->run->options, &entry.time);
}

static void given_up(void *context, const struct split *split) {
    (void)context;
    (void)split;
}

static const struct source *source_named(const struct reading_all *all, const char *name) {
    for (size_t i = 0; i < all->sources->count; i++)
        if (strcmp(all->sources->items[i].name, name) == 0)
            return &all->sources->items[i];
    return &all->sources->items[0];
}

static void take_text(struct reading_all *all, const struct split *part) {
    struct piece piece;
    struct split whole;
    if (!piece_of_text(&part->entry, &piece))
        take_whole(all, &part->entry, source_named(all, part->source));
    else if (pieces_take(all->pieces, &piece, part, given_up, all, &whole))
        take_whole(all, &whole.entry, source_named(all, whole.source));
}

static void take_stream(struct reading_all *all, const struct split *part) {
    struct piece piece;
    struct split whole;
    piece_of_stream(&part->entry, &piece);
    if (!pieces_take(all->pieces, &piece, part, given_up, all, &whole))
        return;
    struct slice inner = whole.entry.text;
    if (entry_read_inner(&all->clock, &all->messages->arena, LAYER_CONTAINER, inner,
                         &whole.entry) != UNWRAP_DULL)
        take_text(all, &whole);
}

/* The next line of an entry of several. */
static void go_on(struct reading_all *all, struct slice text) {
    struct read_entry *read = &all->entries[all->count - 1];
    struct out joined;
    out_init_memory(&joined);
    out_slice(&joined, read->entry.text);
    out_byte(&joined, '\n');
    out_slice(&joined, text);
    read->entry.text = arena_copy(&all->messages->arena, out_held(&joined));
    out_release(&joined);
    read->entry.is_wanted |=
        wanted_stands(all->wanted, text) && !block_is_outside(all->run->options, &read->entry.time);
}

static void take_line(struct reading_all *all, const struct kept *kept,
                      const struct wrapping **last_) {
    const struct source *source = &all->sources->items[kept->source];
    struct line line = {.text = kept->text};
    struct split part = {.source = source->name, .lines = 1};
    all->clock.anchor = source->anchor;
    enum unwrapping unwrapping = entry_read(&all->clock, &all->messages->arena, &line, &part.entry);
    part.entry.line.number = kept->number;
    if (unwrapping == UNWRAP_FOREIGN && all->count && entry_goes_on(*last_, kept->text))
        go_on(all, kept->text);
    if (unwrapping != UNWRAPPED)
        return;
    *last_ = part.entry.wrapping;
    if (part.entry.stream.at)
        take_stream(all, &part);
    else
        take_text(all, &part);
}

static int by_time(const void *a, const void *b) {
    const struct read_entry *one = a, *other = b;
    const struct moment *mine = &one->entry.time, *theirs = &other->entry.time;
    if (mine->seconds != theirs->seconds)
        return mine->seconds < theirs->seconds ? -1 : 1;
    if (mine->nanos != theirs->nanos && mine->digits && theirs->digits)
        return mine->nanos < theirs->nanos ? -1 : 1;
    return one->order < other->order ? -1 : one->order > other->order;
}

/* What has no time stands behind what came before it. */
static void put_in_order(struct reading_all *all) {
    bool in_order = true;
    for (size_t i = 1; i < all->count; i++) {
        struct moment *time = &all->entries[i].entry.time;
        if (time->seconds == MOMENT_NONE)
            return;
        in_order &= by_time(&all->entries[i - 1], &all->entries[i]) < 0;
    }
    if (!in_order)
        qsort(all->entries, all->count, sizeof *all->entries, by_time);
}

static void read_entries(struct reading_all *all) {
    const struct wrapping *last = NULL;
    for (size_t i = 0; i < all->lines->count; i++) {
        if (i && all->lines->items[i].source != all->lines->items[i - 1].source)
            last = NULL;
        take_line(all, &all->lines->items[i], &last);
    }
    put_in_order(all);
}

/* ---- entries become parts ---- */

static uint32_t root_of(const struct reading_all *all, uint32_t part) {
    while (all->parts[part].up != part)
        part = all->parts[part].up = all->parts[all->parts[part].up].up;
    return part;
}

/* The older one stays the root. */
static void join(struct reading_all *all, uint32_t one, uint32_t other) {
    if (one == NO_PART || other == NO_PART)
        return;
    one = root_of(all, one);
    other = root_of(all, other);
    if (one < other)
        all->parts[other].up = one;
    else
        all->parts[one].up = other;
}

static uint32_t part_new(struct reading_all *all) {
    all->parts =
        memory_grow(all->parts, &all->part_capacity, all->part_count + 1, sizeof *all->parts);
    all->parts[all->part_count] = (struct part){.up = (uint32_t)all->part_count};
    return (uint32_t)all->part_count++;
}

/* A line for each word. */
static struct slice key_of(struct reading_all *all, const struct slice *words, size_t count) {
    enum { LONGEST = sizeof all->key.text / 3 - 1 };
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        struct slice word = slice_head(words[i], LONGEST);
        if (word.length)
            memcpy(all->key.text + length, word.at, word.length);
        length += word.length;
        all->key.text[length++] = '\n';
    }
    return (struct slice){all->key.text, length};
}

static struct slice key_on_host(struct reading_all *all, struct slice host, struct slice id) {
    struct slice words[] = {host, id};
    return key_of(all, words, 2);
}

static struct slice key_of_owner(struct reading_all *all, const struct read_entry *read,
                                 struct slice id) {
    struct slice words[] = {read->entry.host, read->owner, id};
    return key_of(all, words, 3);
}

/* As in journey.c: an ID that is used again. */
static bool begins_anew(const struct part *part, const struct read_entry *read) {
    return (read->arrives && (part->arrived || part->ended)) || (read->begins && part->ended);
}

static uint32_t part_of_id(struct reading_all *all, const struct read_entry *read) {
    struct slice id = read->entry.queue_id;
    uint32_t *place = map_put(&all->ids, key_of_owner(all, read, id), NULL);
    if (*place == NO_PART || begins_anew(&all->parts[*place], read)) {
        *place = part_new(all);
        *(uint32_t *)map_put(&all->on_host, key_on_host(all, read->entry.host, id), NULL) = *place;
        *(uint32_t *)map_put(&all->any_host, id, NULL) = *place;
        uint32_t *awaiting = map_get(&all->awaited, id);
        if (awaiting)
            join(all, *awaiting, *place);
        map_remove(&all->awaited, id);
    }
    struct part *part = &all->parts[*place];
    part->arrived |= read->arrives;
    part->ended |= read->ends;
    return *place;
}

/* The message that an entry names: of its own queue, else on its host, else anywhere. NULL: there
 * is none so far. */
static const uint32_t *part_of_other(struct reading_all *all, const struct read_entry *read,
                                     struct slice id) {
    const uint32_t *part = map_get(&all->ids, key_of_owner(all, read, id));
    if (!part)
        part = map_get(&all->on_host, key_on_host(all, read->entry.host, id));
    return part ? part : map_get(&all->any_host, id);
}

/* It may be yet to come. */
static void join_other(struct reading_all *all, const struct read_entry *read, uint32_t part,
                       struct slice id) {
    const uint32_t *other = part_of_other(all, read, id);
    if (other)
        join(all, part, *other);
    else
        *(uint32_t *)map_put(&all->awaited, id, NULL) = part;
}

static void count_carrier(struct reading_all *all, const struct read_entry *read, uint32_t part) {
    enum { SHORTEST = 5 };
    if (read->message_id.length < SHORTEST)
        return;
    struct carrier *carrier = map_put(&all->carriers, read->message_id, NULL);
    carrier->count += carrier->part == NO_PART || root_of(all, carrier->part) != root_of(all, part);
    carrier->part = part;
}

/* Those of one message-id are one message, when they are few. */
static void join_carriers(struct reading_all *all) {
    for (size_t i = 0; i < all->count; i++) {
        const struct read_entry *read = &all->entries[i];
        const struct carrier *carrier =
            read->message_id.length ? map_get(&all->carriers, read->message_id) : NULL;
        if (carrier && carrier->count <= JOINED_MOST)
            join(all, carrier->part, read->part);
    }
}

static uint32_t part_of_session(struct reading_all *all, const struct read_entry *read) {
    int64_t now = read->entry.time.seconds;
    if (!read->session.length)
        return read->entry.is_wanted ? part_new(all) : NO_PART;
    uint32_t *place = map_put(&all->sessions, read->session, NULL);
    const struct part *part = &all->parts[*place];
    if (*place == NO_PART || part->ended || part->heard < now - read->session_age ||
        session_begins(read->entry.text))
        *place = part_new(all);
    all->parts[*place].heard = now;
    all->parts[*place].ended = session_ends(read->entry.text);
    return *place;
}

static bool is_word_byte(char byte) {
    return is_alnum(byte) || byte == '-';
}

/* An entry of a program beside the MTA names the message anywhere in its text. */
static uint32_t part_named(struct reading_all *all, const struct read_entry *read) {
    struct slice text = read->entry.text;
    for (size_t at = 0; at < text.length;) {
        size_t end = at;
        while (end < text.length && is_word_byte(text.at[end]))
            end++;
        struct slice word = {text.at + at, end - at};
        const uint32_t *part = word.length ? part_of_other(all, read, word) : NULL;
        if (part)
            return *part;
        at = end + 1;
    }
    return NO_PART;
}

static uint32_t part_carrying(struct reading_all *all, const struct read_entry *read) {
    const struct carrier *carrier =
        read->message_id.length ? map_get(&all->carriers, read->message_id) : NULL;
    return carrier ? carrier->part : NO_PART;
}

static uint32_t find_part(struct reading_all *all, const struct read_entry *read) {
    if (read->entry.queue_id.length) {
        uint32_t part = part_of_id(all, read);
        for (size_t i = 0; i < read->other_count; i++)
            join_other(all, read, part, read->others[i]);
        count_carrier(all, read, part);
        return part;
    }
    uint32_t part = part_carrying(all, read);
    if (part == NO_PART)
        part = part_named(all, read);
    return part != NO_PART ? part : part_of_session(all, read);
}

/* ---- parts become messages ---- */

static void count_messages(struct reading_all *all) {
    for (size_t i = 0; i < all->count; i++) {
        struct read_entry *read = &all->entries[i];
        read->part = find_part(all, read);
    }
    join_carriers(all);
    for (size_t i = 0; i < all->count; i++)
        all->parts[root_of(all, all->entries[i].part)].is_wanted |=
            all->entries[i].entry.is_wanted && all->entries[i].part != NO_PART;
    for (size_t i = 0; i < all->count; i++) {
        struct part *root = &all->parts[root_of(all, all->entries[i].part)];
        if (root->is_wanted && !root->message)
            root->message = ++all->messages->count;
    }
}

static struct traced *message_of(const struct reading_all *all, const struct read_entry *read) {
    size_t message = all->parts[root_of(all, read->part)].message;
    return message ? &all->messages->items[message - 1] : NULL;
}

static void add_word(struct slice *words, size_t *count, struct slice word) {
    for (size_t i = 0; i < *count; i++)
        if (slice_equal(words[i], word))
            return;
    if (*count < TRACED_IDS)
        words[(*count)++] = word;
}

/* What an entry tells of the whole message; the first word counts. */
static void learn_entry(struct reading_all *all, struct traced *traced,
                        const struct read_entry *read) {
    if (read->entry.queue_id.length)
        add_word(traced->queue_ids, &traced->queue_id_count, read->entry.queue_id);
    if (read->message_id.length)
        add_word(traced->message_ids, &traced->message_id_count, read->message_id);
    if (read->has_sender && !traced->has_sender) {
        traced->has_sender = true;
        traced->sender = read->sender;
    }
    if (!traced->user.length)
        traced->user = read->user;
    if (!traced->client.length && (read->client_ip.length || read->client_host.length))
        traced->client =
            arena_print(&all->messages->arena, read->client_ip.length ? "%.*s[%.*s]" : "%.*s%.*s",
                        SLICE_ARGS(read->client_host), SLICE_ARGS(read->client_ip));
}

/* Room for the ids of a message: it has no more than entries. */
static void give_room(struct reading_all *all) {
    struct arena *arena = &all->messages->arena;
    struct traced *items = all->messages->items;
    for (size_t i = 0; i < all->messages->count; i++) {
        size_t most = items[i].count < TRACED_IDS ? items[i].count : TRACED_IDS;
        items[i].entries = arena_alloc(arena, items[i].count * sizeof *items[i].entries);
        items[i].queue_ids = arena_alloc(arena, most * sizeof *items[i].queue_ids);
        items[i].message_ids = arena_alloc(arena, most * sizeof *items[i].message_ids);
        items[i].count = 0;
    }
}

static void make_messages(struct reading_all *all) {
    struct messages *messages = all->messages;
    count_messages(all);
    messages->items = arena_zero(&messages->arena, (messages->count + 1) * sizeof *messages->items);
    for (size_t i = 0; i < all->count; i++) {
        struct traced *traced = message_of(all, &all->entries[i]);
        if (traced)
            traced->count++;
    }
    give_room(all);
    struct traced_entry *kept = arena_alloc(&messages->arena, (all->count + 1) * sizeof *kept);
    for (size_t i = 0; i < all->count; i++) {
        struct traced *traced = message_of(all, &all->entries[i]);
        kept[i] = all->entries[i].entry;
        if (!traced)
            continue;
        ((const struct traced_entry **)(void *)traced->entries)[traced->count++] = &kept[i];
        learn_entry(all, traced, &all->entries[i]);
        messages->entry_count++;
    }
}

/* Where a line stands among those that were kept; of an entry it is the first. */
static size_t place_of_line(const struct reading_all *all, const struct traced_entry *entry) {
    size_t source = (size_t)(entry->source - all->sources->items), low = 0;
    size_t high = all->lines->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct kept *kept = &all->lines->items[middle];
        if (kept->source < source || (kept->source == source && kept->number < entry->number))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct traced **messages_of_lines(const struct reading_all *all) {
    struct traced **of_lines =
        arena_zero(&all->messages->arena, (all->lines->count + 1) * sizeof *of_lines);
    for (size_t i = 0; i < all->count; i++)
        of_lines[place_of_line(all, &all->entries[i].entry)] = message_of(all, &all->entries[i]);
    return of_lines;
}

void messages_read(struct messages *messages, struct run *run, struct wanted *wanted,
                   const struct sources *sources, const struct found_lines *lines) {
    *messages = (struct messages){0};
    arena_init(&messages->arena);
    struct reading_all *all = memory_new(sizeof *all);
    *all = (struct reading_all){.messages = messages,
                                .run = run,
                                .wanted = wanted,
                                .sources = sources,
                                .lines = lines,
                                .pieces = pieces_new()};
    all->only = run->options->mta ? mta_named(slice_of(run->options->mta)) : NULL;
    records_init(&all->records, sizeof(struct record));
    map_init(&all->ids, sizeof(uint32_t));
    map_init(&all->on_host, sizeof(uint32_t));
    map_init(&all->any_host, sizeof(uint32_t));
    map_init(&all->awaited, sizeof(uint32_t));
    map_init(&all->carriers, sizeof(struct carrier));
    map_init(&all->sessions, sizeof(uint32_t));
    part_new(all);
    read_entries(all);
    make_messages(all);
    outcomes_read(messages, run, sources, lines, messages_of_lines(all));
    map_release(&all->ids);
    map_release(&all->on_host);
    map_release(&all->any_host);
    map_release(&all->awaited);
    map_release(&all->carriers);
    map_release(&all->sessions);
    records_release(&all->records);
    pieces_free(all->pieces);
    free(all->entries);
    free(all->parts);
    free(all);
}

void messages_release(struct messages *messages) {
    arena_release(&messages->arena);
}
