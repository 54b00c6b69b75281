/* Why: bounces jumped, and somebody wants to know within a minute when it began, what is different,
 * who must act, and where the lines are.
 *
 * How: a card for each cause, in that order, the most serious first; what shows in several series
 * is told with the one that stands for it. Machines get the same in one list.
 */
#include "report/spike_page.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "finding/hint.h"
#include "report/asked.h"
#include "report/digging.h"
#include "report/page_words.h"
#include "report/summary.h"
#include "report/todo.h"
#include "report/when.h"

/* A spike as it is told. */
struct told {
    size_t place;
    const struct spike *spike;
    const struct driven *driven; /* NULL: nobody looked */
    const struct reason *reason;
    enum severity severity;
    unsigned acts;
    struct slice hint, way;
};

static enum direction way_of(const struct told *told) {
    enum direction direction = DIRECTION_NONE;
    direction_read(told->way, &direction);
    return reason_way(told->reason, told->spike->event, direction);
}

/* When nobody looked at the failures: most of that event go that way. */
static struct slice likely_way(enum event event) {
    bool is_out = event == EVENT_DEFERRED || event == EVENT_BOUNCED || event == EVENT_EXPIRED;
    enum direction in = event == EVENT_WARNING ? DIRECTION_LOCAL : DIRECTION_IN;
    return slice_of(direction_name(is_out ? DIRECTION_OUT : in));
}

static struct told tell(const struct spike_page_wishes *wishes, size_t place) {
    const struct spike *spike = &wishes->spikes->items[place];
    struct told told = {.place = place,
                        .spike = spike,
                        .driven = drivers_of(wishes->drivers, place),
                        .reason = rulebook_reason(wishes->book, spike->class_name),
                        .severity = SEVERITY_NOTICE};
    struct slice cause = {0}, mta = {0};
    if (told.driven) {
        told.way = told.driven->way;
        cause = told.driven->cause;
        mta = told.driven->mta;
    } else {
        told.way = likely_way(spike->event);
    }
    if (!told.reason)
        return told;
    enum direction way = way_of(&told);
    bool in = way == DIRECTION_IN;
    told.severity = in ? told.reason->severity_in : told.reason->severity_out;
    told.acts = in ? told.reason->acts_in : told.reason->acts_out;
    told.hint = reason_hint_after(told.reason, cause);
    if (!told.hint.length)
        told.hint = reason_hint(told.reason, mta_named(mta), way);
    return told;
}

