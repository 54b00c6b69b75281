/* A tree is written as its count of nodes and then node by node, each before its children:
 *
 *   kind line column  [key key_line]  text | count children
 *
 * [] only in a mapping. Unpacking makes all nodes in one piece and copies no text, which is some
 * twenty times faster than reading the YAML.
 */
#include "rules/yaml_pack.h"

#include <assert.h>

static size_t count_nodes(const struct yaml *node) {
    size_t count = 1;
    for (const struct yaml *child = node->first; child; child = child->next)
        count += count_nodes(child);
    return count;
}

static void pack_node(struct pack *pack, const struct yaml *node, bool has_key) {
    pack_number(pack, node->kind);
    pack_number(pack, node->line);
    pack_number(pack, node->column);
    if (has_key) {
        pack_text(pack, node->key);
        pack_number(pack, node->key_line);
    }
    if (node->kind == YAML_TEXT) {
        pack_text(pack, node->text);
        return;
    }
    pack_number(pack, node->count);
    for (const struct yaml *child = node->first; child; child = child->next)
        pack_node(pack, child, node->kind == YAML_MAPPING);
}

void yaml_pack(struct pack *pack, const struct yaml *root) {
    pack_number(pack, count_nodes(root));
    pack_node(pack, root, false);
}

struct reader {
    struct unpack unpack;
    struct yaml *free; /* the next node */
    const char *file;
};

static struct yaml *read_node(struct reader *reader, bool has_key) {
    struct unpack *unpack = &reader->unpack;
    struct yaml *node = reader->free++;
    *node = (struct yaml){
        .kind = (enum yaml_kind)unpack_number(unpack), .file = reader->file, .proved = true};
    node->line = (unsigned)unpack_number(unpack);
    node->column = (unsigned)unpack_number(unpack);
    if (has_key) {
        node->key = unpack_text(unpack);
        node->key_line = (unsigned)unpack_number(unpack);
    }
    if (node->kind == YAML_TEXT) {
        node->text = unpack_text(unpack);
        return node;
    }
    node->count = unpack_count(unpack);
    const struct yaml **link = &node->first;
    for (size_t i = 0; i < node->count; i++) {
        struct yaml *child = read_node(reader, node->kind == YAML_MAPPING);
        *link = child;
        link = &child->next;
    }
    return node;
}

const struct yaml *yaml_unpack(struct arena *arena, const char *file, struct slice bytes) {
    struct reader reader = {.unpack = {bytes, false}, .file = file};
    size_t count = unpack_count(&reader.unpack);
    struct yaml *nodes = reader.free = arena_alloc(arena, count * sizeof *nodes);
    const struct yaml *root = read_node(&reader, false);
    assert(!reader.unpack.broken && reader.unpack.rest.length == 0);
    assert(reader.free == nodes + count);
    return root;
}
