/* moment - times as logs write them, worked out once a line and therefore by hand.
 *
 * Stamps are read digit by digit at fixed places: strptime() costs more than the rest of a line
 * together and knows no fraction. Dates become day numbers by arithmetic on years that begin in
 * March, so that the leap day is the last one. Only a stamp without a zone needs the C library, for
 * the offset of its minute, and localtime_r() takes a lock.
 *
 * Lines come many a minute, so the clock keeps the last minute: as it was written, and what it
 * turned out to be. A stamp that begins with the same bytes is read from its seconds on. Everything
 * is worked out from the begin of the minute, and a minute in which the year would change sides is
 * not kept: with and without memory, the result is the same.
 */
#include "base/moment.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/digits.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, WEEK = 604800 };
enum { YEAR_FIRST = 1, YEAR_LAST = 9999, FRACTION_DIGITS = 9 };

static const uint32_t nanos_of_digit[FRACTION_DIGITS + 1] = {
    1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1,
};

/* ---- Dates and days ---- */

static bool is_leap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of_month(int year, int month) {
    static const int8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month] + (month == 2 && (year == 0 || is_leap(year)));
}

bool civil_valid(const struct civil *civil) {
    return civil->year >= 0 && civil->year <= YEAR_LAST && civil->month >= 1 &&
           civil->month <= 12 && civil->day >= 1 &&
           civil->day <= days_of_month(civil->year, civil->month) && civil->hour >= 0 &&
           civil->hour <= 23 && civil->minute >= 0 && civil->minute <= 59 && civil->second >= 0 &&
           civil->second <= 60;
}

/* Day 0 is 0000-03-01, so nothing here is negative; 1970-01-01 is day 719468. */
enum { DAYS_TO_1970 = 719468, DAYS_OF_400_YEARS = 146097 };

static unsigned day_number(unsigned year, unsigned month, unsigned day) {
    unsigned march_year = year - (month <= 2);
    unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return march_year * 365 + march_year / 4 - march_year / 100 + march_year / 400 + day_of_year;
}

static struct civil civil_of_day(unsigned number) {
    unsigned era = number / DAYS_OF_400_YEARS, day_of_era = number % DAYS_OF_400_YEARS;
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (5 * day_of_year + 2) / 153;
    struct civil civil = {
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
    };
    civil.year = (int)(year_of_era + era * 400) + (civil.month <= 2);
    return civil;
}

int64_t civil_utc(const struct civil *civil) {
    assert(civil->year >= YEAR_FIRST && civil->year <= YEAR_LAST);
    int64_t day = day_number((unsigned)civil->year, (unsigned)civil->month, (unsigned)civil->day);
    return (day - DAYS_TO_1970) * DAY + civil->hour * HOUR + civil->minute * MINUTE + civil->second;
}

/* Days and seconds of a wall clock; wall lies in the years of RFC 3339. */
static struct civil civil_of_wall(int64_t wall) {
    int64_t since = wall + (int64_t)DAYS_TO_1970 * DAY;
    struct civil civil = civil_of_day((unsigned)(since / DAY));
    int second = (int)(since % DAY);
    civil.hour = second / HOUR;
    civil.minute = second / MINUTE % 60;
    civil.second = second % 60;
    return civil;
}

/* Begin and end of what can be printed; also keeps hostile anchors away from overflow. */
static int64_t bounded(int64_t seconds) {
    const int64_t first = -62135510400, last = 253402128000; /* 0001-01-02, 9999-12-30 */
    return seconds < first ? first : seconds > last ? last : seconds;
}

/* ---- The zone of the run ---- */

static bool zone_exists(const char *name) {
    if (strcmp(name, "UTC") == 0)
        return true;
    if (name[0] == '/' || strstr(name, "..") != NULL)
        return false;
    const char *folder = getenv("TZDIR");
    if (folder == NULL || *folder == '\0')
        folder = "/usr/share/zoneinfo";
    char path[512];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return false;
    char magic[4];
    bool is_zone = read(fd, magic, sizeof magic) == sizeof magic && memcmp(magic, "TZif", 4) == 0;
    close(fd);
    return is_zone;
}

