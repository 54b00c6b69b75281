/* cell - hourly.def as a table. */
#include "tally/cell.h"

const struct hourly_shape *hourly_shape(enum hourly_table table) {
    static const struct hourly_shape shapes[HOURLY_TABLES] = {
#define HOURLY(constant, name, keeping, key_count, keys, number_count, numbers)                    \
    {name, keeping, key_count, keys, number_count, numbers},
#include "tally/hourly.def"
#undef HOURLY
    };
    return &shapes[table];
}

static int64_t floor_to(int64_t number, int64_t unit) {
    return number / unit - (number % unit < 0);
}

int64_t hour_of(int64_t seconds) {
    return floor_to(seconds, HOUR);
}

int64_t day_of(int64_t hour) {
    return floor_to(hour, DAY_HOURS) * DAY_HOURS;
}
