/* The code tables are CSV (rules/csv_rows). Columns are found by the names in the first row, so
 * their order is free; those that came later may be missing in the tables of a site.
 */
#include "rules/codes.h"

#include "base/ascii.h"
#include "base/map.h"
#include "base/memory.h"
#include "rules/csv_rows.h"
#include "rules/logged.h"
#include "rules/rule.h"
#include <stdlib.h>

enum { MOST_ROWS = 10000, FIRST_CODE = 200, LAST_CODE = 599, LAST_DETAIL = 999 };

enum table { TABLE_REPLY, TABLE_ENHANCED, TABLE_IMPLIED, TABLE_LOGGED, TABLE_PAIRS };

/* Each in the order of the enum of its name; NULL at the end. */
static const char *const page_columns[] = {"code", "name",   "description", "when",
                                           "fix",  "source", "reason",      "standard",
                                           "use",  "stage",  "others",      NULL};
static const char *const implied_columns[] = {"line_type", "code", "enhanced", "source", NULL};
static const char *const logged_columns[] = {"code", "mta", "direction", "text", NULL};
static const char *const pair_columns[] = {"one", "other", "difference", NULL};

struct reading;
/* Each takes the fields of a row, in the order of the columns. */
static void take_page(struct reading *reading, const struct slice *field);
static void take_implied(struct reading *reading, const struct slice *field);
static void take_logged(struct reading *reading, const struct slice *field);
static void take_pair(struct reading *reading, const struct slice *field);

static const struct {
    const char *name;
    const char *const *columns;
    size_t needed; /* so many of the first; the others may be missing */
    void (*take)(struct reading *reading, const struct slice *field);
} tables[] = {
    [TABLE_REPLY] = {"reply.csv", page_columns, 7, take_page},
    [TABLE_ENHANCED] = {"enhanced.csv", page_columns, 7, take_page},
    [TABLE_IMPLIED] = {"implied.csv", implied_columns, 4, take_implied},
    [TABLE_LOGGED] = {"logged.csv", logged_columns, 4, take_logged},
    [TABLE_PAIRS] = {"pairs.csv", pair_columns, 3, take_pair},
};

struct pages {
    struct code_page *items;
    size_t count, capacity;
    struct map places; /* by code and last detail: place in items, a size_t */
    size_t range_count;
};

struct codes {
    struct arena arena;
    struct pages reply, enhanced;
    struct map implied; /* by line type: struct implied */
    struct logged logged;
    struct code_pair *pairs;
    size_t pair_count, pair_capacity;
    struct map pair_places; /* by struct pair_key: place in pairs, a size_t */
};

/* Two keys of codes, the smaller first. */
struct pair_key {
    uint64_t codes[2];
};

struct reading {
    struct codes *codes;
    enum table table;
    const char *file;
    unsigned row_line;
    size_t rows;
    size_t columns[CSV_FIELDS_MOST]; /* what each field is: a place in tables[].columns */
    size_t column_count;
    bool good;
    struct problem *problem;
};

/* Fields in the order of the columns. */
enum page_column {
    CODE,
    NAME,
    DESCRIPTION,
    WHEN,
    FIX,
    SOURCE,
    REASON,
    STANDARD,
    USE,
    STAGE,
    OTHERS
};
enum implied_column { LINE_TYPE, IMPLIED_CODE, IMPLIED_ENHANCED, IMPLIED_SOURCE };
enum logged_column { LOGGED_CODE, LOGGED_MTA, LOGGED_DIRECTION, LOGGED_TEXT };
enum pair_column { PAIR_ONE, PAIR_OTHER, PAIR_DIFFERENCE };

bool enhanced_equal(struct enhanced a, struct enhanced b) {
    return a.class_digit == b.class_digit && a.subject == b.subject && a.detail == b.detail;
}

/* "0" .. "999", without needless zeros, at the front of *s. */
static bool take_part(struct slice *s, uint16_t *part_r) {
    size_t length = 0;
    unsigned number = 0;
    while (length < s->length && length < 4 && is_digit(s->at[length]))
        number = number * 10 + (unsigned)(s->at[length++] - '0');
    if (length == 0 || length > 3 || (length > 1 && s->at[0] == '0'))
        return false;
    *s = slice_from(*s, length);
    *part_r = (uint16_t)number;
    return true;
}

/* ".7.8" at the front of *s, and neither a digit nor a dot behind it. */
static bool take_rest(struct slice *s, struct enhanced *enhanced_r) {
    return slice_skip(s, SLICE(".")) && take_part(s, &enhanced_r->subject) &&
           slice_skip(s, SLICE(".")) && take_part(s, &enhanced_r->detail) &&
           !(s->length > 0 && (is_digit(s->at[0]) || s->at[0] == '.'));
}

