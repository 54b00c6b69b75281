/* fuzz_wrappings - any line in any wrapping: what is taken out of it is memory that may be read, a
 * time that can be printed, and the same again from a copy; pieces keep their bounds, account for
 * every line, and come back from their saved form. One line of the input is one line of the log.
 */
#include <stdlib.h>
#include <string.h>

#include "input/entry.h"
#include "input/heads.h"
#include "input/lasts.h"
#include "input/pieces.h"

#include "target.h"

struct account {
    uint64_t taken, whole, given_up;
};

/* Every byte is read, for the sanitizers. */
static unsigned touch(struct slice text) {
    unsigned sum = 0;
    for (size_t i = 0; i < text.length; i++)
        sum += (unsigned char)text.at[i];
    return sum;
}

static void check_entry(const struct entry *entry) {
    char time[MOMENT_TEXT];
    volatile unsigned sum = touch(entry->host) + touch(entry->program) + touch(entry->pid) +
                            touch(entry->text) + touch(entry->stream) + touch(entry->inner);
    (void)sum;
    MUST(entry->wrapping != NULL && entry->repeat > 0);
    MUST(moment_print(&entry->time, time) < MOMENT_TEXT);
    for (size_t i = 0; i < entry->pid.length; i++)
        MUST(entry->pid.at[i] >= '0' && entry->pid.at[i] <= '9');
}

static bool is_same(struct slice a, struct slice b) {
    return a.length == b.length && (!a.length || memcmp(a.at, b.at, a.length) == 0);
}

/* A line that begins like one before is read as the others are. */
static void check_heads(struct heads *heads, struct clock *clock, const struct line *line,
                        enum unwrapping answer, const struct entry *entry) {
    struct entry quick;
    quick.line = *line;
    if (heads_read(heads, clock, &quick))
        MUST(answer == UNWRAPPED && quick.wrapping == entry->wrapping &&
             quick.time.seconds == entry->time.seconds && quick.time.nanos == entry->time.nanos &&
             quick.time.offset == entry->time.offset && quick.time.digits == entry->time.digits &&
             is_same(quick.host, entry->host) && is_same(quick.program, entry->program) &&
             is_same(quick.pid, entry->pid) && is_same(quick.text, entry->text) &&
             entry->repeat == 1 && !entry->stream.at);
    else if (answer == UNWRAPPED)
        heads_keep(heads, clock, entry);
}

static void count_given_up(void *context, const struct split *split) {
    struct account *account = context;
    MUST(split->lines > 0 && split->entry.text.length <= PIECES_LENGTH);
    account->given_up += split->lines;
}

static void take(struct pieces *pieces, struct account *account, const struct entry *entry) {
    struct piece piece;
    struct split part = {*entry, "log", 1}, whole;
    if (entry->stream.at)
        piece_of_stream(entry, &piece);
    else if (!piece_of_text(entry, &piece))
        return;
    account->taken++;
    if (!pieces_take(pieces, &piece, &part, count_given_up, account, &whole))
        return;
    MUST(whole.lines > 0 && whole.entry.text.length <= PIECES_LENGTH);
    account->whole += whole.lines;
    touch(whole.entry.text);
}

/* What is saved comes back, and saved again it is the same. */
static struct pieces *saved_and_loaded(struct pieces *pieces) {
    struct pack first, second;
    struct pieces *fresh = pieces_new();
    pack_init(&first);
    pack_init(&second);
    pieces_save(pieces, &first);
    struct unpack unpack = {{first.bytes, first.length}, false};
    MUST(pieces_load(fresh, &unpack) && unpack.rest.length == 0);
    pieces_save(fresh, &second);
    MUST(first.length == second.length && memcmp(first.bytes, second.bytes, first.length) == 0);
    pack_release(&first);
    pack_release(&second);
    pieces_free(pieces);
    return fresh;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct clock clock = {.anchor = 1780308001};
    struct arena arena;
    struct slice rest = {(const char *)bytes, length}, before = {0};
    struct pieces *pieces = pieces_new();
    struct account account = {0};
    struct lasts lasts = {0};
    struct heads heads = {0};
    arena_init(&arena);
    while (rest.length) {
        struct line line = {0};
        struct entry entry;
        uint64_t number;
        slice_cut(&rest, '\n', &line.text);
        enum unwrapping answer = entry_read(&clock, &arena, &line, &entry);
        check_heads(&heads, &clock, &line, answer, &entry);
        if (answer != UNWRAP_FOREIGN && entry.stream.at)
            take(pieces, &account, &entry);
        entry_goes_on(answer == UNWRAPPED ? entry.wrapping : NULL, before);
        before = line.text;
        if (answer != UNWRAPPED)
            continue;
        check_entry(&entry);
        entry_repeats_last(&entry, &number);
        entry_tells_loss(&entry, &number);
        entry_is_blob(&entry);
        lasts_put(&lasts, entry.host, line.text);
        entry.stream = (struct slice){0};
        take(pieces, &account, &entry);
    }
    pieces = saved_and_loaded(pieces);
    pieces_end(pieces, count_given_up, &account);
    MUST(account.taken == account.whole + account.given_up);
    pieces_free(pieces);
    arena_release(&arena);
    return 0;
}
