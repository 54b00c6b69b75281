/* config_mute - the key "mute" of a configuration: known causes, until a date. */
#ifndef APP_CONFIG_MUTE_H
#define APP_CONFIG_MUTE_H

#include "app/options.h"
#include "rules/yaml.h"

/* Reads and checks the list into options->mutes. */
bool config_mutes(struct options *options, const struct yaml *node, struct problem *problem);
/* Works out the dates, when the zone of the run is known. */
bool config_mutes_resolve(struct options *options, struct problem *problem);

#endif
