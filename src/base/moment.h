/* moment - times as logs write them: with or without year, zone and fraction.
 *
 * A moment is a UTC second with the fraction and the offset it was written with, so that it can be
 * printed as it was logged. Stamps without a zone belong to the zone of the run, which is set once
 * at the start (moment_zone) and only read afterwards.
 */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include "base/problem.h"
#include "base/slice.h"

struct moment {
    int64_t seconds; /* since 1970-01-01T00:00:00Z; MOMENT_NONE: the entry has no time */
    uint32_t nanos;  /* 0 .. 999,999,999 */
    int16_t offset;  /* minutes east of UTC it was written with */
    uint8_t digits;  /* digits of the fraction as written, 0 .. 9 */
};

#define MOMENT_NONE INT64_MIN

/* A date and time as written; month 1..12, day 1..31. year 0: not written. */
struct civil {
    int year, month, day, hour, minute, second;
    uint32_t nanos;
    uint8_t digits;
};

/* A wall clock: what a stamp without a zone shows. */
struct wall {
    int64_t minute; /* the begin of its minute, in seconds, read as UTC */
    int second;     /* 0 .. 60 */
    uint32_t nanos;
    uint8_t digits;
};

/* What a stamp needs to become a moment: the anchor of its source (contract, section 2), and small
 * memories of the last minute, as stamps come many a minute. One a thread; begins as all zero. The
 * result never depends on the memories. */
struct clock {
    int64_t anchor; /* seconds UTC; only for stamps without a year */
    bool guessed;   /* set when there was such a stamp; who wants to know clears it */
    struct {
        char text[17];  /* "2026-06-01T10:00:" */
        int64_t minute; /* as in struct wall */
    } dated;
    struct {
        char text[6];   /* "+02:00", or a shorter one and what stands behind it */
        uint8_t length; /* of the zone itself; 0: none is known */
        int16_t offset;
    } zone;
    struct {
        char text[13]; /* "Jun  1 10:00:" */
        bool known;
        int16_t offset;
        int64_t anchor, seconds; /* what it was resolved against, and the begin of the minute */
    } yearless;
    struct {
        int64_t key, anchor; /* the minute, and what it was resolved against */
        int64_t seconds;
        int16_t offset;
        bool valid;
    } last; /* in the zone of the run: the C library's conversion takes a lock */
};

/* How many whole units lie before a time; divided down, as times may lie before 1970. */
static inline int64_t moment_units(int64_t seconds, int64_t unit) {
    return seconds / unit - (seconds % unit < 0);
}
/* The time at which its unit began. */
static inline int64_t moment_floor(int64_t seconds, int64_t unit) {
    return moment_units(seconds, unit) * unit;
}

/* Sets the zone of the run: an IANA name, "" or NULL for the system's. False: no such zone. */
bool moment_zone(const char *name, struct problem *problem);

/* The date exists (with year 0: in some year); second 60 is taken. */
bool civil_valid(const struct civil *civil);
int64_t civil_utc(const struct civil *civil); /* seconds, read as UTC; valid, with a year */

/* From a stamp without a zone. A repeated hour is the first one; a time that the clocks jumped over
 * is moved on by the jump (02:30 is 03:30). year 0: the latest year in which the date exists and
 * lies no more than a day after the anchor. False: no such date. */
bool moment_local(struct clock *clock, const struct civil *civil, struct moment *moment_r);
/* From a stamp with an offset (minutes east). False: no such date, or no year. */
bool moment_offset(const struct civil *civil, int offset, struct moment *moment_r);

/* A wall clock in the zone of the run, or with an offset, likewise. */
struct moment moment_of_wall(struct clock *clock, const struct wall *wall);
struct moment moment_of_wall_at(const struct wall *wall, int offset);

/* True for a name that the zone of the run gives itself: "CET", "CEST". */
bool moment_zone_has(struct slice name);

/* From seconds since 1970 ("1780300801.123456") or microseconds ("1780300801123456"), as the whole
 * text. No offset was written, so it is 0. False: no such number, or no year that can be printed.
 */
bool moment_unix(struct slice seconds, struct moment *moment_r);
bool moment_unix_micros(struct slice micros, struct moment *moment_r);

/* Reads "2026-06-01T10:00:01[.fraction](Z|+02:00|+0200)" at the front of *s and moves past it. */
bool moment_take_rfc3339(struct clock *clock, struct slice *s, struct moment *moment_r);
/* Reads "Jun  1 10:00:01[.fraction]" at the front of *s (blank or zero padded) and moves past it.
 * As a moment: in the zone of the run, and false too when there is no such date. */
bool civil_take_rfc3164(struct slice *s, struct civil *civil_r);
bool moment_take_rfc3164(struct clock *clock, struct slice *s, struct moment *moment_r);
/* Reads "2026-06-01 10:00:01[.fraction]" at the front of *s and moves past it. As a wall clock:
 * false too when there is no such date. */
bool civil_take_dashed(struct slice *s, struct civil *civil_r);
/* Inline, as most lines that are asked have another form. */
bool wall_take_dashed_date(struct clock *clock, struct slice *s, struct wall *wall_r);
static inline bool wall_take_dashed(struct clock *clock, struct slice *s, struct wall *wall_r) {
    return s->length >= sizeof "2026-06-01 10:00:01" - 1 && s->at[10] == ' ' &&
           wall_take_dashed_date(clock, s, wall_r);
}

/* Reads "Z", "+02:00" or "+0200" at the front of *s, in minutes east, and moves past it. */
bool moment_take_offset(struct slice *s, int *offset_r);

/* The moment in the zone of the run; seconds may be MOMENT_NONE. */
struct moment moment_here(int64_t seconds);

/* Prints RFC 3339 with numeric offset and the fraction as written; "" for no time, or for a year
 * RFC 3339 cannot write. Ends with a NUL. Returns the length; buffer holds at least MOMENT_TEXT
 * bytes. */
#define MOMENT_TEXT 48
size_t moment_print(const struct moment *moment, char *buffer);

/* The words of --since and --until: RFC 3339, "2026-11-20", "2026-11-20 10:11[:12]", "today",
 * "yesterday", "now", "-24h" (also s, min, d, w); resolved against `now`, in the zone of the run.
 */
bool moment_read_wish(struct slice text, int64_t now, int64_t *seconds_r, struct problem *problem);

#endif
