/* report - totals, reasons and what to do: one run over the inputs, one page. */
#include "app/against.h"
#include "app/analysis.h"

#include <string.h>

#include "app/fleet.h"
#include "app/given.h"
#include "app/judging.h"
#include "app/mailing.h"
#include "app/recall.h"
#include "app/remembering.h"
#include "app/say.h"
#include "app/usual.h"
#include "report/parts.h"
#include "report/past_section.h"
#include "report/summary.h"
#include "report/top_lists.h"

int cmd_report(const struct options *options);

struct reporting {
    struct analysis analysis; /* first: the callbacks get it */
    struct remembering remembering;
    struct store *past; /* the report comes from it, not from logs; NULL: from logs */
    struct summary_past span;
    struct recalled recalled;
    struct out missing;      /* nodes of a cluster, by name */
    bool tells_texts;        /* the past does, how often each came */
    struct against *against; /* NULL: compared with no other span or log */
    bool is_compared;
    struct compared compared;
    struct usual_tallies *usual; /* what is compared is history; NULL: it is not */
};

static bool has_page(const struct format *format) {
    return format->page || format->letter;
}

/* What is shown, a bit for each part. */
static uint64_t parts_of(const struct analysis *analysis, const struct options *options) {
    uint64_t all = analysis->format->one_table ? PART_BIT(PART_REASONS) : PARTS_ALL;
    return (options->only ? options->only : all) & ~options->without;
}

static bool check_parts(struct analysis *analysis, struct run *run, struct problem *problem) {
    uint64_t parts = parts_of(analysis, run->options);
    if (!mailing_check(run->options, analysis->format, problem) ||
        !judging_check(&run->options->mail_if, "mail-if", analysis, run, problem))
        return false;
    if (!parts && analysis->format->one_table && !run->options->only)
        return problem_say(problem,
                           "--format %s shows the reasons: name another section with --only",
                           analysis->format->name);
    if (!parts)
        return problem_say(problem, "--without leaves no section%s",
                           run->options->only ? " of --only" : "");
    if (analysis->format->one_table && parts & (parts - 1))
        return problem_say(problem, "--format %s shows one section: name one with --only",
                           analysis->format->name);
    return true;
}

/* As their mail is counted: under masks, when they are asked for. */
static const struct slice *local_domains(struct run *run, struct arena *arena) {
    const struct options *options = run->options;
    struct slice *domains = arena_zero(arena, LOCAL_DOMAINS * sizeof *domains);
    for (size_t i = 0; i < options->local_domain_count; i++) {
        struct slice domain = options->local_domains[i];
        domains[i] = arena_copy(arena, run->masker ? masker_host(run->masker, domain) : domain);
    }
    return domains;
}

/* A log that could not be read is worth a mail, too. */
static bool is_wanted(struct reporting *reporting, struct run *run) {
    const struct thresholds *thresholds = &run->options->mail_if;
    return !reporting->analysis.format->letter || !thresholds->count || run->faulty ||
           judging_any_holds(run, thresholds, reporting->past ? &reporting->recalled : NULL);
}

/* Rows of a table by name, of which there are many: for people a page of paper. 0: all that are
 * known by name. */
static unsigned list_top(const struct analysis *analysis, const struct options *options) {
    enum { LIST_TOP = 10 };
    if (options->top_given)
        return options->top;
    return analysis->format->for_people ? LIST_TOP : 0;
}

