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

enum hourly_keeping { HOURLY_SUMMED = 1, HOURLY_CUT = 2, HOURLY_FADES = 4, HOURLY_SIGNED = 8 };

enum {
    HOUR = 3600, /* seconds */
    DAY_HOURS = 24,
    HOURLY_KEYS = 11,
    HOURLY_NUMBERS = 7,
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

/* How a cell is written. */
enum cell_put {
    CELL_HOUR, /* of an hour that is over: added to what is there */
    CELL_DAY,  /* the same of a day */
    /* Of an hour that was handed over before. A new name in a table that is cut takes a place that
     * is free, else it counts as "(other)". */
    CELL_LATE_HOUR,
    CELL_LATE_DAY, /* the same of a day; there a new name counts as "(other)" */
    CELL_OPEN,     /* of an hour that still goes on: stands until the next run */
};

/* A wording, as it was met under one reason on one host. */
struct hourly_template {
    struct slice host, class_name, event, direction, level, mta, text;
    uint64_t count;
    int64_t first, last;        /* seconds */
    struct slice reply, source; /* an example: the first of them */
    uint64_t line;
};

/* Times of the log of a host, by which its hours are closed. */
struct hourly_clock {
    struct slice host;
    int64_t closed_day; /* days before this hour are handed over */
};

/* One a table of hourly.def. */
const struct hourly_shape *hourly_shape(enum hourly_table table);
/* The hour that holds a time; divided down. */
int64_t hour_of(int64_t seconds);
/* The first hour of the day of UTC that holds an hour. */
int64_t day_of(int64_t hour);

#endif
