/* What is read out of a reply beside its reason, with the built-in pattern files; and the address,
 * by rows. The replies are worded otherwise than the examples of the files.
 */
#include "finding/values.h"

#include "reason_book.h"

/* ---- the address */

static const struct {
    enum direction direction;
    const char *peer, *text, *wanted;
} addresses[] = {
    {DIRECTION_OUT, "198.51.100.5", "host 192.0.2.9 is listed", "192.0.2.9"},
    {DIRECTION_OUT, "198.51.100.5", "[192.0.2.9]: no", "192.0.2.9"},
    {DIRECTION_OUT, "198.51.100.5", "ip=192.0.2.9&x", "192.0.2.9"},
    {DIRECTION_OUT, "198.51.100.5", "see https://list.example/ip/192.0.2.9/", "192.0.2.9"},
    {DIRECTION_OUT, "198.51.100.5", "listed is 192.0.2.9.", "192.0.2.9"},
    {DIRECTION_OUT, "198.51.100.5", "[192.0.2.9]:25 and 192.0.2.9:4711", "192.0.2.9"},
    {DIRECTION_OUT, "198.51.100.5", "192.0.2.9:4711 refused", "192.0.2.9"},
    {DIRECTION_OUT, "198.51.100.5", "(2001:db8::9) refused", "2001:db8::9"},
    {DIRECTION_OUT, "198.51.100.5", "[IPv6:2001:DB8:0:0:0:0:0:9]", "2001:DB8:0:0:0:0:0:9"},
    {DIRECTION_OUT, "198.51.100.5", "2001:db8::9: refused", "2001:db8::9"},
    /* the server that speaks is not refused; of others the first is */
    {DIRECTION_OUT, "198.51.100.5", "198.51.100.5 does not take 192.0.2.9", "192.0.2.9"},
    {DIRECTION_OUT, "198.51.100.5", "198.51.100.5 says no", ""},
    {DIRECTION_OUT, "2001:db8::5", "2001:DB8::5 says no to 192.0.2.9", "192.0.2.9"},
    {DIRECTION_OUT, "198.51.100.5", "192.0.2.9 or 192.0.2.10", "192.0.2.9"},
    /* what we said to a client is about him */
    {DIRECTION_IN, "203.0.113.77", "192.0.2.9 knows 203.0.113.77", "203.0.113.77"},
    {DIRECTION_IN, "203.0.113.77", "192.0.2.9 it is", "192.0.2.9"},
    /* no addresses */
    {DIRECTION_OUT, "", "no address", ""},
    {DIRECTION_OUT, "", "", ""},
    {DIRECTION_OUT, "", "answer 127.0.0.2, from 0.0.0.0, by ::1 and ::", ""},
    {DIRECTION_OUT, "", "9.2.0.192.zen.example.org", ""},
    {DIRECTION_OUT, "", "192.0.2.9.dyn.example.org", ""},
    {DIRECTION_OUT, "", "host-192.0.2.9-dsl", ""},
    {DIRECTION_OUT, "", "v192.0.2.9 x192.0.2.9 192.0.2.9x", ""},
    {DIRECTION_OUT, "", "network 192.0.2.0/24, 2001:db8::/32", ""},
    {DIRECTION_OUT, "", "at 10:00:01, 5.7.1, 1.2.3, 1.2.3.4.5, 1.2.3.256", ""},
    {DIRECTION_OUT, "", "std::vector, cafe::, de:ad:be:ef:00:01", ""},
    {DIRECTION_OUT, "", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd", ""},
    {DIRECTION_OUT, "", "IPv6: IPv6:", ""},
};

static void reads_the_address(void **state) {
    (void)state;
    const struct reason listed = {.group = SLICE("reputation")};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct finding finding = {
            .record = {.direction = addresses[i].direction, .peer_ip = slice_of(addresses[i].peer)},
            .reply.text = slice_of(addresses[i].text),
            .verdict.reason = &listed};
        struct slice address = values_listed_ip(&finding);
        if (!slice_is(address, addresses[i].wanted))
            fail_msg("row %zu '%s': '%.*s'", i, addresses[i].text, SLICE_ARGS(address));
    }
}

static void reads_it_only_where_the_host_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *group;
        bool read;
    } groups[] = {{"reputation", true}, {"email-auth", true}, {"content", true},
                  {"limits", true},     {"auth", false},      {"recipient", false},
                  {"sender", false},    {"protocol", false},  {"system", false},
                  {"network", false}};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        const struct reason reason = {.group = slice_of(groups[i].group)};
        struct finding finding = {.reply.text = SLICE("192.0.2.9"), .verdict.reason = &reason};
        assert_int_equal(values_speak_of_host(&reason), groups[i].read);
        assert_int_equal(values_listed_ip(&finding).length, groups[i].read ? 9 : 0);
    }
    assert_true(values_speak_of_host(NULL));
    struct finding unknown = {.reply.text = SLICE("192.0.2.9")};
    assert_int_equal(values_listed_ip(&unknown).length, 0);
    unknown.verdict.blocklist = SLICE("bl.example.org");
    assert_int_equal(values_listed_ip(&unknown).length, 9);
}

