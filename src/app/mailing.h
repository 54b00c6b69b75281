/* mailing - the envelope of a report that is mailed: --mail-to, --mail-from, this host, now. */
#ifndef APP_MAILING_H
#define APP_MAILING_H

#include "app/options.h"
#include "base/arena.h"
#include "report/format.h"
#include "report/mail.h"

/* False: a mail without a recipient, or the other way round. */
bool mailing_check(const struct options *options, const struct format *format,
                   struct problem *problem);
/* Its text is in the arena. */
struct mail_head mailing_head(const struct options *options, struct arena *arena);

#endif
