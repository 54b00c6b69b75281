/* exim_clients - lines about those who connect: refusals, failed logins, sessions that ended badly.
 *
 * Each reads one kind of line, and gives READING_UNKNOWN for any other.
 */
#ifndef MTA_EXIM_CLIENTS_H
#define MTA_EXIM_CLIENTS_H

#include "mta/mta.h"

/* "H=(box) [203.0.113.77] F=<x@example.net> rejected RCPT <a@example.com>: relay not permitted" */
enum reading exim_read_client_line(struct slice text, struct records *records);
/* "plain authenticator failed for (box) [203.0.113.77]: 535 Incorrect authentication data" */
enum reading exim_read_authentication(struct slice text, struct records *records);
/* "SMTP protocol error in "AUTH PLAIN ..." H=(box) [203.0.113.79] ..." */
enum reading exim_read_protocol_error(struct slice text, struct records *records);
/* "SMTP command timeout on connection from (box) [203.0.113.77]" */
enum reading exim_read_session(struct slice text, struct records *records);

#endif
