/* masking - what the parts of the masker share: names go into its buffer one after the other. */
#ifndef FINDING_MASKING_H
#define FINDING_MASKING_H

#include "base/arena.h"
#include "base/map.h"
#include "base/out.h"
#include "finding/masker.h"

/* A word of the finding at hand, which is found in its texts too. */
struct known {
    struct slice word;
    void (*put)(struct masker *masker, struct slice text); /* NULL: stays */
};

/* Names of an entry, its message and its host, each with its first label; a list, two queue IDs. */
enum { KNOWN_MOST = 2 * (2 * NAMES_MOST + 1) + 3 };

struct masker {
    unsigned char key[SIPHASH_KEY];
    struct map kept;          /* domains that stay, in small letters */
    struct map vocabulary;    /* words that the rules know, in small letters */
    struct map operators;     /* of providers: names that stay */
    struct map sources;       /* name -> char *, owned */
    struct origin origins[2]; /* of the finding at hand: origin, counted */
    struct arena arena;
    struct out out;
    struct known known[KNOWN_MOST];
    size_t known_count;
};

void put_user(struct masker *masker, struct slice text);
void put_address(struct masker *masker, struct slice text);
void put_host(struct masker *masker, struct slice text);
void put_ip(struct masker *masker, struct slice text); /* or a network */
void put_id(struct masker *masker, struct slice text);
void put_text(struct masker *masker, struct slice text);
void put_path(struct masker *masker, struct slice path);

/* Adds a word to those that are found in texts, unless it says nothing. */
void know_word(struct masker *masker, struct slice word,
               void (*put)(struct masker *masker, struct slice text));
/* A word of the trade: "mailbox", "user". */
bool is_of_trade(const struct masker *masker, struct slice word);

#endif
