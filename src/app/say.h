/* say - the only words on standard error but for the meter: faults and notes. */
#ifndef APP_SAY_H
#define APP_SAY_H

#include <stddef.h>

/* "mailtriage: ..." on a line of its own; takes the meter away first. Control bytes become '?'.
 */
void say_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_note_text(const char *text);
/* Behind a fault: what somebody wrote, and a mark under the byte `at` of it; not of a long line. */
void say_place(const char *line, size_t at);
/* The first fault that was said; "": none was. */
const char *say_first_fault(void);

/* Makes a text fit for a terminal: control bytes and what steers it become '?'. */
void say_safely(char *text);

#endif
