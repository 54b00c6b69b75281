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
        regex_free(lists->marks[i].pattern.regex);
    free(lists->marks);
    *lists = (struct blocklists){0};
}

static struct blocklist_mark *mark_add(struct blocklists *lists, struct slice name,
                                       const struct yaml *item) {
    lists->marks =
        memory_grow(lists->marks, &lists->capacity, lists->count + 1, sizeof *lists->marks);
    struct blocklist_mark *mark = &lists->marks[lists->count++];
    *mark = (struct blocklist_mark){
        .name = name, .text = item->text, .file = item->file, .line = item->line};
    return mark;
}

static bool add_phrase(struct blocklists *lists, struct slice name, const struct yaml *item,
                       struct problem *problem) {
    if (!rule_check_phrase(item, problem))
        return false;
    mark_add(lists, name, item);
    return name.length || yaml_say(item, problem, "no 'name': a phrase names only one list");
}

static bool add_pattern(struct blocklists *lists, struct arena *arena, struct slice name,
                        const struct yaml *item, struct problem *problem) {
    struct rule_pattern pattern;
    if (!rule_compile(arena, item, &pattern, problem))
        return false;
    struct blocklist_mark *mark = mark_add(lists, name, item);
    mark->pattern = pattern;
    if (name.length == 0) /* compiles the pattern, and most need not be yet */
        mark->group = regex_group_number(pattern.regex, "name");
    return name.length || mark->group > 0 ||
           yaml_say(item, problem, "no 'name', and no group (?<name> ...) that reads it");
}

bool blocklist_read(struct blocklists *lists, struct arena *arena, const struct yaml *item,
                    struct problem *problem) {
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
        if (says ? !add_phrase(lists, name, text, problem)
                 : !add_pattern(lists, arena, name, text, problem))
            return false;
    return true;
}
