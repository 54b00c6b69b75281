/* A wrong pattern file must be found when it is loaded and not in a report, so everything of
 * docs/patterns.md that can be checked without a reply is checked here, with the place and with
 * what to write instead; what needs one is proved by finding/proof.
 *
 * The order of work: reasons/order gives the reasons their names and numbers, then the providers
 * and the block lists are read (their tokens name reasons), then each reason (its contexts name
 * providers), then the code tables. The rules gathered on the way are sorted by strength, stable,
 * and so stand in the order in which they are tried.
 */
#include "rules/rulebook.h"

#include "base/memory.h"
#include "rules/equal.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The book, and what its parts point into. */
struct held {
    struct rulebook book; /* first: rulebook_free gets its address */
    struct arena arena;
    struct rule_list made; /* rules in the order of the files */
    size_t mark_capacity;
    struct list_proof *list_proofs; /* the book's */
    size_t list_proof_capacity;
};

struct loader {
    const struct pattern_files *files;
    struct held *held;
    struct rulebook *book;
    struct arena *arena;
    struct arena nodes; /* of the file that is read, when its text lives elsewhere */
    bool proved;        /* all files are built in: what a test has proved is not asked again */
    bool without_rules;
    struct problem *problem;
};

static const char *const groups[] = {"auth",       "recipient", "sender", "email-auth",
                                     "reputation", "content",   "limits", "protocol",
                                     "system",     "network",   NULL};

static const char *const severities[] = {"info", "notice", "warning", "error", "critical"};

static const struct {
    const char *name;
    enum acts act;
} act_words[] = {
    {"our-admin", ACTS_OUR_ADMIN},         {"our-user", ACTS_OUR_USER},
    {"recipient", ACTS_RECIPIENT},         {"remote-admin", ACTS_REMOTE_ADMIN},
    {"remote-sender", ACTS_REMOTE_SENDER}, {"wait", ACTS_WAIT},
};

/* Classes that are no reasons: no file may take their names. */
static const char *const bookkeeping[] = {"accepted", "intermediate", "unclassified"};

const char *severity_name(enum severity severity) {
    assert(severity <= SEVERITY_CRITICAL);
    return severities[severity];
}

size_t acts_print(unsigned acts, char separator, char *buffer) {
    size_t length = 0;
    for (size_t i = 0; i < sizeof act_words / sizeof *act_words; i++) {
        if (!(acts & act_words[i].act))
            continue;
        if (length > 0)
            buffer[length++] = separator;
        size_t word = strlen(act_words[i].name);
        memcpy(buffer + length, act_words[i].name, word);
        length += word;
    }
    buffer[length] = '\0';
    return length;
}

const struct reason *rulebook_reason(const struct rulebook *book, struct slice name) {
    for (size_t i = 0; i < book->reason_count; i++)
        if (slice_is(name, book->reasons[i].name))
            return &book->reasons[i];
    return NULL;
}

struct rule_mark *rulebook_mark(const struct rulebook *book, size_t place) {
    if (place < book->mark_count)
        return &book->marks[place].mark;
    place -= book->mark_count;
    return place < book->lists.count ? &book->lists.marks[place].mark : NULL;
}

static bool find_reason(const struct rulebook *book, struct slice name,
                        const struct reason **reason_r, struct problem *problem) {
    *reason_r = rulebook_reason(book, name);
    return *reason_r ||
           problem_say(problem, "no reason '%.*s': write one of reasons/order", SLICE_ARGS(name));
}

static bool is_bookkeeping(struct slice name) {
    for (size_t i = 0; i < sizeof bookkeeping / sizeof *bookkeeping; i++)
        if (slice_is(name, bookkeeping[i]))
            return true;
    return false;
}

static const struct provider *provider_named(const struct rulebook *book, struct slice name) {
    for (size_t i = 0; i < book->provider_count; i++)
        if (slice_equal(book->providers[i].name, name))
            return &book->providers[i];
    return NULL;
}

/* ---- order */

