/* What is said of a code in one line (its first digit, its place, its usual reason ...) is asked in
 * two places: on its own page, and for the key differences of two. So each such line is one
 * function in one table, `aspects`; two codes differ in what the functions give differently.
 */
#include "report/catalogue.h"

#include <string.h>

#include "finding/hint.h"
#include "finding/reason.h"

static struct slice say(const struct page *page, enum word which) {
    return slice_of(page_word(page, which));
}

bool catalogue_find(const struct rulebook *book, struct slice text, struct asked_code *code_r) {
    struct code code;
    if (!code_read(text, &code))
        return false;
    const struct code_page *page = code.basic ? codes_reply(book->codes, code.basic)
                                              : codes_enhanced(book->codes, code.enhanced);
    *code_r = (struct asked_code){text, page, code};
    return page != NULL;
}

/* ---- what is said of a code in one line */

static char first_digit(const struct asked_code *code) {
    return code->text.at[0];
}

/* The page of X.1.1 tells of failures; 2.1.1 is none. */
static bool is_success_of_failure_page(const struct asked_code *code) {
    return code->page->first.any_class && first_digit(code) == '2' &&
           !slice_is(code->page->reason, "accepted");
}

static struct slice say_class(const struct rulebook *book, const struct asked_code *code,
                              struct page *page) {
    (void)book;
    bool basic = code->code.basic != 0;
    switch (first_digit(code)) {
    case '2':
        return say(page, basic ? WORD_DIGIT_2 : WORD_CLASS_2);
    case '3':
        return say(page, WORD_DIGIT_3);
    case '4':
        return say(page, basic ? WORD_DIGIT_4 : WORD_CLASS_4);
    case '5':
        return say(page, basic ? WORD_DIGIT_5 : WORD_CLASS_5);
    default:
        return say(page, WORD_CLASS_X);
    }
}

static struct slice say_next(const struct rulebook *book, const struct asked_code *code,
                             struct page *page) {
    (void)book;
    switch (first_digit(code)) {
    case '2':
        return say(page, is_success_of_failure_page(code) ? WORD_NEXT_2_ONLY : WORD_NEXT_2);
    case '3':
        return say(page, WORD_NEXT_3);
    case '4':
        return say(page, WORD_NEXT_4);
    case '5':
        return say(page, WORD_NEXT_5);
    default:
        return say(page, WORD_NEXT_X);
    }
}

/* The second digit of a basic code, the second number of an enhanced one. */
static struct slice say_subject(const struct rulebook *book, const struct asked_code *code,
                                struct page *page) {
    static const enum word seconds[] = {WORD_SECOND_0, WORD_SECOND_1, WORD_SECOND_2,
                                        WORD_SECOND_3, WORD_COUNT,    WORD_SECOND_5};
    (void)book;
    unsigned basic = code->code.basic / 10u % 10u, subject = code->code.enhanced.subject;
    if (code->code.basic == 0)
        return subject > 7 ? (struct slice){0} : say(page, WORD_SUBJECT_0 + subject);
    return basic > 5 || seconds[basic] == WORD_COUNT ? (struct slice){0}
                                                     : say(page, seconds[basic]);
}

/* "after RCPT TO"; the others are whole phrases. */
static struct slice say_one_stage(struct slice stage, struct page *page) {
    static const struct {
        const char *stage, *command;
        enum word phrase; /* when there is no command */
    } stages[] = {
        {"connect", NULL, WORD_STAGE_CONNECT}, {"helo", "EHLO / HELO", WORD_COUNT},
        {"starttls", "STARTTLS", WORD_COUNT},  {"auth", "AUTH", WORD_COUNT},
        {"mail", "MAIL FROM", WORD_COUNT},     {"rcpt", "RCPT TO", WORD_COUNT},
        {"data", "DATA", WORD_COUNT},          {"end-of-data", NULL, WORD_STAGE_END_OF_DATA},
        {"quit", "QUIT", WORD_COUNT},          {"other", NULL, WORD_STAGE_OTHER},
        {"dns", NULL, WORD_STAGE_DNS},         {"delivery", NULL, WORD_STAGE_DELIVERY},
        {"queue", NULL, WORD_STAGE_QUEUE},     {"any", NULL, WORD_STAGE_ANY},
    };
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        if (slice_is(stage, stages[i].stage))
            return stages[i].command ? WORDS_FILL(&page->arena, page_word(page, WORD_STAGE_AFTER),
                                                  slice_of(stages[i].command))
                                     : say(page, stages[i].phrase);
    return stage;
}

