/* Why: a report made by cron is read as a mail: at a glance in the list of mails, in the words of
 * the mail itself, and whole in what is attached.
 *
 * How: the same page in four formats, each as it always is, in one frame. The boundaries hold "=_",
 * which no part can, as all of them are quoted-printable or base64 (RFC 2045, section 6.7).
 */
#include "report/mail.h"

#include "base/ascii.h"
#include "report/format.h"
#include "report/mail_html.h"
#include "report/mime.h"
#include "report/parts.h"

#define OUTER "=_mailtriage_report"
#define INNER "=_mailtriage_words"

enum { TEXT_WIDTH = 76, ADDRESS_LONGEST = 254 };

bool mail_address_is_good(struct slice address) {
    size_t at = slice_rfind(address, '@');
    if (!address.length || address.length > ADDRESS_LONGEST || at == 0 ||
        at + 1 == address.length || address.at[0] == '-')
        return false;
    for (size_t i = 0; i < address.length; i++) {
        char byte = address.at[i];
        bool in_domain = at != SIZE_MAX && i > at;
        if (!is_alnum(byte) && i != at &&
            !memchr(in_domain ? "-.[]:" : "!#$%&'*+-/=?^_`{|}~.", byte, in_domain ? 5 : 20))
            return false;
    }
    return true;
}

/* ---- parts ---- */

static void put_type(struct out *out, const char *type, const char *encoding, const char *file) {
    out_print(out, "Content-Type: %s; charset=utf-8\n", type);
    if (file)
        out_print(out, "Content-Disposition: attachment; filename=\"%s\"\n", file);
    out_print(out, "Content-Transfer-Encoding: %s\n\n", encoding);
}

/* The words of the mail, in one format. */
static void put_words(struct out *out, const char *type, struct slice text) {
    out_text(out, "--" INNER "\n");
    put_type(out, type, "quoted-printable", NULL);
    mime_quoted_printable(out, text);
}

static void put_file(struct out *out, const char *type, const char *file, struct slice bytes) {
    out_text(out, "\n--" OUTER "\n");
    put_type(out, type, "base64", file);
    mime_base64(out, bytes);
}

static void put_alternatives(const struct page *page, const struct format_wishes *wishes,
                             struct out *out) {
    struct out text;
    out_text(out, "--" OUTER "\nContent-Type: multipart/alternative;\n boundary=\"" INNER "\"\n\n");
    out_init_memory(&text);
    format_named("text")->page(page, wishes, &text);
    put_words(out, "text/plain", out_held(&text));
    out_release(&text);
    out_init_memory(&text);
    mail_html_page(page, wishes, &text);
    out_byte(out, '\n');
    put_words(out, "text/html", out_held(&text));
    out_release(&text);
    out_text(out, "\n--" INNER "--\n");
}

/* The table of reasons alone, as `--format csv` gives it. */
static struct page reasons_of(const struct page *page, struct section *only) {
    struct page reasons = *page;
    reasons.first = reasons.last = NULL;
    for (const struct section *section = page->first; section; section = section->next)
        if (section->key && slice_is(slice_of(section->key), part_name(PART_REASONS))) {
            *only = *section;
            only->next = NULL;
            reasons.first = reasons.last = only;
        }
    return reasons;
}

static void put_files(const struct page *page, const struct format_wishes *wishes,
                      struct out *out) {
    struct section only;
    struct page reasons = reasons_of(page, &only);
    struct out file;
    out_init_memory(&file);
    format_named("html")->page(page, wishes, &file);
    put_file(out, "text/html", "report.html", out_held(&file));
    out_release(&file);
    out_init_memory(&file);
    format_named("csv")->page(&reasons, wishes, &file);
    if (file.length)
        put_file(out, "text/csv", "reasons.csv", out_held(&file));
    out_release(&file);
}

/* ---- the head ---- */

static void put_subject(const struct page *page, const struct mail_head *head, struct out *out) {
    struct out subject;
    out_init_memory(&subject);
    out_text(&subject, "mailtriage");
    if (head->host.length) {
        out_byte(&subject, ' ');
        out_slice(&subject, head->host);
    }
    if (page->title)
        out_print(&subject, ": %s", page->title);
    mime_header(out, "Subject", out_held(&subject));
    out_release(&subject);
}

static void put_head(const struct page *page, const struct format_wishes *wishes,
                     const struct mail_head *head, struct out *out) {
    out_print(out, "From: %.*s\nTo: ", SLICE_ARGS(head->from));
    for (size_t i = 0; i < head->to_count; i++)
        out_print(out, "%s%.*s", i ? ",\n " : "", SLICE_ARGS(head->to[i]));
    out_byte(out, '\n');
    put_subject(page, head, out);
    out_print(out,
              "Date: %.*s\nMessage-ID: <%.*s>\nAuto-Submitted: auto-generated\n"
              "MIME-Version: 1.0\nContent-Language: %s\n"
              "Content-Type: multipart/mixed;\n boundary=\"" OUTER "\"\n\n",
              SLICE_ARGS(head->date), SLICE_ARGS(head->id), wishes->lang ? wishes->lang : "en");
}

static void mail_letter(const struct page *page, const struct format_wishes *wishes,
                        const struct mail_head *head, struct out *out) {
    struct format_wishes of_mail = *wishes;
    of_mail.color = false;
    of_mail.width = TEXT_WIDTH;
    put_head(page, &of_mail, head, out);
    put_alternatives(page, &of_mail, out);
    put_files(page, &of_mail, out);
    out_text(out, "\n--" OUTER "--\n");
}

extern const struct format format_mail; /* formats.def */

const struct format format_mail = {
    .name = "mail", .for_people = true, .letter = mail_letter, .of_reports = true};
