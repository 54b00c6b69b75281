/* wrap_stamped - docker logs -t, docker compose logs -t, kubectl logs --timestamps.
 *
 *     2026-06-01T08:00:01.123456789Z Jun 01 10:00:01 mx1 postfix/smtpd[4711]: connect from ...
 *     2026-06-01T08:00:01.123456789Z postfix/smtpd[4711]: ...
 *     2026-06-01T08:00:01.123456789Z info postfix/smtpd[4711]: ...
 *     2026-06-01T08:00:01.123456789Z {"level":"info","msg":"postfix/smtpd[4711]: ..."}
 *
 * wrap_syslog leaves a line to this one when what is behind its stamp cannot be a host, or when the
 * stamp has more digits than microseconds. The latter may be a relay that is just as exact, so a
 * host and a tag are looked for last.
 */
#include "input/header.h"

static enum unwrapping unwrap(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry) {
    struct moment time;
    if (!moment_take_rfc3339(clock, &line, &time) || !slice_skip_byte(&line, ' '))
        return UNWRAP_FOREIGN;
    entry->time = time;
    enum unwrapping answer = entry_read_inner(clock, arena, LAYER_CONTAINER, line, entry);
    return answer == UNWRAP_FOREIGN ? header_read(line, entry) : answer;
}

const struct wrapping wrap_stamped = {
    .name = "stamped",
    .title = "a container's lines behind a stamp",
    .layer = LAYER_CONTAINER,
    .first = FIRST_DIGIT,
    .unwrap = unwrap,
};