/* The names of the zone, kept because the C library changes its own in every conversion. */
static char zone_names[2][16];

static void keep_zone_names(void) {
    for (int i = 0; i < 2; i++)
        snprintf(zone_names[i], sizeof zone_names[i], "%s", tzname[i]);
}

bool moment_zone_has(struct slice name) {
    return slice_is(name, zone_names[0]) || slice_is(name, zone_names[1]);
}

/* The C library takes a name it does not know for UTC without a word, so it is looked up before. */
bool moment_zone(const char *name, struct problem *problem) {
    if (name != NULL && *name != '\0') {
        if (!zone_exists(name))
            return problem_say(problem, "no such time zone: '%s'", name);
        if (setenv("TZ", name, 1) != 0)
            return problem_errno(problem, "cannot set the time zone '%s'", name);
    }
    tzset();
    keep_zone_names();
    return true;
}

static int64_t offset_at(int64_t seconds) {
    time_t at = (time_t)seconds;
    struct tm parts;
    return localtime_r(&at, &parts) != NULL ? parts.tm_gmtoff : 0;
}

/* The instant a wall clock of the zone shows `wall` (seconds, read as UTC). Offsets a day before
 * and a day after are those on both sides of a change, if there is one near. The larger offset is
 * the earlier instant, so it is asked first; when neither instant shows this time, the clocks
 * jumped over it, and the offset of before the jump moves it on. */
static int64_t local_instant(int64_t wall) {
    int64_t before = offset_at(wall - DAY), after = offset_at(wall + DAY);
    int64_t larger = before > after ? before : after;
    if (before == after || offset_at(wall - larger) == larger)
        return wall - larger;
    int64_t smaller = before + after - larger;
    if (offset_at(wall - smaller) == smaller)
        return wall - smaller;
    return wall - before;
}

/* ---- Stamps to moments ---- */

struct minute {
    int64_t seconds; /* of its begin */
    bool lasting;    /* true for each of its seconds */
};

static struct minute minute_of_year(const struct civil *civil, int year) {
    struct civil begin = *civil;
    begin.year = year;
    begin.second = 0;
    return (struct minute){local_instant(civil_utc(&begin)), true};
}

/* The last year is tried first. Nine years hold a leap day even around 1900 and 2100. */
static struct minute minute_before_anchor(const struct civil *civil, int64_t anchor) {
    int64_t limit = bounded(anchor) + DAY;
    int year = civil_of_wall(limit).year + 1;
    bool lasting = true;
    for (int tried = 0; tried < 12 && year > YEAR_FIRST; tried++, year--) {
        struct civil dated = *civil;
        dated.year = year;
        if (!civil_valid(&dated) || civil_utc(&dated) - 2 * DAY > limit)
            continue;
        struct minute minute = minute_of_year(civil, year);
        if (minute.seconds <= limit && limit <= minute.seconds + MINUTE)
            lasting = false;
        if (minute.seconds + civil->second <= limit)
            return (struct minute){minute.seconds, lasting};
    }
    return (struct minute){minute_of_year(civil, YEAR_FIRST + 3).seconds, false};
}

/* No wall clock is so early. */
static int64_t yearless_key(const struct civil *civil) {
    return INT64_MIN + ((civil->month * 32 + civil->day) * 32 + civil->hour) * 64 + civil->minute;
}

static bool is_last_minute(const struct clock *clock, int64_t key) {
    return clock->last.valid && clock->last.key == key && clock->last.anchor == clock->anchor;
}

static void keep_minute(struct clock *clock, int64_t key, struct minute minute) {
    clock->last.key = key;
    clock->last.anchor = clock->anchor;
    clock->last.seconds = minute.seconds;
    clock->last.offset = (int16_t)(offset_at(minute.seconds) / MINUTE);
    clock->last.valid = minute.lasting;
}

