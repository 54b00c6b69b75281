/* exim_failure - what the text of a failed delivery says: who refused it, at which stage, how. */
#ifndef MTA_EXIM_FAILURE_H
#define MTA_EXIM_FAILURE_H

#include "mta/exim_fields.h"

/* A reply of a remote server, and the server when the text names it. */
struct exim_quoted {
    enum stage stage;
    struct slice host, ip, reply;
};

/* Finds the reply of a remote server in a text that may quote one. */
bool exim_find_remote_reply(struct slice text, struct exim_quoted *quoted_r);

/* Of a command of SMTP, or of Exim's words for one. */
enum stage exim_stage_of_command(struct slice text);

/* "Connection timed out : SMTP timeout after DATA": of two texts the second counts, which names the
 * command; in front of it stands strerror(). */
struct slice exim_without_system_error(struct slice text);
/* "+deliver_time" puts " DT=0.6s" behind the text. */
struct slice exim_without_delivery_time(struct slice text);

/* Fills reply, stage, side and direction. A text without a transport is a router's: the words of an
 * administrator (:fail:), which may begin with a code. */
void exim_set_failure(struct record *record, const struct exim_fields *fields, struct slice text);

#endif
