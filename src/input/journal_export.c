/* journal_export - reads field by field and keeps of each what a line has room for, so that neither
 * a value nor a record without end costs memory.
 *
 * The format has no mark that ends a binary value, and its bytes may look like anything: only who
 * reads from the begin knows where a record ends. So it is read here, in the order of the bytes,
 * before blocks are cut; what is left for the workers is a fifth of what journalctl prints.
 */
#include "input/journal_export.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "input/journal_line.h"

/* NAME_LONGEST is that of systemd [src/basic/journal-importer.c]. */
enum { ROOM = 64 * 1024, NAME_LONGEST = 64, SIZE_BYTES = 8 };

struct export {
    struct reader reader;
    struct reader *bytes;
    struct journal_line line;
    struct slice given; /* of the line: what is still to be given */
    uint64_t records;
    bool cut_off; /* the end came inside a value */
    bool ended, failed;
    struct problem fault; /* of the bytes */
    size_t at, end;
    char room[ROOM];
};

/* At least `wanted` of the bytes that come next, or all that are left. */
static struct slice look(struct export *export, size_t wanted) {
    if (export->end - export->at < wanted && !export->ended) {
        memmove(export->room, export->room + export->at, export->end - export->at);
        export->end -= export->at;
        export->at = 0;
    }
    while (export->end - export->at < wanted && !export->ended) {
        ssize_t got = reader_read(export->bytes, export->room + export->end, ROOM - export->end,
                                  &export->fault);
        export->ended = got <= 0;
        export->failed = got < 0;
        export->end += got > 0 ? (size_t)got : 0;
    }
    export->reader.taken = export->bytes->taken;
    return (struct slice){export->room + export->at, export->end - export->at};
}

/* The part of a line that is there; *is_last_r: its newline, taken too, or the end of all. */
static struct slice take_of_line(struct export *export, bool *is_last_r) {
    struct slice part = look(export, 1);
    size_t newline = slice_find(part, '\n');
    *is_last_r = newline != SIZE_MAX || part.length == 0;
    part = slice_head(part, newline);
    export->at += part.length + (newline != SIZE_MAX);
    return part;
}

static void take_text(struct export *export, bool is_wanted) {
    for (bool is_last = false; !is_last;) {
        struct slice part = take_of_line(export, &is_last);
        if (is_wanted)
            journal_line_add(&export->line, part);
    }
}

static uint64_t take_size(struct export *export) {
    struct slice bytes = look(export, SIZE_BYTES);
    uint64_t size = 0;
    export->cut_off = bytes.length < SIZE_BYTES;
    for (size_t i = export->cut_off ? 0 : SIZE_BYTES; i-- > 0;)
        size = size << 8 | (unsigned char)bytes.at[i];
    export->at += export->cut_off ? bytes.length : SIZE_BYTES;
    return size;
}

static void take_binary(struct export *export, bool is_wanted) {
    uint64_t left = take_size(export);
    while (left > 0 && !export->cut_off) {
        struct slice part = look(export, 1);
        part = slice_head(part, left < part.length ? (size_t)left : part.length);
        if (is_wanted)
            journal_line_add(&export->line, part);
        export->at += part.length;
        left -= part.length;
        export->cut_off = part.length == 0;
    }
    struct slice newline = look(export, 1);
    export->at += newline.length > 0 && newline.at[0] == '\n';
}

/* The name of the field that begins here; empty: none does. */
static struct slice name_of(struct slice bytes) {
    size_t length = 0;
    while (length < bytes.length &&
           ((bytes.at[length] >= 'A' && bytes.at[length] <= 'Z') ||
            (bytes.at[length] >= '0' && bytes.at[length] <= '9') || bytes.at[length] == '_'))
        length++;
    bool is_name = length > 0 && length <= NAME_LONGEST && length < bytes.length &&
                   bytes.at[0] > '9' && (bytes.at[length] == '=' || bytes.at[length] == '\n');
    return slice_head(bytes, is_name ? length : 0);
}

static void take_field(struct export *export, struct slice name) {
    bool is_binary = name.at[name.length] == '\n';
    bool is_wanted = journal_line_open(&export->line, name);
    export->at += name.length + 1;
    if (is_binary)
        take_binary(export, is_wanted);
    else
        take_text(export, is_wanted);
    if (is_wanted)
        journal_line_close(&export->line);
}

/* A line that is no field and no end of a record. */
static void pass_line(struct export *export) {
    struct journal_line *line = &export->line;
    for (bool is_last = false; !is_last;) {
        struct slice part = take_of_line(export, &is_last);
        part = slice_head(part, LINE_LONGEST - line->length);
        memcpy(line->bytes + line->length, part.at, part.length);
        line->length += part.length;
    }
    line->bytes[line->length++] = '\n';
    export->given = (struct slice){line->bytes, line->length};
}

/* The next record, or line that is none. False: none is left. */
static bool take_record(struct export *export) {
    bool is_begun = false, is_ended = false;
    journal_line_begin(&export->line);
    while (!is_ended) {
        struct slice bytes = look(export, NAME_LONGEST + 1);
        struct slice name = name_of(bytes);
        if (name.length > 0) {
            is_begun = true;
            take_field(export, name);
        } else if (bytes.length > 0 && bytes.at[0] == '\n') {
            export->at++;
            is_ended = is_begun;
        } else if (bytes.length > 0 && !is_begun) {
            pass_line(export);
            return true;
        } else {
            is_ended = true;
        }
    }
    if (is_begun) {
        export->given = journal_line_end(&export->line);
        export->records++;
    }
    return is_begun;
}

/* Tells once why there is no more. */
static ssize_t tell_end(struct export *export, struct problem *problem) {
    if (!export->failed && !export->cut_off)
        return 0;
    if (export->failed)
        problem_say(problem, "%s", export->fault.text);
    else
        problem_say(problem, "cut off inside record %llu", (unsigned long long)export->records);
    export->failed = export->cut_off = false;
    return -1;
}

static ssize_t export_read(struct reader *reader, char *bytes, size_t room,
                           struct problem *problem) {
    struct export *export = (struct export *)reader;
    if (export->given.length == 0 && !take_record(export))
        return tell_end(export, problem);
    struct slice given = slice_head(export->given, room);
    memcpy(bytes, given.at, given.length);
    export->given = slice_from(export->given, given.length);
    return (ssize_t)given.length;
}

static void export_close(struct reader *reader) {
    struct export *export = (struct export *)reader;
    reader_close(export->bytes);
    free(export);
}

struct reader *journal_export_open(struct reader *bytes) {
    struct export *export = memory_new(sizeof *export);
    export->bytes = bytes;
    export->reader = (struct reader){
        .read = export_read, .close = export_close, .packed_time = bytes->packed_time};
    return &export->reader;
}

/* journalctl prints the cursor first; what is cut out of an export, or made by others, begins with
 * another of the fields that nearly all records have. Any word with '=' behind it would be too
 * little: settings of programs begin so. */
bool journal_export_begins(struct slice head) {
    static const struct slice usual[] = {
        SLICE_INIT("MESSAGE"),           SLICE_INIT("PRIORITY"),   SLICE_INIT("SYSLOG_FACILITY"),
        SLICE_INIT("SYSLOG_IDENTIFIER"), SLICE_INIT("SYSLOG_PID"), SLICE_INIT("SYSLOG_TIMESTAMP")};
    while (slice_skip_byte(&head, '\n'))
        continue;
    struct slice name = name_of(head);
    if (name.length > 1 && name.at[0] == '_')
        return true; /* set by journald itself */
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (slice_equal(name, usual[i]))
            return true;
    return false;
}