static struct slice say_stage(const struct rulebook *book, const struct asked_code *code,
                              struct page *page) {
    struct slice rest = code->page->stage, stage, joined = {0};
    (void)book;
    while (rest.length > 0) {
        slice_cut(&rest, '|', &stage);
        struct slice said = say_one_stage(stage, page);
        joined = arena_print(&page->arena, "%.*s%s%.*s", SLICE_ARGS(joined),
                             joined.length ? ", " : "", SLICE_ARGS(said));
    }
    return joined;
}

static struct slice class_of(const struct asked_code *code) {
    return is_success_of_failure_page(code) ? SLICE("accepted") : code->page->reason;
}

static const struct reason *usual_reason(const struct rulebook *book,
                                         const struct asked_code *code) {
    struct slice class = class_of(code);
    return class.length ? rulebook_reason(book, class) : NULL;
}

/* "bad-credentials: Bad credentials" */
static struct slice say_name(const struct reason *reason, struct page *page) {
    return WORDS_FILL(&page->arena, page_word(page, WORD_CODE_COLON), slice_of(reason->name),
                      reason->title);
}

static struct slice say_reason(const struct rulebook *book, const struct asked_code *code,
                               struct page *page) {
    const struct reason *reason = usual_reason(book, code);
    return reason ? say_name(reason, page) : (struct slice){0};
}

static struct slice say_acts(const struct rulebook *book, const struct asked_code *code,
                             struct page *page) {
    const struct reason *reason = usual_reason(book, code);
    return reason ? words_acts(page->words, reason->acts_out, &page->arena) : (struct slice){0};
}

/* "RFC 5321 section 4.2.3" in words and as an address; no address: it is in no standard. */
static struct slice say_source(struct slice item, struct page *page, struct slice *address_r) {
    struct slice rest = item, number, section;
    *address_r = (struct slice){0};
    if (slice_skip(&rest, SLICE("seen: ")))
        return WORDS_FILL(&page->arena, page_word(page, WORD_SEEN), rest);
    if (slice_skip(&rest, SLICE("provider: ")))
        return WORDS_FILL(&page->arena, page_word(page, WORD_PROVIDER), rest);
    if (slice_is(rest, "IANA registry")) {
        *address_r = SLICE("https://www.iana.org/assignments/smtp-enhanced-status-codes/");
        return say(page, WORD_REGISTRY);
    }
    if (!slice_skip(&rest, SLICE("RFC ")))
        return item;
    slice_cut(&rest, ' ', &number);
    section = rest;
    if (!slice_skip(&section, SLICE("section "))) {
        *address_r =
            arena_print(&page->arena, "https://www.rfc-editor.org/rfc/rfc%.*s", SLICE_ARGS(number));
        return item;
    }
    *address_r = arena_print(&page->arena, "https://www.rfc-editor.org/rfc/rfc%.*s#section-%.*s",
                             SLICE_ARGS(number), SLICE_ARGS(section));
    struct slice rfc = slice_head(item, strlen("RFC ") + number.length);
    return WORDS_FILL(&page->arena, page_word(page, WORD_SECTION), rfc, section);
}

/* Items are joined by "; ". */
static bool next_source(struct slice *rest, struct slice *item_r) {
    if (rest->length == 0)
        return false;
    slice_cut(rest, ';', item_r);
    *item_r = slice_trim(*item_r);
    return true;
}

static struct slice say_sources(const struct rulebook *book, const struct asked_code *code,
                                struct page *page) {
    struct slice rest = code->page->source, item, address, joined = {0};
    (void)book;
    while (next_source(&rest, &item)) {
        struct slice said = say_source(item, page, &address);
        joined = joined.length ? WORDS_FILL(&page->arena, page_word(page, WORD_BOTH), joined, said)
                               : said;
    }
    return joined;
}

