/* filter - words of the command line beside the columns of a finding. Pure, and without memory of
 * its own: each word borrows from the command line. A word that can fit nothing is a slip of the
 * pen and is refused, because an empty report would look like good news.
 */
#include "finding/filter.h"

#include <stdio.h>

#include "base/glob.h"
#include "finding/strangers.h"

static const struct {
    const char *name;
    bool exact;
} filters[] = {
#define FILTER(constant, option, exact) {option, exact},
#include "finding/filters.def"
#undef FILTER
};

const char *filter_name(enum filter_by by) {
    return filters[by].name;
}

/* ---- adding ---- */

static const char *event_word(unsigned number) {
    return event_name((enum event)number);
}

static const char *level_word(unsigned number) {
    return level_name((enum level)number);
}

static const char *direction_word(unsigned number) {
    return direction_name((enum direction)number);
}

static const char *stage_word(unsigned number) {
    return stage_name((enum stage)number);
}

static const char *side_word(unsigned number) {
    return side_name((enum side)number);
}

static const char *code_source_word(unsigned number) {
    return (const char *const[]){"", "explicit", "implied"}[number];
}

static const char *answer_word(unsigned number) {
    return (const char *const[]){"", "yes", "no"}[number];
}

/* Options that have few words: 1 .. most. */
static const struct few {
    enum filter_by by;
    unsigned most;
    const char *(*name)(unsigned number);
} few[] = {
    {FILTER_EVENT, EVENT_WARNING, event_word},
    {FILTER_LEVEL, LEVEL_MTA, level_word},
    {FILTER_DIRECTION, DIRECTION_LOCAL, direction_word},
    {FILTER_STAGE, STAGE_QUEUE, stage_word},
    {FILTER_SIDE, SIDE_SYNTHETIC, side_word},
    {FILTER_CODE_SOURCE, 2, code_source_word},
    {FILTER_STRANGERS, 2, answer_word},
};

static bool check_few(const struct few *of, const struct filter_word *word,
                      struct problem *problem) {
    char known[200] = "";
    size_t length = 0;
    for (unsigned i = 1; i <= of->most; i++) {
        if (glob_matches(word->pattern, slice_of(of->name(i)), true))
            return true;
        length += (size_t)snprintf(known + length, sizeof known - length, " %s", of->name(i));
    }
    return problem_say(problem, "--%s '%.*s': there is%s", filter_name(of->by),
                       SLICE_ARGS(word->pattern), known);
}

/* How the values of other options are spelt, where that is sure: a word must be able to fit one.
 * Codes are those that replies are read for and that line types may imply (rules/codes.h). */
static const struct spelling {
    enum filter_by by;
    const char *instead;   /* what to write */
    const char *without;   /* signs that no value has */
    const char *forms[10]; /* patterns, as glob_meets() has them */
} spellings[] = {
    {FILTER_CODE,
     "a reply code has three digits, the first from 2 to 5: 550, 5?? or 4*",
     "",
     {"[2-5][0-9][0-9]"}},
    {FILTER_ENHANCED,
     "an enhanced code is like 5.7.1, the first number 2, 4 or 5: write 5.7.* or '*.7.1'; 550 and "
     "the like are --code",
     "",
     {"[245].[0-9].[0-9]", "[245].[0-9].[1-9][0-9]", "[245].[0-9].[1-9][0-9][0-9]",
      "[245].[1-9][0-9].[0-9]", "[245].[1-9][0-9].[1-9][0-9]", "[245].[1-9][0-9].[1-9][0-9][0-9]",
      "[245].[1-9][0-9][0-9].[0-9]", "[245].[1-9][0-9][0-9].[1-9][0-9]",
      "[245].[1-9][0-9][0-9].[1-9][0-9][0-9]"}},
    {FILTER_RECIPIENT_DOMAIN,
     "a domain stands behind the last @: write example.com or '*.example.com'; whole addresses are "
     "--recipient",
     "@",
     {"*"}},
    {FILTER_QUEUE_ID,
     "a queue ID has no blank and no : @ < >: write 4C1D2E3F40; what belongs to a Message-ID is "
     "shown by 'mailtriage trace'",
     " \t:@<>",
     {"*"}},
};

