/* laws - the shared half of the property tests. */
#include "laws.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"

#include "../unit/chance.h"

static const char *const files[] = {"samples/postfix/mail.log",
                                    "samples/exim/mainlog",
                                    "samples/sendmail/maillog",
                                    "tests/golden/counting-postfix/mail.log",
                                    "tests/golden/counting-exim/mainlog",
                                    "tests/golden/counting-exim/syslog",
                                    "tests/golden/counting-sendmail/maillog",
                                    "tests/property/pieces.log",
                                    "tests/golden/causes/mail.log",
                                    "tests/golden/causes/mainlog",
                                    "tests/golden/causes/maillog"};

const struct knowledge *laws_knowledge(void) {
    static struct knowledge knowledge;
    static bool loaded;
    struct problem problem;
    if (!loaded && !knowledge_load(&knowledge, laws_options(1), KNOW_LOGS, false, &problem)) {
        fprintf(stderr, "%s\n", problem.text);
        exit(1);
    }
    loaded = true;
    return &knowledge;
}

const struct options *laws_options(unsigned jobs) {
    static struct options all[65];
    assert(jobs < 65);
    all[jobs] = (struct options){
        .since = MOMENT_NONE, .until = MOMENT_NONE, .jobs = jobs, .no_config = true, .quiet = true};
    return &all[jobs];
}

static void add_lines(struct laws_lines *lines, size_t *capacity, const char *path) {
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t room = 0;
    ssize_t length;
    if (!file) {
        fprintf(stderr, "cannot open '%s': run from the top of the checkout\n", path);
        exit(1);
    }
    while ((length = getline(&text, &room, file)) > 0) {
        lines->items = memory_grow(lines->items, capacity, lines->count + 1, sizeof *lines->items);
        lines->items[lines->count++] =
            (struct slice){memory_copy(text, (size_t)length), (size_t)length};
    }
    free(text);
    fclose(file);
}

struct laws_lines laws_samples(void) {
    static struct laws_lines lines;
    size_t capacity = 0;
    if (!lines.count)
        for (size_t i = 0; i < sizeof files / sizeof *files; i++)
            add_lines(&lines, &capacity, files[i]);
    return lines;
}

struct laws_lines laws_file(const char *path) {
    struct laws_lines lines = {0};
    size_t capacity = 0;
    add_lines(&lines, &capacity, path);
    return lines;
}

unsigned laws_chance(unsigned most) {
    return chance(most);
}

/* A source must outlive its run, so all are kept to the end. */
static struct kept {
    struct kept *next;
    struct source source;
} * all_kept;

/* A log that takes no room on a disk, which may be full: a part of it would be no test. */
static int log_of(const struct slice *lines, size_t from, size_t to) {
    int fd = memfd_create("log", MFD_CLOEXEC);
    for (size_t i = from; i < to && fd >= 0; i++)
        if (write(fd, lines[i].at, lines[i].length) != (ssize_t)lines[i].length)
            fd = -1;
    if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0) {
        perror("a log cannot be written");
        exit(1);
    }
    return fd;
}

void laws_feed(struct run *run, const char *name, const struct slice *lines, size_t from,
               size_t to) {
    static const int64_t end_of_2026 = 1798761599;
    struct kept *kept = memory_new(sizeof *kept);
    struct source *source = &kept->source;
    *source = (struct source){.name = memory_copy(name, strlen(name)), .anchor = end_of_2026};
    kept->next = all_kept;
    all_kept = kept;
    struct reader *reader = reader_plain(log_of(lines, from, to));
    run_source(run, source, reader, from);
    run_settle(run);
    reader_close(reader);
}

void laws_state(const struct run *run, struct pack *pack) {
    pack_init(pack);
    run_save(run, pack);
}

void laws_move(struct run *from, struct run *into) {
    struct pack pack;
    laws_state(from, &pack);
    struct unpack unpack = {{pack.bytes, pack.length}, false};
    bool loaded = run_load(into, &unpack);
    assert(loaded && unpack.rest.length == 0);
    (void)loaded;
    pack_release(&pack);
}
