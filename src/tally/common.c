/* How: of each dimension the first value is kept, until there is another one. Servers and clients
 * are told apart by the way the mail goes: all of it may go out by one smart host. What does not
 * have a value has no other one; but who logs in is not everybody.
 */
#include "tally/common.h"

#include <stdlib.h>

#include "base/memory.h"
#include "tally/counting.h"

/* The only value so far. */
struct sole {
    char *text; /* owned; NULL: there was none, or there are more */
    size_t length;
    bool differs;
};

struct common {
    unsigned looked_at; /* a bit for each dimension */
    struct sole soles[DRIVER_SHOWN][DIRECTION_LOCAL + 1];
};

/* What is the same in all that fits one word of a filter. What only tells how it failed is no part
 * of this: wordings and codes hang on the reason (drivers.c). */
static unsigned dimensions_of(unsigned filters) {
    static const unsigned dimensions[FILTER_COUNT] = {
        [FILTER_SENDER] = 1u << DRIVER_SENDER | 1u << DRIVER_SENDER_DOMAIN,
        [FILTER_RECIPIENT] = 1u << DRIVER_RECIPIENT_DOMAIN,
        [FILTER_RECIPIENT_DOMAIN] = 1u << DRIVER_RECIPIENT_DOMAIN,
        [FILTER_PEER] = 1u << DRIVER_PEER_HOST | 1u << DRIVER_PEER_IP,
        [FILTER_USER] = 1u << DRIVER_USER,
        [FILTER_QUEUE_ID] = 1u << DRIVER_SENDER | 1u << DRIVER_SENDER_DOMAIN | 1u << DRIVER_USER,
        [FILTER_HOST] = 1u << DRIVER_HOST,
    };
    unsigned all = 0;
    for (unsigned by = 0; by < FILTER_COUNT; by++)
        if (filters >> by & 1)
            all |= dimensions[by];
    return all;
}

struct common *common_new(const struct filter *filter) {
    struct common *common = memory_new(sizeof *common);
    common->looked_at = dimensions_of(filter->given);
    return common;
}

void common_free(struct common *common) {
    if (!common)
        return;
    for (size_t by = 0; by < DRIVER_SHOWN; by++)
        for (size_t way = 0; way <= DIRECTION_LOCAL; way++)
            free(common->soles[by][way].text);
    free(common);
}

static bool hangs_on_way(enum driver_dimension by) {
    return by == DRIVER_PEER_HOST || by == DRIVER_PEER_IP;
}

static struct slice text_of(const struct sole *sole) {
    return (struct slice){sole->text, sole->length};
}

static void note(struct sole *sole, struct slice value) {
    if (!sole->text) {
        sole->text = memory_copy(value.at, value.length);
        sole->length = value.length;
    }
    sole->differs = !slice_equal(text_of(sole), value);
}

void common_add(struct common *common, const struct finding *finding) {
    char room[FAILURE_NAME + 1];
    bool is_asked = !finding->left_out || finding->of_asked_mail;
    if (!common->looked_at || !is_asked || finding->outside || !counting_is_event(finding))
        return;
    for (enum driver_dimension by = 0; by < DRIVER_SHOWN; by++) {
        struct sole *sole =
            &common->soles[by][hangs_on_way(by) ? finding->record.direction : DIRECTION_NONE];
        if (!(common->looked_at >> by & 1) || sole->differs)
            continue;
        struct slice value = failure_value(finding, by, room);
        if (value.length)
            note(sole, value);
        else
            sole->differs = by == DRIVER_USER;
    }
}

static bool is_sole(const struct sole *sole, struct slice value) {
    return sole->text && !sole->differs && slice_equal(text_of(sole), value);
}

bool common_has(const struct common *common, enum driver_dimension by, unsigned ways,
                struct slice value) {
    if (!hangs_on_way(by) || !ways)
        return is_sole(&common->soles[by][DIRECTION_NONE], value);
    for (size_t way = 0; way <= DIRECTION_LOCAL; way++)
        if (ways >> way & 1 && !is_sole(&common->soles[by][way], value))
            return false;
    return true;
}
