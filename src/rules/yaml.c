/* YAML says yes to too much: it drops repeated keys, turns "user unknown: bob" into a mapping and
 * resolves anchors. A pattern file that is read otherwise than it looks is worse than one refused,
 * so this reader takes libyaml's events and keeps only mappings, lists and text.
 *
 * The tree is built by recursion, at most MAX_DEPTH deep; nodes and text live in the arena.
 */
#include "rules/yaml.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 16, MAX_NODES = 100000, MAX_TEXT = 65536, MAX_KEYS = 4096 };

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    const char *file;
    struct slice bytes;
    size_t nodes;
    struct problem *problem;
};

static bool read_node(struct reader *reader, yaml_event_t *event, unsigned depth,
                      struct yaml **node_r);

static bool say_at(const struct reader *reader, yaml_mark_t mark, const char *what) {
    return problem_say(reader->problem, "%s:%zu:%zu: %s", reader->file, mark.line + 1,
                       mark.column + 1, what);
}

/* libyaml gives only the byte offset where text is no UTF-8. */
static bool say_at_offset(const struct reader *reader, size_t offset, const char *what) {
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset && i < reader->bytes.length; i++) {
        mark.column++;
        if (reader->bytes.at[i] == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    return say_at(reader, mark, what);
}

static bool next_event(struct reader *reader, yaml_event_t *event) {
    if (yaml_parser_parse(&reader->parser, event))
        return true;
    const yaml_parser_t *parser = &reader->parser;
    const char *words = parser->problem ? parser->problem : "no YAML";
    if (parser->error == YAML_READER_ERROR)
        return say_at_offset(reader, parser->problem_offset, words);
    char text[256];
    snprintf(text, sizeof text, "%s; text with a special first character is written in quotes",
             words);
    return say_at(reader, parser->problem_mark, parser->error == YAML_SCANNER_ERROR ? text : words);
}

/* Anchors and tags would make a node mean something else than what stands there. */
static bool check_plain(const struct reader *reader, yaml_mark_t mark, const void *anchor,
                        const void *tag) {
    if (anchor)
        return say_at(reader, mark, "no anchors here; text that begins with '&' goes in quotes");
    if (tag)
        return say_at(reader, mark, "no tags here; text that begins with '!' goes in quotes");
    return true;
}

static bool check_scalar(const struct reader *reader, const yaml_event_t *event) {
    if (!check_plain(reader, event->start_mark, event->data.scalar.anchor, event->data.scalar.tag))
        return false;
    if (event->data.scalar.length > MAX_TEXT)
        return say_at(reader, event->start_mark, "text is longer than 64 KiB");
    if (memchr(event->data.scalar.value, 0, event->data.scalar.length))
        return say_at(reader, event->start_mark, "no NUL bytes in text");
    return true;
}

static struct slice scalar_text(const struct reader *reader, const yaml_event_t *event) {
    return arena_copy(reader->arena, (struct slice){(const char *)event->data.scalar.value,
                                                    event->data.scalar.length});
}

static bool new_node(struct reader *reader, yaml_mark_t mark, enum yaml_kind kind,
                     struct yaml **node_r) {
    if (++reader->nodes > MAX_NODES)
        return say_at(reader, mark, "more than 100,000 items in one file");
    struct yaml *node = arena_zero(reader->arena, sizeof *node);
    node->kind = kind;
    node->line = (unsigned)mark.line + 1;
    node->column = (unsigned)mark.column + 1;
    node->file = reader->file;
    *node_r = node;
    return true;
}

/* Checks the key of the next pair and keeps it. */
static bool read_key(struct reader *reader, const struct yaml *mapping, const yaml_event_t *event,
                     struct slice *key_r) {
    if (event->type != YAML_SCALAR_EVENT)
        return say_at(reader, event->start_mark, "a key must be plain text");
    if (!check_scalar(reader, event))
        return false;
    *key_r = scalar_text(reader, event);
    if (key_r->length == 0)
        return say_at(reader, event->start_mark, "a key is missing in front of ':'");
    if (mapping->count >= MAX_KEYS)
        return say_at(reader, event->start_mark, "more than 4096 keys in one mapping");
    for (const struct yaml *child = mapping->first; child; child = child->next)
        if (slice_equal(child->key, *key_r))
            return problem_say(reader->problem, "%s:%zu:%zu: key '%.*s' stands in line %u already",
                               reader->file, event->start_mark.line + 1,
                               event->start_mark.column + 1, SLICE_ARGS(*key_r), child->key_line);
    return true;
}

/* One item of a list, or one pair of a mapping, whose first event is given; takes the event. */
static bool read_child(struct reader *reader, const struct yaml *parent, yaml_event_t *event,
                       unsigned depth, struct yaml **child_r) {
    if (parent->kind == YAML_LIST)
        return read_node(reader, event, depth, child_r);
    struct slice key = {0};
    yaml_mark_t mark = event->start_mark;
    bool good = read_key(reader, parent, event, &key);
    yaml_event_delete(event);
    if (!good || !next_event(reader, event) || !read_node(reader, event, depth, child_r))
        return false;
    (*child_r)->key = key;
    (*child_r)->key_line = (unsigned)mark.line + 1;
    (*child_r)->key_column = (unsigned)mark.column + 1;
    return true;
}

static bool read_children(struct reader *reader, struct yaml *parent, unsigned depth) {
    yaml_event_type_t end =
        parent->kind == YAML_LIST ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT;
    struct yaml *last = NULL;
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return false;
        if (event.type == end) {
            yaml_event_delete(&event);
            return true;
        }
        struct yaml *child;
        if (!read_child(reader, parent, &event, depth, &child))
            return false;
        if (last)
            last->next = child;
        else
            parent->first = child;
        last = child;
        parent->count++;
    }
}

