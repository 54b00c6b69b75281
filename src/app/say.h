/* say - the only words on standard error: faults, notes and progress. */
#ifndef APP_SAY_H
#define APP_SAY_H

#include "app/options.h"
#include "input/source.h"

/* "mailtriage: ..." on a line of its own; clears a progress line first. Control bytes become '?'.
 */
void say_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_note_text(const char *text);

/* Bytes read of a source so far; shown at most ten times a second, on a terminal or when asked. */
void say_progress(const struct options *options, const struct source *source, uint64_t bytes);
void say_progress_end(void);

#endif
