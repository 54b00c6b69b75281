/* mute_table - what is muted (finding/mutes.h), until when, and how much of it there was. */
#ifndef REPORT_MUTE_TABLE_H
#define REPORT_MUTE_TABLE_H

#include "finding/mutes.h"
#include "report/joined.h"
#include "report/page.h"

void mute_table_add(struct page *page, const struct mutes *mutes, const struct joining *apart);

#endif
