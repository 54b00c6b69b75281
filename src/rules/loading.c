/* What the readers of all folders need: the files of a folder, the tree of a file, and the names
 * that one file takes from another.
 */
#include "rules/loading.h"

bool loading_files(struct loader *loader, struct slice folder,
                   bool (*read)(struct loader *loader, const struct pattern_file *file,
                                struct slice name)) {
    for (size_t i = 0; i < loader->files->count; i++) {
        const struct pattern_file *file = &loader->files->items[i];
        struct slice name = slice_of(file->name);
        if (slice_skip(&name, folder) && !read(loader, file, name))
            return false;
    }
    return true;
}

/* Rules come before what proves them. */
static const char *const not_texts[] = {"strong",   "weak", "codes", "where",
                                        "examples", "not",  NULL};
enum { PROOFS_AT = 4 };

const struct yaml *loading_yaml(struct loader *loader, const struct pattern_file *file) {
    const struct yaml *root;
    const char *const *without = loader->without_rules    ? not_texts
                                 : loader->without_proofs ? not_texts + PROOFS_AT
                                                          : NULL;
    arena_clear(&loader->nodes);
    if (!pattern_file_texts(file, loader->arena, &loader->nodes, without, &root, loader->problem))
        return NULL;
    return root;
}

bool loading_reason(const struct rulebook *book, struct slice name, const struct reason **reason_r,
                    struct problem *problem) {
    *reason_r = rulebook_reason(book, name);
    return *reason_r ||
           problem_say(problem, "no reason '%.*s': write one of reasons/order", SLICE_ARGS(name));
}

const struct provider *loading_provider(const struct rulebook *book, struct slice name) {
    for (size_t i = 0; i < book->provider_count; i++)
        if (slice_equal(book->providers[i].name, name))
            return &book->providers[i];
    return NULL;
}

bool loading_proofs(struct loader *loader, const struct yaml *list, bool counter,
                    struct proof *proofs, size_t *count) {
    struct rule_words texts;
    if (!yaml_texts(loader->arena, list, &texts, loader->problem))
        return false;
    for (const struct yaml *item = list ? list->first : NULL; item; item = item->next)
        proofs[(*count)++] = (struct proof){item->text, counter, item->file, item->line};
    return true;
}
