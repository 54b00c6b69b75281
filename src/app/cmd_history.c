/* history - what is kept of earlier runs: shown, several into one, and old hours let go. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/fleet.h"
#include "app/knowledge.h"
#include "app/recall.h"
#include "app/result.h"
#include "app/say.h"
#include "base/moment.h"
#include "base/out.h"
#include "report/format.h"
#include "report/page_words.h"
#include "report/when.h"
#include "store/store.h"

int cmd_history(const struct options *options);

enum { RUNS_SHOWN = 30 /* people see so many */ };

/* The operands behind the verb; without any, the history that an option names. */
static size_t files_of(const struct options *options, const char **files_r, size_t most) {
    size_t count = 0;
    for (size_t i = 1; i < options->operand_count && count < most; i++)
        files_r[count++] = options->operands[i];
    if (!count && options->history)
        files_r[count++] = options->history;
    return count;
}

static int fail(const struct options *options, const struct problem *problem, int status) {
    options_fault(options, problem);
    return status;
}

/* ---- show */

struct showing {
    struct page *page;
    struct cell *list;
    size_t shown, most;
};

static void add_hour(struct showing *showing, struct cell *row, const char *key, enum word title,
                     int64_t hour) {
    when_shown(showing->page, row, page_word(showing->page, title), hour * HOUR);
    when_cell(showing->page, row, key, hour * HOUR);
}

static void show_host(void *context, const struct store_origin *origin, struct slice host,
                      int64_t first_hour, int64_t last_hour) {
    struct showing *showing = context;
    struct page *page = showing->page;
    struct cell *row = cell_record(page, showing->list, NULL, NULL);
    cell_text(page, row, "host", page_word(page, WORD_HISTORY_HOST),
              arena_copy(&page->arena, host));
    add_hour(showing, row, "first", WORD_FIRST, first_hour);
    add_hour(showing, row, "last", WORD_LAST, last_hour);
    cell_text(page, row, "made_on", page_word(page, WORD_HISTORY_MADE_ON),
              arena_copy(&page->arena, origin->maker));
    cell_text(page, row, "origin", page_word(page, WORD_HISTORY_ORIGIN),
              arena_copy(&page->arena, slice_head(origin->id, 8)));
}

static void show_run(void *context, const struct store_origin *origin,
                     const struct store_run *run) {
    struct showing *showing = context;
    struct page *page = showing->page;
    const struct ledger *ledger = &run->ledger;
    const struct {
        const char *key;
        enum word title;
        uint64_t lines;
    } cells[] = {{"read", WORD_READ, ledger->read},
                 {"used", WORD_USED, ledger->used},
                 {"dull", WORD_DULL, ledger->dull},
                 {"other", WORD_HISTORY_OTHER_PROGRAMS, ledger->other},
                 {"outside", WORD_OUTSIDE, ledger->outside},
                 {"not_understood", WORD_NOT_UNDERSTOOD, ledger->not_understood}};
    if (showing->shown++ >= showing->most)
        return;
    struct cell *row = cell_record(page, showing->list, NULL, NULL);
    when_shown(page, row, page_word(page, WORD_HISTORY_ENDED), run->ended);
    when_cell(page, row, "started", run->started);
    when_cell(page, row, "ended", run->ended);
    cell_text(page, row, "made_on", page_word(page, WORD_HISTORY_MADE_ON),
              arena_copy(&page->arena, origin->maker));
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        cell_count(page, row, cells[i].key, page_word(page, cells[i].title), cells[i].lines, NULL);
    cell_text(page, row, "rules", page_word(page, WORD_HISTORY_RULES),
              arena_copy(&page->arena, run->rules));
}

static void show_origin(void *context, const struct store_origin *origin) {
    struct showing *showing = context;
    struct page *page = showing->page;
    if (origin->own)
        cell_text(page, showing->list, "rules", page_word(page, WORD_HISTORY_RULES_LAST),
                  arena_copy(&page->arena, origin->rules));
    showing->shown++;
}

