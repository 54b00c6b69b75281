/* builtin - the files of patterns/, as the build put them into the program (src/rules/embed.sh). */
#ifndef RULES_BUILTIN_H
#define RULES_BUILTIN_H

#include <stddef.h>

struct builtin_file {
    const char *name; /* "reasons/order" */
    const unsigned char *bytes;
    size_t length;
};

extern const struct builtin_file builtin_files[]; /* sorted by name */
extern const size_t builtin_file_count;

#endif
