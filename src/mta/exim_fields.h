/* exim_fields - what the lines of Exim are made of: addresses, spans of time, hosts and fields.
 *
 * The functions that take read at the front of the text and move past what they took.
 */
#ifndef MTA_EXIM_FIELDS_H
#define MTA_EXIM_FIELDS_H

#include "mta/record.h"

/* `KEY=value` tokens of one line; the first of a name counts, because what comes later may have
 * been written by a client (id=, T=, C=). */
struct exim_fields {
    struct slice host, helo, ip, port;
    struct slice sender;        /* F= */
    struct slice ident;         /* U= */
    struct slice authenticated; /* A=plain:alice */
    struct slice router, transport, protocol;
    struct slice size, message_id, confirmation, queue_time, cipher;
    struct slice other; /* of a key that nobody asks for */
};

/* Whether the rest of a line, behind a host and its fields, has a known form. */
typedef bool exim_fits(struct slice rest, const struct exim_fields *fields);

/* An address ends at `stop`, unless that stands in a quoted local part. */
struct slice exim_take_address(struct slice *s, char stop);
/* "<alice@example.org>", or without brackets as old versions wrote it. */
struct slice exim_take_bracketed(struct slice *s);
/* Quoted, in angle brackets, or one word. */
struct slice exim_take_value(struct slice *s);
/* "[192.0.2.10]:50111*". */
bool exim_take_ip(struct slice *s, struct slice *ip_r, struct slice *port_r);
/* "1.5s", "2m42s", "1d2h" as microseconds; -1 for anything else. */
int64_t exim_read_span(struct slice s);

/* All fields but H=; *rest is left in front of the blank before what is none. */
void exim_take_plain_fields(struct slice *rest, struct exim_fields *fields);
/* A host, "mx.example.net (helo) [192.0.2.10]:25", and the fields behind it. Of a helo that may end
 * at several places the first counts behind which the rest fits. */
bool exim_take_host(struct slice *s, exim_fits *fits, struct exim_fields *fields);
/* All fields with their host. False when there is an H= that cannot be read; *rest is left in front
 * of the blank before what is no field. Without fits any rest will do. */
bool exim_take_fields(struct slice *rest, exim_fits *fits, struct exim_fields *fields);
/* What stands behind the fields: ": text", since 4.99 " : text". */
struct slice exim_text_after_colon(struct slice rest);

void exim_set_peer(struct record *record, const struct exim_fields *fields);
void exim_set_sender(struct record *record, struct slice sender); /* no text at all: not known */

#endif
