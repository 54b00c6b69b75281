/* Why: the page for the browser and the one inside a mail are two, but there is one way to keep log
 * text from being markup.
 *
 * How: character by character; what may not stand as it is has an entity, what is no character or
 * steers (utf8.h) becomes U+FFFD.
 */
#include "report/html_text.h"

#include "report/utf8.h"

/* What is written for a character that may not stand as it is; NULL: it may. */
static const char *entity_of(uint32_t code_point) {
    switch (code_point) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
        return " ";
    case UTF8_BROKEN:
        return UTF8_REPLACEMENT;
    default:
        return utf8_is_control(code_point) ? UTF8_REPLACEMENT : NULL;
    }
}

void html_text(struct out *out, struct slice text) {
    while (text.length > 0) {
        const char *begin = text.at;
        const char *entity = entity_of(utf8_take(&text));
        if (entity)
            out_text(out, entity);
        else
            out_slice(out, slice_range(begin, text.at));
    }
}

void html_link(struct out *out, const struct cell *cell) {
    struct slice address = cell_address(cell);
    if (!slice_starts(address, SLICE("https://")) && !slice_starts(address, SLICE("http://"))) {
        html_text(out, cell->text);
        out_text(out, " (");
        html_text(out, address);
        out_byte(out, ')');
        return;
    }
    out_text(out, "<a href=\"");
    html_text(out, address);
    out_text(out, "\">");
    html_text(out, cell->text);
    out_text(out, "</a>");
}
