/* nameless - it is unlinked as soon as it is there. */
#include "app/nameless.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int nameless_open(const char *what, struct problem *problem) {
    const char *folder = getenv("TMPDIR");
    char path[4096];
    if (!folder || !*folder)
        folder = "/tmp";
    if ((size_t)snprintf(path, sizeof path, "%s/mailtriage.XXXXXX", folder) >= sizeof path)
        folder = NULL;
    int fd = folder ? mkostemp(path, O_CLOEXEC) : -1;
    if (fd < 0)
        problem_errno(problem, "cannot keep %s in a file in '%s'", what,
                      folder ? folder : "TMPDIR");
    else
        unlink(path);
    return fd;
}

bool nameless_write(int fd, const char *bytes, size_t length, const char *what,
                    struct problem *problem) {
    while (length > 0) {
        ssize_t wrote = write(fd, bytes, length);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return problem_errno(problem, "cannot keep %s (TMPDIR)", what);
        bytes += wrote;
        length -= (size_t)wrote;
    }
    return true;
}
