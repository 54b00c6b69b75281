/* html - the structure of a page, and nothing of a log that a browser would obey. */
#include "report/format.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "report/html_style.h"

static struct slice html_of(struct page *page, const char *lang, struct out *out) {
    struct format_wishes wishes = {.lang = lang};

    out_init_memory(out);
    format_named("html")->page(page, &wishes, out);
    return out_held(out);
}

static void assert_end(struct slice rest) {
    assert_true(slice_skip(&rest, SLICE("<script>")));
    assert_true(slice_skip(&rest, slice_of(html_script)));
    assert_true(slice_is(rest, "</script>\n</body>\n</html>\n"));
}

/* What stands between <main> and </main>. Releases the page. */
static void assert_main(struct page *page, const char *expected) {
    struct out out;
    struct slice rest = html_of(page, NULL, &out), body;

    assert_true(slice_cut_text(&rest, SLICE("<main>\n"), &body));
    assert_true(slice_cut_text(&rest, SLICE("</main>\n"), &body));
    if (!slice_is(body, expected))
        fail_msg("is:\n%.*s\nnot:\n%s", SLICE_ARGS(body), expected);
    assert_end(rest);
    out_release(&out);
    page_release(page);
}

static void test_frame(void **state) {
    struct page page;
    struct out out;

    (void)state;
    page_init(&page, "Report <1>");
    struct slice rest = html_of(&page, "th", &out), part;
    assert_true(slice_cut_text(&rest, SLICE("<style>"), &part));
    assert_true(slice_starts(part, SLICE("<!DOCTYPE html>\n<html lang=\"th\">\n<head>\n"
                                         "<meta charset=\"utf-8\">\n"
                                         "<meta http-equiv=\"Content-Security-Policy\" "
                                         "content=\"default-src 'none'; style-src 'sha256-")));
    assert_true(slice_ends(part, SLICE("<title>Report &lt;1&gt;</title>\n")));
    assert_int_not_equal(slice_find_text(part, slice_of(html_style_hash)), SIZE_MAX);
    assert_int_not_equal(slice_find_text(part, slice_of(html_script_hash)), SIZE_MAX);
    assert_true(slice_cut_text(&rest, SLICE("</style>"), &part));
    assert_true(slice_is(part, html_style));
    assert_true(slice_skip(&rest, SLICE("\n</head>\n<body data-filter=\"show only rows with\">\n"
                                        "<main>\n<h1 id=\"title\">Report &lt;1&gt;</h1>\n"
                                        "</main>\n")));
    assert_end(rest);
    out_release(&out);
    page_release(&page);

    page_init(&page, NULL);
    rest = html_of(&page, NULL, &out);
    assert_int_not_equal(slice_find_text(rest, SLICE("<html lang=\"en\">")), SIZE_MAX);
    assert_int_not_equal(slice_find_text(rest, SLICE("<title>mailtriage</title>")), SIZE_MAX);
    out_release(&out);
    page_release(&page);
}

static void test_facts(void **state) {
    struct page page;

    (void)state;
    page_init(&page, "T");
    struct cell *facts = page_section(&page, "totals", "Totals", LOOK_FACTS, CELL_RECORD)->cell;
    struct cell *part = cell_record(&page, facts, "recipients", "Recipients");
    cell_count(&page, part, "delivered", "delivered", 1234, "recipients");
    cell_count(&page, part, "hidden", NULL, 9, "recipients");
    cell_bytes(&page, facts, "bytes", "size", 1234567);
    cell_text(&page, facts, "span", "time", SLICE("two days"));
    cell_none(&page, facts, "none", "nothing");
    assert_main(&page, "<h1 id=\"title\">T</h1>\n"
                       "<section>\n"
                       "<h2 id=\"section-1\">Totals</h2>\n"
                       "<div class=\"facts\">\n"
                       "<table>\n"
                       "<caption>Recipients</caption>\n"
                       "<tr><th scope=\"row\">delivered</th><td class=\"number\">1234</td>"
                       "<td>recipients</td></tr>\n"
                       "</table>\n"
                       "<table>\n"
                       "<tr><th scope=\"row\">size</th><td class=\"number\">1.2</td>"
                       "<td>MB</td></tr>\n"
                       "<tr><th scope=\"row\">time</th><td colspan=\"2\">two days</td></tr>\n"
                       "<tr><th scope=\"row\">nothing</th><td class=\"number zero\">-</td>"
                       "<td></td></tr>\n"
                       "</table>\n"
                       "</div>\n"
                       "</section>\n");
}

