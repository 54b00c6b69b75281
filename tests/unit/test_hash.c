/* hash - against one that takes byte by byte, at every length, and with no byte behind the text. */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/ascii.h"
#include "chance.h"

/* The same without vectors. */
#define HASH_PLAIN
#define bytes_hash   plain_bytes_hash
#define lowered_hash plain_lowered_hash
#define secret_hash  plain_secret_hash
#define hash_secret  plain_hash_secret
uint64_t bytes_hash(const void *bytes, size_t length);
uint64_t lowered_hash(struct slice text);
uint64_t secret_hash(struct slice text);
uint64_t hash_secret(void);
#include "../../src/base/hash.c"
#undef bytes_hash
#undef lowered_hash
#undef secret_hash
#undef hash_secret

enum { LONGEST = 70, ROUNDS = 200 };

static uint64_t mixed(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Words as the machine has them, the last one with zeros behind its bytes. */
static uint64_t slow_hash(const char *text, size_t length) {
    uint64_t hash = 0x9e3779b97f4a7c15u ^ length, word;
    size_t at = 0;
    for (; length - at >= 8; at += 8) {
        memcpy(&word, text + at, 8);
        hash = mixed(hash ^ word, 0xd6e8feb86659fd93u);
    }
    char last[8] = {0};
    for (size_t i = 0; at + i < length; i++)
        last[i] = text[at + i];
    memcpy(&word, last, 8);
    hash = mixed(hash ^ word, 0xa0761d6478bd642fu);
    return hash ^ hash >> 32;
}

static void test_every_length(void **state) {
    (void)state;
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t length = 0; length <= LONGEST; length++) {
            char *text = malloc(length + 1), small[LONGEST + 1], room[LONGEST + 1];
            for (size_t i = 0; i < length; i++) {
                text[i] = (char)chance(256);
                small[i] = lower_of(text[i]);
            }
            struct slice slice = {text, length};
            assert_int_equal(bytes_hash(text, length), slow_hash(text, length));
            assert_int_equal(lowered_hash(slice), slow_hash(small, length));
            assert_int_equal(plain_lowered_hash(slice), slow_hash(small, length));
            slice_lowered(slice, room);
            assert_memory_equal(room, small, length);
            assert_int_equal(secret_hash(slice), secret_hash((struct slice){text, length}));
            free(text);
        }
    assert_int_equal(lowered_hash((struct slice){0}), slow_hash("", 0));
    assert_int_equal(secret_hash((struct slice){0}), secret_hash(SLICE("")));
}

/* What is saved is found again under these. */
static void test_known(void **state) {
    (void)state;
    assert_int_equal(lowered_hash(SLICE("Bob@Example.COM")), bytes_hash("bob@example.com", 15));
    assert_true(bytes_hash("a", 1) != bytes_hash("a\0", 2));
    assert_true(secret_hash(SLICE("bob@example.com")) != bytes_hash("bob@example.com", 15));
}

static void test_letters_of_eight(void **state) {
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++)
        for (unsigned place = 0; place < 8; place++) {
            uint64_t others = 0x5a5b41407a618040u & ~((uint64_t)0xff << 8 * place);
            uint64_t lower = lower_of_eight(others | (uint64_t)byte << 8 * place);
            assert_int_equal(lower >> 8 * place & 0xff, (unsigned char)lower_of((char)byte));
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_letters_of_eight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
