/* say - standard error; what it says stands on a line of its own, so the meter goes first. */
#include "app/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/meter.h"
#include "report/utf8.h"
#include "report/width.h"

/* Names and log text may hold anything; a terminal must not obey it, and shows each as one line. */
void say_safely(char *text) {
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

static char first_fault[1024]; /* a plugin's one line is about it */

const char *say_first_fault(void) {
    return first_fault;
}

__attribute__((format(printf, 2, 0))) static void say(const char *kind, const char *format,
                                                      va_list args) {
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    say_safely(text);
    if (!*kind && !*first_fault)
        snprintf(first_fault, sizeof first_fault, "%s", text);
    meter_clear();
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

void say_place(const char *line, size_t at) {
    char text[1024], before[sizeof text];
    if (strlen(line) >= sizeof text)
        return;
    snprintf(text, sizeof text, "%s", line);
    snprintf(before, sizeof before, "%.*s", (int)at, line);
    say_safely(text);
    say_safely(before);
    fprintf(stderr, "  %s\n  %*s^\n", text, (int)width_of(slice_of(before)), "");
}
