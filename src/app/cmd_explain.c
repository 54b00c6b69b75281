/* explain - what a reply code, an enhanced code or a whole reply means, and how to fix it.
 *
 * Words that look like codes ask for their pages in the catalogue (report/catalogue.c); anything
 * else is a reply, read and classed as a reply in a log would be. "-" reads replies from standard
 * input, one a line; nothing lists the codes. What is shown with --why is made in app/why.c.
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
#include "finding/trace.h"
#include "input/lines.h"
#include "report/catalogue.h"
#include "report/format.h"
#include "rules/near.h"

int cmd_explain(const struct options *options);

/* What the words of the command line ask for. */
enum asked {
    ASKED_ALL,   /* nothing: the list */
    ASKED_CODES, /* basic codes alone, or enhanced ones alone */
    ASKED_REPLY, /* anything else; a basic and an enhanced code are one reply */
    ASKED_INPUT, /* "-": replies from standard input */
};

struct explaining {
    enum asked asked;
    const struct options *options;
    const struct knowledge *knowledge;
    const struct format *format;
    struct reason_memory *memory; /* NULL: none was needed yet; see memory_of */
    struct arena arena;
    struct result result;
    struct finding context; /* what --stage and --direction say */
    bool lines_told;        /* of standard input, as text: a blank line stands between them */
};

/* Codes and reasons are looked up without it, and it takes a quarter of the instructions of an
 * answer. */
static struct reason_memory *memory_of(struct explaining *explaining) {
    if (!explaining->memory)
        explaining->memory = reason_memory_new(explaining->knowledge->book);
    return explaining->memory;
}

/* ---- pages ---- */

/* The card of a reply, and with --why all that led to it. */
static void reply_page(struct explaining *explaining, struct page *page, const char *key,
                       const struct finding *finding) {
    struct cell *card = catalogue_reply(finding, key, page);
    if (!explaining->options->why)
        return;
    struct reason_trace trace;
    reason_trace(memory_of(explaining), finding, &explaining->arena, &trace);
    why_fields(page, card, finding, &trace);
    why_steps(page, &trace);
}

static void page_of(struct explaining *explaining, struct page *page) {
    page_init(page, NULL);
    page->words = &explaining->knowledge->words;
}

static void write_page(struct explaining *explaining, struct page *page) {
    struct format_wishes wishes =
        result_wishes(&explaining->result, explaining->options, &explaining->knowledge->words);
    if (explaining->format->page)
        explaining->format->page(page, &wishes, &explaining->result.out);
    else
        explaining->format->line(page, &explaining->result.out);
}

/* ---- what was asked ---- */

/* With the codes that may have been meant. */
static bool say_no_such(const struct codes *codes, struct slice word, struct problem *problem) {
    struct near_code near[NEAR_MOST];
    char words[NEAR_MOST * (sizeof near[0].text + 2)] = "";
    size_t count = codes_near(codes, word, near), length = 0;
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(words + length, sizeof words - length, "%s%s", i ? ", " : "",
                                   near[i].text);
    if (count == 0)
        return problem_say(problem,
                           "'%.*s' is no code of the catalogue; 'mailtriage explain' "
                           "lists them",
                           SLICE_ARGS(word));
    return problem_say(problem, "'%.*s' is no code of the catalogue; near it: %s", SLICE_ARGS(word),
                       words);
}

/* Digits and dots, with a letter that looks like one for a digit or a comma for a dot, and "X.7.8":
 * meant as a code. */
static bool is_meant_as_code(struct slice word) {
    if (word.length > 1 && strchr("Xx", word.at[0]) && word.at[1] == '.')
        word = slice_from(word, 2);
    size_t digits = 0;
    for (size_t i = 0; i < word.length; i++) {
        if (!strchr("0123456789.,OoIl", word.at[i]) || !word.at[i])
            return false;
        digits += word.at[i] >= '0' && word.at[i] <= '9';
    }
    return digits > 0 && 2 * digits > word.length / 2;
}

