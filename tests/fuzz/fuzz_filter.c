/* Any bytes as the words of a filter, held against any bytes: option, words, newline, text.
 *
 * Holds: a word and its negation never agree; a text whose signs are taken as they are fits itself;
 * what is refused is said in words; a pattern that fits a text meets what the text has the form of.
 */
#include "finding/filter.h"

#include <string.h>

#include "base/glob.h"

#include "target.h"

enum { LONGEST = 2000 };

static struct finding finding_of(struct slice text) {
    return (struct finding){
        .record = {.event = EVENT_BOUNCED,
                   .level = LEVEL_RECIPIENT,
                   .direction = DIRECTION_OUT,
                   .queue_id = text,
                   .sender = text,
                   .has_sender = true,
                   .recipient = text,
                   .peer_host = text,
                   .peer_ip = text,
                   .user = text},
        .host = text,
        .reply = {.code = text.length ? (uint16_t)(unsigned char)text.at[0] : 0},
        .verdict.class_name = "user-unknown",
    };
}

static void check_words(enum filter_by by, const char *words, const struct finding *finding) {
    struct filter wanted = {0}, but = {0};
    struct problem problem = {""};
    char negated[LONGEST + 2] = "!";
    if (!filter_add(&wanted, by, words, &problem)) {
        MUST(problem.text[0]);
        return;
    }
    bool matches = filter_matches(&wanted, finding);
    if (wanted.count != 1 || wanted.words[0].negated || strchr(" \t\r\n", words[0]))
        return;
    memcpy(negated + 1, words, strlen(words) + 1);
    MUST(filter_add(&but, by, negated, &problem));
    MUST(filter_matches(&but, finding) != matches);
}

static void check_meets(struct slice pattern, struct slice text) {
    if (!glob_check(pattern, NULL) || !glob_matches(pattern, text, true))
        return;
    MUST(glob_meets(pattern, "*", "", true));
    if (text.length && slice_find(text, '@') == text.length - 1)
        MUST(glob_meets(pattern, "*@", "@", true));
    MUST(glob_meets(pattern, "*", "@", true) || slice_find(text, '@') != SIZE_MAX);
}

static void check_itself(struct slice text) {
    char pattern[2 * LONGEST];
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        pattern[length++] = '\\';
        pattern[length++] = text.at[i];
    }
    struct slice whole = {pattern, length};
    MUST(glob_check(whole, NULL) && glob_matches(whole, text, false));
    MUST(glob_matches(SLICE("*"), text, true));
    check_meets(whole, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice text = {(const char *)bytes, length}, words;
    char copy[LONGEST + 1] = "";
    if (!length || length > LONGEST)
        return 0;
    enum filter_by by = bytes[0] % FILTER_COUNT;
    text = slice_from(text, 1);
    slice_cut(&text, '\n', &words);
    if (words.length)
        memcpy(copy, words.at, words.length);
    struct finding finding = finding_of(text);
    check_words(by, copy, &finding);
    check_meets(slice_of(copy), text);
    check_itself(text);
    return 0;
}
