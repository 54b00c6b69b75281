/* trace - every entry of the messages and sessions that hold WHAT, each message behind one line
 * that tells what became of it.
 *
 * Finding the lines is the work of passes.c, what belongs together that of messages.c. Here is how
 * it looks: for people entries as syslog would write them, whatever they were wrapped in, with the
 * number of their line; for machines a record for each message.
 */
#include "app/analysis.h"

#include <sys/stat.h>

#include "app/inputs.h"
#include "app/messages.h"
#include "app/meter.h"
#include "app/say.h"
#include "report/utf8.h"

int cmd_trace(const struct options *options);

struct tracing {
    struct analysis analysis; /* first: the callbacks get it */
    struct wanted wanted;
    struct arena arena; /* of the message at hand */
    struct told_name items[NAMES_MOST];
    struct told_names names; /* of who gave it */
};

/* ---- what is shown, under masks where they are asked for ---- */

static struct slice shown_text(struct tracing *tracing, struct slice text, struct slice host) {
    struct masker *masker = tracing->analysis.run->masker;
    text = reply_safe(text, &tracing->arena);
    return masker ? masker_text(masker, text, host) : text;
}

/* What nothing but a field of an entry tells to be a name is masked in the rest of it too. */
static struct slice shown_entry(struct tracing *tracing, const struct traced_entry *entry) {
    struct masker *masker = tracing->analysis.run->masker;
    struct slice text = reply_safe(entry->text, &tracing->arena);
    return masker ? masker_text_naming(masker, text, entry->host, &tracing->names, &entry->names)
                  : text;
}

/* Of the message; recipient: of the reply, or empty. */
static struct slice shown_naming(struct tracing *tracing, struct slice text,
                                 struct slice recipient) {
    struct masker *masker = tracing->analysis.run->masker;
    struct told_name name = {.text = recipient};
    struct told_names names = {&name, 1};
    text = reply_safe(text, &tracing->arena);
    return masker ? masker_text_naming(masker, text, SLICE(""), &tracing->names, &names) : text;
}

static struct slice shown_by(struct tracing *tracing,
                             struct slice (*mask)(struct masker *masker, struct slice text),
                             struct slice text) {
    struct masker *masker = tracing->analysis.run->masker;
    return masker && text.length ? mask(masker, text) : text;
}

static struct slice shown_address(struct tracing *tracing, struct slice address) {
    return address.length ? shown_by(tracing, masker_address, address) : SLICE("<>");
}

/* ---- the verdict in words ---- */

static const char *word(const struct tracing *tracing, enum word which) {
    return tracing->analysis.run->knowledge->words.text[which];
}

static enum word word_of(enum event event) {
    static const enum word words[] = {[EVENT_DELIVERED] = WORD_DELIVERED,
                                      [EVENT_DEFERRED] = WORD_DEFERRED,
                                      [EVENT_BOUNCED] = WORD_BOUNCED,
                                      [EVENT_EXPIRED] = WORD_EXPIRED,
                                      [EVENT_REJECTED] = WORD_REJECTED,
                                      [EVENT_AUTH_FAILED] = WORD_TRACE_AUTH_FAILED,
                                      [EVENT_TLS_FAILED] = WORD_TLS_FAILED,
                                      [EVENT_CONNECTION_LOST] = WORD_CONNECTION_LOST,
                                      [EVENT_TIMEOUT] = WORD_TIMEOUT,
                                      [EVENT_DISCARDED] = WORD_DISCARDED,
                                      [EVENT_HELD] = WORD_HELD,
                                      [EVENT_WARNING] = WORD_WARNING};
    return words[event];
}

/* Of bounces about the message only when there is nothing else to tell. */
static bool is_told(const struct traced *traced, const struct outcome *outcome) {
    return outcome->is_notice == (traced->worst && traced->worst->is_notice);
}

/* Refused first, and taken later: named once. */
static bool is_named(const struct traced *traced, const struct outcome *outcome) {
    if (!is_told(traced, outcome) || !outcome->recipient.length)
        return false;
    enum { LOOKED_AT = 100 };
    const struct outcome *before = traced->outcomes;
    for (size_t i = 0; i < LOOKED_AT && before != outcome; i++, before = before->next)
        if (is_told(traced, before) && slice_equal(before->recipient, outcome->recipient))
            return false;
    return true;
}

