/* A rule without a proof is a guess, so every pattern file carries examples, and here each of them
 * is decided exactly as a logged reply would be. A failed one tells which rule took it, because
 * that is where the wording has to be made narrower.
 *
 *   (auth in) 535 Error        stage, side, direction and MTA of the example, then its reply
 *
 * The other way round, a rule that decides about no example is unproved: it may be dead, or wrong.
 */
#include "finding/proof.h"

#include "base/memory.h"
#include "finding/reason.h"
#include "finding/trace.h"
#include "rules/equal.h"
#include <assert.h>
#include <stdlib.h>

/* What became of a rule in the examples. */
struct share {
    bool decided;
    const struct rule *beaten_by; /* in the first example that it matches and another decides */
    const struct proof *in;
};

struct prover {
    const struct rulebook *book;
    struct reason_memory *memory;
    struct arena arena;
    void (*told)(void *context, const char *text);
    void *context;
    size_t proved, failed;
    struct share *shares; /* by rule id; NULL: not asked for */
};

static void tell_whole(struct prover *prover, const char *text) {
    prover->failed++;
    if (prover->told)
        prover->told(prover->context, text);
}

static void tell(struct prover *prover, const char *file, unsigned line, const char *what) {
    tell_whole(prover, arena_print(&prover->arena, "%s:%u: %s", file, line, what).at);
}

/* One word of a context. "local" may be meant as a side or as a direction: see read_context. */
static bool take_word(struct slice word, struct finding *finding, bool *has_side,
                      bool *has_direction) {
    enum stage stage;
    enum direction direction;
    enum side side;
    const struct mta *mta = mta_named(word);
    if (stage_read(word, &stage)) {
        finding->record.stage = stage;
    } else if (direction_read(word, &direction)) {
        finding->record.direction = direction;
        *has_direction = true;
    } else if (side_read(word, &side)) {
        finding->record.side = side;
        *has_side = true;
    } else if (mta) {
        finding->mta = mta;
    } else {
        return false;
    }
    return true;
}

/* "(auth in) 535 Error": takes the words off the front of *text. "local" is the side when another
 * word is the direction, the direction when another is the side, and both when it stands alone. */
static bool read_context(struct slice *text, struct finding *finding, struct slice *wrong_r) {
    if (text->length == 0 || text->at[0] != '(')
        return true;
    struct slice rest = slice_from(*text, 1), words;
    bool has_side = false, has_direction = false, has_local = false;
    if (!slice_cut(&rest, ')', &words)) {
        *wrong_r = *text;
        return false;
    }
    while (words.length > 0) {
        struct slice word;
        slice_cut(&words, ' ', &word);
        if (slice_is(word, "local")) {
            has_local = true;
        } else if (word.length > 0 && !take_word(word, finding, &has_side, &has_direction)) {
            *wrong_r = word;
            return false;
        }
    }
    if (has_local && !has_side)
        finding->record.side = SIDE_LOCAL;
    if (has_local && !has_direction)
        finding->record.direction = DIRECTION_LOCAL;
    *text = slice_trim(rest);
    return true;
}

/* Decides about an example as docs/patterns.md says it is read. */
static bool decide_proof(struct prover *prover, const struct proof *proof, struct slice text,
                         struct slice host, struct finding *finding) {
    struct slice wrong, reply = text;
    *finding = (struct finding){.record = {.direction = DIRECTION_OUT,
                                           .side = SIDE_NONE,
                                           .stage = STAGE_OTHER,
                                           .peer_host = host,
                                           .size = -1,
                                           .delay = -1,
                                           .nrcpt = -1}};
    if (!read_context(&reply, finding, &wrong)) {
        tell(prover, proof->file, proof->line,
             arena_print(&prover->arena,
                         "'%.*s' is no context: write a stage, side, direction or MTA between '(' "
                         "and ')'",
                         SLICE_ARGS(wrong))
                 .at);
        return false;
    }
    reason_of_reply(prover->book, prover->memory, reply, &prover->arena, finding);
    return true;
}

