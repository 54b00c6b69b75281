/* predecessors - looks through the folder of a log for files of the same stem (rotated.h), and
 * takes the one that begins as what was read last under the name of the log, and all that begin
 * later. Where there is none any more, what begins after the last entry that was read.
 */
#include "input/predecessors.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/moment.h"
#include "input/rotated.h"

/* Troubles of files that nobody named are nobody's. */
static void not_told(void *context, bool is_fault, const char *text) {
    (void)context;
    (void)is_fault;
    (void)text;
}

/* NULL: it is not among them. */
static const struct source *listed(const struct sources *sources, uint64_t device, uint64_t inode) {
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *other = &sources->items[i];
        if (!other->is_pipe && other->device == device && other->inode == inode)
            return other;
    }
    return NULL;
}

static int by_first_time(const void *a, const void *b) {
    const struct source *one = a, *other = b;
    if (one->first != other->first)
        return one->first < other->first ? -1 : 1;
    return strcmp(one->name, other->name);
}

/* The path of a file beside another one; owned by the caller. */
static char *beside(const char *name, const char *last) {
    const char *slash = strrchr(name, '/');
    size_t folder = slash != NULL ? (size_t)(slash - name) + 1 : 0, length = strlen(last);
    char *path = memory_new(folder + length + 1);
    memcpy(path, name, folder);
    memcpy(path + folder, last, length);
    return path;
}

/* The logs beside a file that are of the same log, the oldest first. How those begin that are among
 * the sources is known: of a whole folder each may have come under another name. */
static void find_companions(const char *name, const struct sources *sources,
                            const struct finding_wishes *wishes, struct sources *found) {
    char *folder = beside(name, ".");
    DIR *opened = opendir(folder);
    free(folder);
    if (opened == NULL)
        return;
    for (struct dirent *item; (item = readdir(opened)) != NULL;) {
        struct stat status;
        char *path = item->d_name[0] == '.' ? NULL : beside(name, item->d_name);
        if (path != NULL && rotated_together(path, name) && strcmp(path, name) != 0 &&
            stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
            const struct source *known = listed(sources, status.st_dev, status.st_ino);
            if (known != NULL)
                sources_add_known(found, known, path);
            else
                sources_add(found, path, wishes->year, wishes->now, not_told, NULL);
        }
        free(path);
    }
    closedir(opened);
    if (found->count > 0)
        qsort(found->items, found->count, sizeof *found->items, by_first_time);
}

/* A log that was read before and is not what it was. */
struct follow {
    const char *name;          /* of the log */
    const struct place *place; /* where it was left */
    int64_t first;             /* what begins later is no predecessor; MOMENT_NONE: all may be */
    size_t at;                 /* where to put them */
};

/* The first of the companions that was not read to its end; *is_rest_r: it goes on from the place.
 */
static size_t first_unread(const struct follow *follow, const struct sources *found,
                           bool *is_rest_r) {
    for (size_t i = 0; i < found->count; i++) {
        *is_rest_r = print_begins(&follow->place->print, found->items[i].head);
        if (*is_rest_r)
            return i;
    }
    for (size_t i = 0; i < found->count; i++)
        if (found->items[i].first != MOMENT_NONE && follow->place->stood.last != MOMENT_NONE &&
            found->items[i].first >= follow->place->stood.last)
            return i;
    return found->count;
}

/* False: the rest is not there. */
static bool add_those(const struct follow *follow, struct sources *sources,
                      const struct finding_wishes *wishes) {
    struct sources found = {0};
    bool has_rest = false;
    size_t at = follow->at;
    find_companions(follow->name, sources, wishes, &found);
    for (size_t i = first_unread(follow, &found, &has_rest); i < found.count;) {
        struct source *source = &found.items[i];
        bool is_later = follow->first != MOMENT_NONE && source->first > follow->first;
        if (is_later || source->head.length == 0 ||
            listed(sources, source->device, source->inode) != NULL) {
            i++;
            continue;
        }
        source->was = memory_copy(follow->place->path, strlen(follow->place->path));
        sources_move(sources, at++, &found, i);
    }
    sources_release(&found);
    return has_rest;
}

static void tell_missing_rest(const struct follow *follow, const struct finding_wishes *wishes) {
    struct problem problem;
    problem_say(&problem,
                "'%s' is another file than at the last run, and what that one was is not beside it "
                "any more: lines of it may not have been read",
                follow->name);
    wishes->told(wishes->context, false, problem.text);
}

/* Of the companions of one source. Gives the number of those that were added. */
static size_t add_before(const struct resume *resume, struct sources *sources, size_t at,
                         const struct finding_wishes *wishes) {
    const struct source *source = &sources->items[at];
    size_t before = sources->count;
    char *name = memory_copy(source->name, strlen(source->name)), *path = resume_path(name);
    bool is_empty = source->head.length == 0;
    struct follow follow = {name, resume_latest(resume, path), source->first, at};
    if (follow.place != NULL && !resume_knows(resume, path, source->head) &&
        !add_those(&follow, sources, wishes) && !is_empty)
        tell_missing_rest(&follow, wishes);
    free(path);
    free(name);
    return sources->count - before;
}

void predecessors_add(const struct resume *resume, struct sources *sources,
                      const struct finding_wishes *wishes) {
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *source = &sources->items[i];
        if (!source->is_pipe && !source->is_journal && source->was == NULL)
            i += add_before(resume, sources, i, wishes);
    }
}

bool predecessors_of_missing(const struct resume *resume, struct sources *sources, const char *name,
                             const struct finding_wishes *wishes) {
    char *path = resume_path(name);
    struct follow follow = {name, resume_latest(resume, path), MOMENT_NONE, sources->count};
    free(path);
    return follow.place != NULL && add_those(&follow, sources, wishes);
}