static const struct aspect {
    const char *key;
    enum word title;
    struct slice (*say)(const struct rulebook *book, const struct asked_code *code,
                        struct page *page);
} aspects[] = {
    {"first_digit", WORD_FIRST_DIGIT, say_class}, {"next", WORD_NEXT, say_next},
    {"subject", WORD_SUBJECT, say_subject},       {"stage", WORD_STAGE, say_stage},
    {"class", WORD_USUAL_REASON, say_reason},     {"acts", WORD_WHO_ACTS, say_acts},
    {"source", WORD_DEFINED_IN, say_sources},
};
enum {
    ASPECTS = sizeof aspects / sizeof *aspects,
    HEAD_ASPECTS = 3, /* those that stand in front of the description */
};

/* ---- the card of a code */

/* A cell that machines get under its key and people under its title, left out when empty. */
static void put(struct page *page, struct cell *card, const char *key, const char *title,
                struct slice text) {
    if (text.length)
        cell_text(page, card, key, title, text);
}

static void list_reason(const struct reason *reason, struct page *page, struct cell *list) {
    if (!reason)
        return;
    struct cell *record = cell_record(page, list, NULL, NULL);
    cell_text(page, record, NULL, "", say_name(reason, page));
    cell_text(page, record, "class", NULL, slice_of(reason->name));
    cell_text(page, record, "title", NULL, reason->title);
    cell_text(page, record, "sign", page_word(page, WORD_SIGN), reason->sign);
}

static void list_reasons(const struct rulebook *book, const struct asked_code *code,
                         struct page *page, struct cell *list) {
    struct slice rest = is_success_of_failure_page(code) ? (struct slice){0} : code->page->others;
    struct slice name;
    list_reason(usual_reason(book, code), page, list);
    while (rest.length > 0) {
        slice_cut(&rest, '|', &name);
        list_reason(rulebook_reason(book, name), page, list);
    }
}

static bool comes_at(const struct asked_code *code, const char *where) {
    struct slice rest = code->page->stage, stage;
    while (rest.length > 0) {
        slice_cut(&rest, '|', &stage);
        if (slice_is(stage, where))
            return true;
    }
    return false;
}

/* The stage for which the rows of a class stand: the usual one of several. NULL: none of them, as
 * for successes whose row would be that of a failure, and for codes that only a provider says. */
static const char *stage_logged(const struct asked_code *code, enum direction direction) {
    static const char *const stages[] = {"rcpt", "end-of-data", "mail", "auth"};
    bool by_provider = slice_starts(code->page->source, SLICE("provider: "));
    bool any_success = first_digit(code) == 'X' && slice_is(code->page->reason, "accepted");
    if (any_success || (by_provider && direction == DIRECTION_IN))
        return NULL;
    if (comes_at(code, "any") || first_digit(code) == '3')
        return stages[0];
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        if (comes_at(code, stages[i]))
            return stages[i];
    return NULL;
}

/* What each MTA logs when it says the code, and when it is told it. */
static void list_logged(const struct rulebook *book, const struct asked_code *code,
                        struct page *page, struct cell *list) {
    static const enum direction directions[] = {DIRECTION_IN, DIRECTION_OUT};
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; mtas[j]; j++) {
            const char *direction = direction_name(directions[i]);
            struct slice text = codes_logged(book->codes, code->code, mtas[j]->name, direction,
                                             stage_logged(code, directions[i]), &page->arena);
            if (text.length == 0)
                continue;
            bool nothing = slice_is(text, "-");
            struct cell *row = cell_record(page, list, NULL, NULL);
            cell_text(page, row, "mta", "MTA", slice_of(mtas[j]->name));
            cell_text(page, row, "direction", NULL, slice_of(direction));
            cell_text(page, row, NULL, page_word(page, WORD_SAID),
                      slice_of(words_direction(page->words, directions[i])));
            cell_text(page, row, NULL, page_word(page, WORD_ENTRY),
                      nothing ? say(page, WORD_LOGGED_NOTHING) : text);
            if (nothing)
                cell_none(page, row, "text", NULL);
            else
                cell_text(page, row, "text", NULL, text);
        }
}

static void add_aspects(const struct rulebook *book, const struct asked_code *code, size_t from,
                        size_t end, struct page *page, struct cell *card) {
    for (size_t i = from; i < end; i++)
        put(page, card, NULL, page_word(page, aspects[i].title), aspects[i].say(book, code, page));
}