/* What one event says of a node, without its children. */
static bool start_node(struct reader *reader, const yaml_event_t *event, struct yaml **node_r) {
    yaml_mark_t mark = event->start_mark;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        if (!check_scalar(reader, event) || !new_node(reader, mark, YAML_TEXT, node_r))
            return false;
        (*node_r)->text = scalar_text(reader, event);
        return true;
    case YAML_SEQUENCE_START_EVENT:
        return check_plain(reader, mark, event->data.sequence_start.anchor,
                           event->data.sequence_start.tag) &&
               new_node(reader, mark, YAML_LIST, node_r);
    case YAML_MAPPING_START_EVENT:
        return check_plain(reader, mark, event->data.mapping_start.anchor,
                           event->data.mapping_start.tag) &&
               new_node(reader, mark, YAML_MAPPING, node_r);
    case YAML_ALIAS_EVENT:
        return say_at(reader, mark, "no aliases here; text that begins with '*' goes in quotes");
    default:
        return say_at(reader, mark, "a value is missing");
    }
}

/* The node that begins with *event; takes the event. */
static bool read_node(struct reader *reader, yaml_event_t *event, unsigned depth,
                      struct yaml **node_r) {
    bool good = start_node(reader, event, node_r);
    yaml_mark_t mark = event->start_mark;
    yaml_event_delete(event);
    if (!good)
        return false;
    if ((*node_r)->kind == YAML_TEXT)
        return true;
    if (depth >= MAX_DEPTH)
        return say_at(reader, mark, "nested deeper than 16");
    return read_children(reader, *node_r, depth + 1);
}

/* Reads the next event, which must be of this type. */
static bool expect(struct reader *reader, yaml_event_type_t type, const char *otherwise) {
    yaml_event_t event;
    if (!next_event(reader, &event))
        return false;
    bool good = event.type == type;
    if (good && type == YAML_DOCUMENT_START_EVENT)
        good = !event.data.document_start.version_directive &&
               event.data.document_start.tag_directives.start ==
                   event.data.document_start.tag_directives.end;
    if (!good)
        say_at(reader, event.start_mark, otherwise);
    yaml_event_delete(&event);
    return good;
}

static bool read_document(struct reader *reader, struct yaml **root_r) {
    yaml_event_t event;
    return expect(reader, YAML_STREAM_START_EVENT, "no YAML") &&
           expect(reader, YAML_DOCUMENT_START_EVENT,
                  "nothing in this file, or a '%' directive, which is not taken") &&
           next_event(reader, &event) && read_node(reader, &event, 0, root_r) &&
           expect(reader, YAML_DOCUMENT_END_EVENT, "no YAML") &&
           expect(reader, YAML_STREAM_END_EVENT, "only one document a file: take '---' out");
}

bool yaml_read(struct arena *arena, const char *file, struct slice bytes,
               const struct yaml **root_r, struct problem *problem) {
    struct reader reader = {.arena = arena, .file = file, .bytes = bytes, .problem = problem};
    if (!yaml_parser_initialize(&reader.parser))
        return problem_say(problem, "%s: no memory for the YAML reader", file);
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(
        &reader.parser, (const unsigned char *)(bytes.length ? bytes.at : ""), bytes.length);
    struct yaml *root = NULL;
    bool good = read_document(&reader, &root);
    yaml_parser_delete(&reader.parser);
    *root_r = good ? root : NULL;
    return good;
}

const struct yaml *yaml_get(const struct yaml *mapping, const char *key) {
    assert(mapping->kind == YAML_MAPPING);
    for (const struct yaml *child = mapping->first; child; child = child->next)
        if (slice_is(child->key, key))
            return child;
    return NULL;
}

bool yaml_say(const struct yaml *node, struct problem *problem, const char *format, ...) {
    char text[sizeof problem->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return problem_say(problem, "%s:%u:%u: %s", node->file, node->line, node->column, text);
}

static bool known_key(const char *const known[], struct slice key) {
    for (; *known; known++)
        if (slice_is(key, *known))
            return true;
    return false;
}

bool yaml_only(const struct yaml *node, const char *const known[], struct problem *problem) {
    if (node->kind != YAML_MAPPING)
        return yaml_say(node, problem, "keys are needed here: '%s: ...'", known[0]);
    for (const struct yaml *child = node->first; child; child = child->next) {
        if (known_key(known, child->key))
            continue;
        char list[400] = "";
        size_t length = 0;
        for (size_t i = 0; known[i] && length < sizeof list; i++)
            length += (size_t)snprintf(list + length, sizeof list - length, " %s", known[i]);
        return problem_say(problem, "%s:%u: no key '%.*s' here; known are:%s", child->file,
                           child->key_line, SLICE_ARGS(child->key), list);
    }
    return true;
}

bool yaml_text(const struct yaml *mapping, const char *key, bool required, struct slice *text_r,
               struct problem *problem) {
    *text_r = (struct slice){0};
    const struct yaml *child = yaml_get(mapping, key);
    if (!child)
        return !required || yaml_say(mapping, problem, "key '%s' is missing", key);
    if (child->kind != YAML_TEXT)
        return yaml_say(child, problem, "'%s' must be text: write it in quotes", key);
    if (child->text.length == 0)
        return yaml_say(child, problem, "'%s' is empty: write it in quotes", key);
    *text_r = child->text;
    return true;
}