static bool is_name(struct slice name) {
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.at[i];
        if (!((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
              (byte == '-' && i > 0)))
            return false;
    }
    return name.length > 0 && name.length <= 64;
}

static bool add_reason(struct loader *loader, const struct pattern_file *order, unsigned line,
                       struct slice name) {
    struct rulebook *book = loader->book;
    if (!is_name(name) || is_bookkeeping(name))
        return problem_say(loader->problem, "%s:%u: '%.*s' cannot name a reason", order->shown,
                           line, SLICE_ARGS(name));
    if (rulebook_reason(book, name))
        return problem_say(loader->problem, "%s:%u: '%.*s' is listed twice", order->shown, line,
                           SLICE_ARGS(name));
    const char *file = arena_print(loader->arena, "reasons/%.*s.yaml", SLICE_ARGS(name)).at;
    const struct pattern_file *found = pattern_file_get(loader->files, file);
    if (!found)
        return problem_say(loader->problem, "%s:%u: no file '%s'", order->shown, line, file);
    book->reasons[book->reason_count] =
        (struct reason){.id = (unsigned)book->reason_count,
                        .name = arena_copy(loader->arena, name).at,
                        .file = arena_copy(loader->arena, slice_of(found->shown)).at};
    book->reason_count++;
    return true;
}

static bool read_order(struct loader *loader) {
    const struct pattern_file *order = pattern_file_get(loader->files, "reasons/order");
    if (!order)
        return problem_say(loader->problem, "no file 'reasons/order'");
    struct slice rest = order->bytes;
    loader->book->reasons =
        arena_zero(loader->arena, (loader->files->count + 1) * sizeof(struct reason));
    for (unsigned line = 1; rest.length > 0; line++) {
        struct slice whole, name;
        slice_cut(&rest, '\n', &whole);
        slice_cut(&whole, '#', &name);
        name = slice_trim(name);
        if (name.length > 0 && !add_reason(loader, order, line, name))
            return false;
    }
    return true;
}

/* Calls read() for each file NAME.yaml of a folder. */
static bool each_file(struct loader *loader, struct slice folder,
                      bool (*read)(struct loader *loader, const struct pattern_file *file,
                                   struct slice name)) {
    for (size_t i = 0; i < loader->files->count; i++) {
        const struct pattern_file *file = &loader->files->items[i];
        struct slice name = slice_of(file->name);
        if (slice_skip(&name, folder) && !read(loader, file, name))
            return false;
    }
    return true;
}

static bool check_listed(struct loader *loader, const struct pattern_file *file,
                         struct slice name) {
    if (slice_is(name, "order"))
        return true;
    if (slice_ends(name, SLICE(".yaml")) &&
        rulebook_reason(loader->book, slice_head(name, name.length - 5)))
        return true;
    return problem_say(loader->problem, "%s: not listed: add its name to reasons/order",
                       file->shown);
}

/* ---- parts of a reason */

/* Good until the next file is read: rules keep texts, and no nodes. */
static const struct yaml *read_yaml(struct loader *loader, const struct pattern_file *file) {
    const struct yaml *root;
    arena_clear(&loader->nodes);
    if (!pattern_file_texts(file, loader->arena, &loader->nodes, &root, loader->problem))
        return NULL;
    return root;
}

static bool read_severity_word(struct loader *loader, const struct yaml *node,
                               enum severity *severity_r) {
    for (int i = 0; node->kind == YAML_TEXT && i <= SEVERITY_CRITICAL; i++)
        if (slice_is(node->text, severities[i])) {
            *severity_r = (enum severity)i;
            return true;
        }
    return yaml_say(node, loader->problem,
                    "write one of info, notice, warning, error and critical");
}

/* A key with one value for both directions, or {out: ..., in: ...}; in is that of out when it is
 * not given. */