static struct slice say_heading(const struct asked_code *code, struct page *page) {
    return arena_print(&page->arena, "%.*s %.*s", SLICE_ARGS(code->text),
                       SLICE_ARGS(code->page->name));
}

/* What a machine gets, and the lines that are for people too: with `brief`, those of a comparison,
 * which tells the rest as differences. */
static void add_card(const struct rulebook *book, const struct asked_code *code, bool brief,
                     struct page *page, struct cell *list) {
    const struct code_page *texts = code->page;
    struct cell *card = cell_record(page, list, NULL, NULL);
    cell_text(page, card, NULL, "", say_heading(code, page));
    put(page, card, "code", NULL, code->text);
    put(page, card, "kind", NULL,
        code->code.basic ? SLICE("SMTP reply code") : SLICE("Enhanced status code"));
    put(page, card, "name", NULL, texts->name);
    add_aspects(book, code, 0, brief ? 0 : HEAD_ASPECTS, page, card);
    put(page, card, "description", page_word(page, WORD_DESCRIPTION), texts->description);
    put(page, card, "when", page_word(page, WORD_WHEN), texts->when);
    put(page, card, "fix", page_word(page, WORD_FIX), texts->fix);
    put(page, card, "use", brief ? NULL : page_word(page, WORD_USE_ONE), texts->use);
    add_aspects(book, code, HEAD_ASPECTS, brief ? HEAD_ASPECTS : ASPECTS, page, card);
    put(page, card, "first_digit", NULL, say_class(book, code, page));
    cell_words(page, cell_list(page, card, "stage", NULL), texts->stage);
    put(page, card, "standard", brief ? NULL : page_word(page, WORD_STANDARD), texts->standard);
    put(page, card, "class", NULL, class_of(code));
    put(page, card, "source", NULL, texts->source);
    list_reasons(book, code, page, cell_list(page, card, "reasons", NULL));
    list_logged(book, code, page, cell_list(page, card, "logged", NULL));
}

/* ---- the sections behind the card */

/* Of the codes of one reply the last one, which is the enhanced, says more; the other is asked when
 * it says nothing. */
static void add_reasons(const struct rulebook *book, const struct asked_code *codes, size_t count,
                        struct page *page) {
    struct section *section =
        page_section(page, NULL, page_word(page, WORD_REASONS), LOOK_CARDS, CELL_LIST);
    for (size_t i = count; i > 0 && !section->cell->first; i--)
        list_reasons(book, &codes[i - 1], page, section->cell);
    if (!section->cell->first)
        section->look = LOOK_HIDDEN;
}

static void add_logged(const struct rulebook *book, const struct asked_code *codes, size_t count,
                       struct page *page) {
    struct section *section =
        page_section(page, NULL, page_word(page, WORD_LOGGED), LOOK_SENTENCES, CELL_LIST);
    for (size_t i = count; i > 0 && !section->cell->first; i--)
        list_logged(book, &codes[i - 1], page, section->cell);
    if (!section->cell->first)
        section->look = LOOK_HIDDEN;
}

static bool is_listed(const struct cell *list, struct slice text) {
    for (const struct cell *item = list->first; item; item = item->next)
        if (slice_equal(item->text, text))
            return true;
    return false;
}

/* Each source once, with its address. */
static void add_learning(const struct asked_code *codes, size_t count, struct page *page) {
    struct section *section =
        page_section(page, "learn_more", page_word(page, WORD_LEARN), LOOK_POINTS, CELL_LIST);
    for (size_t i = 0; i < count; i++) {
        struct slice rest = codes[i].page->source, item, address;
        while (next_source(&rest, &item)) {
            struct slice said = say_source(item, page, &address);
            if (address.length && !is_listed(section->cell, said))
                cell_link(page, section->cell, NULL, NULL, said, address);
        }
    }
    if (!section->cell->first)
        section->look = LOOK_HIDDEN;
}

void catalogue_codes(const struct rulebook *book, const struct asked_code *codes, size_t count,
                     bool together, struct page *page) {
    struct cell *list = page_section(page, "codes", NULL, LOOK_CARDS, CELL_LIST)->cell;
    for (size_t i = 0; i < count; i++)
        add_card(book, &codes[i], false, page, list);
    if (together) {
        add_reasons(book, codes, count, page);
        add_logged(book, codes, count, page);
    }
    add_learning(codes, count, page);
}

/* ---- two codes */

