/* postfix_screen - what postscreen(8) says of its tests. */
#ifndef MTA_POSTFIX_SCREEN_H
#define MTA_POSTFIX_SCREEN_H

#include "mta/mta.h"

/* READING_UNKNOWN: no line about a test, nor the end of a client's stay. */
enum reading postfix_read_screen(struct slice text, struct records *records);

#endif
