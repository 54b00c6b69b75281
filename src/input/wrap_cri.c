/* wrap_cri - the files of Kubernetes containers (CRI), and podman's k8s-file.
 *
 *     2026-06-01T08:00:01.123456789Z stdout F Jun 01 10:00:01 mx1 postfix/smtpd[4711]: connect ...
 *     2026-06-01T08:00:01.123456789Z stdout P the first piece of a long line
 *
 *     line = stamp SP ( "stdout" | "stderr" ) SP tags SP text
 *     tags = ( "F" | "P" ) *( ":" tag )             P: the line goes on in the next of the stream
 */
#include "input/entry.h"

static bool take_stream(struct slice *s, struct slice *stream_r) {
    *stream_r = slice_starts(*s, SLICE("stdout ")) ? SLICE("stdout") : SLICE("stderr");
    return slice_skip(s, *stream_r) && slice_skip_byte(s, ' ');
}

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct moment time;
    struct slice stream, tags;
    if (!moment_take_rfc3339(clock, &line, &time) || !slice_skip_byte(&line, ' ') ||
        !take_stream(&line, &stream))
        return UNWRAP_FOREIGN;
    slice_cut(&line, ' ', &tags);
    char first = slice_byte(tags, 0);
    if ((first != 'F' && first != 'P') || (tags.length > 1 && tags.at[1] != ':'))
        return UNWRAP_FOREIGN;
    entry->time = time;
    return entry_read_stream(clock, arena, stream, line, first == 'P', entry);
}

const struct wrapping wrap_cri = {
    .name = "cri",
    .title = "Kubernetes (CRI), podman",
    .layer = LAYER_CONTAINER,
    .first = FIRST_DIGIT,
    .unwrap = unwrap,
};
