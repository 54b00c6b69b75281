/* bench_reasons - what deciding about a reply costs, and that no short cut changes the answer.
 * usage: bench_reasons [check|time] [PATTERNS-FOLDER...]
 *
 * The texts are the labelled replies of tests/unit/replies.tsv and the examples of the rule files,
 * each in its context. Three ways must give one verdict: with the cache, without it, and by trying
 * every rule with the same regexes and no search in front (finding/reason.h). Generated texts are
 * made of the others: words swapped, dropped, repeated, put in from elsewhere, digits and letters
 * changed.
 *
 * time: microseconds a reply of each part, as the best of several rounds: reading the reply, which
 * comes before, and deciding in each way. The cache is asked for the first texts only: a log says
 * some hundred things again and again, and what is not in it is decided. check: the given and some
 * ten thousand generated texts, as TAP, no times. Without a word: times and a million generated
 * texts. Folders are added like --patterns.
 */
#include "finding/reason.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"

enum {
    TEXT_MOST = 600,
    GENERATED_CHECK = 30000,
    GENERATED_BENCH = 1000000,
    ROUNDS = 15,
    REPEATED = 256
};

struct asked {
    struct slice text; /* of the reply, code and all */
    struct finding context;
    struct finding finding; /* the same with its reply read */
};

struct bench {
    struct arena arena;
    struct pattern_files files;
    struct rulebook *book;
    struct reason_memory *memory, *other;
    struct asked *asked;
    size_t count, capacity;
    uint32_t chance;
};

/* ---- texts ---- */

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
        if (slice_is(word, "local"))
            finding->record.side = SIDE_LOCAL;
        else if (!take_word(word, &finding->record) && mta_named(word))
            finding->mta = mta_named(word);
    }
}

static void add_text(struct bench *bench, struct slice context, struct slice text) {
    bench->asked =
        memory_grow(bench->asked, &bench->capacity, bench->count + 1, sizeof *bench->asked);
    struct asked *asked = &bench->asked[bench->count++];
    *asked = (struct asked){
        .text = text,
        .context = {
            .record = {.side = SIDE_NONE, .direction = DIRECTION_OUT, .stage = STAGE_OTHER}}};
    take_context(context, &asked->context);
    asked->finding = asked->context;
    reason_of_reply(bench->book, bench->memory, text, &bench->arena, &asked->finding);
}

static void add_labelled(struct bench *bench) {
    FILE *file = fopen("tests/unit/replies.tsv", "r");
    char *line = NULL;
    size_t room = 0;
    if (!file) {
        perror("tests/unit/replies.tsv");
        exit(1);
    }
    for (ssize_t length; (length = getline(&line, &room, file)) > 0;) {
        struct slice rest = slice_trim((struct slice){line, (size_t)length}), context, reply;
        if (rest.length == 0 || rest.at[0] == '#' || slice_starts(rest, SLICE("context\t")))
            continue;
        slice_cut(&rest, '\t', &context);
        slice_cut(&rest, '\t', &reply);
        add_text(bench, context, arena_copy(&bench->arena, reply));
    }
    free(line);
    fclose(file);
}

static void add_proofs(struct bench *bench, const struct proof *proofs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct slice text = proofs[i].text, context = {0};
        if (slice_skip(&text, SLICE("(")))
            slice_cut(&text, ')', &context);
        size_t arrow = slice_rfind_text(text, SLICE(" => "));
        add_text(bench, context, slice_trim(slice_head(text, arrow)));
    }
}

static void add_texts(struct bench *bench) {
    add_labelled(bench);
    for (size_t i = 0; i < bench->book->reason_count; i++)
        add_proofs(bench, bench->book->reasons[i].proofs, bench->book->reasons[i].proof_count);
    for (size_t i = 0; i < bench->book->provider_count; i++)
        add_proofs(bench, bench->book->providers[i].proofs, bench->book->providers[i].proof_count);
}

/* ---- generated texts ---- */

static uint32_t draw(struct bench *bench, size_t below) {
    bench->chance = bench->chance * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(bench->chance >> 8) * below >> 24);
}

