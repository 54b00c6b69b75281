/* explain - what a reply code, an enhanced code or a whole reply means, and how to fix it.
 *
 * One word that is a code asks for its page in the catalogue; anything else is a reply, read and
 * classed as a reply in a log would be. "-" reads replies from standard input, one a line. What is
 * shown with --why is made in app/why.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/knowledge.h"
#include "app/result.h"
#include "app/say.h"
#include "app/why.h"
#include "base/memory.h"
#include "finding/reason.h"
#include "input/lines.h"
#include "report/format.h"

int cmd_explain(const struct options *options);

struct explaining {
    const struct options *options;
    const struct knowledge *knowledge;
    const struct format *format;
    struct reason_memory *memory; /* NULL: none was needed yet; see memory_of */
    struct arena arena;
    struct result result;
    struct finding context; /* what --stage and --direction say */
};

/* Codes and reasons are looked up without it, and it takes a quarter of the instructions of an
 * answer. */
static struct reason_memory *memory_of(struct explaining *explaining) {
    if (!explaining->memory)
        explaining->memory = reason_memory_new(explaining->knowledge->book);
    return explaining->memory;
}

/* ---- pages ---- */

static const char *first_digit_words(char digit) {
    switch (digit) {
    case '2':
        return "2xx, positive completion: done as asked";
    case '3':
        return "3xx, positive intermediate: so far so good, the client goes on";
    case '4':
        return "4xx, transient negative: not now; the sender keeps the message and tries again";
    case '5':
        return "5xx, permanent negative: refused for good; the same message will be refused again";
    default:
        return "outside SMTP";
    }
}

/* A cell that machines get under its key and people under its title, left out when empty. */
static void put(struct page *page, struct cell *card, const char *key, const char *title,
                struct slice text) {
    if (text.length)
        cell_text(page, card, key, title, text);
}

static void code_card(struct page *page, struct cell *list, const struct code_page *code,
                      struct slice asked, bool is_enhanced) {
    struct cell *card = cell_record(page, list, NULL, NULL);
    struct slice kind = is_enhanced ? SLICE("Enhanced status code") : SLICE("SMTP reply code");
    cell_text(page, card, NULL, "",
              arena_print(&page->arena, "%.*s %.*s", SLICE_ARGS(asked), SLICE_ARGS(code->name)));
    put(page, card, "code", NULL, asked);
    put(page, card, "kind", NULL, kind);
    put(page, card, "name", NULL, code->name);
    put(page, card, "first_digit", "First digit", slice_of(first_digit_words(asked.at[0])));
    put(page, card, "description", "Description", code->description);
    put(page, card, "when", "When you see it", code->when);
    put(page, card, "fix", "How to fix", code->fix);
    put(page, card, "class", "Usual reason", code->reason);
    put(page, card, "source", "Learn more", code->source);
}

static struct cell *reply_card(struct page *page, struct cell *list,
                               const struct finding *finding) {
    const struct verdict *verdict = &finding->verdict;
    const struct reason *reason = verdict->reason;
    struct cell *card = cell_record(page, list, NULL, NULL);
    char acts[96], enhanced[16];
    cell_text(page, card, NULL, "",
              reason
                  ? arena_print(&page->arena, "%s: %.*s", reason->name, SLICE_ARGS(reason->title))
                  : slice_of(verdict->class_name));
    put(page, card, "reply", "Reply", finding->reply.whole);
    if (finding->reply.code)
        cell_code(page, card, "code", "Code", finding->reply.code);
    put(page, card, "enhanced", "Enhanced code",
        (struct slice){enhanced, enhanced_print(finding->reply.enhanced, enhanced)});
    put(page, card, "class", NULL, slice_of(verdict->class_name));
    put(page, card, "meaning", "Meaning", reason ? reason->meaning : (struct slice){0});
    put(page, card, "severity", "Severity", slice_of(severity_name(verdict->severity)));
    put(page, card, "permanence", "Lasting", slice_of(permanence_name(verdict->permanence)));
    put(page, card, "acts", "Who acts", (struct slice){acts, acts_print(verdict->acts, '|', acts)});
    if (reason)
        put(page, card, "hint", "Hint",
            reason_hint(reason, finding->mta, finding->record.direction));
    put(page, card, "class_by", "Decided by", slice_of(class_by_name(verdict->by)));
    if (verdict->rule)
        put(page, card, "rule", "Rule",
            arena_print(&page->arena, "%s:%u", verdict->rule->file, verdict->rule->line));
    return card;
}

