/* cell - one row of what history keeps: the hour or day, the host of the log, texts, and numbers
 * that are only ever added to. The tables are those of hourly.def.
 */
#ifndef TALLY_CELL_H
#define TALLY_CELL_H

#include "base/slice.h"

enum hourly_table {
#define HOURLY(constant, name, keeping, key_count, keys, number_count, numbers) constant,
#include "tally/hourly.def"
#undef HOURLY
    HOURLY_TABLES
};

enum hourly_keeping { HOURLY_SUMMED = 1, HOURLY_CUT = 2, HOURLY_FADES = 4 };

enum {
    HOUR = 3600, /* seconds */
    DAY_HOURS = 24,
    HOURLY_KEYS = 11,
    HOURLY_NUMBERS = 5,
    HOURLY_KEPT = 100,   /* names of an hour or day, first key and host */
    HOURLY_FADE_DAYS = 8 /* so long hours of a table that fades are kept */
};

/* The name of what was cut, and of hosts beyond those that are told apart. */
#define HOURLY_OTHER "(other)"

struct hourly_cell {
    enum hourly_table table;
    int64_t hour; /* since 1970, of UTC; of a day its first one */
    struct slice host;
    struct slice keys[HOURLY_KEYS];
    int64_t numbers[HOURLY_NUMBERS];
};

struct hourly_shape {
    const char *name;
    unsigned keeping, key_count;
    const char *keys; /* their names, with blanks between */
    unsigned number_count;
    const char *numbers;
};

/* One a table of hourly.def. */
const struct hourly_shape *hourly_shape(enum hourly_table table);
/* The hour that holds a time; divided down. */
int64_t hour_of(int64_t seconds);
/* The first hour of the day of UTC that holds an hour. */
int64_t day_of(int64_t hour);

#endif
