/* plugin - a monitoring system reads one line, shows what stands in front of the bar, and draws the
 * rest over time. Names in it may be log text: a bar or a control byte of theirs must not get
 * through. What each metric is stands in the performance data once, with the first warning and the
 * first critical threshold about it. */
#include "app/plugin.h"

#include <stdio.h>
#include <unistd.h>

#include "app/say.h"

static const char *const status_words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

/* ---- text */

/* No control byte, and no bar, which would end the text. */
static void put_safe(struct out *out, struct out *text) {
    out_byte(text, '\0');
    say_safely(text->bytes);
    for (char *at = text->bytes; *at; at++)
        if (*at == '|')
            *at = '?';
    out_text(out, text->bytes);
    text->length = 0;
}

static struct slice name_of(const struct threshold *threshold,
                            const struct threshold_result *result) {
    return threshold->any ? (struct slice){result->name, result->name_length} : threshold->name;
}

static void put_value(struct out *out, const struct threshold *threshold,
                      const struct threshold_result *result) {
    if (!result->known) {
        out_text(out, result->learning ? "still learning" : "none");
        return;
    }
    if (threshold->figure == FIGURE_DELAY) /* an estimate */
        out_text(out, "about ");
    threshold_put_value(out, threshold, result->value);
    if (threshold->unit == UNIT_USUAL)
        out_text(out, " the usual");
    if (result->is_ahead)
        out_text(out, " without entries stamped in the future");
}

/* "bounced is 7.2% (> 5%)" */
static void put_holding(struct out *text, const struct threshold *threshold,
                        const struct threshold_result *result) {
    threshold_put_metric(text, threshold, name_of(threshold, result));
    out_text(text, " is ");
    put_value(text, threshold, result);
    out_text(text, " (");
    threshold_put_bound(text, threshold);
    out_byte(text, ')');
}

/* ---- one metric, several thresholds */

static bool same_metric(const struct threshold *a, const struct threshold *b) {
    return a->subject == b->subject && a->any == b->any && a->figure == b->figure &&
           a->percent == b->percent && a->unit == b->unit && slice_equal(a->name, b->name);
}

/* The first threshold about a metric; count: there is none. */
static size_t first_about(const struct plugin_level *level, const struct threshold *metric) {
    size_t i = 0;
    while (i < level->count && !same_metric(&level->thresholds[i], metric))
        i++;
    return i;
}

/* Of the metric of a threshold nothing stands before it. */
static bool is_first(const struct plugin_level *before, const struct plugin_level *level,
                     size_t place) {
    const struct threshold *threshold = &level->thresholds[place];
    return first_about(before, threshold) == before->count &&
           first_about(level, threshold) == place;
}

/* ---- in front of the bar */

/* Those that hold; of a metric that is critical no warning is said. */
static void put_level(struct out *text, const struct plugin_level *level,
                      const struct plugin_level *graver) {
    for (size_t i = 0; i < level->count; i++) {
        const struct threshold *threshold = &level->thresholds[i];
        size_t also = graver ? first_about(graver, threshold) : 0;
        if (!level->results[i].holds ||
            (graver && also < graver->count && graver->results[also].holds))
            continue;
        if (text->length)
            out_text(text, ", ");
        put_holding(text, threshold, &level->results[i]);
    }
}

/* When all is fine: what there is. */
static void put_fine(struct out *text, const struct plugin_level *level,
                     const struct plugin_level *before) {
    for (size_t i = 0; i < level->count; i++) {
        if (!is_first(before, level, i))
            continue;
        if (text->length)
            out_text(text, ", ");
        threshold_put_metric(text, &level->thresholds[i],
                             name_of(&level->thresholds[i], &level->results[i]));
        out_byte(text, ' ');
        put_value(text, &level->thresholds[i], &level->results[i]);
    }
}

static bool any_holds(const struct plugin_level *level) {
    for (size_t i = 0; i < level->count; i++)
        if (level->results[i].holds)
            return true;
    return false;
}

/* ---- behind the bar: 'label'=value[UOM];[warn];[crit];[min];[max] */

/* In single quotes, doubled inside; '=' and what is no text may not be in it. */
static void put_label(struct out *out, const struct threshold *threshold) {
    struct out label, quoted;
    out_init_memory(&label);
    out_init_memory(&quoted);
    threshold_put_metric(&label, threshold, threshold->name);
    threshold_put_unit(&label, threshold);
    struct slice text = out_held(&label);
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == '\'')
            out_byte(&quoted, '\'');
        out_byte(&quoted, text.at[i] == '=' ? '?' : text.at[i]);
    }
    out_byte(out, '\'');
    put_safe(out, &quoted);
    out_byte(out, '\'');
    out_release(&quoted);
    out_release(&label);
}

