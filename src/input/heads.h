/* heads - what lines begin with, told by the lines before.
 *
 * Line after line begins with the same minute, zone and host, and with one of a few tags. What
 * entry_read() made of them is kept, and a line that begins with the same bytes is taken apart by
 * comparing; what comes of it is what entry_read() would make, to the last field.
 */
#ifndef INPUT_HEADS_H
#define INPUT_HEADS_H

#include "input/entry.h"

enum { HEADS_STAMP = 19, HEADS_HOST = 64, HEADS_TAG = 32, HEADS_HOSTS = 32, HEADS_TAGS = 32 };

/* A tag that was seen before. */
struct known_tag {
    uint8_t length;  /* 0: none */
    uint32_t number; /* not that of any tag before it; from 1 on */
    char text[HEADS_TAG];
    bool is_asked;       /* by who uses them: the three below are what there is to know */
    const void *owner;   /* whose it is, where the tag alone tells it; NULL: not known */
    const void *shapes;  /* what the owner reads with */
    const void *speaker; /* of an entry with this tag */
};

/* One a thread; begins as all zero. */
struct heads {
    struct {
        char text[HEADS_STAMP]; /* "2026-06-01T10:00:59", or "Jun  1 10:00:59" */
        uint8_t length;         /* 0: none is known */
        uint8_t digits;         /* of the fraction behind it, which has its dot then */
        bool guessed;           /* the year is */
        bool is_exim;           /* a file of Exim: no host and no tag follow */
        uint8_t gap;            /* from behind stamp and fraction to the name of the host */
        int16_t offset;         /* of the line that was kept last */
        int64_t seconds;        /* by the clock on the wall: with the offset in it */
        int64_t anchor;
    } stamp;
    struct known_host {
        char text[HEADS_HOST]; /* from the stamp to the tag: "+02:00 mx1 " */
        uint8_t length, at;    /* 0: none; where the name begins */
        bool has_zone;         /* in the text; else the offset holds as long as it is the stamp's */
        int16_t offset;
    } hosts[HEADS_HOSTS];
    size_t last_host; /* place of that of the line before */
    struct known_tag tags[HEADS_TAGS], exim;
    uint32_t last_number;
};

/* Reads entry->line as entry_read() does, and gives its tag. NULL: it begins like none before. */
struct known_tag *heads_read(struct heads *heads, struct clock *clock, struct entry *entry);
/* Keeps what entry_read() has just made of a line, if it is such a one as is kept. */
void heads_keep(struct heads *heads, const struct clock *clock, const struct entry *entry);

#endif