/* "5.1.1" with nothing behind it that a longer number could need: nearly every one. */
static bool take_short(struct slice *s, struct enhanced *enhanced_r) {
    const char *at = s->at;
    if (s->length < 5 || at[1] != '.' || !is_digit(at[2]) || at[3] != '.' || !is_digit(at[4]) ||
        (s->length > 5 && (is_digit(at[5]) || at[5] == '.')))
        return false;
    *enhanced_r =
        (struct enhanced){(uint8_t)(at[0] - '0'), (uint16_t)(at[2] - '0'), (uint16_t)(at[4] - '0')};
    *s = slice_from(*s, 5);
    return true;
}

bool enhanced_take(struct slice *s, struct enhanced *enhanced_r) {
    if (s->length == 0 || (s->at[0] != '2' && s->at[0] != '4' && s->at[0] != '5'))
        return false;
    if (take_short(s, enhanced_r))
        return true;
    struct enhanced enhanced = {.class_digit = (uint8_t)(s->at[0] - '0')};
    struct slice rest = slice_from(*s, 1);
    if (!take_rest(&rest, &enhanced))
        return false;
    *s = rest;
    *enhanced_r = enhanced;
    return true;
}

/* Of three digits at most, without needless zeros. */
static char *put_part(char *to, unsigned part) {
    part %= 1000;
    if (part >= 100)
        *to++ = (char)('0' + part / 100);
    if (part >= 10)
        *to++ = (char)('0' + part / 10 % 10);
    *to++ = (char)('0' + part % 10);
    return to;
}

size_t enhanced_print(struct enhanced enhanced, char *buffer) {
    char *to = buffer;
    if (enhanced.class_digit) {
        *to++ = (char)('0' + enhanced.class_digit % 10);
        *to++ = '.';
        to = put_part(to, enhanced.subject);
        *to++ = '.';
        to = put_part(to, enhanced.detail);
    }
    *to = '\0';
    return (size_t)(to - buffer);
}

bool code_read(struct slice text, struct code *code_r) {
    *code_r = (struct code){0};
    uint64_t number;
    if (text.length == 3 && slice_number(text, &number)) {
        code_r->basic = (uint16_t)number;
        return number >= FIRST_CODE && number <= LAST_CODE;
    }
    struct slice rest = text;
    if (text.length > 1 && (text.at[0] == 'x' || text.at[0] == 'X')) {
        rest = slice_from(text, 1);
        code_r->any_class = true;
        return take_rest(&rest, &code_r->enhanced) && rest.length == 0;
    }
    return enhanced_take(&rest, &code_r->enhanced) && rest.length == 0;
}

bool code_is(struct code wanted, uint16_t basic, struct enhanced enhanced) {
    if (wanted.basic != 0)
        return wanted.basic == basic;
    if (enhanced.class_digit == 0)
        return false;
    return (wanted.any_class || wanted.enhanced.class_digit == enhanced.class_digit) &&
           wanted.enhanced.subject == enhanced.subject && wanted.enhanced.detail == enhanced.detail;
}

struct codes *codes_new(void) {
    struct codes *codes = memory_new(sizeof *codes);
    arena_init(&codes->arena);
    map_init(&codes->reply.places, sizeof(size_t));
    map_init(&codes->enhanced.places, sizeof(size_t));
    map_init(&codes->implied, sizeof(struct implied));
    logged_init(&codes->logged);
    map_init(&codes->pair_places, sizeof(size_t));
    return codes;
}

void codes_free(struct codes *codes) {
    if (!codes)
        return;
    map_release(&codes->reply.places);
    map_release(&codes->enhanced.places);
    map_release(&codes->implied);
    logged_release(&codes->logged);
    map_release(&codes->pair_places);
    free(codes->pairs);
    free(codes->reply.items);
    free(codes->enhanced.items);
    arena_release(&codes->arena);
    free(codes);
}

/* A code, or a range of them, as the key of a map: a number, because a struct has bytes between its
 * members. Pages of basic and of enhanced codes lie in maps of their own. */
static uint64_t key_of(struct code code, uint16_t last) {
    return (uint64_t)(code.basic | last) << 48 | (uint64_t)code.enhanced.class_digit << 32 |
           (uint64_t)code.enhanced.subject << 16 | code.enhanced.detail;
}

static struct slice key_bytes(const uint64_t *key) {
    return (struct slice){(const char *)key, sizeof *key};
}

