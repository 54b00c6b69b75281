/* cell - hourly.def as a table. */
#include "tally/cell.h"

#include "base/moment.h"

const struct hourly_shape *hourly_shape(enum hourly_table table) {
    static const struct hourly_shape shapes[HOURLY_TABLES] = {
#define HOURLY(constant, name, keeping, key_count, keys, number_count, numbers)                    \
    {name, keeping, key_count, keys, number_count, numbers},
#include "tally/hourly.def"
#undef HOURLY
    };
    return &shapes[table];
}

int64_t hour_of(int64_t seconds) {
    return moment_units(seconds, HOUR);
}

int64_t day_of(int64_t hour) {
    return moment_units(hour, DAY_HOURS) * DAY_HOURS;
}
