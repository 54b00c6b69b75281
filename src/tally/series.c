/* Why: a spike is told from chance by what is usual at its hour, and by how much mail there was.
 *
 * How: cells under 64-bit numbers made of the place of a series and the bucket, so that only what
 * came takes room. The first places are those of mail. What counts is what counting.h says, as in
 * all tables. Times and reasons are log text and pattern files, so both are bounded: reasons beyond
 * SERIES_MOST are one of no name, and what comes when MOST_CELLS are filled starts no new cell.
 */
#include "tally/series.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "tally/counting.h"
#include "tally/counts.h"
#include "tally/past_mail.h"

enum {
    MOST_CELLS = 1 << 21, /* three weeks of 350 series without a pause; about 60 MB */
    BUCKET_BITS = 44,
};

enum number { COUNT, FRESH, NUMBERS };

static const struct counts_room rooms[NUMBERS] = {[COUNT] = {0, 0, 31}, [FRESH] = {0, 31, 31}};

struct kept {
    uint64_t place;
    uint64_t of_directions[DIRECTION_LOCAL + 1];
};

struct series_book {
    int64_t seconds;        /* of a bucket */
    struct map kept;        /* event, class -> struct kept; places from SERIES_ALL on */
    struct counts cells;    /* of failures */
    struct counts mails;    /* signed: a message may be taken back */
    struct past_mail *past; /* NULL: no history */
};

struct series_book *series_book_new(int64_t bucket_seconds) {
    struct series_book *book = memory_new(sizeof *book);
    book->seconds = bucket_seconds;
    map_init(&book->kept, sizeof(struct kept));
    counts_init(&book->cells, NUMBERS, 0, rooms);
    counts_init(&book->mails, 1, 0, NULL);
    return book;
}

void series_book_free(struct series_book *book) {
    if (!book)
        return;
    map_release(&book->kept);
    counts_release(&book->cells);
    counts_release(&book->mails);
    past_mail_free(book->past);
    free(book);
}

int64_t series_book_bucket(const struct series_book *book) {
    return book->seconds;
}

size_t series_book_series(const struct series_book *book) {
    return book->kept.count;
}

/* ---- cells: the place in front of the bucket, which may be one before 1970 */

static const int64_t bucket_middle = (int64_t)1 << (BUCKET_BITS - 1);

static int64_t bucket_of(const struct series_book *book, int64_t seconds) {
    return moment_units(seconds, book->seconds);
}

static uint64_t cell_key(uint64_t place, int64_t bucket) {
    return (place + 1) << BUCKET_BITS | (uint64_t)(bucket + bucket_middle);
}

static uint64_t place_of(uint64_t key) {
    return (key >> BUCKET_BITS) - 1;
}

static int64_t bucket_of_key(uint64_t key) {
    return (int64_t)(key & (((uint64_t)1 << BUCKET_BITS) - 1)) - bucket_middle;
}

static void add_to(struct counts *cells, uint64_t key, const uint64_t *by) {
    if (cells->count < MOST_CELLS || counts_find(cells, key))
        counts_add(cells, key, by);
}

static void add_mail(struct series_book *book, enum series_mail mail, int64_t seconds,
                     uint64_t by) {
    if (by && seconds != MOMENT_NONE)
        add_to(&book->mails, cell_key(mail, bucket_of(book, seconds)), &by);
}

struct slice series_key(enum event event, struct slice class_name, char room[SERIES_KEY]) {
    class_name = slice_head(class_name, SERIES_CLASS);
    room[0] = (char)event;
    if (class_name.length)
        memcpy(room + 1, class_name.at, class_name.length);
    return (struct slice){room, class_name.length + 1};
}

static struct kept *keep(struct series_book *book, enum event event, struct slice class_name) {
    char room[SERIES_KEY];
    bool is_new;
    struct slice key = series_key(event, class_name, room);
    if (book->kept.count >= SERIES_MOST && !map_get(&book->kept, key))
        key = series_key(event, (struct slice){0}, room);
    struct kept *kept = map_put(&book->kept, key, &is_new);
    if (is_new)
        kept->place = book->kept.count - 1 + SERIES_ALL;
    return kept;
}

struct failure {
    enum event event;
    enum direction direction;
    struct slice class_name;
    int64_t seconds;
    uint64_t numbers[NUMBERS];
};

