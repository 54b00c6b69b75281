/* glance - see glance.h. Pieces of entries that were cut are passed over: they are few, and what
 * they are together is for those who keep them. */
#include "app/glance.h"

#include "app/block.h"
#include "input/pieces.h"

enum { OWN_ENOUGH = 1000, BYTES_ENOUGH = 4 << 20 };

void glance_begin(struct glance *glance) {
    glance->usable = (struct usable){0};
    glance->bytes = 0;
}

bool glance_goes_on(const struct glance *glance) {
    const struct usable *usable = &glance->usable;
    bool is_good = usable->own >= OWN_ENOUGH && usable->unknown * 2 <= usable->own;
    return !is_good && (!glance->is_any || !usable->wrapped || usable->unknown * 2 > usable->own ||
                        glance->bytes < BYTES_ENOUGH);
}

static void keep_odd(struct glance *glance, enum odd kind, uint64_t number,
                     const struct entry *entry) {
    struct masker *masker = glance->run->masker;
    if (glance->usable.odd[kind].number)
        return;
    struct slice shown = reply_safe(entry->line.text, glance->arena);
    if (masker)
        shown = masker_text(masker, shown, entry->host);
    usable_keep(&glance->usable, kind, number, shown, entry->program);
    if (masker)
        masker_clear(masker);
}

static bool is_whole(const struct entry *entry) {
    struct piece piece;
    uint64_t times;
    return !entry->goes_on && !(piece_may_be(entry->text) && piece_of_text(entry, &piece)) &&
           !entry_repeats_last(entry, &times);
}

static void count_entry(struct glance *glance, const struct entry *entry, uint64_t number) {
    const struct mta *mta = NULL;
    records_clear(glance->records);
    enum reading reading =
        block_read_records(glance->run->knowledge, glance->only, glance->records, entry, &mta);
    glance->usable.own += reading != READING_OTHER;
    glance->usable.unknown += reading == READING_UNKNOWN;
    glance->is_any |= reading == READING_READ || reading == READING_DULL;
    if (reading == READING_UNKNOWN || reading == READING_OTHER)
        keep_odd(glance, reading == READING_OTHER ? ODD_OTHER : ODD_UNKNOWN, number, entry);
}

void glance_take(struct glance *glance, enum unwrapping unwrapping, const struct entry *entry,
                 uint64_t number) {
    glance->bytes += entry->line.text.length + 1;
    if (unwrapping == UNWRAP_FOREIGN)
        keep_odd(glance, ODD_FOREIGN, number, entry);
    if (unwrapping != UNWRAPPED)
        return;
    glance->usable.wrapped++;
    if (is_whole(entry))
        count_entry(glance, entry, number);
}

void glance_judge(struct glance *glance, const struct source *source, uint64_t lines) {
    struct usable *usable = &glance->usable;
    usable->is_begin = !glance_goes_on(glance);
    if (!usable_has_entries(usable) && !glance->run->options->quiet)
        usable_note_empty(source, lines);
    if (!usable_understood(usable, source))
        glance->run->faulty = true;
    if (!glance->other.source && usable->odd[ODD_OTHER].number) {
        glance->other.usable = *usable;
        glance->other.source = source;
    }
}

void glance_end(const struct glance *glance) {
    if (glance->is_any || glance->run->faulty)
        return;
    usable_say_nothing(glance->only, glance->other.source ? &glance->other.usable : NULL,
                       glance->other.source);
    glance->run->faulty = true;
}
