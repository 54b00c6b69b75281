/* builtin - the files of patterns/, as the build put them into the program (src/embed.c). */
#ifndef RULES_BUILTIN_H
#define RULES_BUILTIN_H

#include <stdbool.h>
#include <stddef.h>

struct builtin_file {
    const char *name; /* "reasons/order" */
    const char *bytes;
    size_t length;
    bool packed; /* as yaml_pack() and csv_rows_pack() write it */
};

extern const struct builtin_file builtin_files[]; /* sorted by name */
extern const size_t builtin_file_count;

#endif
