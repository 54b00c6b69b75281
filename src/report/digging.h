/* digging - the commands that show what is behind a number: its rows (export) and its messages
 * (trace). Whatever a log holds, they can be pasted into a shell, and ask for just that.
 */
#ifndef REPORT_DIGGING_H
#define REPORT_DIGGING_H

#include "base/out.h"
#include "finding/filter.h"
#include "report/page.h"

/* What the commands of a report have in common. */
struct digging {
    struct page *page;
    const struct filter *filter; /* by which the report was made; NULL: none */
    struct slice inputs;         /* " --year 2026 mail.log"; NULL: there is nothing to ask */
    bool is_masked;              /* names are, so none can be asked for */
};

/* A command in the making. */
struct dig {
    const struct digging *digging;
    struct out words;
    unsigned said; /* a bit for each filter */
    bool is_vain;  /* it cannot be asked for: no log, masks, no UTF-8 */
};

void dig_begin(struct dig *dig, const struct digging *digging);
/* Asks for this value and no other; an empty one: for those that have none. */
void dig_value(struct dig *dig, enum filter_by by, struct slice value);
/* The same for a name of a table, which begins so when it is as long as names are kept. */
void dig_name(struct dig *dig, enum filter_by by, struct slice name);
/* Leaves out what is in no total (tally/counting.h): hosts that failed before another one did not,
 * and what became of notices that the server made. Not for warnings of the server itself. */
void dig_counted(struct dig *dig);
/* An event, where it counts. */
void dig_event(struct dig *dig, struct slice event);
/* Those of several events, but warnings, that the report counts. */
void dig_events(struct dig *dig, const enum event *events, size_t count);
/* A name that is all, or begins so when it is as long as `most`, at which it was cut. */
void dig_beginning(struct dig *dig, enum filter_by by, struct slice name, size_t most);
/* Every address at a domain. */
void dig_domain(struct dig *dig, enum filter_by by, struct slice domain);
/* Words of our own: " --class NAME", "bounced,expired". */
void dig_word(struct dig *dig, enum filter_by by, const char *word);
/* The whole command, in the arena of the page; empty when it cannot be asked for. */
struct slice dig_end(struct dig *dig);

/* "mailtriage trace mail.log:215 ..."; empty when that cannot be traced. */
struct slice digging_trace(const struct digging *digging, struct slice source, uint64_t line);

/* Adds a command to a card or row: for people (title) folded away, for machines null when there is
 * none; key NULL: not for machines. */
void digging_cell(const struct digging *digging, struct cell *record, const char *key,
                  const char *title, struct slice command);
/* A line of text that begins with a command: for those who cannot open a row of the table above. */
void digging_line(const struct digging *digging, struct slice command);

#endif
