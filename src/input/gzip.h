/* gzip - gzip files as the bytes that were packed in them; built with what reads the other
 * compressed files (compressed.h).
 */
#ifndef INPUT_GZIP_H
#define INPUT_GZIP_H

#include "input/reader.h"

/* A reader of what is packed in `packed`, which it takes over, also on failure. NULL with problem
 * filled: the file is damaged at its begin. */
struct reader *gzip_open(struct reader *packed, struct problem *problem);

#endif
