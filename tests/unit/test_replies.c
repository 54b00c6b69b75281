/* replies - the labelled set (replies.tsv): replies in wording that stands in no rule file, each
 * with the class a postmaster would give it. A wrong class costs more than none, so both are
 * bounded; and a reason whose rules nobody measures is a guess, so each has its replies.
 *
 * Columns: context (stage, side, direction, MTA: the words of an example), reply, class. Replies
 * of a reason whose file has too few examples to be done wait: they count for nothing until then.
 *
 *   REPLIES_TABLE=1    prints right, wrong and unclassified for each class
 *   REPLIES_WRONG=1    prints each wrong or unclassified reply, and the rule that decided
 *   REPLIES_SET=FILE   measures another set, without limits
 */
#include "finding/reason.h"
#include "finding/trace.h"
#include "mta/mta.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/pattern_files.h"

#define OWN_SET "tests/unit/replies.tsv"
#define NONE    "unclassified"

enum {
    WRONG_MOST_PERCENT = 3,
    RIGHT_LEAST_PERCENT = 92,
    UNSEEN_LEAST = 400,
    REPLIES_PER_REASON = 5,
    EXAMPLES_PER_REASON = 8,
    CLASSES_MOST = 128
};

struct score {
    const char *class_name;
    bool waits; /* its file is a beginning */
    unsigned replies, right, wrong, unclassified;
    unsigned taken; /* replies of other classes that got this one */
};

struct scores {
    struct score items[CLASSES_MOST];
    size_t count;
    unsigned unseen; /* replies that are no example of a rule file */
};

static struct score *score_of(struct scores *scores, struct slice class_name) {
    for (size_t i = 0; i < scores->count; i++)
        if (slice_is(class_name, scores->items[i].class_name))
            return &scores->items[i];
    fail_msg("'%.*s' is no class", SLICE_ARGS(class_name));
    return NULL;
}

static unsigned examples_of(const struct reason *reason) {
    unsigned examples = 0;
    for (size_t i = 0; i < reason->proof_count; i++)
        examples += !reason->proofs[i].counter;
    return examples;
}

/* Every reason of the book stands in the table, also one that the set has no reply for. */
static void start_scores(struct scores *scores, const struct rulebook *book) {
    assert_true(book->reason_count < CLASSES_MOST);
    scores->items[scores->count++] = (struct score){.class_name = NONE};
    for (size_t i = 0; i < book->reason_count; i++) {
        const struct reason *reason = &book->reasons[i];
        bool waits = examples_of(reason) < EXAMPLES_PER_REASON;
        scores->items[scores->count++] = (struct score){.class_name = reason->name, .waits = waits};
    }
}

static bool take_word(struct slice word, struct record *record) {
    enum stage stage = record->stage;
    enum side side = record->side;
    enum direction direction = record->direction;
    bool known =
        stage_read(word, &stage) || side_read(word, &side) || direction_read(word, &direction);
    record->stage = stage;
    record->side = side;
    record->direction = direction;
    return known;
}

static void take_context(struct slice words, struct finding *finding) {
    while (words.length) {
        struct slice word;
        slice_cut(&words, ' ', &word);
        if (!take_word(word, &finding->record) && word.length && !(finding->mta = mta_named(word)))
            fail_msg("'%.*s' is no context", SLICE_ARGS(word));
    }
}

static void tell_miss(struct slice reply, struct slice wanted, const struct verdict *verdict) {
    const char *by = class_by_name(verdict->by);
    if (verdict->rule)
        print_message("# %.*s: %s (%s, %s:%u), not %.*s\n", SLICE_ARGS(reply), verdict->class_name,
                      by, verdict->rule->file, verdict->rule->line, SLICE_ARGS(wanted));
    else
        print_message("# %.*s: %s, not %.*s\n", SLICE_ARGS(reply), verdict->class_name,
                      SLICE_ARGS(wanted));
}

static void weigh(struct scores *scores, struct slice reply, struct slice wanted,
                  const struct verdict *verdict) {
    struct score *score = score_of(scores, wanted);
    score->replies++;
    if (score->waits)
        return;
    if (slice_is(wanted, verdict->class_name)) {
        score->right++;
        return;
    }
    bool is_none = strcmp(verdict->class_name, NONE) == 0;
    *(is_none ? &score->unclassified : &score->wrong) += 1;
    score_of(scores, slice_of(verdict->class_name))->taken += !is_none;
    if (getenv("REPLIES_WRONG"))
        tell_miss(reply, wanted, verdict);
}

