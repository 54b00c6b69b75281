/* codes - the tables of reply codes, enhanced codes, implied codes, of what is logged for a code
 * and of how two codes differ (patterns/codes/ *.csv, read through libcsv).
 */
#ifndef RULES_CODES_H
#define RULES_CODES_H

#include "base/arena.h"
#include "base/problem.h"

/* An enhanced status code, RFC 3463: class.subject.detail. class 0: none. */
struct enhanced {
    uint8_t class_digit; /* 2, 4 or 5 */
    uint16_t subject, detail;
};

bool enhanced_equal(struct enhanced a, struct enhanced b);
/* Reads "5.1.1" at the front of *s and moves past it; it must end at a non-digit, non-dot. Class
 * must be 2, 4 or 5, subject and detail 0..999 without needless zeros, no fourth part. */
bool enhanced_take(struct slice *s, struct enhanced *enhanced_r);
/* "5.1.1"; buffer of at least 16 bytes; "" when there is none. */
size_t enhanced_print(struct enhanced enhanced, char *buffer);

/* A code as rules and tables write it: "550", "5.7.1", or "x.7.1" for any class. One of basic and
 * enhanced is set. */
struct code {
    uint16_t basic;
    bool any_class;
    struct enhanced enhanced; /* any_class: class_digit 0 */
};

/* False unless text is one code and nothing else; basic codes are 200 .. 599. */
bool code_read(struct slice text, struct code *code_r);
/* Whether a reply with these codes carries the wanted one. */
bool code_is(struct code wanted, uint16_t basic, struct enhanced enhanced);

/* A row of reply.csv (code "535") or enhanced.csv (code "5.7.8", "X.7.8" for any class, or
 * "5.7.606-649" for all from 5.7.606 to 5.7.649). Lists are joined by '|'. Columns that a site's
 * older table lacks are empty. */
struct code_page {
    struct slice code, name, description, when, fix, source;
    struct slice reason;   /* the class to use when nothing but the code is known; may be empty */
    struct slice standard; /* the phrase of the standard or registry; empty: it has none */
    struct slice english;  /* the name as loaded: like `standard`, no language changes it */
    struct slice use;      /* when a server should answer with this code and not with another */
    struct slice stage;    /* a list: where it comes; "any" */
    struct slice others;   /* a list: the other reasons it can stand for, the most usual first */
    struct code first;     /* `code` as read */
    uint16_t last;         /* the last detail of a range; otherwise that of `first` */
    const char *file;
    unsigned line;
};

/* A row of pairs.csv: what two codes that are often confused have to do with each other. */
struct code_pair {
    struct slice one, other; /* "535", or "X.7.8" */
    struct slice difference;
};

/* A row of implied.csv: what a line type stands for when it prints no code. */
struct implied {
    struct slice
        line_type; /* "PF-SMTPD-AUTHFAIL", or with a variant "EX-REJECT temporarily rcpt" */
    uint16_t code; /* 0: only the enhanced code is implied */
    struct enhanced enhanced;
    struct slice source;
};

struct codes;

struct codes *codes_new(void);
void codes_free(struct codes *codes);
/* Adds a table: name is "reply.csv", "enhanced.csv", "implied.csv", "logged.csv" or "pairs.csv"; a
 * row of a later table replaces one of the same code. Messages carry file:line. */
bool codes_load(struct codes *codes, const char *name, const char *file, struct slice bytes,
                struct problem *problem);
/* The same of rows that csv_rows_pack() has packed; their bytes must live as long as the codes. */
bool codes_load_packed(struct codes *codes, const char *name, const char *file, struct slice bytes,
                       struct problem *problem);
const struct code_page *codes_reply(const struct codes *codes, uint16_t code);
/* The row of exactly this code, else of a range that holds it, else of X.subject.detail, else
 * NULL. */
const struct code_page *codes_enhanced(const struct codes *codes, struct enhanced enhanced);
const struct implied *codes_implied(const struct codes *codes, struct slice line_type);
/* What stands in the log of an MTA (its name) when a reply with this code was given: direction
 * "in", we said it to a client, or "out", a server said it to us. "-": nothing at the usual log
 * level. Empty: the table does not tell. A code for any class gets a row of one that has it; with a
 * stage ("rcpt") a code without a row gets that of its class and the stage. Lives as long as both
 * the codes and the arena. */
struct slice codes_logged(const struct codes *codes, struct code code, const char *mta,
                          const char *direction, const char *stage, struct arena *arena);
/* The difference of two codes of a kind, in either order; empty: the table does not tell. A row of
 * X.7.8 is for all whose page is that of X.7.8. */
struct slice codes_pair(const struct codes *codes, struct code one, struct code other);
/* Walking, in the order of the files. */
size_t codes_reply_count(const struct codes *codes);
const struct code_page *codes_reply_at(const struct codes *codes, size_t index);
size_t codes_enhanced_count(const struct codes *codes);
const struct code_page *codes_enhanced_at(const struct codes *codes, size_t index);
/* Each page of both, and each pair, to put other texts into it. */
void codes_each_page(struct codes *codes, void (*each)(void *context, struct code_page *page),
                     void *context);
void codes_each_pair(struct codes *codes, void (*each)(void *context, struct code_pair *pair),
                     void *context);

#endif
