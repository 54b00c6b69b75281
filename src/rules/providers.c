/* Who refuses tells what a number or a token means, so it is recognised first: a provider by its
 * host or by its own words, a block list by its zone, its link or its owner's name. Both have
 * tokens, rules that go before all others, and examples that name what they give.
 */
#include "rules/providers.h"

#include "base/memory.h"

static bool add_marks(struct loader *loader, const struct yaml *list, enum rule_form form) {
    struct rulebook *book = loader->book;
    struct rule_words texts; /* checked to be a list of text */
    if (!yaml_texts(loader->arena, list, &texts, loader->problem))
        return false;
    for (const struct yaml *item = list ? list->first : NULL; item; item = item->next) {
        struct provider_mark told = {.provider = &book->providers[book->provider_count]};
        if (!rule_mark_read(item, form, &told.mark, loader->problem))
            return false;
        book->marks = memory_grow(book->marks, &loader->held->mark_capacity, book->mark_count + 1,
                                  sizeof *book->marks);
        book->marks[book->mark_count++] = told;
    }
    return true;
}

static bool read_marks(struct loader *loader, const struct yaml *root) {
    return add_marks(loader, yaml_get(root, "says"), RULE_SAYS) &&
           add_marks(loader, yaml_get(root, "matches"), RULE_MATCHES);
}

/* The `reason` of an item; NULL when it has none and need not. */
static bool read_reason_key(struct loader *loader, const struct yaml *item, bool required,
                            const struct reason **reason_r) {
    struct slice name;
    struct problem why;
    *reason_r = NULL;
    if (!yaml_text(item, "reason", required, &name, loader->problem))
        return false;
    return name.length == 0 || loading_reason(loader->book, name, reason_r, &why) ||
           yaml_say(yaml_get(item, "reason"), loader->problem, "%s", why.text);
}

static bool read_token(struct loader *loader, const struct provider *provider,
                       const struct yaml *item) {
    static const char *const known[] = {"says",      "matches", "reason", "code",   "stage", "side",
                                        "direction", "mta",     "with",   "unless", NULL};
    const struct reason *reason;
    if (!yaml_only(item, known, loader->problem) || !read_reason_key(loader, item, true, &reason))
        return false;
    struct rule_maker maker = {.arena = loader->arena,
                               .list = &loader->held->made,
                               .reason = reason,
                               .strength = RULE_TOKEN,
                               .where.provider = {&provider->name, 1},
                               .problem = loader->problem};
    bool has_words = yaml_get(item, "says") || yaml_get(item, "matches");
    return has_words || !yaml_get(item, "code") ? rule_of(&maker, item)
                                                : rule_of_codes(&maker, item);
}

static bool read_tokens(struct loader *loader, const struct provider *provider,
                        const struct yaml *root) {
    const struct yaml *tokens = yaml_get(root, "tokens");
    if (!tokens)
        return true;
    if (tokens->kind != YAML_LIST)
        return yaml_say(tokens, loader->problem,
                        "a list is needed here: [{says: ..., reason: ...}]");
    for (const struct yaml *item = tokens->first; item; item = item->next)
        if (!read_token(loader, provider, item))
            return false;
    return tokens->count == 0 || loader->without_proofs || yaml_get(root, "examples") ||
           yaml_say(root, loader->problem, "tokens without 'examples'");
}

/* "REPLY => REASON" */
static bool read_provider_proofs(struct loader *loader, struct provider *provider,
                                 const struct yaml *root) {
    const struct yaml *examples = yaml_get(root, "examples");
    if (!examples)
        return true;
    struct proof *proofs = arena_zero(loader->arena, (examples->count + 1) * sizeof *proofs);
    provider->proofs = proofs;
    if (!loading_proofs(loader, examples, false, proofs, &provider->proof_count))
        return false;
    for (const struct yaml *item = examples->first; item; item = item->next) {
        size_t arrow = slice_rfind_text(item->text, SLICE(" => "));
        if (arrow == SIZE_MAX || !rulebook_reason(loader->book, slice_from(item->text, arrow + 4)))
            return yaml_say(item, loader->problem,
                            "an example ends in ' => REASON', one of reasons/order");
    }
    return true;
}