static bool read_both_ways(struct loader *loader, const struct yaml *root, const char *key,
                           const struct yaml **out_r, const struct yaml **in_r) {
    static const char *const ways[] = {"out", "in", NULL};
    const struct yaml *node = yaml_get(root, key);
    *out_r = *in_r = node;
    if (!node)
        return yaml_say(root, loader->problem, "key '%s' is missing", key);
    if (node->kind != YAML_MAPPING)
        return true;
    if (!yaml_only(node, ways, loader->problem))
        return false;
    *out_r = yaml_get(node, "out");
    *in_r = yaml_get(node, "in");
    if (!*out_r)
        return yaml_say(node, loader->problem, "key 'out' is missing");
    if (!*in_r)
        *in_r = *out_r;
    return true;
}

static bool read_severity(struct loader *loader, const struct yaml *root, struct reason *reason) {
    const struct yaml *out, *in;
    return read_both_ways(loader, root, "severity", &out, &in) &&
           read_severity_word(loader, out, &reason->severity_out) &&
           read_severity_word(loader, in, &reason->severity_in);
}

static bool read_acts_list(struct loader *loader, const struct yaml *node, unsigned *acts_r) {
    struct rule_words words;
    if (!yaml_texts(loader->arena, node, &words, loader->problem))
        return false;
    *acts_r = 0;
    for (size_t i = 0; i < words.count; i++) {
        unsigned before = *acts_r;
        for (size_t j = 0; j < sizeof act_words / sizeof *act_words; j++)
            if (slice_is(words.items[i], act_words[j].name))
                *acts_r |= act_words[j].act;
        if (*acts_r == before)
            return yaml_say(node, loader->problem,
                            "unknown or repeated '%.*s'; known are our-admin, our-user, "
                            "recipient, remote-admin, remote-sender and wait",
                            SLICE_ARGS(words.items[i]));
    }
    return words.count > 0 || yaml_say(node, loader->problem, "name who acts");
}

static bool read_acts(struct loader *loader, const struct yaml *root, struct reason *reason) {
    const struct yaml *out, *in;
    return read_both_ways(loader, root, "acts", &out, &in) &&
           read_acts_list(loader, out, &reason->acts_out) &&
           read_acts_list(loader, in, &reason->acts_in);
}

static bool read_lasting(struct loader *loader, const struct yaml *root, struct reason *reason) {
    struct slice word;
    if (!yaml_text(root, "lasting", true, &word, loader->problem))
        return false;
    reason->lasting = slice_is(word, "permanent");
    return reason->lasting || slice_is(word, "temporary") ||
           yaml_say(yaml_get(root, "lasting"), loader->problem, "write 'temporary' or 'permanent'");
}

static bool is_direction(struct slice word) {
    return slice_is(word, "in") || slice_is(word, "out") || slice_is(word, "local");
}

/* "MTA", "DIRECTION" or "MTA DIRECTION"; or "after CLASS". */
static bool check_hint_key(struct loader *loader, const struct yaml *node) {
    struct slice direction = node->key, mta;
    bool both = slice_cut(&direction, ' ', &mta);
    if (both && slice_is(mta, "after") && is_name(direction))
        return true;
    if (both ? is_name(mta) && !is_direction(mta) && is_direction(direction) : is_name(mta))
        return true;
    return problem_say(loader->problem,
                       "%s:%u: '%.*s' is no context of a hint: write an MTA, in, out or local, "
                       "an MTA, one blank and one of these, or after and a class",
                       node->file, node->key_line, SLICE_ARGS(node->key));
}

static bool read_hints(struct loader *loader, const struct yaml *root, struct reason *reason) {
    const struct yaml *node = yaml_get(root, "hints");
    if (!node)
        return true;
    if (node->kind != YAML_MAPPING)
        return yaml_say(node, loader->problem, "keys are needed here: 'postfix in: ...'");
    struct hint *hints = arena_zero(loader->arena, (node->count + 1) * sizeof *hints);
    for (const struct yaml *item = node->first; item; item = item->next) {
        if (!check_hint_key(loader, item))
            return false;
        if (item->kind != YAML_TEXT || item->text.length == 0)
            return yaml_say(item, loader->problem, "a hint is text: write it in quotes");
        hints[reason->hint_count++] = (struct hint){item->key, item->text};
    }
    reason->hints = hints;
    return true;
}

