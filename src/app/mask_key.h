/* mask_key - the secret behind --mask: that of a file, or one of this run alone. */
#ifndef APP_MASK_KEY_H
#define APP_MASK_KEY_H

#include "app/options.h"
#include "finding/masker.h"

/* *masker_r: NULL when no masks are asked for. False: the file is none to rely on. */
bool mask_key_masker(const struct options *options, const struct rulebook *book,
                     struct masker **masker_r, struct problem *problem);

#endif