/* "alice@example.com, bob@example.com and 3 more"; empty: nobody is named. */
static struct slice recipients_of(struct tracing *tracing, const struct traced *traced) {
    enum { SHOWN = 3 };
    struct slice text = {0};
    size_t count = 0;
    for (const struct outcome *outcome = traced->outcomes; outcome; outcome = outcome->next) {
        if (!is_named(traced, outcome) || ++count > SHOWN)
            continue;
        struct slice address = shown_address(tracing, outcome->recipient);
        text = arena_print(&tracing->arena, "%.*s%s%.*s", SLICE_ARGS(text), count > 1 ? ", " : "",
                           SLICE_ARGS(address));
    }
    if (count <= SHOWN)
        return text;
    return WORDS_FILL(&tracing->arena, word(tracing, WORD_TRACE_MORE), text,
                      arena_print(&tracing->arena, "%zu", count - SHOWN));
}

/* "bounced", or "1 bounced, 2 delivered". */
static struct slice events_of(struct tracing *tracing, const struct traced *traced) {
    size_t counts[EVENT_WARNING + 1] = {0}, kinds = 0, total = 0;
    struct slice text = {0};
    for (const struct outcome *outcome = traced->outcomes; outcome; outcome = outcome->next)
        if (is_told(traced, outcome)) {
            kinds += counts[outcome->event]++ == 0;
            total++;
        }
    for (size_t event = EVENT_NONE + 1; event <= EVENT_WARNING; event++) {
        if (!counts[event])
            continue;
        const char *said = word(tracing, word_of((enum event)event)),
                   *comma = text.length ? ", " : "";
        text = total == 1 || kinds == 1 ? arena_print(&tracing->arena, "%s", said)
                                        : arena_print(&tracing->arena, "%.*s%s%zu %s",
                                                      SLICE_ARGS(text), comma, counts[event], said);
    }
    return text;
}

/* " (550 5.1.1)" */
static struct slice codes_of(struct tracing *tracing, const struct outcome *outcome) {
    char enhanced[40];
    size_t length = enhanced_print(outcome->enhanced, enhanced);
    if (!outcome->code && !length)
        return (struct slice){0};
    struct slice code =
        outcome->code ? arena_print(&tracing->arena, "%u", outcome->code) : (struct slice){0};
    return arena_print(&tracing->arena, " (%.*s%s%.*s)", SLICE_ARGS(code),
                       code.length && length ? " " : "", (int)length, enhanced);
}

/* Outcome, reason, hint. */
static struct slice told_of(struct tracing *tracing, const struct traced *traced) {
    const struct outcome *worst = traced->worst;
    if (!worst)
        return slice_of(
            word(tracing, traced->queue_id_count ? WORD_TRACE_UNTOLD : WORD_TRACE_QUIET));
    struct slice events = events_of(tracing, traced), codes = codes_of(tracing, worst);
    if (worst->event == EVENT_DELIVERED || !*worst->verdict.class_name)
        return events;
    return arena_print(&tracing->arena, "%.*s, %s%.*s%s%.*s", SLICE_ARGS(events),
                       worst->verdict.class_name, SLICE_ARGS(codes), worst->hint.length ? ". " : "",
                       SLICE_ARGS(worst->hint));
}

static struct slice verdict_of(struct tracing *tracing, const struct traced *traced) {
    struct slice to = recipients_of(tracing, traced), told = told_of(tracing, traced);
    if (!traced->queue_id_count && !traced->worst && !traced->client.length)
        return WORDS_FILL(
            &tracing->arena, word(tracing, WORD_TRACE_PROGRAM),
            shown_text(tracing, traced->entries[0]->program, traced->entries[0]->host));
    struct slice from = traced->has_sender ? shown_address(tracing, traced->sender)
                                           : slice_of(word(tracing, WORD_TRACE_UNKNOWN));
    if (to.length)
        return WORDS_FILL(&tracing->arena, word(tracing, WORD_TRACE_FROM_TO), from, to, told);
    if (!traced->queue_id_count && !traced->has_sender && traced->client.length)
        return WORDS_FILL(&tracing->arena, word(tracing, WORD_TRACE_SESSION),
                          shown_naming(tracing, traced->client, SLICE("")), told);
    return WORDS_FILL(&tracing->arena, word(tracing, WORD_TRACE_FROM), from, told);
}

/* ---- for people ---- */

/* Log text without what a terminal would obey; line ends become lines of their own. */
static void put_safely(struct out *out, struct slice text) {
    while (text.length > 0) {
        size_t plain = utf8_plain(text);
        out_slice(out, slice_head(text, plain));
        text = slice_from(text, plain);
        if (!text.length)
            return;
        const char *begin = text.at;
        uint32_t code_point = utf8_take(&text);
        if (code_point == '\n')
            out_text(out, "\n         ");
        else if (code_point == '\t')
            out_byte(out, ' ');
        else if (code_point == UTF8_BROKEN || utf8_is_control(code_point))
            out_byte(out, '?');
        else
            out_slice(out, slice_range(begin, text.at));
    }
}

