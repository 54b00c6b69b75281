/* passes - each pass looks for plain texts in whole blocks and reads only the lines that hold one.
 *
 *     pass 1    WHAT
 *     pass 2    WHAT, and the ids of what the first pass found: queue IDs, message-ids
 *     pass 3    the same, and the ids that the second found in the entries of the first ones'
 *
 * What a line says is read by the readers of the MTAs: its queue ID, the ID of a next hop, of a
 * notice or of a clone, its message-id. Whatever is new is looked for from there on, so a chain of
 * messages is followed along the log in one pass. What stands before the place where it was met is
 * found by the next pass; in the last one in the last RING blocks, as what belongs together is
 * logged within seconds. A pass that met nothing new is the last.
 *
 * Whose message an entry is, decides messages.h later: lines kept in vain cost only their room.
 */
#include "app/passes.h"

#include <stdlib.h>

#include "app/again.h"
#include "app/block.h"
#include "app/glance.h"
#include "app/meter.h"
#include "app/say.h"
#include "base/ascii.h"
#include "base/memory.h"
#include "base/needles.h"
#include "input/pieces.h"

enum {
    RING = 64, /* blocks held: 2 MiB of log */
    SOUGHT_MOST = 1 << 20,
    ID_SHORTEST = 5,    /* what is shorter stands in too many texts */
    LINES_AROUND = 400, /* that one entry or session may go on for */
    WATCHES = 64,
};

/* What a text is that is looked for. */
enum sought_kind { SOUGHT_WHAT = 1, SOUGHT_ID = 2, SOUGHT_MESSAGE_ID = 4, SOUGHT_TAG = 8 };

struct sought {
    unsigned kinds;
    uint32_t joined; /* queue IDs that a message-id led to */
};

/* A block that is held, and where it begins. */
struct held {
    struct lines_block block;
    uint64_t first; /* number of its first line */
    uint64_t lines;
};

/* A line of a block that is held. */
struct spot {
    struct held *held;
    size_t begin, end; /* in its bytes, without the line end */
    uint64_t number;
};

/* A session without a queue ID that goes on behind the last line that was read. */
struct session_watch {
    char program[64], pid[24];
    unsigned lines; /* how far it was followed */
};

struct passes {
    struct run *run;
    const struct mta *only;
    struct wanted *wanted;
    struct found_lines *found;
    struct again *again;
    size_t source_count;
    struct needles *needles;
    struct sought *sought; /* of each needle */
    size_t sought_capacity;
    /* Of the pass, the source, the block at hand: */
    bool is_first, is_last;
    bool has_past;          /* what was met in the block may have entries in those before */
    size_t read, read_back; /* bytes */
    uint32_t source;
    struct held ring[RING];
    size_t newest, held_count;
    struct needle_hits hits;
    struct clock clock;
    struct arena arena;
    struct records records;
    struct pieces *pieces;
    const struct wrapping *going_on; /* of a kept entry that the last block ended in; NULL: none */
    struct session_watch watches[WATCHES];
    size_t watch_count;
    struct glance glance; /* of the first pass */
};

/* ---- what is looked for ---- */

static size_t seek(struct passes *passes, struct slice text, unsigned kind, bool any_case) {
    bool is_new;
    size_t number = needles_add(passes->needles, text, any_case, &is_new);
    passes->sought =
        memory_grow(passes->sought, &passes->sought_capacity, number + 1, sizeof *passes->sought);
    if (is_new)
        passes->sought[number] = (struct sought){0};
    passes->sought[number].kinds |= kind;
    return number;
}

static struct sought *sought_as(const struct passes *passes, struct slice text, unsigned kind) {
    size_t number = text.length ? needles_number(passes->needles, text) : SIZE_MAX;
    bool is_sought = number != SIZE_MAX && (passes->sought[number].kinds & kind) != 0;
    return is_sought ? &passes->sought[number] : NULL;
}

static void seek_id(struct passes *passes, struct slice id, enum sought_kind kind) {
    if (id.length < ID_SHORTEST || id.length > NEEDLE_LONGEST)
        return;
    if (needles_count(passes->needles) < SOUGHT_MOST)
        seek(passes, id, kind, false);
    else
        passes->found->cut = true;
}

