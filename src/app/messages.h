/* messages - the entries of what is traced, put together to messages: all queue IDs that one
 * message had, and sessions without one; and what became of each.
 */
#ifndef APP_MESSAGES_H
#define APP_MESSAGES_H

#include "app/passes.h"
#include "finding/masker.h"

/* One entry of the log, whole. */
struct traced_entry {
    struct moment time;
    struct slice host, program, pid, text;
    struct slice queue_id;   /* of the message it is about, or empty */
    struct told_names names; /* in its fields; none are kept where nothing is masked */
    const struct source *source;
    uint64_t number; /* of its first line */
    bool is_wanted;  /* WHAT stands in it */
};

/* What was said last of a recipient, or of a session. */
struct outcome {
    struct slice recipient; /* empty: none was named */
    enum event event;
    struct verdict verdict;
    struct slice hint, reply;
    unsigned code;
    struct enhanced enhanced;
    bool is_handed_on; /* goes on under another queue ID */
    bool is_notice;    /* of a bounce about the message */
    struct outcome *next;
};

enum { TRACED_IDS = 64 }; /* of a message that are told beside its entries */

struct traced {
    const struct traced_entry *const *entries; /* in the order of time */
    size_t count;
    struct slice *queue_ids, *message_ids; /* in the order of the entries */
    size_t queue_id_count, message_id_count;
    bool has_sender;
    struct slice sender, client, user; /* client: host[ip] of the session */
    struct outcome *outcomes;          /* in the order of the first word about each */
    struct outcome *last_outcome;
    size_t outcome_count;
    const struct outcome *worst; /* what the verdict tells; NULL: nothing was said */
};

struct messages {
    struct arena arena;
    struct traced *items; /* by their first entries */
    size_t count;
    size_t entry_count;
};

/* Borrows the lines and sources. */
void messages_read(struct messages *messages, struct run *run, struct wanted *wanted,
                   const struct sources *sources, const struct found_lines *lines);
void messages_release(struct messages *messages);

#endif
