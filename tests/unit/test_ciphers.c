/* ciphers - a delivery went over TLS, in the clear, or nobody knows. */
#include "finding/ciphers.h"

#include <cmocka.h>

/* What is heard, one letter a line: T the process tells of TLS with a host, D it delivers there. */
struct told {
    char what;
    const char *pid, *host, *queue_id;
};

static struct finding finding_of(const char *mta, const struct told *told) {
    struct finding finding = {.record = {.kind = RECORD_OUTCOME,
                                         .event = EVENT_DELIVERED,
                                         .level = LEVEL_RECIPIENT,
                                         .direction = DIRECTION_OUT,
                                         .queue_id = slice_of(told->queue_id),
                                         .peer_host = slice_of(told->host),
                                         .peer_ip = SLICE("198.51.100.5")},
                              .mta = mta_named(slice_of(mta)),
                              .host = SLICE("mx1"),
                              .pid = slice_of(told->pid)};
    if (told->what == 'T') {
        finding.record.kind = RECORD_DETAIL;
        finding.record.event = EVENT_NONE;
        finding.record.tls = TLS_USED;
        finding.record.peer_ip = (struct slice){0};
    } else if (told->what == 'L') { /* delivers on this host */
        finding.record.direction = DIRECTION_LOCAL;
    } else if (told->what == 'X') { /* the line says it itself */
        finding.record.tls = TLS_USED;
    }
    return finding;
}

static void save_and_load(struct ciphers *ciphers) {
    struct pack pack;
    pack_init(&pack);
    ciphers_save(ciphers, &pack);
    ciphers_release(ciphers);
    struct unpack unpack = {.rest = {pack.bytes, pack.length}};
    ciphers_load(ciphers, &unpack);
    assert_false(unpack.broken);
    pack_release(&pack);
}

/* At once, and going on behind every line from what was saved. */
static void sessions_are_followed(void **state) {
    static const struct {
        const char *mta;
        struct told told[7];
        const char *tls; /* of each: used, clear, ? */
    } rows[] = {
        {"postfix", {{'D', "11", "mx", "A"}}, "?"},
        {"postfix", {{'T', "11", "mx", ""}, {'D', "11", "mx", "A"}, {'D', "11", "mx", "A"}}, "uuu"},
        {"postfix", {{'T', "11", "mx", ""}, {'D', "11", "mx", "A"}, {'D', "11", "mx", "B"}}, "uuc"},
        {"postfix", {{'T', "11", "mx", ""}, {'D', "12", "mx", "A"}, {'D', "", "mx", "A"}}, "uc?"},
        {"postfix", {{'T', "11", "mx", ""}, {'D', "11", "other", "A"}}, "uc"},
        {"postfix", {{'T', "", "mx", ""}, {'D', "11", "mx", "A"}, {'D', "11", "mx", "A"}}, "u??"},
        {"postfix",
         {{'T', "11", "mx", ""}, {'T', "11", "other", ""}, {'D', "11", "other", "A"}},
         "uuu"},
        {"postfix", {{'T', "11", "mx", ""}, {'L', "11", "mx", "A"}}, "u?"},
        {"sendmail",
         {{'T', "11", "mx.", ""}, {'D', "11", "mx", "A"}, {'D', "11", "mx.", "B"}},
         "uuu"},
        {"sendmail",
         {{'T', "11", "mx", ""},
          {'T', "11", "other", ""},
          {'D', "11", "mx", "A"},
          {'D', "11", "third", "A"}},
         "uuuc"},
        {"exim", {{'D', "", "mx", "A"}, {'X', "", "mx", "B"}, {'D', "", "mx", "C"}}, "?uc"},
        {"exim", {{'X', "", "mx", "B"}, {'L', "", "mx", "C"}}, "u?"},
    };
    (void)state;
    for (size_t all = 0; all < 2 * (sizeof rows / sizeof *rows); all++) {
        size_t i = all / 2;
        bool saves = all % 2;
        struct ciphers ciphers = {0};
        for (size_t at = 0; rows[i].tls[at]; at++) {
            struct finding finding = finding_of(rows[i].mta, &rows[i].told[at]);
            if (rows[i].told[at].what != 'T' && finding.mta->keeps_sessions == false)
                finding.record.peer_ip = (struct slice){0};
            ciphers_follow(&ciphers, &finding);
            enum tls tls = finding.record.tls;
            char said = tls == TLS_USED ? 'u' : tls == TLS_NOT ? 'c' : '?';
            if (said != rows[i].tls[at])
                fail_msg("row %zu, line %zu: %c", i, at, said);
            if (saves)
                save_and_load(&ciphers);
        }
        ciphers_release(&ciphers);
    }
}

/* Hosts are log text: of those beyond the first nothing is told, and nothing grows. */
static void servers_are_bounded(void **state) {
    struct ciphers ciphers = {0};
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        char host[16];
        struct told told = {'X', "11", "mx", "A"};
        struct finding finding = finding_of("exim", &told);
        finding.host = (struct slice){host, (size_t)snprintf(host, sizeof host, "h%u", i)};
        ciphers_follow(&ciphers, &finding);
        finding.record.tls = TLS_NONE;
        ciphers_follow(&ciphers, &finding);
        assert_int_equal(finding.record.tls, i < 64 ? TLS_NOT : TLS_NONE);
    }
    ciphers_release(&ciphers);
}

static void broken_state_is_refused(void **state) {
    static const struct told told = {'T', "11", "mx", ""};
    struct ciphers ciphers = {0}, loaded = {0};
    struct finding finding = finding_of("postfix", &told);
    struct pack pack;
    (void)state;
    ciphers_follow(&ciphers, &finding);
    pack_init(&pack);
    ciphers_save(&ciphers, &pack);
    for (size_t cut = 0; cut < pack.length; cut++) {
        struct unpack unpack = {.rest = {pack.bytes, cut}};
        ciphers_load(&loaded, &unpack);
        assert_true(unpack.broken);
        ciphers_release(&loaded);
    }
    struct unpack many = {.rest = {"\x41", 1}};
    ciphers_load(&loaded, &many);
    assert_true(many.broken);
    ciphers_release(&loaded);
    ciphers_release(&ciphers);
    pack_release(&pack);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_are_followed),
        cmocka_unit_test(servers_are_bounded),
        cmocka_unit_test(broken_state_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
