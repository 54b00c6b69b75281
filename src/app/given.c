/* given - a command that a report shows reads what the report was made of, in the same way. */
#include "app/given.h"

#include "app/options.h"
#include "report/asked.h"

static struct slice path_shown(const struct run *run, const char *path) {
    return run->masker ? masker_path(run->masker, slice_of(path)) : slice_of(path);
}

struct filter given_filter(const struct run *run, struct arena *arena) {
    struct filter shown = run->options->filter;
    for (size_t i = 0; run->masker && i < shown.count; i++)
        shown.words[i].pattern = arena_copy(arena, masker_filter(run->masker, &shown.words[i]));
    return shown;
}

struct slice given_inputs(const struct run *run, bool with_span, struct arena *arena) {
    const struct options *options = run->options;
    const struct {
        const char *name, *word;
        bool is_span;
    } words[] = {{"mta", options->mta, false},
                 {"since", options->since_wish, true},
                 {"until", options->until_wish, true},
                 {"timezone", options->timezone, false}};
    struct out given;
    out_init_memory(&given);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].word && (with_span || !words[i].is_span))
            asked_put(&given, words[i].name, slice_of(words[i].word));
    if (options->year)
        out_print(&given, " --year %u", options->year);
    for (size_t i = 0; i < options->pattern_count; i++)
        asked_put(&given, "patterns", path_shown(run, options->patterns[i]));
    if (options_insist(options, "config"))
        asked_put(&given, "config", path_shown(run, options->config));
    if (options->no_config)
        out_text(&given, " --no-config");
    if (options->journal)
        out_text(&given, " --journal");
    if (options->mask)
        out_text(&given, " --mask");
    if (options->mask_key)
        asked_put(&given, "mask-key", path_shown(run, options->mask_key));
    for (size_t i = 0; i < options->operand_count; i++)
        asked_put(&given, NULL, path_shown(run, options->operands[i]));
    struct slice kept = arena_copy(arena, out_held(&given));
    out_release(&given);
    return kept;
}
