/* mta - one mail server's logs: how likely an entry is its own, and what the entry says.
 *
 * One const object a file, one line in mtas.def. Reading is pure: same entry, same records.
 */
#ifndef MTA_MTA_H
#define MTA_MTA_H

#include "input/entry.h"
#include "mta/record.h"

struct shapes;

enum reading {
    READING_READ,    /* records were added */
    READING_DULL,    /* understood and of no interest by itself; may leave details, for others */
    READING_OTHER,   /* not the MTA's own after all */
    READING_UNKNOWN, /* the MTA's own, and not understood */
    READINGS,
};

struct mta {
    const char *name;             /* "postfix", also patterns/mta/postfix.yaml */
    const char *title;            /* "Postfix", in reports */
    const struct wrapping *files; /* of its own log files; NULL: it writes none, or like others */
    struct slice tags[2]; /* begins of programs' names that are surely its own; may be empty */
    unsigned (*likeness)(const struct entry *entry); /* of others: 0 no .. 100 surely mine */
    /* What the name of a program is to the reader, for the entry; NULL: nothing, or no function. */
    const void *(*speaker)(struct slice program);
    enum reading (*read)(const struct shapes *shapes, const struct entry *entry,
                         struct records *records);
    bool logs_twice;     /* an incident may be logged twice in a row, by one process */
    bool arrives_whole;  /* the entry of an arrival is written when the message was taken */
    bool logs_words;     /* may log a session word for word beside what it tells of it */
    bool tells_tls;      /* a delivery says whether it went over TLS, where TLS is logged at all */
    bool keeps_sessions; /* a process may send several messages in a session with a server */
    bool ends_unsaid;    /* logs no end of a message: it is over when all its recipients are */
};

/* In the order of mtas.def, NULL at the end. */
extern const struct mta *const mtas[];

/* Whom a program speaks for that may stand beside any MTA: no name, and no entry is its own. */
extern const struct mta *const mta_any;

const struct mta *mta_named(struct slice name); /* NULL: no such MTA */
/* Whose file or program it is, else the likeliest MTA, the first of equals; NULL when none knows
 * the entry. */
const struct mta *mta_of(const struct entry *entry);
/* The same without a look at its text, which is enough for nearly all; NULL: it is not. */
const struct mta *mta_surely_of(const struct entry *entry);

#endif
