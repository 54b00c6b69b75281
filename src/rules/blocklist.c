/* Why: "you are listed" is of use only with the name of the list, and servers name one list in many
 * ways: the zone, a zone of their own key, the link to the removal page, the name of its owner.
 *
 * How: each way is a mark, looked for in the one search for all phrases; the first mark in the
 * order of the files tells the name. So a file gives the special names (sbl) before the general one
 * (the owner's host), and "blocked using NAME" stands in the last file.
 */
#include "rules/blocklist.h"

#include <stdlib.h>

#include "base/memory.h"

void blocklists_release(struct blocklists *lists) {
    for (size_t i = 0; i < lists->count; i++)
        regex_free(lists->marks[i].mark.pattern.regex);
    free(lists->marks);
    *lists = (struct blocklists){0};
}

static bool add_mark(struct blocklists *lists, struct slice name, const struct yaml *item,
                     enum rule_form form, struct problem *problem) {
    struct blocklist_mark named = {.name = name};
    if (!rule_mark_read(item, form, &named.mark, problem))
        return false;
    struct regex *regex = named.mark.pattern.regex;
    if (name.length == 0 && regex) /* compiles the pattern, and most need not be yet */
        named.group = regex_group_number(regex, "name");
    lists->marks =
        memory_grow(lists->marks, &lists->capacity, lists->count + 1, sizeof *lists->marks);
    lists->marks[lists->count++] = named;
    if (name.length > 0 || named.group > 0)
        return true;
    return yaml_say(item, problem,
                    regex ? "no 'name', and no group (?<name> ...) that reads it"
                          : "no 'name': a phrase names only one list");
}

bool blocklist_read(struct blocklists *lists, const struct yaml *item, struct problem *problem) {
    struct slice name;
    const struct yaml *says = yaml_get(item, "says"), *matches = yaml_get(item, "matches");
    if (!yaml_text(item, "name", false, &name, problem))
        return false;
    if (!says == !matches)
        return yaml_say(item, problem, "write one of 'says' and 'matches'");
    const struct yaml *texts = says ? says : matches;
    const struct yaml *text = texts->kind == YAML_LIST ? texts->first : texts;
    if (!text)
        return yaml_say(texts, problem, "an empty list names nothing");
    for (; text; text = texts->kind == YAML_LIST ? text->next : NULL)
        if (!add_mark(lists, name, text, says ? RULE_SAYS : RULE_MATCHES, problem))
            return false;
    return true;
}
