/* analysis - the frame around a run: wrong usage and pattern files are met before any input is read
 * (status 2), everything later leaves a result and status 1. */
#include "app/analysis.h"

#include <stdio.h>

#include "app/inputs.h"
#include "app/mask_key.h"
#include "app/say.h"

static bool say_unknown_format(const struct analysis *analysis, const char *name,
                               const char *command, struct problem *problem) {
    char known[200] = "";
    size_t length = 0;
    for (size_t i = 0; formats[i] && length < sizeof known; i++)
        if (analysis->has(formats[i]))
            length +=
                (size_t)snprintf(known + length, sizeof known - length, " %s", formats[i]->name);
    return problem_say(problem, "--format '%s': %s knows%s", name, command, known);
}

static bool check_usage(struct analysis *analysis, const struct options *options,
                        struct problem *problem) {
    const char *name = options->format ? options->format : analysis->default_format;
    analysis->format = format_named(name);
    if (!analysis->format || !analysis->has(analysis->format))
        return say_unknown_format(analysis, name, options->command->name, problem);
    for (size_t i = 0; i < options->operand_count; i++)
        if (result_replaces(options, options->operands[i]))
            return problem_say(problem, "--output '%s': it is one of the logs, and would be lost",
                               options->output);
    bool delimiter = options_insist(options, "delimiter"), bom = options_insist(options, "bom");
    if ((delimiter || bom) && !analysis->format->delimited)
        return problem_say(problem, "--%s is for CSV: it needs --format csv",
                           delimiter ? "delimiter" : "bom");
    return true;
}

static int fail(const struct options *options, const struct problem *problem, int status) {
    options_fault(options, problem);
    return status;
}

static int refuse(const struct analysis *analysis, const struct options *options,
                  const struct problem *problem) {
    int status = fail(options, problem, 2);
    if (analysis->mistake.line)
        say_place(analysis->mistake.line, analysis->mistake.at);
    return status;
}

static bool close_result(struct analysis *analysis, struct run *run) {
    struct problem problem;
    bool is_told = !run->replaces;
    if (analysis->without_result || run->replaces)
        result_drop(&analysis->result);
    else
        is_told = result_close(&analysis->result, &problem);
    if (!is_told && !run->replaces)
        fail(run->options, &problem, 1);
    if (analysis->told)
        analysis->told(analysis, run, is_told);
    return is_told;
}

static int read_and_write(struct analysis *analysis, struct run *run) {
    struct inputs inputs = {0};
    if (analysis->read)
        analysis->read(analysis, run);
    else
        inputs_read(run, &inputs);
    run_finish(run);
    if (analysis->end)
        analysis->end(analysis, run);
    inputs_release(&inputs);
    bool is_told = close_result(analysis, run);
    return run->replaces ? 2 : is_told && !run->faulty ? 0 : 1;
}

static int with_knowledge(struct analysis *analysis, const struct options *options,
                          const struct knowledge *knowledge) {
    struct run run;
    struct problem problem;
    int status;
    run_init(&run, options, knowledge);
    analysis->run = &run;
    if (!filter_check_classes(&options->filter, knowledge->book, &problem))
        status = fail(options, &problem, 2);
    else if (!mask_key_masker(options, knowledge->book, &run.masker, &problem))
        status = fail(options, &problem, 2);
    else if (analysis->begin && !analysis->begin(analysis, &run, &problem))
        status = run.faulty ? fail(options, &problem, 1) : refuse(analysis, options, &problem);
    else if (!result_open(&analysis->result, options, &problem))
        status = fail(options, &problem, 1);
    else
        status = read_and_write(analysis, &run);
    run_release(&run);
    return status;
}

int analysis_run(struct analysis *analysis, const struct options *options) {
    struct knowledge knowledge = {0};
    struct problem problem;
    int status;
    if (!check_usage(analysis, options, &problem) ||
        !knowledge_load(&knowledge, options, KNOW_LOGS, analysis->format->for_people, &problem))
        status = fail(options, &problem, 2);
    else
        status = with_knowledge(analysis, options, &knowledge);
    knowledge_release(&knowledge);
    return status;
}
