/* out - buffered output to a file descriptor or into memory. The first error is kept: callers write
 * without looking and ask once, at the end.
 */
#ifndef BASE_OUT_H
#define BASE_OUT_H

#include "base/problem.h"
#include "base/slice.h"

struct out {
    int fd; /* -1: into memory */
    char *bytes;
    size_t length, capacity;
    int error; /* errno of the first failed write, 0 when none */
};

void out_init(struct out *out, int fd);
void out_init_memory(struct out *out);
void out_release(struct out *out); /* does not flush, does not close */
bool out_flush(struct out *out, const char *name, struct problem *problem);

void out_byte(struct out *out, char byte);
void out_slice(struct out *out, struct slice text);
void out_text(struct out *out, const char *text);
void out_number(struct out *out, uint64_t number);
void out_print(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void out_spaces(struct out *out, size_t count);
/* Room for `length` bytes at the end of the buffer; out_wrote() says how many were used. */
char *out_room(struct out *out, size_t length);
void out_wrote(struct out *out, size_t length);
/* What a memory out holds; valid until the next write. */
struct slice out_held(const struct out *out);

#endif
