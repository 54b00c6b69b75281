/* Why: a warning about a full disk or a resolver that is down concerns everybody's mail, and stands
 * in the log between thousands that concern one client's.
 *
 * How: warnings are groups by daemon, label and text (tally/incidents.h). What is broken follows
 * from the reason where it says enough, else from words of the text; what is broken for everybody
 * comes first, then what a daemon died of, then what came most often.
 */
#include "report/trouble.h"

#include <stdlib.h>

#include "base/memory.h"
#include "report/rows.h"
#include "tally/incidents.h"

/* What is broken, in the order of the section. */
enum broken {
    BROKEN_DISK,
    BROKEN_RESOLVER,
    BROKEN_TABLES,
    BROKEN_LOGINS,
    BROKEN_FILTERS,
    BROKEN_DAEMON,
    BROKEN_OTHER,
};

static const struct {
    struct slice key;
    enum word word;
} broken_names[] = {
    [BROKEN_DISK] = {SLICE_INIT("disk"), WORD_BROKEN_DISK},
    [BROKEN_RESOLVER] = {SLICE_INIT("resolver"), WORD_BROKEN_RESOLVER},
    [BROKEN_TABLES] = {SLICE_INIT("tables"), WORD_BROKEN_TABLES},
    [BROKEN_LOGINS] = {SLICE_INIT("logins"), WORD_BROKEN_LOGINS},
    [BROKEN_FILTERS] = {SLICE_INIT("filters"), WORD_BROKEN_FILTERS},
    [BROKEN_DAEMON] = {SLICE_INIT("daemon"), WORD_BROKEN_DAEMON},
    [BROKEN_OTHER] = {SLICE_INIT("other"), WORD_BROKEN_OTHER},
};

/* Reasons that say it, and words in the text or the name of the program; the first that fits. */
static const struct {
    enum broken broken;
    const char *class_name; /* NULL: any */
    const char *says;       /* in small letters; NULL: whatever it says */
} marks[] = {
    {BROKEN_DISK, "system-full", NULL},
    {BROKEN_DISK, NULL, "no space left"},
    {BROKEN_DISK, NULL, "queue file write error"},
    {BROKEN_DISK, NULL, "read-only file system"},
    {BROKEN_RESOLVER, "dns-failure", NULL},
    {BROKEN_TABLES, NULL, "open database"},
    {BROKEN_TABLES, NULL, "map file"},
    {BROKEN_TABLES, NULL, "lookup table"},
    {BROKEN_TABLES, NULL, "table lookup"},
    {BROKEN_TABLES, NULL, "lookup error"},
    {BROKEN_TABLES, NULL, "lookup failed"},
    {BROKEN_TABLES, NULL, "lookup problem"},
    {BROKEN_TABLES, NULL, "alias database"},
    {BROKEN_TABLES, NULL, "mysql"},
    {BROKEN_TABLES, NULL, "pgsql"},
    {BROKEN_TABLES, NULL, "sqlite"},
    {BROKEN_TABLES, NULL, "ldap"},
    {BROKEN_TABLES, NULL, "proxymap"},
    {BROKEN_LOGINS, "auth-temporary", NULL},
    {BROKEN_LOGINS, "auth-mechanism", NULL},
    {BROKEN_LOGINS, NULL, "sasl"},
    {BROKEN_FILTERS, NULL, "milter"},
    {BROKEN_FILTERS, NULL, "policy"},
    {BROKEN_FILTERS, NULL, "spamd"},
    {BROKEN_FILTERS, NULL, "clam"},
    {BROKEN_FILTERS, NULL, "smfi_"},
    {BROKEN_FILTERS, NULL, "acl condition"},
    {BROKEN_FILTERS, NULL, "opendkim"},
    {BROKEN_FILTERS, NULL, "opendmarc"},
    {BROKEN_FILTERS, NULL, "amavis"},
    {BROKEN_FILTERS, NULL, "rspamd"},
    {BROKEN_DAEMON, NULL, "killed by signal"},
    {BROKEN_DAEMON, NULL, "exit status"},
    {BROKEN_DAEMON, NULL, "bad command startup"},
    {BROKEN_DAEMON, NULL, "panic"},
    {BROKEN_DAEMON, NULL, "sigsegv"},
};

