/* wrap_journal_mono - journalctl -o short-monotonic: seconds since the machine was started.
 *
 *     [12345.678901] mx1 postfix/smtpd[4711]: connect from ...
 *
 * When that was is not in the log, so the time stays empty. Lines of dmesg begin the same way and
 * have neither host nor tag: what has no tag with a pid is left alone.
 */
#include "input/header.h"

static bool skip_stamp(struct slice *s) {
    uint64_t number;
    if (!slice_skip_byte(s, '['))
        return false;
    *s = header_without_blanks(*s);
    return slice_take_number(s, &number) && slice_skip_byte(s, '.') &&
           slice_take_number(s, &number) && slice_skip_byte(s, ']') && slice_skip_byte(s, ' ');
}

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct entry read = *entry;
    (void)clock;
    (void)arena;
    if (line.at[0] != '[' || !skip_stamp(&line) || header_read(line, &read) != UNWRAPPED ||
        !read.pid.length)
        return UNWRAP_FOREIGN;
    *entry = read;
    return UNWRAPPED;
}

const struct wrapping wrap_journal_mono = {
    .name = "journal-monotonic",
    .title = "journalctl, short-monotonic (no time)",
    .layer = LAYER_LINE,
    .first = FIRST_OTHER,
    .unwrap = unwrap,
};
