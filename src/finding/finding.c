/* The words of the exported columns class_by and permanence. They stand beside their enums, in the
 * same order, so that a new step of deciding gets its word in the same change. And what counting,
 * filters and causes must see alike: the domain of an address, the class of a finding.
 */
#include "finding/finding.h"

#include <assert.h>

const char *class_by_name(enum class_by by) {
    static const char *const names[] = {
        [BY_NOTHING] = "",          [BY_TOKEN] = "token", [BY_TEXT] = "text",
        [BY_ENHANCED] = "enhanced", [BY_CODE] = "code",   [BY_WEAK] = "weak",
        [BY_DEFAULT] = "default",
    };
    assert(by <= BY_DEFAULT);
    return names[by];
}

const char *permanence_name(enum permanence permanence) {
    static const char *const names[] = {
        [PERMANENCE_NONE] = "", [TEMPORARY] = "temporary", [PERMANENT] = "permanent"};
    assert(permanence <= PERMANENT);
    return names[permanence];
}

struct slice address_domain(struct slice address) {
    size_t at = slice_rfind(address, '@');
    return at == SIZE_MAX ? (struct slice){0} : slice_from(address, at + 1);
}

const char *finding_class(const struct finding *finding) {
    return finding->follows ? finding->cause : finding->verdict.class_name;
}