struct moment moment_of_wall(struct clock *clock, const struct wall *wall) {
    if (!is_last_minute(clock, wall->minute))
        keep_minute(clock, wall->minute, (struct minute){local_instant(wall->minute), true});
    return (struct moment){clock->last.seconds + wall->second, wall->nanos, clock->last.offset,
                           wall->digits};
}

struct moment moment_of_wall_at(const struct wall *wall, int offset) {
    return (struct moment){wall->minute + wall->second - (int64_t)offset * MINUTE, wall->nanos,
                           (int16_t)offset, wall->digits};
}

static struct wall wall_of(const struct civil *civil) {
    return (struct wall){civil_utc(civil) - civil->second, civil->second, civil->nanos,
                         civil->digits};
}

bool moment_local(struct clock *clock, const struct civil *civil, struct moment *moment_r) {
    if (!civil_valid(civil))
        return false;
    if (civil->year != 0) {
        struct wall wall = wall_of(civil);
        *moment_r = moment_of_wall(clock, &wall);
        return true;
    }
    int64_t key = yearless_key(civil);
    clock->guessed = true;
    if (!is_last_minute(clock, key))
        keep_minute(clock, key, minute_before_anchor(civil, clock->anchor));
    *moment_r = (struct moment){clock->last.seconds + civil->second, civil->nanos,
                                clock->last.offset, civil->digits};
    return true;
}

bool moment_offset(const struct civil *civil, int offset, struct moment *moment_r) {
    if (!civil_valid(civil) || civil->year == 0)
        return false;
    struct wall wall = wall_of(civil);
    *moment_r = moment_of_wall_at(&wall, offset);
    return true;
}

/* ---- Reading ---- */

static inline bool two_digits(const char *at, int *number_r) {
    unsigned tens = (unsigned char)(at[0] - '0'), ones = (unsigned char)(at[1] - '0');
    *number_r = (int)(tens * 10 + ones);
    return tens <= 9 && ones <= 9;
}

/* "10:00:01" */
static bool time_read(const char *at, struct civil *civil) {
    return two_digits(at, &civil->hour) && at[2] == ':' && two_digits(at + 3, &civil->minute) &&
           at[5] == ':' && two_digits(at + 6, &civil->second);
}

/* "2026-06-01" */
static bool date_read(const char *at, struct civil *civil) {
    int century, years;
    if (!two_digits(at, &century) || !two_digits(at + 2, &years) || at[4] != '-' ||
        !two_digits(at + 5, &civil->month) || at[7] != '-' || !two_digits(at + 8, &civil->day))
        return false;
    civil->year = century * 100 + years;
    return civil->year != 0;
}

/* ".123456"; digits beyond nanoseconds are passed over. A lone dot belongs to what follows. */
static inline void take_fraction(struct slice *s, uint32_t *nanos_r, uint8_t *digits_r) {
    *nanos_r = 0;
    *digits_r = 0;
    if (s->length < 2 || s->at[0] != '.')
        return;
    const char *at = s->at + 1, *end = s->at + s->length;
    uint32_t number = 0;
    unsigned digits = end - at >= 8 ? digits_read(at, &number) : 0;
    for (at += digits; at < end && is_digit(*at); at++)
        if (digits < FRACTION_DIGITS) {
            number = number * 10 + (uint32_t)(*at - '0');
            digits++;
        }
    if (!digits)
        return;
    *nanos_r = number * nanos_of_digit[digits];
    *digits_r = (uint8_t)digits;
    *s = slice_range(at, end);
}

enum { DASHED_LENGTH = sizeof "2026-06-01 10:00:01" - 1, DATE_LENGTH = sizeof "2026-06-01" - 1 };

bool civil_take_dashed(struct slice *s, struct civil *civil_r) {
    if (s->length < DASHED_LENGTH || s->at[DATE_LENGTH] != ' ' || !date_read(s->at, civil_r) ||
        !time_read(s->at + DATE_LENGTH + 1, civil_r))
        return false;
    *s = slice_from(*s, DASHED_LENGTH);
    take_fraction(s, &civil_r->nanos, &civil_r->digits);
    return true;
}