static void seek_wanted(struct passes *passes, const struct sources *sources) {
    const struct wanted *wanted = passes->wanted;
    bool may_escape = false;
    for (size_t i = 0; i < sources->count; i++)
        may_escape |= sources->items[i].is_pipe || slice_starts(sources->items[i].head, SLICE("{"));
    for (size_t i = 0; i < wanted->form_count; i++)
        seek(passes, may_escape ? wanted_unescaped(wanted->forms[i]) : wanted->forms[i],
             SOUGHT_WHAT, wanted->any_case);
}

/* ---- lines ---- */

static uint64_t newlines_in(const char *at, size_t length) {
    enum { LANES = 64, ROUNDS = 255 };
    uint64_t count = 0;
    while (length >= LANES) {
        unsigned char lanes[LANES] = {0};
        size_t rounds = length / LANES < ROUNDS ? length / LANES : ROUNDS;
        for (size_t round = 0; round < rounds; round++, at += LANES)
            for (size_t i = 0; i < LANES; i++)
                lanes[i] = (unsigned char)(lanes[i] + (at[i] == '\n'));
        for (size_t i = 0; i < LANES; i++)
            count += lanes[i];
        length -= rounds * LANES;
    }
    for (size_t i = 0; i < length; i++)
        count += at[i] == '\n';
    return count;
}

static struct slice spot_text(const struct spot *spot) {
    const char *at = spot->held->block.bytes + spot->begin;
    size_t length = spot->end - spot->begin;
    if (length && at[length - 1] == '\r')
        length--;
    return lines_kept((struct slice){at, length});
}

static void spot_end(struct spot *spot) {
    const struct lines_block *block = &spot->held->block;
    const char *newline = memchr(block->bytes + spot->begin, '\n', block->length - spot->begin);
    spot->end = newline ? (size_t)(newline - block->bytes) : block->length;
}

/* The line that holds a place; `from` is a line at or before it. */
static struct spot spot_at(const struct spot *from, size_t at) {
    struct spot spot = *from;
    const char *bytes = spot.held->block.bytes;
    const char *before = at ? memrchr(bytes, '\n', at) : NULL;
    spot.begin = before ? (size_t)(before + 1 - bytes) : 0;
    if (spot.begin < from->begin)
        spot.begin = from->begin;
    spot.number += newlines_in(bytes + from->begin, spot.begin - from->begin);
    spot_end(&spot);
    return spot;
}

static struct spot spot_first(struct held *held) {
    struct spot spot = {.held = held, .number = held->first};
    spot_end(&spot);
    return spot;
}

/* False: nothing that is held follows. */
static bool spot_next(const struct passes *passes, struct spot *spot) {
    struct held *held = spot->held;
    if (spot->end + 1 < held->block.length) {
        spot->begin = spot->end + 1;
        spot->number++;
        spot_end(spot);
        return true;
    }
    if (held == &passes->ring[passes->newest])
        return false;
    size_t next = ((size_t)(held - passes->ring) + 1) % RING;
    *spot = spot_first((struct held *)&passes->ring[next]);
    return true;
}

static bool spot_previous(const struct passes *passes, struct spot *spot) {
    struct held *held = spot->held;
    if (spot->begin == 0) {
        size_t place = (size_t)(held - passes->ring);
        size_t age = (passes->newest + RING - place) % RING;
        if (age + 1 >= passes->held_count)
            return false;
        held = (struct held *)&passes->ring[(place + RING - 1) % RING];
        *spot =
            (struct spot){held, held->block.length, held->block.length, held->first + held->lines};
    }
    const char *bytes = held->block.bytes;
    size_t end = spot->begin;
    if (end && bytes[end - 1] == '\n')
        end--;
    const char *newline = end ? memrchr(bytes, '\n', end) : NULL;
    spot->begin = newline ? (size_t)(newline + 1 - bytes) : 0;
    spot->end = end;
    spot->number--;
    return true;
}

static void keep(struct passes *passes, const struct spot *spot) {
    struct found_lines *found = passes->found;
    struct slice text = spot_text(spot);
    if (found->cut || found->bytes + text.length + sizeof(struct kept) > KEPT_BYTES) {
        found->cut = true;
        return;
    }
    found->items =
        memory_grow(found->items, &found->capacity, found->count + 1, sizeof *found->items);
    found->items[found->count++] =
        (struct kept){passes->source, spot->number, arena_copy(&found->arena, text)};
    found->bytes += text.length + sizeof(struct kept);
}

/* ---- what an entry says ---- */

static bool is_joint(enum link link, struct slice id) {
    return link != LINK_NONE && id.length > 0;
}

