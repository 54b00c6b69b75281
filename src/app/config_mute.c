/* Why: what is muted for ever is forgotten, so each item has a date.
 *
 *     mute:
 *       - class: tls-handshake          # a reason, as 'rules list' names it; wildcards are known
 *         words: mx.example.net         # only where the reply says so
 *         until: 2026-12-01             # as --until: not that day any more
 *         why: their certificate is renewed in November
 */
#include "app/config_mute.h"

#include "base/glob.h"

static const char *const keys[] = {"class", "words", "until", "why", NULL};

/* What moves with the day of the run would never come. */
static bool read_until(const struct yaml *item, int64_t *seconds_r, struct problem *problem) {
    const struct yaml *node = yaml_get(item, "until");
    struct problem why;
    bool is_date = node->text.length && node->text.at[0] >= '0' && node->text.at[0] <= '9';
    return (is_date && moment_read_wish(node->text, 0, seconds_r, &why)) ||
           yaml_say(node, problem, "until: write a date such as 2026-12-01, not '%.*s'",
                    SLICE_ARGS(slice_head(node->text, 64)));
}

static bool read_item(const struct yaml *item, struct mute *mute, struct problem *problem) {
    *mute = (struct mute){.file = item->file, .line = item->line, .column = item->column};
    struct problem why;
    if (!yaml_only(item, keys, problem) ||
        !yaml_text(item, "class", false, &mute->class_name, problem) ||
        !yaml_text(item, "words", false, &mute->words, problem) ||
        !yaml_text(item, "why", false, &mute->why, problem) ||
        !yaml_text(item, "until", true, &mute->until_wish, problem))
        return false;
    if (!mute->class_name.length && !mute->words.length)
        return yaml_say(item, problem, "say what is muted: class, words, or both");
    if (!glob_check(mute->class_name, &why))
        return yaml_say(yaml_get(item, "class"), problem, "class: %s", why.text);
    return read_until(item, &mute->until, problem);
}

bool config_mutes(struct options *options, const struct yaml *node, struct problem *problem) {
    if (node->kind != YAML_LIST || !node->count)
        return yaml_say(node, problem,
                        "'mute' is a list: '- {class: ..., until: 2026-12-01, why: ...}'");
    if (node->count > MUTES_MOST)
        return yaml_say(node, problem, "'mute' has at most %d items", MUTES_MOST);
    struct mute *items = arena_zero(&options->arena, node->count * sizeof *items);
    size_t count = 0;
    for (const struct yaml *item = node->first; item; item = item->next)
        if (!read_item(item, &items[count++], problem))
            return false;
    options->mutes = (struct mutes){items, count};
    return true;
}

bool config_mutes_resolve(struct options *options, struct problem *problem) {
    struct mute *items = arena_zero(&options->arena, (options->mutes.count + 1) * sizeof *items);
    for (size_t i = 0; i < options->mutes.count; i++) {
        items[i] = options->mutes.items[i];
        if (!moment_read_wish(items[i].until_wish, options->now, &items[i].until, problem))
            return false;
        items[i].is_over = items[i].until <= options->now;
    }
    options->mutes.items = items;
    return true;
}
