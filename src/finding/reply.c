/* Why: three MTAs log one reply in three ways, and reply text is written by strangers. Here it
 * becomes one line with its codes read, once, so that nobody else has to look for digits in text.
 *
 * How: (1) clean: control bytes go, blanks are folded, line ends become one '\n'; (2) the head is
 * read by the grammar of reply.h; (3) unfold: '\n' becomes a blank and the code in front of each
 * further line goes; (4) what follows AUTH is taken out, it may be a password. Every step walks the
 * bytes once, and all but the last write no more than they read, so they share one buffer.
 *
 *   Postfix   550-5.7.1 No mail for you. 550 5.7.1 See the notes
 *             (smtp_proto.c and smtp_chat.c: smtp_chat_resp joins the lines with a blank)
 *   Exim      550-5.7.1 No mail for you.\n550 5.7.1 See the notes
 *             (string.c: string_printing2; in C="..." once more escaped, \\n)
 *   Sendmail  550 5.7.1 No mail for you.
 *             (deliver.c: logdelivery keeps the first line)
 */
#include "finding/reply.h"

#include <string.h>

#include "base/ascii.h"
#include "base/fold.h"

static void skip_bytes(struct slice *s, const char *bytes) {
    while (s->length > 0 && s->at[0] != '\0' && strchr(bytes, s->at[0]))
        *s = slice_from(*s, 1);
}

/* ---- cleaning */

struct cleaner {
    char *to;
    size_t length;
    char gap; /* blank or '\n' seen since the last byte written; 0: none */
};

static void put(struct cleaner *cleaner, char byte) {
    unsigned char value = (unsigned char)byte;

    if (byte == '\n' || byte == '\r') {
        cleaner->gap = '\n';
    } else if (byte == ' ' || (value >= '\t' && value < '\r')) {
        if (!cleaner->gap)
            cleaner->gap = ' ';
    } else if (value > ' ' && value != 0x7f) {
        if (cleaner->gap && cleaner->length > 0)
            cleaner->to[cleaner->length++] = cleaner->gap;
        cleaner->gap = 0;
        cleaner->to[cleaner->length++] = byte;
    }
}

/* Exim's escapes at a backslash: how many bytes they take, and the byte they stand for. Octal
 * stays as it is: its bytes are of no use in a report. */