static void test_table(void **state) {
    struct page page;

    (void)state;
    page_init(&page, "T");
    struct cell *list = page_section(&page, "rows", "Rows", LOOK_TABLE, CELL_LIST)->cell;
    for (uint64_t i = 0; i < 2; i++) {
        struct cell *row = cell_record(&page, list, NULL, NULL);
        cell_text(&page, row, "source", "source", i ? SLICE("warning") : SLICE("a <b>"))->tone =
            i ? TONE_WARNING : TONE_NONE;
        cell_count(&page, row, "hidden", NULL, i, NULL);
        cell_count(&page, row, "lines", "lines", 7 * i, NULL);
        if (!i)
            cell_count(&page, row, NULL, "count", 3, "rows");
    }
    page_section(&page, "none", "None", LOOK_TABLE, CELL_LIST);
    list = page_section(&page, "bare", NULL, LOOK_TABLE, CELL_LIST)->cell;
    cell_code(&page, cell_record(&page, list, NULL, NULL), "code", "code", 535);
    assert_main(&page,
                "<h1 id=\"title\">T</h1>\n"
                "<section>\n"
                "<h2 id=\"section-1\">Rows</h2>\n"
                "<div class=\"scroll\" role=\"group\" tabindex=\"0\" "
                "aria-labelledby=\"section-1\">\n"
                "<table class=\"rows s-1 n-2 n-3\">\n"
                "<thead>\n"
                "<tr><th scope=\"col\">source</th><th scope=\"col\" class=\"number\">"
                "lines</th><th scope=\"col\" class=\"number\" colspan=\"2\">count</th></tr>\n"
                "</thead>\n"
                "<tbody>\n"
                "<tr><td>a &lt;b&gt;</td><td class=\"zero\">0</td>"
                "<td>3</td><td class=\"unit\">rows</td></tr>\n"
                "<tr><td><span class=\"mark warning\">warning</span></td>"
                "<td>7</td><td class=\"zero\">-</td>"
                "<td class=\"unit\"></td></tr>\n"
                "</tbody>\n"
                "</table>\n"
                "</div>\n"
                "</section>\n"
                "<section>\n"
                "<h2 id=\"section-2\">None</h2>\n"
                "<p>none</p>\n"
                "<div class=\"scroll\" role=\"group\" tabindex=\"0\" "
                "aria-labelledby=\"section-2\">\n"
                "<table class=\"rows n-1\">\n"
                "<thead>\n"
                "<tr><th scope=\"col\" class=\"number\">code</th></tr>\n"
                "</thead>\n"
                "<tbody>\n"
                "<tr><td>535</td></tr>\n"
                "</tbody>\n"
                "</table>\n"
                "</div>\n"
                "</section>\n");
}

