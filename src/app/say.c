/* say - standard error. Progress is one line that is drawn over; it is the only clock besides the
 * start of the run, and nothing of it reaches the result. */
#include "app/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "report/utf8.h"

static bool drawn;

void say_progress_end(void) {
    if (drawn)
        fputs("\r\033[K", stderr);
    drawn = false;
}

/* Names and log text may hold anything; a terminal must not obey it, and shows each as one line. */
static void show_controls(char *text) {
    struct slice rest = slice_of(text);
    char *to = text;
    while (rest.length > 0) {
        const char *begin = rest.at;
        uint32_t code_point = utf8_take(&rest);
        size_t length = (size_t)(rest.at - begin);
        if (code_point == UTF8_BROKEN || utf8_is_control(code_point))
            *to++ = '?';
        else
            to = (char *)memmove(to, begin, length) + length;
    }
    *to = '\0';
}

__attribute__((format(printf, 2, 0))) static void say(const char *kind, const char *format,
                                                      va_list args) {
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    show_controls(text);
    say_progress_end();
    fprintf(stderr, "mailtriage: %s%s\n", kind, text);
}

void say_fault(const char *format, ...) {
    va_list args;
    va_start(args, format);
    say("", format, args);
    va_end(args);
}

void say_note(const char *format, ...) {
    va_list args;
    va_start(args, format);
    say("note: ", format, args);
    va_end(args);
}

void say_note_text(const char *text) {
    say_note("%s", text);
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void say_progress(const struct options *options, const struct source *source, uint64_t bytes) {
    static double begun, last;
    if (options->progress == WHEN_NEVER || options->quiet ||
        (options->progress == WHEN_AUTO && !isatty(STDERR_FILENO)))
        return;
    double now = seconds_now();
    if (begun == 0)
        begun = now;
    if (now - last < 0.1)
        return;
    last = now;
    drawn = true;
    char name[41];
    snprintf(name, sizeof name, "%s", source->name);
    show_controls(name);
    double rate = now > begun ? (double)bytes / (now - begun) : 0;
    if (source->size > 0 && rate > 0)
        fprintf(stderr, "\r\033[K%s: %3.0f %% of %.0f MB, %.0f MB/s, %.0f s left", name,
                100.0 * (double)bytes / (double)source->size, (double)source->size / 1e6,
                rate / 1e6, ((double)source->size - (double)bytes) / rate);
    else
        fprintf(stderr, "\r\033[K%s: %.0f MB, %.0f MB/s", name, (double)bytes / 1e6, rate / 1e6);
    fflush(stderr);
}