static bool read_provider(struct loader *loader, const struct pattern_file *file,
                          struct slice name) {
    static const char *const known[] = {"provider", "operator", "names",    "says",
                                        "matches",  "tokens",   "examples", NULL};
    (void)name;
    struct rulebook *book = loader->book;
    struct provider *provider = &book->providers[book->provider_count];
    const struct yaml *root = loading_yaml(loader, file);
    struct rule_words hosts;
    if (!root || !yaml_only(root, known, loader->problem) ||
        !yaml_text(root, "provider", true, &provider->name, loader->problem) ||
        !yaml_text(root, "operator", false, &provider->run_by, loader->problem))
        return false;
    if (book->provider_count == PROVIDERS_MOST)
        return yaml_say(root, loader->problem, "more than 256 providers");
    const struct provider *same = loading_provider(book, provider->name);
    if (same)
        return yaml_say(root, loader->problem, "provider '%.*s' stands in '%s' already",
                        SLICE_ARGS(provider->name), same->file);
    if (!yaml_texts(loader->arena, yaml_get(root, "names"), &hosts, loader->problem))
        return false;
    size_t marks = book->mark_count;
    if (!provider->run_by.length)
        provider->run_by = provider->name;
    provider->file = root->file;
    provider->hosts = hosts.items;
    provider->host_count = hosts.count;
    if (!read_marks(loader, root) || !read_tokens(loader, provider, root) ||
        !read_provider_proofs(loader, provider, root))
        return false;
    if (hosts.count == 0 && book->mark_count == marks)
        return yaml_say(root, loader->problem,
                        "nothing tells this provider: give 'names', 'says' or 'matches'");
    book->provider_count++;
    return true;
}

bool providers_read(struct loader *loader) {
    /* One more than can be: the place that is filled before it is counted. */
    loader->book->providers =
        arena_zero(loader->arena, (PROVIDERS_MOST + 1) * sizeof(struct provider));
    return loading_files(loader, SLICE("providers/"), read_provider);
}

/* ---- block lists */

/* A list with a `reason` decides like a token of a provider, whoever names it. */
static bool read_list(struct loader *loader, const struct yaml *item) {
    static const char *const known[] = {"name", "says",      "matches", "reason", "code",   "stage",
                                        "side", "direction", "mta",     "with",   "unless", NULL};
    const struct reason *reason;
    if (!yaml_only(item, known, loader->problem) ||
        !blocklist_read(&loader->book->lists, item, loader->problem) ||
        !read_reason_key(loader, item, false, &reason))
        return false;
    if (!reason)
        return true;
    struct rule_maker maker = {.arena = loader->arena,
                               .list = &loader->held->made,
                               .reason = reason,
                               .strength = RULE_TOKEN,
                               .problem = loader->problem};
    return rule_of(&maker, item);
}

/* "REPLY => REASON NAME" */
static bool add_list_proof(struct loader *loader, const struct yaml *item) {
    struct rulebook *book = loader->book;
    struct list_proof proof = {.proof = {item->text, false, item->file, item->line}};
    size_t arrow = slice_rfind_text(item->text, SLICE(" => "));
    proof.name = slice_from(item->text, arrow == SIZE_MAX ? item->text.length : arrow + 4);
    if (!slice_cut(&proof.name, ' ', &proof.reason) || !rulebook_reason(book, proof.reason))
        return yaml_say(item, loader->problem,
                        "an example ends in ' => REASON LIST': one of reasons/order, a blank and "
                        "the name of the list");
    proof.proof.text = slice_trim(slice_head(item->text, arrow));
    loader->held->list_proofs =
        memory_grow(loader->held->list_proofs, &loader->held->list_proof_capacity,
                    book->list_proof_count + 1, sizeof proof);
    loader->held->list_proofs[book->list_proof_count++] = proof;
    book->list_proofs = loader->held->list_proofs;
    return true;
}

static bool read_list_file(struct loader *loader, const struct pattern_file *file,
                           struct slice name) {
    static const char *const known[] = {"lists", "examples", NULL};
    (void)name;
    const struct yaml *root = loading_yaml(loader, file);
    if (!root || !yaml_only(root, known, loader->problem))
        return false;
    const struct yaml *lists = yaml_get(root, "lists"), *examples = yaml_get(root, "examples");
    struct rule_words texts; /* checked to be a list of text */
    if (!lists || lists->kind != YAML_LIST || lists->count == 0)
        return yaml_say(lists ? lists : root, loader->problem,
                        "a list is needed here: lists: [{name: ..., says: ...}]");
    if (!loader->without_proofs && (!examples || examples->count == 0))
        return yaml_say(examples ? examples : root, loader->problem, "lists without 'examples'");
    if (!yaml_texts(loader->arena, examples, &texts, loader->problem))
        return false;
    for (const struct yaml *item = lists->first; item; item = item->next)
        if (!read_list(loader, item))
            return false;
    for (const struct yaml *item = examples ? examples->first : NULL; item; item = item->next)
        if (!add_list_proof(loader, item))
            return false;
    return true;
}

bool blocklists_read(struct loader *loader) {
    return loading_files(loader, SLICE("blocklists/"), read_list_file);
}