/* A row with something folded is a body of its own; counts of three rows have bars. */
static void test_folded_rows(void **state) {
    struct page page;

    (void)state;
    page_init(&page, "T");
    struct cell *list = page_section(&page, "rows", NULL, LOOK_TABLE, CELL_LIST)->cell;
    for (uint64_t i = 0; i < 3; i++) {
        struct cell *row = cell_record(&page, list, NULL, NULL);
        cell_count(&page, row, "n", "n", 1000 * (2 - i) + (i == 1), NULL);
        cell_bytes(&page, row, "size", "size", 1234 * i);
        if (i < 2)
            continue;
        struct cell *said = cell_text(&page, row, NULL, "said", SLICE("<b> --year x--y"));
        said->folded = said->literal = true;
    }
    assert_main(&page,
                "<h1 id=\"title\">T</h1>\n"
                "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-labelledby=\"title\">\n"
                "<table class=\"rows folds n-1 n-2\">\n<thead>\n"
                "<tr><th scope=\"col\" class=\"number\">n</th>"
                "<th scope=\"col\" class=\"number\" colspan=\"2\">size</th></tr>\n"
                "</thead>\n<tbody>\n"
                "<tr><td>2000<i class=\"b20\"></i></td>"
                "<td class=\"zero\"><data value=\"0\">0</data></td><td class=\"unit\">B</td></tr>\n"
                "</tbody>\n<tbody>\n"
                "<tr><td>1001<i class=\"b10\"></i></td>"
                "<td><data value=\"1234\">1.2</data></td>"
                "<td class=\"unit\">KB</td></tr>\n"
                "</tbody>\n<tbody>\n"
                "<tr><td class=\"zero\">0</td>"
                "<td><data value=\"2468\">2.4</data></td>"
                "<td class=\"unit\">KB</td></tr>\n"
                "<tr class=\"more\"><td colspan=\"3\">\n"
                "<details><summary>details</summary>\n<dl>\n"
                "<dt>said</dt><dd><code>&lt;b&gt; <b>--year</b> x--y</code></dd>\n"
                "</dl>\n</details>\n</td></tr>\n"
                "</tbody>\n</table>\n</div>\n");
}

/* A strip for each amount that is not nothing throughout, with a scale of its own. */
static void test_series(void **state) {
    static const uint64_t counts[] = {0, 1, 200};
    struct page page;
    struct out out;

    (void)state;
    page_init(&page, "T");
    struct cell *list = page_section(&page, "h", "Hours", LOOK_SERIES, CELL_LIST)->cell;
    for (uint64_t i = 0; i < 3; i++) {
        struct cell *row = cell_record(&page, list, NULL, NULL);
        cell_text(&page, row, "hour", "hour", arena_print(&page.arena, "<%u", (unsigned)i));
        cell_count(&page, row, "in", "in", counts[i], NULL);
        cell_count(&page, row, "nothing", "nothing", 0, NULL);
        cell_share(&page, row, "tls", "TLS", i ? 1 : 0, i);
    }
    struct slice rest = html_of(&page, NULL, &out), part;
    assert_true(slice_cut_text(&rest, SLICE("<figure>\n"), &part));
    assert_true(slice_cut_text(&rest, SLICE("<details>"), &part));
    assert_string_equal(
        arena_copy(&page.arena, part).at,
        "<svg role=\"img\" aria-labelledby=\"figure-1\" aria-describedby=\"figure-1-says\" "
        "width=\"100%\" height=\"162\">\n"
        "<title id=\"figure-1\">Hours</title>\n"
        "<desc id=\"figure-1-says\">hour: &lt;0 \u2013 &lt;2. in: at most 200 (&lt;2). "
        "TLS: at most 100.0 % (&lt;1).</desc>\n"
        "<text class=\"name\" x=\"0\" y=\"15\">in</text>\n"
        "<text class=\"end\" x=\"100%\" y=\"15\">at most 200 (&lt;2)</text>\n"
        "<svg y=\"22\" width=\"37.5%\" height=\"40\" viewBox=\"0 0 30 100\" "
        "preserveAspectRatio=\"none\"><path d=\"M11 100V97h8V100zM21 100V0h8V100z\"/></svg>\n"
        "<line x1=\"0\" x2=\"37.5%\" y1=\"62\" y2=\"62\"/>\n"
        "<text class=\"name\" x=\"0\" y=\"93\">TLS</text>\n"
        "<text class=\"end\" x=\"100%\" y=\"93\">at most 100.0 % (&lt;1)</text>\n"
        "<svg y=\"100\" width=\"37.5%\" height=\"40\" viewBox=\"0 0 30 100\" "
        "preserveAspectRatio=\"none\"><path d=\"M11 100V0h8V100zM21 100V50h8V100z\"/></svg>\n"
        "<line x1=\"0\" x2=\"37.5%\" y1=\"140\" y2=\"140\"/>\n"
        "<text text-anchor=\"middle\" x=\"6.25%\" y=\"157\">&lt;0</text>\n"
        "<text text-anchor=\"middle\" x=\"18.75%\" y=\"157\">&lt;1</text>\n"
        "<text text-anchor=\"middle\" x=\"31.25%\" y=\"157\">&lt;2</text>\n"
        "</svg>\n");
    assert_true(slice_starts(rest, SLICE("<summary>the numbers as a table</summary>\n<div")));
    out_release(&out);
    page_release(&page);
}