static void write_page(struct analysis *analysis, struct run *run) {
    struct reporting *reporting = (struct reporting *)analysis;
    struct page page;
    if (reporting->against && reporting->past) {
        reporting->is_compared =
            against_recall(reporting->against, reporting->past, reporting->span.since,
                           reporting->span.until, &reporting->compared);
        reporting->compared.without_texts |= !reporting->tells_texts;
    } else if (reporting->against) {
        reporting->is_compared = against_read(reporting->against, &reporting->compared);
    }
    struct format_wishes wishes =
        result_wishes(&analysis->result, run->options, &run->knowledge->words);
    bool for_people = analysis->format->for_people;
    unsigned top = run->options->top_given || for_people ? run->options->top : 0;
    page_init(&page, NULL); /* its verdict becomes the title */
    struct filter filter = given_filter(run, &page.arena);
    page.words = &run->knowledge->words;
    page.for_machines = !for_people;
    summary_of(
        run->tally, run->knowledge->book,
        &(struct summary_wishes){.top = top,
                                 .list_top = list_top(analysis, run->options),
                                 .min = run->options->min,
                                 .only = run->options->only,
                                 .filter = &filter,
                                 .journey = reporting->past ? NULL : run->journey,
                                 .past = reporting->past ? &reporting->span : NULL,
                                 .local_domains = local_domains(run, &page.arena),
                                 .local_domain_count = run->options->local_domain_count,
                                 .masker = run->masker,
                                 .mutes = &run->options->mutes,
                                 .comparison = reporting->is_compared ? &reporting->compared : NULL,
                                 .inputs = given_inputs(run, true, &page.arena)},
        &page);
    parts_keep(&page,
               parts_of(analysis, run->options) & (reporting->past ? past_parts() : PARTS_ALL));
    if (analysis->format->letter) {
        struct mail_head head = mailing_head(run->options, &page.arena);
        if (run->masker)
            head.host = masker_host(run->masker, head.host);
        analysis->format->letter(&page, &wishes, &head, &analysis->result.out);
    } else {
        analysis->format->page(&page, &wishes, &analysis->result.out);
    }
    page_release(&page);
}

/* ---- beside history ---- */

/* Filters narrow a report, and nothing of history. */
static bool is_beside_history(const struct run *run) {
    const struct options *options = run->options;
    return options->history && !options->against_count && fleet_can_tell(options);
}

static void say_history(struct run *run, const struct problem *problem) {
    say_fault("%s", problem->text);
    run->faulty = true;
}

/* Before what was read is stored. */
static void compare_with(struct reporting *reporting, struct store *store, struct run *run) {
    struct problem problem;
    int64_t begin, end;
    against_times(run, &begin, &end);
    if (reporting->past) {
        begin = reporting->span.since;
        end = reporting->span.until - 1;
    }
    if (begin == MOMENT_NONE) /* nothing was read */
        return;
    reporting->usual =
        usual_read(store, run->knowledge, run->masker, begin, end, &reporting->compared, &problem);
    reporting->is_compared =
        reporting->usual && (!reporting->past || reporting->compared.usual->since != MOMENT_NONE);
    if (!reporting->usual)
        say_history(run, &problem);
}

static void compare_with_history(struct reporting *reporting, struct run *run) {
    struct problem problem;
    struct store *store = run->options->resume ? reporting->remembering.store : reporting->past;
    if (!is_beside_history(run) || (reporting->past && run->faulty))
        return;
    if (store) {
        compare_with(reporting, store, run);
        return;
    }
    store = fleet_open(run->options, run->options->history, STORE_READ, &problem);
    if (store)
        compare_with(reporting, store, run);
    else
        say_history(run, &problem);
    store_close(store);
}

/* ---- from history ---- */

static void read_history(struct analysis *analysis, struct run *run) {
    struct reporting *reporting = (struct reporting *)analysis;
    const struct options *options = run->options;
    const struct store_span span = recall_hours(options->since, options->until);
    struct recalled recalled = {.is_empty = true};
    struct problem problem;
    bool good =
        recall_tally(reporting->past, &span, run->masker, run->tally, &recalled, &problem) &&
        fleet_missing(reporting->past, options->history, &reporting->missing, &problem);
    if (good && reporting->against)
        good = recall_texts(reporting->past, &span, run->masker, run->tally,
                            &reporting->tells_texts, &problem);
    run->faulty = !good || recalled.is_empty;
    if (!good)
        say_fault("%s", problem.text);
    else if (recalled.is_empty)
        fleet_say_empty(options->history);
    if (good)
        reporting->span =
            (struct summary_past){.since = recalled.since,
                                  .until = recalled.until,
                                  .missing = out_held(&reporting->missing),
                                  .is_full = recall_is_full(reporting->past, options)};
    reporting->recalled = recalled;
}