/* Places of equal severity keep the order of surprise. */
static int compare_told(const void *left, const void *right) {
    const struct told *a = left, *b = right;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static struct told *tell_all(const struct spike_page_wishes *wishes, size_t *count_r) {
    struct told *all = memory_resize(NULL, wishes->spikes->count + 1, sizeof *all);
    *count_r = 0;
    for (size_t i = 0; i < wishes->spikes->count; i++)
        if (wishes->under[i] == i)
            all[(*count_r)++] = tell(wishes, i);
    qsort(all, *count_r, sizeof *all, compare_told);
    return all;
}

/* ---- commands ---- */

static struct slice time_of(struct page *page, int64_t seconds) {
    struct moment moment = moment_here(seconds);
    char text[MOMENT_TEXT];
    return arena_copy(&page->arena, (struct slice){text, moment_print(&moment, text)});
}

static struct digging digging_of(struct page *page, const struct spike_page_wishes *wishes) {
    return (struct digging){page, wishes->filter,
                            wishes->is_past ? (struct slice){0} : wishes->inputs,
                            wishes->is_masked};
}

/* "mailtriage export --class bad-credentials --event auth-failed --since ... mail.log" */
static struct slice rows_words(struct page *page, const struct spike_page_wishes *wishes,
                               const struct told *told) {
    struct digging digging = digging_of(page, wishes);
    struct dig dig;
    dig_begin(&dig, &digging);
    dig_value(&dig, FILTER_CLASS, told->spike->class_name);
    dig_event(&dig, slice_of(event_name(told->spike->event)));
    asked_put(&dig.words, "since", time_of(page, told->spike->start));
    asked_put(&dig.words, "until", time_of(page, told->spike->end));
    return dig_end(&dig);
}

static struct slice place_words(struct page *page, const struct driven *driven) {
    return arena_print(&page->arena, "%.*s:%llu", SLICE_ARGS(driven->source),
                       (unsigned long long)driven->line);
}

/* "mailtriage trace mail.log:215 mail.log": all that is logged of its message or session. */
static struct slice trace_words(struct page *page, const struct spike_page_wishes *wishes,
                                const struct told *told) {
    struct digging digging = digging_of(page, wishes);
    if (!told->driven)
        return (struct slice){0};
    return digging_trace(&digging, told->driven->source, told->driven->line);
}

/* ---- for people ---- */

static const enum word titles[DRIVER_SHOWN] = {
    [DRIVER_RECIPIENT_DOMAIN] = WORD_RECIPIENT_DOMAIN,
    [DRIVER_SENDER] = WORD_LIST_SENDER,
    [DRIVER_SENDER_DOMAIN] = WORD_DRIVER_SENDER_DOMAIN,
    [DRIVER_USER] = WORD_USER,
    [DRIVER_PEER_HOST] = WORD_PEER,
    [DRIVER_PEER_IP] = WORD_DRIVER_PEER_IP,
    [DRIVER_PROVIDER] = WORD_DRIVER_PROVIDER,
    [DRIVER_HOST] = WORD_DRIVER_HOST,
    [DRIVER_TEMPLATE] = WORD_DRIVER_TEMPLATE,
    [DRIVER_CODE] = WORD_CODE_COLUMN,
};

static struct slice share_words(struct page *page, uint64_t number, uint64_t whole) {
    struct cell cell = {.kind = CELL_SHARE, .number = number, .whole = whole};
    char room[AMOUNT_ROOM];
    return arena_copy(&page->arena, amount_shown(&cell, room));
}

/* "15 min", "3 h", "2 d 25 min": steps are whole minutes, and what is nothing is not told. */
static struct slice length_words(struct page *page, int64_t seconds) {
    static const struct {
        int64_t seconds;
        const char *unit;
    } parts[] = {{24 * HOUR, "d"}, {HOUR, "h"}, {60, "min"}};
    struct slice words = {0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        int64_t number = seconds / parts[i].seconds;
        seconds %= parts[i].seconds;
        if (number)
            words = arena_print(&page->arena, "%.*s%s%lld %s", SLICE_ARGS(words),
                                words.length ? " " : "", (long long)number, parts[i].unit);
    }
    return words;
}

/* Two digits that count. */
static struct slice expected_words(struct page *page, double expected) {
    bool is_small = expected >= 0.05 && expected < 9.95;
    return arena_print(&page->arena, is_small ? "%.1f" : "%.0f", expected);
}

/* Without the day, where the time before it has that already. */
static struct slice on_the_same_day(struct slice before, struct slice time) {
    enum { DAY = 10, BLANK = 1 };
    bool is_same = slice_equal(slice_head(before, DAY), slice_head(time, DAY));
    return before.length > DAY && is_same ? slice_from(time, DAY + BLANK) : time;
}

static struct slice span_words(struct page *page, const struct spike *spike) {
    struct slice start = when_words(page, spike->start), end = when_words(page, spike->end);
    return WORDS_FILL(&page->arena, page_word(page, WORD_SPIKE_SPAN), start,
                      on_the_same_day(start, end), length_words(page, spike->end - spike->start),
                      expected_words(page, spike->expected));
}

static struct slice driver_words(struct page *page, const struct driven *driven,
                                 const struct driver *driver) {
    enum word word = !driver->others  ? WORD_SPIKE_ONLY_DRIVER
                     : !driver->usual ? WORD_SPIKE_NEW_DRIVER
                                      : WORD_SPIKE_DRIVER;
    return WORDS_FILL(&page->arena, page_word(page, word),
                      slice_of(page_word(page, titles[driver->dimension])), driver->value,
                      share_words(page, driver->count, driven->count),
                      share_words(page, driver->usual, driver->others));
}

static void add_drivers(struct page *page, struct cell *card, const struct told *told) {
    const char *title = page_word(page, WORD_SPIKE_DIFFERENT);
    const struct driven *driven = told->driven;
    if (!driven || !driven->driver_count) {
        enum word word = driven ? WORD_SPIKE_NO_DRIVER : WORD_SPIKE_NOT_ASKED;
        cell_text(page, card, NULL, title, slice_of(page_word(page, word)));
        return;
    }
    for (size_t i = 0; i < driven->driver_count; i++)
        cell_text(page, card, NULL, i ? page_word(page, WORD_AND) : title,
                  driver_words(page, driven, &driven->drivers[i]));
}

static struct slice also_words(struct page *page, const struct told *other) {
    struct slice what =
        todo_heading(page, other->spike->class_name, slice_of(event_name(other->spike->event)),
                     other->way, other->spike->count);
    return WORDS_FILL(&page->arena, page_word(page, WORD_SPIKE_ALSO_ONE), what,
                      when_words(page, other->spike->start), when_words(page, other->spike->end));
}

static void add_also(struct page *page, struct cell *card, const struct spike_page_wishes *wishes,
                     const struct told *told) {
    for (size_t i = 0; i < wishes->spikes->count; i++)
        if (i != told->place && wishes->under[i] == told->place) {
            struct told other = tell(wishes, i);
            cell_text(page, card, NULL, page_word(page, WORD_SPIKE_ALSO), also_words(page, &other));
        }
}

/* Of "550 5.7.1 implied", each of which may be missing. */
struct codes {
    struct slice code, enhanced;
    bool is_implied;
};

static struct codes codes_of(struct slice text) {
    struct codes codes = {0};
    struct slice rest = text, word;
    while (rest.length) {
        slice_cut(&rest, ' ', &word);
        if (slice_is(word, "implied"))
            codes.is_implied = true;
        else if (slice_find(word, '.') != SIZE_MAX)
            codes.enhanced = word;
        else
            codes.code = word;
    }
    return codes;
}

/* "550 5.1.1 (12)" */
static struct slice one_code_words(struct page *page, const struct driven_code *code) {
    struct codes codes = codes_of(code->code);
    struct slice count =
        WORDS_FILL(&page->arena, codes.is_implied ? page_word(page, WORD_COUNT_IMPLIED) : "({1})",
                   words_number(page, code->count));
    return arena_print(&page->arena, "%.*s%s%.*s %.*s", SLICE_ARGS(codes.code),
                       codes.code.length && codes.enhanced.length ? " " : "",
                       SLICE_ARGS(codes.enhanced), SLICE_ARGS(count));
}

static struct slice code_words(struct page *page, const struct driven *driven) {
    struct slice words = {0};
    for (size_t i = 0; i < driven->code_count; i++) {
        struct slice one = one_code_words(page, &driven->codes[i]);
        words = arena_print(&page->arena, "%.*s%s%.*s", SLICE_ARGS(words), i ? ", " : "",
                            SLICE_ARGS(one));
    }
    if (!driven->more_codes)
        return words;
    struct slice more = WORDS_FILL(&page->arena, page_word(page, WORD_AND_MORE),
                                   words_number(page, driven->more_codes));
    return arena_print(&page->arena, "%.*s %.*s", SLICE_ARGS(words), SLICE_ARGS(more));
}

static void add_proof(struct page *page, struct cell *card, const struct told *told) {
    const struct driven *driven = told->driven;
    if (!driven)
        return;
    cell_text(page, card, NULL, page_word(page, WORD_CODES), code_words(page, driven));
    for (size_t i = 0; i < driven->example_count; i++)
        cell_text(page, card, NULL, page_word(page, i ? WORD_AND : WORD_EXAMPLE),
                  driven->examples[i])
            ->literal = true;
    if (!driven->source.at)
        return;
    struct slice when = when_words(page, driven->first), place = place_words(page, driven);
    if (when.length)
        place = WORDS_FILL(&page->arena, page_word(page, WORD_PLACE_ONCE), place, when);
    cell_text(page, card, NULL, page_word(page, WORD_FIRST_AT), place);
}

/* The steps of a timeline of which anything is known: in front of the first entry, and behind the
 * last one, it is not that nothing failed. History may tell of them all the same. */
struct known {
    int64_t begin;
    size_t first, count; /* of the steps of driven->strip */
};

static struct known known_of(const struct driven *driven, const struct spikes *spikes) {
    int64_t start = driven->strip_start, step = driven->strip_step;
    struct known known = {.begin = start};
    size_t end = DRIVEN_STRIP;
    while (known.first + 1 < end && !driven->strip[known.first] &&
           start + (int64_t)(known.first + 1) * step <= spikes->begin)
        known.first++;
    while (end > known.first + 1 && !driven->strip[end - 1] &&
           start + (int64_t)(end - 1) * step >= spikes->end)
        end--;
    known.begin += (int64_t)known.first * step;
    known.count = end - known.first;
    return known;
}

/* Before, in it, and behind. */
static void add_timeline(struct page *page, struct cell *card, const struct spikes *spikes,
                         const struct told *told) {
    const struct driven *driven = told->driven;
    if (!driven || !driven->strip_step)
        return;
    struct known known = known_of(driven, spikes);
    int64_t begin = known.begin, step = driven->strip_step;
    struct slice from = when_words(page, begin),
                 to = when_words(page, begin + (int64_t)known.count * step);
    struct strip *strip = arena_zero(&page->arena, sizeof *strip);
    *strip = (struct strip){.amounts = driven->strip + known.first,
                            .count = known.count,
                            .mark = (size_t)((told->spike->start - begin) / step),
                            .mark_end = (size_t)((told->spike->end - begin + step - 1) / step),
                            .from = from,
                            .to = on_the_same_day(from, to)};
    cell_strip(page, card, NULL, page_word(page, WORD_SPIKE_TIMELINE), strip);
}

static void add_card(struct page *page, struct cell *list, const struct spike_page_wishes *wishes,
                     const struct told *told) {
    struct cell *card = cell_record(page, list, NULL, NULL);
    words_add_severity(page, card, NULL, "", told->severity);
    cell_text(page, card, NULL, "",
              todo_heading(page, told->spike->class_name, slice_of(event_name(told->spike->event)),
                           told->way, told->spike->count));
    cell_text(page, card, NULL, page_word(page, WORD_SPIKE_WHEN), span_words(page, told->spike));
    add_timeline(page, card, wishes->spikes, told);
    add_drivers(page, card, told);
    add_also(page, card, wishes, told);
    cell_text(page, card, NULL, page_word(page, WORD_DO), todo_do(page, told->acts, told->hint));
    if (told->reason)
        cell_text(page, card, NULL, page_word(page, WORD_WHAT), told->reason->title);
    struct cell *before = card->last;
    add_proof(page, card, told);
    cell_text(page, card, NULL, page_word(page, WORD_ROWS), rows_words(page, wishes, told));
    card->last->literal = card->last->command = true;
    cell_text(page, card, NULL, page_word(page, WORD_SPIKE_MESSAGE),
              trace_words(page, wishes, told));
    card->last->literal = card->last->command = true;
    while ((before = before->next))
        before->folded = true;
}

/* ---- for machines ---- */

static void number_cell(struct page *page, struct cell *record, const char *key, double number) {
    enum { PARTS = 10000 };
    cell_share(page, record, key, NULL, (uint64_t)llround(number * PARTS), PARTS);
}

/* Of a reason that never came outside of the spike no value is usual. */
static void add_driver_records(struct page *page, struct cell *record,
                               const struct driven *driven) {
    struct cell *list = cell_list(page, record, "drivers", NULL);
    for (size_t i = 0; driven && i < driven->driver_count; i++) {
        const struct driver *driver = &driven->drivers[i];
        struct cell *cell = cell_record(page, list, NULL, NULL);
        cell_text(page, cell, "dimension", NULL, slice_of(driver_name(driver->dimension)));
        cell_text(page, cell, "value", NULL, driver->value);
        cell_count(page, cell, "count", NULL, driver->count, NULL);
        cell_share(page, cell, "share", NULL, driver->count, driven->count);
        cell_share(page, cell, "usual_share", NULL, driver->usual,
                   driver->others ? driver->others : 1);
    }
}

static void add_series_cells(struct page *page, struct cell *record, const struct spike *spike) {
    when_cell(page, record, "start", spike->start);
    when_cell(page, record, "end", spike->end);
    cell_text(page, record, "event", NULL, slice_of(event_name(spike->event)));
    cell_text(page, record, "class", NULL, spike->class_name);
    cell_count(page, record, "count", NULL, spike->count, NULL);
    number_cell(page, record, "expected", spike->expected);
}

static void add_first(struct page *page, struct cell *record, const struct driven *driven) {
    if (!driven || !driven->source.at) {
        cell_none(page, record, "first", NULL);
        return;
    }
    struct cell *first = cell_record(page, record, "first", NULL);
    cell_text(page, first, "source", NULL, driven->source);
    cell_count(page, first, "line", NULL, driven->line, NULL);
}

static void add_lists(struct page *page, struct cell *record, const struct told *told) {
    char acts[96];
    struct cell *codes = cell_list(page, record, "codes", NULL);
    for (size_t i = 0; told->driven && i < told->driven->code_count; i++) {
        struct codes parts = codes_of(told->driven->codes[i].code);
        struct cell *code = cell_record(page, codes, NULL, NULL);
        uint64_t number;
        bool has_code = slice_number(parts.code, &number);
        if (has_code)
            cell_code(page, code, "code", NULL, number);
        else
            cell_none(page, code, "code", NULL);
        cell_known(page, code, "enhanced", NULL, parts.enhanced);
        cell_count(page, code, "count", NULL, told->driven->codes[i].count, NULL);
        cell_known(page, code, "code_source", NULL,
                   !has_code          ? SLICE("")
                   : parts.is_implied ? SLICE("implied")
                                      : SLICE("explicit"));
    }
    cell_words(page, cell_list(page, record, "acts", NULL),
               (struct slice){acts, acts_print(told->acts, '|', acts)});
}

static void add_also_records(struct page *page, struct cell *record,
                             const struct spike_page_wishes *wishes, size_t place) {
    struct cell *list = cell_list(page, record, "also", NULL);
    for (size_t i = 0; i < wishes->spikes->count; i++)
        if (i != place && wishes->under[i] == place)
            add_series_cells(page, cell_record(page, list, NULL, NULL), &wishes->spikes->items[i]);
}

static void add_timeline_record(struct page *page, struct cell *record, const struct spikes *spikes,
                                const struct driven *driven) {
    if (!driven || !driven->strip_step) {
        cell_none(page, record, "timeline", NULL);
        return;
    }
    struct cell *timeline = cell_record(page, record, "timeline", NULL);
    struct known known = known_of(driven, spikes);
    when_cell(page, timeline, "start", known.begin);
    cell_count(page, timeline, "step_seconds", NULL, (uint64_t)driven->strip_step, NULL);
    struct strip *strip = arena_zero(&page->arena, sizeof *strip);
    *strip = (struct strip){.amounts = driven->strip + known.first, .count = known.count};
    cell_strip(page, timeline, "counts", NULL, strip);
}

static void add_record(struct page *page, struct cell *list, const struct spike_page_wishes *wishes,
                       const struct told *told) {
    struct cell *record = cell_record(page, list, NULL, NULL);
    add_series_cells(page, record, told->spike);
    add_driver_records(page, record, told->driven);
    add_first(page, record, told->driven);
    struct cell *examples = cell_list(page, record, "examples", NULL);
    for (size_t i = 0; told->driven && i < told->driven->example_count; i++)
        cell_text(page, examples, NULL, NULL, told->driven->examples[i]);
    cell_known(page, record, "hint", NULL, told->hint);
    cell_text(page, record, "severity", NULL, slice_of(severity_name(told->severity)));
    add_lists(page, record, told);
    cell_known(page, record, "direction", NULL, told->way);
    add_also_records(page, record, wishes, told->place);
    add_timeline_record(page, record, wishes->spikes, told->driven);
    cell_known(page, record, "rows", NULL, rows_words(page, wishes, told));
    cell_known(page, record, "trace", NULL, trace_words(page, wishes, told));
}

/* ---- the page ---- */

static void add_head(struct page *page, const struct spike_page_wishes *wishes) {
    page_section(page, "schema", NULL, LOOK_HIDDEN, CELL_COUNT)->cell->number = 1;
    page_section(page, "bucket_seconds", NULL, LOOK_HIDDEN, CELL_COUNT)->cell->number =
        (uint64_t)wishes->bucket;
    summary_lines(page, wishes->tally);
    asked_of(wishes->filter, page);
    struct cell *looked = page_section(page, "looked_at", NULL, LOOK_HIDDEN, CELL_RECORD)->cell;
    bool has_times = wishes->spikes->note != SPIKES_NO_TIMES;
    when_cell(page, looked, "since", has_times ? wishes->spikes->begin : MOMENT_NONE);
    when_cell(page, looked, "until", has_times ? wishes->spikes->end : MOMENT_NONE);
    cell_count(page, looked, "series", NULL, wishes->series, NULL);
    static const char *const notes[] = {[SPIKES_KNOWN] = "known",
                                        [SPIKES_FEW_DAYS] = "few-days",
                                        [SPIKES_TOO_SHORT] = "too-short",
                                        [SPIKES_NO_TIMES] = "no-times"};
    cell_text(page, looked, "usual", NULL, slice_of(notes[wishes->spikes->note]));
}

static void set_title(struct page *page, const struct spike_page_wishes *wishes, size_t count) {
    bool is_unknown = wishes->spikes->note >= SPIKES_TOO_SHORT;
    if (!count)
        page->title = page_word(page, is_unknown ? WORD_SPIKES_UNKNOWN : WORD_SPIKES_NONE);
    else
        page->title = WORDS_FILL(&page->arena,
                                 page_word(page, count == 1 ? WORD_SPIKES_ONE : WORD_SPIKES_MANY),
                                 words_number(page, count))
                          .at;
}

/* What was looked at, and how far it can be trusted. */
static void add_looked(struct page *page, const struct spike_page_wishes *wishes) {
    static const enum word of_notes[] = {[SPIKES_FEW_DAYS] = WORD_SPIKES_FEW_DAYS,
                                         [SPIKES_TOO_SHORT] = WORD_SPIKES_TOO_SHORT,
                                         [SPIKES_NO_TIMES] = WORD_SPIKES_NO_TIMES};
    const struct spikes *spikes = wishes->spikes;
    if (spikes->note != SPIKES_NO_TIMES)
        page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_SPIKES_LOOKED),
                                   when_words(page, spikes->begin), when_words(page, spikes->end),
                                   words_number(page, wishes->series),
                                   length_words(page, wishes->bucket)));
    if (spikes->note != SPIKES_KNOWN)
        page_text(page, slice_of(page_word(page, of_notes[spikes->note])));
    if (wishes->missing.length)
        page_text(page,
                  WORDS_FILL(&page->arena, page_word(page, WORD_PAST_MISSING), wishes->missing));
    if (wishes->is_past)
        page_text(page, slice_of(page_word(page, WORD_SPIKES_FROM_HISTORY)));
    else if (wishes->has_history)
        page_text(page, slice_of(page_word(page, WORD_SPIKES_WITH_HISTORY)));
    if (wishes->is_masked)
        page_text(page, slice_of(page_word(page, WORD_MASKED)));
}

static void add_spikes(struct page *page, const struct spike_page_wishes *wishes,
                       const struct told *told, size_t count) {
    size_t shown = wishes->top && count > wishes->top ? wishes->top : count;
    struct cell *records = page_section(page, "spikes", NULL, LOOK_HIDDEN, CELL_LIST)->cell;
    for (size_t i = 0; i < shown; i++)
        add_record(page, records, wishes, &told[i]);
    struct section *cards = page_section(page, NULL, NULL, LOOK_CARDS, CELL_LIST);
    for (size_t i = 0; i < shown; i++)
        add_card(page, cards->cell, wishes, &told[i]);
    if (!shown)
        cards->look = LOOK_HIDDEN;
    if (shown < count)
        page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_SPIKES_MORE),
                                   words_number(page, count - shown)));
}

void spike_page(struct page *page, const struct spike_page_wishes *wishes) {
    size_t count;
    struct told *told = tell_all(wishes, &count);
    set_title(page, wishes, count);
    add_head(page, wishes);
    add_looked(page, wishes);
    add_spikes(page, wishes, told, count);
    if (!wishes->is_past)
        summary_balance(page, wishes->tally);
    free(told);
}