static void test_cards(void **state) {
    struct page page;

    (void)state;
    page_init(&page, "T");
    struct cell *list = page_section(&page, NULL, "Reasons", LOOK_CARDS, CELL_LIST)->cell;
    struct cell *card = cell_record(&page, list, NULL, NULL);
    cell_text(&page, card, NULL, "", SLICE("error"))->tone = TONE_ERROR;
    cell_text(&page, card, NULL, "", SLICE("bad-credentials"));
    cell_count(&page, card, "count", "", 12, "logins");
    struct cell *codes = cell_list(&page, card, "codes", "codes");
    for (uint64_t code = 535; code > 533; code--) {
        struct cell *one = cell_record(&page, codes, NULL, NULL);
        cell_code(&page, one, "code", "code", code);
        cell_count(&page, one, "count", "count", 6, NULL);
    }
    struct cell *logged = cell_list(&page, card, "logged", "logged");
    cell_text(&page, logged, NULL, NULL, SLICE("a long text, that needs a line of its own"));
    cell_text(&page, logged, NULL, NULL, SLICE("another"));
    cell_text(&page, card, "empty", "empty", (struct slice){NULL, 0});
    card = cell_record(&page, list, NULL, NULL);
    cell_text(&page, card, "hidden", NULL, SLICE("not shown"));
    cell_text(&page, card, "class", "class", SLICE("mailbox-full"));
    assert_main(&page, "<h1 id=\"title\">T</h1>\n"
                       "<section>\n"
                       "<h2 id=\"section-1\">Reasons</h2>\n"
                       "<ol class=\"cards\">\n"
                       "<li class=\"card is-error\">\n"
                       "<h3><span class=\"mark error\">error</span> bad-credentials "
                       "<span class=\"amount\">12 logins</span></h3>\n"
                       "<dl>\n"
                       "<dt>codes</dt><dd>535 (6), 534 (6)</dd>\n"
                       "<dt>logged</dt><dd><ul>\n"
                       "<li>a long text, that needs a line of its own</li>\n"
                       "<li>another</li>\n"
                       "</ul></dd>\n"
                       "</dl>\n"
                       "</li>\n"
                       "<li class=\"card\">\n"
                       "<h3>mailbox-full</h3>\n"
                       "</li>\n"
                       "</ol>\n"
                       "</section>\n");
}

/* What is marked stands on a ground of its own and has its own path; what is not nothing shows. */
static void test_strip(void **state) {
    static const uint64_t amounts[] = {0, 1, 100, 50, 0};
    const struct strip strip = {amounts, 5, 2, 9, SLICE("<b>"), SLICE("17:00")};
    struct page page;

    (void)state;
    page_init(&page, "T");
    struct cell *list = page_section(&page, NULL, NULL, LOOK_CARDS, CELL_LIST)->cell;
    struct cell *card = cell_record(&page, list, NULL, NULL);
    cell_text(&page, card, NULL, "", SLICE("mailbox-full"));
    cell_strip(&page, card, NULL, "when", &strip);
    assert_main(&page, "<h1 id=\"title\">T</h1>\n"
                       "<div class=\"cards\">\n"
                       "<div class=\"card\">\n"
                       "<h2>mailbox-full</h2>\n"
                       "<dl>\n"
                       "<dt>when</dt><dd><svg class=\"strip\" role=\"img\" width=\"100%\" "
                       "height=\"60\" aria-label=\"&lt;b&gt; \u2013 17:00\">\n"
                       "<svg width=\"100%\" height=\"40\" viewBox=\"0 0 50 100\" "
                       "preserveAspectRatio=\"none\"><rect x=\"20\" width=\"30\" height=\"100\"/>"
                       "<path d=\"M11 100V97h8V100z\"/>"
                       "<path class=\"marked\" d=\"M21 100V0h8V100zM31 100V50h8V100z\"/></svg>\n"
                       "<text x=\"0\" y=\"55\">&lt;b&gt;</text>\n"
                       "<text class=\"end\" x=\"100%\" y=\"55\">17:00</text>\n"
                       "</svg></dd>\n"
                       "</dl>\n"
                       "</div>\n"
                       "</div>\n");
}