/* From a word of the text to its end; or all of it. */
static struct slice draw_tail(struct bench *bench, struct slice text) {
    size_t from = draw(bench, text.length + 1);
    while (from > 0 && from < text.length && text.at[from - 1] != ' ')
        from--;
    return slice_from(text, from);
}

static void append(char *to, size_t *length, struct slice text) {
    text = slice_head(text, TEXT_MOST - *length);
    memcpy(to + *length, text.at, text.length);
    *length += text.length;
}

/* The head of a text, something in between, and the tail of it or of another. */
static struct slice generate(struct bench *bench, const struct asked *asked, char *to) {
    struct slice other = bench->asked[draw(bench, bench->count)].text;
    size_t length = 0;
    struct slice tail = draw_tail(bench, asked->text);
    append(to, &length, slice_head(asked->text, asked->text.length - tail.length));
    if (draw(bench, 2)) {
        struct slice inner = draw_tail(bench, other);
        append(to, &length, slice_head(inner, draw(bench, inner.length + 1)));
        append(to, &length, SLICE(" "));
    }
    append(to, &length, draw(bench, 3) ? tail : draw_tail(bench, other));
    for (unsigned changes = draw(bench, 3); changes > 0 && length > 0; changes--) {
        char *byte = &to[draw(bench, length)];
        *byte = "0123459.:-*@ aEsxT\xc3\0"[draw(bench, 20)];
    }
    return (struct slice){to, length};
}

/* ---- the same verdict ---- */

static bool is_same(const struct verdict *a, const struct verdict *b) {
    return a->class_name == b->class_name && a->rule == b->rule && a->by == b->by &&
           a->severity == b->severity && a->permanence == b->permanence && a->acts == b->acts;
}

static struct verdict verdict_by(struct bench *bench, struct reason_memory *memory,
                                 enum reason_way way, struct finding finding) {
    reason_memory_go(memory, way);
    reason_decide(bench->book, memory, &finding);
    return finding.verdict;
}

static bool hold(struct slice text, const char *ways, struct verdict one, struct verdict other) {
    if (is_same(&one, &other))
        return true;
    printf("# %s: %s and %s for: %.*s\n", ways, one.class_name, other.class_name, SLICE_ARGS(text));
    return false;
}

static bool ways_agree(struct bench *bench, struct slice text, const struct finding *finding) {
    struct verdict searched = verdict_by(bench, bench->memory, REASON_UNCACHED, *finding);
    return hold(text, "searched and plain", searched,
                verdict_by(bench, bench->other, REASON_PLAIN, *finding));
}

/* Asked in turn in two contexts, so that the cache must give and must not give. */
static bool cache_agrees(struct bench *bench, struct slice text, const struct finding *finding,
                         const struct finding *context) {
    struct finding turns[] = {*finding, *context, *finding};
    turns[1].reply = finding->reply;
    bool good = true;
    for (size_t i = 0; i < 3; i++)
        good &= hold(text, "cached and uncached",
                     verdict_by(bench, bench->memory, REASON_CACHED, turns[i]),
                     verdict_by(bench, bench->other, REASON_UNCACHED, turns[i]));
    return good;
}

static bool generated_agree(struct bench *bench, size_t count, size_t plain_every) {
    struct arena arena;
    char text[TEXT_MOST];
    bool good = true;
    arena_init(&arena);
    for (size_t i = 0; i < count; i++) {
        const struct asked *asked = &bench->asked[draw(bench, bench->count)];
        const struct asked *other = &bench->asked[draw(bench, bench->count)];
        struct slice made = generate(bench, asked, text);
        struct finding finding = asked->context;
        reason_of_reply(bench->book, bench->memory, made, &arena, &finding);
        good &= cache_agrees(bench, made, &finding, &other->finding);
        if (i % plain_every == 0)
            good &= ways_agree(bench, made, &finding);
        arena_clear(&arena);
    }
    arena_release(&arena);
    return good;
}

static bool given_agree(struct bench *bench) {
    bool good = true;
    for (size_t i = 0; i < bench->count; i++) {
        struct asked *asked = &bench->asked[i];
        good &= ways_agree(bench, asked->text, &asked->finding);
        good &= cache_agrees(bench, asked->text, &asked->finding,
                             &bench->asked[draw(bench, bench->count)].finding);
    }
    return good;
}

