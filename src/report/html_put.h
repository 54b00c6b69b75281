/* html_put - cells as HTML: what tables, figures and cards of a page have in common. */
#ifndef REPORT_HTML_PUT_H
#define REPORT_HTML_PUT_H

#include "report/html_text.h"
#include "report/page_words.h"

/* The page as it is being written. */
struct sheet {
    struct out *out;
    const struct cell *named;  /* the card whose heading is that of the page; NULL: none */
    const struct words *words; /* of the page */
    const char *none;          /* for an empty list */
    unsigned sections;         /* titled ones so far: the ids of their headings */
    unsigned figures;          /* so far: the ids of their titles */
    unsigned level;            /* of headings inside the section */
};

enum { UNDER_PAGE = 2, UNDER_SECTION = 3 }; /* levels: inside a section without and with a title */

void html_words(struct out *out, const char *words);
/* A cell in a line of text. */
void html_line(struct out *out, const struct cell *cell);
/* A text in the mark of its tone, or as it is to be read. */
void html_mark(struct out *out, const struct cell *cell);
/* A list as ul or ol. */
void html_items(struct out *out, const struct cell *list, const char *element);
/* A cell with a box of its own: of a table, of a definition list. */
void html_cell(struct out *out, const struct cell *cell);
/* The class of a tone: "warning"; NULL: none. */
const char *html_tone(enum tone tone);
/* A list of labels and texts of the cells of a record, folded ones or the others; nothing when
 * there are none. The heading of a card is no part of it. */
void html_labelled(struct out *out, const struct cell *record, bool folded, bool is_card);
bool html_has_folded(const struct cell *record);
/* The folded cells of a record in a closed box that opens; nothing when there are none. */
void html_details(const struct sheet *sheet, const struct cell *record, bool is_card);

#endif