static void test_side_by_side(void **state) {
    struct page page;

    (void)state;
    page_init(&page, "T");
    struct cell *list = page_section(&page, "codes", NULL, LOOK_SIDE_BY_SIDE, CELL_LIST)->cell;
    for (uint64_t code = 354; code < 356; code++) {
        struct cell *card = cell_record(&page, list, NULL, NULL);
        cell_code(&page, card, "code", "", code);
        cell_text(&page, card, "fix", "How to fix", SLICE("Go on."));
    }
    list = page_section(&page, "one", NULL, LOOK_CARDS, CELL_LIST)->cell;
    cell_text(&page, cell_record(&page, list, NULL, NULL), "a", "a", SLICE("one"));
    assert_main(&page, "<h1 id=\"title\">T</h1>\n"
                       "<div class=\"beside\">\n"
                       "<div class=\"card\">\n"
                       "<h2>354</h2>\n"
                       "<dl>\n<dt>How to fix</dt><dd>Go on.</dd>\n</dl>\n"
                       "</div>\n"
                       "<div class=\"card\">\n"
                       "<h2>355</h2>\n"
                       "<dl>\n<dt>How to fix</dt><dd>Go on.</dd>\n</dl>\n"
                       "</div>\n"
                       "</div>\n"
                       "<div class=\"cards\">\n"
                       "<div class=\"card\">\n"
                       "<h2>one</h2>\n"
                       "</div>\n"
                       "</div>\n");
}

/* A page without a title is called after the card it begins with, and that card has no heading. */
static void test_name(void **state) {
    static const char *const expected[] = {
        "<h1 id=\"title\">mailtriage</h1>\n<p>none</p>\n",
        "<h1 id=\"title\">error &lt;1&gt; 535</h1>\n<div class=\"cards\">\n"
        "<div class=\"card is-error\">\n</div>\n</div>\n",
        "<h1 id=\"title\">mailtriage</h1>\n<ol class=\"cards\">\n"
        "<li class=\"card is-error\">\n<h2><span class=\"mark error\">error</span> &lt;1&gt; "
        "535</h2>\n"
        "</li>\n"
        "<li class=\"card is-error\">\n<h2><span class=\"mark error\">error</span> &lt;2&gt; "
        "535</h2>\n"
        "</li>\n</ol>\n",
    };

    (void)state;
    for (size_t count = 0; count < sizeof expected / sizeof *expected; count++) {
        struct page page;
        page_init(&page, count ? NULL : "");
        page_section(&page, "h", NULL, LOOK_HIDDEN, CELL_LIST);
        struct cell *list = page_section(&page, "l", NULL, LOOK_CARDS, CELL_LIST)->cell;
        for (size_t i = 1; i <= count; i++) {
            struct cell *card = cell_record(&page, list, NULL, NULL);
            cell_text(&page, card, "a", "", SLICE("error"))->tone = TONE_ERROR;
            cell_text(&page, card, "b", "", arena_print(&page.arena, "<%zu>", i));
            cell_code(&page, card, "c", "", 535);
        }
        assert_main(&page, expected[count]);
    }
}

