/* mta - the table of the mail servers whose logs are read, made from mtas.def, and the choice of
 * the one an entry comes from.
 */
#include "mta/mta.h"

#define MTA(object) extern const struct mta object;
#include "mta/mtas.def"
#undef MTA

#define MTA(object) &object,
const struct mta *const mtas[] = {
#include "mta/mtas.def"
    NULL,
};
#undef MTA

static const struct mta beside_any = {.name = "", .title = ""};
const struct mta *const mta_any = &beside_any;

const struct mta *mta_named(struct slice name) {
    for (size_t i = 0; mtas[i]; i++)
        if (slice_is(name, mtas[i]->name))
            return mtas[i];
    return NULL;
}

static bool has_tag(const struct mta *mta, struct slice program) {
    for (size_t i = 0; i < sizeof mta->tags / sizeof *mta->tags && mta->tags[i].length; i++)
        if (slice_starts(program, mta->tags[i]))
            return true;
    return false;
}

const struct mta *mta_surely_of(const struct entry *entry) {
    for (size_t i = 0; mtas[i]; i++)
        if ((mtas[i]->files && mtas[i]->files == entry->wrapping) ||
            has_tag(mtas[i], entry->program))
            return mtas[i];
    return NULL;
}

const struct mta *mta_of(const struct entry *entry) {
    const struct mta *likeliest = mta_surely_of(entry);
    unsigned best = likeliest ? 100 : 0;
    for (size_t i = 0; mtas[i] && best < 100; i++) {
        unsigned likeness = mtas[i]->likeness(entry);
        if (likeness > best) {
            best = likeness;
            likeliest = mtas[i];
        }
    }
    return likeliest;
}
