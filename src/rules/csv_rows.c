/* libcsv is strict here: it forgives a stray quote otherwise and swallows the rest of the file. A
 * table is fed line by line, because libcsv does not tell lines, and every message needs one.
 *
 * Packed, a row is its line, the number of its fields and the fields, which is read thirty times
 * faster than CSV; without that a third of `explain 535` was reading tables.
 */
#include "rules/csv_rows.h"

#include <assert.h>
#include <csv.h>

enum { MOST_FIELD = 16384 };

struct reading {
    const char *file;
    struct arena *arena;
    const struct csv_taker *taker;
    unsigned line, row_line; /* of the line fed, and where the row began */
    struct slice fields[CSV_FIELDS_MOST];
    size_t field_count;
    bool good;
    struct problem *problem;
};

static void take_field(void *bytes, size_t length, void *context) {
    struct reading *reading = context;
    if (!reading->good)
        return;
    struct slice field = {bytes, length};
    if (reading->field_count == CSV_FIELDS_MOST || length > MOST_FIELD)
        reading->good =
            problem_say(reading->problem, "%s:%u: too many or too long fields at '%.*s'",
                        reading->file, reading->row_line, SLICE_ARGS(slice_head(field, 40)));
    else
        reading->fields[reading->field_count++] = arena_copy(reading->arena, field);
}

static void take_row(int end, void *context) {
    (void)end;
    struct reading *reading = context;
    const struct csv_row row = {reading->row_line, reading->fields, reading->field_count};
    if (reading->good)
        reading->good = reading->taker->take(reading->taker->context, &row);
    reading->field_count = 0;
    reading->row_line = reading->line + 1;
}

/* libcsv would take blanks off unquoted fields; here every byte counts. */
static int no_space(unsigned char byte) {
    (void)byte;
    return 0;
}

static bool feed(struct reading *reading, struct csv_parser *parser, struct slice bytes) {
    while (bytes.length > 0 && reading->good) {
        size_t end = slice_find(bytes, '\n');
        size_t length = end == SIZE_MAX ? bytes.length : end + 1;
        reading->line++;
        if (reading->field_count == 0 && csv_get_buffer_size(parser) == 0)
            reading->row_line = reading->line;
        if (csv_parse(parser, bytes.at, length, take_field, take_row, reading) != length)
            return reading->good &&
                   problem_say(reading->problem,
                               "%s:%u: %s (a field with a quote or comma in it is written in "
                               "quotes, a quote in it twice)",
                               reading->file, reading->line, csv_strerror(csv_error(parser)));
        bytes = slice_from(bytes, length);
    }
    if (reading->good && csv_fini(parser, take_field, take_row, reading) != 0)
        return problem_say(reading->problem, "%s:%u: a quote is not closed", reading->file,
                           reading->row_line);
    return reading->good;
}

bool csv_rows_read(const char *file, struct slice bytes, struct arena *arena,
                   const struct csv_taker *taker, struct problem *problem) {
    struct reading reading = {.file = file,
                              .arena = arena,
                              .taker = taker,
                              .row_line = 1,
                              .good = true,
                              .problem = problem};
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return problem_say(problem, "%s: no memory for the CSV reader", file);
    csv_set_space_func(&parser, no_space);
    slice_skip(&bytes, SLICE("\xef\xbb\xbf"));
    bool good = feed(&reading, &parser, bytes);
    csv_free(&parser);
    return good;
}

/* ---- packed */

static bool pack_row(void *context, const struct csv_row *row) {
    struct pack *pack = context;
    pack_number(pack, row->line);
    pack_number(pack, row->count);
    for (size_t i = 0; i < row->count; i++)
        pack_text(pack, row->fields[i]);
    return true;
}

bool csv_rows_pack(const char *file, struct slice bytes, struct pack *pack,
                   struct problem *problem) {
    struct arena arena;
    arena_init(&arena);
    bool good = csv_rows_read(file, bytes, &arena, &(struct csv_taker){pack_row, pack}, problem);
    arena_release(&arena);
    return good;
}

bool csv_rows_unpack(struct slice bytes, const struct csv_taker *taker) {
    struct unpack unpack = {.rest = bytes};
    struct slice fields[CSV_FIELDS_MOST];
    while (unpack.rest.length > 0) {
        struct csv_row row = {.line = (unsigned)unpack_number(&unpack), .fields = fields};
        row.count = unpack_count(&unpack);
        assert(row.count <= CSV_FIELDS_MOST);
        for (size_t i = 0; i < row.count; i++)
            fields[i] = unpack_text(&unpack);
        assert(!unpack.broken);
        if (!taker->take(taker->context, &row))
            return false;
    }
    return true;
}
