/* check - thresholds, for a monitoring system: one run over the inputs, one line, an exit status of
 * its own (plugin.h). Whatever goes wrong, the line is there: nobody looks at standard error. */
#include "app/analysis.h"
#include "app/fleet.h"
#include "app/judging.h"
#include "app/plugin.h"
#include "app/say.h"

int cmd_check(const struct options *options);

/* Its analysis comes first, so that each leads to the other. */
struct check {
    struct analysis analysis;
    struct store *past; /* the numbers come from it, not from logs; NULL: from logs */
    struct recalled recalled;
    bool is_blind; /* no log of the asked span was ever read, or what it told was let go */
    struct kept_hours kept;
    enum plugin_status status;
    bool is_told;
};

static bool is_text(const struct format *format) {
    return strcmp(format->name, "text") == 0;
}

/* Nothing in the asked span may well be what is asked about; nothing at all is no history. */
static void read_history(struct analysis *analysis, struct run *run) {
    struct check *check = (struct check *)(void *)analysis;
    const struct options *options = run->options;
    const struct store_span span = recall_hours(options->since, options->until);
    struct problem problem;
    struct out missing; /* is noted */
    out_init_memory(&missing);
    bool covers = true;
    bool good =
        recall_tally(check->past, &span, run->masker, run->tally, &check->recalled, &problem) &&
        recall_kept(check->past, &check->kept, &problem) &&
        (!check->recalled.is_empty ||
         recall_covers(check->past, &span, &check->kept, &covers, &problem)) &&
        fleet_missing(check->past, options->history, &missing, &problem);
    out_release(&missing);
    check->is_blind = !covers;
    run->faulty = !good || check->recalled.heard == MOMENT_NONE;
    if (run->faulty)
        say_fault("%s%s%s", good ? "history '" : problem.text, good ? options->history : "",
                  good ? "' is empty" : "");
}

static bool check_thresholds(struct analysis *analysis, struct run *run, struct problem *problem) {
    const struct options *options = run->options;
    if (!options->warning.count && !options->critical.count)
        return problem_say(problem, "check needs a threshold: --warning 'bounced%% > 5', or "
                                    "--critical; docs/thresholds.md has sets of them");
    if (!judging_check(&options->warning, "warning", analysis, run, problem) ||
        !judging_check(&options->critical, "critical", analysis, run, problem))
        return false;
    if (!recall_is_asked(options))
        return true;
    analysis->read = read_history;
    ((struct check *)(void *)analysis)->past =
        fleet_open(options, options->history, STORE_READ, problem);
    return ((struct check *)(void *)analysis)->past;
}

static struct plugin_level judge(const struct run *run, const struct threshold_basis *basis,
                                 const struct thresholds *thresholds, struct arena *arena) {
    struct threshold *shown = arena_zero(arena, (thresholds->count + 1) * sizeof *shown);
    struct threshold_result *results = arena_zero(arena, (thresholds->count + 1) * sizeof *results);
    for (size_t i = 0; i < thresholds->count; i++) {
        shown[i] = judging_shown(run, &thresholds->items[i], arena);
        results[i] = threshold_judge(&shown[i], basis);
    }
    return (struct plugin_level){shown, results, thresholds->count};
}

static bool asks_silence(const struct thresholds *thresholds, bool silence) {
    for (size_t i = 0; i < thresholds->count; i++)
        if ((thresholds->items[i].figure == FIGURE_SILENCE) == silence)
            return true;
    return false;
}

/* Why something that is asked is not known; "": all is, or can never be. */
static const char *lack_of(const struct check *check, const struct options *options,
                           const struct threshold_basis *basis, struct arena *arena) {
    const struct thresholds *warning = &options->warning, *critical = &options->critical;
    char first[MOMENT_TEXT], last[MOMENT_TEXT];
    if (basis->is_ahead && basis->last == MOMENT_NONE &&
        (asks_silence(warning, true) || asks_silence(critical, true)))
        return "all entries of the mail server are stamped more than an hour ahead of now: a clock "
               "is wrong, and nobody knows how long it is silent";
    if (!basis->is_blind || !(asks_silence(warning, false) || asks_silence(critical, false)))
        return "";
    if (check->kept.first > check->kept.last)
        return arena_print(arena, "history '%s' has no hours any more", options->history).at;
    struct moment begin = moment_here(check->kept.first * HOUR),
                  end = moment_here((check->kept.last + 1) * HOUR);
    moment_print(&begin, first);
    moment_print(&end, last);
    return arena_print(arena, "history '%s' knows nothing of the asked span: it goes from %s to %s",
                       options->history, first, last)
        .at;
}

static void write_line(struct analysis *analysis, struct run *run) {
    struct check *check = (struct check *)(void *)analysis;
    const struct options *options = run->options;
    const struct thresholds *const both[] = {&options->warning, &options->critical};
    struct judging judging;
    struct arena arena;
    arena_init(&arena);
    judging_begin(&judging, run, both, 2, check->past ? &check->recalled : NULL);
    judging.basis.is_blind = check->is_blind;
    struct plugin_level warning = judge(run, &judging.basis, both[0], &arena);
    struct plugin_level critical = judge(run, &judging.basis, both[1], &arena);
    check->status =
        plugin_put(&analysis->result.out, &warning, &critical, run->faulty ? say_first_fault() : "",
                   lack_of(check, options, &judging.basis, &arena));
    check->is_told = true;
    judging_end(&judging);
    arena_release(&arena);
}

int cmd_check(const struct options *options) {
    struct check check = {.analysis = {.default_format = "text",
                                       .has = is_text,
                                       .begin = check_thresholds,
                                       .end = write_line}};
    int status = analysis_run(&check.analysis, options);
    store_close(check.past);
    if (!check.is_told)
        return plugin_unknown(say_first_fault());
    return status == 0 || check.status == PLUGIN_UNKNOWN ? (int)check.status : PLUGIN_UNKNOWN;
}
