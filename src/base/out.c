/* out - one growing buffer; with a file behind it, it is written out at 64 KiB. */
#include "base/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

enum { FLUSH_AT = 64 * 1024 };

void out_init(struct out *out, int fd) {
    *out = (struct out){.fd = fd};
}

void out_init_memory(struct out *out) {
    out_init(out, -1);
}

void out_release(struct out *out) {
    free(out->bytes);
    out_init(out, -1);
}

static void write_all(struct out *out) {
    size_t done = 0;
    while (done < out->length && !out->error) {
        ssize_t wrote = write(out->fd, out->bytes + done, out->length - done);
        if (wrote >= 0)
            done += (size_t)wrote;
        else if (errno != EINTR)
            out->error = errno;
    }
    out->length = 0;
}

bool out_flush(struct out *out, const char *name, struct problem *problem) {
    if (out->fd >= 0)
        write_all(out);
    if (!out->error)
        return true;
    errno = out->error;
    return problem_errno(problem, "cannot write '%s'", name);
}

char *out_room(struct out *out, size_t length) {
    if (out->fd >= 0 && out->length >= FLUSH_AT)
        write_all(out);
    out->bytes = memory_grow(out->bytes, &out->capacity, out->length + length, 1);
    return out->bytes + out->length;
}

void out_wrote(struct out *out, size_t length) {
    out->length += length;
}

void out_byte(struct out *out, char byte) {
    *out_room(out, 1) = byte;
    out->length++;
}

void out_slice(struct out *out, struct slice text) {
    if (!text.length)
        return;
    memcpy(out_room(out, text.length), text.at, text.length);
    out->length += text.length;
}

void out_text(struct out *out, const char *text) {
    out_slice(out, slice_of(text));
}

void out_number(struct out *out, uint64_t number) {
    char digits[20];
    size_t used = sizeof digits;
    do
        digits[--used] = (char)('0' + number % 10);
    while (number /= 10);
    out_slice(out, (struct slice){digits + used, sizeof digits - used});
}

void out_print(struct out *out, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    vsnprintf(out_room(out, (size_t)length + 1), (size_t)length + 1, format, again);
    va_end(again);
    out->length += (size_t)length;
}

void out_spaces(struct out *out, size_t count) {
    if (!count)
        return;
    memset(out_room(out, count), ' ', count);
    out->length += count;
}

struct slice out_held(const struct out *out) {
    return (struct slice){out->bytes, out->length};
}
