/* problem - writes messages of errors. They may quote log text, so nothing of it can reach a
 * terminal as a control byte. */
#include "base/problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void show_controls(char *text) {
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
}

bool problem_say(struct problem *problem, const char *format, ...) {
    if (!problem)
        return false;
    va_list args;
    va_start(args, format);
    vsnprintf(problem->text, sizeof problem->text, format, args);
    va_end(args);
    show_controls(problem->text);
    return false;
}

bool problem_errno(struct problem *problem, const char *format, ...) {
    const char *why = strerror(errno);
    if (!problem)
        return false;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(problem->text, sizeof problem->text, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length < sizeof problem->text)
        snprintf(problem->text + length, sizeof problem->text - (size_t)length, ": %s", why);
    show_controls(problem->text);
    return false;
}
