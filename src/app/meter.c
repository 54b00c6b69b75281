/* meter - the only clock besides the start of the run; nothing of it reaches the result. Its state
 * is global as standard error is. */
#include "app/meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/say.h"

static struct {
    bool wanted, drawn;
    uint64_t before; /* bytes of the sources that are read */
    int64_t size;
    double begun, last; /* seconds; last 0: not drawn yet */
} meter;

/* ---- the line ---- */

static const char *size_words(double bytes, char room[32]) {
    if (bytes < 1e6)
        snprintf(room, 32, "%.0f KB", bytes / 1e3);
    else if (bytes < 1e9)
        snprintf(room, 32, "%.0f MB", bytes / 1e6);
    else
        snprintf(room, 32, "%.1f GB", bytes / 1e9);
    return room;
}

static const char *time_words(double seconds, char room[32]) {
    if (seconds < 100)
        snprintf(room, 32, "%.0f s", seconds);
    else if (seconds < 6000)
        snprintf(room, 32, "%.0f min", seconds / 60);
    else
        snprintf(room, 32, "%.1f h", seconds / 3600);
    return room;
}

void meter_print(const struct meter_reading *reading, char line[METER_LINE]) {
    enum { NAME = 40 };
    char all[32], rate[32], left[32];
    double bytes = (double)reading->bytes, size = (double)reading->size;
    double a_second = reading->seconds >= 0.1 ? bytes / reading->seconds : 0;
    bool has_size = reading->size > 0 && bytes <= size;
    size_t length = (size_t)snprintf(line, METER_LINE, "%.*s: ", NAME, reading->name);
    if (has_size)
        length += (size_t)snprintf(line + length, METER_LINE - length, "%.0f %% of %s",
                                   100 * bytes / size, size_words(size, all));
    else
        length +=
            (size_t)snprintf(line + length, METER_LINE - length, "%s", size_words(bytes, all));
    if (a_second > 0)
        length += (size_t)snprintf(line + length, METER_LINE - length, ", %s/s",
                                   size_words(a_second, rate));
    if (a_second > 0 && has_size)
        snprintf(line + length, METER_LINE - length, ", %s left",
                 time_words((size - bytes) / a_second, left));
}

/* ---- drawing ---- */

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool is_wanted(const struct options *options, bool has_rows) {
    const char *terminal = getenv("TERM");
    if (options->progress != WHEN_AUTO || options->quiet)
        return options->progress == WHEN_ALWAYS && !options->quiet;
    return isatty(STDERR_FILENO) && !(terminal && strcmp(terminal, "dumb") == 0) &&
           !(has_rows && !options->output && isatty(STDOUT_FILENO));
}

static int64_t size_of_all(const struct sources *sources) {
    int64_t sum = 0;
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *source = &sources->items[i];
        if (source->is_pipe || source->is_journal || source->size < 0)
            return -1;
        sum += source->size;
    }
    return sum;
}

void meter_begin(const struct options *options, const struct sources *sources, bool has_rows) {
    meter.wanted = is_wanted(options, has_rows);
    meter.size = size_of_all(sources);
    meter.begun = seconds_now();
}

void meter_move(const struct source *source, uint64_t taken) {
    enum { A_SECOND = 10 };
    char line[METER_LINE];
    double now = meter.wanted ? seconds_now() : 0;
    if (!meter.wanted || (meter.last > 0 && now - meter.last < 1.0 / A_SECOND))
        return;
    meter_print(
        &(struct meter_reading){source->name, meter.before + taken, meter.size, now - meter.begun},
        line);
    say_safely(line);
    fprintf(stderr, "\r\033[K%s", line);
    fflush(stderr);
    meter.last = now;
    meter.drawn = true;
}

void meter_pass(const struct source *source, uint64_t taken) {
    meter.before += source->size > 0 && !source->is_pipe ? (uint64_t)source->size : taken;
}

void meter_clear(void) {
    if (meter.drawn)
        fputs("\r\033[K", stderr);
    meter.drawn = false;
}
