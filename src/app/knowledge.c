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

/* mta/NAME.yaml: to the shapes of that MTA. */
static bool load_shapes(struct knowledge *knowledge, const struct pattern_file *file,
                        struct problem *problem) {
    struct slice name = slice_of(file->name);
    slice_skip(&name, SLICE("mta/"));
    name = slice_head(name, slice_rfind(name, '.'));
    for (size_t i = 0; mtas[i]; i++)
        if (slice_is(name, mtas[i]->name))
            return shapes_load(knowledge->shapes[i], mtas[i]->name, file->shown, file->bytes,
                               problem);
    return problem_say(problem, "%s: no MTA '%.*s'", file->shown, SLICE_ARGS(name));
}

static bool load_all_shapes(struct knowledge *knowledge, struct problem *problem) {
    for (size_t i = 0; mtas[i]; i++) {
        assert(i < MTAS_MOST);
        knowledge->shapes[i] = shapes_new();
    }
    for (size_t i = 0; i < knowledge->files.count; i++) {
        const struct pattern_file *file = &knowledge->files.items[i];
        if (slice_starts(slice_of(file->name), SLICE("mta/")) &&
            !load_shapes(knowledge, file, problem))
            return false;
    }
    return true;
}

bool knowledge_load(struct knowledge *knowledge, const struct options *options,
                    enum knowing knowing, struct problem *problem) {
    *knowledge = (struct knowledge){0};
    arena_init(&knowledge->arena);
    if (!gather(knowledge, options, problem) ||
        !rulebook_load(&knowledge->files, &knowledge->book, problem))
        return false;
    return knowing != KNOW_LOGS || load_all_shapes(knowledge, problem);
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