/* Its message-id is sought, and did not lead to too many messages yet. */
static bool is_joined(struct passes *passes, const struct record *record) {
    struct slice id = wanted_bare(record->message_id);
    struct sought *sought = sought_as(passes, id, SOUGHT_MESSAGE_ID);
    if (!sought || !record->queue_id.length || sought_as(passes, record->queue_id, SOUGHT_ID))
        return sought != NULL;
    if (sought->joined >= JOINED_MOST) {
        passes->found->not_joined += passes->is_last;
        return false;
    }
    sought->joined++;
    return true;
}

static bool is_followed(struct passes *passes, const struct record *record) {
    return sought_as(passes, record->queue_id, SOUGHT_ID) ||
           (is_joint(record->link, record->linked_id) &&
            sought_as(passes, record->linked_id, SOUGHT_ID)) ||
           is_joined(passes, record);
}

/* The queue ID that another server gave is of no entry before, as a rule. */
static void follow(struct passes *passes, const struct record *record) {
    if (record->link == LINK_ONWARD)
        seek_id(passes, record->linked_id, SOUGHT_ID);
    size_t count = needles_count(passes->needles);
    seek_id(passes, record->queue_id, SOUGHT_ID);
    if (is_joint(record->link, record->linked_id))
        seek_id(passes, record->linked_id, SOUGHT_ID);
    seek_id(passes, wanted_bare(record->message_id), SOUGHT_MESSAGE_ID);
    passes->has_past |= needles_count(passes->needles) > count;
}

/* What the blocks told of a line before it was read. */
struct told {
    bool has_id;    /* an id that is looked for stands in it; that counts where the readers know no
                       queue ID (a filter) */
    bool is_wanted; /* WHAT stands in a line that goes on with the entry */
};

/* What an entry has to do with what is traced. */
enum bearing {
    BEARING_NONE,
    BEARING_MESSAGE, /* it is about a message; its ids are looked for now */
    BEARING_SESSION, /* WHAT stands in it, and it has no queue ID */
};

static enum bearing take_entry(struct passes *passes, const struct entry *entry, struct told told) {
    const struct mta *mta = NULL;
    struct records *records = &passes->records;
    bool is_wanted = (told.is_wanted || wanted_stands(passes->wanted, entry->text)) &&
                     !block_is_outside(passes->run->options, &entry->time);
    if (!is_wanted && !told.has_id)
        return BEARING_NONE;
    records_clear(records);
    enum reading reading =
        block_read_records(passes->run->knowledge, passes->only, records, entry, &mta);
    if (passes->only && mta && mta != passes->only)
        return BEARING_NONE;
    if (reading != READING_READ && reading != READING_DULL)
        records_clear(records);
    bool is_followed_here = false, has_queue_id = false;
    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = records_at(records, i);
        has_queue_id |= record->queue_id.length > 0;
        is_followed_here |= is_followed(passes, record);
    }
    if (!is_wanted && !is_followed_here && !(told.has_id && !has_queue_id))
        return BEARING_NONE;
    for (size_t i = 0; i < records->count; i++)
        follow(passes, records_at(records, i));
    return is_wanted && !has_queue_id ? BEARING_SESSION : BEARING_MESSAGE;
}

static void given_up(void *context, const struct split *split) {
    (void)context;
    (void)split;
}

/* A piece of an entry: kept, and so are all that come out of the same process. */
static void take_piece(struct passes *passes, const struct entry *entry, const struct piece *piece,
                       struct told told) {
    struct split part = {*entry, "", 1}, whole;
    char tag[32];
    if (piece->kind == 'e' && entry->pid.length && entry->pid.length < 12) {
        memcpy(tag, entry->pid.at, entry->pid.length);
        memcpy(tag + entry->pid.length, "]: [", 4);
        seek(passes, (struct slice){tag, entry->pid.length + 4}, SOUGHT_TAG, false);
    }
    seek_id(passes, piece->id, SOUGHT_ID);
    if (pieces_take(passes->pieces, piece, &part, given_up, passes, &whole))
        take_entry(passes, &whole.entry, told);
}

/* ---- what a hit leads to ---- */

static bool is_loose(struct passes *passes, const struct spot *spot, struct entry *entry) {
    struct line line = {.text = spot_text(spot)};
    return entry_read(&passes->clock, &passes->arena, &line, entry) == UNWRAP_FOREIGN;
}

