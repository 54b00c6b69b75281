/* speaker - whose log an entry stands in: MTA and host, as a hash, because hosts are log text and
 * without number. What is remembered of messages and sessions is kept apart by it.
 */
#ifndef FINDING_SPEAKER_H
#define FINDING_SPEAKER_H

#include "finding/finding.h"

/* The one heard last; zeroed: nobody. Holds nothing to be released or saved. */
struct speaker {
    const struct mta *mta;
    char host[64];
    size_t host_length;
    uint64_t hash;
};

/* For speaker_of. */
uint64_t speaker_learn(struct speaker *last, const struct finding *finding);
/* The same in every run, never 0. Most entries are of the speaker of the one before. */
static inline uint64_t speaker_of(struct speaker *last, const struct finding *finding) {
    bool is_last = last->mta == finding->mta &&
                   slice_equal(finding->host, (struct slice){last->host, last->host_length});
    return is_last ? last->hash : speaker_learn(last, finding);
}

/* What was made of the speaker and of a part of the entry heard last; zeroed: nothing. */
struct speaker_part {
    const struct mta *mta; /* NULL: host and part did not stand side by side */
    char text[64];         /* from the begin of the host to the end of the part */
    size_t length, host_length, part_length;
    uint64_t hash;
};

/* From the begin of the host to the end of the part: "mx1 postfix". Of any length where they are
 * not of one line. */
static inline struct slice speaker_part_text(const struct finding *finding, struct slice part) {
    struct slice host = finding->host;
    if (!host.length)
        return part;
    return part.length
               ? (struct slice){host.at, (uintptr_t)part.at + part.length - (uintptr_t)host.at}
               : host;
}

/* True for an entry of the same speaker with the same part: then nothing need be hashed. Both stand
 * in one line most often, and are compared in one piece. */
static inline bool speaker_part_is(const struct speaker_part *last, const struct finding *finding,
                                   struct slice part) {
    struct slice text = speaker_part_text(finding, part);
    return text.length == last->length && finding->mta == last->mta &&
           finding->host.length == last->host_length && part.length == last->part_length &&
           bytes_same(text.at, last->text, text.length);
}

uint64_t speaker_part_learn(struct speaker_part *last, const struct finding *finding,
                            struct slice part, uint64_t hash);

/* A hash with one more part. */
static inline uint64_t hash_with(uint64_t hash, uint64_t part) {
    return hash * 0x9e3779b97f4a7c15u + part;
}

#endif
