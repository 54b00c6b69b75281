/* journal_export - what `journalctl -o export` prints, each record as one line (journal_line.h).
 *
 *     __CURSOR=s=...                        a field a line, a blank line behind each record
 *     __REALTIME_TIMESTAMP=1780308001123456
 *     MESSAGE                               a value that is no plain text: a length of 8 bytes, the
 *     <8 bytes, low byte first><the text>   lowest first, the bytes, a newline
 *
 * https://systemd.io/JOURNAL_EXPORT_FORMATS
 */
#ifndef INPUT_JOURNAL_EXPORT_H
#define INPUT_JOURNAL_EXPORT_H

#include "input/reader.h"

/* By the first bytes: a field stands there. */
bool journal_export_begins(struct slice head);

/* A reader of the records in `bytes`, which it takes over. A line that cannot belong to a record is
 * given as it is, in its place; what ends inside a value is given, then told as a fault. */
struct reader *journal_export_open(struct reader *bytes);

#endif
