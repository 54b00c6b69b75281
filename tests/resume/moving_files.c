/* moving_files - preloaded into a program: at its Nth look at a log, and at each Sth behind that, a
 * rotator takes one step. So what a rotator may do to a run is tried at each place of it, and not
 * when chance has it.
 *
 * MOVE_AT=N, MOVE_EACH=S (0: all steps at once), MOVE_STEPS=FILE, a step each line:
 *     rename FROM TO    append FROM TO    cut NAME    remove NAME
 * What is left of them is done at the end. With MOVE_COUNT the number of looks is written to that
 * file. Looks are what mailtriage asks the system about the current folder and its files.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The function of this name behind this one. */
#define BEHIND(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static unsigned long looks;
static bool is_moving;
static FILE *steps;

static unsigned long number(const char *name) {
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : 0;
}

static void append(const char *from, const char *to) {
    char bytes[64 * 1024];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_APPEND, 0644);
    for (ssize_t got; (got = read(in, bytes, sizeof bytes)) > 0;)
        if (write(out, bytes, (size_t)got) != got)
            abort();
    close(in);
    close(out);
}

/* False: there is none left. */
static bool step(void) {
    char what[16], name[256], to[256];
    char line[600];
    if (!steps || !fgets(line, sizeof line, steps))
        return false;
    int words = sscanf(line, "%15s %255s %255s", what, name, to);
    if (words == 3 && strcmp(what, "rename") == 0)
        rename(name, to);
    else if (words == 3)
        append(name, to);
    else if (strcmp(what, "cut") == 0)
        truncate(name, 0);
    else
        unlink(name);
    return true;
}

static void look(void) {
    unsigned long at = number("MOVE_AT"), each = number("MOVE_EACH");
    if (is_moving)
        return;
    is_moving = true;
    if (!looks++ && getenv("MOVE_STEPS"))
        steps = fopen(getenv("MOVE_STEPS"), "r");
    if (at && looks >= at && (each ? (looks - at) % each == 0 : looks == at))
        while (step() && !each) {
        }
    is_moving = false;
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("MOVE_COUNT");
    is_moving = true;
    while (number("MOVE_AT") && step()) {
    }
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%lu\n", looks);
    fclose(file);
}

/* What is named from the root on is no log of the current folder. */
static void look_at(const char *path) {
    if (path[0] != '/')
        look();
}

static void look_in(int fd) {
    char link[64], path[4096], here[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    size_t folder = getcwd(here, sizeof here) ? strlen(here) : 0;
    if (length > 0 && (size_t)length > folder && strncmp(path, here, folder) == 0)
        look();
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    look_at(path);
    return BEHIND(open)(path, flags, mode);
}

int stat(const char *path, struct stat *status) {
    look_at(path);
    return BEHIND(stat)(path, status);
}

int lstat(const char *path, struct stat *status) {
    look_at(path);
    return BEHIND(lstat)(path, status);
}

int access(const char *path, int how) {
    look_at(path);
    return BEHIND(access)(path, how);
}

struct dirent *readdir(DIR *folder) {
    look();
    return BEHIND(readdir)(folder);
}

ssize_t read(int fd, void *bytes, size_t length) {
    look_in(fd);
    return BEHIND(read)(fd, bytes, length);
}

ssize_t pread(int fd, void *bytes, size_t length, off_t at) {
    look_in(fd);
    return BEHIND(pread)(fd, bytes, length, at);
}
