/* hour_rows - rows of one table, hour (or day) and host, on their way to history: added up by their
 * texts, cut to those that are kept by name, handed over.
 */
#ifndef TALLY_HOUR_ROWS_H
#define TALLY_HOUR_ROWS_H

#include "base/map.h"
#include "base/pack.h"
#include "tally/hourly.h"

struct hour_rows {
    enum hourly_table table;
    struct map map; /* the keys, each with a NUL behind it -> HOURLY_NUMBERS of int64_t */
};

void hour_rows_init(struct hour_rows *rows, enum hourly_table table);
void hour_rows_release(struct hour_rows *rows);
void hour_rows_add(struct hour_rows *rows, const struct hourly_cell *cell);
/* Hands all over. Of a table that is cut the most of each first key by name, so many of them. */
void hour_rows_give(const struct hour_rows *rows, size_t kept, int64_t hour, struct slice host,
                    void (*give)(void *context, const struct hourly_cell *cell), void *context);
/* The same, uncut and in the order of coming. */
void hour_rows_each(const struct hour_rows *rows, int64_t hour, struct slice host,
                    void (*give)(void *context, const struct hourly_cell *cell), void *context);
void hour_rows_save(const struct hour_rows *rows, struct pack *pack);
void hour_rows_load(struct hour_rows *rows, struct unpack *unpack);

#endif
