/* siphash - as the paper has it: two rounds a word of eight bytes, little end first, the length in
 * the last one, then four rounds. Names in logs are short, so its speed for those counts. */
#include "base/siphash.h"

struct state {
    uint64_t a, b, c, d;
};

static uint64_t turned(uint64_t word, unsigned bits) {
    return word << bits | word >> (64 - bits);
}

static void mix(struct state *v, unsigned rounds) {
    while (rounds--) {
        v->a += v->b;
        v->c += v->d;
        v->b = turned(v->b, 13) ^ v->a;
        v->d = turned(v->d, 16) ^ v->c;
        v->a = turned(v->a, 32);
        v->c += v->b;
        v->a += v->d;
        v->b = turned(v->b, 17) ^ v->c;
        v->d = turned(v->d, 21) ^ v->a;
        v->c = turned(v->c, 32);
    }
}

static uint64_t word_at(const char *at, size_t length) {
    uint64_t word = 0;
    for (size_t i = 0; i < length; i++)
        word |= (uint64_t)(unsigned char)at[i] << 8 * i;
    return word;
}

static void take(struct state *v, uint64_t word) {
    v->d ^= word;
    mix(v, 2);
    v->a ^= word;
}

uint64_t siphash(const unsigned char key[SIPHASH_KEY], struct slice text) {
    uint64_t first = word_at((const char *)key, 8), second = word_at((const char *)key + 8, 8);
    struct state v = {first ^ 0x736f6d6570736575, second ^ 0x646f72616e646f6d,
                      first ^ 0x6c7967656e657261, second ^ 0x7465646279746573};
    size_t whole = text.length / 8 * 8;
    for (size_t at = 0; at < whole; at += 8)
        take(&v, word_at(text.at + at, 8));
    uint64_t last = whole < text.length ? word_at(text.at + whole, text.length - whole) : 0;
    take(&v, last | (uint64_t)text.length << 56);
    v.c ^= 0xff;
    mix(&v, 4);
    return v.a ^ v.b ^ v.c ^ v.d;
}