/* The card of a reply, and with --why all that led to it. */
static void reply_page(struct explaining *explaining, struct page *page, const char *key,
                       const struct finding *finding) {
    struct cell *list = page_section(page, key, NULL, LOOK_CARDS, CELL_LIST)->cell;
    struct cell *card = reply_card(page, list, finding);
    if (!explaining->options->why)
        return;
    struct reason_trace trace;
    reason_trace(memory_of(explaining), finding, &explaining->arena, &trace);
    why_fields(page, card, finding, &trace);
    why_steps(page, &trace);
}

static void write_page(struct explaining *explaining, struct page *page) {
    struct format_wishes wishes = {result_wants_color(&explaining->result, explaining->options),
                                   100};
    explaining->format->page(page, &wishes, &explaining->result.out);
}

/* ---- what was asked ---- */

static bool is_basic(struct slice word, uint16_t *code_r) {
    uint64_t number;
    if (word.length != 3 || !slice_number(word, &number) || number < 100)
        return false;
    *code_r = (uint16_t)number;
    return true;
}

static bool is_enhanced(struct slice word, struct enhanced *enhanced_r) {
    return enhanced_take(&word, enhanced_r) && word.length == 0;
}

/* The known basic code nearest to a mistaken one, for the message. */
static struct slice nearest_code(const struct codes *codes, uint16_t code) {
    struct slice nearest = {0};
    int distance = 10000;
    for (size_t i = 0; i < codes_reply_count(codes); i++) {
        const struct code_page *page = codes_reply_at(codes, i);
        uint64_t known = 0;
        if (slice_number(page->code, &known) && abs((int)known - code) < distance) {
            distance = abs((int)known - code);
            nearest = page->code;
        }
    }
    return nearest;
}

/* Adds the page of a word that is a code; false with problem when it is a code nobody knows. */
static bool add_code(struct explaining *explaining, struct page *page, struct cell *list,
                     struct slice word, struct problem *problem) {
    const struct codes *codes = explaining->knowledge->book->codes;
    uint16_t code;
    struct enhanced enhanced;
    const struct code_page *found = NULL;
    bool basic = is_basic(word, &code);
    if (basic)
        found = codes_reply(codes, code);
    else if (is_enhanced(word, &enhanced))
        found = codes_enhanced(codes, enhanced);
    if (found) {
        code_card(page, list, found, word, !basic);
        return true;
    }
    if (!basic)
        return problem_say(problem, "'%.*s' is no enhanced code of the catalogue",
                           SLICE_ARGS(word));
    struct slice near = nearest_code(codes, code);
    return problem_say(problem, "'%.*s' is no reply code of the catalogue; near it is %.*s",
                       SLICE_ARGS(word), SLICE_ARGS(near));
}

static bool is_code(struct slice word) {
    uint16_t code;
    struct enhanced enhanced;
    return is_basic(word, &code) || is_enhanced(word, &enhanced);
}

/* All words are basic codes, or all are enhanced ones: each has its page. A basic and an enhanced
 * code together are one reply. */
static bool asks_for_codes(const struct options *options) {
    uint16_t code;
    size_t basic = 0, enhanced = 0;
    if (options->why)
        return false; /* why a bare code has the reason it has */
    for (size_t i = 0; i < options->operand_count; i++) {
        struct slice word = slice_of(options->operands[i]);
        if (!is_code(word))
            return false;
        if (is_basic(word, &code))
            basic++;
        else
            enhanced++;
    }
    return !basic || !enhanced;
}

static void decide(struct explaining *explaining, struct slice text, struct finding *finding) {
    const struct options *options = explaining->options;
    const struct rulebook *book = explaining->knowledge->book;
    *finding = explaining->context;
    reason_of_reply(book, memory_of(explaining), text, &explaining->arena, finding);
    bool has_code = finding->reply.code || finding->reply.enhanced.class_digit;
    if (finding->verdict.reason || has_code || options->stage || options->direction)
        return;
    /* Without a code nobody else said it; what is no network or system matter is our delivery's. */
    struct record *record = &finding->record;
    *finding = explaining->context;
    record->side = SIDE_LOCAL;
    record->direction = DIRECTION_LOCAL;
    record->stage = STAGE_DELIVERY;
    reason_of_reply(book, memory_of(explaining), text, &explaining->arena, finding);
}

