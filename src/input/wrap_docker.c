/* wrap_docker - the files of Docker's json-file driver: one object a line.
 *
 *     {"log":"Jun 01 10:00:01 mx1 postfix/smtpd[4711]: connect ...\n","stream":"stdout",
 *      "time":"2026-06-01T08:00:01.123456789Z"}
 *
 * Docker cuts lines of more than 16 KiB; only the last piece has the line end.
 */
#include "input/header.h"
#include "input/json_line.h"

enum { LOG, STREAM, TIME, MEMBERS };

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct json_member members[MEMBERS] = {
        [LOG] = {.name = SLICE("log")},
        [STREAM] = {.name = SLICE("stream")},
        [TIME] = {.name = SLICE("time")},
    };
    struct slice inner, stream, stamp;
    struct moment time;
    if (line.at[0] != '{' || slice_find_text(line, SLICE("\"log\"")) == SIZE_MAX ||
        !json_object(line, members, MEMBERS) || !json_text(&members[LOG], arena, &inner) ||
        !json_text(&members[TIME], arena, &stamp) || !moment_take_rfc3339(clock, &stamp, &time) ||
        stamp.length)
        return UNWRAP_FOREIGN;
    bool goes_on = !inner.length || inner.at[inner.length - 1] != '\n';
    while (inner.length &&
           (inner.at[inner.length - 1] == '\n' || inner.at[inner.length - 1] == '\r'))
        inner.length--;
    entry->time = time;
    if (!json_text(&members[STREAM], arena, &stream))
        stream = SLICE("stdout");
    return entry_read_stream(clock, arena, stream, inner, goes_on, entry);
}

const struct wrapping wrap_docker = {
    .name = "docker",
    .title = "Docker, json-file",
    .layer = LAYER_CONTAINER,
    .first = FIRST_BRACE,
    .unwrap = unwrap,
};