/* ---- list and provider */

static const struct {
    const char *host, *reply;
    enum side side;
    const char *list, *provider;
} rows[] = {
    {"mx.example.net", "554 5.7.1 Refused, 192.0.2.9 turned up in ZEN.Spamhaus.ORG today",
     SIDE_REMOTE, "zen.spamhaus.org", ""},
    {"mx.example.net", "554 5.7.1 [192.0.2.9] blocked using 9x8y.zen.dq.spamhaus.net", SIDE_LOCAL,
     "zen.spamhaus.org", ""},
    {"mx.example.net", "550 example.org: listed by dbl.spamhaus.org", SIDE_REMOTE,
     "dbl.spamhaus.org", ""},
    {"mx.example.net", "550 5.7.1 Spamhaus has your IP on file", SIDE_REMOTE, "spamhaus.org", ""},
    {"mx.example.net", "521 You must ask barracudacentral.org", SIDE_REMOTE,
     "b.barracudacentral.org", ""},
    {"mx.example.net", "550 Stopped by SpamCop", SIDE_REMOTE, "bl.spamcop.net", ""},
    {"mx.example.net", "550 UCEPROTECT-Level 3 and uceprotect-2", SIDE_REMOTE,
     "dnsbl-2.uceprotect.net", ""},
    {"mx.example.net", "550 found in ivmSIP/24", SIDE_REMOTE, "ivmsip", ""},
    {"mx.example.net", "554 Client host [192.0.2.9] blocked using Bad.Hosts-7.example.com; go",
     SIDE_REMOTE, "Bad.Hosts-7.example.com", ""},
    {"mx.example.net", "554 blacklisted at: \"net.example.org\"", SIDE_REMOTE, "net.example.org",
     ""},
    /* a known name goes before one that is read; an address of a person is none */
    {"mx.example.net", "554 blocked using mirror.example.org, see spamcop.net", SIDE_REMOTE,
     "bl.spamcop.net", ""},
    {"mx.example.net", "554 Write to <help@zen.spamhaus.org> if you must", SIDE_REMOTE, "", ""},
    {"mx.example.net", "554 The message was rejected by mx.example.net", SIDE_REMOTE, "", ""},
    {"mx.example.net", "554 blocked using 192.0.2.9", SIDE_REMOTE, "", ""},
    /* about another thing than the host that sends */
    {"", "connect to bl.example.org[192.0.2.9]:25: Connection refused", SIDE_SYNTHETIC, "", ""},
    /* who speaks */
    {"a.mail.protection.outlook.com", "550 no", SIDE_REMOTE, "", "microsoft365"},
    {"b.olc.protection.outlook.com", "550 no", SIDE_REMOTE, "", "outlook"},
    {"GMAIL-smtp-in.l.GOOGLE.com.", "550 no", SIDE_REMOTE, "", "google"},
    {"google.com", "550 no", SIDE_REMOTE, "", "google"},
    {"notgoogle.com", "550 no", SIDE_REMOTE, "", ""},
    {"google.com.example.net", "550 no", SIDE_REMOTE, "", ""},
    {"google.com", "550 no", SIDE_LOCAL, "", ""}, /* our client, our words */
    {"", "550 5.7.1 so it goes f00 - gsmtp", SIDE_REMOTE, "", "google"},
    {"", "550 5.7.1 so it goes f00 - gsmtp", SIDE_CALLOUT, "", "google"},
    {"", "550 5.7.1 so it goes f00 - gsmtp", SIDE_LOCAL, "", ""},
    {"mx1.mail.icloud.com", "554 5.7.1 so it goes f00 - gsmtp", SIDE_REMOTE, "", "apple"},
    {"mx2.emailsrvr.com", "550 no", SIDE_REMOTE, "", "rackspace"},
    {"..", "550 no", SIDE_REMOTE, "", ""},
};

static void check_row(struct book *book, size_t i) {
    struct finding finding = {
        .record = {.side = rows[i].side,
                   .direction = rows[i].side == SIDE_LOCAL ? DIRECTION_IN : DIRECTION_OUT,
                   .stage = STAGE_RCPT,
                   .peer_host = slice_of(rows[i].host)}};
    reason_of_reply(book->rules, book->memory, slice_of(rows[i].reply), &book->arena, &finding);
    struct slice list = finding.verdict.blocklist;
    struct slice provider =
        finding.verdict.provider ? finding.verdict.provider->name : (struct slice){0};
    if (!slice_is(list, rows[i].list) || !slice_is(provider, rows[i].provider))
        fail_msg("row %zu '%s': list '%.*s', provider '%.*s', %s", i, rows[i].reply,
                 SLICE_ARGS(list), SLICE_ARGS(provider), finding.verdict.class_name);
}

/* The second time out of the cache, where the text is that of another reply. */
static void reads_list_and_provider(void **state) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_row(*state, i);
        check_row(*state, i);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_address),
        cmocka_unit_test(reads_it_only_where_the_host_is_refused),
        cmocka_unit_test(reads_list_and_provider),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
