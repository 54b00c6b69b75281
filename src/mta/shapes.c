/* shapes - why: nine tenths of the line types are rare, and a pattern with its example beside it is
 * easier to read, to prove and to add than code.
 *
 * How: a file becomes a list of shapes. A map leads from a program's name to the shapes tried for
 * it, in file order, so an entry meets a few patterns and not all, and of those only the ones with
 * a begin that it has (rules/begin.h). What a shape always gives (event, stage ...) is kept as a
 * ready record that is copied; what its groups give is put in by one table, `fields`, which also
 * proves the examples. Reading allocates nothing but room in the records.
 */
#include "mta/shapes.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/memory.h"
#include "rules/begin.h"
#include "rules/regex.h"
#include "rules/yaml.h"

enum field_kind {
    FIELD_TEXT,
    FIELD_QUEUE_ID, /* "NOQUEUE" is none */
    FIELD_SENDER,
    FIELD_COUNT,
    FIELD_SECONDS,
    FIELD_DSN,
    FIELD_STAGE_WORD,
    FIELD_WORD, /* one word out of a list, the same in every record of the shape */
};

/* Where a field may be named in a file. */
enum field_use { USE_GROUP = 1, USE_GIVES = 2, USE_EXPECT = 4 };

/* For words: reads the word into the record, and shows it. */
typedef bool word_read(struct slice word, struct record *record);
typedef const char *word_shown(const struct record *record);

struct field {
    const char *name;
    enum field_kind kind;
    unsigned uses;
    size_t offset;
    word_read *read;
    word_shown *shown;
};

static const char *const kind_names[] = {"arrival", "detail", "outcome", "incident", "end", "step"};

static bool kind_read(struct slice word, struct record *record) {
    for (unsigned i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++) {
        if (!slice_is(word, kind_names[i]))
            continue;
        record->kind = (enum record_kind)i;
        return true;
    }
    return false;
}

static const char *kind_shown(const struct record *record) {
    return kind_names[record->kind];
}

#define WORD_FIELD(noun)                                                                           \
    static bool field_##noun##_read(struct slice word, struct record *record) {                    \
        enum noun read = record->noun;                                                             \
        bool is_known = noun##_read(word, &read);                                                  \
        record->noun = read;                                                                       \
        return is_known;                                                                           \
    }                                                                                              \
    static const char *field_##noun##_shown(const struct record *record) {                         \
        return noun##_name(record->noun);                                                          \
    }
WORD_FIELD(event)
WORD_FIELD(level)
WORD_FIELD(direction)
WORD_FIELD(side)
WORD_FIELD(stage)
WORD_FIELD(tls)

#define GROUP(name, kind, member)                                                                  \
    { name, kind, USE_GROUP | USE_EXPECT, offsetof(struct record, member), NULL, NULL }
