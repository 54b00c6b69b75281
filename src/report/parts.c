/* parts - a page is made whole and then cut: what makes a section needs to know nothing of what is
 * shown. */
#include "report/parts.h"

#include <stdio.h>

static const char *const names[] = {
#define PART(constant, name) name,
#include "report/parts.def"
#undef PART
};

const char *part_name(enum part part) {
    return names[part];
}

static bool part_named(struct slice word, uint64_t *parts) {
    for (unsigned part = 0; part < PART_COUNT; part++)
        if (slice_is(word, names[part])) {
            *parts |= PART_BIT(part);
            return true;
        }
    return false;
}

static bool say_unknown(struct slice word, struct problem *problem) {
    char known[640] = ""; /* of the text of a problem */
    size_t length = 0;
    for (unsigned part = 0; part < PART_COUNT && length < sizeof known; part++)
        length += (size_t)snprintf(known + length, sizeof known - length, " %s", names[part]);
    return problem_say(problem, "no section '%.*s'; there is%s", SLICE_ARGS(slice_head(word, 64)),
                       known);
}

bool parts_read(const char *list, uint64_t *parts, struct problem *problem) {
    struct slice rest = slice_of(list), word;
    for (bool more = true; more;) {
        more = slice_cut(&rest, ',', &word);
        word = slice_trim(word);
        if (!part_named(word, parts))
            return say_unknown(word, problem);
    }
    return true;
}

static bool is_kept(const struct section *section, uint64_t parts) {
    uint64_t part = 0;
    return !section->part || !part_named(slice_of(section->part), &part) || part & parts;
}

void parts_keep(struct page *page, uint64_t parts) {
    struct section **place = &page->first;
    page->last = NULL;
    while (*place) {
        if (is_kept(*place, parts)) {
            page->last = *place;
            place = &(*place)->next;
        } else {
            *place = (*place)->next;
        }
    }
}
