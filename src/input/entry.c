/* entry - asks the wrappings, in the order of wrappings.def, which of them knows a line. */
#include "input/entry.h"

#define WRAPPING(name) extern const struct wrapping name;
#include "input/wrappings.def"
#undef WRAPPING

const struct wrapping *const wrappings[] = {
#define WRAPPING(name) &name,
#include "input/wrappings.def"
#undef WRAPPING
    NULL,
};

static bool is_blank(struct slice text) {
    return text.length == 0 || ((unsigned char)text.at[0] <= ' ' && slice_trim(text).length == 0);
}

enum unwrapping entry_read(struct clock *clock, const struct line *line, struct entry *entry) {
    *entry = (struct entry){
        .line = *line,
        .time = {.seconds = MOMENT_NONE},
        .text = line->text,
    };
    if (is_blank(line->text))
        return UNWRAP_DULL;
    for (const struct wrapping *const *wrapping = wrappings; *wrapping != NULL; wrapping++) {
        enum unwrapping answer = (*wrapping)->unwrap(clock, line->text, entry);
        if (answer == UNWRAP_FOREIGN)
            continue;
        entry->wrapping = *wrapping;
        return answer;
    }
    return UNWRAP_FOREIGN;
}
