/* Why a file and not memory: a log that comes out of a pipe may have any size, and memory is
 * bounded by what matches.
 */
#include "app/again.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/nameless.h"
#include "base/memory.h"

static const char what[] = "what comes out of a pipe";

static bool copy_all(struct reader *reader, int fd, struct problem *problem) {
    enum { ROOM = 1 << 16 };
    char *bytes = memory_new(ROOM);
    ssize_t got;
    bool good = true;
    while (good && (got = reader_read(reader, bytes, ROOM, problem)) != 0)
        good = got > 0 && nameless_write(fd, bytes, (size_t)got, what, problem);
    free(bytes);
    return good;
}

bool again_init(struct again *again, struct source *source, struct problem *problem) {
    struct problem why;
    *again = (struct again){.source = source, .fd = -1, .start = -1};
    if (!source->is_pipe && strcmp(source->name, "-") == 0)
        again->start = lseek(STDIN_FILENO, 0, SEEK_CUR);
    bool is_host_journal = source->is_journal && source->is_pipe;
    if (!source->is_pipe || is_host_journal)
        return true;
    struct reader *reader = source_open(source, problem);
    if (!reader)
        return false;
    again->fd = nameless_open(what, problem);
    bool good = again->fd >= 0;
    if (good && !copy_all(reader, again->fd, &why))
        good = problem_say(problem, "cannot read '%s' to its end: %s", source->name, why.text);
    reader_close(reader);
    return good;
}

void again_release(struct again *again) {
    if (again->fd >= 0)
        close(again->fd);
    again->fd = -1;
}

struct reader *again_open(struct again *again, struct problem *problem) {
    if (again->start >= 0)
        lseek(STDIN_FILENO, again->start, SEEK_SET);
    if (again->fd < 0)
        return source_open(again->source, problem);
    int fd = fcntl(again->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0) {
        problem_errno(problem, "cannot read the copy of '%s'", again->source->name);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    return reader_plain(fd);
}