static bool show_all(struct store *store, const struct options *options, const char *file,
                     bool for_people, struct page *page, struct problem *problem) {
    struct cell *facts =
        page_section(page, "history", page_word(page, WORD_HISTORY_TITLE), LOOK_FACTS, CELL_RECORD)
            ->cell;
    struct showing origins = {.page = page, .list = facts};
    cell_text(page, facts, "file", page_word(page, WORD_HISTORY_FILE), slice_of(file));
    cell_bytes(page, facts, "bytes", page_word(page, WORD_LIST_SIZE), store_bytes(store));
    enum word names =
        recall_is_full(store, options) ? WORD_HISTORY_NAMES_TOGETHER : WORD_HISTORY_NAMES_KEPT;
    cell_text(page, facts, "names", page_word(page, WORD_HISTORY_NAMES),
              slice_of(page_word(page, names)));
    if (!store_each_origin(store, show_origin, &origins, problem))
        return false;
    cell_count(page, facts, "origins", page_word(page, WORD_HISTORY_ORIGINS), origins.shown, NULL);
    struct showing hosts = {.page = page,
                            .list = page_section(page, "hosts", page_word(page, WORD_HISTORY_HOSTS),
                                                 LOOK_TABLE, CELL_LIST)
                                        ->cell};
    if (!store_each_host(store, show_host, &hosts, problem))
        return false;
    struct showing runs = {.page = page,
                           .list = page_section(page, "runs", page_word(page, WORD_HISTORY_RUNS),
                                                LOOK_TABLE, CELL_LIST)
                                       ->cell,
                           .most = for_people ? RUNS_SHOWN : SIZE_MAX};
    return store_each_run(store, show_run, &runs, problem);
}

static int show_page(const struct options *options, const struct knowledge *knowledge,
                     const char *file, struct problem *problem) {
    const struct format *format = format_named(options->format ? options->format : "text");
    struct result result;
    struct page page;
    if (result_replaces(options, file))
        return problem_say(problem, "--output '%s': it is the history, and would be lost", file), 2;
    struct store *store = fleet_open(options, file, STORE_READ, problem);
    if (!store)
        return 1;
    page_init(&page, "mailtriage history");
    page.words = &knowledge->words;
    struct out missing; /* is noted */
    out_init_memory(&missing);
    bool good = show_all(store, options, file, format->for_people, &page, problem) &&
                fleet_missing(store, file, &missing, problem) &&
                result_open(&result, options, problem);
    if (good) {
        struct format_wishes wishes = result_wishes(&result, options, &knowledge->words);
        wishes.width = result_width(&result, options, RESULT_WIDTH_WIDE);
        format->page(&page, &wishes, &result.out);
        good = result_close(&result, problem);
    }
    out_release(&missing);
    page_release(&page);
    store_close(store);
    return good ? 0 : 1;
}

static int history_show(const struct options *options) {
    const char *files[2];
    struct problem problem;
    const struct format *format = format_named(options->format ? options->format : "text");
    struct knowledge knowledge = {0};
    int status = 2;
    if (!format || !format->page || format->of_reports)
        problem_say(&problem, "--format '%s': history show knows text, html, json and csv",
                    options->format);
    else if (files_of(options, files, 2) != 1)
        problem_say(&problem, "history show: name the file of one history");
    else if (knowledge_load(&knowledge, options, KNOW_CODES, format->for_people, &problem))
        status = show_page(options, &knowledge, files[0], &problem);
    knowledge_release(&knowledge);
    return status ? fail(options, &problem, status) : 0;
}

/* ---- merge */

static bool merge_one(const char *target, const char *file, struct problem *problem) {
    struct store *into = store_open(target, STORE_WRITE, problem);
    struct store *from = into ? store_open(file, STORE_READ, problem) : NULL;
    bool good = from && store_merge(into, from, problem);
    store_close(from);
    store_close(into);
    return good;
}

static bool holds_something(const char *file) {
    struct stat status;
    return stat(file, &status) == 0 && status.st_size > 0;
}

