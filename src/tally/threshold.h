/* threshold - what a number of the report must not reach: 'bounced% > 5', 'silence > 30m'.
 *
 *     threshold  = metric comparison number [unit] ["of at least" number]
 *     metric     = [whose] [percentile] [figure] ["%" / rate / "growth"]
 *     whose      = subject name / "any" subject
 *     subject    = "class" / "domain" / ...         subjects.def
 *     percentile = "p" number                       only of "delay"
 *     figure     = "bounced" / "rejected" / ...     figures.def; a class may stand alone
 *     comparison = ">" / ">=" / "<" / "<=" / "=" / "!="
 *     unit       = "%" / rate / "x" / "s" / "m" / "h" / "d"
 *     rate       = "/m" / "/h" / "/d"
 *
 * A name with a blank or one of < > = ! % / in it stands in quotes. docs/thresholds.md explains it.
 */
#ifndef TALLY_THRESHOLD_H
#define TALLY_THRESHOLD_H

#include "base/out.h"
#include "tally/figure.h"
#include "tally/ranking.h"

enum { WEEKS_LEAST = 2, WEEKS_MOST = 4 };
enum { THRESHOLD_LONGEST = 400 /* bytes */, THRESHOLDS_MOST = 64 };

enum comparison {
    COMPARE_MORE,
    COMPARE_AT_LEAST,
    COMPARE_LESS,
    COMPARE_AT_MOST,
    COMPARE_SAME,
    COMPARE_OTHER
};

enum threshold_unit {
    UNIT_NUMBER,
    UNIT_SHARE,
    UNIT_A_MINUTE,
    UNIT_AN_HOUR,
    UNIT_A_DAY,
    UNIT_USUAL, /* times what is usual */
    UNIT_SECONDS
};

struct threshold {
    struct slice text; /* all of it, borrowed */
    enum subject subject;
    bool any;          /* of any name: of the one that is farthest off */
    struct slice name; /* of the text */
    enum figure figure;
    unsigned percent; /* of a delay */
    enum threshold_unit unit;
    enum comparison comparison;
    double bound;      /* in that unit */
    uint64_t at_least; /* with less to go by it does not hold */
};

struct thresholds {
    struct threshold items[THRESHOLDS_MOST];
    size_t count;
};

/* What is wrong with a text, and the byte where. */
struct threshold_mistake {
    size_t at;
    struct problem why;
};

/* Borrows the text. False: the mistake says why. */
bool threshold_read(struct slice text, struct threshold *threshold_r,
                    struct threshold_mistake *mistake);

/* What it is held against. */
struct threshold_basis {
    const struct tally *tally;
    int64_t begin, end; /* seconds: the span it tells of, for rates; MOMENT_NONE: not known */
    int64_t last;       /* of the last entry of a mail server; MOMENT_NONE: there was none */
    int64_t now;
    bool is_ahead; /* there are entries of after now, of which `last` is none */
    bool is_blind; /* the tally is empty because nothing is known of the span */
    /* The same hours of the same weekdays before, the latest first: so many tallies of `hours`
     * each. With fewer than WEEKS_LEAST nobody knows what is usual. */
    const struct tally *const *before;
    size_t before_count;
    int64_t hours;
};

struct threshold_result {
    bool known;    /* else there is nothing to go by: no share of no recipients */
    bool learning; /* it is not known what is usual */
    bool is_ahead; /* entries of the future were left out */
    bool holds;
    double value;            /* in the unit of the threshold */
    char name[RANKING_NAME]; /* with `any`: whose value it is */
    size_t name_length;
};

struct threshold_result threshold_judge(const struct threshold *threshold,
                                        const struct threshold_basis *basis);

/* What it is about, the same words however it was written: "any domain bounced"; of one name
 * instead of any, when one is given. */
void threshold_put_metric(struct out *out, const struct threshold *threshold, struct slice name);
/* The unit, without that of a time: "%", "/h". */
void threshold_put_unit(struct out *out, const struct threshold *threshold);
/* A value with its unit: "7.25%", "3/h", "1.5h". */
void threshold_put_value(struct out *out, const struct threshold *threshold, double value);
/* "> 5%", "> 100/h", "> 30m". */
void threshold_put_bound(struct out *out, const struct threshold *threshold);
/* With at most three decimals, none that is 0 at its end. */
void threshold_put_number(struct out *out, double number);

#endif