static bool check_spelling(const struct spelling *spelling, const struct filter_word *word,
                           struct problem *problem) {
    for (const char *const *form = spelling->forms; *form; form++)
        if (glob_meets(word->pattern, *form, spelling->without, !filters[spelling->by].exact))
            return true;
    bool is_enhanced = spelling->by == FILTER_CODE && slice_find(word->pattern, '.') != SIZE_MAX;
    return problem_say(
        problem, "--%s '%.*s': %s", filter_name(spelling->by), SLICE_ARGS(word->pattern),
        is_enhanced ? "a reply code has three digits; 5.7.1 and the like are --enhanced"
                    : spelling->instead);
}

/* Addresses as logs and people write them: <bob@example.net>, [192.0.2.1]. */
static void strip(struct slice *text, char begin, char end) {
    if (text->length >= 2 && text->at[0] == begin && text->at[text->length - 1] == end)
        *text = (struct slice){text->at + 1, text->length - 2};
}

/* "192.0.2.0/33" and not "/run/lmtp": what is reached by a socket has its path for a name. */
static bool is_meant_as_network(struct slice text) {
    struct network network;
    struct slice front, rest = text;
    uint64_t bits;
    return slice_cut(&rest, '/', &front) && front.length &&
           (!rest.length || slice_number(rest, &bits) || network_read(front, &network));
}

static bool check_peer(struct filter_word *word, struct problem *problem) {
    struct slice bare = word->pattern;
    strip(&bare, '[', ']');
    word->is_network = network_read(bare, &word->network);
    if (!word->is_network && is_meant_as_network(bare))
        return problem_say(problem,
                           "--peer '%.*s': no network; write 192.0.2.0/24 or 2001:db8::/32",
                           SLICE_ARGS(word->pattern));
    return true;
}

static bool check_word(struct filter_word *word, struct problem *problem) {
    struct problem why;
    if (word->by == FILTER_PEER && (!check_peer(word, problem) || word->is_network))
        return word->is_network;
    if (!glob_check(word->pattern, &why))
        return problem_say(problem, "--%s %s", filter_name(word->by), why.text);
    for (size_t i = 0; i < sizeof few / sizeof *few; i++)
        if (few[i].by == word->by)
            return check_few(&few[i], word, problem);
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (spellings[i].by == word->by)
            return check_spelling(&spellings[i], word, problem);
    return true;
}

/* The next word, up to a comma that neither a backslash nor a set holds. */
static bool next_word(struct slice *rest, struct slice *word_r) {
    bool in_set = false;
    size_t at = 0;
    for (; at < rest->length; at++) {
        char sign = rest->at[at];
        if (sign == '\\')
            at++;
        else if (sign == '[' || sign == ']')
            in_set = sign == '[';
        else if (sign == ',' && !in_set)
            break;
    }
    bool more = at < rest->length;
    *word_r = slice_trim(slice_head(*rest, at));
    *rest = slice_from(*rest, at + more);
    return more;
}

static bool add_word(struct filter *filter, enum filter_by by, struct slice text,
                     struct problem *problem) {
    struct filter_word *word = &filter->words[filter->count];
    if (filter->count == FILTER_WORDS)
        return problem_say(problem, "--%s: at most %d words in all filters", filter_name(by),
                           FILTER_WORDS);
    *word = (struct filter_word){.by = by};
    word->negated = slice_skip_byte(&text, '!');
    if (!text.length)
        return problem_say(problem, "--%s: a word is empty%s", filter_name(by),
                           by == FILTER_SENDER ? " (the null sender is '<>')" : "");
    if (text.length > FILTER_LONGEST)
        return problem_say(problem, "--%s: a word has more than %d bytes", filter_name(by),
                           FILTER_LONGEST);
    if (by == FILTER_SENDER || by == FILTER_RECIPIENT)
        strip(&text, '<', '>');
    word->pattern = text;
    if (!check_word(word, problem))
        return false;
    filter->count++;
    filter->given |= 1u << by;
    return true;
}

