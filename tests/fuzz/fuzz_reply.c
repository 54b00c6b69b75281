/* Any bytes as a reply, at every kind of anchor, and as a text to make a template of.
 *
 * Holds: no control byte is left, the text is the end of the whole, both are one line, and a
 * reply read again is the same.
 */
#include "finding/reply.h"
#include "finding/wording.h"

#include <assert.h>

#include "target.h"

static void check_line(struct slice line) {
    for (size_t i = 0; i < line.length; i++) {
        unsigned char byte = (unsigned char)line.at[i];
        assert(byte >= ' ' && byte != 0x7f);
        assert(byte != ' ' || (i > 0 && i + 1 < line.length && line.at[i + 1] != ' '));
    }
}

static void check_reply(const struct reply *reply, size_t length, struct arena *arena) {
    struct reply again;
    struct record record = {.reply = reply->whole, .reply_may_have_code = reply->code != 0};

    check_line(reply->whole);
    assert(slice_ends(reply->whole, reply->text));
    assert(reply->text.at >= reply->whole.at || reply->text.length == 0);
    assert(reply->whole.length <= 3 * length);
    assert(reply->code == 0 || (reply->code >= 200 && reply->code <= 599));
    reply_read(&record, arena, &again);
    assert(again.code == reply->code);
    wording_template(reply->text, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice text = {(const char *)bytes, length};
    struct arena arena;
    struct reply reply;

    arena_init(&arena);
    for (unsigned setting = 0; setting < 4; setting++) {
        struct record record = {
            .reply = text, .reply_may_have_code = setting & 1, .reply_escaped = setting & 2};
        reply_read(&record, &arena, &reply);
        check_reply(&reply, length, &arena);
    }
    reply_read_text(text, &arena, &reply);
    check_reply(&reply, length, &arena);
    struct slice template = wording_template(text, &arena);
    assert(template.length <= 3 * length);
    arena_release(&arena);
    return 0;
}