static void put_colored(struct out *out, struct slice text, const char *color) {
    if (color)
        out_print(out, "\033[%sm", color);
    put_safely(out, text);
    if (color)
        out_text(out, "\033[0m");
}

static const char *color_of(const struct traced *traced) {
    static const char *const colors[] = {
        [EVENT_DELIVERED] = "1;32", [EVENT_DEFERRED] = "1;33", [EVENT_BOUNCED] = "1;31",
        [EVENT_EXPIRED] = "1;31",   [EVENT_REJECTED] = "1;31", [EVENT_AUTH_FAILED] = "1;31",
        [EVENT_WARNING] = NULL};
    const char *color = traced->worst ? colors[traced->worst->event] : NULL;
    return color ? color : "1";
}

static struct slice head_of(struct tracing *tracing, const struct traced_entry *entry) {
    char time[MOMENT_TEXT];
    struct slice host = shown_by(tracing, masker_host, entry->host);
    struct slice program = shown_text(tracing, entry->program, entry->host);
    moment_print(&entry->time, time);
    return arena_print(&tracing->arena, "%s%s%.*s %.*s%s%.*s%s: ", time, host.length ? " " : "",
                       SLICE_ARGS(host), SLICE_ARGS(program), entry->pid.length ? "[" : "",
                       SLICE_ARGS(entry->pid), entry->pid.length ? "]" : "");
}

static void put_entry(struct tracing *tracing, const struct traced_entry *entry, bool colors) {
    struct out *out = &tracing->analysis.result.out;
    struct slice number = arena_print(&tracing->arena, "%7llu", (unsigned long long)entry->number);
    put_colored(out, number, colors ? "2" : NULL);
    out_text(out, "  ");
    put_safely(out, head_of(tracing, entry));
    put_safely(out, shown_entry(tracing, entry));
    out_byte(out, '\n');
}

static void put_message(struct tracing *tracing, const struct traced *traced, bool colors) {
    struct run *run = tracing->analysis.run;
    struct out *out = &tracing->analysis.result.out;
    const struct source *source = NULL;
    put_colored(out, verdict_of(tracing, traced), colors ? color_of(traced) : NULL);
    out_byte(out, '\n');
    for (size_t i = 0; i < traced->count; i++) {
        if (traced->entries[i]->source != source) {
            source = traced->entries[i]->source;
            out_text(out, "  ");
            put_colored(out, slice_of(run_shown_source(run, source->name)), colors ? "36" : NULL);
            out_byte(out, '\n');
        }
        put_entry(tracing, traced->entries[i], colors);
    }
}

static void write_text(struct tracing *tracing, const struct traced *traced, size_t place) {
    struct analysis *analysis = &tracing->analysis;
    struct format_wishes wishes =
        result_wishes(&analysis->result, analysis->run->options, &analysis->run->knowledge->words);
    if (place)
        out_byte(&analysis->result.out, '\n');
    put_message(tracing, traced, wishes.color);
}

/* ---- for machines ---- */

static void add_ids(struct tracing *tracing, struct page *page, struct cell *record,
                    const char *key, const struct slice *ids, size_t count) {
    struct cell *list = cell_list(page, record, key, NULL);
    for (size_t i = 0; i < count; i++)
        cell_text(page, list, NULL, NULL, shown_by(tracing, masker_id, ids[i]));
}

static void add_outcome(struct tracing *tracing, struct page *page, struct cell *record,
                        const struct outcome *outcome) {
    char enhanced[40], acts[96];
    size_t enhanced_length = enhanced_print(outcome->enhanced, enhanced);
    size_t acts_length = acts_print(outcome->verdict.acts, '|', acts);
    bool has_reason = outcome->verdict.reason != NULL;
    cell_known(page, record, "event", NULL, slice_of(event_name(outcome->event)));
    cell_known(page, record, "class", NULL, slice_of(outcome->verdict.class_name));
    if (outcome->code)
        cell_code(page, record, "code", NULL, outcome->code);
    else
        cell_none(page, record, "code", NULL);
    cell_known(page, record, "enhanced", NULL, (struct slice){enhanced, enhanced_length});
    cell_known(page, record, "severity", NULL,
               has_reason ? slice_of(severity_name(outcome->verdict.severity)) : SLICE(""));
    cell_words(page, cell_list(page, record, "acts", NULL), (struct slice){acts, acts_length});
    cell_known(page, record, "reply", NULL,
               shown_naming(tracing, outcome->reply, outcome->recipient));
    cell_known(page, record, "hint", NULL, outcome->hint);
}