#define WORDS(noun)                                                                                \
    { #noun, FIELD_WORD, USE_GIVES | USE_EXPECT, 0, field_##noun##_read, field_##noun##_shown }
static const struct field fields[] = {
    GROUP("queue_id", FIELD_QUEUE_ID, queue_id),
    GROUP("message_id", FIELD_TEXT, message_id),
    GROUP("sender", FIELD_SENDER, sender),
    GROUP("recipient", FIELD_TEXT, recipient),
    GROUP("orig_recipient", FIELD_TEXT, orig_recipient),
    GROUP("peer_host", FIELD_TEXT, peer_host),
    GROUP("peer_ip", FIELD_TEXT, peer_ip),
    GROUP("peer_port", FIELD_TEXT, peer_port),
    GROUP("helo", FIELD_TEXT, helo),
    GROUP("user", FIELD_TEXT, user),
    GROUP("method", FIELD_TEXT, method),
    GROUP("label", FIELD_TEXT, label),
    GROUP("reply", FIELD_TEXT, reply),
    GROUP("instance", FIELD_TEXT, instance),
    GROUP("implied", FIELD_TEXT, implied),
    GROUP("size", FIELD_COUNT, size),
    GROUP("nrcpt", FIELD_COUNT, nrcpt),
    GROUP("delay", FIELD_SECONDS, delay),
    GROUP("dsn", FIELD_DSN, dsn),
    {"stage_word", FIELD_STAGE_WORD, USE_GROUP, 0, NULL, NULL},
    {"kind", FIELD_WORD, USE_GIVES | USE_EXPECT, 0, kind_read, kind_shown},
    WORDS(event),
    WORDS(level),
    WORDS(direction),
    WORDS(side),
    WORDS(stage),
    WORDS(tls),
};
enum { FIELD_MOST = sizeof fields / sizeof fields[0] };

struct stage_word {
    struct slice word;
    enum stage stage;
    const struct stage_word *next;
};

/* A group of the pattern and the field it fills. */
struct filling {
    const struct field *field;
    size_t group;
};

struct fillings {
    struct filling items[FIELD_MOST];
    size_t count;
};

struct example {
    struct slice text;
    const struct yaml *expect; /* a mapping, or NULL */
    unsigned line;
    const struct example *next;
};

struct shape {
    struct slice id;
    const char *file;
    bool beside;                 /* of a file beside the MTA's own */
    const struct yaml *programs; /* a list of texts */
    struct begins begins;        /* of the texts that the pattern matches */
    struct regex *regex;
    unsigned line; /* of the pattern */
    enum reading reading;
    bool gives_record; /* gives: of a dull line a detail, or a step that is only counted */
    struct record gives;
    _Atomic(struct fillings *) fillings; /* NULL: not worked out yet */
    const struct stage_word *stages;
    const struct example *examples;
};

/* The shapes of one program, in file order. */
struct shape_link {
    struct shape *shape;
    const struct shape_link *next;
};
struct shape_chain {
    struct shape_link *first, *last;
    bool beside; /* a file beside the MTA's own names the program */
};

struct shapes {
    struct arena arena;
    struct shape **items;
    size_t count, capacity;
    struct map programs; /* name -> struct shape_chain */
};

struct shapes *shapes_new(void) {
    struct shapes *shapes = memory_new(sizeof *shapes);
    arena_init(&shapes->arena);
    map_init(&shapes->programs, sizeof(struct shape_chain));
    return shapes;
}

static void shape_release(struct shape *shape) {
    regex_free(shape->regex);
    free(atomic_load(&shape->fillings));
}

void shapes_free(struct shapes *shapes) {
    if (!shapes)
        return;
    for (size_t i = 0; i < shapes->count; i++)
        shape_release(shapes->items[i]);
    free(shapes->items);
    map_release(&shapes->programs);
    arena_release(&shapes->arena);
    free(shapes);
}

/* ---- loading ---- */

static const struct field *field_named(struct slice name, enum field_use use) {
    for (size_t i = 0; i < FIELD_MOST; i++)
        if ((fields[i].uses & use) && slice_is(name, fields[i].name))
            return &fields[i];
    return NULL;
}

static bool load_stages(struct shapes *shapes, const struct yaml *root,
                        const struct stage_word **stages_r, struct problem *problem) {
    const struct yaml *stages = yaml_get(root, "stages");
    if (!stages)
        return true;
    if (stages->kind != YAML_MAPPING)
        return yaml_say(stages, problem, "stages: expected words, each with its stage");
    for (const struct yaml *node = stages->first; node; node = node->next) {
        struct stage_word *word = arena_zero(&shapes->arena, sizeof *word);
        *word = (struct stage_word){.word = node->key, .next = *stages_r};
        if (node->kind != YAML_TEXT || !stage_read(node->text, &word->stage))
            return yaml_say(node, problem, "'%.*s': expected a stage such as rcpt or end-of-data",
                            SLICE_ARGS(node->key));
        *stages_r = word;
    }
    return true;
}

static bool load_programs(const struct yaml *node, struct shape *shape, struct problem *problem) {
    const struct yaml *programs = yaml_get(node, "program");
    if (!programs || programs->kind != YAML_LIST || !programs->first)
        return yaml_say(programs ? programs : node, problem,
                        "program: expected a list of daemons, as in [smtpd]");
    for (const struct yaml *name = programs->first; name; name = name->next)
        if (name->kind != YAML_TEXT || !name->text.length)
            return yaml_say(name, problem, "program: expected a daemon's name");
    shape->programs = programs;
    return true;
}

static bool load_reading(const struct yaml *node, struct shape *shape, struct problem *problem) {
    struct slice reading;
    if (!yaml_text(node, "reading", false, &reading, problem))
        return false;
    if (!reading.length || slice_is(reading, "read"))
        shape->reading = READING_READ;
    else if (slice_is(reading, "dull"))
        shape->reading = READING_DULL;
    else if (slice_is(reading, "other"))
        shape->reading = READING_OTHER;
    else
        return yaml_say(yaml_get(node, "reading"), problem,
                        "reading: expected read, dull or other");
    return true;
}

/* The keys that are true or false; NULL: another key. */
static bool *flag_named(struct slice key, struct record *gives) {
    if (slice_is(key, "reply_code"))
        return &gives->reply_may_have_code;
    return slice_is(key, "refuses_all") ? &gives->refuses_all : NULL;
}

static bool load_given(const struct yaml *given, struct shape *shape, struct problem *problem) {
    if (given->kind != YAML_TEXT)
        return yaml_say(given, problem, "gives: '%.*s': expected a word", SLICE_ARGS(given->key));
    bool *flag = flag_named(given->key, &shape->gives);
    if (flag) {
        *flag = slice_is(given->text, "true");
        return *flag || slice_is(given->text, "false") ||
               yaml_say(given, problem, "%.*s: expected true or false", SLICE_ARGS(given->key));
    }
    const struct field *field = field_named(given->key, USE_GIVES);
    if (!field)
        return yaml_say(given, problem,
                        "gives: unknown key '%.*s'; known are kind, event, level, direction, side, "
                        "stage, reply_code, refuses_all",
                        SLICE_ARGS(given->key));
    return field->read(given->text, &shape->gives) ||
           yaml_say(given, problem, "%s: unknown word '%.*s'", field->name,
                    SLICE_ARGS(given->text));
}

/* A row that no number counts, or a number without a row, would be the end of it. */
static bool check_given(const struct yaml *gives, const struct record *given,
                        struct problem *problem) {
    if (record_may_tell(given->kind, given->event, given->level))
        return true;
    if (!record_is_finding(given))
        return yaml_say(gives, problem, "gives: kind '%s' has no event and no level",
                        kind_shown(given));
    if (given->event == EVENT_NONE)
        return yaml_say(gives, problem, "gives: kind '%s' needs an event", kind_shown(given));
    char levels[80] = "";
    size_t length = 0;
    for (enum level level = LEVEL_RECIPIENT; level <= LEVEL_MTA; level++)
        if (record_may_tell(given->kind, given->event, level))
            length += (size_t)snprintf(levels + length, sizeof levels - length, "%s%s",
                                       length ? " or " : "", level_name(level));
    if (!length)
        return yaml_say(gives, problem, "gives: event '%s' is none of kind '%s'",
                        event_name(given->event), kind_shown(given));
    return yaml_say(gives, problem, "gives: the level of event '%s' is %s in kind '%s'",
                    event_name(given->event), levels, kind_shown(given));
}

static bool load_gives(const struct yaml *node, struct shape *shape, struct problem *problem) {
    const struct yaml *gives = yaml_get(node, "gives");
    shape->gives = (struct record){.size = -1, .delay = -1, .nrcpt = -1};
    if (shape->reading == READING_OTHER || (shape->reading == READING_DULL && !gives))
        return !gives || yaml_say(gives, problem, "gives: what is another program's gives nothing");
    if (!gives || gives->kind != YAML_MAPPING || !yaml_get(gives, "kind"))
        return yaml_say(gives ? gives : node, problem,
                        "gives: expected a mapping with at least a kind (arrival, detail, outcome, "
                        "incident, end or step)");
    for (const struct yaml *given = gives->first; given; given = given->next)
        if (!load_given(given, shape, problem))
            return false;
    shape->gives_record = true;
    return check_given(gives, &shape->gives, problem);
}

/* Which groups of the pattern fill which fields. */
static bool read_groups(struct shape *shape, struct fillings *fillings, struct problem *problem) {
    size_t groups = regex_group_count(shape->regex);
    fillings->count = 0;
    for (size_t group = 1; group <= groups; group++) {
        const char *name = regex_group_name(shape->regex, group);
        if (!name)
            continue;
        const struct field *field = field_named(slice_of(name), USE_GROUP);
        if (!field)
            return problem_say(problem, "group '%s' is no field of a record", name);
        if (fillings->count == FIELD_MOST)
            return problem_say(problem, "too many named groups");
        fillings->items[fillings->count++] = (struct filling){field, group};
    }
    return true;
}

/* The pattern of a shape that was proved is compiled when it first matches, so its groups are
 * worked out then; threads that meet both do it, and one list is kept. */
static const struct fillings *fillings_of(struct shape *shape) {
    struct fillings *fillings = atomic_load_explicit(&shape->fillings, memory_order_acquire);
    if (fillings)
        return fillings;
    struct fillings *mine = memory_new(sizeof *mine);
    bool good = read_groups(shape, mine, NULL);
    assert(good); /* shapes_prove has shown it */
    (void)good;
    if (atomic_compare_exchange_strong(&shape->fillings, &fillings, mine))
        return mine;
    free(mine);
    return fillings;
}

static bool check_match(struct shape *shape, struct problem *problem) {
    struct fillings fillings;
    return regex_check(shape->regex, problem) && read_groups(shape, &fillings, problem);
}

static bool load_match(struct shapes *shapes, const struct yaml *node, struct shape *shape,
                       struct problem *problem) {
    struct slice pattern;
    if (!yaml_text(node, "match", true, &pattern, problem))
        return false;
    const struct yaml *place = yaml_get(node, "match");
    if (!pattern.length)
        return yaml_say(place, problem, "match: expected a pattern");
    struct problem cause;
    shape->line = place->line;
    shape->regex = regex_trusted(pattern, REGEX_EXTENDED);
    if (!place->proved && !check_match(shape, &cause))
        return yaml_say(place, problem, "match: %s", cause.text);
    shape->begins = begins_of(&shapes->arena, pattern);
    return true;
}

static bool load_expect(const struct yaml *expect, struct problem *problem) {
    if (!expect)
        return true;
    if (expect->kind != YAML_MAPPING)
        return yaml_say(expect, problem, "expect: expected fields, each with its value");
    for (const struct yaml *node = expect->first; node; node = node->next) {
        if (!field_named(node->key, USE_EXPECT))
            return yaml_say(node, problem, "expect: '%.*s' is no field of a record",
                            SLICE_ARGS(node->key));
        if (node->kind != YAML_TEXT)
            return yaml_say(node, problem, "expect: '%.*s': expected a value",
                            SLICE_ARGS(node->key));
    }
    return true;
}

static bool load_example(struct shapes *shapes, const struct yaml *text, const struct yaml *expect,
                         struct shape *shape, struct problem *problem) {
    if (text->kind != YAML_TEXT || !text->text.length)
        return yaml_say(text, problem, "example: expected the text of a log line");
    if (expect && !shape->gives_record)
        return yaml_say(expect, problem, "expect: a shape without 'gives' gives nothing");
    if (!load_expect(expect, problem))
        return false;
    struct example *example = arena_zero(&shapes->arena, sizeof *example);
    *example = (struct example){
        .text = text->text, .expect = expect, .line = text->line, .next = shape->examples};
    shape->examples = example;
    return true;
}

static bool load_examples(struct shapes *shapes, const struct yaml *node, struct shape *shape,
                          struct problem *problem) {
    static const char *const known[] = {"text", "expect", NULL};
    const struct yaml *one = yaml_get(node, "example"), *expect = yaml_get(node, "expect");
    const struct yaml *many = yaml_get(node, "examples");
    if (expect && !one)
        return yaml_say(expect, problem, "expect: belongs to an example");
    if (one && !load_example(shapes, one, expect, shape, problem))
        return false;
    if (many && many->kind != YAML_LIST)
        return yaml_say(many, problem, "examples: expected a list of text and expect");
    for (const struct yaml *item = many ? many->first : NULL; item; item = item->next) {
        if (!yaml_only(item, known, problem))
            return false;
        const struct yaml *text = yaml_get(item, "text");
        if (!text)
            return yaml_say(item, problem, "examples: 'text' is missing");
        if (!load_example(shapes, text, yaml_get(item, "expect"), shape, problem))
            return false;
    }
    return shape->examples ||
           yaml_say(node, problem, "shape '%.*s' has no example", SLICE_ARGS(shape->id));
}

/* "PF-SMTPD-LOST timeout": the line type is the first word, the rest tells variants apart. */
static bool load_names(struct shapes *shapes, const struct yaml *node, struct shape *shape,
                       struct problem *problem) {
    struct slice implied, line_type, rest;
    if (!yaml_text(node, "id", true, &shape->id, problem))
        return false;
    if (!shape->id.length)
        return yaml_say(node, problem, "id: expected the line type");
    if (!yaml_text(node, "implied", false, &implied, problem))
        return false;
    rest = shape->id;
    slice_cut(&rest, ' ', &line_type);
    shape->gives.line_type = arena_copy(&shapes->arena, line_type).at;
    shape->gives.implied = implied.length ? implied : shape->id;
    return true;
}

static bool load_parts(struct shapes *shapes, const struct yaml *node, struct shape *shape,
                       struct problem *problem) {
    static const char *const known[] = {"id",      "program", "match",  "gives",    "implied",
                                        "reading", "example", "expect", "examples", NULL};
    return yaml_only(node, known, problem) && load_programs(node, shape, problem) &&
           load_reading(node, shape, problem) && load_gives(node, shape, problem) &&
           load_names(shapes, node, shape, problem) &&
           load_examples(shapes, node, shape, problem) && load_match(shapes, node, shape, problem);
}

static bool shape_add(struct shapes *shapes, struct shape *shape, const struct yaml *node,
                      struct problem *problem) {
    for (size_t i = 0; i < shapes->count; i++) {
        if (!slice_equal(shapes->items[i]->id, shape->id))
            continue;
        if (shapes->items[i]->file == shape->file)
            return yaml_say(node, problem, "shape '%.*s' is already there", SLICE_ARGS(shape->id));
        shape_release(shapes->items[i]);
        shapes->items[i] = shape;
        return true;
    }
    if (shapes->count == shapes->capacity)
        shapes->items =
            memory_grow(shapes->items, &shapes->capacity, shapes->count + 1, sizeof *shapes->items);
    shapes->items[shapes->count++] = shape;
    return true;
}

static void index_programs(struct shapes *shapes) {
    map_clear(&shapes->programs);
    for (size_t i = 0; i < shapes->count; i++) {
        struct shape *shape = shapes->items[i];
        for (const struct yaml *name = shape->programs->first; name; name = name->next) {
            struct shape_chain *chain = map_put(&shapes->programs, name->text, NULL);
            struct shape_link *link = arena_zero(&shapes->arena, sizeof *link);
            link->shape = shape;
            chain->beside |= shape->beside;
            if (chain->last)
                chain->last->next = link;
            else
                chain->first = link;
            chain->last = link;
        }
    }
}

/* mta_name: whose own file it is, NULL for a file beside. */
static bool load_shapes(struct shapes *shapes, const char *mta_name, const struct yaml *root,
                        const char *file, struct problem *problem) {
    static const char *const known[] = {"mta", "stages", "shapes", NULL};
    const struct stage_word *stages = NULL;
    struct slice mta;
    if (!yaml_only(root, known, problem) || !yaml_text(root, "mta", true, &mta, problem) ||
        !load_stages(shapes, root, &stages, problem))
        return false;
    if (mta_name && !slice_is(mta, mta_name))
        return yaml_say(yaml_get(root, "mta"), problem, "mta: write '%s', as the file is named",
                        mta_name);
    const struct yaml *list = yaml_get(root, "shapes");
    if (!list || list->kind != YAML_LIST)
        return yaml_say(list ? list : root, problem, "shapes: expected a list");
    for (const struct yaml *node = list->first; node; node = node->next) {
        struct shape *shape = arena_zero(&shapes->arena, sizeof *shape);
        shape->file = file;
        shape->beside = !mta_name;
        shape->stages = stages;
        if (!load_parts(shapes, node, shape, problem) || !shape_add(shapes, shape, node, problem)) {
            regex_free(shape->regex);
            return false;
        }
    }
    return true;
}

static bool load_file(struct shapes *shapes, const char *mta, const struct pattern_file *file,
                      struct problem *problem) {
    const struct yaml *root;
    if (!pattern_file_yaml(file, &shapes->arena, &root, problem))
        return false;
    bool loaded = load_shapes(shapes, mta, root, root->file, problem);
    index_programs(shapes);
    return loaded;
}

bool shapes_load(struct shapes *shapes, const char *mta, const struct pattern_file *file,
                 struct problem *problem) {
    return load_file(shapes, mta, file, problem);
}

bool shapes_load_beside(struct shapes *shapes, const struct pattern_file *file,
                        struct problem *problem) {
    return load_file(shapes, NULL, file, problem);
}

bool shapes_know_beside(const struct shapes *shapes, struct slice program) {
    const struct shape_chain *chain = map_get(&shapes->programs, program);
    return chain && chain->beside;
}

/* ---- reading ---- */

static enum stage stage_of(const struct stage_word *stages, struct slice word) {
    for (; stages; stages = stages->next)
        if (slice_equal(stages->word, word))
            return stages->stage;
    return STAGE_OTHER;
}

static void *field_at(const struct field *field, struct record *record) {
    return (char *)record + field->offset;
}

/* What is no number where one is wanted leaves the field unknown: the line is still understood. */
static void fill(const struct shape *shape, const struct field *field, struct slice text,
                 struct record *record) {
    uint64_t number;
    switch (field->kind) {
    case FIELD_SENDER:
        record->has_sender = true;
        record->sender = text;
        break;
    case FIELD_QUEUE_ID:
        record->queue_id = slice_is(text, "NOQUEUE") ? (struct slice){0} : text;
        break;
    case FIELD_TEXT:
        *(struct slice *)field_at(field, record) = text;
        break;
    case FIELD_COUNT:
        if (slice_number(text, &number) && number <= INT64_MAX)
            *(int64_t *)field_at(field, record) = (int64_t)number;
        break;
    case FIELD_SECONDS:
        if (!slice_seconds(text, field_at(field, record)))
            *(int64_t *)field_at(field, record) = -1;
        break;
    case FIELD_DSN:
        if (!enhanced_take(&text, &record->dsn))
            record->dsn = (struct enhanced){0};
        break;
    case FIELD_STAGE_WORD:
        record->stage = stage_of(shape->stages, text);
        break;
    case FIELD_WORD:
        assert(!"a word is never a group");
    }
}

static const struct shape *read_one(const struct shapes *shapes, struct slice program,
                                    struct slice text, struct records *records) {
    const struct shape_chain *chain = map_get(&shapes->programs, program);
    const struct shape_link *link = chain ? chain->first : NULL;
    const struct front front = front_of(text);
    /* The begin is looked at first: of sixty shapes that leaves some five to be tried. */
    while (link && !(begins_fit(&link->shape->begins, &front) &&
                     regex_match(link->shape->regex, records->memory, text) == REGEX_YES))
        link = link->next;
    if (!link)
        return NULL;
    struct shape *shape = link->shape;
    if (!shape->gives_record)
        return shape;
    const struct fillings *fillings = fillings_of(shape);
    struct record *record = records_add(records, shape->gives.kind, shape->gives.line_type);
    *record = shape->gives;
    for (size_t i = 0; i < fillings->count; i++) {
        struct slice part = regex_group(records->memory, text, fillings->items[i].group);
        if (part.at)
            fill(shape, fillings->items[i].field, part, record);
    }
    return shape;
}

enum reading shapes_read(const struct shapes *shapes, struct slice program, struct slice text,
                         struct records *records) {
    const struct shape *shape = read_one(shapes, program, text, records);
    return shape ? shape->reading : READING_UNKNOWN;
}

/* ---- proving ---- */

/* The value a record has in a field, as text; numbers as digits (delay in microseconds). */
static struct slice field_shown(const struct field *field, const struct record *record,
                                char buffer[32]) {
    const char *at = (const char *)record + field->offset;
    if (field->kind == FIELD_WORD)
        return slice_of(field->shown(record));
    if (field->kind == FIELD_TEXT || field->kind == FIELD_QUEUE_ID || field->kind == FIELD_SENDER)
        return *(const struct slice *)at;
    if (field->kind == FIELD_DSN)
        return (struct slice){buffer, enhanced_print(record->dsn, buffer)};
    int64_t number = *(const int64_t *)at;
    return (struct slice){buffer, (size_t)snprintf(buffer, 32, "%" PRId64, number)};
}

/* Gives the value that is not as expected: NULL when all are. */
static const struct yaml *first_other(const struct yaml *expect, const struct record *record,
                                      char buffer[32], struct slice *shown_r) {
    for (const struct yaml *node = expect ? expect->first : NULL; node; node = node->next) {
        const struct field *field = field_named(node->key, USE_EXPECT);
        int64_t microseconds;
        *shown_r = field_shown(field, record, buffer);
        if (field->kind == FIELD_SECONDS) {
            if (!slice_seconds(node->text, &microseconds) || microseconds != record->delay)
                return node;
        } else if (!slice_equal(*shown_r, node->text)) {
            return node;
        }
    }
    return NULL;
}

/* False with the reason when the example is not read as it says, for one of its programs. */
static bool prove(const struct shapes *shapes, const struct shape *shape,
                  const struct example *example, struct slice program, struct records *records,
                  struct problem *problem) {
    records_clear(records);
    const struct shape *taken = read_one(shapes, program, example->text, records);
    if (!taken)
        return problem_say(problem, "%s:%u: '%.*s' does not match its example", shape->file,
                           example->line, SLICE_ARGS(shape->id));
    if (taken != shape)
        return problem_say(problem, "%s:%u: the example of '%.*s' is taken by '%.*s' for %.*s",
                           shape->file, example->line, SLICE_ARGS(shape->id), SLICE_ARGS(taken->id),
                           SLICE_ARGS(program));
    if (!shape->gives_record)
        return true;
    char buffer[32];
    struct slice shown;
    const struct yaml *other = first_other(example->expect, records_at(records, 0), buffer, &shown);
    if (!other)
        return true;
    return problem_say(problem, "%s:%u: '%.*s': %.*s is '%.*s', expected '%.*s'", shape->file,
                       other->line, SLICE_ARGS(shape->id), SLICE_ARGS(other->key),
                       SLICE_ARGS(shown), SLICE_ARGS(other->text));
}

/* Files that are built in are not checked when they are loaded. */
static bool prove_match(struct shape *shape, void (*told)(void *context, const char *text),
                        void *context) {
    struct problem cause, problem;
    if (check_match(shape, &cause))
        return true;
    problem_say(&problem, "%s:%u: match: %s", shape->file, shape->line, cause.text);
    if (told)
        told(context, problem.text);
    return false;
}

size_t shapes_prove(const struct shapes *shapes, size_t *failed_r,
                    void (*told)(void *context, const char *text), void *context) {
    struct records records;
    size_t proved = 0, failed = 0;
    records_init(&records, sizeof(struct record));
    for (size_t i = 0; i < shapes->count; i++) {
        struct shape *shape = shapes->items[i];
        failed += !prove_match(shape, told, context);
        for (const struct example *example = shape->examples; example; example = example->next) {
            struct problem problem;
            bool good = true;
            const struct yaml *program = shape->programs->first;
            for (; good && program; program = program->next)
                good = prove(shapes, shape, example, program->text, &records, &problem);
            proved += good;
            failed += !good;
            if (!good && told)
                told(context, problem.text);
        }
    }
    records_release(&records);
    *failed_r = failed;
    return proved;
}
