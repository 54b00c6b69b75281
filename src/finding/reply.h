/* reply - reply code, enhanced code and text out of a logged reply.
 *
 *   reply    = code ( SP / "-" / end ) [ enhanced SP ] text       RFC 5321 4.2, RFC 2034 4
 *   code     = %x32-35 2DIGIT
 *   enhanced = class "." subject "." detail                       RFC 3463 2
 *
 * Multi-line replies come in the three ways of log-formats: Postfix joins lines with a blank and
 * keeps "550-5.7.1 " in front of each, Exim writes "\n", Sendmail keeps the first line. The
 * enhanced code is the one at the head, else "(#5.1.1)", "#5.1.1" or "[5.1.1]" at the end (qmail
 * style).
 */
#ifndef FINDING_REPLY_H
#define FINDING_REPLY_H

#include "base/arena.h"
#include "mta/record.h"

struct reply {
    uint16_t code;            /* 0: none */
    struct enhanced enhanced; /* class_digit 0: none */
    bool enhanced_behind;     /* it stood in the text, "(#5.1.1)", and not at the head */
    bool mismatch;            /* the class digit of enhanced is not the first digit of code */
    struct slice text;        /* what follows the codes at the head; in the whole one */
    struct slice whole; /* column reply: with the codes; one line, in the arena or the record */
};

/* Reads a record's reply. `arena` holds the cleaned text. */
void reply_read(const struct record *record, struct arena *arena, struct reply *reply_r);
/* The text with what follows AUTH taken out, it may be a password: the text itself, or a copy. */
struct slice reply_safe(struct slice text, struct arena *arena);
/* Whether nothing in a record's reply is to be cleaned, as in most: no run of blanks, no byte that
 * cannot be printed, no escape. */
bool reply_is_clean(const struct record *record);
/* Whether AUTH stands in the text, so that what follows may be a password. */
bool reply_says_auth(struct slice text);
/* Reads a reply typed or pasted by a person: "550 5.7.1 text", "5.7.1 text", "text", and as a
 * bounce has it, "Diagnostic-Code: smtp; 550 5.7.1 text". */
void reply_read_text(struct slice text, struct arena *arena, struct reply *reply_r);

#endif
