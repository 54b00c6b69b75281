/* source - from what the user named to the files that are read, in a fixed order.
 *
 * A file named by the user is taken unless its head shows that no line can come out of it; behind a
 * folder or a glob, where nobody said that all of it is logs, a file must also show a line that
 * some wrapping knows. The anchor of yearless stamps is found here, from name and times of the file
 * alone, so that it never depends on what lines say. The files of a folder are put in order by the
 * time of their first entry: names of rotated logs have too many fashions.
 */
#include "input/source.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "input/entry.h"
#include "input/journal.h"

/* What is looked at to tell logs from others, and the share of control bytes no log reaches: bytes
 * at random have 11 %, text with some NULs of a crash far less. */
enum { HEAD = 16 * 1024, CONTROL_PERCENT = 10, HOLE = 64 /* NUL bytes */ };

/* A hole at the begin is as large as the log once was; what stands behind it is looked at. A
 * gigabyte of it takes a third of a second. */
enum { HOLE_MOST = 1 << 30 };

/* What is kept of the head, to find the same content again. */
enum { HEAD_KEPT = 1024 };

/* Folders inside folders that are gone into. Links to folders are not: they may lead round. */
enum { DEPTH = 8 };

/* Who asked for the file decides how it is refused. */
struct finder {
    struct sources *sources;
    int year;
    int64_t now;
    bool is_named;  /* by the user, and not found in a folder or behind a glob */
    unsigned depth; /* of folders inside the one that was named */
    source_told *told;
    void *context;
};

static void tell_fault(const struct finder *finder, const char *what, const char *path) {
    struct problem problem;
    problem_say(&problem, "%s '%s'", what, path);
    finder->told(finder->context, true, problem.text);
}

static void tell_errno(const struct finder *finder, const char *path) {
    struct problem problem;
    problem_errno(&problem, "cannot read '%s'", path);
    finder->told(finder->context, true, problem.text);
}

/* A fault when the user named it, else a note. */
static void tell_refused(const struct finder *finder, const char *path, const char *why) {
    struct problem problem;
    const char *passed_over = finder->is_named ? "" : "passed over: ";
    problem_say(&problem, "%s'%s' %s", passed_over, path, why);
    finder->told(finder->context, finder->is_named, problem.text);
}

/* ---- Anchors: contract, section 2 ---- */