bool filter_add(struct filter *filter, enum filter_by by, const char *value,
                struct problem *problem) {
    struct slice rest = slice_of(value), word;
    for (bool more = true, negated = false; more; negated = word.at && *word.at == '!') {
        more = next_word(&rest, &word);
        if (negated && word.length && *word.at != '!')
            return problem_say(problem,
                               "--%s '%s': '!' is for one word; write '!a,!b' for neither of two, "
                               "and words without '!' in front",
                               filter_name(by), value);
        if (!add_word(filter, by, word, problem))
            return false;
    }
    return true;
}

/* ---- classes, which only the rule book knows ---- */

bool filter_knows_class(const struct rulebook *book, struct slice pattern) {
    static const char *const others[] = {"accepted", "intermediate", "unclassified"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (glob_matches(pattern, slice_of(others[i]), true))
            return true;
    for (size_t i = 0; i < book->reason_count; i++)
        if (glob_matches(pattern, slice_of(book->reasons[i].name), true))
            return true;
    return false;
}

bool filter_check_classes(const struct filter *filter, const struct rulebook *book,
                          struct problem *problem) {
    for (size_t i = 0; i < filter->count; i++) {
        const struct filter_word *word = &filter->words[i];
        if (word->by == FILTER_CLASS && !filter_knows_class(book, word->pattern))
            return problem_say(problem,
                               "--class '%.*s': no such reason; 'mailtriage rules list' names them",
                               SLICE_ARGS(word->pattern));
    }
    return true;
}

/* ---- matching ---- */

enum { VALUES = 2, CODE_ROOM = 16 };

/* What a finding has to say to one option; room holds what is printed. */
struct values {
    struct slice items[VALUES];
    size_t count;
    char room[CODE_ROOM];
};

static void add_value(struct values *values, struct slice value) {
    if (value.length)
        values->items[values->count++] = value;
}

static struct slice print_code(unsigned code, char room[CODE_ROOM]) {
    return (struct slice){room, code ? (size_t)snprintf(room, CODE_ROOM, "%u", code) : 0};
}

static void add_sender(struct values *values, const struct record *record) {
    if (record->has_sender) /* the null sender is one */
        values->items[values->count++] = record->sender;
    else
        add_value(values, record->sender);
}

/* As the column of a row says it. */
static unsigned code_source_of(const struct finding *finding) {
    const struct reply *reply = &finding->reply;
    if (finding->code_implied && (reply->code || reply->enhanced.class_digit))
        return 2;
    return reply->code != 0;
}

static void values_of(const struct finding *finding, enum filter_by by, struct values *values) {
    const struct record *record = &finding->record;
    values->count = 0;
    switch (by) {
    case FILTER_CLASS:
        add_value(values, slice_of(finding_class(finding)));
        break;
    case FILTER_CODE:
        add_value(values, print_code(finding->reply.code, values->room));
        break;
    case FILTER_ENHANCED:
        add_value(values, (struct slice){values->room,
                                         enhanced_print(finding->reply.enhanced, values->room)});
        break;
    case FILTER_EVENT:
        add_value(values, slice_of(event_name(record->event)));
        break;
    case FILTER_LEVEL:
        add_value(values, slice_of(level_name(record->level)));
        break;
    case FILTER_DIRECTION:
        add_value(values, slice_of(direction_name(record->direction)));
        break;
    case FILTER_SENDER:
        add_sender(values, record);
        break;
    case FILTER_RECIPIENT:
        add_value(values, record->recipient);
        add_value(values, record->orig_recipient);
        break;
    case FILTER_RECIPIENT_DOMAIN:
        add_value(values, address_domain(record->recipient));
        break;
    case FILTER_PEER:
        add_value(values, record->peer_host);
        add_value(values, record->peer_ip);
        break;
    case FILTER_USER:
        add_value(values, record->user);
        break;
    case FILTER_QUEUE_ID:
        add_value(values, record->queue_id);
        break;
    case FILTER_HOST:
        add_value(values, finding->host);
        break;
    case FILTER_STAGE:
        add_value(values, slice_of(stage_name(record->stage)));
        break;
    case FILTER_SIDE:
        add_value(values, slice_of(side_name(record->side)));
        break;
    case FILTER_CODE_SOURCE:
        add_value(values, slice_of(code_source_word(code_source_of(finding))));
        break;
    case FILTER_TEMPLATE:
        add_value(values, finding->template);
        break;
    case FILTER_STRANGERS:
        add_value(values, slice_of(answer_word(strangers_did(finding) ? 1 : 2)));
        break;
    case FILTER_COUNT:
        break;
    }
}

static bool fits(const struct filter_word *word, const struct values *values) {
    for (size_t i = 0; i < values->count; i++)
        if (word->is_network
                ? network_holds(&word->network, values->items[i])
                : glob_matches(word->pattern, values->items[i], !filters[word->by].exact))
            return true;
    return false;
}

static bool holds(const struct filter *filter, enum filter_by by, const struct finding *finding) {
    struct values values;
    bool any_wanted = false, found = false;
    values_of(finding, by, &values);
    for (size_t i = 0; i < filter->count; i++) {
        const struct filter_word *word = &filter->words[i];
        if (word->by != by)
            continue;
        bool fit = fits(word, &values);
        if (fit && word->negated)
            return false;
        any_wanted |= !word->negated;
        found |= fit;
    }
    return found || !any_wanted;
}

static bool holds_all(const struct filter *filter, unsigned given, const struct finding *finding) {
    for (unsigned by = 0; given >> by; by++)
        if (given >> by & 1 && !holds(filter, (enum filter_by)by, finding))
            return false;
    return true;
}

bool filter_matches(const struct filter *filter, const struct finding *finding) {
    return holds_all(filter, filter->given, finding);
}

/* ---- what is asked for ---- */

enum {
    OF_HOSTS = 1 << FILTER_HOST,
    OF_MESSAGES = OF_HOSTS | 1 << FILTER_SENDER | 1 << FILTER_USER | 1 << FILTER_QUEUE_ID,
    OF_MAIL = OF_MESSAGES | 1 << FILTER_RECIPIENT | 1 << FILTER_RECIPIENT_DOMAIN |
              1 << FILTER_PEER | 1 << FILTER_DIRECTION,
    OF_REPLIES =
        1 << FILTER_CLASS | 1 << FILTER_CODE | 1 << FILTER_ENHANCED | 1 << FILTER_CODE_SOURCE,
};

bool filter_matches_mail(const struct filter *filter, const struct finding *finding) {
    return holds_all(filter, filter->given & OF_MAIL, finding);
}

bool filter_is_of_messages(const struct filter *filter) {
    return !(filter->given & ~(unsigned)OF_MESSAGES);
}

bool filter_is_of_hosts(const struct filter *filter) {
    return !(filter->given & ~(unsigned)OF_HOSTS);
}

bool filter_is_of_replies(const struct filter *filter) {
    return filter->given & OF_REPLIES;
}

bool filter_takes_event(const struct filter *filter, enum event event) {
    struct finding finding = {.record.event = event};
    return holds(filter, FILTER_EVENT, &finding);
}

bool filter_names_event(const struct filter *filter, enum event event) {
    for (size_t i = 0; i < filter->count; i++) {
        const struct filter_word *word = &filter->words[i];
        if (word->by == FILTER_EVENT && !word->negated &&
            glob_matches(word->pattern, slice_of(event_name(event)), true))
            return true;
    }
    return false;
}