/* The begin of the entry that the line belongs to. False: there is none. */
static bool find_begin(struct passes *passes, struct spot *spot, struct entry *entry) {
    for (size_t i = 0; i < LINES_AROUND; i++) {
        if (!is_loose(passes, spot, entry))
            return entry->wrapping != NULL;
        if (!spot_previous(passes, spot))
            return false;
    }
    return false;
}

/* The lines that go on with a kept entry. */
static void keep_rest(struct passes *passes, struct spot spot, const struct wrapping *wrapping) {
    passes->going_on = NULL;
    for (size_t i = 0; i < LINES_AROUND; i++) {
        struct entry entry;
        if (!spot_next(passes, &spot)) {
            passes->going_on = wrapping;
            return;
        }
        if (!entry_goes_on(wrapping, spot_text(&spot)) || !is_loose(passes, &spot, &entry))
            return;
        keep(passes, &spot);
    }
}

/* Docker and CRI: the line before of the same stream, when it is a piece that this one goes on
 * with. */
static bool find_piece_before(struct passes *passes, struct spot *spot_,
                              const struct entry *entry) {
    struct spot spot = *spot_;
    for (size_t i = 0; i < LINES_AROUND && spot_previous(passes, &spot); i++) {
        struct entry other;
        if (is_loose(passes, &spot, &other) || !slice_equal(other.stream, entry->stream))
            continue;
        *spot_ = spot;
        return other.goes_on;
    }
    return false;
}

/* Puts together what a container has cut, from its first piece on. */
static void take_stream(struct passes *passes, const struct spot *from, const struct entry *entry,
                        struct told told) {
    struct spot spot = *from, before = *from;
    struct entry next;
    struct split whole;
    bool is_whole = false;
    while (find_piece_before(passes, &before, entry))
        spot = before;
    pieces_free(passes->pieces);
    passes->pieces = pieces_new();
    for (size_t i = 0; i < LINES_AROUND && !is_whole; i++) {
        struct piece piece;
        if (!is_loose(passes, &spot, &next) && slice_equal(next.stream, entry->stream)) {
            struct split part = {next, "", 1};
            piece_of_stream(&next, &piece);
            keep(passes, &spot);
            is_whole = pieces_take(passes->pieces, &piece, &part, given_up, passes, &whole) ||
                       !next.goes_on;
        }
        if (!is_whole && !spot_next(passes, &spot))
            return;
    }
    struct slice inner = whole.entry.text;
    if (is_whole && entry_read_inner(&passes->clock, &passes->arena, LAYER_CONTAINER, inner,
                                     &whole.entry) != UNWRAP_DULL)
        take_entry(passes, &whole.entry, told);
}

static bool is_cut_by_container(struct passes *passes, const struct spot *spot,
                                const struct entry *entry) {
    struct spot before = *spot;
    return entry->stream.at && (entry->goes_on || find_piece_before(passes, &before, entry));
}

/* ---- sessions ---- */

bool session_begins(struct slice text) {
    static const struct slice begins[] = {SLICE_INIT("connect from "), SLICE_INIT("CONNECT from "),
                                          SLICE_INIT("SMTP connection from "),
                                          SLICE_INIT("TCP/IP connection count = ")};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (slice_starts(text, begins[i]))
            return slice_find_text(text, SLICE(" closed")) == SIZE_MAX;
    return false;
}

bool session_ends(struct slice text) {
    return slice_starts(text, SLICE("disconnect from ")) ||
           slice_starts(text, SLICE("DISCONNECT "));
}

static bool watch_of(const struct entry *entry, struct session_watch *watch_r) {
    *watch_r = (struct session_watch){.lines = 0};
    if (!entry->pid.length || entry->pid.length >= sizeof watch_r->pid ||
        entry->program.length >= sizeof watch_r->program)
        return false;
    memcpy(watch_r->pid, entry->pid.at, entry->pid.length);
    if (entry->program.length)
        memcpy(watch_r->program, entry->program.at, entry->program.length);
    return true;
}

static bool is_of_session(struct passes *passes, const struct session_watch *watch,
                          const struct spot *spot, struct entry *entry) {
    return slice_find_text(spot_text(spot), slice_of(watch->pid)) != SIZE_MAX &&
           !is_loose(passes, spot, entry) && slice_is(entry->pid, watch->pid) &&
           slice_is(entry->program, watch->program);
}

