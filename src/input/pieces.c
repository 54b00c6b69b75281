/* pieces - a short array of entries begun, oldest first, searched from end to end: few are open at
 * once, and pieces are rare.
 *
 *     Docker, CRI    a line without its end; the next line of the stream, whichever    joined as is
 *     Exim           "[1/3] text"   cut for length [log.c write_syslog]                joined as is
 *                    "[2\9] text"   cut at a line end                                  line end
 *     Sendmail       "QID[1]: text ..."  "QID[2]: text" [conf.c sm_syslog]             a blank
 *
 * Exim's parts belong together by host and pid, Sendmail's by host, pid and queue ID. A part that
 * is not the one that must follow means that one was lost: the entry is given up, and so are the
 * parts that still come.
 */
#include "input/pieces.h"

#include <stdlib.h>

#include "base/memory.h"

enum { SAVED_VERSION = 1, KEY_LONGEST = 512, NUMBER_MOST = 9999 };

enum held { HELD_KEY, HELD_SOURCE, HELD_HOST, HELD_PROGRAM, HELD_PID, HELD_TEXTS };

struct open {
    char *texts[HELD_TEXTS]; /* owned */
    size_t lengths[HELD_TEXTS];
    char *text;
    size_t length, room;
    struct slice joint; /* static */
    struct moment time;
    uint64_t line, lines;
    unsigned next;
};

struct pieces {
    struct open items[PIECES_OPEN];
    size_t count;
    struct open done; /* given last */
};

/* ---- what is a piece ---- */

void piece_of_stream(const struct entry *entry, struct piece *piece_r) {
    *piece_r = (struct piece){.kind = 'c',
                              .is_last = !entry->goes_on,
                              .joint = SLICE(""),
                              .id = entry->stream,
                              .text = entry->inner};
}

/* "[1/3] " or "[2\9] " */
static bool is_exim_piece(const struct entry *entry, struct piece *piece_r) {
    struct slice text = entry->text;
    uint64_t number, count;
    if (!slice_skip_byte(&text, '[') || !slice_starts(entry->program, SLICE("exim")) ||
        !slice_take_number(&text, &number) || !text.length)
        return false;
    char mark = text.at[0];
    text = slice_from(text, 1);
    if ((mark != '/' && mark != '\\') || !slice_take_number(&text, &count) ||
        !slice_skip(&text, SLICE("] ")) || number < 1 || number > count || count > NUMBER_MOST)
        return false;
    *piece_r = (struct piece){.kind = 'e',
                              .number = (unsigned)number,
                              .is_last = number == count,
                              .joint = mark == '/' ? SLICE("") : SLICE("\n"),
                              .text = text};
    return true;
}

static bool is_queue_id(struct slice id) {
    if (id.length < 12 || id.length > 19)
        return false;
    for (size_t i = 0; i < id.length; i++)
        if ((unsigned char)(id.at[i] - '0') > 9 && (unsigned char)((id.at[i] | 0x20) - 'a') > 25)
            return false;
    return true;
}

/* "65L80001002101[1]: " */
static bool is_sendmail_piece(const struct entry *entry, struct piece *piece_r) {
    struct slice text = entry->text, rest = text, id;
    uint64_t number;
    size_t colon = slice_find(text, ':');
    if (colon == SIZE_MAX || colon < 4 || text.at[colon - 1] != ']' ||
        !slice_cut(&rest, '[', &id) || !is_queue_id(id) || !slice_take_number(&rest, &number) ||
        number < 1 || number > NUMBER_MOST || !slice_skip(&rest, SLICE("]: ")))
        return false;
    *piece_r = (struct piece){.kind = 's',
                              .number = (unsigned)number,
                              .is_last = !slice_ends(rest, SLICE(" ...")),
                              .joint = SLICE(" "),
                              .head = SLICE(": "),
                              .id = id,
                              .text = rest};
    if (!piece_r->is_last)
        piece_r->text.length -= sizeof " ..." - 1;
    return true;
}

bool piece_of_text(const struct entry *entry, struct piece *piece_r) {
    if (!piece_may_be(entry->text))
        return false;
    if (entry->text.length && entry->text.at[0] == '[')
        return is_exim_piece(entry, piece_r);
    return is_sendmail_piece(entry, piece_r);
}

/* ---- what is open ---- */

struct pieces *pieces_new(void) {
    return memory_new(sizeof(struct pieces));
}

