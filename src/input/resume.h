/* resume - where the last run stood in each source, and what goes on from there.
 *
 * A place is a piece of content and how far it was read. Content is found again by its bytes, so
 * that it does not matter whether it was renamed, copied and truncated, packed or moved, and what
 * stands under the old name may be another log. What a place was called tells only which log a name
 * goes on with (predecessors.h).
 */
#ifndef INPUT_RESUME_H
#define INPUT_RESUME_H

#include "base/pack.h"
#include "input/rest.h"
#include "input/source.h"

/* What a run knows of a source as far as it was read. */
struct stood {
    uint64_t lines;
    uint64_t own, unknown,
        wrapped;         /* entries of an MTA, those not understood; lines in a wrapping */
    int64_t last;        /* time of its latest entry, or MOMENT_NONE */
    struct slice before; /* what the next line may go on with; empty: nothing. Any bytes */
};

struct place {
    char *path; /* the log that it was read as, absolute, whatever its file is called after
                   rotation; "journal": the host's */
    struct fingerprint print; /* how far it was read; of a journal, offset and tail mean little */
    char *cursor;             /* of a journal, else NULL */
    uint64_t device, inode;
    int64_t size, modified; /* packed bytes; seconds */
    struct stood stood;     /* `before` is owned */
    bool is_passed;         /* a later place stands for it: not saved */
};

struct resume;

struct resume *resume_new(void);
void resume_free(struct resume *resume); /* NULL is fine */
void resume_save(const struct resume *resume, struct pack *pack);
/* False: no saved places; there are none then. */
bool resume_load(struct resume *resume, struct unpack *unpack);

/* What to do with a source. */
enum resume_way {
    RESUME_READ,    /* something is new */
    RESUME_NOTHING, /* nothing is */
    RESUME_MOVED,   /* it is not the file that was found under this name: find all anew */
    RESUME_FAULT,   /* it cannot be read, or not be gone on with: problem is filled */
};

/* A source on its way. */
struct resumed {
    struct rest *rest;  /* its reader is to be read to the end */
    struct stood stood; /* where it stood; borrowed from the place, all zero when it is new */
    struct place *from; /* NULL: it is new */
    bool by_cursor;     /* the rest does not know what is in front of it */
};

/* Opens a source where it was left. What is worth a word is told. */
enum resume_way resume_open(struct resume *resume, struct source *source, int64_t now,
                            source_told *told, void *context, struct resumed *resumed_r,
                            struct problem *problem);
/* It was read to the end of its rest: remembers that with `stood`, and closes it. */
void resume_close(struct resume *resume, const struct source *source, struct resumed *resumed,
                  const struct stood *stood);

/* The content that was read last under this name; NULL: none was. The path is as a place has it. */
const struct place *resume_latest(const struct resume *resume, const char *path);
/* Whether content that begins like this was read under this name. */
bool resume_knows(const struct resume *resume, const char *path, struct slice head);
/* The name of a file as a place has it, whether it is there or not; owned by the caller. */
char *resume_path(const char *name);

#endif
