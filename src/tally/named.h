/* named - the name under which a host is counted: "mx.example.net [198.51.100.5]". */
#ifndef TALLY_NAMED_H
#define TALLY_NAMED_H

#include "tally/ranking.h"

/* Either may be empty; it then is the other one alone. Very long ones are cut. */
struct slice named_host(struct slice host, struct slice ip, char room[RANKING_NAME]);
/* The two parts of such a name. */
void named_parts(struct slice name, struct slice *host_r, struct slice *ip_r);

#endif