static void open_release(struct open *open) {
    for (int i = 0; i < HELD_TEXTS; i++)
        free(open->texts[i]);
    free(open->text);
    *open = (struct open){0};
}

static void pieces_empty(struct pieces *pieces) {
    for (size_t i = 0; i < pieces->count; i++)
        open_release(&pieces->items[i]);
    open_release(&pieces->done);
    pieces->count = 0;
}

void pieces_free(struct pieces *pieces) {
    if (!pieces)
        return;
    pieces_empty(pieces);
    free(pieces);
}

static void hold(struct open *open, enum held which, struct slice text) {
    open->texts[which] = memory_copy(text.at, text.length);
    open->lengths[which] = text.length;
}

static struct slice held(const struct open *open, enum held which) {
    return (struct slice){open->texts[which], open->lengths[which]};
}

static void append(struct open *open, struct slice text) {
    text = slice_head(text, PIECES_LENGTH - open->length);
    if (!text.length)
        return;
    open->text = memory_grow(open->text, &open->room, open->length + text.length, 1);
    memcpy(open->text + open->length, text.at, text.length);
    open->length += text.length;
}

/* Borrows from what is open. */
static struct split split_of(const struct open *open) {
    struct slice text = {open->text, open->length};
    return (struct split){.entry = {.line = {.text = text, .number = open->line},
                                    .time = open->time,
                                    .host = held(open, HELD_HOST),
                                    .program = held(open, HELD_PROGRAM),
                                    .pid = held(open, HELD_PID),
                                    .text = text,
                                    .repeat = 1},
                          .source = open->texts[HELD_SOURCE],
                          .lines = open->lines};
}

/* Takes one out of the array; the caller releases it. */
static struct open take_out(struct pieces *pieces, size_t index) {
    struct open open = pieces->items[index];
    pieces->count--;
    memmove(&pieces->items[index], &pieces->items[index + 1],
            (pieces->count - index) * sizeof open);
    return open;
}

static void give_up(struct pieces *pieces, size_t index, pieces_given_up *given_up, void *context) {
    struct open open = take_out(pieces, index);
    struct split split = split_of(&open);
    given_up(context, &split);
    open_release(&open);
}

void pieces_end(struct pieces *pieces, pieces_given_up *given_up, void *context) {
    while (pieces->count)
        give_up(pieces, 0, given_up, context);
}

/* ---- taking ---- */

static void give_up_old(struct pieces *pieces, int64_t now, pieces_given_up *given_up,
                        void *context) {
    for (size_t i = 0; i < pieces->count && now != MOMENT_NONE;) {
        int64_t begun = pieces->items[i].time.seconds;
        if (begun != MOMENT_NONE && now > begun && now - begun > PIECES_AGE)
            give_up(pieces, i, given_up, context);
        else
            i++;
    }
}

struct key {
    char bytes[KEY_LONGEST + 8];
    size_t length;
};

static struct slice key_of(struct key *key, const struct piece *piece, const struct entry *entry) {
    struct slice parts[] = {piece->kind == 'c' ? SLICE("") : entry->host,
                            piece->kind == 'c' ? SLICE("") : entry->pid, piece->id};
    key->bytes[0] = piece->kind;
    key->length = 1;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct slice part = slice_head(parts[i], KEY_LONGEST / 4);
        if (part.length)
            memcpy(key->bytes + key->length, part.at, part.length);
        key->length += part.length;
        key->bytes[key->length++] = '\0';
    }
    return (struct slice){key->bytes, key->length};
}

static size_t find(const struct pieces *pieces, struct slice key) {
    size_t index = 0;
    while (index < pieces->count && !slice_equal(held(&pieces->items[index], HELD_KEY), key))
        index++;
    return index;
}

/* A line of a container that is whole by itself. It may come here or not, as blocks and files are
 * cut, so it must leave no trace: not even the time. */
static bool is_alone(const struct pieces *pieces, const struct piece *piece, struct slice key) {
    return piece->number == 0 && piece->is_last && find(pieces, key) == pieces->count;
}

static void begin(struct pieces *pieces, struct slice key, const struct piece *piece,
                  const struct split *part) {
    const struct entry *entry = &part->entry;
    struct open *open = &pieces->items[pieces->count++];
    *open = (struct open){.time = entry->time, .line = entry->line.number, .next = 1};
    hold(open, HELD_KEY, key);
    hold(open, HELD_SOURCE, slice_of(part->source));
    hold(open, HELD_HOST, entry->host);
    hold(open, HELD_PROGRAM, entry->program);
    hold(open, HELD_PID, entry->pid);
    if (piece->head.length) {
        append(open, piece->id);
        append(open, piece->head);
    }
}