static const char *chosen_by(struct prover *prover, const struct verdict *verdict) {
    if (!verdict->rule)
        return verdict->class_name;
    return arena_print(&prover->arena, "%s by %s:%u", verdict->class_name, verdict->rule->file,
                       verdict->rule->line)
        .at;
}

/* All rules that match an example: the first of them decides. */
static void take_shares(struct prover *prover, const struct proof *proof,
                        const struct finding *finding) {
    struct reason_trace trace;
    const struct rule *winner = finding->verdict.rule;
    reason_trace(prover->memory, finding, &prover->arena, &trace);
    for (size_t i = 0; i < trace.tried_count; i++) {
        struct share *share = &prover->shares[trace.tried[i].rule->id];
        if (trace.tried[i].unmet)
            continue;
        if (trace.tried[i].rule == winner)
            share->decided = true;
        else if (!share->in)
            *share = (struct share){share->decided, winner, proof};
    }
}

/* The example must be classed as `wanted`; a counter-example must not. */
static void prove(struct prover *prover, const struct proof *proof, struct slice text,
                  struct slice wanted, struct slice host) {
    struct finding finding;
    prover->proved++;
    if (!decide_proof(prover, proof, text, host, &finding))
        return;
    if (prover->shares)
        take_shares(prover, proof, &finding);
    const struct verdict *verdict = &finding.verdict;
    bool classed = slice_is(wanted, verdict->class_name);
    if (classed && proof->counter)
        tell(prover, proof->file, proof->line,
             arena_print(&prover->arena, "'%.*s' is classed %s, and must not be", SLICE_ARGS(text),
                         chosen_by(prover, verdict))
                 .at);
    else if (!classed && !proof->counter)
        tell(prover, proof->file, proof->line,
             arena_print(&prover->arena, "'%.*s' is classed %s, not %.*s", SLICE_ARGS(text),
                         chosen_by(prover, verdict), SLICE_ARGS(wanted))
                 .at);
    arena_clear(&prover->arena);
}

static void prove_reason(struct prover *prover, const struct reason *reason) {
    for (size_t i = 0; i < reason->proof_count; i++)
        prove(prover, &reason->proofs[i], reason->proofs[i].text, slice_of(reason->name),
              (struct slice){0});
}

/* A reply of the first host of the provider, when it has one. */
static void prove_provider(struct prover *prover, const struct provider *provider) {
    struct slice host = provider->host_count > 0 ? provider->hosts[0] : (struct slice){0};
    for (size_t i = 0; i < provider->proof_count; i++) {
        struct slice text = provider->proofs[i].text, arrow = SLICE(" => ");
        size_t end = slice_rfind_text(text, arrow);
        assert(end != SIZE_MAX); /* the rule book checked it */
        prove(prover, &provider->proofs[i], slice_trim(slice_head(text, end)),
              slice_from(text, end + arrow.length), host);
    }
}

/* The reply names the list, and is classed as it says. */
static void prove_list(struct prover *prover, const struct list_proof *list) {
    const struct proof *proof = &list->proof;
    struct finding finding;
    prove(prover, proof, proof->text, list->reason, (struct slice){0});
    if (!decide_proof(prover, proof, proof->text, (struct slice){0}, &finding))
        return;
    struct slice named = finding.verdict.blocklist;
    if (!slice_equal(named, list->name))
        tell(prover, proof->file, proof->line,
             arena_print(&prover->arena, "'%.*s' names the list '%.*s', not '%.*s'",
                         SLICE_ARGS(proof->text), SLICE_ARGS(named), SLICE_ARGS(list->name))
                 .at);
    arena_clear(&prover->arena);
}

static bool is_direction_word(struct slice word) {
    enum direction direction;
    return direction_read(word, &direction);
}

