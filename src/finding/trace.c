/* The trace takes the functions that decide, and does not stop at the first rule that matches: so
 * it cannot tell another story than the verdict.
 */
#include "finding/trace.h"

#include "finding/deciding.h"
#include "finding/matching.h"

struct tracing {
    struct reason_memory *memory;
    struct asked asked;
    struct reason_trace *trace;
};

static void trace_rule(struct tracing *tracing, const struct step *step, const struct rule *rule,
                       const char *unmet) {
    struct reason_trace *trace = tracing->trace;
    trace->tried[trace->tried_count++] = (struct reason_tried){rule, step->by, unmet};
}

static void trace_wording(struct tracing *tracing, const struct step *step) {
    const struct reason_memory *memory = tracing->memory;
    const struct rulebook *book = memory->book;
    size_t end = book->first_rule[step->strength + 1];
    for (size_t id = matching_next(memory, book->first_rule[step->strength], end); id < end;
         id = matching_next(memory, id + 1, end)) {
        const struct rule *rule = &book->rules[id];
        if (matching_words(memory, &tracing->asked, rule))
            trace_rule(tracing, step, rule,
                       matching_wording_unmet(memory, &tracing->asked, deciding_guard(memory, id)));
    }
}

static void trace_code(struct tracing *tracing, const struct step *step) {
    const struct reason_memory *memory = tracing->memory;
    const struct rulebook *book = memory->book;
    const struct asked *asked = &tracing->asked;
    const char *hint = matching_hint_unmet(memory, asked, step->strength);
    for (size_t id = book->first_rule[step->strength]; id < book->first_rule[step->strength + 1];
         id++) {
        const struct rule *rule = &book->rules[id];
        if (matching_code(asked, rule))
            trace_rule(tracing, step, rule, matching_code_unmet(memory, asked, rule, hint));
    }
}

static void trace_providers(struct tracing *tracing, struct provider_set by_host) {
    const struct rulebook *book = tracing->memory->book;
    struct reason_trace *trace = tracing->trace;
    for (size_t i = 0; i < book->provider_count; i++)
        if (by_host.bits[i / 64] >> i % 64 & 1)
            trace->seen[trace->seen_count++] = (struct reason_seen){&book->providers[i], NULL};
    const struct provider_mark *mark = matching_mark(tracing->memory, &tracing->asked, 0);
    for (; mark;
         mark = matching_mark(tracing->memory, &tracing->asked, (size_t)(mark - book->marks) + 1))
        trace->seen[trace->seen_count++] = (struct reason_seen){mark->provider, &mark->mark};
}

void reason_trace(struct reason_memory *memory, const struct finding *finding, struct arena *arena,
                  struct reason_trace *trace_r) {
    const struct rulebook *book = memory->book;
    struct tracing tracing = {memory, matching_asked(memory, finding), trace_r};
    struct provider_set by_host = tracing.asked.providers;
    *trace_r = (struct reason_trace){
        .text = arena_copy(arena, tracing.asked.clean),
        .tried = arena_zero(arena, (book->rule_count + 1) * sizeof *trace_r->tried),
        .seen = arena_zero(arena,
                           (book->provider_count + book->mark_count + 1) * sizeof *trace_r->seen),
        .is_failure = reason_is_failure(finding),
    };
    matching_find(memory, &tracing.asked);
    trace_providers(&tracing, by_host);
    for (size_t i = 0; i < REASON_STEPS && trace_r->is_failure; i++)
        (reason_steps[i].first == matching_first_code ? trace_code
                                                      : trace_wording)(&tracing, &reason_steps[i]);
}
