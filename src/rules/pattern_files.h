/* pattern_files - the files of patterns/ by name: those built into the program, and over them those
 * of the folders a user names.
 */
#ifndef RULES_PATTERN_FILES_H
#define RULES_PATTERN_FILES_H

#include "base/arena.h"
#include "base/problem.h"
#include "rules/yaml.h"

/* A named pattern file: built in, or read from a folder. `name` is relative to patterns/:
 * "reasons/order", "mta/postfix.yaml". */
struct pattern_file {
    const char *name;  /* relative name */
    const char *shown; /* for messages: "patterns/reasons/order" or the path on disk */
    struct slice bytes;
};
struct pattern_files {
    struct pattern_file
        *items; /* sorted by name, one of each name but for mta/, codes/ and lang/ */
    size_t count, capacity;
    struct arena *arena;
};

/* Adds one file, in place of one of the same name, or behind it in mta/, codes/ and lang/; borrows
 * all of it. */
void pattern_files_put(struct pattern_files *files, struct pattern_file file);
/* The built-in files. */
void pattern_files_builtin(struct pattern_files *files, struct arena *arena);
/* Adds the files of a folder; one of the same name replaces the built-in one. "reasons/order" is
 * added to: its lines go in front. In mta/, codes/ and lang/ both stay, the built-in one
 * first. */
bool pattern_files_folder(struct pattern_files *files, const char *folder, struct problem *problem);
/* Whether no folder added or replaced a file. */
bool pattern_files_are_builtin(const struct pattern_files *files);
/* Whether the bytes of a file are as the build packed them. */
bool pattern_file_is_packed(const struct pattern_file *file);
const struct pattern_file *pattern_file_get(const struct pattern_files *files, const char *name);
/* The YAML of a file; everything lives in the arena, or in what the file borrowed. */
bool pattern_file_yaml(const struct pattern_file *file, struct arena *arena,
                       const struct yaml **root_r, struct problem *problem);
/* The same for whoever keeps texts and no nodes: those of a built-in file lie in `nodes`, but for
 * the keys `without` (NULL at the end): the build has read all of it. */
bool pattern_file_texts(const struct pattern_file *file, struct arena *arena, struct arena *nodes,
                        const char *const *without, const struct yaml **root_r,
                        struct problem *problem);

#endif