/* The entries of the process from here on, to the end of the session. False: it goes on behind the
 * block. */
static bool keep_session_on(struct passes *passes, struct session_watch *watch, struct spot spot) {
    for (; watch->lines < LINES_AROUND; watch->lines++) {
        struct entry entry;
        if (is_of_session(passes, watch, &spot, &entry)) {
            if (session_begins(entry.text))
                return true;
            keep(passes, &spot);
            if (session_ends(entry.text))
                return true;
        }
        if (!spot_next(passes, &spot))
            return false;
    }
    return true;
}

static void keep_session(struct passes *passes, const struct spot *from, const struct entry *of) {
    struct session_watch watch;
    struct spot spot = *from;
    struct entry entry;
    if (!watch_of(of, &watch))
        return;
    for (size_t i = 0; i < LINES_AROUND && !session_begins(of->text); i++) {
        if (!spot_previous(passes, &spot))
            break;
        if (!is_of_session(passes, &watch, &spot, &entry))
            continue;
        if (session_ends(entry.text))
            break;
        keep(passes, &spot);
        if (session_begins(entry.text))
            break;
    }
    spot = *from;
    bool is_over = session_ends(of->text) ||
                   (spot_next(passes, &spot) && keep_session_on(passes, &watch, spot));
    if (!is_over && passes->watch_count < WATCHES)
        passes->watches[passes->watch_count++] = watch;
}

static void keep_watched(struct passes *passes, struct held *held) {
    size_t kept = 0;
    for (size_t i = 0; i < passes->watch_count; i++) {
        struct session_watch watch = passes->watches[i];
        watch.lines++;
        if (!keep_session_on(passes, &watch, spot_first(held)))
            passes->watches[kept++] = watch;
    }
    passes->watch_count = kept;
}

/* ---- a line that was met ---- */

static void take_line(struct passes *passes, struct spot spot, bool has_id) {
    struct entry entry;
    struct piece piece;
    enum bearing bearing = BEARING_MESSAGE;
    struct told told = {.has_id = has_id};
    const struct spot hit = spot;
    arena_clear(&passes->arena);
    if (!find_begin(passes, &spot, &entry))
        return;
    const struct source *source = passes->again[passes->source].source;
    if (hit.number != spot.number)
        told.is_wanted = wanted_stands(passes->wanted, spot_text(&hit));
    if (wanted_is_at(passes->wanted, source, hit.number)) {
        told.is_wanted = true;
        passes->found->place = (struct found_place){source, spot.number};
    }
    if (is_cut_by_container(passes, &spot, &entry))
        take_stream(passes, &spot, &entry, told);
    else if (piece_may_be(entry.text) && piece_of_text(&entry, &piece))
        take_piece(passes, &entry, &piece, told);
    else
        bearing = take_entry(passes, &entry, told);
    if (bearing == BEARING_NONE)
        return;
    keep(passes, &spot);
    keep_rest(passes, spot, entry.wrapping);
    if (bearing == BEARING_SESSION)
        keep_session(passes, &spot, &entry);
}

/* Stands alone, not inside a longer id. */
static bool is_whole_id(const struct lines_block *block, const struct needle_hit *hit,
                        size_t length) {
    size_t end = hit->at + length;
    return (hit->at == 0 || !is_alnum(block->bytes[hit->at - 1])) &&
           (end >= block->length || !is_alnum(block->bytes[end]));
}

/* Takes each line once that holds what is looked for from needle `first` on. */
static void search_block(struct passes *passes, struct held *held, size_t first) {
    struct slice bytes = {held->block.bytes, held->block.length};
    struct spot spot = spot_first(held);
    passes->hits.count = 0;
    needles_find(passes->needles, bytes, first, &passes->hits);
    for (size_t i = 0; i < passes->hits.count;) {
        spot = spot_at(&spot, passes->hits.items[i].at);
        bool has_id = false, is_hit = false;
        for (; i < passes->hits.count && passes->hits.items[i].at <= spot.end; i++) {
            const struct needle_hit *hit = &passes->hits.items[i];
            unsigned kinds = passes->sought[hit->needle].kinds;
            bool is_whole =
                is_whole_id(&held->block, hit, needles_text(passes->needles, hit->needle).length);
            has_id |= is_whole && (kinds & (SOUGHT_ID | SOUGHT_MESSAGE_ID));
            is_hit |= is_whole || (kinds & (SOUGHT_WHAT | SOUGHT_TAG));
        }
        if (is_hit)
            take_line(passes, spot, has_id);
    }
}

