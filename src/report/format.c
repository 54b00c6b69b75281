/* The list of formats, made from formats.def: a format is one file and one line there. */
#include "report/format.h"

#define FORMAT(object) extern const struct format object;
#include "report/formats.def"
#undef FORMAT

const struct format *const formats[] = {
#define FORMAT(object) &object,
#include "report/formats.def"
#undef FORMAT
    NULL};

const struct format *format_named(const char *name) {
    for (size_t i = 0; formats[i]; i++)
        if (slice_is(slice_of(formats[i]->name), name))
            return formats[i];
    return NULL;
}