static bool refuse(struct reading *reading, const char *what, struct slice field) {
    reading->good = false;
    return problem_say(reading->problem, "%s:%u: %s '%.*s'", reading->file, reading->row_line, what,
                       SLICE_ARGS(field));
}

/* "5.7.8", "X.7.8", "550", or "5.7.606-649": the code and the last detail. */
static bool read_page_code(struct slice text, struct code *code_r, uint16_t *last_r) {
    struct slice first;
    uint64_t number;
    bool is_range = slice_cut(&text, '-', &first);
    if (!code_read(first, code_r))
        return false;
    *last_r = code_r->enhanced.detail;
    if (!is_range)
        return true;
    if (code_r->basic != 0 || !slice_number(text, &number) || number <= *last_r ||
        number > LAST_DETAIL)
        return false;
    *last_r = (uint16_t)number;
    return true;
}

/* "mail|rcpt", or "any". */
static bool check_stages(struct reading *reading, struct slice stages) {
    struct slice stage;
    if (stages.length == 0 || slice_is(stages, "any"))
        return true;
    for (bool more = true; more;) {
        more = slice_cut(&stages, '|', &stage);
        if (!rule_is_stage(stage))
            return refuse(reading, "write any or stages such as mail|rcpt, and not", stage);
    }
    return true;
}

/* The place of the row of this code: a new one, or that of the row which it replaces. */
static struct code_page *page_place(struct pages *pages, struct code code, uint16_t last) {
    bool is_new;
    uint64_t key = key_of(code, last);
    size_t *place = map_put(&pages->places, key_bytes(&key), &is_new);
    if (is_new) {
        *place = pages->count;
        pages->items =
            memory_grow(pages->items, &pages->capacity, pages->count + 1, sizeof *pages->items);
        pages->count++;
        pages->range_count += last != code.enhanced.detail;
    }
    return &pages->items[*place];
}

/* A row of reply.csv or enhanced.csv; a later row of the same code takes its place. */
static void take_page(struct reading *reading, const struct slice *field) {
    bool is_reply = reading->table == TABLE_REPLY;
    struct code code;
    uint16_t last;
    if (!read_page_code(field[CODE], &code, &last) || (code.basic != 0) != is_reply) {
        refuse(reading,
               is_reply ? "no reply code (200 .. 599)"
                        : "no enhanced code (5.7.8, X.7.8 or 5.7.606-649)",
               field[CODE]);
        return;
    }
    if (field[NAME].length == 0) {
        refuse(reading, "no name for code", field[CODE]);
        return;
    }
    if (!check_stages(reading, field[STAGE]))
        return;
    struct codes *codes = reading->codes;
    *page_place(is_reply ? &codes->reply : &codes->enhanced, code, last) =
        (struct code_page){.code = field[CODE],
                           .name = field[NAME],
                           .description = field[DESCRIPTION],
                           .when = field[WHEN],
                           .fix = field[FIX],
                           .source = field[SOURCE],
                           .reason = field[REASON],
                           .standard = field[STANDARD],
                           .english = field[NAME],
                           .use = field[USE],
                           .stage = field[STAGE],
                           .others = field[OTHERS],
                           .first = code,
                           .last = last,
                           .file = reading->file,
                           .line = reading->row_line};
}

static void take_implied(struct reading *reading, const struct slice *field) {
    struct code code = {0}, enhanced = {0};
    if (field[LINE_TYPE].length == 0)
        refuse(reading, "no line type for", field[IMPLIED_CODE]);
    else if (field[IMPLIED_CODE].length > 0 &&
             (!code_read(field[IMPLIED_CODE], &code) || code.basic == 0))
        refuse(reading, "no reply code", field[IMPLIED_CODE]);
    else if (field[IMPLIED_ENHANCED].length > 0 &&
             (!code_read(field[IMPLIED_ENHANCED], &enhanced) || enhanced.basic != 0 ||
              enhanced.any_class))
        refuse(reading, "no enhanced code", field[IMPLIED_ENHANCED]);
    else if (field[IMPLIED_CODE].length + field[IMPLIED_ENHANCED].length == 0)
        refuse(reading, "no code at all for", field[LINE_TYPE]);
    if (!reading->good)
        return;
    struct implied *implied = map_put(&reading->codes->implied, field[LINE_TYPE], NULL);
    *implied =
        (struct implied){field[LINE_TYPE], code.basic, enhanced.enhanced, field[IMPLIED_SOURCE]};
}