static inline bool second_read(const char *at, int *second_r) {
    return two_digits(at, second_r) && *second_r <= 60;
}

/* Date and time at their places, and the fraction; what stands between the two is known to be no
 * NUL, so a memory that just begins fits nothing. The minute is mostly that of the stamp before:
 * then one comparison does for 170 instructions a line. */
static inline bool wall_take(struct clock *clock, struct slice *s, struct wall *wall_r) {
    const char *at = s->at;
    if (memcmp(at, clock->dated.text, sizeof clock->dated.text) != 0) {
        struct civil civil;
        if (!date_read(at, &civil) || !time_read(at + DATE_LENGTH + 1, &civil) ||
            !civil_valid(&civil))
            return false;
        clock->dated.minute = civil_utc(&civil) - civil.second;
        memcpy(clock->dated.text, at, sizeof clock->dated.text);
    }
    if (!second_read(at + sizeof clock->dated.text, &wall_r->second))
        return false;
    wall_r->minute = clock->dated.minute;
    *s = slice_from(*s, DASHED_LENGTH);
    take_fraction(s, &wall_r->nanos, &wall_r->digits);
    return true;
}

bool wall_take_dashed_date(struct clock *clock, struct slice *s, struct wall *wall_r) {
    return wall_take(clock, s, wall_r);
}