static void test_lists(void **state) {
    struct page page;

    (void)state;
    page_init(&page, "T");
    page_section(&page, NULL, NULL, LOOK_TEXT, CELL_TEXT)->cell->text = SLICE("one");
    page_section(&page, "x", "X", LOOK_HIDDEN, CELL_COUNT);
    struct cell *list = page_section(&page, NULL, "More", LOOK_TEXT, CELL_LIST)->cell;
    cell_text(&page, list, NULL, NULL, SLICE("two"));
    cell_text(&page, list, NULL, NULL, SLICE("three"));
    list = page_section(&page, "p", NULL, LOOK_POINTS, CELL_LIST)->cell;
    cell_link(&page, list, NULL, NULL, SLICE("RFC <1>"), SLICE("https://example.org/1?a&b"));
    cell_link(&page, list, NULL, NULL, SLICE("plain"), SLICE("http://example.org/"));
    list = page_section(&page, "s", NULL, LOOK_STEPS, CELL_LIST)->cell;
    cell_text(&page, list, NULL, NULL, SLICE("four"));
    assert_main(&page, "<h1 id=\"title\">T</h1>\n"
                       "<p>one</p>\n"
                       "<section>\n<h2 id=\"section-1\">More</h2>\n"
                       "<p>two</p>\n<p>three</p>\n"
                       "<ul>\n"
                       "<li><a href=\"https://example.org/1?a&amp;b\">RFC &lt;1&gt;</a></li>\n"
                       "<li><a href=\"http://example.org/\">plain</a></li>\n"
                       "</ul>\n"
                       "<ol>\n<li>four</li>\n</ol>\n"
                       "</section>\n");
}

/* Only http and https become links, and no address leaves its attribute. */
static void test_addresses(void **state) {
    static const struct {
        struct slice address;
        const char *expected;
    } links[] = {
        {SLICE_INIT("javascript:alert(1)"), "x (javascript:alert(1))"},
        {SLICE_INIT("JaVaScRiPt:alert(1)"), "x (JaVaScRiPt:alert(1))"},
        {SLICE_INIT("data:text/html,<b>"), "x (data:text/html,&lt;b&gt;)"},
        {SLICE_INIT("//example.org/"), "x (//example.org/)"},
        {SLICE_INIT(" https://example.org/"), "x ( https://example.org/)"},
        {SLICE_INIT("httpsx://example.org/"), "x (httpsx://example.org/)"},
        {SLICE_INIT(""), "x ()"},
        {SLICE_INIT("https://e.example.org/\" onclick='a' x=\"\n\001"),
         "<a href=\"https://e.example.org/&quot; onclick=&#39;a&#39; x=&quot; "
         "\357\277\275\">x</a>"},
    };
    char expected[256];

    (void)state;
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        struct page page;
        page_init(&page, "T");
        struct cell *list = page_section(&page, "l", NULL, LOOK_POINTS, CELL_LIST)->cell;
        cell_link(&page, list, NULL, NULL, SLICE("x"), links[i].address);
        snprintf(expected, sizeof expected, "<h1 id=\"title\">T</h1>\n<ul>\n<li>%s</li>\n</ul>\n",
                 links[i].expected);
        assert_main(&page, expected);
    }
}