/* Joins the text of a piece. A list of recipients that was cut at a comma has no blank there. */
static void join(struct open *open, const struct piece *piece, uint64_t lines) {
    bool in_list = open->length && open->text[open->length - 1] == ',' && piece->text.length &&
                   piece->text.at[0] == '<';
    if (open->lines && !(in_list && piece->kind == 's'))
        append(open, open->joint);
    append(open, piece->text);
    open->joint = piece->joint;
    open->lines += lines;
    open->next = piece->number + 1;
}

bool pieces_take(struct pieces *pieces, const struct piece *piece, const struct split *part,
                 pieces_given_up *given_up, void *context, struct split *whole_r) {
    struct key bytes;
    struct slice key = key_of(&bytes, piece, &part->entry);
    if (is_alone(pieces, piece, key)) {
        *whole_r = *part;
        whole_r->entry.text = piece->text;
        return true;
    }
    give_up_old(pieces, part->entry.time.seconds, given_up, context);
    size_t index = find(pieces, key);
    bool is_open = index < pieces->count;
    bool begins = piece->number == 1 || (piece->number == 0 && !is_open);
    if (is_open && (begins || (piece->number && piece->number != pieces->items[index].next))) {
        give_up(pieces, index, given_up, context);
        is_open = false;
    }
    if (!is_open && !begins) {
        given_up(context, part);
        return false;
    }
    if (!is_open) {
        if (pieces->count == PIECES_OPEN)
            give_up(pieces, 0, given_up, context);
        index = pieces->count;
        begin(pieces, key, piece, part);
    }
    join(&pieces->items[index], piece, part->lines);
    if (!piece->is_last)
        return false;
    struct open before = pieces->done; /* `part` may be what was given last */
    pieces->done = take_out(pieces, index);
    *whole_r = split_of(&pieces->done);
    open_release(&before);
    return true;
}

/* ---- saving ---- */

void pieces_save(const struct pieces *pieces, struct pack *pack) {
    pack_number(pack, SAVED_VERSION);
    pack_number(pack, pieces->count);
    for (size_t i = 0; i < pieces->count; i++) {
        const struct open *open = &pieces->items[i];
        for (int which = 0; which < HELD_TEXTS; which++)
            pack_text(pack, held(open, (enum held)which));
        pack_text(pack, (struct slice){open->text, open->length});
        pack_number(pack, open->joint.length ? (unsigned char)open->joint.at[0] : 0);
        pack_signed(pack, open->time.seconds);
        pack_number(pack, open->time.nanos);
        pack_signed(pack, open->time.offset);
        pack_number(pack, open->time.digits);
        pack_number(pack, open->line);
        pack_number(pack, open->lines);
        pack_number(pack, open->next);
    }
}

static void load_open(struct pieces *pieces, struct unpack *unpack) {
    struct open *open = &pieces->items[pieces->count++];
    *open = (struct open){0};
    for (int which = 0; which < HELD_TEXTS; which++)
        hold(open, (enum held)which, unpack_text(unpack));
    append(open, unpack_text(unpack));
    uint64_t joint = unpack_number(unpack);
    open->joint = joint == '\n' ? SLICE("\n") : joint == ' ' ? SLICE(" ") : SLICE("");
    open->time.seconds = unpack_signed(unpack);
    open->time.nanos = (uint32_t)unpack_number(unpack);
    open->time.offset = (int16_t)unpack_signed(unpack);
    open->time.digits = (uint8_t)unpack_number(unpack);
    open->line = unpack_number(unpack);
    open->lines = unpack_number(unpack);
    open->next = (unsigned)unpack_number(unpack);
}

bool pieces_load(struct pieces *pieces, struct unpack *unpack) {
    pieces_empty(pieces);
    if (unpack_number(unpack) != SAVED_VERSION)
        unpack->broken = true;
    size_t count = unpack_count(unpack);
    if (count > PIECES_OPEN)
        unpack->broken = true;
    while (count-- && !unpack->broken)
        load_open(pieces, unpack);
    if (unpack->broken)
        pieces_empty(pieces);
    return !unpack->broken;
}