static void take_logged(struct reading *reading, const struct slice *field) {
    struct logged_row row = {field[LOGGED_CODE], field[LOGGED_MTA], field[LOGGED_DIRECTION],
                             field[LOGGED_TEXT]};
    const char *fault = logged_put(&reading->codes->logged, &row, &reading->codes->arena);
    if (fault)
        refuse(reading, fault, row.code);
}

static struct pair_key pair_key(struct code one, struct code other) {
    uint64_t a = key_of(one, one.enhanced.detail), b = key_of(other, other.enhanced.detail);
    return (struct pair_key){{a < b ? a : b, a < b ? b : a}};
}

static struct slice pair_key_bytes(const struct pair_key *key) {
    return (struct slice){(const char *)key->codes, sizeof key->codes};
}

static void take_pair(struct reading *reading, const struct slice *field) {
    struct code one, other;
    struct codes *codes = reading->codes;
    if (!code_read(field[PAIR_ONE], &one))
        refuse(reading, "no code", field[PAIR_ONE]);
    else if (!code_read(field[PAIR_OTHER], &other) || !one.basic != !other.basic)
        refuse(reading, one.basic ? "no reply code" : "no enhanced code", field[PAIR_OTHER]);
    else if (field[PAIR_DIFFERENCE].length == 0)
        refuse(reading, "no difference of", field[PAIR_ONE]);
    if (!reading->good)
        return;
    struct pair_key key = pair_key(one, other);
    if (key.codes[0] == key.codes[1]) {
        refuse(reading, "no pair: twice", field[PAIR_ONE]);
        return;
    }
    bool is_new;
    size_t *place = map_put(&codes->pair_places, pair_key_bytes(&key), &is_new);
    if (is_new) {
        *place = codes->pair_count;
        codes->pairs = memory_grow(codes->pairs, &codes->pair_capacity, codes->pair_count + 1,
                                   sizeof *codes->pairs);
        codes->pair_count++;
    }
    codes->pairs[*place] =
        (struct code_pair){field[PAIR_ONE], field[PAIR_OTHER], field[PAIR_DIFFERENCE]};
}

/* The first row: which column each field is. */
static void take_header(struct reading *reading, const struct csv_row *row) {
    const char *const *columns = tables[reading->table].columns;
    bool seen[CSV_FIELDS_MOST] = {false};
    for (size_t i = 0; i < row->count; i++) {
        size_t column = 0;
        while (columns[column] && !slice_is(row->fields[i], columns[column]))
            column++;
        if (!columns[column] || seen[column]) {
            refuse(reading, columns[column] ? "repeated column" : "unknown column", row->fields[i]);
            return;
        }
        seen[column] = true;
        reading->columns[i] = column;
    }
    reading->column_count = row->count;
    for (size_t column = 0; column < tables[reading->table].needed; column++)
        if (!seen[column]) {
            refuse(reading, "missing column", slice_of(columns[column]));
            return;
        }
}

static bool take_row(void *context, const struct csv_row *row) {
    struct reading *reading = context;
    struct slice ordered[CSV_FIELDS_MOST] = {{0}};
    reading->row_line = row->line;
    if (reading->column_count == 0) {
        take_header(reading, row);
    } else if (row->count != reading->column_count) {
        reading->good = problem_say(reading->problem, "%s:%u: %zu fields, the first row has %zu",
                                    reading->file, row->line, row->count, reading->column_count);
    } else if (++reading->rows > MOST_ROWS) {
        refuse(reading, "too many rows at", row->fields[0]);
    } else {
        for (size_t i = 0; i < reading->column_count; i++)
            ordered[reading->columns[i]] = row->fields[i];
        tables[reading->table].take(reading, ordered);
    }
    return reading->good;
}

static bool read_table(struct reading *reading, struct slice bytes, bool packed) {
    const struct csv_taker taker = {take_row, reading};
    bool good = packed ? csv_rows_unpack(bytes, &taker)
                       : csv_rows_read(reading->file, bytes, &reading->codes->arena, &taker,
                                       reading->problem);
    if (good && reading->column_count == 0)
        return problem_say(reading->problem, "%s:1: the row of column names is missing",
                           reading->file);
    return good;
}

static bool load(struct codes *codes, const char *name, const char *file, struct slice bytes,
                 bool packed, struct problem *problem) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (!slice_is(slice_of(name), tables[i].name))
            continue;
        struct slice kept = arena_copy(&codes->arena, slice_of(file));
        struct reading reading = {.codes = codes,
                                  .table = (enum table)i,
                                  .file = kept.at,
                                  .good = true,
                                  .problem = problem};
        return read_table(&reading, bytes, packed);
    }
    return problem_say(problem, "%s: unknown table '%s'; known are %s, %s, %s, %s and %s", file,
                       name, tables[TABLE_REPLY].name, tables[TABLE_ENHANCED].name,
                       tables[TABLE_IMPLIED].name, tables[TABLE_LOGGED].name,
                       tables[TABLE_PAIRS].name);
}

