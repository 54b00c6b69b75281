/* floor - the least a reader can do to know a log: what a report costs beside it is said in
 * docs/performance.md.
 *
 * It looks only where this machine's logs have what it looks for, follows messages by their queue
 * ID, counts distinct addresses and domains by hash, and runs one pattern over each failure. It
 * knows no reasons, servers, sessions, times or threads, nothing that a log may have besides, and
 * takes two names of one hash for one: it is no tool.
 *
 * usage: floor postfix|exim LOG; the log has stamps in RFC 3339 (Postfix) or Exim's own. Prints
 * how many lines, senders and recipients there were, and failures by the digit of their reply.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <fcntl.h>
#include <pcre2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- tables: a hash and a number, at the hash or as near behind as there is room */

struct row {
    uint64_t key; /* 0: free */
    uint64_t number;
};

struct table {
    struct row *rows;
    size_t mask, count;
};

static void *new_rows(size_t count) {
    void *rows = calloc(count, sizeof(struct row));
    if (!rows)
        abort();
    return rows;
}

static struct row *search(const struct table *table, uint64_t key) {
    size_t at = key & table->mask;
    while (table->rows[at].key && table->rows[at].key != key)
        at = (at + 1) & table->mask;
    return &table->rows[at];
}

static void grow(struct table *table) {
    struct table old = *table;
    table->mask = old.rows ? 2 * old.mask + 1 : 1023;
    table->rows = new_rows(table->mask + 1);
    for (size_t at = 0; old.rows && at <= old.mask; at++)
        if (old.rows[at].key)
            *search(table, old.rows[at].key) = old.rows[at];
    free(old.rows);
}

static uint64_t *number_of(struct table *table, uint64_t key) {
    if (!table->rows || 4 * table->count > 3 * table->mask)
        grow(table);
    struct row *row = search(table, key);
    table->count += !row->key;
    row->key = key;
    return &row->number;
}

/* Rows behind it move nearer to their hash. */
static void drop(struct table *table, uint64_t key) {
    struct row *gap = table->rows ? search(table, key) : NULL;
    if (!gap || !gap->key)
        return;
    table->count--;
    for (size_t at = (size_t)(gap - table->rows);;) {
        at = (at + 1) & table->mask;
        struct row *row = &table->rows[at];
        if (!row->key)
            break;
        size_t from_home = (at - row->key) & table->mask;
        if (from_home >= ((at - (size_t)(gap - table->rows)) & table->mask)) {
            *gap = *row;
            gap = row;
        }
    }
    *gap = (struct row){0};
}

static uint64_t hash_of(const char *text, size_t length) {
    uint64_t hash = length * 0x9E3779B97F4A7C15u, word = 0;
    for (; length >= sizeof word; text += sizeof word, length -= sizeof word) {
        memcpy(&word, text, sizeof word);
        hash = (hash ^ word) * 0xBF58476D1CE4E5B9u;
        hash ^= hash >> 29;
    }
    word = 0;
    memcpy(&word, text, length);
    hash = (hash ^ word) * 0x94D049BB133111EBu;
    hash ^= hash >> 32;
    return hash ? hash : 1;
}

/* ---- what is known */

enum { KNOWN = 1, FROM_OUTSIDE = 2, NOTICE = 4 }; /* of a message */

static struct table messages, senders, sender_domains, recipients, recipient_domains;
static unsigned long lines, failures[10];
static pcre2_code *pattern;
static pcre2_match_data *match;

static const char *until(const char *text, const char *end, char byte) {
    const char *found = memchr(text, byte, (size_t)(end - text));
    return found ? found : end;
}

static bool begins(const char *text, const char *end, const char *what) {
    size_t length = strlen(what);
    return (size_t)(end - text) >= length && !memcmp(text, what, length);
}

static void count_address(struct table *all, struct table *domains, const char *text,
                          const char *end) {
    const char *at = until(text, end, '@');
    if (at == end)
        return;
    ++*number_of(all, hash_of(text, (size_t)(end - text)));
    ++*number_of(domains, hash_of(at + 1, (size_t)(end - at - 1)));
}

static void count_failure(const char *text, const char *end) {
    int found = pcre2_jit_match(pattern, (PCRE2_SPTR)text, (size_t)(end - text), 0, 0, match, NULL);
    failures[found > 0 ? text[pcre2_get_ovector_pointer(match)[2]] - '0' : 0]++;
}

/* ---- lines */

/* Whom a notice goes to is no user's mail. */
static void count_recipient(uint64_t id, const char *text, const char *end) {
    if (!(*number_of(&messages, id) & NOTICE))
        count_address(&recipients, &recipient_domains, text, end);
}

/* "from=<a@example.org>, size=..." */
static void read_from(uint64_t id, const char *text, const char *end) {
    uint64_t *message = number_of(&messages, id);
    if (*text == '>' && !(*message & FROM_OUTSIDE))
        *message |= NOTICE;
    if (!(*message & KNOWN))
        count_address(&senders, &sender_domains, text, until(text, end, '>'));
    *message |= KNOWN;
}

static void read_to(uint64_t id, const char *text, const char *end) {
    const char *address_end = until(text, end, '>');
    count_recipient(id, text, address_end);
    const char *status = memmem(address_end, (size_t)(end - address_end), "status=", 7);
    if (status && !begins(status, end, "status=sent"))
        count_failure(status, end);
}