/* With what SQLite keeps beside it. */
static void take_away(const char *file) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct out name;
        out_init_memory(&name);
        out_print(&name, "%s%s", file, ends[i]);
        out_byte(&name, '\0');
        unlink(out_held(&name).at);
        out_release(&name);
    }
}

/* All of them or none: they come together in a file beside the target first, and from there in one
 * step. A target that was not there before goes again when that fails. */
static bool merge_all(const struct options *options, const char *target, struct problem *problem) {
    struct out name;
    bool is_new = access(target, F_OK) != 0;
    out_init_memory(&name);
    out_print(&name, "%s.merging.%ld", target, (long)getpid());
    out_byte(&name, '\0');
    const char *beside = out_held(&name).at;
    bool good = !holds_something(target) || merge_one(beside, target, problem);
    for (size_t i = 1; good && i < options->operand_count; i++)
        good = merge_one(beside, options->operands[i], problem);
    if (good && !(good = merge_one(target, beside, problem)) && is_new)
        take_away(target);
    take_away(beside);
    out_release(&name);
    return good;
}

static int history_merge(const struct options *options) {
    struct problem problem;
    const char *target = options->output;
    if (!target || options->operand_count < 2)
        return fail(
            options,
            (problem_say(&problem, "write 'mailtriage history merge A.db B.db -o C.db'"), &problem),
            2);
    for (size_t i = 1; i < options->operand_count; i++)
        if (result_replaces(options, options->operands[i])) {
            problem_say(&problem, "'%s' cannot be merged into itself", target);
            return fail(options, &problem, 2);
        }
    return merge_all(options, target, &problem) ? 0 : fail(options, &problem, 1);
}

/* ---- prune */

static bool keep_from(const struct options *options, int64_t *hour_r, struct problem *problem) {
    char wish[40];
    int64_t seconds;
    struct problem why;
    const char *keep = options->keep ? options->keep : "400d";
    snprintf(wish, sizeof wish, "-%.38s", keep);
    if (keep[0] < '0' || keep[0] > '9' ||
        !moment_read_wish(slice_of(wish), options->now, &seconds, &why))
        return problem_say(problem, "--keep '%s': write how long, such as 400d", keep);
    *hour_r = hour_of(seconds);
    return true;
}

/* What is no more because it was old is not taken out of a cluster, too (clickhouse_push.c). */
static bool note_pruned(struct store *store, int64_t hour, struct problem *problem) {
    struct pack pack;
    pack_init(&pack);
    pack_signed(&pack, day_of(hour));
    bool good = store_put_state(store, "pruned", (struct slice){pack.bytes, pack.length}, problem);
    pack_release(&pack);
    return good;
}

static int history_prune(const struct options *options) {
    const char *files[2];
    struct problem problem;
    int64_t hour = 0;
    if (files_of(options, files, 2) != 1) {
        problem_say(&problem, "history prune: name the file of one history");
        return fail(options, &problem, 2);
    }
    if (!keep_from(options, &hour, &problem))
        return fail(options, &problem, 2);
    struct store *store = fleet_open(options, files[0], STORE_OLD, &problem);
    bool good = store && store_begin(store, &problem) && store_prune(store, hour, &problem) &&
                (store_is_cluster(files[0]) || note_pruned(store, hour, &problem)) &&
                store_commit(store, &problem);
    store_close(store);
    return good ? 0 : fail(options, &problem, 1);
}

int cmd_history(const struct options *options) {
    static const struct {
        const char *verb;
        int (*run)(const struct options *options);
    } verbs[] = {{"show", history_show},
                 {"merge", history_merge},
                 {"prune", history_prune},
                 {"init", fleet_init},
                 {"push", fleet_push}};
    const char *verb = options->operand_count > 0 ? options->operands[0] : "";
    struct problem problem;
    for (size_t i = 1; i < options->operand_count; i++)
        if (!store_can_be(options->operands[i], &problem))
            return fail(options, &problem, 2);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verb, verbs[i].verb) == 0)
            return verbs[i].run(options);
    say_fault(
        "history: write 'mailtriage history show', 'history merge', 'history prune', 'history "
        "init' or 'history push'");
    return 2;
}