/* What is a pattern or may be cut in pieces is asked of every line. */
static void read_block(struct passes *passes, struct held *held) {
    struct spot spot = spot_first(held);
    for (size_t i = 0; i < held->lines; i++) {
        if (spot.begin < spot.end)
            take_line(passes, spot, false);
        if (spot.end + 1 >= held->block.length)
            break;
        spot.begin = spot.end + 1;
        spot.number++;
        spot_end(&spot);
    }
}

static bool holds_place(const struct passes *passes, const struct held *held) {
    return passes->wanted->path && passes->wanted->line >= held->first &&
           passes->wanted->line < held->first + held->lines;
}

static void read_place(struct passes *passes, struct held *held) {
    struct spot spot = spot_first(held);
    while (spot.number < passes->wanted->line && spot_next(passes, &spot))
        ;
    if (wanted_is_at(passes->wanted, passes->again[passes->source].source, spot.number))
        take_line(passes, spot, false);
}

/* What was met in the block may have been named before, in it or in those before. */
static void look_back(struct passes *passes, struct held *held, size_t before) {
    enum { FREE = 1 << 26, SHARE = 4 }; /* the pass shall not become slow by it */
    size_t count;
    do {
        count = needles_count(passes->needles);
        bool is_far =
            passes->is_last && passes->has_past && passes->read_back < FREE + passes->read / SHARE;
        passes->has_past = false;
        search_block(passes, held, before);
        for (size_t age = 1; is_far && age < passes->held_count; age++) {
            struct held *older = &passes->ring[(passes->newest + RING - age) % RING];
            search_block(passes, older, before);
            passes->read_back += older->block.length;
        }
        before = count;
    } while (needles_count(passes->needles) > count);
}

/* The head of a block may go on with what the block before ended in. */
static void keep_going_on(struct passes *passes, struct held *held) {
    const struct wrapping *wrapping = passes->going_on;
    struct spot spot = spot_first(held);
    struct entry entry;
    passes->going_on = NULL;
    if (!wrapping || !entry_goes_on(wrapping, spot_text(&spot)) || !is_loose(passes, &spot, &entry))
        return;
    keep(passes, &spot);
    keep_rest(passes, spot, wrapping);
}

static void glance_at(struct passes *passes, struct held *held) {
    struct spot spot = spot_first(held);
    do {
        struct line line = {.text = spot_text(&spot)};
        struct entry entry;
        enum unwrapping unwrapping = entry_read(&passes->clock, &passes->arena, &line, &entry);
        glance_take(&passes->glance, unwrapping, &entry, spot.number);
        arena_clear(&passes->arena);
    } while (glance_goes_on(&passes->glance) && spot_next(passes, &spot));
}

static void take_block(struct passes *passes, struct held *held) {
    size_t before = needles_count(passes->needles);
    passes->has_past = false;
    passes->read += held->block.length;
    if (passes->is_first && glance_goes_on(&passes->glance))
        glance_at(passes, held);
    keep_going_on(passes, held);
    keep_watched(passes, held);
    if (holds_place(passes, held))
        read_place(passes, held);
    if (passes->wanted->regex)
        read_block(passes, held);
    else
        search_block(passes, held, 0);
    if (passes->is_first)
        return;
    if (passes->wanted->regex)
        search_block(passes, held, 0);
    if (needles_count(passes->needles) > before)
        look_back(passes, held, before);
}

/* ---- sources and passes ---- */

static void say_failed(struct passes *passes, const char *text) {
    if (passes->is_first)
        say_fault("%s", text);
    passes->run->faulty = true;
}

/* Returns how many lines there were. */
static uint64_t read_blocks(struct passes *passes, struct reader *reader,
                            const struct source *source) {
    struct lines lines;
    struct problem problem;
    bool failed = false;
    uint64_t number = 1;
    lines_init(&lines, reader);
    passes->held_count = 0;
    for (;;) {
        passes->newest = (passes->newest + 1) % RING;
        struct held *held = &passes->ring[passes->newest];
        if (!held->block.bytes)
            held->block.bytes = memory_resize(NULL, LINES_BLOCK + LINE_LONGEST + 1, 1);
        if (!lines_fill(&lines, &held->block, &failed, &problem))
            break;
        held->first = number;
        held->lines = newlines_in(held->block.bytes, held->block.length);
        held->lines += held->block.bytes[held->block.length - 1] != '\n';
        number += held->lines;
        passes->held_count += passes->held_count < RING;
        take_block(passes, held);
        meter_move(source, reader->taken);
    }
    if (failed) {
        struct problem whole;
        problem_say(&whole, "cannot read '%s' to its end: %s", source->name, problem.text);
        say_failed(passes, whole.text);
    }
    lines_release(&lines);
    return number - 1;
}

