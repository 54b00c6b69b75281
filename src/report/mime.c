/* Why: a report holds any language and lines of any length; a mail holds neither.
 *
 * How: quoted-printable keeps a text readable in the raw message, base64 keeps files to the byte.
 * A header is left alone while it is plain and short; else each line of it is one encoded word
 * of at most 75 characters, cut between characters.
 */
#include "report/mime.h"

enum { LINE_MOST = 76 };

/* ---- base64 ---- */

static void put_four(struct out *out, const unsigned char *bytes, size_t count) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = (unsigned)bytes[0] << 16;
    bits |= count > 1 ? (unsigned)bytes[1] << 8 : 0;
    bits |= count > 2 ? bytes[2] : 0;
    for (size_t i = 0; i < 4; i++)
        out_byte(out, i <= count ? letters[bits >> (18 - 6 * i) & 63] : '=');
}

static void put_base64(struct out *out, struct slice bytes) {
    for (size_t at = 0; at < bytes.length; at += 3)
        put_four(out, (const unsigned char *)bytes.at + at,
                 bytes.length - at < 3 ? bytes.length - at : 3);
}

void mime_base64(struct out *out, struct slice bytes) {
    enum { BYTES_OF_LINE = LINE_MOST / 4 * 3 };
    while (bytes.length > 0) {
        put_base64(out, slice_head(bytes, BYTES_OF_LINE));
        out_byte(out, '\n');
        bytes = slice_from(bytes, BYTES_OF_LINE);
    }
}

/* ---- quoted-printable ---- */

static void put_escaped(struct out *out, unsigned char byte) {
    static const char hex[] = "0123456789ABCDEF";
    out_byte(out, '=');
    out_byte(out, hex[byte >> 4]);
    out_byte(out, hex[byte & 15]);
}

/* `rest` begins with the byte and ends with its line. */
static bool may_stand(struct slice rest, bool begins_line) {
    unsigned char byte = (unsigned char)rest.at[0];
    if (begins_line && (byte == '.' || slice_starts(rest, SLICE("From "))))
        return false;
    if (byte == ' ' || byte == '\t')
        return rest.length > 1;
    return byte > ' ' && byte < 0x7f && byte != '=';
}

static void put_line(struct out *out, struct slice line) {
    size_t used = 0;
    for (size_t i = 0; i < line.length; i++) {
        size_t left = line.length - i - 1;
        bool plain = may_stand(slice_from(line, i), used == 0);
        size_t width = plain ? 1 : 3;
        if (used + width > LINE_MOST - (left > 0)) { /* room for the '=' of a soft line end */
            out_text(out, "=\n");
            used = 0;
            plain = may_stand(slice_from(line, i), true);
            width = plain ? 1 : 3;
        }
        if (plain)
            out_byte(out, line.at[i]);
        else
            put_escaped(out, (unsigned char)line.at[i]);
        used += width;
    }
    out_byte(out, '\n');
}

void mime_quoted_printable(struct out *out, struct slice text) {
    struct slice line;
    while (text.length > 0) {
        slice_cut(&text, '\n', &line);
        put_line(out, line);
    }
}

/* ---- headers ---- */

static bool is_plain(struct slice text, size_t room) {
    if (text.length > room || slice_find_text(text, SLICE("=?")) != SIZE_MAX)
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] < ' ' || text.at[i] == 0x7f)
            return false; /* bytes above ASCII too, where char is signed */
    return true;
}

/* As much of the front as fits, without half a character. */
static struct slice word_of(struct slice text, size_t most) {
    struct slice word = slice_head(text, most);
    while (word.length < text.length && word.length > 1 &&
           ((unsigned char)text.at[word.length] & 0xc0) == 0x80)
        word.length--;
    return word;
}

void mime_header(struct out *out, const char *name, struct slice text) {
    static const struct slice begin = SLICE_INIT("=?utf-8?B?"), end = SLICE_INIT("?=");
    size_t used = strlen(name) + 2;
    out_print(out, "%s: ", name);
    if (is_plain(text, LINE_MOST - used)) {
        out_slice(out, text);
        out_byte(out, '\n');
        return;
    }
    while (text.length > 0) {
        size_t room = (LINE_MOST - 1 - used - begin.length - end.length) / 4 * 3;
        struct slice word = word_of(text, room);
        out_slice(out, begin);
        put_base64(out, word);
        out_slice(out, end);
        text = slice_from(text, word.length);
        out_text(out, text.length > 0 ? "\n " : "\n");
        used = 1;
    }
}