/* The rule book does not know the MTAs, so their names are checked here. */
static void check_mtas(struct prover *prover) {
    for (size_t i = 0; i < prover->book->rule_count; i++) {
        const struct rule *rule = &prover->book->rules[i];
        for (size_t j = 0; j < rule->where->mta.count; j++)
            if (!mta_named(rule->where->mta.items[j]))
                tell(prover, rule->file, rule->line,
                     arena_print(&prover->arena, "no MTA '%.*s'",
                                 SLICE_ARGS(rule->where->mta.items[j]))
                         .at);
    }
    for (size_t i = 0; i < prover->book->reason_count; i++) {
        const struct reason *reason = &prover->book->reasons[i];
        for (size_t j = 0; j < reason->hint_count; j++) {
            struct slice rest = reason->hints[j].where, word;
            slice_cut(&rest, ' ', &word);
            if (!is_direction_word(word) && !mta_named(word) && !slice_is(word, "after"))
                tell(prover, reason->file, 1,
                     arena_print(&prover->arena, "no MTA '%.*s' in hints", SLICE_ARGS(word)).at);
        }
    }
}

static void check_pattern(struct prover *prover, const struct rule_pattern *pattern,
                          const char *file, unsigned line) {
    struct problem why;
    if (pattern->regex && !regex_check(pattern->regex, &why))
        tell(prover, file, line, why.text);
}

/* Files that are built in are not asked when they are loaded. */
static void check_differ(struct prover *prover) {
    struct problem why;
    if (!rules_differ(prover->book, &why))
        tell_whole(prover, why.text);
}

/* Patterns of files that are built in are compiled when they are needed, and so proved here. */
static void check_patterns(struct prover *prover) {
    for (size_t i = 0; i < prover->book->rule_count; i++) {
        const struct rule *rule = &prover->book->rules[i];
        if (rule->pattern)
            check_pattern(prover, rule->pattern, rule->file, rule->line);
    }
    const struct rule_mark *mark;
    for (size_t i = 0; (mark = rulebook_mark(prover->book, i)); i++)
        check_pattern(prover, &mark->pattern, mark->file, mark->line);
}

static void prove_all(struct prover *prover) {
    for (size_t i = 0; i < prover->book->reason_count; i++)
        prove_reason(prover, &prover->book->reasons[i]);
    for (size_t i = 0; i < prover->book->provider_count; i++)
        prove_provider(prover, &prover->book->providers[i]);
    for (size_t i = 0; i < prover->book->list_proof_count; i++)
        prove_list(prover, &prover->book->list_proofs[i]);
}

static void prover_release(struct prover *prover) {
    arena_release(&prover->arena);
    reason_memory_free(prover->memory);
}

size_t reason_prove(struct rulebook *book, size_t *failed_r,
                    void (*told)(void *context, const char *text), void *context) {
    struct prover prover = {
        .book = book, .memory = reason_memory_new(book), .told = told, .context = context};
    arena_init(&prover.arena);
    check_mtas(&prover);
    check_differ(&prover);
    check_patterns(&prover);
    prove_all(&prover);
    prover_release(&prover);
    *failed_r = prover.failed;
    return prover.proved;
}

/* ---- rules without a proof */

struct lone {
    const struct rule *rule;
    const struct share *share;
};

static int compare_lone(const void *one, const void *other) {
    const struct rule *a = ((const struct lone *)one)->rule;
    const struct rule *b = ((const struct lone *)other)->rule;
    int order = strcmp(a->file, b->file);
    return order ? order : a->line < b->line ? -1 : a->line > b->line;
}

/* "FILE:LINE 'TEXT' for REASON"; patterns can be long. */
static struct slice rule_shown(struct arena *arena, const struct rule *rule) {
    enum { SHOWN = 60 };
    bool whole = rule->text.length <= SHOWN;
    return arena_print(arena, "%s:%u: '%.*s%s' for %s", rule->file, rule->line,
                       (int)(whole ? rule->text.length : SHOWN), rule->text.at, whole ? "" : "...",
                       rule->reason->name);
}

