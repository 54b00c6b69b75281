/* inputs - finds the sources, reads each, and says on standard error what was of no use and what to
 * try: a report is never silently empty. */
#include "app/inputs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/block.h"
#include "app/meter.h"
#include "app/order.h"
#include "app/result.h"
#include "app/resuming.h"
#include "app/say.h"
#include "input/journal.h"
#include "input/predecessors.h"
#include "input/rotated.h"
#include "input/twice.h"

/* Not one usable entry in all of the input. */
static void say_nothing_of_use(const struct pipeline *pipeline) {
    for (size_t i = 0; i < pipeline->progress_count; i++) {
        const struct progress *progress = pipeline->progress[i];
        if (!progress->usable.odd[ODD_OTHER].number)
            continue;
        usable_say_nothing(pipeline->only, &progress->usable, progress->source);
        return;
    }
    usable_say_nothing(pipeline->only, NULL, NULL);
}

static void say_years_guessed(const struct progress *progress) {
    if (progress->guessed && progress->source->anchor_by == ANCHOR_NOW)
        say_note("the stamps of %s have no year: each is taken as the last one before now (--year "
                 "says another)",
                 usable_name(progress->source));
}

static void judge_sources(struct run *run) {
    struct pipeline *pipeline = run->pipeline;
    if (!pipeline)
        return;
    for (size_t i = 0; i < pipeline->progress_count; i++) {
        struct progress *progress = pipeline->progress[i];
        if (!usable_has_entries(&progress->usable) && !run->options->quiet)
            usable_note_empty(progress->source, progress->lines);
        if (!run->options->quiet)
            say_years_guessed(progress);
        if (!usable_understood(&progress->usable, progress->source))
            run->faulty = true;
    }
    if (!pipeline->own_used && !run->faulty) {
        say_nothing_of_use(pipeline);
        run->faulty = true;
    }
}

/* Names what part of the asked span no log is there for. */
static void judge_coverage(const struct run *run) {
    const struct pipeline *pipeline = run->pipeline;
    const struct options *options = run->options;
    if (!pipeline || options->quiet || run->resume)
        return;
    struct coverage coverage = {.since = options->since,
                                .until = options->until,
                                .now = options->now,
                                .told = say_note_text};
    for (size_t i = 0; i < pipeline->progress_count; i++)
        coverage_add(&coverage, pipeline->progress[i]->source->name, &pipeline->progress[i]->span);
    coverage_tell(&coverage);
    coverage_release(&coverage);
}

static bool was_off(const struct pipeline *pipeline, size_t place, const char **file_r,
                    unsigned *line_r) {
    bool off = false;
    for (unsigned i = 0; i <= pipeline->threads; i++) {
        struct judge *judge = pipeline->hands[i].judge;
        off |= judge && reason_memory_was_off(judge_reasons(judge), place, file_r, line_r);
    }
    return off;
}

/* Names the rules that cost too much. */
static void judge_rules(const struct run *run) {
    const struct pipeline *pipeline = run->pipeline;
    const struct rulebook *book = run->knowledge->book;
    if (!pipeline || run->options->quiet)
        return;
    for (size_t place = 0; place < reason_patterns(book); place++) {
        const char *file;
        unsigned line;
        if (was_off(pipeline, place, &file, &line))
            say_note("%s:%u: this pattern met its limits again and again, so it was left out for "
                     "some blocks of the log: write it narrower, or as phrases",
                     file, line);
    }
}

/* ---- finding ---- */

/* The journal, on a system that has no mail log. */
static void add_journal_instead(struct sources *sources, const struct finding_wishes *wishes) {
    static const char missing[] = "no mail log found in the usual places (/var/log/mail.log, "
                                  "/var/log/maillog, /var/log/exim4/mainlog)";
    struct problem problem;
    if (journal_is_built_in()) {
        problem_say(&problem, "%s: reading the systemd journal", missing);
        wishes->told(wishes->context, false, problem.text);
        sources_add_journal(sources, wishes->year, wishes->now);
        return;
    }
    problem_say(&problem,
                "%s: name one; or, as this build has no libsystemd to read the systemd journal, "
                "'journalctl -o export SYSLOG_FACILITY=2 | mailtriage -'",
                missing);
    wishes->told(wishes->context, true, problem.text);
}

/* A log that was read before may have no file just now: it was rotated a moment ago. */
static bool add_missing(const struct run *run, struct sources *sources, const char *path,
                        const struct finding_wishes *wishes) {
    struct problem note;
    if (!run->resume || access(path, F_OK) == 0 || errno != ENOENT ||
        !predecessors_of_missing(run->resume, sources, path, wishes))
        return false;
    problem_say(&note, "'%s' is not there: what it was before it was rotated is read", path);
    wishes->told(wishes->context, false, note.text);
    return true;
}