static const struct {
    struct slice text;
    const char *html;
} texts[] = {
    {SLICE_INIT("mailbox full"), "mailbox full"},
    {SLICE_INIT("<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;"},
    {SLICE_INIT("\" onmouseover=\"x' y='"), "&quot; onmouseover=&quot;x&#39; y=&#39;"},
    {SLICE_INIT("&lt;&#60;&"), "&amp;lt;&amp;#60;&amp;"},
    {SLICE_INIT("</style></title><!-- -->"), "&lt;/style&gt;&lt;/title&gt;&lt;!-- --&gt;"},
    {SLICE_INIT("a\nb\tc\rd"), "a b c\357\277\275d"},
    {SLICE_INIT("\000\033[31m\177"), "\357\277\275\357\277\275[31m\357\277\275"},
    {SLICE_INIT("caf\303\251 \360\237\223\247"), "caf\303\251 \360\237\223\247"},
    {SLICE_INIT("\302\233 \342\200\250\342\200\251"), "\357\277\275 \357\277\275\357\277\275"},
    {SLICE_INIT("\342\200\256 \342\201\246\342\200\217"), "\357\277\275 \357\277\275\357\277\275"},
    /* broken: lone, cut, overlong, surrogate */
    {SLICE_INIT("\377<"), "\357\277\275&lt;"},
    {SLICE_INIT("a\303"), "a\357\277\275"},
    {SLICE_INIT("\300\274script\300\276"),
     "\357\277\275\357\277\275script\357\277\275\357\277\275"},
    {SLICE_INIT("\355\240\200"), "\357\277\275\357\277\275\357\277\275"},
    {SLICE_INIT("\342\202<b>"), "\357\277\275\357\277\275&lt;b&gt;"},
};

/* The same text as log text, in a heading, and as the words of our own: title, unit, language. */
static void test_text(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct page page;
        char expected[512], words[64] = {0};
        page_init(&page, "T");
        memcpy(words, texts[i].text.at, texts[i].text.length);
        bool has_nul = strlen(words) < texts[i].text.length;
        struct cell *list = page_section(&page, "l", NULL, LOOK_CARDS, CELL_LIST)->cell;
        struct cell *card = cell_record(&page, list, NULL, NULL);
        cell_text(&page, card, "a", "", texts[i].text);
        cell_count(&page, card, "b", has_nul ? "b" : words, 1, has_nul ? NULL : words);
        snprintf(expected, sizeof expected,
                 "<h1 id=\"title\">T</h1>\n<div class=\"cards\">\n<div class=\"card\">\n"
                 "<h2>%s</h2>\n<dl>\n<dt>%s</dt><dd>1%s%s</dd>\n</dl>\n</div>\n</div>\n",
                 texts[i].html, has_nul ? "b" : texts[i].html, has_nul ? "" : " ",
                 has_nul ? "" : texts[i].html);
        assert_main(&page, expected);
    }
}

/* The end of a long text is cut off, at a character; the rest of the page goes on. */
static void test_long(void **state) {
    enum { LENGTH = 60000, SHOWN = 2000 };
    char *text = malloc(LENGTH);

    (void)state;
    for (size_t i = 0; i < LENGTH; i += 3)
        memcpy(text + i, "\u0e01", 3);
    for (int literal = 0; literal < 2; literal++) {
        struct page page;
        struct out out;
        page_init(&page, "T");
        struct cell *list = page_section(&page, "l", NULL, LOOK_POINTS, CELL_LIST)->cell;
        cell_text(&page, list, NULL, NULL, (struct slice){text, LENGTH})->literal = literal;
        struct slice rest = html_of(&page, NULL, &out), part;
        assert_true(slice_cut_text(&rest, SLICE("<li>"), &part));
        assert_true(slice_cut_text(&rest, SLICE("</li>"), &part));
        assert_true(
            slice_ends(part, literal ? SLICE("\u0e01\u2026</code>") : SLICE("\u0e01\u2026")));
        assert_in_range(part.length, SHOWN, SHOWN + 20);
        out_release(&out);
        page_release(&page);
    }
    free(text);
}

static void test_attributes(void **state) {
    struct page page;
    struct out out;

    (void)state;
    page_init(&page, "</title><script>");
    struct slice html = html_of(&page, "\"><script>", &out), before;
    assert_int_not_equal(slice_find_text(html, SLICE("<html lang=\"&quot;&gt;&lt;script&gt;\">")),
                         SIZE_MAX);
    assert_true(slice_cut_text(&html, SLICE("<script>"), &before));
    assert_true(slice_starts(html, slice_of(html_script)));
    assert_int_equal(slice_find_text(html, SLICE("<script")), SIZE_MAX);
    out_release(&out);
    page_release(&page);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame),      cmocka_unit_test(test_facts),
        cmocka_unit_test(test_table),      cmocka_unit_test(test_folded_rows),
        cmocka_unit_test(test_series),     cmocka_unit_test(test_cards),
        cmocka_unit_test(test_strip),      cmocka_unit_test(test_side_by_side),
        cmocka_unit_test(test_name),       cmocka_unit_test(test_lists),
        cmocka_unit_test(test_addresses),  cmocka_unit_test(test_text),
        cmocka_unit_test(test_attributes), cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