static void read_source(struct passes *passes, size_t place) {
    struct again *again = &passes->again[place];
    struct problem problem;
    struct reader *reader = again_open(again, &problem);
    if (!reader) {
        say_failed(passes, problem.text);
        return;
    }
    passes->source = (uint32_t)place;
    passes->clock.anchor = again->source->anchor;
    passes->going_on = NULL;
    passes->watch_count = 0;
    if (passes->is_first)
        glance_begin(&passes->glance);
    uint64_t lines = read_blocks(passes, reader, again->source);
    meter_pass(again->source, reader->taken);
    reader_close(reader);
    if (passes->is_first)
        glance_judge(&passes->glance, again->source, lines);
}

static void forget_kept(struct found_lines *found) {
    arena_clear(&found->arena);
    found->count = found->bytes = 0;
    found->not_joined = 0;
    found->cut = false;
}

static void read_all(struct passes *passes) {
    size_t known;
    do {
        known = needles_count(passes->needles);
        passes->is_first = passes->found->passes == 0;
        passes->is_last = ++passes->found->passes == PASSES_MOST;
        forget_kept(passes->found);
        passes->read = passes->read_back = 0;
        pieces_free(passes->pieces);
        passes->pieces = pieces_new();
        for (size_t i = 0; i < passes->source_count; i++)
            read_source(passes, i);
    } while (needles_count(passes->needles) > known && !passes->is_last);
}

static int by_source_and_number(const void *a, const void *b) {
    const struct kept *one = a, *other = b;
    if (one->source != other->source)
        return one->source < other->source ? -1 : 1;
    return one->number < other->number ? -1 : one->number > other->number;
}

/* A line may have been met several times. */
static void put_in_order(struct found_lines *found) {
    size_t kept = 0;
    if (found->count > 1)
        qsort(found->items, found->count, sizeof *found->items, by_source_and_number);
    for (size_t i = 0; i < found->count; i++)
        if (!kept || by_source_and_number(&found->items[kept - 1], &found->items[i]) != 0)
            found->items[kept++] = found->items[i];
    found->count = kept;
}

static void open_all(struct passes *passes, struct sources *sources) {
    passes->again = memory_resize(NULL, sources->count + 1, sizeof *passes->again);
    for (size_t i = 0; i < sources->count; i++) {
        struct problem problem;
        if (again_init(&passes->again[i], &sources->items[i], &problem))
            continue;
        say_fault("%s", problem.text);
        passes->run->faulty = true;
    }
    passes->source_count = sources->count;
}

static void passes_release(struct passes *passes) {
    for (size_t i = 0; i < passes->source_count; i++)
        again_release(&passes->again[i]);
    for (size_t i = 0; i < RING; i++)
        free(passes->ring[i].block.bytes);
    free(passes->again);
    free(passes->sought);
    free(passes->hits.items);
    needles_free(passes->needles);
    records_release(&passes->records);
    arena_release(&passes->arena);
    pieces_free(passes->pieces);
}

void passes_read(struct run *run, struct wanted *wanted, struct sources *sources,
                 struct found_lines *lines) {
    struct passes passes = {.run = run, .wanted = wanted, .found = lines};
    *lines = (struct found_lines){0};
    arena_init(&lines->arena);
    arena_init(&passes.arena);
    records_init(&passes.records, sizeof(struct record));
    passes.pieces = pieces_new();
    passes.needles = needles_new();
    passes.only = run->options->mta ? mta_named(slice_of(run->options->mta)) : NULL;
    passes.glance = (struct glance){
        .run = run, .only = passes.only, .arena = &passes.arena, .records = &passes.records};
    open_all(&passes, sources);
    seek_wanted(&passes, sources);
    read_all(&passes);
    glance_end(&passes.glance);
    put_in_order(lines);
    passes_release(&passes);
}

void found_lines_release(struct found_lines *lines) {
    free(lines->items);
    arena_release(&lines->arena);
}