bool codes_load(struct codes *codes, const char *name, const char *file, struct slice bytes,
                struct problem *problem) {
    return load(codes, name, file, bytes, false, problem);
}

bool codes_load_packed(struct codes *codes, const char *name, const char *file, struct slice bytes,
                       struct problem *problem) {
    return load(codes, name, file, bytes, true, problem);
}

static const struct code_page *page_of(const struct pages *pages, struct code code) {
    uint64_t key = key_of(code, code.enhanced.detail);
    const size_t *place = map_get(&pages->places, key_bytes(&key));
    return place ? &pages->items[*place] : NULL;
}

/* The narrowest that holds the code, of equals the later; there are few, and few ask. */
static const struct code_page *range_of(const struct pages *pages, struct enhanced enhanced) {
    const struct code_page *best = NULL;
    for (size_t i = 0, left = pages->range_count; left > 0; i++) {
        const struct code_page *page = &pages->items[i];
        struct enhanced first = page->first.enhanced;
        if (page->last == first.detail)
            continue;
        left--;
        if (first.class_digit == enhanced.class_digit && first.subject == enhanced.subject &&
            first.detail <= enhanced.detail && enhanced.detail <= page->last &&
            (!best || page->last - first.detail <= best->last - best->first.enhanced.detail))
            best = page;
    }
    return best;
}

const struct code_page *codes_reply(const struct codes *codes, uint16_t code) {
    return page_of(&codes->reply, (struct code){.basic = code});
}

const struct code_page *codes_enhanced(const struct codes *codes, struct enhanced enhanced) {
    const struct code_page *page = page_of(&codes->enhanced, (struct code){.enhanced = enhanced});
    if (enhanced.class_digit == 0)
        return page;
    if (!page)
        page = range_of(&codes->enhanced, enhanced);
    enhanced.class_digit = 0;
    if (!page)
        page = page_of(&codes->enhanced, (struct code){.enhanced = enhanced});
    return page ? page : range_of(&codes->enhanced, enhanced);
}

const struct implied *codes_implied(const struct codes *codes, struct slice line_type) {
    return map_get(&codes->implied, line_type);
}

struct slice codes_logged(const struct codes *codes, struct code code, const char *mta,
                          const char *direction, const char *stage, struct arena *arena) {
    return logged_text(&codes->logged, code, mta, direction, stage, arena);
}

static struct slice difference_of(const struct codes *codes, struct code one, struct code other) {
    struct pair_key key = pair_key(one, other);
    const size_t *place = map_get(&codes->pair_places, pair_key_bytes(&key));
    return place ? codes->pairs[*place].difference : (struct slice){0};
}

/* The code whose page this one shows: 5.7.8 shows that of X.7.8. */
static struct code shown_as(const struct codes *codes, struct code code) {
    const struct code_page *page = code.basic != 0 ? NULL : codes_enhanced(codes, code.enhanced);
    return page ? page->first : code;
}

struct slice codes_pair(const struct codes *codes, struct code one, struct code other) {
    struct slice exactly = difference_of(codes, one, other);
    return exactly.length > 0 ? exactly
                              : difference_of(codes, shown_as(codes, one), shown_as(codes, other));
}

size_t codes_reply_count(const struct codes *codes) {
    return codes->reply.count;
}

const struct code_page *codes_reply_at(const struct codes *codes, size_t index) {
    return &codes->reply.items[index];
}

size_t codes_enhanced_count(const struct codes *codes) {
    return codes->enhanced.count;
}

const struct code_page *codes_enhanced_at(const struct codes *codes, size_t index) {
    return &codes->enhanced.items[index];
}

void codes_each_page(struct codes *codes, void (*each)(void *context, struct code_page *page),
                     void *context) {
    for (size_t i = 0; i < codes->reply.count; i++)
        each(context, &codes->reply.items[i]);
    for (size_t i = 0; i < codes->enhanced.count; i++)
        each(context, &codes->enhanced.items[i]);
}

void codes_each_pair(struct codes *codes, void (*each)(void *context, struct code_pair *pair),
                     void *context) {
    for (size_t i = 0; i < codes->pair_count; i++)
        each(context, &codes->pairs[i]);
}
