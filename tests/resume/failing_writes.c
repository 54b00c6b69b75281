/* failing_writes - preloaded into a program: its Nth change of a file whose name begins as
 * FAIL_FILE says fails, and all that follow, as on a full disk; or the program is killed in front
 * of it.
 *
 * FAIL_AT=N, FAIL_HOW=full or kill. With FAIL_COUNT the number of changes is written to that file
 * at the end. Changes are what SQLite makes: bytes written, files cut, synced and removed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static unsigned long changes;

static bool is_watched(const char *path) {
    const char *file = getenv("FAIL_FILE");
    return file && strncmp(path, file, strlen(file)) == 0;
}

static bool is_watched_fd(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return false;
    path[length] = '\0';
    return is_watched(path);
}

/* True: this change is to fail. */
static bool fails(bool watched) {
    const char *at = getenv("FAIL_AT"), *how = getenv("FAIL_HOW");
    if (!watched || ++changes < (at ? strtoul(at, NULL, 10) : 0) || !at)
        return false;
    if (strcmp(how, "kill") == 0)
        kill(getpid(), SIGKILL);
    errno = ENOSPC;
    return true;
}

__attribute__((destructor)) static void tell_changes(void) {
    const char *path = getenv("FAIL_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%lu\n", changes);
    fclose(file);
}

/* The function of this name behind this one. */
#define BEHIND(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t length) {
    return fails(is_watched_fd(fd)) ? -1 : BEHIND(write)(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    return fails(is_watched_fd(fd)) ? -1 : BEHIND(pwrite)(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    return fails(is_watched_fd(fd)) ? -1 : BEHIND(pwrite64)(fd, bytes, length, at);
}

int ftruncate(int fd, off_t length) {
    return fails(is_watched_fd(fd)) ? -1 : BEHIND(ftruncate)(fd, length);
}

int ftruncate64(int fd, off64_t length) {
    return fails(is_watched_fd(fd)) ? -1 : BEHIND(ftruncate64)(fd, length);
}

int fsync(int fd) {
    return fails(is_watched_fd(fd)) ? -1 : BEHIND(fsync)(fd);
}

int fdatasync(int fd) {
    return fails(is_watched_fd(fd)) ? -1 : BEHIND(fdatasync)(fd);
}

int unlink(const char *path) {
    return fails(is_watched(path)) ? -1 : BEHIND(unlink)(path);
}
