/* knowledge - gathers the pattern files and loads the rule book and the shapes of each MTA. */
#include "app/knowledge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char system_folder[] = "/etc/mailtriage/patterns";

static bool gather(struct knowledge *knowledge, const struct options *options,
                   struct problem *problem) {
    struct stat status;
    pattern_files_builtin(&knowledge->files, &knowledge->arena);
    if (!options->no_config && stat(system_folder, &status) == 0 &&
        !pattern_files_folder(&knowledge->files, system_folder, problem))
        return false;
    for (size_t i = 0; i < options->pattern_count; i++)
        if (!pattern_files_folder(&knowledge->files, options->patterns[i], problem))
            return false;
    return true;
}

static bool load_shapes(struct knowledge *knowledge, size_t index, struct problem *problem) {
    char name[64];
    snprintf(name, sizeof name, "mta/%s.yaml", mtas[index]->name);
    const struct pattern_file *file = pattern_file_get(&knowledge->files, name);
    knowledge->shapes[index] = shapes_new();
    return !file || shapes_load(knowledge->shapes[index], file->shown, file->bytes, problem);
}

bool knowledge_load(struct knowledge *knowledge, const struct options *options,
                    enum knowing knowing, struct problem *problem) {
    *knowledge = (struct knowledge){0};
    arena_init(&knowledge->arena);
    if (!gather(knowledge, options, problem) ||
        !rulebook_load(&knowledge->files, &knowledge->book, problem))
        return false;
    for (size_t i = 0; knowing == KNOW_LOGS && mtas[i]; i++) {
        assert(i < MTAS_MOST);
        if (!load_shapes(knowledge, i, problem))
            return false;
    }
    return true;
}

void knowledge_release(struct knowledge *knowledge) {
    for (size_t i = 0; i < MTAS_MOST; i++)
        if (knowledge->shapes[i])
            shapes_free(knowledge->shapes[i]);
    if (knowledge->book)
        rulebook_free(knowledge->book);
    arena_release(&knowledge->arena);
}

const struct shapes *knowledge_shapes(const struct knowledge *knowledge, const struct mta *mta) {
    for (size_t i = 0; mtas[i]; i++)
        if (mtas[i] == mta)
            return knowledge->shapes[i];
    return NULL;
}
