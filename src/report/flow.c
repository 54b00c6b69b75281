/* Why: "in" and "out" of the protocol do not say whose mail it is; an administrator wants to know
 * how much his users receive, send, and send each other, and whether anybody relays through him.
 *
 * How: the tally tells the flows once it is known which domains are ours: those that are given, or
 * a guess, which is said with its names, so that a wrong one is seen and put right.
 */
#include "report/flow.h"

#include <stdlib.h>

#include "base/memory.h"
#include "report/page_words.h"
#include "report/parts.h"
#include "tally/flows.h"

enum { NAMES_SHOWN = 5 };

static const struct {
    const char *key;
    enum word title;
} flows[FLOWS] = {[FLOW_INBOUND] = {"inbound", WORD_FLOW_INBOUND},
                  [FLOW_OUTBOUND] = {"outbound", WORD_FLOW_OUTBOUND},
                  [FLOW_INTERNAL] = {"internal", WORD_FLOW_INTERNAL},
                  [FLOW_RELAYED] = {"relayed", WORD_FLOW_RELAYED}};

/* Names of local domains, given or guessed; they live as long as the page. */
struct names {
    struct slice *items;
    uint64_t *hashes;
    size_t count;
    bool guessed;
};

static void take_names(struct names *names, struct page *page, const struct tally *tally,
                       const struct summary_wishes *wishes) {
    size_t guesses = 0;
    struct ranked *guess = NULL;
    names->guessed = !wishes->local_domain_count;
    if (names->guessed)
        guess = flows_guess(tally, &guesses);
    names->count = names->guessed ? guesses : wishes->local_domain_count;
    names->items = arena_zero(&page->arena, (names->count + 1) * sizeof *names->items);
    names->hashes = arena_zero(&page->arena, (names->count + 1) * sizeof *names->hashes);
    for (size_t i = 0; i < names->count; i++) {
        struct slice name = names->guessed ? guess[i].name : wishes->local_domains[i];
        names->items[i] = arena_copy(&page->arena, name);
        names->hashes[i] = ranking_hash(name);
    }
    free(guess);
}

static void add_row(struct page *page, struct cell *list, enum flow flow,
                    const struct flow_sum *sum) {
    struct cell *row = cell_record(page, list, NULL, NULL);
    cell_text(page, row, "flow", NULL, slice_of(flows[flow].key));
    cell_text(page, row, NULL, page_word(page, WORD_FLOW_COLUMN),
              slice_of(page_word(page, flows[flow].title)));
    cell_count(page, row, "messages", page_word(page, WORD_UNIT_MESSAGES), sum->messages, NULL);
    cell_count(page, row, "recipients", page_word(page, WORD_UNIT_RECIPIENTS),
               counts_not_below_zero(sum->recipients), NULL);
    cell_bytes(page, row, "bytes", page_word(page, WORD_FLOW_SIZE), sum->bytes);
}

/* "example.com, example.net and 3 more" */
static struct slice names_words(struct page *page, const struct names *names) {
    struct slice words = {0};
    for (size_t i = 0; i < names->count && i < NAMES_SHOWN; i++)
        words = arena_print(&page->arena, "%.*s%s%.*s", SLICE_ARGS(words), i ? ", " : "",
                            SLICE_ARGS(names->items[i]));
    if (names->count <= NAMES_SHOWN)
        return words;
    struct slice more = WORDS_FILL(&page->arena, page_word(page, WORD_AND_MORE),
                                   words_number(page, names->count - NAMES_SHOWN));
    return arena_print(&page->arena, "%.*s %.*s", SLICE_ARGS(words), SLICE_ARGS(more));
}

static void add_words(struct page *page, const struct names *names) {
    enum word word = !names->guessed ? WORD_FLOW_GIVEN
                     : names->count  ? WORD_FLOW_GUESSED
                                     : WORD_FLOW_NO_GUESS;
    page_text(page, WORDS_FILL(&page->arena, page_word(page, word), names_words(page, names)));
}

static void add_local_domains(struct page *page, const struct names *names) {
    page->part = part_name(PART_LOCAL_DOMAINS);
    struct cell *list = page_section(page, "local_domains", NULL, LOOK_HIDDEN, CELL_LIST)->cell;
    for (size_t i = 0; i < names->count; i++) {
        struct cell *row = cell_record(page, list, NULL, NULL);
        cell_text(page, row, "domain", NULL, names->items[i]);
        cell_text(page, row, "known", NULL, names->guessed ? SLICE("guessed") : SLICE("given"));
    }
}

void flow_add(struct page *page, const struct tally *tally, const struct summary_wishes *wishes) {
    struct names names;
    struct flow_sum sums[FLOWS];
    uint64_t all = 0;
    take_names(&names, page, tally, wishes);
    struct local_domains local = {names.hashes, names.guessed ? 0 : names.count};
    flows_read(tally, &local, sums);
    page->part = part_name(PART_FLOW);
    struct section *section =
        page_section(page, "flow", page_word(page, WORD_FLOW), LOOK_TABLE, CELL_LIST);
    for (size_t flow = 0; flow < FLOWS; flow++) {
        add_row(page, section->cell, (enum flow)flow, &sums[flow]);
        all += sums[flow].recipients;
    }
    if (all)
        add_words(page, &names);
    else
        section->look = LOOK_HIDDEN;
    add_local_domains(page, &names);
    page->part = NULL;
}