static bool add_proofs(struct loader *loader, const struct yaml *list, bool counter,
                       struct proof *proofs, size_t *count) {
    struct rule_words texts;
    if (!yaml_texts(loader->arena, list, &texts, loader->problem))
        return false;
    for (const struct yaml *item = list ? list->first : NULL; item; item = item->next)
        proofs[(*count)++] = (struct proof){item->text, counter, item->file, item->line};
    return true;
}

/* `examples`, needed, and `not`. */
static bool read_proofs(struct loader *loader, const struct yaml *root,
                        const struct proof **proofs_r, size_t *count_r) {
    const struct yaml *examples = yaml_get(root, "examples"), *not_here = yaml_get(root, "not");
    if (!examples || examples->count == 0)
        return yaml_say(examples ? examples : root, loader->problem,
                        "no example: every file proves its rules under 'examples'");
    size_t most = examples->count + (not_here ? not_here->count : 0);
    struct proof *proofs = arena_zero(loader->arena, most * sizeof *proofs);
    *proofs_r = proofs;
    return add_proofs(loader, examples, false, proofs, count_r) &&
           add_proofs(loader, not_here, true, proofs, count_r);
}

/* ---- rules of a reason */

static bool read_wordings(struct loader *loader, struct rule_maker maker, const struct yaml *root,
                          const char *key, enum rule_strength strength) {
    static const char *const known[] = {"says", "matches", "when", "with", "unless", NULL};
    const struct yaml *node = yaml_get(root, key);
    if (!node)
        return true;
    maker.strength = strength;
    return yaml_only(node, known, loader->problem) && rule_narrow(&maker, node) &&
           rules_says(&maker, yaml_get(node, "says")) &&
           rules_matches(&maker, yaml_get(node, "matches")) &&
           rules_when(&maker, yaml_get(node, "when"));
}

/* A list of codes, or a mapping that holds one and the words that must or must not stand there. */
static bool read_code_list(struct rule_maker maker, const struct yaml *node) {
    static const char *const known[] = {"codes", "with", "unless", NULL};
    if (!node || node->kind != YAML_MAPPING)
        return rules_codes(&maker, node);
    const struct yaml *codes = yaml_get(node, "codes");
    if (!yaml_only(node, known, maker.problem))
        return false;
    if (!codes)
        return yaml_say(node, maker.problem, "give the list 'codes'");
    return rule_narrow(&maker, node) && rules_codes(&maker, codes);
}

static bool read_codes(struct loader *loader, struct rule_maker maker, const struct yaml *root) {
    static const char *const known[] = {"deciding", "staged", "hinting", NULL};
    static const enum rule_strength strengths[] = {RULE_ENHANCED, RULE_STAGED, RULE_DEFAULT};
    const struct yaml *node = yaml_get(root, "codes");
    if (!node)
        return true;
    if (!yaml_only(node, known, loader->problem))
        return false;
    for (size_t i = 0; known[i]; i++) {
        maker.strength = strengths[i];
        if (!read_code_list(maker, yaml_get(node, known[i])))
            return false;
    }
    return true;
}

static bool check_providers(struct loader *loader, size_t first) {
    for (size_t i = first; i < loader->held->made.count; i++) {
        const struct rule *rule = &loader->held->made.items[i];
        for (size_t j = 0; j < rule->where->provider.count; j++)
            if (!provider_named(loader->book, rule->where->provider.items[j]))
                return problem_say(loader->problem, "%s:%u: no provider '%.*s'", rule->file,
                                   rule->line, SLICE_ARGS(rule->where->provider.items[j]));
    }
    return true;
}