bool moment_take_offset(struct slice *s, int *offset_r) {
    if (s->length == 0)
        return false;
    if (s->at[0] == 'Z' || s->at[0] == 'z') {
        *offset_r = 0;
        *s = slice_from(*s, 1);
        return true;
    }
    int hours, minutes;
    if (s->length < 5 || (s->at[0] != '+' && s->at[0] != '-') || !two_digits(s->at + 1, &hours))
        return false;
    size_t colon = s->at[3] == ':';
    if (s->length < 5 + colon || !two_digits(s->at + 3 + colon, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    *offset_r = (s->at[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    *s = slice_from(*s, 5 + colon);
    return true;
}

/* No zone is longer than the bytes that are compared, so what stands there says it all. */
static inline bool take_zone(struct clock *clock, struct slice *s, int *offset_r) {
    bool is_long = s->length >= sizeof clock->zone.text;
    struct slice whole = *s;
    if (is_long && clock->zone.length > 0 &&
        memcmp(s->at, clock->zone.text, sizeof clock->zone.text) == 0) {
        *offset_r = clock->zone.offset;
        *s = slice_from(*s, clock->zone.length);
        return true;
    }
    if (!moment_take_offset(s, offset_r))
        return false;
    if (is_long) {
        memcpy(clock->zone.text, whole.at, sizeof clock->zone.text);
        clock->zone.length = (uint8_t)(whole.length - s->length);
        clock->zone.offset = (int16_t)*offset_r;
    }
    return true;
}

bool moment_take_rfc3339(struct clock *clock, struct slice *s, struct moment *moment_r) {
    struct slice rest = *s;
    struct wall wall;
    int offset;
    if (rest.length < DASHED_LENGTH || (rest.at[DATE_LENGTH] | 0x20) != 't' ||
        !wall_take(clock, &rest, &wall) || !take_zone(clock, &rest, &offset))
        return false;
    *moment_r = moment_of_wall_at(&wall, offset);
    *s = rest;
    return true;
}

static bool unix_read(uint64_t seconds, uint32_t nanos, int digits, struct moment *moment_r) {
    if (seconds > INT64_MAX || bounded((int64_t)seconds) != (int64_t)seconds)
        return false;
    *moment_r =
        (struct moment){.seconds = (int64_t)seconds, .nanos = nanos, .digits = (uint8_t)digits};
    return true;
}

bool moment_unix(struct slice seconds, struct moment *moment_r) {
    uint64_t whole;
    uint32_t nanos;
    uint8_t digits;
    if (!slice_take_number(&seconds, &whole))
        return false;
    take_fraction(&seconds, &nanos, &digits);
    return seconds.length == 0 && unix_read(whole, nanos, digits, moment_r);
}

bool moment_unix_micros(struct slice micros, struct moment *moment_r) {
    uint64_t number;
    return slice_number(micros, &number) &&
           unix_read(number / 1000000, (uint32_t)(number % 1000000) * 1000, 6, moment_r);
}

/* "Jun ", with its blank: four bytes are one comparison. */
static int month_read(const char *at) {
    static const char months[12][5] = {"Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ",
                                       "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "};
    for (int month = 0; month < 12; month++)
        if (memcmp(at, months[month], 4) == 0)
            return month + 1;
    return 0;
}

bool civil_take_rfc3164(struct slice *s, struct civil *civil_r) {
    enum { SHORTEST = sizeof "Jun 1 10:00:01" - 1, TIME_LENGTH = sizeof " 10:00:01" - 1 };
    if (s->length < SHORTEST)
        return false;
    civil_r->year = 0;
    civil_r->month = month_read(s->at);
    size_t at = s->at[4] == ' ' ? 5 : 4;
    if (civil_r->month == 0 || !is_digit(s->at[at]))
        return false;
    civil_r->day = s->at[at++] - '0';
    if (is_digit(s->at[at]))
        civil_r->day = civil_r->day * 10 + (s->at[at++] - '0');
    if (s->length < at + TIME_LENGTH || s->at[at] != ' ' || !time_read(s->at + at + 1, civil_r))
        return false;
    *s = slice_from(*s, at + TIME_LENGTH);
    take_fraction(s, &civil_r->nanos, &civil_r->digits);
    return true;
}

/* Keeps the minute of a stamp that was just worked out, when the stamp has the usual length. */
static void keep_yearless(struct clock *clock, const char *stamp) {
    enum { TEXT = sizeof clock->yearless.text };
    if (!clock->last.valid || stamp[TEXT - 1] != ':')
        return;
    memcpy(clock->yearless.text, stamp, TEXT);
    clock->yearless.known = true;
    clock->yearless.offset = clock->last.offset;
    clock->yearless.anchor = clock->anchor;
    clock->yearless.seconds = clock->last.seconds;
}

bool moment_take_rfc3164(struct clock *clock, struct slice *s, struct moment *moment_r) {
    enum { TEXT = sizeof clock->yearless.text, LENGTH = TEXT + 2 };
    int second;
    if (s->length >= LENGTH && clock->yearless.known && clock->yearless.anchor == clock->anchor &&
        memcmp(s->at, clock->yearless.text, TEXT) == 0 && second_read(s->at + TEXT, &second)) {
        clock->guessed = true;
        moment_r->seconds = clock->yearless.seconds + second;
        moment_r->offset = clock->yearless.offset;
        *s = slice_from(*s, LENGTH);
        take_fraction(s, &moment_r->nanos, &moment_r->digits);
        return true;
    }
    struct slice rest = *s;
    struct civil civil;
    if (!civil_take_rfc3164(&rest, &civil) || !moment_local(clock, &civil, moment_r))
        return false;
    keep_yearless(clock, s->at);
    *s = rest;
    return true;
}

/* ---- Printing ---- */

struct moment moment_here(int64_t seconds) {
    int64_t offset = seconds == bounded(seconds) ? offset_at(seconds) : 0;
    return (struct moment){.seconds = seconds, .offset = (int16_t)(offset / MINUTE)};
}

static char *put_digits(char *at, uint32_t number, int width) {
    for (int place = width - 1; place >= 0; place--, number /= 10)
        at[place] = (char)('0' + number % 10);
    return at + width;
}

static char *put_pair(char *at, char before, int number) {
    at[0] = before;
    at[1] = (char)('0' + number / 10);
    at[2] = (char)('0' + number % 10);
    return at + 3;
}

size_t moment_print(const struct moment *moment, char *buffer) {
    buffer[0] = '\0';
    int offset = moment->offset;
    if (moment->seconds != bounded(moment->seconds) || offset <= -24 * 60 || offset >= 24 * 60 ||
        moment->digits > FRACTION_DIGITS)
        return 0;
    struct civil wall = civil_of_wall(moment->seconds + (int64_t)offset * MINUTE);
    char *at = put_digits(buffer, (uint32_t)wall.year, 4);
    at = put_pair(at, '-', wall.month);
    at = put_pair(at, '-', wall.day);
    at = put_pair(at, 'T', wall.hour);
    at = put_pair(at, ':', wall.minute);
    at = put_pair(at, ':', wall.second);
    if (moment->digits > 0) {
        *at++ = '.';
        at = put_digits(at, moment->nanos / nanos_of_digit[moment->digits], moment->digits);
    }
    int east = offset < 0 ? -offset : offset;
    at = put_pair(at, offset < 0 ? '-' : '+', east / 60);
    at = put_pair(at, ':', east % 60);
    *at = '\0';
    return (size_t)(at - buffer);
}

/* ---- The words of --since and --until ---- */

/* "-24h" */
static bool read_ago(struct slice text, int64_t now, int64_t *seconds_r) {
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"s", 1}, {"min", MINUTE}, {"h", HOUR}, {"d", DAY}, {"w", WEEK}};
    uint64_t number;
    if (!slice_skip(&text, SLICE("-")) || !slice_take_number(&text, &number) || number > UINT32_MAX)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!slice_is(text, units[i].name))
            continue;
        *seconds_r = bounded(now - (int64_t)number * units[i].seconds);
        return true;
    }
    return false;
}