/* "354 (Start Mail Input) is a 3xx, positive intermediate reply, while 535 ...", and what they have
 * to do with each other, or else what each of them says. */
static void add_summary(const struct rulebook *book, const struct asked_code pair[2],
                        struct page *page) {
    struct section *section =
        page_section(page, "summary", page_word(page, WORD_SUMMARY), LOOK_TEXT, CELL_LIST);
    struct slice class[2] = {say_class(book, &pair[0], page), say_class(book, &pair[1], page)};
    enum word sentence =
        slice_equal(class[0], class[1]) ? WORD_SUMMARY_ALIKE : WORD_SUMMARY_DIFFERENT;
    if (first_digit(&pair[0]) != 'X' && first_digit(&pair[1]) != 'X')
        cell_text(page, section->cell, NULL, NULL,
                  WORDS_FILL(&page->arena, page_word(page, sentence), pair[0].text,
                             pair[0].page->name, class[0], pair[1].text, pair[1].page->name,
                             class[1]));
    struct slice difference = codes_pair(book->codes, pair[0].code, pair[1].code);
    if (difference.length)
        cell_text(page, section->cell, NULL, NULL, difference);
    for (size_t i = 0; i < 2 && !difference.length; i++)
        cell_text(page, section->cell, NULL, NULL,
                  WORDS_FILL(&page->arena, page_word(page, WORD_CODE_COLON), pair[i].text,
                             pair[i].page->description));
}

static void add_pair_cards(const struct rulebook *book, const struct asked_code pair[2],
                           struct page *page) {
    struct cell *list = page_section(page, "codes", NULL, LOOK_SIDE_BY_SIDE, CELL_LIST)->cell;
    for (size_t i = 0; i < 2; i++)
        add_card(book, &pair[i], true, page, list);
}

static void add_differences(const struct rulebook *book, const struct asked_code pair[2],
                            struct page *page) {
    struct section *section = page_section(page, "differences", page_word(page, WORD_DIFFERENCES),
                                           LOOK_SENTENCES, CELL_LIST);
    const char *titles[2] = {arena_copy(&page->arena, pair[0].text).at,
                             arena_copy(&page->arena, pair[1].text).at};
    for (size_t i = 0; i < ASPECTS; i++) {
        struct slice said[2] = {aspects[i].say(book, &pair[0], page),
                                aspects[i].say(book, &pair[1], page)};
        if (slice_equal(said[0], said[1]))
            continue;
        struct cell *row = cell_record(page, section->cell, NULL, NULL);
        cell_text(page, row, "aspect", NULL, slice_of(aspects[i].key));
        cell_text(page, row, NULL, page_word(page, WORD_ASPECT), say(page, aspects[i].title));
        cell_text(page, row, "first", titles[0], said[0].length ? said[0] : SLICE("-"));
        cell_text(page, row, "second", titles[1], said[1].length ? said[1] : SLICE("-"));
    }
    if (!section->cell->first)
        section->look = LOOK_HIDDEN;
}

static void add_use(const struct asked_code pair[2], struct page *page) {
    struct section *section =
        page_section(page, NULL, page_word(page, WORD_USE), LOOK_POINTS, CELL_LIST);
    for (size_t i = 0; i < 2; i++)
        cell_text(page, section->cell, NULL, NULL,
                  WORDS_FILL(&page->arena, page_word(page, WORD_CODE_NAME_COLON), pair[i].text,
                             pair[i].page->name, pair[i].page->use));
}

void catalogue_compare(const struct rulebook *book, const struct asked_code pair[2],
                       struct page *page) {
    page->title = WORDS_FILL(&page->arena, page_word(page, WORD_PAIR_TITLE), pair[0].text,
                             pair[0].page->name, pair[1].text, pair[1].page->name)
                      .at;
    add_summary(book, pair, page);
    add_pair_cards(book, pair, page);
    add_differences(book, pair, page);
    add_use(pair, page);
    add_learning(pair, 2, page);
}

/* ---- all codes */

