/* clickhouse_place - where a cluster is and who asks it: clickhouse://HOST:PORT/DATABASE, and the
 * name and key of a user, which never are a part of that, nor of a command line.
 */
#ifndef STORE_CLICKHOUSE_PLACE_H
#define STORE_CLICKHOUSE_PLACE_H

#include "base/arena.h"
#include "base/problem.h"

struct clickhouse_place {
    const char *name;     /* the URL in full, as it is shown and remembered */
    const char *base;     /* of HTTP: "http://192.0.2.1:8123/" */
    const char *database; /* letters, digits and '_' */
    const char *host;     /* with its port */
};

/* clickhouse:// or clickhouses:// stands in front. */
bool clickhouse_knows(const char *where);
/* And behind it stands what can be a place. */
bool clickhouse_can_be(const char *where, struct problem *problem);
/* Texts are of the arena. */
bool clickhouse_place_read(const char *where, struct arena *arena, struct clickhouse_place *place_r,
                           struct problem *problem);

/* A name that may stand in SQL as it is. */
bool clickhouse_is_name(struct slice text);

enum { CLICKHOUSE_HEADERS = 3 };
/* The headers that tell who asks, NULL at the end: of a file with the one line NAME:KEY that nobody
 * else may read, or (key_file NULL) of MAILTRIAGE_CLICKHOUSE_USER and _KEY. */
bool clickhouse_login(const char *key_file, struct arena *arena,
                      const char *headers_r[CLICKHOUSE_HEADERS], struct problem *problem);

#endif
