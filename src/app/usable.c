/* usable - a report is never silently empty, nor is a trace: see usable.h. */
#include "app/usable.h"

#include <string.h>

#include "app/looks.h"
#include "app/say.h"

const char *usable_name(const struct source *source) {
    return strcmp(source->name, "-") == 0 ? "standard input" : source->name;
}

static void copy_head(char *to, size_t room, struct slice text) {
    text = slice_head(text, room - 1);
    if (text.length)
        memcpy(to, text.at, text.length);
    to[text.length] = '\0';
}

void usable_keep(struct usable *usable, enum odd kind, uint64_t number, struct slice text,
                 struct slice program) {
    struct odd_kept *odd = &usable->odd[kind];
    if (odd->number && odd->number <= number)
        return;
    odd->number = number;
    copy_head(odd->text, sizeof odd->text, text);
    copy_head(odd->program, sizeof odd->program, program);
}

bool usable_has_entries(const struct usable *usable) {
    return usable->wrapped || usable->odd[ODD_FOREIGN].number;
}

void usable_note_empty(const struct source *source, uint64_t lines) {
    say_note("%s %s", usable_name(source), lines ? "holds no entry" : "is empty");
}

bool usable_understood(const struct usable *usable, const struct source *source) {
    const char *name = usable_name(source);
    if (!usable_has_entries(usable) || (usable->wrapped && usable->unknown * 2 <= usable->own))
        return true;
    if (usable->wrapped && !usable->odd[ODD_UNKNOWN].number)
        return true; /* such a line came, and was told, before the last run */
    if (!usable->wrapped) {
        const struct odd_kept *odd = &usable->odd[ODD_FOREIGN];
        struct looks looks = looks_of(slice_of(odd->text));
        say_fault("'%s': not one line in a known wrapping; line %llu looks like %s: '%s'; %s", name,
                  (unsigned long long)odd->number, looks.like, odd->text, looks.advice);
    } else {
        const struct odd_kept *odd = &usable->odd[ODD_UNKNOWN];
        say_fault("'%s': %llu of %s%llu entries of the mail server not understood; first line "
                  "%llu, of '%s': '%s'; a pattern file can teach such lines (--patterns), --mta "
                  "says whose they are",
                  name, (unsigned long long)usable->unknown, usable->is_begin ? "its first " : "",
                  (unsigned long long)usable->own, (unsigned long long)odd->number, odd->program,
                  odd->text);
    }
    return false;
}

void usable_say_nothing(const struct mta *only, const struct usable *other,
                        const struct source *source) {
    const char *wanted = only ? only->title : "Postfix, Exim or Sendmail";
    const char *advice = only ? "leave out --mta to read those of all mail servers"
                              : "name the log that the mail server writes to";
    if (!other) {
        say_fault("no input held an entry of %s", wanted);
        return;
    }
    const struct odd_kept *odd = &other->odd[ODD_OTHER];
    say_fault("no input held an entry of %s; line %llu of '%s' is one of '%s': '%s'; %s", wanted,
              (unsigned long long)odd->number, usable_name(source), odd->program, odd->text,
              advice);
}