static bool read_rules(struct loader *loader, const struct yaml *root, struct reason *reason) {
    static const char *const known[] = {"stage", "side",   "direction", "mta",
                                        "with",  "unless", NULL};
    struct rule_maker maker = {.arena = loader->arena,
                               .list = &loader->held->made,
                               .reason = reason,
                               .problem = loader->problem};
    size_t first = maker.list->count;
    const struct yaml *where = yaml_get(root, "where");
    if (where && (!yaml_only(where, known, loader->problem) || !rule_narrow(&maker, where)))
        return false;
    if (!read_wordings(loader, maker, root, "strong", RULE_STRONG) ||
        !read_wordings(loader, maker, root, "weak", RULE_WEAK) ||
        !read_codes(loader, maker, root) || !check_providers(loader, first))
        return false;
    return maker.list->count > first ||
           yaml_say(root, loader->problem, "no rule: give 'strong', 'weak' or 'codes'");
}

static bool read_group(struct loader *loader, const struct yaml *root, struct reason *reason) {
    if (!yaml_text(root, "group", true, &reason->group, loader->problem))
        return false;
    for (size_t i = 0; groups[i]; i++)
        if (slice_is(reason->group, groups[i]))
            return true;
    return yaml_say(yaml_get(root, "group"), loader->problem,
                    "unknown group '%.*s'; known are auth, recipient, sender, email-auth, "
                    "reputation, content, limits, protocol, system and network",
                    SLICE_ARGS(reason->group));
}

static bool read_reason(struct loader *loader, struct reason *reason) {
    static const char *const known[] = {
        "title", "group",  "meaning", "sign",  "hint",  "hints",    "severity", "lasting",
        "acts",  "strong", "weak",    "codes", "where", "examples", "not",      NULL};
    const char *name = arena_print(loader->arena, "reasons/%s.yaml", reason->name).at;
    const struct yaml *root = read_yaml(loader, pattern_file_get(loader->files, name));
    struct problem *problem = loader->problem;
    return root && yaml_only(root, known, problem) &&
           yaml_text(root, "title", true, &reason->title, problem) &&
           read_group(loader, root, reason) &&
           yaml_text(root, "meaning", true, &reason->meaning, problem) &&
           yaml_text(root, "sign", true, &reason->sign, problem) &&
           yaml_text(root, "hint", true, &reason->hint, problem) &&
           read_hints(loader, root, reason) && read_severity(loader, root, reason) &&
           read_lasting(loader, root, reason) && read_acts(loader, root, reason) &&
           (loader->without_rules ||
            (read_rules(loader, root, reason) &&
             read_proofs(loader, root, &reason->proofs, &reason->proof_count)));
}

static bool read_reasons(struct loader *loader) {
    for (size_t i = 0; i < loader->book->reason_count; i++)
        if (!read_reason(loader, &loader->book->reasons[i]))
            return false;
    return true;
}

/* ---- providers */

