/* wrap_journal_full - journalctl -o short-full, and -o with-unit, which has the unit for the tag.
 *
 *     Mon 2026-06-01 10:00:01 CEST mx1 postfix/smtpd[4711]: connect from ...
 *     Mon 2026-06-01 10:00:01 UTC mx1 exim4.service[4711]: ...
 *
 * The zone is a name, and names are not sure: IST is India, Israel and Ireland. A name that belongs
 * to the zone of the run means that zone, so a log is read right where it was written. Else the
 * table below knows the names that mean one thing in practice, and tells the two halves of a
 * repeated hour apart. Any other name is taken for the zone of the run (--timezone).
 */
#include "input/header.h"

static const struct zone {
    struct slice name;
    int16_t offset; /* minutes east */
} zones[] = {
    {SLICE_INIT("UTC"), 0},    {SLICE_INIT("GMT"), 0},     {SLICE_INIT("Z"), 0},
    {SLICE_INIT("CET"), 60},   {SLICE_INIT("CEST"), 120},  {SLICE_INIT("WET"), 0},
    {SLICE_INIT("WEST"), 60},  {SLICE_INIT("BST"), 60},    {SLICE_INIT("EET"), 120},
    {SLICE_INIT("EEST"), 180}, {SLICE_INIT("MSK"), 180},   {SLICE_INIT("EST"), -300},
    {SLICE_INIT("EDT"), -240}, {SLICE_INIT("CST"), -360},  {SLICE_INIT("CDT"), -300},
    {SLICE_INIT("MST"), -420}, {SLICE_INIT("MDT"), -360},  {SLICE_INIT("PST"), -480},
    {SLICE_INIT("PDT"), -420}, {SLICE_INIT("AKST"), -540}, {SLICE_INIT("AKDT"), -480},
    {SLICE_INIT("HST"), -600}, {SLICE_INIT("JST"), 540},   {SLICE_INIT("KST"), 540},
    {SLICE_INIT("HKT"), 480},  {SLICE_INIT("SAST"), 120},  {SLICE_INIT("AWST"), 480},
    {SLICE_INIT("AEST"), 600}, {SLICE_INIT("AEDT"), 660},  {SLICE_INIT("ACST"), 570},
    {SLICE_INIT("ACDT"), 630}, {SLICE_INIT("NZST"), 720},  {SLICE_INIT("NZDT"), 780},
};

static const struct zone *zone_named(struct slice name) {
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (slice_equal(zones[i].name, name))
            return &zones[i];
    return NULL;
}

/* "+03", "+0530": zones that have no letters. */
static bool take_number(struct slice name, int *offset_r) {
    char padded[] = "+0000";
    if (name.length != 3 && name.length != 5)
        return false;
    memcpy(padded, name.at, name.length);
    struct slice s = SLICE(padded);
    return moment_take_offset(&s, offset_r);
}

/* The name is the run's own, and the table does not merely know it as the other half of the year:
 * then its offset lies within an hour, and is the surer one. */
static bool is_of_run(struct slice name, const struct zone *zone, const struct moment *local) {
    int difference = zone ? zone->offset - local->offset : 0;
    return moment_zone_has(name) && (!zone || difference < -60 || difference > 60);
}

static struct moment zoned(struct clock *clock, const struct wall *wall, struct slice name) {
    const struct zone *zone = zone_named(name);
    int offset;
    if (take_number(name, &offset))
        return moment_of_wall_at(wall, offset);
    struct moment local = moment_of_wall(clock, wall);
    return !zone || is_of_run(name, zone, &local) ? local : moment_of_wall_at(wall, zone->offset);
}

static bool skip_weekday(struct slice *s) {
    static const char days[] = "Mon Tue Wed Thu Fri Sat Sun ";
    for (const char *day = days; *day; day += 4)
        if (slice_skip(s, (struct slice){day, 4}))
            return true;
    return false;
}

static bool is_zone_name(struct slice name) {
    if (name.length == 0 || name.length > 6)
        return false;
    for (size_t i = 0; i < name.length; i++)
        if (!(name.at[i] >= 'A' && name.at[i] <= 'Z') &&
            !(name.at[i] >= '0' && name.at[i] <= '9') && name.at[i] != '+' && name.at[i] != '-')
            return false;
    return true;
}

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct wall wall;
    struct slice zone;
    (void)arena;
    if (!skip_weekday(&line) || !wall_take_dashed(clock, &line, &wall) ||
        !slice_skip_byte(&line, ' ') || !slice_cut(&line, ' ', &zone) || !is_zone_name(zone))
        return UNWRAP_FOREIGN;
    struct moment time = zoned(clock, &wall, zone);
    return header_read_at(line, &time, entry);
}

const struct wrapping wrap_journal_full = {
    .name = "journal-full",
    .title = "journalctl, short-full or with-unit",
    .layer = LAYER_LINE,
    .first = FIRST_CAPITAL,
    .unwrap = unwrap,
};