/* The context of an example stands before its reply. */
static bool is_example(const struct rulebook *book, struct slice reply) {
    for (size_t i = 0; i < book->reason_count; i++)
        for (size_t j = 0; j < book->reasons[i].proof_count; j++)
            if (slice_ends(book->reasons[i].proofs[j].text, reply))
                return true;
    return false;
}

static void measure(const char *path, struct rulebook *book, struct scores *scores) {
    struct reason_memory *memory = reason_memory_new(book);
    struct arena scratch;
    arena_init(&scratch);
    FILE *set = fopen(path, "r");
    assert_non_null(set);
    char *line = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, set)) > 0;) {
        struct slice rest = slice_trim((struct slice){line, (size_t)length}), context, reply;
        if (!rest.length || rest.at[0] == '#' || slice_starts(rest, SLICE("context\t")))
            continue;
        slice_cut(&rest, '\t', &context);
        slice_cut(&rest, '\t', &reply);
        struct finding finding = {.record = {.direction = DIRECTION_OUT, .stage = STAGE_OTHER}};
        take_context(context, &finding);
        reason_of_reply(book, memory, reply, &scratch, &finding);
        struct reason_trace trace;
        reason_trace(memory, &finding, &scratch, &trace);
        size_t first = 0;
        while (first < trace.tried_count && trace.tried[first].unmet)
            first++;
        if (finding.verdict.rule)
            assert_ptr_equal(trace.tried[first].rule, finding.verdict.rule);
        else
            assert_int_equal(first, trace.tried_count);
        weigh(scores, reply, rest, &finding.verdict);
        scores->unseen += !is_example(book, reply);
        arena_clear(&scratch);
    }
    free(line);
    fclose(set);
    arena_release(&scratch);
    reason_memory_free(memory);
}

static struct score sum_up(const struct scores *scores) {
    struct score all = {.class_name = "all that count"};
    for (size_t i = 0; i < scores->count; i++) {
        const struct score *score = &scores->items[i];
        if (score->waits)
            continue;
        all.replies += score->replies;
        all.right += score->right;
        all.wrong += score->wrong;
        all.unclassified += score->unclassified;
        all.taken += score->taken;
    }
    return all;
}

static void print_score(const struct score *score) {
    if (score->waits)
        print_message("# %-24s %7u   waits for examples\n", score->class_name, score->replies);
    else
        print_message("# %-24s %7u %6u %6u %12u %6u\n", score->class_name, score->replies,
                      score->right, score->wrong, score->unclassified, score->taken);
}

static void print_scores(const struct scores *scores, const struct score *all) {
    if (getenv("REPLIES_TABLE")) {
        print_message("# %-24s %7s %6s %6s %12s %6s\n", "class", "replies", "right", "wrong", NONE,
                      "taken");
        for (size_t i = 0; i < scores->count; i++)
            print_score(&scores->items[i]);
        print_score(all);
    }
    unsigned waiting = 0, reasons = 0;
    for (size_t i = 0; i < scores->count; i++) {
        reasons += scores->items[i].waits;
        waiting += scores->items[i].waits ? scores->items[i].replies : 0;
    }
    print_message("# %u replies: %u right, %u wrong, %u unclassified\n", all->replies, all->right,
                  all->wrong, all->unclassified);
    print_message("# %u replies stand in no rule file\n", scores->unseen);
    if (reasons)
        print_message("# %u replies of %u reasons wait for examples in their files\n", waiting,
                      reasons);
}

static void check_limits(const struct scores *scores, const struct score *all) {
    for (size_t i = 0; i < scores->count; i++)
        if (scores->items[i].replies < REPLIES_PER_REASON)
            fail_msg("%s has %u replies, fewer than %d", scores->items[i].class_name,
                     scores->items[i].replies, REPLIES_PER_REASON);
    assert_true(scores->unseen >= UNSEEN_LEAST);
    assert_true(all->wrong * 100 <= all->replies * WRONG_MOST_PERCENT);
    assert_true(all->right * 100 >= all->replies * RIGHT_LEAST_PERCENT);
}

static void test_labelled_set(void **state) {
    (void)state;
    struct arena arena;
    struct pattern_files files = {0};
    struct rulebook *book;
    struct problem problem;
    arena_init(&arena);
    pattern_files_builtin(&files, &arena);
    assert_true(rulebook_load(&files, &book, &problem));
    const char *other_set = getenv("REPLIES_SET");
    struct scores scores = {.count = 0};
    start_scores(&scores, book);
    measure(other_set ? other_set : OWN_SET, book, &scores);
    struct score all = sum_up(&scores);
    print_scores(&scores, &all);
    if (!other_set)
        check_limits(&scores, &all);
    rulebook_free(book);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_labelled_set)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
