/* rotated - takes off the names of files what logrotate, newsyslog, savelog and Exim's own %D put
 * there: a compression suffix, numbers and dates at the end, before ".log", or at the begin.
 */
#include "input/rotated.h"

#include <string.h>

#include "base/ascii.h"

static struct slice last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slice_of(slash != NULL ? slash + 1 : path);
}

static bool drop_end(struct slice *name, const char *end) {
    size_t length = strlen(end);
    if (name->length <= length || memcmp(name->at + name->length - length, end, length) != 0)
        return false;
    name->length -= length;
    return true;
}

static bool is_between(char byte) {
    return byte == '.' || byte == '-' || byte == '_';
}

/* ".2", "-20261120", ".2026-11-20" */
static void drop_numbers_at_end(struct slice *name) {
    for (;;) {
        size_t length = name->length;
        while (length > 0 && is_digit(name->at[length - 1]))
            length--;
        if (length == name->length || length < 2 || !is_between(name->at[length - 1]))
            return;
        name->length = length - 1;
    }
}

/* "20261120-"; a short number at the begin belongs to the name. */
static void drop_date_at_begin(struct slice *name) {
    enum { SHORTEST_DATE = 6 };
    size_t length = 0;
    while (length < name->length && is_digit(name->at[length]))
        length++;
    if (length >= SHORTEST_DATE && length + 1 < name->length && is_between(name->at[length]))
        *name = slice_from(*name, length + 1);
}

struct rotated_stem rotated_stem(const char *path) {
    static const char *const suffixes[] = {".gz", ".bz2", ".xz", ".zst", ".lz4"};
    struct rotated_stem stem = {.name = last_part(path)};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (drop_end(&stem.name, suffixes[i]))
            break;
    drop_numbers_at_end(&stem.name);
    drop_date_at_begin(&stem.name);
    stem.is_log = drop_end(&stem.name, ".log");
    if (stem.is_log)
        drop_numbers_at_end(&stem.name);
    return stem;
}

bool rotated_together(const char *path, const char *other) {
    struct rotated_stem a = rotated_stem(path), b = rotated_stem(other);
    return a.is_log == b.is_log && slice_equal(a.name, b.name);
}

bool rotated_beside(const char *path, const char *other) {
    size_t folder = (size_t)(last_part(path).at - path);
    return folder == (size_t)(last_part(other).at - other) && memcmp(path, other, folder) == 0;
}

/* One word in the name has another one in its place: "rejectlog" and "mainlog", "exim_reject.log"
 * and "exim_main.log". */
static bool differs_in(const char *path, const char *other, struct slice word, struct slice there) {
    struct rotated_stem a = rotated_stem(path), b = rotated_stem(other);
    const char *at = memmem(a.name.at, a.name.length, word.at, word.length);
    if (at == NULL || a.is_log != b.is_log || !rotated_beside(path, other) ||
        b.name.length != a.name.length - word.length + there.length)
        return false;
    struct slice before = slice_head(a.name, (size_t)(at - a.name.at));
    struct slice behind = slice_from(a.name, before.length + word.length);
    return slice_starts(b.name, before) && slice_starts(slice_from(b.name, before.length), there) &&
           slice_equal(slice_from(b.name, before.length + there.length), behind);
}

bool rotated_has_copies_of(const char *path, const char *other) {
    static const struct slice words[] = {SLICE_INIT("main"), SLICE_INIT("reject"),
                                         SLICE_INIT("panic")};
    for (size_t i = 1; i < sizeof words / sizeof *words; i++)
        for (size_t before = 0; before < i; before++)
            if (differs_in(path, other, words[i], words[before]))
                return true;
    return false;
}
