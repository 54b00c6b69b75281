/* Why: a number is believed when its lines can be seen, and nobody types filters from memory.
 *
 * How: a command says each value exactly: signs that mean something in a filter get a backslash,
 * and what a terminal, a page or a reader of JSON would not show as it stands fits any sign. Then
 * the shell's quotes go around it. Filters that the report was made with follow, but for those of
 * an option that is said already: what was counted fits them.
 */
#include "report/digging.h"

#include <string.h>

#include "report/asked.h"
#include "report/page_words.h"
#include "report/utf8.h"
#include "tally/ranking.h"

enum { ROOM_FOR_STAR = 8 }; /* at the end of a filter, for what does not fit */

void dig_begin(struct dig *dig, const struct digging *digging) {
    *dig = (struct dig){.digging = digging, .is_vain = !digging->inputs.at};
    out_init_memory(&dig->words);
    out_text(&dig->words, "mailtriage export");
}

void dig_word(struct dig *dig, enum filter_by by, const char *word) {
    asked_put(&dig->words, filter_name(by), slice_of(word));
    dig->said |= 1u << by;
}

/* ---- exact values */

/* One sign of a value, as a filter takes it: of several bytes when it is UTF-8. What a filter takes
 * off the ends of its words fits any sign there. False: it is no sign, so nobody can type it. */
static bool put_sign(struct out *pattern, struct slice *rest, bool first) {
    const char *begin = rest->at;
    uint32_t code_point = utf8_take(rest);
    bool at_end = first || !rest->length;
    if (utf8_is_control(code_point) || (code_point == ' ' && at_end))
        out_byte(pattern, '?');
    else if (code_point < 0x80 && strchr(first ? "*?[\\,!<" : "*?[\\,", (int)code_point))
        out_print(pattern, "\\%c", (char)code_point);
    else
        out_slice(pattern, slice_range(begin, rest->at));
    return code_point != UTF8_BROKEN;
}

static bool put_exactly(struct out *pattern, struct slice value) {
    bool good = true;
    for (bool first = true; value.length; first = false) {
        if (pattern->length > FILTER_LONGEST - ROOM_FOR_STAR) {
            out_byte(pattern, '*');
            return good;
        }
        good &= put_sign(pattern, &value, first);
    }
    return good;
}

static void put_pattern(struct dig *dig, enum filter_by by, const char *before, struct slice value,
                        const char *behind) {
    struct out pattern;
    out_init_memory(&pattern);
    out_text(&pattern, before);
    dig->is_vain |= !put_exactly(&pattern, value);
    out_text(&pattern, behind);
    asked_put(&dig->words, filter_name(by), out_held(&pattern));
    out_release(&pattern);
    dig->said |= 1u << by;
}

void dig_value(struct dig *dig, enum filter_by by, struct slice value) {
    if (value.length)
        put_pattern(dig, by, "", value, "");
    else
        dig_word(dig, by, "!*");
}

/* Beside the levels that the report was asked for, which follow: neither is what the other says. */
void dig_counted(struct dig *dig) {
    asked_put(&dig->words, filter_name(FILTER_LEVEL), SLICE("!host,!mta"));
}

/* Only sessions are rejected, lost and the like; and a warning of the server itself counts. */
void dig_event(struct dig *dig, struct slice event) {
    dig_value(dig, FILTER_EVENT, event);
    if (slice_is(event, "deferred"))
        dig_word(dig, FILTER_LEVEL, "attempt");
    else if (slice_is(event, "bounced") || slice_is(event, "expired"))
        dig_word(dig, FILTER_LEVEL, "recipient");
    else if (slice_is(event, "discarded") || slice_is(event, "held") ||
             slice_is(event, "tls-failed"))
        dig_counted(dig);
}

void dig_events(struct dig *dig, const enum event *events, size_t count) {
    const struct filter *filter = dig->digging->filter;
    struct out words;
    out_init_memory(&words);
    for (size_t i = 0; i < count; i++)
        if (!filter || filter_takes_event(filter, events[i]))
            out_print(&words, "%s%s", words.length ? "," : "", event_name(events[i]));
    dig->is_vain |= !words.length;
    asked_put(&dig->words, filter_name(FILTER_EVENT), out_held(&words));
    dig->said |= 1u << FILTER_EVENT;
    out_release(&words);
    dig_counted(dig);
}

void dig_name(struct dig *dig, enum filter_by by, struct slice name) {
    dig_beginning(dig, by, name, RANKING_NAME);
}

void dig_beginning(struct dig *dig, enum filter_by by, struct slice name, size_t most) {
    dig->is_vain |= dig->digging->is_masked || !name.length;
    put_pattern(dig, by, "", name, name.length >= most ? "*" : "");
}

/* Addresses that fit a filter of the report and are at the domain cannot be asked for at once. */
void dig_domain(struct dig *dig, enum filter_by by, struct slice domain) {
    const struct filter *filter = dig->digging->filter;
    dig->is_vain |= dig->digging->is_masked || !domain.length;
    dig->is_vain |= filter && (filter->given >> by & 1);
    put_pattern(dig, by, "*@", domain, domain.length >= RANKING_NAME ? "*" : "");
}

struct slice dig_end(struct dig *dig) {
    const struct digging *digging = dig->digging;
    struct slice command = {0};
    if (!dig->is_vain) {
        asked_put_others(&dig->words, digging->filter, dig->said, &digging->page->arena);
        out_slice(&dig->words, digging->inputs);
        command = arena_copy(&digging->page->arena, out_held(&dig->words));
    }
    out_release(&dig->words);
    return command;
}

/* ---- places */

/* A name of a file that cannot be shown as it is cannot be pasted either. */
static bool can_be_shown(struct slice text) {
    while (text.length) {
        uint32_t code_point = utf8_take(&text);
        if (code_point == UTF8_BROKEN || utf8_is_control(code_point))
            return false;
    }
    return true;
}

struct slice digging_trace(const struct digging *digging, struct slice source, uint64_t line) {
    struct arena *arena = &digging->page->arena;
    struct slice place =
        arena_print(arena, "%.*s:%llu", SLICE_ARGS(source), (unsigned long long)line);
    struct out words;
    if (!digging->inputs.at || digging->is_masked || !source.length || !line ||
        slice_is(source, "-") || !can_be_shown(source))
        return (struct slice){0};
    out_init_memory(&words);
    out_text(&words, "mailtriage trace");
    asked_put(&words, NULL, place);
    out_slice(&words, digging->inputs);
    struct slice command = arena_copy(arena, out_held(&words));
    out_release(&words);
    return command;
}

/* ---- cells */

void digging_cell(const struct digging *digging, struct cell *record, const char *key,
                  const char *title, struct slice command) {
    if (!command.length) {
        if (key)
            cell_none(digging->page, record, key, NULL);
        return;
    }
    struct cell *cell = cell_text(digging->page, record, key, title, command);
    cell->literal = cell->command = cell->folded = true;
}

void digging_line(const struct digging *digging, struct slice command) {
    struct page *page = digging->page;
    if (!command.length)
        return;
    struct section *section = page_section(page, NULL, NULL, LOOK_TEXT, CELL_TEXT);
    section->unfolded = section->cell->command = true;
    section->cell->text = WORDS_FILL(&page->arena, page_word(page, WORD_ROWS_OF_ONE), command);
}
