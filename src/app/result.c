/* result - --output writes a temporary file in the same folder and renames it: a reader never sees
 * half a report, and a full disk or a power cut leaves the old one. It is a hidden file, as the
 * folder or a glob in it may be what is read. The old one's permissions stay: reports hold
 * addresses. A link stays too, the file behind it is replaced. A target that is no plain file (a
 * pipe, /dev/full) is written directly. A run that is ended from outside takes its temporary file
 * with it. */
#include "app/result.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static bool is_plain_target(const char *path) {
    struct stat status;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

bool result_replaces(const struct options *options, const char *file) {
    struct stat target, other;
    return options->output && file && stat(options->output, &target) == 0 &&
           S_ISREG(target.st_mode) && stat(file, &other) == 0 && target.st_dev == other.st_dev &&
           target.st_ino == other.st_ino;
}

static bool replaces_what_is_kept(const struct options *options) {
    const char *const kept[] = {options->history, options->config, options->key_file,
                                options->mask_key};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (result_replaces(options, kept[i]))
            return true;
    for (size_t i = 0; i < AGAINST_MOST; i++)
        if (result_replaces(options, options->against[i]))
            return true;
    return false;
}

/* What the old file has, or what a new one gets. */
static mode_t wanted_mode(const char *path) {
    struct stat status;
    if (stat(path, &status) == 0)
        return status.st_mode & 0777;
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* ---- ended from outside ---- */

static const char *volatile unfinished; /* the temporary file; NULL: none */

static void end_unfinished(int number) {
    if (unfinished)
        unlink(unfinished);
    signal(number, SIG_DFL);
    raise(number);
}

/* What is ignored (nohup) stays so. */
static void watch_signals(void) {
    static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (signal(numbers[i], end_unfinished) == SIG_IGN)
            signal(numbers[i], SIG_IGN);
}

static void forget_temporary(struct result *result) {
    unfinished = NULL;
    free(result->temporary);
    free(result->target);
}

/* ---- opening and closing ---- */

static bool open_temporary(struct result *result, struct problem *problem) {
    char *behind = realpath(result->name, NULL); /* NULL: a new file */
    result->target = behind ? behind : memory_copy(result->name, strlen(result->name));
    const char *slash = strrchr(result->target, '/'), *name = slash ? slash + 1 : result->target;
    size_t length = strlen(result->target) + sizeof "..XXXXXX";
    result->temporary = memory_new(length);
    snprintf(result->temporary, length, "%.*s.%s.XXXXXX", (int)(name - result->target),
             result->target, name);
    int fd = mkstemp(result->temporary);
    if (fd < 0)
        return problem_errno(problem, "cannot write beside '%s'", result->name);
    unfinished = result->temporary;
    watch_signals();
    fchmod(fd, wanted_mode(result->target));
    out_init(&result->out, fd);
    return true;
}

bool result_open(struct result *result, const struct options *options, struct problem *problem) {
    *result = (struct result){.name = options->output};
    if (!options->output) {
        result->name = "standard output";
        out_init(&result->out, STDOUT_FILENO);
        return true;
    }
    if (replaces_what_is_kept(options)) {
        return problem_say(problem, "--output '%s': it is read for this, and would be lost",
                           options->output);
    }
    if (is_plain_target(options->output)) {
        if (open_temporary(result, problem))
            return true;
        forget_temporary(result);
        return false;
    }
    int fd = open(options->output, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    out_init(&result->out, fd);
    return fd >= 0 || problem_errno(problem, "cannot write '%s'", options->output);
}

bool result_close(struct result *result, struct problem *problem) {
    bool good = out_flush(&result->out, result->name, problem);
    int fd = result->out.fd;
    out_release(&result->out);
    if (good && result->temporary && fsync(fd) != 0)
        good = problem_errno(problem, "cannot write '%s'", result->name);
    if (fd != STDOUT_FILENO && close(fd) != 0 && good)
        good = problem_errno(problem, "cannot write '%s'", result->name);
    if (!result->temporary)
        return good;
    if (good && rename(result->temporary, result->target) != 0)
        good = problem_errno(problem, "cannot put '%s' in its place", result->name);
    if (!good)
        unlink(result->temporary);
    forget_temporary(result);
    return good;
}

void result_drop(struct result *result) {
    if (result->out.fd != STDOUT_FILENO)
        close(result->out.fd);
    out_release(&result->out);
    if (result->temporary)
        unlink(result->temporary);
    forget_temporary(result);
}

static bool wants_color(const struct result *result, const struct options *options) {
    if (options->color != WHEN_AUTO)
        return options->color == WHEN_ALWAYS;
    const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return !(none && *none) && !(terminal && strcmp(terminal, "dumb") == 0) &&
           isatty(result->out.fd);
}

unsigned result_width(const struct result *result, const struct options *options, unsigned widest) {
    enum { NARROWEST = 40 };
    struct winsize size;
    if (options->width)
        return options->width;
    if (ioctl(result->out.fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_col > widest)
        return widest;
    return size.ws_col < NARROWEST ? NARROWEST : size.ws_col;
}

/* Bars are drawn in characters that only UTF-8 has, and for eyes: what goes into a file or a pipe
 * is the same wherever it is made. */
static bool wants_bars(const struct result *result) {
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = NULL, *terminal = getenv("TERM");
    for (size_t i = 0; i < sizeof variables / sizeof *variables && !(locale && *locale); i++)
        locale = getenv(variables[i]);
    return isatty(result->out.fd) && !(terminal && strcmp(terminal, "dumb") == 0) && locale &&
           (strcasestr(locale, "utf-8") || strcasestr(locale, "utf8"));
}

struct format_wishes result_wishes(const struct result *result, const struct options *options,
                                   const struct words *words) {
    return (struct format_wishes){.color = wants_color(result, options),
                                  .bars = wants_bars(result),
                                  .width = result_width(result, options, RESULT_WIDTH),
                                  .lang = words->lang,
                                  .colon = words->text[WORD_COLON],
                                  .none = words->text[WORD_NONE],
                                  .delimiter = options->delimiter,
                                  .byte_order_mark = options->bom,
                                  .now = options->now};
}
