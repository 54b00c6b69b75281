/* Why: a fault that is known and will be there until Monday hides the one that is new.
 *
 * How: words are looked for byte by byte, whatever their case: few are muted, and only failures are
 * asked. */
#include "finding/mutes.h"

#include "base/ascii.h"
#include "base/glob.h"
#include "finding/filter.h"

static bool has_words(struct slice text, struct slice words) {
    for (; text.length >= words.length; text = slice_from(text, 1))
        if (slice_starts_nocase(text, words))
            return true;
    return false;
}

static bool is_of_class(const struct mute *mute, struct slice class_name) {
    return !mute->class_name.length || glob_matches(mute->class_name, class_name, true);
}

unsigned mutes_of_finding(const struct mutes *mutes, const struct finding *finding) {
    for (size_t i = 0; i < mutes->count; i++) {
        const struct mute *mute = &mutes->items[i];
        if (!mute->is_over && mute->words.length &&
            is_of_class(mute, slice_of(finding_class(finding))) &&
            (has_words(finding->reply.whole, mute->words) ||
             has_words(finding->template, mute->words)))
            return (unsigned)i + 1;
    }
    return 0;
}

unsigned mutes_of_class(const struct mutes *mutes, struct slice class_name) {
    for (size_t i = 0; i < mutes->count; i++) {
        const struct mute *mute = &mutes->items[i];
        if (!mute->is_over && !mute->words.length && is_of_class(mute, class_name))
            return (unsigned)i + 1;
    }
    return 0;
}

bool mutes_check_classes(const struct mutes *mutes, const struct rulebook *book,
                         struct problem *problem) {
    for (size_t i = 0; i < mutes->count; i++) {
        const struct mute *mute = &mutes->items[i];
        if (mute->class_name.length && !filter_knows_class(book, mute->class_name))
            return problem_say(problem,
                               "%s:%u:%u: class '%.*s': no such reason; 'mailtriage rules list' "
                               "names them",
                               mute->file, mute->line, mute->column,
                               SLICE_ARGS(slice_head(mute->class_name, 64)));
    }
    return true;
}
