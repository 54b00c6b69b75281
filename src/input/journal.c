/* journal - one pass over the fields of each record, with an own look at the names: twice as fast
 * as to ask libsystemd for each field by its name.
 *
 * libsystemd says nothing of a file that it gives up in the middle, because it is damaged. Its
 * header has the number of its records (https://systemd.io/JOURNAL_FILE_FORMAT), so what is missing
 * at the end is told. A record that cannot be read whole is given with the fields that came, and
 * told too.
 */
#include "input/journal.h"

bool journal_begins(struct slice head) {
    return slice_starts(head, SLICE("LPKSHHRH")); /* [systemd, src/libsystemd/sd-journal] */
}

#ifdef HAVE_LIBSYSTEMD

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/memory.h"
#include "input/journal_line.h"

/* Longer values would be given cut by libsystemd; a line has no room for more. */
enum { VALUE_LONGEST = LINE_LONGEST };

struct journal {
    struct reader reader;
    struct reader *file; /* NULL: the journal of the host */
    sd_journal *handle;
    struct journal_line line;
    struct slice given; /* of the line: what is still to be given */
    uint64_t records, damaged;
    uint64_t records_said; /* by the header of the file when it was opened */
    bool ended;
    bool is_on_record; /* the next record is the one it stands on */
};

static void put_field(struct journal_line *line, struct slice name, struct slice value) {
    if (!journal_line_open(line, name))
        return;
    journal_line_add(line, value);
    journal_line_close(line);
}

static void put_stamp(struct journal *journal) {
    uint64_t stamp;
    char digits[24];
    if (sd_journal_get_realtime_usec(journal->handle, &stamp) < 0)
        return;
    snprintf(digits, sizeof digits, "%" PRIu64, stamp);
    put_field(&journal->line, journal_field_names[JOURNAL_STAMP], slice_of(digits));
}

static void take_record(struct journal *journal) {
    const void *bytes;
    size_t length;
    int got;
    journal_line_begin(&journal->line);
    put_stamp(journal);
    sd_journal_restart_data(journal->handle);
    while ((got = sd_journal_enumerate_data(journal->handle, &bytes, &length)) > 0) {
        struct slice value = {bytes, length}, name;
        slice_cut(&value, '=', &name);
        put_field(&journal->line, name, value);
    }
    journal->damaged += got < 0;
    journal->records++;
    journal->given = journal_line_end(&journal->line);
}

/* Tells once why there is no more; `status` is that of libsystemd. */
static ssize_t tell_end(struct journal *journal, int status, struct problem *problem) {
    uint64_t missing =
        journal->records < journal->records_said ? journal->records_said - journal->records : 0;
    journal->ended = true;
    if (status >= 0 && missing == 0 && journal->damaged == 0)
        return 0;
    problem_say(problem,
                "damaged: %" PRIu64 " records came, %" PRIu64 " of them not whole, %" PRIu64
                " are missing%s%s",
                journal->records, journal->damaged, missing, status < 0 ? ": " : "",
                status < 0 ? strerror(-status) : "");
    return -1;
}

static ssize_t journal_read(struct reader *reader, char *bytes, size_t room,
                            struct problem *problem) {
    struct journal *journal = (struct journal *)reader;
    if (journal->ended)
        return 0;
    if (journal->given.length == 0) {
        int status = journal->is_on_record ? 1 : sd_journal_next(journal->handle);
        journal->is_on_record = false;
        if (status <= 0)
            return tell_end(journal, status, problem);
        take_record(journal);
        reader->taken += journal->given.length;
    }
    struct slice given = slice_head(journal->given, room);
    memcpy(bytes, given.at, given.length);
    journal->given = slice_from(journal->given, given.length);
    return (ssize_t)given.length;
}

static void journal_close(struct reader *reader) {
    struct journal *journal = (struct journal *)reader;
    sd_journal_close(journal->handle);
    reader_close(journal->file);
    free(journal);
}

static struct journal *journal_new(struct reader *file) {
    struct journal *journal = memory_new(sizeof *journal);
    journal->reader =
        (struct reader){.read = journal_read, .close = journal_close, .is_journal = true};
    journal->file = file;
    return journal;
}

static struct reader *refused(struct journal *journal) {
    journal_close(&journal->reader);
    return NULL;
}

/* To the front of an open journal. The host's may well hold nothing for this user, which looks like
 * an empty one; *is_empty_r tells. */