static void add_recipients(struct tracing *tracing, struct page *page,
                           const struct traced *traced) {
    struct cell *list = page_section(page, "recipients", NULL, LOOK_HIDDEN, CELL_LIST)->cell;
    for (const struct outcome *outcome = traced->outcomes; outcome; outcome = outcome->next) {
        struct cell *record = cell_record(page, list, NULL, NULL);
        cell_known(page, record, "recipient", NULL,
                   shown_by(tracing, masker_address, outcome->recipient));
        add_outcome(tracing, page, record, outcome);
        cell_text(page, record, "about", NULL,
                  outcome->is_notice ? SLICE("notice") : SLICE("message"));
    }
}

static void add_entries(struct tracing *tracing, struct page *page, const struct traced *traced) {
    struct run *run = tracing->analysis.run;
    struct cell *list = page_section(page, "entries", NULL, LOOK_HIDDEN, CELL_LIST)->cell;
    for (size_t i = 0; i < traced->count; i++) {
        const struct traced_entry *entry = traced->entries[i];
        struct cell *record = cell_record(page, list, NULL, NULL);
        char time[MOMENT_TEXT];
        cell_known(page, record, "source", NULL,
                   slice_of(run_shown_source(run, entry->source->name)));
        cell_code(page, record, "line", NULL, entry->number);
        cell_known(page, record, "time", NULL,
                   (struct slice){time, moment_print(&entry->time, time)});
        cell_known(page, record, "host", NULL, shown_by(tracing, masker_host, entry->host));
        cell_known(page, record, "program", NULL, shown_text(tracing, entry->program, entry->host));
        cell_known(page, record, "pid", NULL, entry->pid);
        cell_known(page, record, "queue_id", NULL, shown_by(tracing, masker_id, entry->queue_id));
        cell_known(page, record, "text", NULL, shown_entry(tracing, entry));
    }
}

static void add_message(struct tracing *tracing, struct page *page, const struct traced *traced) {
    struct cell *verdict = page_section(page, "verdict", NULL, LOOK_HIDDEN, CELL_RECORD)->cell;
    if (traced->has_sender)
        cell_text(page, verdict, "from", NULL, shown_by(tracing, masker_address, traced->sender));
    else
        cell_none(page, verdict, "from", NULL);
    struct cell *to = cell_list(page, verdict, "to", NULL);
    for (const struct outcome *outcome = traced->outcomes; outcome; outcome = outcome->next)
        if (is_named(traced, outcome))
            cell_text(page, to, NULL, NULL, shown_address(tracing, outcome->recipient));
    cell_known(page, verdict, "client", NULL, shown_naming(tracing, traced->client, SLICE("")));
    cell_known(page, verdict, "user", NULL, shown_by(tracing, masker_user, traced->user));
    static const struct outcome nothing = {.verdict = {.class_name = ""}};
    add_outcome(tracing, page, verdict, traced->worst ? traced->worst : &nothing);
    cell_text(page, verdict, "text", NULL, verdict_of(tracing, traced));
    struct cell *ids = page_section(page, "ids", NULL, LOOK_HIDDEN, CELL_RECORD)->cell;
    add_ids(tracing, page, ids, "queue_ids", traced->queue_ids, traced->queue_id_count);
    add_ids(tracing, page, ids, "message_ids", traced->message_ids, traced->message_id_count);
    add_recipients(tracing, page, traced);
    add_entries(tracing, page, traced);
}

/* A line a message, so that a long trace needs no more room than its longest message. */
static void write_record(struct tracing *tracing, const struct traced *traced, size_t place) {
    struct out *out = &tracing->analysis.result.out;
    struct page page;
    page_init(&page, NULL);
    add_message(tracing, &page, traced);
    if (place)
        out_text(out, ",\n");
    format_named("ndjson")->line(&page, out);
    if (out->length && out->bytes[out->length - 1] == '\n')
        out->length--;
    page_release(&page);
}

/* ---- the run ---- */

