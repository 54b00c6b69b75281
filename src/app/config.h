/* config - the configuration file: options as YAML, for what the command line leaves open. */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "app/options.h"
#include "base/out.h"

/* Reads options->config, or CONFIG_FOLDER/config.yaml when it is there, and sets each option of
 * the command that is not given yet. False: said in problem. */
bool config_read(struct options *options, struct problem *problem);
/* The same of bytes; `file` is kept by pointer. */
bool config_apply(struct options *options, const char *file, struct slice bytes,
                  struct problem *problem);

/* What --print-config shows: a configuration again, with who gave each value. */
void config_print(const struct options *options, struct out *out);

#endif
