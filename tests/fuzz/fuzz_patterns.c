/* fuzz_patterns - any bytes as a pattern file of each kind: a reason, a provider, line shapes, a
 * table of codes, the order. The first byte says which.
 *
 * Holds: what is refused is refused with words, at a place in the file; what is taken can be
 * proved.
 */
#include "finding/reason.h"
#include "mta/shapes.h"

#include "target.h"

static const char reason[] =
    "title: Mailbox full\ngroup: recipient\nmeaning: No room.\nsign: Full.\n"
    "hint: Wait.\nseverity: info\nlasting: temporary\nacts: [wait]\n"
    "strong: {says: [mailbox full]}\nexamples: [552 mailbox full]\n";

static void ignore(void *context, const char *text) {
    (void)context;
    MUST(text[0]);
}

static void try_shapes(struct slice bytes) {
    struct shapes *shapes = shapes_new();
    struct problem problem = {""};
    size_t failed;
    struct pattern_file file = {.shown = "mta/any.yaml", .bytes = bytes};
    if (shapes_load(shapes, "postfix", &file, &problem))
        shapes_prove(shapes, &failed, ignore, NULL);
    else
        MUST(problem.text[0]);
    shapes_free(shapes);
}

static void try_book(const char *name, struct slice bytes) {
    struct arena arena;
    arena_init(&arena);
    struct pattern_files files = {.arena = &arena};
    struct rulebook *book = NULL;
    struct problem problem = {""};
    size_t failed;
    pattern_files_put(&files,
                      (struct pattern_file){"reasons/order", "order", SLICE("mailbox-full\n")});
    pattern_files_put(
        &files, (struct pattern_file){"reasons/mailbox-full.yaml", "reason", slice_of(reason)});
    pattern_files_put(&files, (struct pattern_file){name, name, bytes});
    if (rulebook_load(&files, &book, &problem)) {
        reason_prove(book, &failed, ignore, NULL);
        rulebook_free(book);
    } else {
        MUST(problem.text[0]);
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const char *const names[] = {
        "reasons/mailbox-full.yaml", "reasons/order",      "providers/any.yaml",
        "codes/reply.csv",           "codes/enhanced.csv", "codes/implied.csv",
        "blocklists/any.yaml",       "codes/pairs.csv",    "codes/logged.csv"};
    enum { NAMES = sizeof names / sizeof *names, SHAPES = 6 };
    if (length == 0)
        return 0;
    struct slice file = {(const char *)bytes + 1, length - 1};
    unsigned kind = (unsigned)(bytes[0] - 'a') % (NAMES + 1);
    if (kind == SHAPES)
        try_shapes(file);
    else
        try_book(names[kind < SHAPES ? kind : kind - 1], file);
    return 0;
}