/* The usual mail logs of the system, when nothing was named and standard input is a terminal. */
static void add_usual(const struct run *run, struct sources *sources,
                      const struct finding_wishes *wishes) {
    static const char *const usual[] = {"/var/log/mail.log", "/var/log/maillog",
                                        "/var/log/exim4/mainlog", "/var/log/exim/mainlog",
                                        "/var/log/exim/main.log"};
    bool is_any = false;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (access(usual[i], F_OK) == 0) {
            sources_add(sources, usual[i], wishes->year, wishes->now, wishes->told,
                        wishes->context);
            is_any = true;
        } else {
            is_any |= add_missing(run, sources, usual[i], wishes);
        }
    if (!is_any)
        add_journal_instead(sources, wishes);
}

/* A terminal or the null device (cron) is no log; a pipe, a socket or a file is. */
static bool stdin_holds_log(void) {
    struct stat status;
    return fstat(STDIN_FILENO, &status) == 0 &&
           (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || S_ISREG(status.st_mode));
}

static void find_named(const struct run *run, struct sources *sources,
                       const struct finding_wishes *wishes) {
    const struct options *options = run->options;
    for (size_t i = 0; i < options->operand_count; i++)
        if (!add_missing(run, sources, options->operands[i], wishes))
            sources_add(sources, options->operands[i], wishes->year, wishes->now, wishes->told,
                        wishes->context);
    if (options->operand_count)
        return;
    if (options->journal)
        sources_add_journal(sources, wishes->year, wishes->now);
    else if (!run->resume && stdin_holds_log())
        sources_add(sources, "-", wishes->year, wishes->now, wishes->told, wishes->context);
    else
        add_usual(run, sources, wishes);
}

/* To whom all is told as a note. */
struct listener {
    source_told *tell;
    void *context;
};

static void tell_note(void *context, bool is_fault, const char *text) {
    const struct listener *listener = context;
    (void)is_fault;
    listener->tell(listener->context, false, text);
}

/* A file that is just being packed is damaged, for as long as the other one is there: night after
 * night, that is no fault. */
void inputs_look(const struct run *run, struct sources *sources, source_told *tell, void *context) {
    struct finding_wishes wishes = {run->options->year, run->options->now, tell, context};
    find_named(run, sources, &wishes);
    if (run->resume)
        predecessors_add(run->resume, sources, &wishes);
    struct listener listener = {tell, context};
    if (run->resume)
        twice_remove(sources, tell_note, &listener);
    else
        twice_remove(sources, tell, context);
}

/* What a shell made of a glob comes by name, the newest log first. */
static void note_backward_order(const struct sources *sources) {
    for (size_t i = 1; i < sources->count; i++) {
        const struct source *before = &sources->items[i - 1], *source = &sources->items[i];
        if (source->first == MOMENT_NONE || source->first >= before->first ||
            !rotated_together(before->name, source->name) ||
            !rotated_beside(before->name, source->name))
            continue;
        say_note("'%s' is read before '%s', which begins earlier: name the oldest first, or put "
                 "the glob in quotes",
                 before->name, source->name);
        return;
    }
}

/* ---- reading ---- */

void inputs_told(void *context, bool is_fault, const char *text) {
    struct run *run = context;
    if (is_fault) {
        say_fault("%s", text);
        run->faulty = true;
    } else if (!run->options->quiet) {
        say_note("%s", text);
    }
}

void inputs_keep(struct run *run, struct sources *sources) {
    for (size_t i = 0; i < sources->count && !run->replaces; i++) {
        const char *name = sources->items[i].name;
        run->replaces = result_replaces(run->options, strcmp(name, "-") == 0 ? "/dev/stdin" : name);
    }
    if (!run->replaces)
        return;
    say_fault("--output '%s': it is one of the logs, and would be lost", run->options->output);
    run->faulty = true;
    sources_release(sources);
    *sources = (struct sources){0};
}

void inputs_find(struct run *run, struct sources *sources) {
    inputs_look(run, sources, inputs_told, run);
    inputs_keep(run, sources);
    if (!run->options->quiet)
        note_backward_order(sources);
}

static void read_all(struct run *run, struct sources *sources) {
    inputs_find(run, sources);
    run->sources = sources;
    meter_begin(run->options, sources, run->has_rows);
    for (size_t i = 0; i < sources->count && !run->stopped; i++) {
        struct problem problem;
        struct reader *reader = source_open(&sources->items[i], &problem);
        if (reader == NULL) {
            say_fault("%s", problem.text);
            run->faulty = true;
            continue;
        }
        run_source(run, &sources->items[i], reader, 0);
        reader_close(reader);
    }
    run_settle(run);
    order_end(run);
}

void inputs_read(struct run *run, struct inputs *inputs) {
    if (run->resume)
        resuming_read(run, inputs);
    else
        read_all(run, &inputs->rounds[0]);
    meter_clear();
    judge_sources(run);
    judge_coverage(run);
    judge_rules(run);
}

void inputs_release(struct inputs *inputs) {
    for (size_t round = 0; round < INPUTS_ROUNDS; round++)
        sources_release(&inputs->rounds[round]);
}
