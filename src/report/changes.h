/* changes - what differs between two tallies by more than chance: totals, reasons, texts, servers,
 * domains, clients and users that are new, came more or less often, or are gone.
 */
#ifndef REPORT_CHANGES_H
#define REPORT_CHANGES_H

#include "tally/differ.h"
#include "tally/tally.h"

enum { USUAL_WEEKS = 8 };

/* What history says is usual. */
struct usual {
    const struct tally *weeks[USUAL_WEEKS]; /* the same hours and weekdays, one a week before */
    size_t week_count;                      /* at least one, when there is any history */
    struct differ_spans week_spans;
    const struct tally *ever; /* all that was before */
    int64_t since;            /* seconds: what history knows of; MOMENT_NONE: nothing */
    int64_t learning_until;   /* before that nothing is told for being new; MOMENT_NONE: over */
    bool rules_changed;       /* since the last run: reasons may have other names */
};

/* What a report is compared with. */
struct compared {
    const struct tally *before; /* of history: for names */
    const struct usual *usual;  /* NULL: it is no history */
    struct differ_spans spans;  /* seconds */
    int64_t begins[2], ends[2]; /* of before, of now; MOMENT_NONE: not known */
    struct slice with;          /* as it was asked for: "yesterday", "mail.log.1" */
    bool without_texts;         /* one of them does not tell how often each came */
};

enum changed_table {
    CHANGED_TOTALS,
    CHANGED_REASONS,
    CHANGED_TEMPLATES,
    CHANGED_RELAYS,
    CHANGED_RECIPIENT_DOMAINS,
    CHANGED_SENDER_DOMAINS,
    CHANGED_CLIENTS,
    CHANGED_USERS,
    CHANGED_TABLES
};

enum change { CHANGE_NONE, CHANGE_NEW, CHANGE_GREW, CHANGE_SHRANK, CHANGE_GONE };

struct changed { /* texts are borrowed from the two tallies until they change */
    enum changed_table table;
    const char *unit;              /* what is counted, for machines */
    struct slice name;             /* of a reason its class, of a total its key */
    struct slice event, direction; /* of a reason */
    bool strangers;                /* did it: of a reason */
    bool is_beside;                /* the second number of a name: what failed of its mail */
    bool is_unsure;                /* of a reason that may have had another name */
    bool was_known, is_known;      /* the name is in the tally, with whatever number */
    uint64_t before, now;
    /* History may have had so many more without the name, before and now. */
    uint64_t hidden, hidden_now;
    uint64_t weeks[USUAL_WEEKS]; /* of which `before` is the median, when there are any */
    struct differ_spans spans;
    double score;       /* differ.h */
    enum change change; /* CHANGE_NONE: not beyond chance */
};

struct changes {
    struct changed *rows; /* all that changed, and all reasons; by table, most telling first */
    size_t count;
    /* Names in all; of those that are not told, how many are in one tally only. */
    size_t names, seldom_new, seldom_gone;
};

void changes_find(struct changes *changes, const struct tally *now,
                  const struct compared *comparison);
void changes_release(struct changes *changes);
/* A reason of ours, or of strangers; NULL: it is in neither tally, or nobody knows. */
const struct changed *changes_of_reason(const struct changes *changes, struct slice class_name,
                                        struct slice event, struct slice direction, bool strangers);

#endif