static void add_failure(struct series_book *book, const struct failure *failure) {
    if (failure->seconds == MOMENT_NONE)
        return;
    struct kept *kept = keep(book, failure->event, failure->class_name);
    kept->of_directions[failure->direction] += failure->numbers[COUNT];
    add_to(&book->cells, cell_key(kept->place, bucket_of(book, failure->seconds)),
           failure->numbers);
    if (failure->event == EVENT_REJECTED)
        add_mail(book, SERIES_REFUSED, failure->seconds, failure->numbers[COUNT]);
}

void series_book_add(struct series_book *book, const struct finding *finding) {
    const struct record *record = &finding->record;
    struct counting counting;
    if (finding->outside || finding->left_out)
        return;
    counting_begin(&counting, finding);
    add_mail(book, SERIES_RECEIVED, finding->time.seconds,
             (uint64_t)(int64_t)finding->new_messages);
    add_mail(book, record->direction == DIRECTION_OUT ? SERIES_OUT : SERIES_LOCAL,
             finding->time.seconds, counting.new_recipients);
    if (counting.events && record->event != EVENT_DELIVERED)
        add_failure(book, &(struct failure){
                              .event = record->event,
                              .direction = record->direction,
                              .class_name = slice_of(finding_class(finding)),
                              .seconds = finding->time.seconds,
                              .numbers = {counting.events, counting.new_recipients},
                          });
}

void series_book_hear(struct series_book *book, int64_t seconds) {
    add_mail(book, SERIES_HEARD, seconds, 1);
}

void series_book_note(struct series_book *book, enum event event, struct slice class_name,
                      int64_t seconds) {
    add_failure(book, &(struct failure){.event = event,
                                        .direction = DIRECTION_NONE,
                                        .class_name = class_name,
                                        .seconds = seconds,
                                        .numbers = {[COUNT] = 1}});
}

/* ---- history */

enum { KEY_EVENT, KEY_CLASS, KEY_DIRECTION };

static void put_reason(struct series_book *book, const struct hourly_cell *cell) {
    enum event event = EVENT_NONE;
    enum direction direction = DIRECTION_NONE;
    if (!event_read(cell->keys[KEY_EVENT], &event) || cell->numbers[0] <= 0)
        return;
    direction_read(cell->keys[KEY_DIRECTION], &direction);
    add_failure(book, &(struct failure){.event = event,
                                        .direction = direction,
                                        .class_name = cell->keys[KEY_CLASS],
                                        .seconds = cell->hour * HOUR,
                                        .numbers = {(uint64_t)cell->numbers[0]}});
}

void series_book_put(struct series_book *book, const struct hourly_cell *cell) {
    if (!book->past)
        book->past = past_mail_new();
    past_mail_put(book->past, cell);
    if (cell->table == HOURLY_REASONS)
        put_reason(book, cell);
    if (cell->table == HOURLY_TOTALS && slice_is(cell->keys[0], "received"))
        add_mail(book, SERIES_RECEIVED, cell->hour * HOUR, (uint64_t)cell->numbers[0]);
}

/* ---- reading out */

uint64_t series_book_count(const struct series_book *book, enum event event,
                           struct slice class_name, int64_t start, int64_t end) {
    char room[SERIES_KEY];
    const struct kept *kept = map_get(&book->kept, series_key(event, class_name, room));
    uint64_t sum = 0, numbers[NUMBERS];
    if (!kept || start >= end)
        return 0;
    for (int64_t bucket = bucket_of(book, start); bucket <= bucket_of(book, end - 1); bucket++)
        if (counts_get(&book->cells, cell_key(kept->place, bucket), numbers))
            sum += numbers[COUNT];
    return sum;
}

static enum direction most_of(const struct kept *kept) {
    enum direction most = DIRECTION_NONE;
    for (enum direction i = DIRECTION_NONE; i <= DIRECTION_LOCAL; i++)
        if (kept->of_directions[i] > kept->of_directions[most])
            most = i;
    return most;
}

struct placed {
    struct series series;
    uint64_t place;
};

static int compare_placed(const void *left, const void *right) {
    const struct series *a = &((const struct placed *)left)->series;
    const struct series *b = &((const struct placed *)right)->series;
    if (a->event != b->event)
        return a->event < b->event ? -1 : 1;
    return slice_compare(a->class_name, b->class_name);
}

