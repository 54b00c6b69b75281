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

/* A hash with one more part. */
static inline uint64_t hash_with(uint64_t hash, uint64_t part) {
    return hash * 0x9e3779b97f4a7c15u + part;
}

#endif