static bool says(struct slice text, const char *words) {
    struct slice wanted = slice_of(words);
    for (; text.length >= wanted.length; text = slice_from(text, 1))
        if (slice_starts_nocase(text, wanted))
            return true;
    return false;
}

/* Of a group: program, label, class, text. */
enum { PROGRAM, LABEL, CLASS, TEXT };

static unsigned label_rank(struct slice label) {
    static const char *const labels[] = {"panic", "fatal", "error", "syserr", "warning"};
    enum { LABELS = sizeof labels / sizeof *labels };
    unsigned rank = 0;
    while (rank < LABELS && !slice_equal_nocase(label, slice_of(labels[rank])))
        rank++;
    return rank;
}

static enum broken broken_of(const struct incident_group *group) {
    enum { FATAL = 1 };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        bool class_fits =
            !marks[i].class_name || slice_is(group->parts[CLASS], marks[i].class_name);
        bool text_fits = !marks[i].says || says(group->parts[TEXT], marks[i].says) ||
                         says(group->parts[PROGRAM], marks[i].says);
        if (class_fits && text_fits)
            return marks[i].broken;
    }
    return label_rank(group->parts[LABEL]) <= FATAL ? BROKEN_DAEMON : BROKEN_OTHER;
}

struct fault {
    const struct incident_group *group;
    enum broken broken;
    size_t place; /* by count, then by name */
};

static int compare_faults(const void *left, const void *right) {
    const struct fault *a = left, *b = right;
    if (a->broken != b->broken)
        return a->broken < b->broken ? -1 : 1;
    unsigned a_rank = label_rank(a->group->parts[LABEL]);
    unsigned b_rank = label_rank(b->group->parts[LABEL]);
    if (a_rank != b_rank)
        return a_rank < b_rank ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static void add_fault(struct rows *rows, const struct fault *fault) {
    const struct incident_group *group = fault->group;
    struct page *page = rows->page;
    struct cell *row = rows_add(rows, group->count);
    if (!row)
        return;
    cell_text(page, row, NULL, page_word(page, WORD_BROKEN),
              slice_of(page_word(page, broken_names[fault->broken].word)));
    cell_text(page, row, "kind", NULL, broken_names[fault->broken].key);
    row_text(rows, row, "program", WORD_PROGRAM, group->parts[PROGRAM]);
    row_text(rows, row, "label", WORD_LABEL, group->parts[LABEL]);
    row_count(rows, row, "count", WORD_COUNT_COLUMN, group->count);
    row_last(rows, row, group->example.seconds, group->last);
    row_text(rows, row, "text", WORD_TEXT, group->parts[TEXT]);
    cell_text(page, row, "class", NULL, group->parts[CLASS]);
    row_example(rows, row, &group->example);
}

void trouble_section(struct page *page, const struct tally *tally,
                     const struct summary_wishes *wishes) {
    struct incidents incidents;
    struct rows rows;
    incidents_read(tally, THEME_TROUBLE, &incidents);
    struct fault *faults = memory_resize(NULL, incidents.group_count + 1, sizeof *faults);
    for (size_t i = 0; i < incidents.group_count; i++)
        faults[i] = (struct fault){&incidents.groups[i], broken_of(&incidents.groups[i]), i};
    qsort(faults, incidents.group_count, sizeof *faults, compare_faults);
    rows_begin(&rows, page, wishes, PART_TROUBLE, WORD_TROUBLE);
    for (size_t i = 0; i < incidents.group_count; i++)
        add_fault(&rows, &faults[i]);
    rows_end(&rows);
    free(faults);
    incidents_release(&incidents);
}