/* All that are kept, in order; the caller frees the array. */
static struct placed *sorted(const struct series_book *book) {
    struct placed *all = memory_resize(NULL, book->kept.count + 1, sizeof *all);
    for (size_t i = 0; i < book->kept.count; i++) {
        struct slice key;
        const struct kept *kept = map_at(&book->kept, i, &key);
        all[i].place = kept->place;
        all[i].series = (struct series){.event = (enum event)key.at[0],
                                        .class_name = slice_from(key, 1),
                                        .direction = most_of(kept)};
    }
    qsort(all, book->kept.count, sizeof *all, compare_placed);
    return all;
}

/* Counts a cell of a series; with room it has its place there, behind those before it. */
static void add_cell(struct series *series, struct series_cell *room,
                     const struct series_cell *cell) {
    if (room)
        room[series->cells - room + (ptrdiff_t)series->cell_count] = *cell;
    series->cell_count++;
    series->total += cell->count;
}

static double fresh_of(const struct series_book *book, const struct series *series, int64_t seconds,
                       const uint64_t numbers[NUMBERS]) {
    if (!book->past)
        return (double)numbers[FRESH];
    return (double)numbers[COUNT] *
           past_mail_first_part(book->past, moment_units(seconds, HOUR), series->event);
}

/* What was taken back, in another bucket, is passed over. */
static void walk_failures(const struct series_book *book, struct series *const *of_places,
                          struct series_cell *room) {
    for (size_t i = 0; i < book->cells.places; i++) {
        uint64_t key, numbers[COUNTS_MOST] = {0};
        if (!counts_at(&book->cells, i, &key, numbers) || (int64_t)numbers[COUNT] <= 0)
            continue;
        struct series *series = of_places[place_of(key)];
        int64_t seconds = bucket_of_key(key) * book->seconds;
        add_cell(series, room,
                 &(struct series_cell){seconds, numbers[COUNT],
                                       fresh_of(book, series, seconds, numbers)});
    }
}

static void walk_mails(const struct series_book *book, struct series *mails,
                       struct series_cell *room) {
    for (size_t i = 0; i < book->mails.places; i++) {
        uint64_t key, count = 0;
        if (counts_at(&book->mails, i, &key, &count) && (int64_t)count > 0)
            add_cell(&mails[place_of(key)], room,
                     &(struct series_cell){bucket_of_key(key) * book->seconds, count, 0});
    }
}

static void walk_past(const struct series_book *book, struct series *mails,
                      struct series_cell *room) {
    for (size_t i = 0; book->past && i < past_mail_hours(book->past); i++) {
        struct past_hour hour = past_mail_at(book->past, i);
        int64_t seconds = moment_floor(hour.hour * HOUR, book->seconds);
        uint64_t local = (uint64_t)(hour.local + 0.5),
                 out = (uint64_t)(hour.out + hour.local + 0.5) - local;
        if (local)
            add_cell(&mails[SERIES_LOCAL], room, &(struct series_cell){seconds, local, 0});
        if (out)
            add_cell(&mails[SERIES_OUT], room, &(struct series_cell){seconds, out, 0});
    }
}

static void walk_all(const struct series_book *book, struct series *const *of_places,
                     struct series *mails, struct series_cell *room) {
    walk_mails(book, mails, room);
    walk_past(book, mails, room);
    walk_failures(book, of_places, room);
}

void series_list_read(const struct series_book *book, struct series_list *list_r) {
    size_t places = book->kept.count + SERIES_ALL;
    struct series **of_places = memory_resize(NULL, places, sizeof *of_places);
    struct placed *all = sorted(book);
    *list_r = (struct series_list){.count = book->kept.count};
    list_r->items = memory_resize(NULL, list_r->count + 1, sizeof *list_r->items);
    size_t of_past = book->past ? 2 * past_mail_hours(book->past) : 0;
    list_r->cells = memory_resize(NULL, book->cells.count + book->mails.count + of_past + 1,
                                  sizeof *list_r->cells);
    for (size_t i = 0; i < SERIES_ALL; i++)
        of_places[i] = &list_r->mails[i];
    for (size_t i = 0; i < list_r->count; i++) {
        list_r->items[i] = all[i].series;
        of_places[all[i].place] = &list_r->items[i];
    }
    walk_all(book, of_places, list_r->mails, NULL);
    const struct series_cell *at = list_r->cells;
    for (size_t i = 0; i < places; i++) {
        of_places[i]->cells = at;
        at += of_places[i]->cell_count;
        of_places[i]->cell_count = 0;
        of_places[i]->total = 0;
    }
    walk_all(book, of_places, list_r->mails, list_r->cells);
    free(all);
    free(of_places);
}

void series_list_release(struct series_list *list) {
    free(list->items);
    free(list->cells);
}