static void note_nothing(const struct wanted *wanted) {
    struct slice form = wanted->forms[0];
    if (wanted->path)
        say_note("'%s' has no entry in line %llu", wanted->path, (unsigned long long)wanted->line);
    else if (wanted->regex)
        say_note("no entry of these logs matches the pattern");
    else if (form.at[0] == '/')
        say_note("no entry of these logs holds '%.*s'; a pattern ends with a slash, too",
                 SLICE_ARGS(form));
    else
        say_note("no entry of these logs holds '%.*s'", SLICE_ARGS(form));
}

static void note_limits(const struct run *run, const struct wanted *wanted,
                        const struct found_lines *lines, const struct messages *messages) {
    if (run->options->quiet || run->replaces)
        return;
    if (!messages->count)
        note_nothing(wanted);
    if (lines->cut)
        say_note("too much matches to keep it all: what is shown ends at %zu entries",
                 messages->entry_count);
    if (lines->not_joined)
        say_note("more than %d messages have one message-id: the others are shown when it is "
                 "traced itself",
                 JOINED_MOST);
}

static void learn_names(struct tracing *tracing, const struct traced *traced) {
    tracing->names = (struct told_names){tracing->items, 0};
    for (size_t i = 0; i < traced->count; i++) {
        const struct told_names *names = &traced->entries[i]->names;
        for (size_t name = 0; name < names->count; name++)
            if (names->items[name].of_giver)
                names_add(&tracing->names, names->items[name]);
    }
}

static void write_all(struct tracing *tracing, const struct messages *messages, unsigned passes) {
    struct analysis *analysis = &tracing->analysis;
    const struct run *run = analysis->run;
    struct out *out = &analysis->result.out;
    bool is_text = analysis->format->for_people;
    size_t top = run->options->top_given && run->options->top ? run->options->top : SIZE_MAX;
    if (!is_text)
        out_print(out, "{\"schema\":1,\"passes\":%u,\"count\":%zu,\"messages\":[\n", passes,
                  messages->count);
    for (size_t i = 0; i < messages->count && i < top && !out->error; i++) {
        learn_names(tracing, &messages->items[i]);
        (is_text ? write_text : write_record)(tracing, &messages->items[i], i);
        arena_clear(&tracing->arena);
        if (run->masker)
            masker_clear(run->masker);
    }
    if (!is_text)
        out_text(out, messages->count ? "\n]}\n" : "]}\n");
}

static void read_and_write(struct analysis *analysis, struct run *run) {
    struct tracing *tracing = (struct tracing *)analysis;
    struct sources found = {0}, *sources = &found;
    struct found_lines lines;
    struct messages messages;
    inputs_find(run, sources);
    meter_begin(run->options, sources, false);
    passes_read(run, &tracing->wanted, sources, &lines);
    meter_clear();
    messages_read(&messages, run, &tracing->wanted, sources, &lines);
    note_limits(run, &tracing->wanted, &lines, &messages);
    write_all(tracing, &messages, lines.passes);
    messages_release(&messages);
    found_lines_release(&lines);
    sources_release(sources);
}

static bool is_for_traces(const struct format *format) {
    return slice_is(slice_of(format->name), "text") || slice_is(slice_of(format->name), "json");
}

/* "trace mail.log" is soon typed, and a journal takes long. */
static void note_file(const struct options *options, const struct wanted *wanted) {
    struct stat status;
    const char *what = options->operands[0];
    if (options->quiet || options->operand_count > 1 || wanted->path || wanted->regex ||
        stat(what, &status) != 0)
        return;
    say_note("there is a file '%s': to look for something in it, write 'trace WHAT %s'", what,
             what);
}

int cmd_trace(const struct options *options) {
    struct options of_logs = *options;
    struct problem problem;
    struct tracing tracing = {
        .analysis = {.default_format = "text", .has = is_for_traces, .read = read_and_write}};
    if (!options->operand_count) {
        say_fault(
            "trace: name a queue ID, message-id, address, user, IP, host, /pattern/ or FILE:LINE");
        return 2;
    }
    if (!wanted_read(&tracing.wanted, slice_of(options->operands[0]), &problem)) {
        say_fault("%s", problem.text);
        return 2;
    }
    note_file(options, &tracing.wanted);
    char *place[] = {(char *)(uintptr_t)tracing.wanted.path};
    of_logs.operands++;
    of_logs.operand_count--;
    if (tracing.wanted.path && !of_logs.operand_count) {
        of_logs.operands = place;
        of_logs.operand_count = 1;
    }
    arena_init(&tracing.arena);
    int status = analysis_run(&tracing.analysis, &of_logs);
    arena_release(&tracing.arena);
    wanted_release(&tracing.wanted);
    return status;
}