static int rewind_journal(struct journal *journal, bool *is_empty_r) {
    sd_journal_set_data_threshold(journal->handle, VALUE_LONGEST);
    int status = sd_journal_seek_head(journal->handle);
    if (status >= 0)
        status = sd_journal_next(journal->handle);
    *is_empty_r = status == 0;
    return status < 0 ? status : sd_journal_seek_head(journal->handle);
}

/* n_entries in the header; 0 when it cannot be read. */
static uint64_t records_said(int fd) {
    enum { N_ENTRIES_AT = 152 };
    unsigned char bytes[8];
    uint64_t number = 0;
    if (pread(fd, bytes, sizeof bytes, N_ENTRIES_AT) != (ssize_t)sizeof bytes)
        return 0;
    for (size_t i = sizeof bytes; i-- > 0;)
        number = number << 8 | bytes[i];
    return number;
}

/* libsystemd takes the descriptor over, but not on failure. */
static int open_file(struct journal *journal, int fd) {
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0)
        return -errno;
    int fault = sd_journal_open_files_fd(&journal->handle, &own, 1, 0);
    if (fault < 0)
        close(own);
    return fault;
}

struct reader *journal_open_file(struct reader *file, int fd, struct problem *problem) {
    struct journal *journal = journal_new(file);
    struct stat status;
    bool is_empty;
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        problem_say(problem, "a systemd journal must be a plain file: unpack it, and name the "
                             "file");
        return refused(journal);
    }
    journal->records_said = records_said(fd);
    int fault = open_file(journal, fd);
    if (fault >= 0)
        fault = rewind_journal(journal, &is_empty);
    if (fault < 0) {
        problem_say(problem, "damaged systemd journal, or one of a newer systemd: %s",
                    strerror(-fault));
        return refused(journal);
    }
    return &journal->reader;
}

struct reader *journal_open_host(struct problem *problem) {
    struct journal *journal = journal_new(NULL);
    bool is_empty = false;
    int fault = sd_journal_open(&journal->handle, SD_JOURNAL_LOCAL_ONLY);
    if (fault >= 0)
        fault = rewind_journal(journal, &is_empty);
    if (fault >= 0 && !is_empty)
        return &journal->reader;
    if (is_empty)
        problem_say(problem, "there is none of this host, or no permission: try it as root or in "
                             "the group systemd-journal");
    else
        problem_say(problem, "%s", strerror(-fault));
    return refused(journal);
}

/* Where the record of the cursor is gone, libsystemd stands on the one that came next. */
bool journal_go_on(struct reader *reader, struct slice cursor, bool *is_there_r) {
    struct journal *journal = (struct journal *)reader;
    char *wanted = memory_copy(cursor.at, cursor.length);
    bool is_cursor = sd_journal_seek_cursor(journal->handle, wanted) >= 0;
    *is_there_r = false;
    journal->records_said = 0; /* those before it are missing for a good reason */
    if (is_cursor && sd_journal_next(journal->handle) > 0) {
        *is_there_r = sd_journal_test_cursor(journal->handle, wanted) > 0;
        journal->is_on_record = !*is_there_r;
    }
    free(wanted);
    return is_cursor;
}

char *journal_cursor(const struct reader *reader) {
    const struct journal *journal = (const struct journal *)reader;
    char *cursor;
    return sd_journal_get_cursor(journal->handle, &cursor) < 0 ? NULL : cursor;
}

bool journal_is_built_in(void) {
    return true;
}

const char *journal_about(void) {
    return "libsystemd";
}

#else

struct reader *journal_open_file(struct reader *file, int fd, struct problem *problem) {
    (void)fd;
    reader_close(file);
    problem_say(problem, "a systemd journal, and this build has no libsystemd (build with "
                         "LIBSYSTEMD=yes, or 'journalctl --file FILE -o export | mailtriage -')");
    return NULL;
}

struct reader *journal_open_host(struct problem *problem) {
    problem_say(problem, "this build has no libsystemd (build with LIBSYSTEMD=yes, or "
                         "'journalctl -o export SYSLOG_FACILITY=2 | mailtriage -')");
    return NULL;
}

bool journal_go_on(struct reader *reader, struct slice cursor, bool *is_there_r) {
    (void)reader;
    (void)cursor;
    (void)is_there_r;
    return false;
}

char *journal_cursor(const struct reader *reader) {
    (void)reader;
    return NULL;
}

bool journal_is_built_in(void) {
    return false;
}

const char *journal_about(void) {
    return "not built in (make LIBSYSTEMD=yes; journalctl -o export SYSLOG_FACILITY=2 | "
           "mailtriage - works without)";
}

#endif
