/* Any bytes as a threshold.
 *
 * Holds: what is refused is said in words, with a place inside the text; what is read and written
 * down again is read as the same, and can be judged of nothing.
 */
#include "tally/threshold.h"

#include "base/moment.h"

#include "target.h"

/* The same threshold, in the words that are put into a line; NULs of names and all. */
static void put_again(struct out *out, const struct threshold *threshold) {
    bool has_quote = slice_find(threshold->name, '"') != SIZE_MAX;
    struct threshold bare = *threshold;
    if (threshold->subject != SUBJECT_ALL && !threshold->any) {
        out_print(out, "%s %c", subject_rows[threshold->subject].word, has_quote ? '\'' : '"');
        out_slice(out, threshold->name);
        out_print(out, "%c ", has_quote ? '\'' : '"');
        bare.subject = SUBJECT_ALL;
    }
    threshold_put_metric(out, &bare, (struct slice){0});
    threshold_put_unit(out, threshold);
    out_byte(out, ' ');
    threshold_put_bound(out, threshold);
    if (threshold->at_least)
        out_print(out, " of at least %llu", (unsigned long long)threshold->at_least);
}

static void check_again(const struct threshold *threshold) {
    struct threshold again;
    struct threshold_mistake mistake;
    struct out out;
    if (threshold->unit == UNIT_SECONDS)
        return; /* minutes of three decimals are not as exact */
    out_init_memory(&out);
    put_again(&out, threshold);
    MUST(threshold_read(out_held(&out), &again, &mistake));
    MUST(again.subject == threshold->subject && again.any == threshold->any);
    MUST(again.figure == threshold->figure && again.unit == threshold->unit);
    MUST(again.comparison == threshold->comparison && again.at_least == threshold->at_least);
    MUST(slice_equal(again.name, threshold->name));
    double error = again.bound - threshold->bound;
    MUST(error < 0.001 && error > -0.001);
    out_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static struct tally *empty;
    struct slice text = {(const char *)bytes, length};
    struct threshold threshold;
    struct threshold_mistake mistake = {0};
    empty = empty ? empty : tally_new();
    if (!threshold_read(text, &threshold, &mistake)) {
        MUST(mistake.why.text[0] && mistake.at <= length);
        return 0;
    }
    const struct tally *const before[WEEKS_MOST] = {empty, empty, empty, empty};
    const struct threshold_basis basis = {.tally = empty,
                                          .begin = MOMENT_NONE,
                                          .end = MOMENT_NONE,
                                          .last = MOMENT_NONE,
                                          .before = before,
                                          .before_count = length % (WEEKS_MOST + 1),
                                          .hours = 1};
    struct threshold_result result = threshold_judge(&threshold, &basis);
    MUST(!result.name_length && (result.known || !result.holds));
    if (slice_find(threshold.name, '"') == SIZE_MAX || slice_find(threshold.name, '\'') == SIZE_MAX)
        if (threshold.name.length < 200)
            check_again(&threshold);
    return 0;
}
