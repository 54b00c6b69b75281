/* The program carries its pattern files, so that one file is all there is to install. What a user
 * lays over them replaces whole files by name; only the order of reasons, the shapes of an MTA and
 * the tables of codes are added to, because a new one would else need a copy of the whole list.
 *
 * Only files that can be meant are taken from a folder: what an editor or a package manager leaves
 * there (NAME.yaml~, NAME.yaml.dpkg-old) is passed over.
 */
#include "rules/pattern_files.h"

#include "rules/builtin.h"
#include "rules/yaml_pack.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 1024 * 1024, MOST_FILES = 4096 };

static const char order_name[] = "reasons/order";

static const struct {
    const char *name;
    struct slice ending;
} subfolders[] = {
    {"blocklists", SLICE_INIT(".yaml")}, {"codes", SLICE_INIT(".csv")},
    {"lang", SLICE_INIT(".yaml")},       {"mta", SLICE_INIT(".yaml")},
    {"providers", SLICE_INIT(".yaml")},  {"reasons", SLICE_INIT(".yaml")},
};

/* The place of a name, or where it belongs. */
static size_t place_of(const struct pattern_files *files, const char *name) {
    size_t low = 0, high = files->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(files->items[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool stands_at(const struct pattern_files *files, size_t place, const char *name) {
    return place < files->count && strcmp(files->items[place].name, name) == 0;
}

const struct pattern_file *pattern_file_get(const struct pattern_files *files, const char *name) {
    size_t place = place_of(files, name);
    return stands_at(files, place, name) ? &files->items[place] : NULL;
}

static void make_room(struct pattern_files *files) {
    if (files->count < files->capacity)
        return;
    size_t capacity = files->capacity ? 2 * files->capacity : 128;
    struct pattern_file *items = arena_zero(files->arena, capacity * sizeof *items);
    if (files->count > 0)
        memcpy(items, files->items, files->count * sizeof *items);
    files->items = items;
    files->capacity = capacity;
}

void pattern_files_put(struct pattern_files *files, struct pattern_file file) {
    size_t place = place_of(files, file.name);
    struct slice name = slice_of(file.name);
    bool adds = slice_starts(name, SLICE("mta/")) || slice_starts(name, SLICE("codes/")) ||
                slice_starts(name, SLICE("lang/"));
    while (adds && stands_at(files, place, file.name))
        place++;
    if (!stands_at(files, place, file.name)) {
        make_room(files);
        memmove(&files->items[place + 1], &files->items[place],
                (files->count - place) * sizeof file);
        files->count++;
    }
    files->items[place] = file;
}

void pattern_files_builtin(struct pattern_files *files, struct arena *arena) {
    *files = (struct pattern_files){.arena = arena};
    for (size_t i = 0; i < builtin_file_count; i++) {
        const struct builtin_file *file = &builtin_files[i];
        pattern_files_put(files,
                          (struct pattern_file){file->name,
                                                arena_print(arena, "patterns/%s", file->name).at,
                                                {file->bytes, file->length}});
    }
}

/* What is built in is known by where its bytes stand; NULL: it is not. */
static const struct builtin_file *builtin_of(const struct pattern_file *file) {
    for (size_t i = 0; i < builtin_file_count; i++)
        if (builtin_files[i].bytes == file->bytes.at)
            return &builtin_files[i];
    return NULL;
}

bool pattern_files_are_builtin(const struct pattern_files *files) {
    for (size_t i = 0; i < files->count; i++)
        if (!builtin_of(&files->items[i]))
            return false;
    return true;
}

bool pattern_file_is_packed(const struct pattern_file *file) {
    const struct builtin_file *builtin = builtin_of(file);
    return builtin && builtin->packed;
}

bool pattern_file_texts(const struct pattern_file *file, struct arena *arena, struct arena *nodes,
                        const char *const *without, const struct yaml **root_r,
                        struct problem *problem) {
    const char *shown = arena_copy(arena, slice_of(file->shown)).at;
    if (!pattern_file_is_packed(file))
        return yaml_read(arena, shown, file->bytes, root_r, problem);
    *root_r = yaml_unpack(nodes, shown, file->bytes, without);
    return true;
}

bool pattern_file_yaml(const struct pattern_file *file, struct arena *arena,
                       const struct yaml **root_r, struct problem *problem) {
    return pattern_file_texts(file, arena, arena, NULL, root_r, problem);
}

/* ---- order */

static struct slice order_line(struct slice *rest) {
    struct slice line, words;
    slice_cut(rest, '\n', &line);
    slice_cut(&line, '#', &words);
    return slice_trim(words);
}

static bool order_lists(struct slice order, struct slice name) {
    while (order.length > 0)
        if (slice_equal(order_line(&order), name))
            return true;
    return false;
}

/* The lines of `front`, then those of `back` that name something else. */
static struct slice order_join(struct arena *arena, struct slice front, struct slice back) {
    char *bytes = arena_alloc(arena, front.length + back.length + 2);
    size_t length = front.length;
    if (length > 0)
        memcpy(bytes, front.at, length);
    bytes[length++] = '\n';
    while (back.length > 0) {
        struct slice name = order_line(&back);
        if (name.length == 0 || order_lists(front, name))
            continue;
        memcpy(bytes + length, name.at, name.length);
        length += name.length;
        bytes[length++] = '\n';
    }
    return (struct slice){bytes, length};
}

/* ---- folders */

static bool read_bytes(int fd, struct arena *arena, const char *path, size_t size,
                       struct slice *bytes_r, struct problem *problem) {
    char *bytes = arena_alloc(arena, size + 1);
    size_t length = 0;
    while (length < size) {
        ssize_t got = read(fd, bytes + length, size - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return problem_errno(problem, "cannot read '%s'", path);
        if (got == 0)
            break;
        length += (size_t)got;
    }
    *bytes_r = (struct slice){bytes, length};
    return true;
}

/* What is no regular file is passed over. */
static bool read_file(struct pattern_files *files, const char *name, const char *path,
                      struct problem *problem) {
    struct stat status;
    struct slice bytes = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return problem_errno(problem, "cannot open '%s'", path);
    bool good = fstat(fd, &status) == 0 || problem_errno(problem, "cannot read '%s'", path);
    bool regular = good && S_ISREG(status.st_mode);
    if (regular && status.st_size > MOST_BYTES)
        good = problem_say(problem, "'%s' is larger than 1 MiB", path);
    else if (regular)
        good = read_bytes(fd, files->arena, path, (size_t)status.st_size, &bytes, problem);
    close(fd);
    if (!good || !regular)
        return good;
    const struct pattern_file *older = pattern_file_get(files, name);
    if (older && strcmp(name, order_name) == 0)
        bytes = order_join(files->arena, bytes, older->bytes);
    pattern_files_put(files, (struct pattern_file){name, path, bytes});
    return true;
}

/* Whether an entry of a subfolder is a pattern file. */
static bool is_wanted(struct slice entry, const char *folder, struct slice ending) {
    if (entry.at[0] == '.')
        return false;
    return slice_ends(entry, ending) ||
           (strcmp(folder, "reasons") == 0 && slice_is(entry, "order"));
}

static bool read_subfolder(struct pattern_files *files, const char *folder, size_t which,
                           bool *found, struct problem *problem) {
    const char *name = subfolders[which].name;
    struct arena *arena = files->arena;
    DIR *stream = opendir(arena_print(arena, "%s/%s", folder, name).at);
    if (!stream)
        return errno == ENOENT || problem_errno(problem, "cannot read '%s/%s'", folder, name);
    *found = true;
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(stream));) {
        struct slice given = slice_of(entry->d_name);
        if (slice_ends(given, SLICE(".yml")) && given.at[0] != '.')
            good = problem_say(problem, "'%s/%s/%s': name it .yaml", folder, name, entry->d_name);
        else if (files->count >= MOST_FILES)
            good = problem_say(problem, "too many files in '%s/%s'", folder, name);
        else if (is_wanted(given, name, subfolders[which].ending))
            good =
                read_file(files, arena_print(arena, "%s/%s", name, entry->d_name).at,
                          arena_print(arena, "%s/%s/%s", folder, name, entry->d_name).at, problem);
    }
    closedir(stream);
    return good;
}

bool pattern_files_folder(struct pattern_files *files, const char *folder,
                          struct problem *problem) {
    struct stat status;
    bool found = false;
    if (stat(folder, &status) != 0)
        return problem_errno(problem, "cannot open '%s'", folder);
    if (!S_ISDIR(status.st_mode))
        return problem_say(problem, "'%s' is no folder", folder);
    for (size_t i = 0; i < sizeof subfolders / sizeof *subfolders; i++)
        if (!read_subfolder(files, folder, i, &found, problem))
            return false;
    return found || problem_say(problem,
                                "'%s' holds no pattern files: they stand in the folders reasons, "
                                "providers, blocklists, codes, mta and lang",
                                folder);
}
