/* wrap_unstamped - host and tag with the stamp cut off, as log watchers hand entries on.
 *
 *     mx1 postfix/smtpd[4711]: connect from client.example.com[192.0.2.10]
 *     mx1 exim[4711]: 2026-06-01 10:00:01 1wAbCd-000000012AB-0xYz Completed
 *
 * Free text may look like that too, so it is taken for the tags of mail servers alone. Exim writes
 * a stamp of its own behind the tag; the others have no time then.
 */
#include "input/header.h"

static bool is_tag_of_mta(struct slice program) {
    static const struct slice begins[] = {SLICE_INIT("postfix"), SLICE_INIT("exim"),
                                          SLICE_INIT("sendmail"), SLICE_INIT("sm-")};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (slice_starts(program, begins[i]))
            return true;
    return false;
}

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct entry read = *entry;
    (void)arena;
    if (header_read(line, &read) != UNWRAPPED || !read.pid.length || !is_tag_of_mta(read.program))
        return UNWRAP_FOREIGN;
    struct slice stamp = read.text;
    struct civil civil;
    if (civil_take_dashed(&stamp, &civil) && !moment_local(clock, &civil, &read.time))
        return UNWRAP_FOREIGN;
    *entry = read;
    return UNWRAPPED;
}

const struct wrapping wrap_unstamped = {
    .name = "unstamped",
    .title = "host and tag without a stamp",
    .layer = LAYER_COMPOSE, /* never inside another: there a level stands where the host does */
    .unwrap = unwrap,
};