/* "today", "yesterday": when that day began. */
static bool read_day(struct slice text, int64_t now, int64_t *seconds_r) {
    bool yesterday = slice_is(text, "yesterday");
    if (!yesterday && !slice_is(text, "today"))
        return false;
    int64_t wall = bounded(now) + offset_at(bounded(now));
    struct civil midnight = civil_of_wall(yesterday ? wall - DAY : wall);
    midnight.hour = midnight.minute = midnight.second = 0;
    *seconds_r = local_instant(civil_utc(&midnight));
    return true;
}

/* "2026-11-20", "2026-11-20 10:11", "2026-11-20 10:11:12": the shorter ones are filled up. */
static bool read_date(struct slice text, int64_t *seconds_r) {
    char whole[] = "0000-00-00 00:00:00";
    if (text.length != 10 && text.length != 16 && text.length != 19)
        return false;
    memcpy(whole, text.at, text.length);
    if (whole[10] == 'T')
        whole[10] = ' ';
    struct slice rest = {whole, DASHED_LENGTH};
    struct civil civil;
    struct clock clock = {0};
    struct moment moment;
    if (!civil_take_dashed(&rest, &civil) || !moment_local(&clock, &civil, &moment))
        return false;
    *seconds_r = moment.seconds;
    return true;
}

static bool read_rfc3339(struct slice text, int64_t *seconds_r) {
    struct clock clock = {0};
    struct moment moment;
    if (!moment_take_rfc3339(&clock, &text, &moment) || text.length != 0)
        return false;
    *seconds_r = moment.seconds;
    return true;
}

bool moment_read_wish(struct slice text, int64_t now, int64_t *seconds_r, struct problem *problem) {
    struct slice wish = slice_trim(text);
    if (slice_is(wish, "now")) {
        *seconds_r = now;
        return true;
    }
    if (read_day(wish, now, seconds_r) || read_ago(wish, now, seconds_r) ||
        read_date(wish, seconds_r) || read_rfc3339(wish, seconds_r))
        return true;
    return problem_say(problem,
                       "no such time: '%.*s' (write 2026-11-20, '2026-11-20 10:11', today, "
                       "yesterday, now, -24h with s min h d w, or RFC 3339)",
                       SLICE_ARGS(text));
}
