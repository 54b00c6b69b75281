/* reason_book - a rule book and the memory of one who decides with it, for the tests that class
 * replies: with the built-in pattern files (set_up, tear_down of the group), or with files put into
 * `files` between book_init and book_load.
 */
#ifndef TESTS_REASON_BOOK_H
#define TESTS_REASON_BOOK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "finding/reason.h"

struct book {
    struct arena arena;
    struct pattern_files files;
    struct rulebook *rules;
    struct reason_memory *memory;
};

static inline void book_init(struct book *book) {
    *book = (struct book){.files.arena = &book->arena};
    arena_init(&book->arena);
}

static inline void book_load(struct book *book) {
    struct problem problem = {""};
    if (!rulebook_load(&book->files, &book->rules, &problem))
        fail_msg("%s", problem.text);
    book->memory = reason_memory_new(book->rules);
}

static inline void book_release(struct book *book) {
    reason_memory_free(book->memory);
    rulebook_free(book->rules);
    arena_release(&book->arena);
}

static inline int set_up(void **state) {
    static struct book book;
    book_init(&book);
    pattern_files_builtin(&book.files, &book.arena);
    book_load(&book);
    *state = &book;
    return 0;
}

static inline int tear_down(void **state) {
    book_release(*state);
    return 0;
}

#endif
