/* A tree is written as its count of nodes and then node by node, each before its children:
 *
 *   [key key_line [length]] kind line column  text | count children
 *
 * [] only in a mapping; the length, of what follows it, only in that of the file, so that what
 * nobody asks for can be passed over. Unpacking makes all nodes in one piece and copies no text,
 * which is some twenty times faster than reading the YAML.
 */
#include "rules/yaml_pack.h"

#include <assert.h>

static size_t count_nodes(const struct yaml *node) {
    size_t count = 1;
    for (const struct yaml *child = node->first; child; child = child->next)
        count += count_nodes(child);
    return count;
}

static void pack_node(struct pack *pack, const struct yaml *node, bool is_root);

static void pack_member(struct pack *pack, const struct yaml *node, bool has_length) {
    pack_text(pack, node->key);
    pack_number(pack, node->key_line);
    if (!has_length) {
        pack_node(pack, node, false);
        return;
    }
    struct pack packed;
    pack_init(&packed);
    pack_node(&packed, node, false);
    pack_text(pack, (struct slice){packed.bytes, packed.length});
    pack_release(&packed);
}

static void pack_node(struct pack *pack, const struct yaml *node, bool is_root) {
    pack_number(pack, node->kind);
    pack_number(pack, node->line);
    pack_number(pack, node->column);
    if (node->kind == YAML_TEXT) {
        pack_text(pack, node->text);
        return;
    }
    pack_number(pack, node->count);
    for (const struct yaml *child = node->first; child; child = child->next)
        if (node->kind == YAML_MAPPING)
            pack_member(pack, child, is_root);
        else
            pack_node(pack, child, false);
}

void yaml_pack(struct pack *pack, const struct yaml *root) {
    pack_number(pack, count_nodes(root));
    pack_node(pack, root, true);
}

struct reader {
    struct unpack unpack;
    struct yaml *free; /* the next node */
    const char *file;
    const char *const *without; /* keys of the file's mapping */
};

static bool is_wanted(const struct reader *reader, struct slice key) {
    for (const char *const *name = reader->without; name && *name; name++)
        if (slice_is(key, *name))
            return false;
    return true;
}

static struct yaml *read_node(struct reader *reader, bool is_root);

/* NULL: one that is not wanted. */
static struct yaml *read_member(struct reader *reader, bool has_length) {
    struct unpack *unpack = &reader->unpack;
    struct slice key = unpack_text(unpack);
    unsigned line = (unsigned)unpack_number(unpack);
    size_t length = has_length ? unpack_count(unpack) : 0;
    if (has_length && !is_wanted(reader, key)) {
        unpack->rest = slice_from(unpack->rest, length);
        return NULL;
    }
    struct yaml *node = read_node(reader, false);
    node->key = key;
    node->key_line = line;
    return node;
}

static void read_children(struct reader *reader, struct yaml *node, bool is_root) {
    const struct yaml **link = &node->first;
    for (size_t left = unpack_count(&reader->unpack); left > 0; left--) {
        struct yaml *child =
            node->kind == YAML_MAPPING ? read_member(reader, is_root) : read_node(reader, false);
        if (!child)
            continue;
        node->count++;
        *link = child;
        link = &child->next;
    }
}

static struct yaml *read_node(struct reader *reader, bool is_root) {
    struct unpack *unpack = &reader->unpack;
    struct yaml *node = reader->free++;
    *node = (struct yaml){
        .kind = (enum yaml_kind)unpack_number(unpack), .file = reader->file, .proved = true};
    node->line = (unsigned)unpack_number(unpack);
    node->column = (unsigned)unpack_number(unpack);
    if (node->kind == YAML_TEXT)
        node->text = unpack_text(unpack);
    else
        read_children(reader, node, is_root);
    return node;
}

const struct yaml *yaml_unpack(struct arena *arena, const char *file, struct slice bytes,
                               const char *const *without) {
    struct reader reader = {.unpack = {bytes, false}, .file = file, .without = without};
    size_t count = unpack_count(&reader.unpack);
    struct yaml *nodes = reader.free = arena_alloc(arena, count * sizeof *nodes);
    const struct yaml *root = read_node(&reader, true);
    assert(!reader.unpack.broken && reader.unpack.rest.length == 0);
    assert(without ? reader.free <= nodes + count : reader.free == nodes + count);
    return root;
}
