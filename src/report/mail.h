/* mail - a page as a letter: what stands on its envelope.
 */
#ifndef REPORT_MAIL_H
#define REPORT_MAIL_H

#include "base/slice.h"

enum { MAIL_RECIPIENTS = 64 };

/* Who writes to whom, and where and when; all addresses passed mail_address_is_good. */
struct mail_head {
    struct slice from;
    struct slice to[MAIL_RECIPIENTS];
    size_t to_count;
    struct slice host; /* that the report is about; empty: not told */
    struct slice date; /* as RFC 5322 writes it */
    struct slice id;   /* without its brackets */
};

/* An address, or a name that the local mail server completes, that can stand in a header without
 * being taken for more: no blank, no comma, no line end. */
bool mail_address_is_good(struct slice address);

#endif