static bool add_marks(struct loader *loader, const struct yaml *list, enum rule_form form) {
    struct rulebook *book = loader->book;
    struct rule_words texts; /* checked to be a list of text */
    if (!yaml_texts(loader->arena, list, &texts, loader->problem))
        return false;
    for (const struct yaml *item = list ? list->first : NULL; item; item = item->next) {
        struct provider_mark told = {.provider = &book->providers[book->provider_count]};
        if (!rule_mark_read(loader->arena, item, form, &told.mark, loader->problem))
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
    return name.length == 0 || find_reason(loader->book, name, reason_r, &why) ||
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
    return tokens->count == 0 || yaml_get(root, "examples") ||
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
    if (!add_proofs(loader, examples, false, proofs, &provider->proof_count))
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
    static const char *const known[] = {"provider", "names",    "says", "matches",
                                        "tokens",   "examples", NULL};
    (void)name;
    struct rulebook *book = loader->book;
    struct provider *provider = &book->providers[book->provider_count];
    const struct yaml *root = read_yaml(loader, file);
    struct rule_words hosts;
    if (!root || !yaml_only(root, known, loader->problem) ||
        !yaml_text(root, "provider", true, &provider->name, loader->problem))
        return false;
    if (book->provider_count == PROVIDERS_MOST)
        return yaml_say(root, loader->problem, "more than 256 providers");
    const struct provider *same = provider_named(book, provider->name);
    if (same)
        return yaml_say(root, loader->problem, "provider '%.*s' stands in '%s' already",
                        SLICE_ARGS(provider->name), same->file);
    if (!yaml_texts(loader->arena, yaml_get(root, "names"), &hosts, loader->problem))
        return false;
    size_t marks = book->mark_count;
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

static bool read_providers(struct loader *loader) {
    /* One more than can be: the place that is filled before it is counted. */
    loader->book->providers =
        arena_zero(loader->arena, (PROVIDERS_MOST + 1) * sizeof(struct provider));
    return each_file(loader, SLICE("providers/"), read_provider);
}

/* ---- block lists */

/* A list with a `reason` decides like a token of a provider, whoever names it. */
static bool read_list(struct loader *loader, const struct yaml *item) {
    static const char *const known[] = {"name", "says",      "matches", "reason", "code",   "stage",
                                        "side", "direction", "mta",     "with",   "unless", NULL};
    const struct reason *reason;
    if (!yaml_only(item, known, loader->problem) ||
        !blocklist_read(&loader->book->lists, loader->arena, item, loader->problem) ||
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
    const struct yaml *root = read_yaml(loader, file);
    if (!root || !yaml_only(root, known, loader->problem))
        return false;
    const struct yaml *lists = yaml_get(root, "lists"), *examples = yaml_get(root, "examples");
    struct rule_words texts; /* checked to be a list of text */
    if (!lists || lists->kind != YAML_LIST || lists->count == 0)
        return yaml_say(lists ? lists : root, loader->problem,
                        "a list is needed here: lists: [{name: ..., says: ...}]");
    if (!examples || examples->count == 0)
        return yaml_say(examples ? examples : root, loader->problem, "lists without 'examples'");
    if (!yaml_texts(loader->arena, examples, &texts, loader->problem))
        return false;
    for (const struct yaml *item = lists->first; item; item = item->next)
        if (!read_list(loader, item))
            return false;
    for (const struct yaml *item = examples->first; item; item = item->next)
        if (!add_list_proof(loader, item))
            return false;
    return true;
}

/* ---- codes */

static bool read_table(struct loader *loader, const struct pattern_file *file, struct slice name) {
    return codes_load(loader->book->codes, arena_copy(loader->arena, name).at, file->shown,
                      file->bytes, loader->problem);
}

static const struct reason *reason_of_page(struct loader *loader, const struct code_page *page,
                                           struct slice name) {
    const struct reason *reason;
    struct problem why;
    if (!find_reason(loader->book, name, &reason, &why))
        problem_say(loader->problem, "%s:%u: %s", page->file, page->line, why.text);
    return reason;
}

/* The class of a code page is the last rule of all: nothing but the code is known. A range has one
 * for each of its codes. */
static bool add_page_rules(struct loader *loader, const struct code_page *page) {
    if (page->reason.length == 0 || slice_is(page->reason, "-") || is_bookkeeping(page->reason))
        return true;
    const struct reason *reason = reason_of_page(loader, page, page->reason);
    if (!reason)
        return false;
    struct rule_list *made = &loader->held->made;
    struct code code = page->first;
    for (; code.enhanced.detail <= page->last; code.enhanced.detail++) {
        made->items =
            memory_grow(made->items, &made->capacity, made->count + 1, sizeof *made->items);
        made->items[made->count++] = (struct rule){.form = RULE_CODE,
                                                   .strength = RULE_DEFAULT,
                                                   .reason = reason,
                                                   .where = &rule_anywhere,
                                                   .code = code,
                                                   .text = page->code,
                                                   .of_table = true,
                                                   .file = page->file,
                                                   .line = page->line};
    }
    return true;
}

static bool check_others(struct loader *loader, const struct code_page *page) {
    struct slice rest = page->others, name;
    bool more = rest.length > 0;
    while (more) {
        more = slice_cut(&rest, '|', &name);
        if (!reason_of_page(loader, page, name))
            return false;
    }
    return true;
}

static bool read_pages(struct loader *loader, size_t count,
                       const struct code_page *(*at)(const struct codes *codes, size_t index)) {
    for (size_t i = 0; i < count; i++) {
        const struct code_page *page = at(loader->book->codes, i);
        if (!loader->without_rules && !(add_page_rules(loader, page) && check_others(loader, page)))
            return false;
    }
    return true;
}

static bool read_tables(struct loader *loader) {
    const struct codes *codes = loader->book->codes;
    return each_file(loader, SLICE("codes/"), read_table) &&
           read_pages(loader, codes_reply_count(codes), codes_reply_at) &&
           read_pages(loader, codes_enhanced_count(codes), codes_enhanced_at);
}

/* ---- the whole */

static void take_rules(struct held *held, int strength, bool staged) {
    struct rulebook *book = &held->book;
    for (size_t i = 0; i < held->made.count; i++) {
        const struct rule *rule = &held->made.items[i];
        if ((int)rule->strength != strength || (strength == RULE_DEFAULT && rule->staged != staged))
            continue;
        book->rules[book->rule_count] = *rule;
        book->rules[book->rule_count].id = (unsigned)book->rule_count;
        book->rule_count++;
    }
}

/* Rules by strength, otherwise in the order made; but a default in its stage goes before all that
 * hold in any. */
static void sort_rules(struct held *held) {
    struct rulebook *book = &held->book;
    book->rules = memory_new(held->made.count * sizeof *book->rules);
    for (int strength = 0; strength <= RULE_DEFAULT; strength++) {
        book->first_rule[strength] = book->rule_count;
        if (strength == RULE_DEFAULT)
            take_rules(held, strength, true);
        take_rules(held, strength, false);
    }
    book->first_rule[RULE_DEFAULT + 1] = book->rule_count;
    free(held->made.items); /* the regexes are the book's now */
    held->made = (struct rule_list){0};
}

static bool load(struct loader *loader) {
    if (!read_order(loader) || !each_file(loader, SLICE("reasons/"), check_listed))
        return false;
    if (!loader->without_rules &&
        (!read_providers(loader) || !each_file(loader, SLICE("blocklists/"), read_list_file)))
        return false;
    if (!read_reasons(loader) || !read_tables(loader))
        return false;
    sort_rules(loader->held);
    return loader->proved || rules_differ(loader->book, loader->problem);
}

static bool load_book(const struct pattern_files *files, bool with_rules, struct rulebook **book_r,
                      struct problem *problem) {
    bool builtin = pattern_files_are_builtin(files);
    struct held *held = memory_new(sizeof *held);
    arena_init(&held->arena);
    held->book.codes = codes_new();
    held->book.phrases = phrases_new();
    struct loader loader = {.files = files,
                            .held = held,
                            .book = &held->book,
                            .arena = &held->arena,
                            .proved = builtin,
                            .without_rules = !with_rules && builtin,
                            .problem = problem};
    arena_init(&loader.nodes);
    bool good = load(&loader);
    arena_release(&loader.nodes);
    if (!good) {
        rulebook_free(&held->book);
        *book_r = NULL;
        return false;
    }
    *book_r = &held->book;
    return true;
}

bool rulebook_load(const struct pattern_files *files, struct rulebook **book_r,
                   struct problem *problem) {
    return load_book(files, true, book_r, problem);
}

bool rulebook_load_texts(const struct pattern_files *files, struct rulebook **book_r,
                         struct problem *problem) {
    return load_book(files, false, book_r, problem);
}

void rulebook_free(struct rulebook *book) {
    if (!book)
        return;
    struct held *held = (struct held *)book;
    rule_list_release(&held->made);
    for (size_t i = 0; i < book->rule_count; i++)
        if (book->rules[i].pattern)
            regex_free(book->rules[i].pattern->regex);
    free(book->rules);
    for (size_t i = 0; i < book->mark_count; i++)
        regex_free(book->marks[i].mark.pattern.regex);
    free(book->marks);
    blocklists_release(&book->lists);
    free(held->list_proofs);
    phrases_free(book->phrases);
    codes_free(book->codes);
    arena_release(&held->arena);
    free(held);
}
