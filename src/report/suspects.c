/* Why: a stolen password makes no error: every line of it is a success. What gives it away are
 * signs, each of which can be innocent alone: a user who has forgotten his password, one who
 * travels, one who writes to his whole club.
 *
 * How: each sign has points, and an account is shown from two on: for one strong sign or for two
 * weak ones. docs/report.md tells the numbers; tests/unit/test_suspects.c has who must not be
 * shown.
 */
#include "report/suspects.h"

#include <stdlib.h>

#include "base/memory.h"
#include "report/rows.h"

enum {
    ENOUGH = 2, /* points */
    GUESSES_WEAK = 3,
    GUESSES_STRONG = 10,
    GUESSED_NAMES = 3, /* one client that tries so many names is no user */
    NETWORKS_WEAK = 5,
    NETWORKS_STRONG = 10,
    RECIPIENTS_LEAST = 100,
    RECIPIENTS_TIMES = 10, /* as many as others have */
    BOUNCES_LEAST = 20,
    BOUNCES_SHARE = 5, /* one of so many recipients */
};

static bool tried_names(const struct account_guess *guess) {
    return guess->names >= GUESSED_NAMES && guess->failures + guess->others >= GUESSES_STRONG;
}

/* Failures that go on behind the login are a device that still has the old password. */
static unsigned points_of_guess(const struct account_guess *guess) {
    if (!guess->is_known)
        return 0;
    if (tried_names(guess))
        return ENOUGH;
    if (!guess->stopped || guess->failures < GUESSES_WEAK)
        return 0;
    return guess->failures >= GUESSES_STRONG ? ENOUGH : 1;
}

static unsigned points_of_networks(const struct account *account) {
    if (account->at_once >= NETWORKS_STRONG)
        return ENOUGH;
    return account->at_once >= NETWORKS_WEAK;
}

static void add_sign(struct suspect *suspect, enum sign sign, unsigned points) {
    suspect->points += points;
    suspect->signs |= points ? sign : 0;
}

static struct suspect judged(const struct account *account, uint64_t usual, bool has_others) {
    struct suspect suspect = {.account = *account, .usual = usual};
    uint64_t sent = account->recipients, bounced = account->bounced;
    add_sign(&suspect, SIGN_GUESSED, points_of_guess(&account->guess));
    add_sign(&suspect, SIGN_NETWORKS, points_of_networks(account));
    add_sign(&suspect, SIGN_RECIPIENTS,
             has_others && sent >= RECIPIENTS_LEAST && sent / RECIPIENTS_TIMES >= usual);
    add_sign(&suspect, SIGN_BOUNCES, bounced >= BOUNCES_LEAST && bounced >= sent / BOUNCES_SHARE);
    return suspect;
}

/* Worst first; of equals who sent most, then by name. */
static int compare_suspects(const void *left, const void *right) {
    const struct suspect *a = left, *b = right;
    if (a->points != b->points)
        return a->points > b->points ? -1 : 1;
    if (a->account.recipients != b->account.recipients)
        return a->account.recipients > b->account.recipients ? -1 : 1;
    return slice_compare(a->account.name, b->account.name);
}

/* The lower median of the others: who is far above it stands in the upper half himself, so he is
 * left out by counting one less. */
static uint64_t usual_of(const uint64_t *recipients, size_t count) {
    return count > 1 ? recipients[(count - 2) / 2] : 0;
}

struct finding_them {
    struct suspects *suspects;
    size_t room;
    uint64_t usual;
    bool has_others;
};

static void judge(void *context, const struct account *account) {
    struct finding_them *them = context;
    struct suspects *suspects = them->suspects;
    struct suspect suspect = judged(account, them->usual, them->has_others);
    if (suspect.points < ENOUGH)
        return;
    suspects->items =
        memory_grow(suspects->items, &them->room, suspects->count + 1, sizeof *suspects->items);
    suspects->items[suspects->count++] = suspect;
}

void suspects_find(struct suspects *suspects, const struct tally *tally) {
    size_t senders;
    uint64_t *recipients = accounts_recipients(tally, &senders);
    struct finding_them them = {suspects, 0, usual_of(recipients, senders), senders > 1};
    *suspects = (struct suspects){0};
    accounts_each(tally, judge, &them);
    if (suspects->count)
        qsort(suspects->items, suspects->count, sizeof *suspects->items, compare_suspects);
    free(recipients);
}

enum severity suspects_severity(const struct suspects *suspects) {
    for (size_t i = 0; i < suspects->count; i++)
        if (suspects->items[i].signs & (SIGN_GUESSED | SIGN_NETWORKS))
            return SEVERITY_CRITICAL;
    return SEVERITY_ERROR;
}