static enum asked what_is_asked(const struct options *options) {
    size_t basic = 0, enhanced = 0;
    if (options->operand_count == 0)
        return ASKED_ALL;
    if (options->operand_count == 1 && strcmp(options->operands[0], "-") == 0)
        return ASKED_INPUT;
    if (options->why)
        return ASKED_REPLY; /* why a bare code has the reason it has */
    for (size_t i = 0; i < options->operand_count; i++) {
        struct slice word = slice_of(options->operands[i]);
        if (!is_meant_as_code(word))
            return ASKED_REPLY;
        bool dotted = slice_find(word, '.') != SIZE_MAX || slice_find(word, ',') != SIZE_MAX;
        *(dotted ? &enhanced : &basic) += 1;
    }
    return basic && enhanced ? ASKED_REPLY : ASKED_CODES;
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

/* The word as pages write it: X.7.8. */
static struct slice as_written(struct explaining *explaining, const char *word) {
    struct slice text = slice_of(word);
    return *word == 'x' ? arena_print(&explaining->arena, "X%s", word + 1) : text;
}

static bool is_among(const struct asked_code *codes, size_t count, struct slice text) {
    for (size_t i = 0; i < count; i++)
        if (slice_equal(codes[i].text, text))
            return true;
    return false;
}

/* A code that was asked for twice is told once. */
static bool explain_codes(struct explaining *explaining, struct page *page,
                          struct problem *problem) {
    const struct options *options = explaining->options;
    const struct rulebook *book = explaining->knowledge->book;
    size_t count = 0;
    struct asked_code *codes =
        arena_zero(&explaining->arena, options->operand_count * sizeof *codes);
    for (size_t i = 0; i < options->operand_count; i++) {
        struct slice text = as_written(explaining, options->operands[i]);
        if (!catalogue_find(book, text, &codes[count]))
            return say_no_such(book->codes, text, problem);
        count += !is_among(codes, count, text);
    }
    if (count == 2)
        catalogue_compare(book, codes, page);
    else
        catalogue_codes(book, codes, count, count == 1, page);
    return true;
}

/* The reply that the words make, and behind it what the catalogue says of its codes. */
static void explain_reply(struct explaining *explaining, struct page *page) {
    const struct options *options = explaining->options;
    const struct rulebook *book = explaining->knowledge->book;
    struct slice text = {0};
    struct finding finding;
    struct asked_code codes[2];
    char enhanced[16];
    size_t count = 0;
    for (size_t i = 0; i < options->operand_count; i++)
        text = arena_print(&explaining->arena, "%.*s%s%s", (int)text.length, text.at ? text.at : "",
                           i ? " " : "", options->operands[i]);
    decide(explaining, text, &finding);
    reply_page(explaining, page, "replies", &finding);
    if (options->why)
        return;
    struct slice basic = arena_print(&explaining->arena, "%u", finding.reply.code);
    count += catalogue_find(book, basic, &codes[count]);
    size_t length = enhanced_print(finding.reply.enhanced, enhanced);
    count += catalogue_find(book, (struct slice){enhanced, length}, &codes[count]);
    if (count > 0)
        catalogue_codes(book, codes, count, true, page);
}

static bool explain_words(struct explaining *explaining, struct problem *problem) {
    struct page page;
    bool good = true;
    page_of(explaining, &page);
    switch (explaining->asked) {
    case ASKED_ALL:
        catalogue_list(explaining->knowledge->book, &page);
        break;
    case ASKED_CODES:
        good = explain_codes(explaining, &page, problem);
        break;
    default:
        explain_reply(explaining, &page);
        break;
    }
    if (good)
        write_page(explaining, &page);
    page_release(&page);
    return good;
}

/* ---- many replies ---- */

/* The columns of `explain -`, in the order of the contract. */
static const struct column_choice reply_choice = {
    .items = {COL_REPLY, COL_CODE, COL_ENHANCED, COL_CLASS, COL_CLASS_BY, COL_RULE, COL_SEVERITY,
              COL_PERMANENCE, COL_ACTS, COL_HINT},
    .count = 10};

static void write_row(struct explaining *explaining, const struct finding *finding) {
    struct row row;
    row_of(finding, &row);
    explaining->format->row(&row, &reply_choice, &(struct format_wishes){0},
                            &explaining->result.out);
}

/* The columns of the row as members of a page. */
static void add_columns(struct page *page, const struct finding *finding) {
    struct row row;
    row_of(finding, &row);
    for (size_t i = 0; i < reply_choice.count; i++) {
        const struct column_info *column = &columns[reply_choice.items[i]];
        const struct row_cell *cell = &row.cells[reply_choice.items[i]];
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
    page_of(explaining, &page);
    if (explaining->format->line) {
        write_why(explaining, &page, &finding);
    } else {
        if (explaining->lines_told)
            out_byte(&explaining->result.out, '\n');
        explaining->lines_told = true;
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
    if (explaining->format->rows_begin && !explaining->options->why)
        explaining->format->rows_begin(&reply_choice, &(struct format_wishes){0},
                                       &explaining->result.out);
    while (!explaining->result.out.error && lines_fill(&lines, &block, &failed, problem)) {
        struct lines_walk walk;
        struct line line;
        lines_begin(&walk, &block);
        while (lines_next(&walk, &line))
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

/* Their words were read when they were given. */
static void read_context(struct explaining *explaining) {
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
    enum stage stage = record->stage;
    enum direction direction = record->direction;
    if (options->stage)
        stage_read(slice_of(options->stage), &stage);
    if (options->direction)
        direction_read(slice_of(options->direction), &direction);
    record->stage = stage;
    record->direction = direction;
    explaining->context.mta = options->mta ? mta_named(slice_of(options->mta)) : NULL;
    if (record->direction != DIRECTION_OUT)
        record->side = SIDE_LOCAL;
}

/* Replies from standard input are rows, or text; with --why they are trees. */
static bool knows_format(const struct explaining *explaining) {
    const struct format *format = explaining->format;
    if (!format || format->of_reports)
        return false;
    if (explaining->asked != ASKED_INPUT)
        return true;
    if (explaining->options->why)
        return format->line || strcmp(format->name, "text") == 0;
    return format->row || strcmp(format->name, "text") == 0;
}

static bool check_usage(struct explaining *explaining, struct problem *problem) {
    const struct options *options = explaining->options;
    const char *name = options->format ? options->format : "text";
    explaining->asked = what_is_asked(options);
    explaining->format = format_named(name);
    if (knows_format(explaining)) {
        read_context(explaining);
        return true;
    }
    return problem_say(problem, "--format '%s': explain knows %s", name,
                       explaining->asked != ASKED_INPUT ? "text, json, ndjson, csv and html"
                       : options->why                   ? "text and ndjson for '--why -'"
                                                        : "text, ndjson and csv for '-'");
}

static int explain(struct explaining *explaining) {
    struct problem problem;
    bool from_input = explaining->asked == ASKED_INPUT;
    if (from_input && result_replaces(explaining->options, "/dev/stdin")) {
        problem_say(&problem, "--output '%s': it is what is read, and would be lost",
                    explaining->options->output);
        options_fault(explaining->options, &problem);
        return 2;
    }
    if (!result_open(&explaining->result, explaining->options, &problem)) {
        options_fault(explaining->options, &problem);
        return 1;
    }
    bool good =
        from_input ? explain_input(explaining, &problem) : explain_words(explaining, &problem);
    int status = 0;
    if (!good) {
        say_fault("%s", problem.text);
        status = from_input ? 1 : 2;
    }
    if (status == 2) {
        result_drop(&explaining->result);
        return status;
    }
    if (result_close(&explaining->result, &problem))
        return status;
    say_fault("%s", problem.text);
    return 1;
}

static enum knowing knowing_of(enum asked asked) {
    return asked == ASKED_ALL || asked == ASKED_CODES ? KNOW_CODES : KNOW_REPLIES;
}

int cmd_explain(const struct options *options) {
    struct knowledge knowledge = {0};
    struct explaining explaining = {.options = options, .knowledge = &knowledge};
    struct problem problem;
    int status = 2;
    if (check_usage(&explaining, &problem) &&
        knowledge_load(&knowledge, options, knowing_of(explaining.asked),
                       explaining.format->for_people, &problem)) {
        arena_init(&explaining.arena);
        status = explain(&explaining);
        reason_memory_free(explaining.memory);
        arena_release(&explaining.arena);
    } else {
        options_fault(options, &problem);
    }
    knowledge_release(&knowledge);
    return status;
}