/* The last second of a day in the zone of the run; of its month or year for day or month 0. */
static bool end_of(int year, int month, int day, int64_t *seconds_r) {
    static const int8_t last_day[13] = {31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct civil civil = {
        .year = year,
        .month = month != 0 ? month : 12,
        .day = day != 0 ? day : last_day[month],
        .hour = 23,
        .minute = 59,
        .second = 59,
    };
    if (day == 0 && !civil_valid(&civil))
        civil.day = 28;
    struct clock clock = {0};
    struct moment moment;
    if (!moment_local(&clock, &civil, &moment))
        return false;
    *seconds_r = moment.seconds;
    return true;
}

/* Length of a run of digits and its number; a run too long to be a date is no number. */
static size_t digits_at(const char *text, unsigned long *number_r) {
    size_t length = strspn(text, "0123456789");
    *number_r = length >= 1 && length <= 8 ? strtoul(text, NULL, 10) : 0;
    return length;
}

static bool is_date(unsigned long year, unsigned long month, unsigned long day,
                    int64_t *seconds_r) {
    if (year < 1970 || year > 2199 || month < 1 || month > 12 || day > 31)
        return false;
    return end_of((int)year, (int)month, (int)day, seconds_r);
}

/* A date at a run of digits: 20260601, 202606, 2026-06-01, 2026-06. */
static bool date_at(const char *text, int64_t *seconds_r) {
    unsigned long first, month, day;
    size_t length = digits_at(text, &first);
    if (length == 8)
        return first % 100 != 0 &&
               is_date(first / 10000, first / 100 % 100, first % 100, seconds_r);
    if (length == 6)
        return is_date(first / 100, first % 100, 0, seconds_r);
    if (length != 4 || text[4] != '-' || digits_at(text + 5, &month) != 2)
        return false;
    if (text[7] != '-' || digits_at(text + 8, &day) != 2)
        return is_date(first, month, 0, seconds_r);
    return day != 0 && is_date(first, month, day, seconds_r);
}

/* The first date in the last part of a path: mail.log-20261120, 20260601-mainlog, main.202606. */
static bool date_in_name(const char *path, int64_t *seconds_r) {
    const char *slash = strrchr(path, '/');
    for (const char *at = slash != NULL ? slash + 1 : path; *at != '\0';) {
        unsigned long unused;
        size_t length = digits_at(at, &unused);
        if (length > 0 && date_at(at, seconds_r))
            return true;
        at += length > 0 ? length : 1;
    }
    return false;
}

static void find_anchor(const struct finder *finder, struct source *source) {
    if (finder->year != 0 && end_of(finder->year, 0, 0, &source->anchor)) {
        source->anchor_by = ANCHOR_NAMED;
    } else if (source->is_pipe) {
        source->anchor = finder->now;
        source->anchor_by = ANCHOR_NOW;
    } else if (date_in_name(source->name, &source->anchor)) {
        source->anchor_by = ANCHOR_NAMED;
    } else {
        source->anchor = source->modified;
        source->anchor_by = ANCHOR_MODIFIED;
    }
}

/* ---- One source ---- */

static struct source source_of(const struct finder *finder, const char *name,
                               const struct stat *status) {
    bool is_pipe = !S_ISREG(status->st_mode);
    struct source source = {
        .name = memory_copy(name, strlen(name)),
        .is_pipe = is_pipe,
        .size = is_pipe ? -1 : (int64_t)status->st_size,
        .modified = is_pipe ? 0 : (int64_t)status->st_mtime,
        .device = (uint64_t)status->st_dev,
        .inode = (uint64_t)status->st_ino,
        .first = MOMENT_NONE,
    };
    find_anchor(finder, &source);
    return source;
}

static void source_release(struct source *source) {
    free(source->name);
    free(source->was);
    free((char *)source->head.at);
}

static void keep(struct sources *sources, struct source source) {
    sources->items =
        memory_grow(sources->items, &sources->capacity, sources->count + 1, sizeof *sources->items);
    sources->items[sources->count++] = source;
}

static void add(const struct finder *finder, const char *name, const struct stat *status) {
    keep(finder->sources, source_of(finder, name, status));
}

static size_t nuls_at(struct slice s, size_t at) {
    size_t end = at;
    while (end < s.length && s.at[end] == '\0')
        end++;
    return end - at;
}

/* Holes tell nothing: a machine that lost power leaves some, and a log that is cut while its writer
 * goes on where it was begins with one. */
static bool is_binary(struct slice head) {
    size_t controls = 0, holes = 0, nuls = 0;
    for (size_t i = 0; i < head.length; i += nuls ? nuls : 1) {
        unsigned char byte = (unsigned char)head.at[i];
        bool is_space = byte >= '\t' && byte <= '\r';
        nuls = nuls_at(head, i);
        if (nuls >= HOLE)
            holes += nuls;
        else if (nuls)
            controls += nuls;
        else
            controls += (byte < ' ' && !is_space && byte != '\033') || byte == 0x7f;
    }
    return controls * 100 > (head.length - holes) * CONTROL_PERCENT;
}

/* The first entry that a wrapping knows; better one that has a time. */
static void find_first_entry(struct source *source, struct slice head) {
    struct clock clock = {.anchor = source->anchor};
    struct arena arena;
    arena_init(&arena);
    while (head.length > 0 && source->first == MOMENT_NONE) {
        struct line line = {0};
        struct entry entry;
        slice_cut(&head, '\n', &line.text);
        if (line.text.length > 0 && line.text.at[line.text.length - 1] == '\r')
            line.text.length--;
        if (entry_read(&clock, &arena, &line, &entry) != UNWRAPPED)
            continue;
        source->first = entry.time.seconds;
        source->wrapping = entry.wrapping;
    }
    arena_release(&arena);
}

/* What was read of the begin of a file. */
struct head {
    char bytes[HEAD];
    size_t length;
    char look[HEAD]; /* the same, or what stands behind the hole that it is */
    size_t look_length;
};

/* NULL: the file may be read. */
static const char *refusal_of(const struct finder *finder, const struct source *source,
                              const struct head *read) {
    struct slice head = {read->look, read->look_length};
    if (read->length == 0)
        return NULL;
    if (head.length == 0)
        return "is no text log"; /* nothing but a hole */
    if (slice_starts(head, SLICE("\xff\xfe")) || slice_starts(head, SLICE("\xfe\xff")))
        return "is UTF-16 text: try 'iconv -f UTF-16 -t UTF-8 FILE | mailtriage -'";
    if (slice_starts(head, SLICE("SQLite format 3")))
        return "is a database and no log: a history is named with --history";
    if (is_binary(head))
        return "is no text log";
    if (!finder->is_named && source->wrapping == NULL)
        return "has no log line in its first 16 KiB";
    return NULL;
}

static int open_file(const char *path) {
    int fd;
    do
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static struct reader *open_bytes(const struct source *source, struct problem *problem) {
    if (source->is_journal && source->is_pipe)
        return journal_open_host(problem);
    int fd = strcmp(source->name, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                            : open_file(source->name);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        problem_say(problem, "%s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct reader *reader = reader_open(fd, problem);
    if (reader != NULL) {
        reader->device = (uint64_t)status.st_dev;
        reader->inode = (uint64_t)status.st_ino;
        reader->size = (int64_t)status.st_size;
    }
    return reader;
}

struct reader *source_open(struct source *source, struct problem *problem) {
    struct problem why;
    struct reader *reader = open_bytes(source, &why);
    if (reader == NULL) {
        problem_say(problem, "cannot read '%s': %s", source->name, why.text);
        return NULL;
    }
    source->is_journal = reader->is_journal;
    if (reader->is_journal)
        source->size = -1;
    if (reader->packed_time != 0 && source->anchor_by > ANCHOR_PACKED) {
        source->anchor = reader->packed_time;
        source->anchor_by = ANCHOR_PACKED;
    }
    return reader;
}

/* Reads on to behind a hole. What cannot be read is met again when all of it is. */
static void look_behind(struct reader *reader, struct head *head) {
    struct slice look = {head->look, head->look_length};
    struct problem problem;
    for (size_t skipped = 0; nuls_at(look, 0) == look.length && skipped < HOLE_MOST;
         skipped += look.length)
        if (!reader_fill(reader, head->look, HEAD, &look.length, &problem) || look.length == 0)
            break;
    size_t hole = nuls_at(look, 0), length = 0;
    head->look_length = look.length - hole;
    memmove(head->look, head->look + hole, head->look_length);
    if (hole && head->look_length)
        reader_fill(reader, head->look + head->look_length, hole, &length, &problem);
    head->look_length += length;
}

/* A file that is damaged later on gives what comes before; the fault is met again when it is read.
 */
static bool read_head(struct source *source, struct head *head, struct problem *problem) {
    struct problem why;
    struct reader *reader = source_open(source, problem);
    if (reader == NULL)
        return false;
    bool whole = reader_fill(reader, head->bytes, HEAD, &head->length, &why);
    head->look_length = head->length;
    memcpy(head->look, head->bytes, head->length);
    if (whole && nuls_at((struct slice){head->look, head->length}, 0) >= HOLE)
        look_behind(reader, head);
    reader_close(reader);
    return whole || head->length > 0 ||
           problem_say(problem, "cannot read '%s': %s", source->name, why.text);
}

static void add_regular(const struct finder *finder, const char *path, const struct stat *status) {
    struct head head = {.length = 0};
    struct source source = source_of(finder, path, status);
    struct problem problem;
    if (!read_head(&source, &head, &problem)) {
        finder->told(finder->context, true, problem.text);
    } else {
        find_first_entry(&source, (struct slice){head.look, head.look_length});
        const char *refusal = refusal_of(finder, &source, &head);
        if (refusal == NULL) {
            struct slice kept = slice_head((struct slice){head.bytes, head.length}, HEAD_KEPT);
            source.head = (struct slice){memory_copy(kept.at, kept.length), kept.length};
            keep(finder->sources, source);
            return;
        }
        tell_refused(finder, path, refusal);
    }
    source_release(&source);
}

/* ---- Folders, globs, standard input ---- */

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_names_in(const struct finder *finder, const char *path);

/* Found in a folder or behind a glob: only regular files are looked into, and folders. */
static void add_found(const struct finder *finder, const char *path) {
    struct stat status, link;
    if (stat(path, &status) != 0 || lstat(path, &link) != 0) {
        tell_errno(finder, path);
    } else if (S_ISREG(status.st_mode)) {
        add_regular(finder, path, &status);
    } else if (!S_ISDIR(status.st_mode)) {
        tell_refused(finder, path, "is no regular file");
    } else if (S_ISLNK(link.st_mode)) {
        tell_refused(finder, path, "is a link to a folder");
    } else if (finder->depth == DEPTH) {
        tell_refused(finder, path, "is too deep a folder");
    } else {
        struct finder inside = *finder;
        inside.depth++;
        add_names_in(&inside, path);
    }
}

/* The names in a folder, sorted; hidden files are nobody's logs. NULL: it cannot be read. */
static char **names_in(const char *path, size_t *count_r) {
    DIR *folder = opendir(path);
    if (folder == NULL)
        return NULL;
    char **names = memory_new(sizeof *names);
    size_t capacity = 1;
    *count_r = 0;
    for (struct dirent *item; (item = readdir(folder)) != NULL;) {
        if (item->d_name[0] == '.')
            continue;
        names = memory_grow(names, &capacity, *count_r + 1, sizeof *names);
        names[(*count_r)++] = memory_copy(item->d_name, strlen(item->d_name));
    }
    closedir(folder);
    qsort(names, *count_r, sizeof *names, by_name);
    return names;
}

static char *joined(const char *folder, const char *name) {
    size_t length = strlen(folder), name_length = strlen(name);
    bool has_slash = length > 0 && folder[length - 1] == '/';
    char *path = memory_new(length + name_length + 2);
    memcpy(path, folder, length);
    path[length] = '/';
    memcpy(path + length + !has_slash, name, name_length);
    return path;
}

static void add_names_in(const struct finder *finder, const char *path) {
    size_t count;
    char **names = names_in(path, &count);
    if (names == NULL) {
        tell_errno(finder, path);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        char *inner = joined(path, names[i]);
        add_found(finder, inner);
        free(inner);
        free(names[i]);
    }
    free(names);
}

static int by_first_time(const void *a, const void *b) {
    const struct source *one = a, *other = b;
    if (one->first != other->first)
        return one->first < other->first ? -1 : 1;
    return strcmp(one->name, other->name);
}

/* What a folder or a glob gave: the oldest first. */
static void put_in_order(struct sources *sources, size_t from) {
    if (sources->count > from)
        qsort(sources->items + from, sources->count - from, sizeof *sources->items, by_first_time);
}

/* What syslog wrote to a log is in the journal too, on most hosts: to read both would count it
 * twice.
 */
static void pass_over_journals(const struct finder *finder, size_t from) {
    struct sources *sources = finder->sources;
    bool has_text = false;
    for (size_t i = from; i < sources->count; i++)
        has_text |= !sources->items[i].is_journal && sources->items[i].wrapping != NULL;
    for (size_t i = sources->count; has_text && i-- > from;) {
        if (!sources->items[i].is_journal)
            continue;
        tell_refused(finder, sources->items[i].name,
                     "is a systemd journal, and may hold what the logs beside it hold: name it to "
                     "read it");
        sources_remove(sources, i);
    }
}

static void add_folder(const struct finder *finder, const char *path) {
    struct finder inside = *finder;
    size_t before = finder->sources->count;
    inside.is_named = false;
    add_names_in(&inside, path);
    pass_over_journals(&inside, before);
    put_in_order(finder->sources, before);
    if (finder->sources->count == before)
        tell_fault(finder, "no log file in the folder", path);
}

/* False: nothing matches. */
static bool add_matches(const struct finder *finder, const char *pattern) {
    struct finder behind = *finder;
    behind.is_named = false;
    size_t before = finder->sources->count;
    glob_t found;
    if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
        return false;
    qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_name);
    for (size_t i = 0; i < found.gl_pathc; i++)
        add_found(&behind, found.gl_pathv[i]);
    globfree(&found);
    pass_over_journals(&behind, before);
    put_in_order(finder->sources, before);
    if (finder->sources->count == before)
        tell_fault(finder, "no log file behind", pattern);
    return true;
}

static void add_standard_input(const struct finder *finder) {
    struct stat status;
    if (fstat(STDIN_FILENO, &status) != 0)
        tell_errno(finder, "-");
    else if (S_ISDIR(status.st_mode))
        tell_refused(finder, "-", "is a folder");
    else
        add(finder, "-", &status);
}

/* Nothing has this name, so it may be a glob. */
static void add_missing(const struct finder *finder, const char *path) {
    bool is_glob = errno == ENOENT && strpbrk(path, "*?[") != NULL;
    if (!is_glob)
        tell_errno(finder, path);
    else if (!add_matches(finder, path))
        tell_fault(finder, "no file matches", path);
}

void sources_add(struct sources *sources, const char *path, int year, int64_t now,
                 source_told *told, void *context) {
    assert(sources != NULL && path != NULL && told != NULL);
    struct finder finder = {.sources = sources,
                            .year = year,
                            .now = now,
                            .is_named = true,
                            .told = told,
                            .context = context};
    struct stat status;
    if (strcmp(path, "-") == 0)
        add_standard_input(&finder);
    else if (stat(path, &status) != 0)
        add_missing(&finder, path);
    else if (S_ISDIR(status.st_mode))
        add_folder(&finder, path);
    else if (S_ISREG(status.st_mode))
        add_regular(&finder, path, &status);
    else
        add(&finder, path, &status);
}

void sources_add_known(struct sources *sources, const struct source *known, const char *path) {
    struct source source = *known;
    source.name = memory_copy(path, strlen(path));
    source.was = NULL;
    source.head.at = memory_copy(known->head.at, known->head.length);
    keep(sources, source);
}

void sources_add_journal(struct sources *sources, int year, int64_t now) {
    struct finder finder = {.sources = sources, .year = year, .now = now};
    static const char name[] = "journal";
    struct source source = {
        .name = memory_copy(name, strlen(name)),
        .is_pipe = true,
        .is_journal = true,
        .size = -1,
        .first = MOMENT_NONE,
    };
    find_anchor(&finder, &source);
    keep(sources, source);
}

void sources_release(struct sources *sources) {
    for (size_t i = 0; i < sources->count; i++)
        source_release(&sources->items[i]);
    free(sources->items);
    *sources = (struct sources){0};
}

void sources_remove(struct sources *sources, size_t place) {
    assert(place < sources->count);
    source_release(&sources->items[place]);
    sources->count--;
    memmove(sources->items + place, sources->items + place + 1,
            (sources->count - place) * sizeof *sources->items);
}

void sources_move(struct sources *sources, size_t place, struct sources *others, size_t other) {
    assert(place <= sources->count && other < others->count);
    struct source moved = others->items[other];
    others->count--;
    memmove(others->items + other, others->items + other + 1,
            (others->count - other) * sizeof *others->items);
    keep(sources, moved);
    memmove(sources->items + place + 1, sources->items + place,
            (sources->count - 1 - place) * sizeof *sources->items);
    sources->items[place] = moved;
}