static bool explain_words(struct explaining *explaining, struct problem *problem) {
    const struct options *options = explaining->options;
    struct page page;
    bool good = true;
    page_init(&page, NULL);
    if (asks_for_codes(options)) {
        struct cell *list = page_section(&page, "codes", NULL, LOOK_CARDS, CELL_LIST)->cell;
        for (size_t i = 0; i < options->operand_count && good; i++)
            good = add_code(explaining, &page, list, slice_of(options->operands[i]), problem);
    } else {
        struct slice text = {0};
        struct finding finding;
        for (size_t i = 0; i < options->operand_count; i++)
            text = arena_print(&explaining->arena, "%.*s%s%s", (int)text.length,
                               text.at ? text.at : "", i ? " " : "", options->operands[i]);
        decide(explaining, text, &finding);
        reply_page(explaining, &page, "replies", &finding);
    }
    if (good)
        write_page(explaining, &page);
    page_release(&page);
    return good;
}

/* ---- many replies ---- */

/* The columns of `explain -`, in the order of the contract. */
static const enum column reply_columns[] = {COL_REPLY,    COL_CODE, COL_ENHANCED, COL_CLASS,
                                            COL_CLASS_BY, COL_RULE, COL_SEVERITY, COL_PERMANENCE,
                                            COL_ACTS,     COL_HINT};

static void write_row(struct explaining *explaining, const struct finding *finding) {
    struct column_choice choice = {.count = sizeof reply_columns / sizeof *reply_columns};
    struct row row;
    memcpy(choice.items, reply_columns, sizeof reply_columns);
    row_of(finding, &row);
    explaining->format->row(&row, &choice, &explaining->result.out);
}

/* The columns of the row as members of a page. */
static void add_columns(struct page *page, const struct finding *finding) {
    struct row row;
    row_of(finding, &row);
    for (size_t i = 0; i < sizeof reply_columns / sizeof *reply_columns; i++) {
        const struct column_info *column = &columns[reply_columns[i]];
        const struct row_cell *cell = &row.cells[reply_columns[i]];
        enum cell_kind kind = !cell->present                  ? CELL_NONE
                              : column->kind == COLUMN_LIST   ? CELL_LIST
                              : column->kind == COLUMN_NUMBER ? CELL_CODE
                                                              : CELL_TEXT;
        struct cell *to = page_section(page, column->name, NULL, LOOK_HIDDEN, kind)->cell;
        struct slice rest = cell->text, item;
        if (kind == CELL_TEXT)
            to->text = arena_copy(&page->arena, cell->text);
        else if (kind == CELL_CODE)
            slice_number(cell->text, &to->number);
        for (bool more = kind == CELL_LIST; more;) {
            more = slice_cut(&rest, '|', &item);
            cell_text(page, to, NULL, NULL, item);
        }
    }
}

/* A reply with its trace as one object in one line. */
static void write_why(struct explaining *explaining, struct page *page,
                      const struct finding *finding) {
    struct reason_trace trace;
    reason_trace(memory_of(explaining), finding, &explaining->arena, &trace);
    add_columns(page, finding);
    why_fields(page, page_section(page, "fields", NULL, LOOK_HIDDEN, CELL_RECORD)->cell, finding,
               &trace);
    why_steps(page, &trace);
    explaining->format->line(page, &explaining->result.out);
}

static void explain_line(struct explaining *explaining, struct slice text) {
    struct finding finding;
    arena_clear(&explaining->arena);
    decide(explaining, text, &finding);
    if (explaining->format->row && !explaining->options->why) {
        write_row(explaining, &finding);
        return;
    }
    struct page page;
    page_init(&page, NULL);
    if (explaining->format->line) {
        write_why(explaining, &page, &finding);
    } else {
        reply_page(explaining, &page, NULL, &finding);
        write_page(explaining, &page);
    }
    page_release(&page);
}