static bool begin_past(struct reporting *reporting, struct run *run, struct problem *problem) {
    const struct options *options = run->options;
    if (!fleet_can_tell(options))
        return fleet_say_filters(problem);
    for (int part = 0; part < PART_COUNT; part++)
        if (options->only & ~past_parts() & PART_BIT(part))
            return problem_say(problem, "--only %s: history does not keep that section",
                               part_name((enum part)part));
    reporting->analysis.read = read_history;
    reporting->past = fleet_open(options, options->history, STORE_READ, problem);
    run->faulty = !reporting->past;
    return reporting->past != NULL;
}

static bool check_resume(const struct options *options, struct problem *problem) {
    if (options->resume && !options->history)
        return problem_say(problem, "--resume needs --history FILE, where the last run is kept");
    for (size_t i = 0; options->resume && i < options->operand_count; i++)
        if (strcmp(options->operands[i], "-") == 0)
            return problem_say(problem, "--resume cannot go on in standard input: name a log");
    return true;
}

/* More is asked of names than their tables show: what is new, or past a threshold. */
static bool is_asked_of_names(const struct options *options) {
    return options->history || options->against_count || options->mail_if.count;
}

/* With --resume the run goes on where the last one ended. What is wrong with history is no wrong
 * usage. */
static bool begin(struct analysis *analysis, struct run *run, struct problem *problem) {
    struct reporting *reporting = (struct reporting *)analysis;
    if (!check_parts(analysis, run, problem) || !check_resume(run->options, problem) ||
        !mutes_check_classes(&run->options->mutes, run->knowledge->book, problem))
        return false;
    tally_mute(run->tally, &run->options->mutes);
    if (is_beside_history(run))
        tally_keep_templates(run->tally);
    reporting->against = against_new(run);
    if (!is_asked_of_names(run->options))
        top_lists_expect(run->tally, list_top(analysis, run->options));
    if (recall_is_asked(run->options))
        return begin_past(reporting, run, problem);
    if (!run->options->resume || remembering_begin(&reporting->remembering, run, problem))
        return true;
    run->faulty = true;
    return false;
}

/* What was read is written to history first, so that the report knows when it could not be. */
static void end(struct analysis *analysis, struct run *run) {
    struct reporting *reporting = (struct reporting *)analysis;
    struct problem problem;
    compare_with_history(reporting, run);
    if (run->options->resume && !remembering_write(&reporting->remembering, &problem))
        say_history(run, &problem);
    bool knows_nothing = reporting->past && reporting->recalled.is_empty; /* as was said */
    analysis->without_result = knows_nothing || !is_wanted(reporting, run);
    if (!analysis->without_result)
        write_page(analysis, run);
}

/* What nobody could be told is not stored: the next run reads it again and makes up for it. A run
 * that ends between the two is told twice, and never not at all. */
static void told(struct analysis *analysis, struct run *run, bool is_told) {
    struct reporting *reporting = (struct reporting *)analysis;
    struct problem problem;
    if (!reporting->remembering.is_written)
        return;
    if (is_told && !remembering_keep(&reporting->remembering, &problem))
        say_history(run, &problem);
    if (!is_told)
        say_fault("history '%s': without the report nothing of this run is stored: the next one "
                  "reads the same again",
                  run->options->history);
}

int cmd_report(const struct options *options) {
    struct reporting reporting = {
        .analysis = {
            .default_format = "text", .has = has_page, .begin = begin, .end = end, .told = told}};
    out_init_memory(&reporting.missing);
    int status = analysis_run(&reporting.analysis, options);
    remembering_release(&reporting.remembering);
    store_close(reporting.past);
    against_free(reporting.against);
    usual_free(reporting.usual);
    out_release(&reporting.missing);
    return status;
}
