/* compressed - gzip, bzip2, xz, zstd and lz4 files as the bytes that were packed in them.
 *
 * An optional part, built with libarchive and zlib (make LIBARCHIVE=auto|yes|no). Without them a
 * compressed file is recognised and refused.
 */
#ifndef INPUT_COMPRESSED_H
#define INPUT_COMPRESSED_H

#include "input/reader.h"

struct compression {
    struct slice magic;  /* its first bytes */
    const char *name;    /* "gzip" */
    const char *program; /* what prints such a file unpacked: "zcat" */
};

/* By the first bytes; NULL: not compressed. */
const struct compression *compression_of(struct slice head);

/* A reader of what is packed in `packed`, which it takes over, also on failure. NULL with problem
 * filled: this build cannot, or the file is damaged at its begin. */
struct reader *compressed_open(struct reader *packed, const struct compression *compression,
                               struct problem *problem);

/* For --version: "libarchive 3.6.2: ..." or how to get it. */
const char *compressed_about(void);

#endif