static void list_codes(const struct code_page *codes, size_t count, enum word title,
                       struct page *page, struct cell *all) {
    struct cell *list =
        page_section(page, NULL, page_word(page, title), LOOK_SENTENCES, CELL_LIST)->cell;
    for (size_t i = 0; i < count; i++) {
        struct cell *row = cell_record(page, list, NULL, NULL);
        cell_text(page, row, NULL, page_word(page, WORD_CODE_COLUMN), codes[i].code);
        cell_text(page, row, NULL, page_word(page, WORD_NAME_COLUMN), codes[i].name);
        cell_text(page, row, NULL, page_word(page, WORD_REASON_COLUMN),
                  codes[i].reason.length ? codes[i].reason : SLICE("-"));
        row = cell_record(page, all, NULL, NULL);
        cell_text(page, row, "code", NULL, codes[i].code);
        cell_text(page, row, "name", NULL, codes[i].name);
        cell_text(page, row, "class", NULL, codes[i].reason);
    }
}

void catalogue_list(const struct rulebook *book, struct page *page) {
    const struct codes *codes = book->codes;
    page->title = page_word(page, WORD_CODES_TITLE);
    struct cell *all = page_section(page, "codes", NULL, LOOK_HIDDEN, CELL_LIST)->cell;
    list_codes(codes_reply_at(codes, 0), codes_reply_count(codes), WORD_CODES_REPLY, page, all);
    list_codes(codes_enhanced_at(codes, 0), codes_enhanced_count(codes), WORD_CODES_ENHANCED, page,
               all);
    page_text(page, say(page, WORD_LIST_MORE));
}

/* ---- a reply */

static void put_reason(const struct finding *finding, struct page *page, struct cell *card) {
    const struct verdict *verdict = &finding->verdict;
    const struct reason *reason = verdict->reason;
    struct slice hint = {0};
    char acts[96];
    if (reason)
        hint = reason_hint(reason, finding->mta, finding->record.direction);
    put(page, card, "class", NULL, slice_of(verdict->class_name));
    put(page, card, "meaning", page_word(page, WORD_MEANING),
        reason ? reason->meaning : (struct slice){0});
    words_add_severity(page, card, NULL, page_word(page, WORD_SEVERITY), verdict->severity);
    put(page, card, "severity", NULL, slice_of(severity_name(verdict->severity)));
    put(page, card, NULL, page_word(page, WORD_LASTING),
        slice_of(words_permanence(page->words, verdict->permanence)));
    put(page, card, "permanence", NULL, slice_of(permanence_name(verdict->permanence)));
    put(page, card, NULL, page_word(page, WORD_WHO_ACTS),
        words_acts(page->words, verdict->acts, &page->arena));
    put(page, card, "acts", NULL, (struct slice){acts, acts_print(verdict->acts, '|', acts)});
    put(page, card, "hint", page_word(page, WORD_HINT), hint);
    put(page, card, NULL, page_word(page, WORD_DECIDED_BY),
        slice_of(words_class_by(page->words, verdict->by)));
    put(page, card, "class_by", NULL, slice_of(class_by_name(verdict->by)));
    if (verdict->rule)
        put(page, card, "rule", page_word(page, WORD_RULE),
            arena_print(&page->arena, "%s:%u", verdict->rule->file, verdict->rule->line));
}

static struct slice say_verdict(const struct verdict *verdict, struct page *page) {
    if (verdict->reason)
        return say_name(verdict->reason, page);
    if (strcmp(verdict->class_name, "unclassified") != 0)
        return slice_of(verdict->class_name);
    return WORDS_FILL(&page->arena, page_word(page, WORD_CODE_COLON), slice_of(verdict->class_name),
                      say(page, WORD_UNCLASSIFIED));
}

struct cell *catalogue_reply(const struct finding *finding, const char *key, struct page *page) {
    struct cell *list = page_section(page, key, NULL, LOOK_CARDS, CELL_LIST)->cell;
    struct cell *card = cell_record(page, list, NULL, NULL);
    const struct verdict *verdict = &finding->verdict;
    char enhanced[16];
    cell_text(page, card, NULL, "", say_verdict(verdict, page));
    put(page, card, "reply", page_word(page, WORD_REPLY), finding->reply.whole);
    if (finding->reply.code)
        cell_code(page, card, "code", page_word(page, WORD_CODE), finding->reply.code);
    put(page, card, "enhanced", page_word(page, WORD_ENHANCED),
        (struct slice){enhanced, enhanced_print(finding->reply.enhanced, enhanced)});
    put_reason(finding, page, card);
    return card;
}
