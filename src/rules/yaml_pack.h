/* yaml_pack - a YAML tree as bytes of base/pack: what the build makes of the files that it puts
 * into the program, so that no run reads YAML that was read and found good before.
 */
#ifndef RULES_YAML_PACK_H
#define RULES_YAML_PACK_H

#include "base/pack.h"
#include "rules/yaml.h"

void yaml_pack(struct pack *pack, const struct yaml *root);
/* The same tree again, marked as proved, but for some keys of its root (NULL at the end, or NULL
 * for none). Text is not copied: the bytes must live as long. They are trusted to come from
 * yaml_pack. `file` is kept by pointer. */
const struct yaml *yaml_unpack(struct arena *arena, const char *file, struct slice bytes,
                               const char *const *without);

#endif