/* ---- times ---- */

static void read_replies(struct bench *bench, size_t count) {
    struct arena arena;
    struct reply reply;
    arena_init(&arena);
    for (size_t i = 0; i < count; i++)
        reply_read_text(bench->asked[i].text, &arena, &reply);
    arena_release(&arena);
}

static void decide(struct bench *bench, size_t count) {
    for (size_t i = 0; i < count; i++)
        reason_decide(bench->book, bench->memory, &bench->asked[i].finding);
}

/* CPU microseconds a reply, the best of several rounds over the first `count` texts. */
static double measure(struct bench *bench, void (*part)(struct bench *bench, size_t count),
                      size_t count, unsigned rounds) {
    double best = 1e9;
    for (unsigned round = 0; round < rounds; round++) {
        struct timespec from, to;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
        part(bench, count);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
        double spent =
            (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
        best = spent < best ? spent : best;
    }
    return best / (double)count;
}

static double measure_way(struct bench *bench, enum reason_way way, size_t count, unsigned rounds) {
    reason_memory_go(bench->memory, way);
    return measure(bench, decide, count, rounds);
}

static size_t count_form(const struct rulebook *book, enum rule_form form) {
    size_t count = 0;
    for (size_t i = 0; i < book->rule_count; i++)
        count += book->rules[i].form == form;
    return count;
}

static void show_times(struct bench *bench) {
    printf("%zu replies; rules: %zu phrases, %zu patterns, %zu codes\n", bench->count,
           count_form(bench->book, RULE_SAYS), count_form(bench->book, RULE_MATCHES),
           count_form(bench->book, RULE_CODE));
    double read = measure(bench, read_replies, bench->count, ROUNDS);
    double searched = measure_way(bench, REASON_UNCACHED, bench->count, ROUNDS);
    double cached = measure_way(bench, REASON_CACHED, REPEATED, ROUNDS);
    double plain = measure_way(bench, REASON_PLAIN, bench->count, 3);
    printf("%-28s %9.3f us a reply\n", "reading the reply", read);
    printf("%-28s %9.3f us a reply\n", "deciding, uncached", searched);
    printf("%-28s %9.3f us a reply\n", "deciding, from the cache", cached);
    printf("%-28s %9.3f us a reply, %.0f times as much\n", "deciding, each rule in turn", plain,
           plain / searched);
}

static int tell(bool good, const char *what, size_t count) {
    printf("%s %s (%zu)\n", good ? "ok" : "not ok", what, count);
    return !good;
}

static int all_agree(struct bench *bench, size_t generated) {
    return tell(given_agree(bench), "all ways give one verdict for every given text",
                bench->count) +
           tell(generated_agree(bench, generated, generated / 1000),
                "the cache gives what is decided without it, generated texts", generated);
}

int main(int argc, char **argv) {
    struct bench bench = {.chance = 4};
    struct problem problem;
    bool check = argc > 1 && strcmp(argv[1], "check") == 0, good = true;
    bool time_only = argc > 1 && strcmp(argv[1], "time") == 0;
    arena_init(&bench.arena);
    pattern_files_builtin(&bench.files, &bench.arena);
    for (int i = 1 + (check || time_only); i < argc; i++)
        good = good && pattern_files_folder(&bench.files, argv[i], &problem);
    if (!good || !rulebook_load(&bench.files, &bench.book, &problem)) {
        fprintf(stderr, "%s\n", problem.text);
        return 1;
    }
    bench.memory = reason_memory_new(bench.book);
    bench.other = reason_memory_new(bench.book);
    add_texts(&bench);
    if (!check)
        show_times(&bench);
    int failed = time_only ? 0 : all_agree(&bench, check ? GENERATED_CHECK : GENERATED_BENCH);
    if (check)
        puts("1..2");
    reason_memory_free(bench.memory);
    reason_memory_free(bench.other);
    rulebook_free(bench.book);
    arena_release(&bench.arena);
    free(bench.asked);
    return failed > 0;
}