void suspects_release(struct suspects *suspects) {
    free(suspects->items);
}

/* ---- showing ---- */

static struct slice sign_words(struct page *page, const struct suspect *suspect, enum sign sign) {
    const struct account *account = &suspect->account;
    const struct account_guess *guess = &account->guess;
    char client[INET6_ADDRSTRLEN];
    switch (sign) {
    case SIGN_GUESSED:
        return tried_names(guess)
                   ? WORDS_FILL(&page->arena, page_word(page, WORD_SIGN_NAMES),
                                words_number(page, guess->names + 1), account_client(guess, client))
                   : WORDS_FILL(&page->arena, page_word(page, WORD_SIGN_GUESSED),
                                words_number(page, guess->failures), account_client(guess, client));
    case SIGN_NETWORKS:
        return WORDS_FILL(&page->arena, page_word(page, WORD_SIGN_NETWORKS),
                          words_number(page, account->at_once));
    case SIGN_RECIPIENTS:
        return WORDS_FILL(&page->arena, page_word(page, WORD_SIGN_RECIPIENTS),
                          words_number(page, account->recipients),
                          words_number(page, suspect->usual));
    case SIGN_BOUNCES:
        return WORDS_FILL(&page->arena, page_word(page, WORD_SIGN_BOUNCED),
                          words_number(page, account->bounced),
                          words_number(page, account->recipients));
    }
    return (struct slice){0};
}

static const struct {
    enum sign sign;
    struct slice name;
} signs[] = {
    {SIGN_GUESSED, SLICE_INIT("guessed")},
    {SIGN_NETWORKS, SLICE_INIT("networks")},
    {SIGN_RECIPIENTS, SLICE_INIT("recipients")},
    {SIGN_BOUNCES, SLICE_INIT("bounces")},
};
enum { SIGNS = sizeof signs / sizeof *signs };

struct slice suspect_words(struct page *page, const struct suspect *suspect) {
    struct slice words = {0};
    for (size_t i = 0; i < SIGNS; i++) {
        if (!(suspect->signs & signs[i].sign))
            continue;
        struct slice more = sign_words(page, suspect, signs[i].sign);
        words =
            words.length ? WORDS_FILL(&page->arena, page_word(page, WORD_BOTH), words, more) : more;
    }
    return words;
}

static void add_signs(struct page *page, struct cell *row, const struct suspect *suspect) {
    struct cell *list = cell_list(page, row, "signs", NULL);
    for (size_t i = 0; i < SIGNS; i++)
        if (suspect->signs & signs[i].sign)
            cell_text(page, list, NULL, NULL, signs[i].name);
    cell_text(page, row, NULL, page_word(page, WORD_SIGNS), suspect_words(page, suspect));
}

static void add_suspect(struct rows *rows, struct cell *row, const struct suspect *suspect) {
    const struct account *account = &suspect->account;
    struct page *page = rows->page;
    char client[INET6_ADDRSTRLEN];
    row_text(rows, row, "user", WORD_USER, account->name);
    cell_count(page, row, "points", NULL, suspect->points, NULL);
    row_count(rows, row, "failures", WORD_FAILURES, account->failures);
    if (account->guess.is_known)
        cell_text(page, row, "client", NULL, account_client(&account->guess, client));
    else
        cell_none(page, row, "client", NULL);
    cell_count(page, row, "names", NULL, account->guess.names, NULL);
    row_count(rows, row, "networks", WORD_NETWORKS, account->networks);
    cell_count(page, row, "networks_at_once", NULL, account->at_once, NULL);
    cell_count(page, row, "messages", NULL, account->messages, NULL);
    row_count(rows, row, "recipients", WORD_ACCOUNT_RECIPIENTS, account->recipients);
    row_count(rows, row, "bounced", WORD_BOUNCED, account->bounced);
    row_last(rows, row, account->first, account->last);
    add_signs(page, row, suspect);
}

void suspects_section(struct page *page, const struct suspects *suspects,
                      const struct summary_wishes *wishes) {
    struct summary_wishes all = *wishes;
    struct rows rows;
    all.min = 0; /* an account is no count */
    rows_begin(&rows, page, &all, PART_ACCOUNTS, WORD_ACCOUNTS);
    for (size_t i = 0; i < suspects->count; i++) {
        struct cell *row = rows_add(&rows, suspects->items[i].points);
        if (row)
            add_suspect(&rows, row, &suspects->items[i]);
    }
    rows_end(&rows);
}