static bool explain_lines(struct explaining *explaining, struct reader *reader,
                          struct problem *problem) {
    struct lines lines;
    struct lines_block block = {.bytes = memory_new(LINES_BLOCK + LINE_LONGEST + 1)};
    bool failed = false;
    lines_init(&lines, reader);
    while (!explaining->result.out.error && lines_fill(&lines, &block, &failed, problem)) {
        size_t at = 0;
        struct line line = {0};
        while (lines_next(&block, &at, &line))
            explain_line(explaining, line.text);
    }
    lines_release(&lines);
    free(block.bytes);
    return !failed;
}

static bool explain_input(struct explaining *explaining, struct problem *problem) {
    int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return problem_errno(problem, "cannot read standard input");
    struct reader *reader = reader_open(fd, problem);
    bool done = reader != NULL && explain_lines(explaining, reader, problem);
    reader_close(reader);
    return done;
}

/* ---- the command ---- */

static bool read_context(struct explaining *explaining, struct problem *problem) {
    const struct options *options = explaining->options;
    struct record *record = &explaining->context.record;
    explaining->context = (struct finding){.record = {.kind = RECORD_OUTCOME,
                                                      .direction = DIRECTION_OUT,
                                                      .stage = STAGE_OTHER,
                                                      .size = -1,
                                                      .delay = -1,
                                                      .nrcpt = -1},
                                           .time = {.seconds = MOMENT_NONE},
                                           .repeat = 1};
    if (options->stage && !stage_read(slice_of(options->stage), &record->stage))
        return problem_say(problem,
                           "--stage '%s': write connect, helo, starttls, auth, mail, "
                           "rcpt, data, end-of-data, quit, other, dns, delivery or queue",
                           options->stage);
    if (options->direction && !direction_read(slice_of(options->direction), &record->direction))
        return problem_say(problem, "--direction '%s': write in, out or local", options->direction);
    explaining->context.mta = options->mta ? mta_named(slice_of(options->mta)) : NULL;
    if (options->mta && !explaining->context.mta)
        return problem_say(problem, "--mta '%s': write auto, postfix, exim or sendmail",
                           options->mta);
    if (record->direction != DIRECTION_OUT)
        record->side = SIDE_LOCAL;
    return true;
}

static bool check_usage(struct explaining *explaining, bool from_input, struct problem *problem) {
    const struct options *options = explaining->options;
    const char *name = options->format ? options->format : "text";
    explaining->format = format_named(name);
    if (!options->operand_count)
        return problem_say(problem, "explain: name a code or a reply: 'mailtriage explain 535', "
                                    "'mailtriage explain \"550 5.1.1 User unknown\"'");
    bool is_text = strcmp(name, "text") == 0, is_json = strcmp(name, "json") == 0;
    if (is_text || (from_input ? strcmp(name, "ndjson") == 0 : is_json))
        return read_context(explaining, problem);
    return problem_say(problem, "--format '%s': explain knows text, json (words) and ndjson (-)",
                       name);
}

static int explain(struct explaining *explaining, bool from_input) {
    struct problem problem;
    if (!result_open(&explaining->result, explaining->options, &problem)) {
        say_fault("%s", problem.text);
        return 1;
    }
    bool good =
        from_input ? explain_input(explaining, &problem) : explain_words(explaining, &problem);
    int status = 0;
    if (!good) {
        say_fault("%s", problem.text);
        status = from_input ? 1 : 2;
    }
    if (result_close(&explaining->result, &problem))
        return status;
    say_fault("%s", problem.text);
    return 1;
}

int cmd_explain(const struct options *options) {
    struct knowledge knowledge = {0};
    struct explaining explaining = {.options = options, .knowledge = &knowledge};
    struct problem problem;
    bool from_input = options->operand_count == 1 && strcmp(options->operands[0], "-") == 0;
    int status = 2;
    if (check_usage(&explaining, from_input, &problem) &&
        knowledge_load(&knowledge, options, KNOW_REPLIES, &problem)) {
        arena_init(&explaining.arena);
        status = explain(&explaining, from_input);
        reason_memory_free(explaining.memory);
        arena_release(&explaining.arena);
    } else {
        say_fault("%s", problem.text);
    }
    knowledge_release(&knowledge);
    return status;
}
