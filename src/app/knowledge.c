/* knowledge - gathers the pattern files and loads the rule book, its language and the shapes of
 * each MTA.
 *
 * mta/postfix.yaml is Postfix's own file. Any other file of that folder is of programs beside the
 * MTAs, and says for which one they speak, or for "any".
 */
#include "app/knowledge.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/ascii.h"
#include "rules/yaml.h"

static const char system_folder[] = CONFIG_FOLDER "/patterns";

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

/* The place of an MTA in knowledge->shapes; behind the last one is that of mta_any. */
static size_t place_of(const struct mta *mta) {
    size_t place = 0;
    while (mtas[place] && mtas[place] != mta)
        place++;
    return place;
}

/* "mta/postfix.yaml": Postfix; NULL: a file of programs beside the MTAs. */
static const struct mta *own_file_of(const struct pattern_file *file) {
    struct slice name = slice_of(file->name);
    slice_skip(&name, SLICE("mta/"));
    return mta_named(slice_head(name, slice_rfind(name, '.')));
}

/* For whom the programs of a file beside the MTAs speak: its key mta. */
static const struct mta *spoken_for(struct knowledge *knowledge, const struct pattern_file *file,
                                    struct problem *problem) {
    const struct yaml *root;
    struct slice name;
    if (!pattern_file_yaml(file, &knowledge->arena, &root, problem) ||
        !yaml_text(root, "mta", true, &name, problem))
        return NULL;
    const struct mta *mta = slice_is(name, "any") ? mta_any : mta_named(name);
    if (!mta)
        yaml_say(yaml_get(root, "mta"), problem,
                 "mta: write postfix, exim, sendmail or any, not '%.*s'", SLICE_ARGS(name));
    return mta;
}

static bool load_shapes(struct knowledge *knowledge, const struct pattern_file *file, bool beside,
                        struct problem *problem) {
    const struct mta *mta = own_file_of(file);
    if (beside != !mta)
        return true;
    if (mta)
        return shapes_load(knowledge->shapes[place_of(mta)], mta->name, file, problem);
    mta = spoken_for(knowledge, file, problem);
    return mta && shapes_load_beside(knowledge->shapes[place_of(mta)], file, problem);
}

/* The MTAs' own files first: what stands beside them is tried after them. */
static bool load_all_shapes(struct knowledge *knowledge, struct problem *problem) {
    size_t count = place_of(mta_any) + 1;
    assert(count <= MTAS_MOST);
    for (size_t i = 0; i < count; i++)
        knowledge->shapes[i] = shapes_new();
    for (int beside = 0; beside < 2; beside++) {
        for (size_t i = 0; i < knowledge->files.count; i++) {
            const struct pattern_file *file = &knowledge->files.items[i];
            if (slice_starts(slice_of(file->name), SLICE("mta/")) &&
                !load_shapes(knowledge, file, beside, problem))
                return false;
        }
    }
    return true;
}

/* ---- the language */

/* "es" of "es_MX.UTF-8"; the first of the variables that is set counts. */
static struct slice language_of_environment(void) {
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    struct slice locale = {0};
    for (size_t i = 0; i < sizeof variables / sizeof *variables && locale.length == 0; i++) {
        const char *value = getenv(variables[i]);
        locale = value ? slice_of(value) : locale;
    }
    size_t length = 0;
    while (length < locale.length && is_lower(locale.at[length]))
        length++;
    return slice_head(locale, length);
}

/* A language of the environment that nobody has written is no fault: English. */
static const char *language_wanted(struct knowledge *knowledge, const struct options *options,
                                   bool for_people) {
    if (options->lang || !for_people)
        return options->lang ? options->lang : "en";
    const char *name = arena_copy(&knowledge->arena, language_of_environment()).at;
    return *name && lang_is_there(&knowledge->files, name) ? name : "en";
}

static bool load_language(struct knowledge *knowledge, const char *name, struct problem *problem) {
    knowledge->words = words_english;
    if (strcmp(name, "en") == 0)
        return true;
    knowledge->lang = lang_load(&knowledge->files, name, problem);
    if (!knowledge->lang)
        return false;
    lang_lay_over(knowledge->lang, knowledge->book);
    words_read(knowledge->lang, name, &knowledge->arena, &knowledge->words);
    return true;
}

/* ---- the whole */

static bool load_book(struct knowledge *knowledge, enum knowing knowing, struct problem *problem) {
    static bool (*const load[])(const struct pattern_files *files, struct rulebook **book_r,
                                struct problem *problem) = {
        [KNOW_CODES] = rulebook_load_texts,
        [KNOW_REPLIES] = rulebook_load_rules,
        [KNOW_LOGS] = rulebook_load_rules,
        [KNOW_ALL] = rulebook_load,
    };
    return load[knowing](&knowledge->files, &knowledge->book, problem);
}

bool knowledge_load(struct knowledge *knowledge, const struct options *options,
                    enum knowing knowing, bool for_people, struct problem *problem) {
    *knowledge = (struct knowledge){0};
    arena_init(&knowledge->arena);
    if (!gather(knowledge, options, problem) || !load_book(knowledge, knowing, problem) ||
        !load_language(knowledge, language_wanted(knowledge, options, for_people), problem))
        return false;
    return knowing < KNOW_LOGS || load_all_shapes(knowledge, problem);
}

void knowledge_release(struct knowledge *knowledge) {
    for (size_t i = 0; i < MTAS_MOST; i++)
        if (knowledge->shapes[i])
            shapes_free(knowledge->shapes[i]);
    if (knowledge->book)
        rulebook_free(knowledge->book);
    lang_free(knowledge->lang);
    arena_release(&knowledge->arena);
}

/* FNV-1a: it must be the same on every host and in every run, and no stranger chooses the files.
 * Texts of other languages decide nothing. */
static uint64_t mix(uint64_t sum, struct slice bytes) {
    for (size_t i = 0; i < bytes.length; i++)
        sum = (sum ^ (unsigned char)bytes.at[i]) * 0x100000001b3u;
    return (sum ^ 0xff) * 0x100000001b3u; /* the end of one is not the begin of the next */
}

struct slice knowledge_version(const struct knowledge *knowledge, char room[KNOWLEDGE_VERSION]) {
    uint64_t sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < knowledge->files.count; i++) {
        const struct pattern_file *file = &knowledge->files.items[i];
        if (slice_starts(slice_of(file->name), SLICE("lang/")))
            continue;
        sum = mix(mix(sum, slice_of(file->name)), file->bytes);
    }
    int length = snprintf(room, KNOWLEDGE_VERSION, "%s %016llx", MAILTRIAGE_VERSION,
                          (unsigned long long)sum);
    return slice_head((struct slice){room, (size_t)length}, KNOWLEDGE_VERSION - 1);
}

const struct shapes *knowledge_shapes(const struct knowledge *knowledge, const struct mta *mta) {
    return knowledge->shapes[place_of(mta)];
}

const struct mta *knowledge_beside(const struct knowledge *knowledge, struct slice program) {
    size_t place = 0;
    for (; mtas[place]; place++)
        if (shapes_know_beside(knowledge->shapes[place], program))
            return mtas[place];
    return shapes_know_beside(knowledge->shapes[place], program) ? mta_any : NULL;
}
