/* csv_rows - the rows of a table: read through libcsv, or as the build has packed them. */
#ifndef RULES_CSV_ROWS_H
#define RULES_CSV_ROWS_H

#include "base/arena.h"
#include "base/pack.h"
#include "base/problem.h"

enum { CSV_FIELDS_MOST = 16 };

struct csv_row {
    unsigned line; /* where it begins */
    const struct slice *fields;
    size_t count;
};

/* What is done with each row, that of the names of columns too. False ends the reading. */
struct csv_taker {
    bool (*take)(void *context, const struct csv_row *row);
    void *context;
};

/* Reads CSV; `file` is for messages. Fields live in the arena. False: take() said so, or no CSV. */
bool csv_rows_read(const char *file, struct slice bytes, struct arena *arena,
                   const struct csv_taker *taker, struct problem *problem);

/* The rows of a file as bytes of base/pack, for the build. */
bool csv_rows_pack(const char *file, struct slice bytes, struct pack *pack,
                   struct problem *problem);
/* The same rows again. Fields are borrowed from the bytes, which are trusted. */
bool csv_rows_unpack(struct slice bytes, const struct csv_taker *taker);

#endif