static size_t unescape(struct slice s, char *byte_r) {
    static const char escapes[][2] = {
        {'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'\\', '\\'}, {'"', '"'}};

    *byte_r = '\\';
    if (s.length > 2 && memcmp(s.at, "\\\\n", 3) == 0) {
        *byte_r = '\n';
        return 3;
    }
    for (size_t i = 0; s.length > 1 && i < sizeof(escapes) / sizeof(escapes[0]); i++) {
        if (s.at[1] == escapes[i][0]) {
            *byte_r = escapes[i][1];
            return 2;
        }
    }
    return 1;
}

/* The usual reply needs no cleaning; this is asked of every delivery too. */
static bool is_clean(struct slice raw, bool escaped) {
    return fold_is_done(raw) && !(escaped && slice_find(raw, '\\') != SIZE_MAX);
}

/* to: at least raw.length bytes. */
static struct slice clean(struct slice raw, bool escaped, char *to) {
    struct cleaner cleaner = {to, 0, 0};

    if (is_clean(raw, escaped)) {
        if (raw.length)
            memcpy(to, raw.at, raw.length);
        return (struct slice){to, raw.length};
    }
    for (size_t i = 0; i < raw.length;) {
        char byte = raw.at[i];
        if (byte == '\\' && escaped)
            i += unescape(slice_from(raw, i), &byte);
        else
            i++;
        put(&cleaner, byte);
    }
    return (struct slice){to, cleaner.length};
}

/* ---- codes */

/* code = %x32-35 2DIGIT ( SP / "-" / end ). Moves past it and what parts it from the text; *more_r:
 * it was "-", another line follows. Exim has been seen to leave a blank in front of the "-". */
static bool take_code(struct slice *s, uint16_t *code_r, bool *more_r) {
    const char *at = s->at;

    if (s->length < 3 || at[0] < '2' || at[0] > '5' || !is_digit(at[1]) || !is_digit(at[2]))
        return false;
    if (s->length > 3 && at[3] != ' ' && at[3] != '-' && at[3] != '\n')
        return false;
    *code_r = (uint16_t)((at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0'));
    *s = slice_from(*s, 3);
    skip_bytes(s, " ");
    *more_r = slice_skip(s, SLICE("-"));
    skip_bytes(s, " ");
    return true;
}

/* enhanced = class "." subject "." detail, not the begin of a word or of a longer number. "#" in
 * front is an appliance's habit. */
static bool take_enhanced(struct slice *s, struct enhanced *enhanced_r) {
    struct slice rest = *s;

    slice_skip(&rest, SLICE("#"));
    if (!enhanced_take(&rest, enhanced_r))
        return false;
    if (rest.length > 0 && (is_letter(rest.at[0]) || rest.at[0] == '_'))
        return false;
    *s = rest;
    return true;
}

/* qmail and its kin: "(#5.1.1)" anywhere, "#5.1.1" or "[5.1.1]" as the last word. */
static bool find_enhanced(struct slice text, struct enhanced *enhanced_r) {
    size_t hash = slice_rfind_text(text, SLICE("(#"));
    if (hash != SIZE_MAX) {
        struct slice rest = slice_from(text, hash + 2);
        if (enhanced_take(&rest, enhanced_r) && slice_starts(rest, SLICE(")")))
            return true;
    }

    struct slice word = slice_from(text, slice_rfind(text, ' ') + 1); /* SIZE_MAX + 1 is 0 */
    while (slice_ends(word, SLICE(".")))
        word.length--;
    bool bracket = slice_skip(&word, SLICE("["));
    if (!bracket && !slice_skip(&word, SLICE("#")))
        return false;
    return enhanced_take(&word, enhanced_r) && slice_is(word, bracket ? "]" : "");
}

/* ---- lines */

struct head {
    struct enhanced enhanced;
    uint16_t code;
    bool open; /* the last line of a multi-line reply has not come yet */
};

/* Cuts the reply code off the front of s. "550-" with nothing behind it says nothing: the next
 * line is the head then. */
static void take_reply_code(struct slice *s, struct head *head) {
    struct slice next;
    uint16_t code;
    bool more;

    if (!take_code(s, &head->code, &head->open))
        return;
    next = *s;
    skip_bytes(&next, "\n");
    while (head->open && take_code(&next, &code, &more) && code == head->code) {
        *s = next;
        head->open = more;
        skip_bytes(&next, "\n");
    }
}

/* The length of the codes in front of a further line of the reply; 0: no such thing. Lines joined
 * by blanks are only told from text by the same code with "-", or while the last line has not come;
 * else it is a reply quoted in a reply, "250 2.0.0 from filter: 250 2.0.0 Ok". */
static size_t marker_length(struct slice s, bool line_start, struct head *head) {
    struct slice rest = s, after;
    struct enhanced enhanced;
    uint16_t code;
    bool more;

    if (!head->code || !take_code(&rest, &code, &more))
        return 0;
    after = rest;
    bool same = take_enhanced(&after, &enhanced) && enhanced_equal(enhanced, head->enhanced);
    if (!line_start && (code != head->code || (!more && !head->open)))
        return 0;
    head->open = more;
    if (same) {
        rest = after;
        skip_bytes(&rest, " ");
    }
    return s.length - rest.length;
}

/* The usual text is one line and says its code once, in the head. */
static bool is_one_line(struct slice text, uint16_t code) {
    char digits[3] = {(char)('0' + code / 100), (char)('0' + code / 10 % 10),
                      (char)('0' + code % 10)};
    return slice_find(text, '\n') == SIZE_MAX &&
           (!code || slice_find_text(text, (struct slice){digits, 3}) == SIZE_MAX);
}

/* Writes text as one line, without the codes of further lines, behind the `length` bytes that stand
 * in `to` already; gives the new length. text may lie further on in the same memory. */
static size_t unfold(struct slice text, struct head *head, char *to, size_t length) {
    bool gap = length > 0 && !head->enhanced.class_digit;

    if (text.length > 0 && is_one_line(text, head->code)) {
        if (gap)
            to[length++] = ' ';
        memmove(to + length, text.at, text.length);
        return length + text.length;
    }
    for (size_t i = 0; i < text.length;) {
        char byte = text.at[i++];
        if (byte != ' ' && byte != '\n') {
            if (gap && length > 0)
                to[length++] = ' ';
            gap = false;
            to[length++] = byte;
            continue;
        }
        gap = true;
        for (size_t codes = 1; codes > 0; i += codes)
            codes = marker_length(slice_from(text, i), byte == '\n', head);
    }
    return length;
}

/* ---- secrets */

/* How long a line end or another blank is there that the MTA wrote as an escape: "\r", "\015".
 * What a client sent ahead is logged so, of several lines. */
static size_t escape_at(struct slice s, size_t at) {
    enum { LETTER = 2, OCTAL = 4 };
    if (slice_byte(s, at) != '\\')
        return 0;
    char first = slice_byte(s, at + 1);
    if (first == 'r' || first == 'n' || first == 't')
        return LETTER;
    return is_digit(first) && is_digit(slice_byte(s, at + 2)) && is_digit(slice_byte(s, at + 3))
               ? OCTAL
               : 0;
}

/* The same of any blank or colon. */
static size_t gap_at(struct slice s, size_t at) {
    char byte = slice_byte(s, at);
    return is_space(byte) || byte == ':' ? 1 : escape_at(s, at);
}

/* Marks that cannot be base64. */
static bool ends_word(char byte) {
    return is_space(byte) || strchr(":\"',;)]>\\", byte);
}

/* The next word at *at; blanks, colons and escapes in front are skipped. What may stand in front of
 * AUTH or follow it ends it too, so that no byte is looked at for more than a few AUTHs in front.
 */
static struct slice next_word(struct slice text, size_t *at) {
    for (size_t gap; (gap = gap_at(text, *at)) > 0;)
        *at += gap;
    size_t begin = *at;
    while (*at < text.length && !ends_word(text.at[*at]))
        ++*at;
    return (struct slice){text.at + begin, *at - begin};
}

/* Base64, told from words: those are in one case, maybe with a capital, and a host name goes on
 * with a dot. Inside a command that is quoted, or of which the line end is told, nothing but base64
 * can follow the mechanism. */
static bool is_secret(struct slice word, bool quoted) {
    size_t lower = 0, upper = 0, other = 0, i = 0;

    for (; i < word.length; i++) {
        char byte = word.at[i];
        lower += is_lower(byte);
        upper += byte >= 'A' && byte <= 'Z';
        other += is_digit(byte) || byte == '+' || byte == '/' || byte == '=';
        if (lower + upper + other <= i)
            break;
    }
    if (word.length < 4)
        return false;
    if (quoted)
        return true;
    if (i < word.length || lower + upper == 0)
        return false;
    bool capital = word.at[0] >= 'A' && word.at[0] <= 'Z';
    return other > 0 || (lower > 0 && upper > (capital ? 1 : 0));
}

/* In front of it no letter, but for the one of an escape. Before a '=', which base64 may have too,
 * it must be a word of its own. */
static bool is_auth_at(struct slice text, size_t at) {
    enum { AUTH = 4, LETTER = 2 };
    if ((text.at[at] | 0x20) != 'a' || !slice_starts_nocase(slice_from(text, at), SLICE("auth")))
        return false;
    char behind = slice_byte(text, at + AUTH);
    if (behind != '=' && gap_at(text, at + AUTH) == 0)
        return false;
    if (at == 0 || (at >= LETTER && escape_at(text, at - LETTER) == LETTER))
        return true;
    return behind == '=' ? ends_word(text.at[at - 1]) : !is_letter(text.at[at - 1]);
}

/* From one "u" to the next: there are few. */
bool reply_says_auth(struct slice text) {
    for (const char *u = "uU"; *u; u++)
        for (size_t from = 1, at; (at = slice_find(slice_from(text, from), *u)) != SIZE_MAX;
             from += at + 1)
            if (is_auth_at(text, from + at - 1))
                return true;
    return false;
}

/* The first secret among the words behind AUTH, from *at on: the one that follows the mechanism,
 * or stands in its place being too long for one (20 bytes: RFC 4422). */
static bool find_secret(struct slice text, size_t *at, bool mechanism, struct slice *secret_r) {
    *secret_r = next_word(text, at);
    if (mechanism && secret_r->length <= 20)
        *secret_r = next_word(text, at);
    return is_secret(*secret_r, slice_byte(text, *at) == '"' || escape_at(text, *at) > 0);
}

/* Base64 of a text has letters of both cases behind the first, a name with digits has not. */
static bool is_mixed(struct slice word) {
    bool lower = false, upper = false;
    for (size_t i = 1; i < word.length; i++) {
        lower |= is_lower(word.at[i]);
        upper |= word.at[i] >= 'A' && word.at[i] <= 'Z';
    }
    return lower && upper;
}

/* A client whose login was refused may go on with it, and what he sends is taken for commands that
 * nobody knows: a quoted word of base64 on its own. */
static bool is_lone_secret(struct slice text, size_t quote, struct slice *secret_r) {
    enum { SHORTEST = 8, DIGITS_OF_BLOCK = 4 };
    struct slice rest = slice_from(text, quote + 1);
    return slice_cut(&rest, '"', secret_r) && secret_r->length >= SHORTEST &&
           secret_r->length % DIGITS_OF_BLOCK == 0 && is_mixed(*secret_r) &&
           is_secret(*secret_r, false);
}

static bool says_command(struct slice text) {
    return slice_find(text, '"') != SIZE_MAX &&
           (slice_find_text(text, SLICE("ommand")) != SIZE_MAX ||
            slice_find_text(text, SLICE("yntax error")) != SIZE_MAX);
}

static bool may_hold_secret(struct slice text) {
    return reply_says_auth(text) || says_command(text);
}

/* A text with what was left out of it. */
struct safe_text {
    struct slice text;
    char *to;
    size_t length, kept; /* written, and of the text */
};

static void leave_out(struct safe_text *safe, struct slice secret) {
    static const char redacted[] = "[redacted]";
    size_t begin = (size_t)(secret.at - safe->text.at);
    memcpy(safe->to + safe->length, safe->text.at + safe->kept, begin - safe->kept);
    safe->length += begin - safe->kept;
    memcpy(safe->to + safe->length, redacted, sizeof(redacted) - 1);
    safe->length += sizeof(redacted) - 1;
    safe->kept = begin + secret.length;
}

/* "AUTH PLAIN AGFsaWNl" -> "AUTH PLAIN [redacted]". A secret is at least four bytes and a blank or
 * a quote, so three times the length is room enough. */
static size_t redact(struct slice text, char *to) {
    struct safe_text safe = {text, to, 0, 0};
    bool of_command = says_command(text);
    for (size_t i = 0; i < text.length; i++) {
        struct slice secret;
        size_t at = i + 4 + (slice_byte(text, i + 4) == '='); /* behind "AUTH" */
        if (of_command && text.at[i] == '"' && is_lone_secret(text, i, &secret)) {
            leave_out(&safe, secret);
            i = safe.kept;
        } else if (is_auth_at(text, i)) {
            for (bool mechanism = true; find_secret(text, &at, mechanism, &secret);
                 mechanism = false) {
                leave_out(&safe, secret);
                i = at - 1;
            }
        }
    }
    memcpy(to + safe.length, text.at + safe.kept, text.length - safe.kept);
    return safe.length + text.length - safe.kept;
}

struct slice reply_safe(struct slice text, struct arena *arena) {
    if (!may_hold_secret(text))
        return text;
    char *safe = arena_alloc(arena, 3 * text.length + 1);
    return (struct slice){safe, redact(text, safe)};
}

/* ---- */

static void read_reply(struct slice raw, bool may_have_code, bool escaped, struct arena *arena,
                       struct reply *reply) {
    char *line = arena_alloc(arena, raw.length + 1);
    struct slice rest = clean(raw, escaped, line), text;
    struct head head = {0};

    if (may_have_code)
        take_reply_code(&rest, &head);
    skip_bytes(&rest, "\n");
    text = rest;
    if (!take_enhanced(&text, &head.enhanced))
        head.enhanced = (struct enhanced){0};

    size_t length = head.code ? 3 : 0, enhanced_length = rest.length - text.length;
    if (head.code && enhanced_length > 0)
        line[length++] = ' ';
    if (enhanced_length > 0)
        memmove(line + length, rest.at, enhanced_length);
    length += enhanced_length;

    size_t head_length = length;
    length = unfold(text, &head, line, length);
    text = (struct slice){line + head_length, length - head_length};
    if (may_hold_secret(text)) {
        char *safe = arena_alloc(arena, head_length + 3 * text.length + 1);
        memcpy(safe, line, head_length);
        length = head_length + redact(text, safe + head_length);
        line = safe;
    }
    reply->code = head.code;
    reply->enhanced = head.enhanced;
    reply->whole = (struct slice){line, length};
    reply->text = slice_from(reply->whole, head_length);
    skip_bytes(&reply->text, head.enhanced.class_digit ? " :,-" : " ");
    reply->enhanced_behind =
        !reply->enhanced.class_digit && find_enhanced(reply->text, &reply->enhanced);
    if (!head.enhanced.class_digit && !reply->enhanced_behind)
        reply->enhanced = (struct enhanced){0};
    reply->mismatch = reply->code && reply->enhanced.class_digit &&
                      reply->code / 100 != reply->enhanced.class_digit;
}

bool reply_is_clean(const struct record *record) {
    return is_clean(record->reply, record->reply_escaped);
}

void reply_read(const struct record *record, struct arena *arena, struct reply *reply_r) {
    read_reply(record->reply, record->reply_may_have_code, record->reply_escaped, arena, reply_r);
}

/* What stands in front of a reply in a bounce: "Diagnostic-Code: smtp; 550 ..." (RFC 3464, 2.3.6).
 */
static struct slice without_head(struct slice text) {
    static const struct slice heads[] = {SLICE_INIT("Diagnostic-Code:"), SLICE_INIT("smtp;")};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (slice_starts_nocase(text, heads[i]))
            text = slice_trim(slice_from(text, heads[i].length));
    return text;
}

/* A person pastes from any log, so Exim's line ends are taken where a code follows them. */
void reply_read_text(struct slice text, struct arena *arena, struct reply *reply_r) {
    bool escaped = false;
    text = without_head(text);
    struct slice rest = text, before;

    while (!escaped && slice_cut_text(&rest, SLICE("\\n"), &before)) {
        struct slice next = rest;
        uint16_t code;
        bool more;
        escaped = take_code(&next, &code, &more);
    }
    read_reply(text, true, escaped, arena, reply_r);
}
