/* speaker - how: the names are compared with those of the entry before, which costs less than half
 * of hashing them. A host too long to be remembered is hashed each time. */
#include "finding/speaker.h"

#include "base/hash.h"

static uint64_t hash_of(const struct finding *finding) {
    struct slice name = slice_of(finding->mta->name);
    uint64_t hash = hash_with(bytes_hash(name.at, name.length),
                              bytes_hash(finding->host.at, finding->host.length));
    return hash ? hash : 1;
}

uint64_t speaker_learn(struct speaker *last, const struct finding *finding) {
    struct slice host = finding->host;
    if (host.length > sizeof last->host)
        return hash_of(finding);
    last->mta = finding->mta;
    last->host_length = host.length;
    if (host.length)
        memcpy(last->host, host.at, host.length);
    last->hash = hash_of(finding);
    return last->hash;
}

uint64_t speaker_part_learn(struct speaker_part *last, const struct finding *finding,
                            struct slice part, uint64_t hash) {
    struct slice text = speaker_part_text(finding, part);
    bool is_beside = text.length >= finding->host.length && text.length <= sizeof last->text;
    last->mta = is_beside ? finding->mta : NULL;
    if (!is_beside)
        return hash;
    if (text.length)
        memcpy(last->text, text.at, text.length);
    last->length = text.length;
    last->host_length = finding->host.length;
    last->part_length = part.length;
    last->hash = hash;
    return hash;
}