/* "2026-06-01T00:40:55.183823+00:00 mx1 postfix/smtp[5022]: 21E220284B4: to=<...>, ..." */
static void read_postfix(const char *text, const char *end) {
    const char *program = until(text + 33 < end ? text + 33 : end, end, ' ') + 1;
    if (program >= end || !begins(program, end, "postfix/"))
        return;
    const char *said = until(program, end, ']') + 3;
    const char *behind = said < end ? until(said, end, ':') + 2 : end;
    if (behind >= end)
        return;
    if (begins(said, end, "NOQUEUE: ")) {
        count_failure(behind, end);
        return;
    }
    uint64_t id = hash_of(said, (size_t)(behind - said));
    if (begins(behind, end, "client="))
        *number_of(&messages, id) |= FROM_OUTSIDE;
    else if (begins(behind, end, "from=<"))
        read_from(id, behind + 6, end);
    else if (begins(behind, end, "to=<"))
        read_to(id, behind + 4, end);
    else if (begins(behind, end, "removed"))
        drop(&messages, id);
    else if (begins(said, end, "warning: "))
        count_failure(behind, end);
}

/* "<= a@example.org H=...", and "<= <> R=1wTq4Y-089KQP-6w U=Debian-exim P=local" of a notice. */
static void read_arrival(uint64_t id, const char *text, const char *end) {
    *number_of(&messages, id) = begins(text, end, "<> R=") ? NOTICE : KNOWN;
    count_address(&senders, &sender_domains, text, until(text, end, ' '));
}

/* "b@example.org R=...", "b@example.org: retry timeout exceeded", "b <b@example.org> R=..." */
static void read_recipient(uint64_t id, const char *text, const char *end) {
    const char *behind = until(text, end, ' ');
    if (begins(behind, end, " <"))
        count_recipient(id, behind + 2, until(behind, end, '>'));
    else
        count_recipient(id, text, behind - (behind > text && behind[-1] == ':'));
}

/* "2026-06-01 00:00:01 1wTq4W-087wXe-Cy => b@example.org R=..." */
static void read_exim(const char *text, const char *end) {
    enum { STAMP = 20, ID = 16 };
    const char *id = text + STAMP, *flag = id + ID + 1, *behind = flag + 3;
    if (behind >= end || id[6] != '-' || id[13] != '-') {
        if (memmem(text, (size_t)(end - text), "rejected", 8) ||
            memmem(text, (size_t)(end - text), "failed", 6))
            count_failure(text, end);
        return;
    }
    uint64_t hash = hash_of(id, ID);
    if (begins(flag, end, "<="))
        read_arrival(hash, behind, end);
    else if (begins(flag, end, "=>") || begins(flag, end, "->"))
        read_recipient(hash, behind, end);
    else if (begins(flag, end, "==") || begins(flag, end, "**")) {
        read_recipient(hash, behind, end);
        count_failure(behind, end);
    } else if (begins(flag, end, "Completed"))
        drop(&messages, hash);
}

/* ---- the file */

/* A line longer than the room is cut. */
static int read_lines(int file, void (*read_line)(const char *text, const char *end)) {
    enum { BLOCK = 1 << 16, ROOM = 2 * BLOCK };
    static char bytes[ROOM];
    size_t held = 0;
    ssize_t count;
    while ((count = read(file, bytes + held, held < BLOCK ? BLOCK : ROOM - held)) > 0) {
        const char *text = bytes, *end = bytes + held + (size_t)count, *newline;
        for (; (newline = memchr(text, '\n', (size_t)(end - text))); text = newline + 1) {
            lines++;
            read_line(text, newline);
        }
        held = text == bytes && end == bytes + ROOM ? 0 : (size_t)(end - text);
        memmove(bytes, text, held);
    }
    return count < 0;
}

static void learn_pattern(void) {
    static const char reply[] = "\\b([245])\\d\\d[ -](?:([245]\\.\\d{1,3}\\.\\d{1,3}) )?";
    int error;
    PCRE2_SIZE place;
    pattern = pcre2_compile((PCRE2_SPTR)reply, sizeof reply - 1, 0, &error, &place, NULL);
    match = pcre2_match_data_create(4, NULL);
    if (!pattern || !match || pcre2_jit_compile(pattern, PCRE2_JIT_COMPLETE))
        abort();
}

int main(int argc, char **argv) {
    bool is_postfix = argc == 3 && !strcmp(argv[1], "postfix");
    if (argc != 3 || (!is_postfix && strcmp(argv[1], "exim") != 0)) {
        fprintf(stderr, "usage: floor postfix|exim LOG\n");
        return 2;
    }
    learn_pattern();
    int file = open(argv[2], O_RDONLY);
    if (file < 0 || read_lines(file, is_postfix ? read_postfix : read_exim)) {
        perror(argv[2]);
        return 1;
    }
    printf(
        "{\"lines\": {\"read\": %lu},\n \"distinct\": {\"senders\": %zu, \"sender_domains\": %zu,"
        " \"recipients\": %zu, \"recipient_domains\": %zu},\n"
        " \"failures\": {\"none\": %lu, \"2\": %lu, \"4\": %lu, \"5\": %lu}}\n",
        lines, senders.count, sender_domains.count, recipients.count, recipient_domains.count,
        failures[0], failures[2], failures[4], failures[5]);
    return 0;
}
