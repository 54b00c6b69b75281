/* A wrong pattern file must be found when it is loaded and not in a report, so everything of
 * docs/patterns.md that can be checked without a reply is checked here, with the place and with
 * what to write instead; what needs one is proved by finding/proof.
 *
 * The order of work: reasons/order gives the reasons their names and numbers, then the providers
 * and the block lists are read (rules/providers; their tokens name reasons), then each reason (its
 * contexts name providers), then the code tables. The rules gathered on the way are sorted by
 * strength, stable, and so stand in the order in which they are tried.
 */
#include "rules/rulebook.h"

#include "base/memory.h"
#include "rules/equal.h"
#include "rules/loading.h"
#include "rules/providers.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_bookkeeping(struct slice name) {
    for (size_t i = 0; i < sizeof bookkeeping / sizeof *bookkeeping; i++)
        if (slice_is(name, bookkeeping[i]))
            return true;
    return false;
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

static bool read_strangers(struct loader *loader, const struct yaml *root, struct reason *reason) {
    struct slice word = {0};
    if (!yaml_text(root, "strangers", false, &word, loader->problem))
        return false;
    reason->of_strangers = word.length > 0;
    return !word.length || slice_is(word, "in") ||
           yaml_say(yaml_get(root, "strangers"), loader->problem,
                    "write 'in', or leave the key out");
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
    return loading_proofs(loader, examples, false, proofs, count_r) &&
           loading_proofs(loader, not_here, true, proofs, count_r);
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
            if (!loading_provider(loader->book, rule->where->provider.items[j]))
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
    static const char *const known[] = {"title",  "group",    "meaning", "sign",  "hint",
                                        "hints",  "severity", "lasting", "acts",  "strangers",
                                        "strong", "weak",     "codes",   "where", "examples",
                                        "not",    NULL};
    const char *name = arena_print(loader->arena, "reasons/%s.yaml", reason->name).at;
    const struct yaml *root = loading_yaml(loader, pattern_file_get(loader->files, name));
    struct problem *problem = loader->problem;
    return root && yaml_only(root, known, problem) &&
           yaml_text(root, "title", true, &reason->title, problem) &&
           read_group(loader, root, reason) &&
           yaml_text(root, "meaning", true, &reason->meaning, problem) &&
           yaml_text(root, "sign", true, &reason->sign, problem) &&
           yaml_text(root, "hint", true, &reason->hint, problem) &&
           read_hints(loader, root, reason) && read_severity(loader, root, reason) &&
           read_lasting(loader, root, reason) && read_acts(loader, root, reason) &&
           read_strangers(loader, root, reason) &&
           (loader->without_rules ||
            (read_rules(loader, root, reason) &&
             (loader->without_proofs ||
              read_proofs(loader, root, &reason->proofs, &reason->proof_count))));
}

static bool read_reasons(struct loader *loader) {
    for (size_t i = 0; i < loader->book->reason_count; i++)
        if (!read_reason(loader, &loader->book->reasons[i]))
            return false;
    return true;
}

/* ---- codes */

static bool read_table(struct loader *loader, const struct pattern_file *file, struct slice name) {
    return (pattern_file_is_packed(file) ? codes_load_packed : codes_load)(
        loader->book->codes, arena_copy(loader->arena, name).at, file->shown, file->bytes,
        loader->problem);
}

static const struct reason *reason_of_page(struct loader *loader, const struct code_page *page,
                                           struct slice name) {
    const struct reason *reason;
    struct problem why;
    if (!loading_reason(loader->book, name, &reason, &why))
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
    return loading_files(loader, SLICE("codes/"), read_table) &&
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
    if (!read_order(loader) || !loading_files(loader, SLICE("reasons/"), check_listed))
        return false;
    if (!loader->without_rules && (!providers_read(loader) || !blocklists_read(loader)))
        return false;
    if (!read_reasons(loader) || !read_tables(loader))
        return false;
    sort_rules(loader->held);
    return loader->proved || rules_differ(loader->book, loader->problem);
}

enum wanted { WANTED_TEXTS, WANTED_RULES, WANTED_PROOFS };

static bool load_book(const struct pattern_files *files, enum wanted wanted,
                      struct rulebook **book_r, struct problem *problem) {
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
                            .without_rules = wanted < WANTED_RULES && builtin,
                            .without_proofs = wanted < WANTED_PROOFS && builtin,
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
    return load_book(files, WANTED_PROOFS, book_r, problem);
}

bool rulebook_load_rules(const struct pattern_files *files, struct rulebook **book_r,
                         struct problem *problem) {
    return load_book(files, WANTED_RULES, book_r, problem);
}

bool rulebook_load_texts(const struct pattern_files *files, struct rulebook **book_r,
                         struct problem *problem) {
    return load_book(files, WANTED_TEXTS, book_r, problem);
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
