/* catalogue - the pages of `explain`: one code, two side by side, all of them, and a reply.
 *
 * The words are those of the page (page->words); the texts of codes and reasons are those of the
 * book, in whatever language was laid over it.
 */
#ifndef REPORT_CATALOGUE_H
#define REPORT_CATALOGUE_H

#include "finding/finding.h"
#include "report/page.h"
#include "report/page_words.h"

/* A code as it was asked for: "535", "5.7.8", "X.7.8". */
struct asked_code {
    struct slice text;            /* borrowed */
    const struct code_page *page; /* "X.7.8" for 5.7.8 */
    struct code code;
};

/* False: the catalogue has no such code, or text is none. */
bool catalogue_find(const struct rulebook *book, struct slice text, struct asked_code *code_r);

/* All that is known of each of the codes; when they are one reply's, or one alone, also the reasons
 * that they can stand for and what is logged. */
void catalogue_codes(const struct rulebook *book, const struct asked_code *codes, size_t count,
                     bool together, struct page *page);
/* Two codes of one kind side by side. */
void catalogue_compare(const struct rulebook *book, const struct asked_code pair[2],
                       struct page *page);
/* Every code with its name and usual reason. */
void catalogue_list(const struct rulebook *book, struct page *page);
/* A reply with what was decided of it, under `key` for machines; gives its card. */
struct cell *catalogue_reply(const struct finding *finding, const char *key, struct page *page);

#endif