static void tell_one(struct prover *prover, const struct lone *lone,
                     void (*told)(void *context, const char *text), void *context) {
    struct arena *arena = &prover->arena;
    struct slice shown = rule_shown(arena, lone->rule), text;
    if (lone->share->in)
        text = arena_print(arena, "%.*s is always beaten, in %s:%u by %.*s", SLICE_ARGS(shown),
                           lone->share->in->file, lone->share->in->line,
                           SLICE_ARGS(rule_shown(arena, lone->share->beaten_by)));
    else
        text = arena_print(arena, "%.*s is fired by no example", SLICE_ARGS(shown));
    told(context, text.at);
    arena_clear(arena);
}

/* ", 23", and for what is always beaten who does it; a list of phrases has one line. */
static struct slice add_line(struct arena *arena, struct slice lines, const struct lone *lone) {
    const struct rule *by = lone->share->beaten_by;
    lines = arena_print(arena, "%.*s%s%u", SLICE_ARGS(lines), lines.length ? ", " : "",
                        lone->rule->line);
    return by ? arena_print(arena, "%.*s (by %s:%u)", SLICE_ARGS(lines), by->file, by->line)
              : lines;
}

/* The rules of one file that are silent, or those that are beaten; a note holds so many lines. */
static void tell_lines(struct prover *prover, const struct lone *lones, size_t count, bool beaten,
                       void (*told)(void *context, const char *text), void *context) {
    enum { ENOUGH = 400 };
    const char *what = beaten ? "another rule always beats line" : "no example fires line";
    struct slice lines = {"", 0};
    for (size_t i = 0; i <= count; i++) {
        bool ends = i == count;
        if (lines.length > (ends ? 0 : ENOUGH)) {
            told(context, arena_print(&prover->arena, "%s: %s %.*s", lones[0].rule->file, what,
                                      SLICE_ARGS(lines))
                              .at);
            lines.length = 0;
        }
        bool same = !ends && i > 0 && lones[i].rule->line == lones[i - 1].rule->line &&
                    lones[i].share->beaten_by == lones[i - 1].share->beaten_by;
        if (!ends && (lones[i].share->in != NULL) == beaten && !same)
            lines = add_line(&prover->arena, lines, &lones[i]);
    }
    arena_clear(&prover->arena);
}

/* One by one where they are few; thousands of phrases may lack an example. */
static void tell_files(struct prover *prover, struct lone *lones, size_t count,
                       void (*told)(void *context, const char *text), void *context) {
    enum { FEW = 12 };
    qsort(lones, count, sizeof *lones, compare_lone);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1;
             end < count && strcmp(lones[end].rule->file, lones[first].rule->file) == 0;)
            end++;
        for (size_t i = first; i < end && end - first <= FEW; i++)
            tell_one(prover, &lones[i], told, context);
        if (end - first <= FEW)
            continue;
        tell_lines(prover, lones + first, end - first, false, told, context);
        tell_lines(prover, lones + first, end - first, true, told, context);
    }
}

static struct unproved judge_shares(struct prover *prover,
                                    void (*told)(void *context, const char *text), void *context) {
    struct unproved unproved = {0};
    struct lone *lones = memory_new((prover->book->rule_count + 1) * sizeof *lones);
    size_t count = 0;
    for (size_t i = 0; i < prover->book->rule_count; i++) {
        const struct rule *rule = &prover->book->rules[i];
        const struct share *share = &prover->shares[i];
        if (rule->of_table)
            continue;
        unproved.rules++;
        if (share->decided)
            continue;
        unproved.silent += !share->in;
        unproved.beaten += share->in != NULL;
        lones[count++] = (struct lone){rule, share};
    }
    if (told)
        tell_files(prover, lones, count, told, context);
    free(lones);
    return unproved;
}

struct unproved reason_unproved(struct rulebook *book,
                                void (*told)(void *context, const char *text), void *context) {
    struct prover prover = {.book = book,
                            .memory = reason_memory_new(book),
                            .shares = memory_new((book->rule_count + 1) * sizeof *prover.shares)};
    arena_init(&prover.arena);
    prove_all(&prover);
    struct unproved unproved = judge_shares(&prover, told, context);
    prover_release(&prover);
    free(prover.shares);
    return unproved;
}