/* As a range of the guidelines: "alert if it is outside"; with "@", if it is inside. */
static void put_range(struct out *out, const struct threshold *threshold) {
    static const struct {
        const char *front, *back;
        bool twice;
    } ranges[] = {
        [COMPARE_MORE] = {"", "", false},  [COMPARE_AT_LEAST] = {"@", ":", false},
        [COMPARE_LESS] = {"", ":", false}, [COMPARE_AT_MOST] = {"@0:", "", false},
        [COMPARE_SAME] = {"@", ":", true}, [COMPARE_OTHER] = {"", ":", true},
    };
    out_text(out, ranges[threshold->comparison].front);
    threshold_put_number(out, threshold->bound);
    out_text(out, ranges[threshold->comparison].back);
    if (ranges[threshold->comparison].twice)
        threshold_put_number(out, threshold->bound);
}

static void put_datum(struct out *out, const struct threshold *threshold,
                      const struct threshold_result *result, const struct plugin_level *warning,
                      const struct plugin_level *critical) {
    const struct plugin_level *const levels[] = {warning, critical};
    bool is_share = threshold->unit == UNIT_SHARE;
    out_byte(out, ' ');
    put_label(out, threshold);
    out_byte(out, '=');
    if (result->known) {
        threshold_put_number(out, result->value);
        out_text(out, is_share ? "%" : threshold->unit == UNIT_SECONDS ? "s" : "");
    } else {
        out_byte(out, 'U');
    }
    for (size_t i = 0; i < 2; i++) {
        size_t at = first_about(levels[i], threshold);
        out_byte(out, ';');
        if (at < levels[i]->count)
            put_range(out, &levels[i]->thresholds[at]);
    }
    out_text(out, is_share ? ";0;100" : ";0;");
}

/* Half of the numbers would be drawn as if they were all. */
static void put_data(struct out *out, const struct plugin_level *warning,
                     const struct plugin_level *critical, bool is_whole) {
    static const struct plugin_level none;
    static const struct threshold_result unknown;
    out_text(out, " |");
    for (size_t i = 0; i < warning->count; i++)
        if (is_first(&none, warning, i))
            put_datum(out, &warning->thresholds[i], is_whole ? &warning->results[i] : &unknown,
                      warning, critical);
    for (size_t i = 0; i < critical->count; i++)
        if (is_first(warning, critical, i))
            put_datum(out, &critical->thresholds[i], is_whole ? &critical->results[i] : &unknown,
                      warning, critical);
}

/* ---- the line */

static void put_head(struct out *out, enum plugin_status status) {
    out_print(out, "MAILTRIAGE %s - ", status_words[status]);
}

enum plugin_status plugin_put(struct out *out, const struct plugin_level *warning,
                              const struct plugin_level *critical, const char *fault,
                              const char *lack) {
    static const struct plugin_level none;
    enum plugin_status status = *fault                ? PLUGIN_UNKNOWN
                                : any_holds(critical) ? PLUGIN_CRITICAL
                                : any_holds(warning)  ? PLUGIN_WARNING
                                : *lack               ? PLUGIN_UNKNOWN
                                                      : PLUGIN_OK;
    struct out text;
    out_init_memory(&text);
    if (status == PLUGIN_OK) {
        put_fine(&text, warning, &none);
        put_fine(&text, critical, warning);
    } else if (status == PLUGIN_UNKNOWN) {
        out_text(&text, *fault ? fault : lack);
    } else {
        put_level(&text, critical, NULL);
        put_level(&text, warning, critical);
    }
    put_head(out, status);
    put_safe(out, &text);
    put_data(out, warning, critical, !*fault);
    out_byte(out, '\n');
    out_release(&text);
    return status;
}

enum plugin_status plugin_unknown(const char *why) {
    struct out out, text;
    out_init(&out, STDOUT_FILENO);
    out_init_memory(&text);
    out_text(&text, why);
    put_head(&out, PLUGIN_UNKNOWN);
    put_safe(&out, &text);
    out_byte(&out, '\n');
    out_flush(&out, "standard output", NULL);
    out_release(&text);
    out_release(&out);
    return PLUGIN_UNKNOWN;
}
