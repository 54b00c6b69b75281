/* wrap_journal_unix - journalctl -o short-unix: seconds since 1970, with microseconds.
 *
 *     1780300801.123456 mx1 postfix/smtpd[4711]: connect from ...
 *
 * No offset was written, so the time is shown in UTC.
 */
#include "input/header.h"

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct slice stamp;
    struct moment time;
    (void)clock;
    (void)arena;
    if (line.at[0] < '0' || line.at[0] > '9' || !slice_cut(&line, ' ', &stamp) ||
        slice_find(stamp, '.') == SIZE_MAX || !moment_unix(stamp, &time))
        return UNWRAP_FOREIGN;
    return header_read_at(line, &time, entry);
}

const struct wrapping wrap_journal_unix = {
    .name = "journal-unix",
    .title = "journalctl, short-unix",
    .layer = LAYER_LINE,
    .first = FIRST_DIGIT,
    .unwrap = unwrap,
};
