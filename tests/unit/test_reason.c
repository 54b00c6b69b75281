/* Deciding, on a small rule book: each step with what must come before and after it, the verdict
 * that follows, the cache, the hints and the proofs.
 */
#include "finding/hint.h"
#include "finding/reason.h"
#include "finding/trace.h"

#include <stdint.h>
#include <string.h>

#include "reason_book.h"

#define REASON(group, rules)                                                                       \
    "title: T\ngroup: " group "\nmeaning: M.\nsign: S.\nhint: Do.\n"                               \
    "severity: {out: error, in: info}\nlasting: permanent\n"                                       \
    "acts: {out: [our-admin], in: [remote-sender]}\n" rules

static const struct {
    const char *name, *text;
} files_given[] = {
    {"reasons/order", "listed\nfull\nlogin\ngone\ndown\ndenied\n"},
    {"reasons/listed.yaml",
     REASON("reputation", "strong: {says: [on our list], matches: [\\b listed \\s at \\s \\S+]}\n"
                          "examples: [550 on our list]\n")},
    {"reasons/full.yaml",
     REASON("recipient", "hints: {out: O., postfix: P., postfix in: PI.}\n"
                         "strong: {says: [mailbox full]}\nweak: {says: [quota]}\n"
                         "codes: {deciding: [x.2.2], staged: [552@end-of-data],\n"
                         "        hinting: [552, x.2.0]}\n"
                         "examples: [552 Mailbox full, (end-of-data) 552 no]\n"
                         "not: [552 On our list]\n")},
    {"reasons/login.yaml",
     REASON("auth", "strong:\n  says: [bad password]\n"
                    "  when: [{says: no mechanism, side: [synthetic]},\n"
                    "         {says: refused, direction: [in], mta: [exim]}]\n"
                    "codes: {staged: [530]}\nwhere: {stage: [auth, mail, other]}\n"
                    "examples: [535 Bad password]\n")},
    {"reasons/gone.yaml",
     REASON("recipient", "strong:\n  says: [user unknown]\n"
                         "  when: [{says: access denied, code: [5.4.1], provider: [big]},\n"
                         "         {says: [no account, unknow*], with: [user, mailbox*],\n"
                         "          unless: [sender, not list*]}]\n"
                         "codes: {deciding: [x.1.1], hinting: [550@rcpt, 551]}\n"
                         "examples: [550 User unknown]\n")},
    {"reasons/down.yaml",
     "title: T\ngroup: network\nmeaning: M.\nsign: S.\nhint: Do.\nseverity: warning\nlasting: "
     "temporary\n"
     "acts: [wait]\nstrong: {says: [connection refused]}\nexamples: [Connection refused]\n"},
    {"reasons/denied.yaml",
     REASON("reputation",
            "weak: {says: [denied]}\ncodes: {hinting: {codes: [552@connect], unless: [sorry]}}\n"
            "examples: [550 denied]\n")},
    {"providers/big.yaml",
     "provider: big\nnames: [big.example]\nsays: [bigmx]\nmatches: ['\\[B\\d\\d\\]']\n"
     "tokens:\n  - {says: '(T1)', reason: listed}\n"
     "  - {says: '(T2)', reason: full, code: [552, x.7.1]}\n"
     "examples: ['550 5.7.1 no (T1) => listed', '550 5.7.1 no (T2) bigmx => full']\n"},
    {"codes/reply.csv", "code,name,description,when,fix,source,reason\n"
                        "551,User not local,,,,,\n552,Exceeded storage allocation,,,,,\n"
                        "550,Mailbox unavailable,,,,,gone\n"},
    {"codes/enhanced.csv", "code,name,description,when,fix,source,reason,standard\n"
                           "X.2.0,Other mailbox status,,,,,,\"Other, or undefined: a mailbox\"\n"},
};

static void load_given(struct book *book) {
    book_init(book);
    for (size_t i = 0; i < sizeof files_given / sizeof *files_given; i++)
        pattern_files_put(&book->files,
                          (struct pattern_file){files_given[i].name, files_given[i].name,
                                                slice_of(files_given[i].text)});
    book_load(book);
}

static int set_up_given(void **state) {
    static struct book book;
    load_given(&book);
    *state = &book;
    return 0;
}

static struct finding finding_of(struct book *book, const char *reply) {
    struct finding finding = {
        .record = {.side = SIDE_REMOTE, .direction = DIRECTION_OUT, .stage = STAGE_OTHER}};
    reply_read_text(slice_of(reply), &book->arena, &finding.reply);
    return finding;
}

static const struct {
    const char *reply;
    enum stage stage;
    enum side side;
    const char *host;
    const char *class_name;
    enum class_by by;
    const char *rule; /* its text */
} rows[] = {
    /* 2: no failure, whatever is said */
    {"250 2.0.0 Mailbox full", STAGE_OTHER, SIDE_REMOTE, "", "accepted", BY_CODE, NULL},
    {"354 Go on", STAGE_OTHER, SIDE_REMOTE, "", "intermediate", BY_CODE, NULL},
    /* 1: without a code only the network and the system, unless a rule says so */
    {"Connection refused", STAGE_OTHER, SIDE_SYNTHETIC, "", "down", BY_TEXT, "connection refused"},
    {"Mailbox full", STAGE_OTHER, SIDE_SYNTHETIC, "", "unclassified", BY_NOTHING, NULL},
    {"Mailbox full", STAGE_OTHER, SIDE_NONE, "", "unclassified", BY_NOTHING, NULL},
    {"Mailbox full", STAGE_OTHER, SIDE_LOCAL, "", "full", BY_TEXT, "mailbox full"},
    {"No mechanism here", STAGE_AUTH, SIDE_SYNTHETIC, "", "login", BY_TEXT, "no mechanism"},
    {"No mechanism here", STAGE_AUTH, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    /* words that must stand beside it, and words that must not */
    {"550 Unknowable user", STAGE_OTHER, SIDE_REMOTE, "", "gone", BY_TEXT, "unknow*"},
    {"550 mailboxes: no account", STAGE_OTHER, SIDE_REMOTE, "", "gone", BY_TEXT, "no account"},
    {"550 no account", STAGE_OTHER, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    {"550 users: no account", STAGE_OTHER, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    {"550 user: no account of sender", STAGE_OTHER, SIDE_REMOTE, "", "unclassified", BY_NOTHING,
     NULL},
    {"550 user unknowing, not listening", STAGE_OTHER, SIDE_REMOTE, "", "unclassified", BY_NOTHING,
     NULL},
    /* 3: a token, of a provider that is recognised, before strong wording */
    {"550 5.7.1 Mailbox full (T1)", STAGE_OTHER, SIDE_REMOTE, "mx.big.example", "listed", BY_TOKEN,
     "(T1)"},
    {"550 5.7.1 Mailbox full (T1)", STAGE_OTHER, SIDE_REMOTE, "MX.BIG.Example.", "listed", BY_TOKEN,
     "(T1)"},
    {"550 5.7.1 Mailbox full (T1)", STAGE_OTHER, SIDE_REMOTE, "big.example", "listed", BY_TOKEN,
     "(T1)"},
    {"550 5.7.1 Mailbox full (T1) - BigMX", STAGE_OTHER, SIDE_REMOTE, "", "listed", BY_TOKEN,
     "(T1)"},
    {"550 5.7.1 [B12] Mailbox full (T1)", STAGE_OTHER, SIDE_REMOTE, "", "listed", BY_TOKEN, "(T1)"},
    {"550 5.7.1 Mailbox full (T1)", STAGE_OTHER, SIDE_REMOTE, "mx.notbig.example", "full", BY_TEXT,
     "mailbox full"},
    {"550 5.7.1 Mailbox full (T1)", STAGE_OTHER, SIDE_LOCAL, "mx.big.example", "full", BY_TEXT,
     "mailbox full"}, /* the host is the client's */
    {"550 5.7.1 no (T2) bigmx", STAGE_OTHER, SIDE_REMOTE, "", "full", BY_TOKEN, "(T2)"},
    {"550 5.7.2 no (T2) bigmx", STAGE_OTHER, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    /* 4: strong wording in the order of reasons, against the codes */
    {"550 5.1.1 Mailbox full, you are on our list", STAGE_OTHER, SIDE_REMOTE, "", "listed", BY_TEXT,
     "on our list"},
    {"550 5.1.1 Mailbox full, listed at rbl.example.org", STAGE_OTHER, SIDE_REMOTE, "", "listed",
     BY_TEXT, "\\b listed \\s at \\s \\S+"},
    {"550 5.1.1 MAILBOX   FULL", STAGE_OTHER, SIDE_REMOTE, "", "full", BY_TEXT, "mailbox full"},
    {"535 5.1.1 Bad password", STAGE_AUTH, SIDE_REMOTE, "", "login", BY_TEXT, "bad password"},
    {"535 5.1.1 Bad password", STAGE_RCPT, SIDE_REMOTE, "", "gone", BY_ENHANCED, "x.1.1"},
    {"550 5.4.1 Access denied", STAGE_OTHER, SIDE_REMOTE, "mx.big.example", "gone", BY_TEXT,
     "access denied"},
    {"550 5.4.1 Access denied", STAGE_OTHER, SIDE_REMOTE, "", "denied", BY_WEAK, "denied"},
    {"550 5.4.2 Access denied", STAGE_OTHER, SIDE_REMOTE, "mx.big.example", "denied", BY_WEAK,
     "denied"},
    /* words of addresses are no words, hosts of URLs are */
    {"550 <mailbox.full@example.org>: go away", STAGE_OTHER, SIDE_REMOTE, "", "unclassified",
     BY_NOTHING, NULL},
    {"550 denied@example.org: go away", STAGE_OTHER, SIDE_REMOTE, "", "unclassified", BY_NOTHING,
     NULL},
    {"550 user ann@example.org unknown", STAGE_OTHER, SIDE_REMOTE, "", "gone", BY_TEXT,
     "user unknown"},
    {"550 \"user denied\"@example.org it is", STAGE_OTHER, SIDE_REMOTE, "", "unclassified",
     BY_NOTHING, NULL},
    {"550 no https://bigmx/?who=ann@example.org (T1)", STAGE_OTHER, SIDE_REMOTE, "", "listed",
     BY_TOKEN, "(T1)"},
    /* 5 and 6: codes that decide */
    {"550 5.1.1 denied, quota", STAGE_OTHER, SIDE_REMOTE, "", "gone", BY_ENHANCED, "x.1.1"},
    {"552 4.2.2", STAGE_OTHER, SIDE_REMOTE, "", "full", BY_ENHANCED, "x.2.2"},
    {"552 denied", STAGE_END_OF_DATA, SIDE_REMOTE, "", "full", BY_CODE, "552@end-of-data"},
    {"552 denied", STAGE_RCPT, SIDE_REMOTE, "", "denied", BY_WEAK, "denied"},
    {"530 whatever", STAGE_MAIL, SIDE_REMOTE, "", "login", BY_CODE, "530"},
    {"530 whatever", STAGE_RCPT, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    /* 7 before 8 */
    {"550 quota", STAGE_RCPT, SIDE_REMOTE, "", "full", BY_WEAK, "quota"},
    /* 8: hints */
    {"550 whatever", STAGE_RCPT, SIDE_REMOTE, "", "gone", BY_DEFAULT, "550@rcpt"},
    {"550 5.1.0 whatever", STAGE_RCPT, SIDE_REMOTE, "", "gone", BY_DEFAULT, "550@rcpt"},
    {"550 5.7.1 whatever", STAGE_RCPT, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    {"552", STAGE_CONNECT, SIDE_REMOTE, "", "denied", BY_DEFAULT, "552@connect"},
    {"552 go", STAGE_CONNECT, SIDE_REMOTE, "", "denied", BY_DEFAULT, "552@connect"},
    {"552 sorry", STAGE_CONNECT, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    {"552", STAGE_MAIL, SIDE_REMOTE, "", "full", BY_DEFAULT, "552"},
    {"550 whatever", STAGE_MAIL, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    {"551 whatever", STAGE_MAIL, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    {"551", STAGE_MAIL, SIDE_REMOTE, "", "gone", BY_DEFAULT, "551"},
    {"551 \xd0\xbd\xd0\xb5\xd1\x82", STAGE_MAIL, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    {"551 <ann@example.org>...", STAGE_MAIL, SIDE_REMOTE, "", "gone", BY_DEFAULT, "551"},
    {"551 User not local.", STAGE_MAIL, SIDE_REMOTE, "", "gone", BY_DEFAULT, "551"},
    {"551 User not local to us", STAGE_MAIL, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    {"554 5.2.0 Other mailbox status", STAGE_MAIL, SIDE_REMOTE, "", "full", BY_DEFAULT, "x.2.0"},
    {"554 5.2.0 OTHER or undefined -- a mailbox.", STAGE_MAIL, SIDE_REMOTE, "", "full", BY_DEFAULT,
     "x.2.0"},
    {"554 5.2.0 Other or undefined", STAGE_MAIL, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
    {"550 Mailbox unavailable", STAGE_MAIL, SIDE_REMOTE, "", "gone", BY_DEFAULT, "550"}, /* page */
    {"554", STAGE_MAIL, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL}, /* class without file */
    {"", STAGE_OTHER, SIDE_REMOTE, "", "unclassified", BY_NOTHING, NULL},
};

static void check_row(struct book *book, size_t i) {
    struct finding finding = finding_of(book, rows[i].reply);
    finding.record.stage = rows[i].stage;
    finding.record.side = rows[i].side;
    finding.record.peer_host = slice_of(rows[i].host);
    reason_decide(book->rules, book->memory, &finding);
    const struct verdict *verdict = &finding.verdict;
    if (strcmp(verdict->class_name, rows[i].class_name) != 0 || verdict->by != rows[i].by)
        fail_msg("row %zu '%s': %s by '%s'", i, rows[i].reply, verdict->class_name,
                 class_by_name(verdict->by));
    if (!rows[i].rule) {
        assert_null(verdict->rule);
        assert_null(verdict->reason);
        return;
    }
    assert_non_null(verdict->rule);
    assert_true(slice_is(verdict->rule->text, rows[i].rule));
    assert_ptr_equal(verdict->reason, verdict->rule->reason);
    assert_string_equal(verdict->reason->name, verdict->class_name);
}

/* Three rounds in two orders: the second and third come from the cache and must be the same. */
static void decides_step_by_step(void **state) {
    size_t count = sizeof rows / sizeof *rows;
    for (size_t i = 0; i < count; i++)
        check_row(*state, i);
    for (size_t i = count; i-- > 0;)
        check_row(*state, i);
    for (size_t i = 0; i < count; i++)
        check_row(*state, i);
}

static void put_french(void *context, struct code_page *page) {
    (void)context;
    page->name = page->description = SLICE("Bo\xc3\xaete aux lettres");
}

/* Pages shown in another language: replies are still told by the English that servers speak. */
static void decides_alike_in_any_language(void **state) {
    (void)state;
    struct book book;
    load_given(&book);
    codes_each_page(book.rules->codes, put_french, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&book, i);
    book_release(&book);
}

static void looks_at_mta_and_direction(void **state) {
    struct book *book = *state;
    struct finding finding = finding_of(book, "535 refused");
    static const struct {
        const char *mta;
        enum direction direction;
        const char *class_name;
    } contexts[] = {
        {"exim", DIRECTION_IN, "login"},
        {"exim", DIRECTION_OUT, "unclassified"},
        {"postfix", DIRECTION_IN, "unclassified"},
        {NULL, DIRECTION_IN, "unclassified"},
    };
    for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++) {
        finding.mta = contexts[i].mta ? mta_named(slice_of(contexts[i].mta)) : NULL;
        finding.record.direction = contexts[i].direction;
        reason_decide(book->rules, book->memory, &finding);
        assert_string_equal(finding.verdict.class_name, contexts[i].class_name);
    }
}

/* What the trace says, one rule a word: "text", of one whose condition is not met "(KEY text)". */
static const struct {
    const char *reply;
    enum stage stage;
    const char *tried;
} traces[] = {
    {"250 Mailbox full", STAGE_OTHER, ""},
    {"550 words of no kind", STAGE_OTHER, "(stage 550@rcpt) (the reply has words of its own 550) "},
    {"550 words of no kind", STAGE_RCPT, "550@rcpt (the reply has words of its own 550) "},
    {"550", STAGE_RCPT, "550@rcpt 550 "},
    {"552 5.1.1 Mailbox full (T1) bigmx, user unknown, quota", STAGE_END_OF_DATA,
     "(T1) mailbox full user unknown unknow* x.1.1 552@end-of-data quota (stage "
     "552@connect) (the reply has words of its own 552) "},
    {"552 5.1.1 Mailbox full (T1) (T2)", STAGE_OTHER,
     "(provider (T1)) (provider (T2)) mailbox full x.1.1 (stage 552@end-of-data) (stage "
     "552@connect) (the reply has words of its own 552) "},
    {"550 mailbox: no account of sender", STAGE_OTHER,
     "(unless no account) (stage 550@rcpt) (the reply has words of its own 550) "},
    {"550 no account", STAGE_OTHER,
     "(with no account) (stage 550@rcpt) (the reply has words of its own 550) "},
    {"450 access denied", STAGE_OTHER, "(provider access denied) denied "},
};

static struct slice trace_shown(struct book *book, const struct reason_trace *trace) {
    struct slice text = SLICE("");
    for (size_t i = 0; i < trace->tried_count; i++) {
        const struct reason_tried *tried = &trace->tried[i];
        text = arena_print(&book->arena, tried->unmet ? "%.*s(%s %.*s) " : "%.*s%s%.*s ",
                           SLICE_ARGS(text), tried->unmet ? tried->unmet : "",
                           SLICE_ARGS(tried->rule->text));
    }
    return text;
}

/* The first rule of the trace that matches is the one that decided. */
static void assert_winner(const struct finding *finding, const struct reason_trace *trace) {
    size_t i = 0;
    while (i < trace->tried_count && trace->tried[i].unmet)
        i++;
    if (i == trace->tried_count) {
        assert_null(finding->verdict.rule);
        return;
    }
    assert_ptr_equal(trace->tried[i].rule, finding->verdict.rule);
    assert_int_equal(trace->tried[i].by, finding->verdict.by);
}

static void traces_all_that_match(void **state) {
    struct book *book = *state;
    struct reason_trace trace;
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
        struct finding finding = finding_of(book, traces[i].reply);
        finding.record.stage = traces[i].stage;
        reason_decide(book->rules, book->memory, &finding);
        reason_trace(book->memory, &finding, &book->arena, &trace);
        struct slice shown = trace_shown(book, &trace);
        if (!slice_is(shown, traces[i].tried))
            fail_msg("'%s': '%.*s'", traces[i].reply, SLICE_ARGS(shown));
        assert_winner(&finding, &trace);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct finding finding = finding_of(book, rows[i].reply);
        finding.record.stage = rows[i].stage;
        finding.record.side = rows[i].side;
        finding.record.peer_host = slice_of(rows[i].host);
        reason_decide(book->rules, book->memory, &finding);
        reason_trace(book->memory, &finding, &book->arena, &trace);
        assert_winner(&finding, &trace);
    }
}

static void traces_by_what_a_provider_is_known(void **state) {
    struct book *book = *state;
    struct reason_trace trace;
    struct finding finding = finding_of(book, "550 <bob@example.net> [B12]  no bigmx");
    finding.record.peer_host = SLICE("mx.big.example");
    reason_trace(book->memory, &finding, &book->arena, &trace);
    assert_true(slice_is(slice_trim(trace.text), "[B12] no bigmx"));
    assert_int_equal(trace.seen_count, 3);
    assert_null(trace.seen[0].mark);
    assert_true(slice_is(trace.seen[1].mark->text, "bigmx"));
    assert_true(slice_is(trace.seen[2].mark->text, "\\[B\\d\\d\\]"));
    for (size_t i = 0; i < trace.seen_count; i++)
        assert_true(slice_is(trace.seen[i].provider->name, "big"));
}

static const struct {
    const char *reply;
    enum event event;
    uint8_t dsn;
    enum permanence permanence;
    enum level level;
} lasting[] = {
    {"550 Mailbox full", EVENT_DEFERRED, 5, TEMPORARY, LEVEL_NONE}, /* what was done goes first */
    {"450 Mailbox full", EVENT_BOUNCED, 4, PERMANENT, LEVEL_NONE},
    {"450 Mailbox full", EVENT_EXPIRED, 4, PERMANENT, LEVEL_NONE},
    {"450 5.2.2 Mailbox full", EVENT_REJECTED, 5, TEMPORARY, LEVEL_NONE}, /* then the code */
    {"550 4.2.2 Mailbox full", EVENT_REJECTED, 4, PERMANENT, LEVEL_NONE},
    {"4.2.2 Mailbox full", EVENT_REJECTED, 5, TEMPORARY, LEVEL_NONE}, /* then the enhanced codes */
    {"Connection refused", EVENT_REJECTED, 5, PERMANENT, LEVEL_NONE},
    {"Connection refused", EVENT_REJECTED, 0, TEMPORARY, LEVEL_NONE}, /* then the reason */
    {"something", EVENT_REJECTED, 0, PERMANENCE_NONE, LEVEL_NONE},
    {"550 something", EVENT_REJECTED, 0, PERMANENT, LEVEL_NONE},
    {"550 Mailbox full", EVENT_DEFERRED, 5, PERMANENT, LEVEL_HOST}, /* another host may follow */
    {"450 Mailbox full", EVENT_DEFERRED, 4, TEMPORARY, LEVEL_HOST},
};

static void tells_how_long_it_lasts(void **state) {
    struct book *book = *state;
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++) {
        struct finding finding = finding_of(book, lasting[i].reply);
        finding.record.event = lasting[i].event;
        finding.record.level = lasting[i].level;
        finding.record.dsn.class_digit = lasting[i].dsn;
        reason_decide(book->rules, book->memory, &finding);
        if (finding.verdict.permanence != lasting[i].permanence)
            fail_msg("row %zu '%s': %s", i, lasting[i].reply,
                     permanence_name(finding.verdict.permanence));
    }
}

/* The code was not said: it decides, but as a hint it would only tell what was refused. */
static void takes_no_hint_of_an_implied_code(void **state) {
    struct book *book = *state;
    struct finding finding = finding_of(book, "550");
    finding.record.stage = STAGE_RCPT;
    reason_decide(book->rules, book->memory, &finding);
    assert_string_equal(finding.verdict.class_name, "gone");
    finding.code_implied = true;
    reason_decide(book->rules, book->memory, &finding);
    assert_string_equal(finding.verdict.class_name, "unclassified");
    finding = finding_of(book, "530");
    finding.code_implied = true;
    reason_decide(book->rules, book->memory, &finding);
    assert_string_equal(finding.verdict.class_name, "login");
}

static void takes_warnings_for_the_server_s_own(void **state) {
    struct book *book = *state;
    static const struct {
        const char *text, *class_name;
        enum level level;
    } warnings[] = {
        {"main.cf: user unknown: nobody", "gone", LEVEL_SESSION},
        {"main.cf: user unknown: nobody", "unclassified", LEVEL_MTA},
        {"bad password for the directory", "login", LEVEL_MTA},
        {"connection refused", "down", LEVEL_MTA},
    };
    for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++) {
        struct finding finding = finding_of(book, warnings[i].text);
        finding.record.side = SIDE_LOCAL;
        finding.record.level = warnings[i].level;
        reason_decide(book->rules, book->memory, &finding);
        assert_string_equal(finding.verdict.class_name, warnings[i].class_name);
    }
}

static void takes_severity_by_direction(void **state) {
    struct book *book = *state;
    struct finding finding = finding_of(book, "552 Mailbox full");
    static const enum direction outs[] = {DIRECTION_OUT, DIRECTION_LOCAL, DIRECTION_NONE};
    for (size_t i = 0; i < 3; i++) {
        finding.record.direction = outs[i];
        reason_decide(book->rules, book->memory, &finding);
        assert_int_equal(finding.verdict.severity, SEVERITY_ERROR);
        assert_int_equal(finding.verdict.acts, ACTS_OUR_ADMIN);
    }
    finding.record.direction = DIRECTION_IN;
    reason_decide(book->rules, book->memory, &finding);
    assert_int_equal(finding.verdict.severity, SEVERITY_INFO);
    assert_int_equal(finding.verdict.acts, ACTS_REMOTE_SENDER);

    finding = finding_of(book, "554 whatever");
    reason_decide(book->rules, book->memory, &finding);
    assert_int_equal(finding.verdict.severity, SEVERITY_NOTICE);
    assert_int_equal(finding.verdict.acts, 0);

    finding = finding_of(book, "delivered to maildir");
    finding.record.event = EVENT_DELIVERED;
    reason_decide(book->rules, book->memory, &finding);
    assert_string_equal(finding.verdict.class_name, "accepted");
    assert_int_equal(finding.verdict.by, BY_NOTHING);
    assert_int_equal(finding.verdict.severity, SEVERITY_INFO);
    assert_int_equal(finding.verdict.permanence, PERMANENCE_NONE);
}

/* Any bytes, any length: no reply is too odd to be decided, and only its first 4 KiB count. */
static void survives_hostile_text(void **state) {
    struct book *book = *state;
    enum { LONG = 100000 };
    static char bytes[LONG];
    static const char fills[] = "@<\"a \xff[.-";
    for (size_t i = 0; i < sizeof fills; i++) { /* with the NUL */
        memset(bytes, fills[i], LONG);
        struct finding finding = finding_of(book, "550");
        finding.reply.text = (struct slice){bytes, LONG};
        reason_decide(book->rules, book->memory, &finding);
        for (size_t j = 1; j < LONG; j += 3)
            bytes[j] = '@';
        reason_decide(book->rules, book->memory, &finding);
    }
    struct finding late = finding_of(book, "550");
    memset(bytes, ' ', LONG);
    memcpy(bytes + LONG - 12, "mailbox full", 12);
    late.reply.text = (struct slice){bytes, LONG};
    reason_decide(book->rules, book->memory, &late);
    assert_string_equal(late.verdict.class_name, "gone");
    uint32_t chance = 7;
    for (size_t round = 0; round < 2000; round++) {
        size_t length = (chance = chance * 1664525 + 1013904223) >> 26;
        for (size_t i = 0; i < length; i++)
            bytes[i] = "@<>\"'[].:/ ab-\\\n\xc3"[(chance = chance * 1664525 + 1013904223) % 17];
        struct finding finding = finding_of(book, "550");
        char *exact = arena_alloc(&book->arena, length + 1);
        memcpy(exact, bytes, length);
        finding.reply.text = (struct slice){exact, length};
        reason_decide(book->rules, book->memory, &finding);
    }
}

static const struct {
    const char *reason, *mta;
    enum direction direction;
    const char *hint;
} hints[] = {
    {"full", "postfix", DIRECTION_IN, "PI."}, {"full", "postfix", DIRECTION_OUT, "P."},
    {"full", "exim", DIRECTION_OUT, "O."},    {"full", "exim", DIRECTION_LOCAL, "O."},
    {"full", "exim", DIRECTION_IN, "Do."},    {"full", NULL, DIRECTION_NONE, "Do."},
    {"full", NULL, DIRECTION_OUT, "O."},      {"down", "postfix", DIRECTION_IN, "Do."},
};

static void gives_the_closest_hint(void **state) {
    struct book *book = *state;
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        const struct reason *reason = rulebook_reason(book->rules, slice_of(hints[i].reason));
        const struct mta *mta = hints[i].mta ? mta_named(slice_of(hints[i].mta)) : NULL;
        if (!slice_is(reason_hint(reason, mta, hints[i].direction), hints[i].hint))
            fail_msg("row %zu", i);
    }
}

/* ---- proofs */

struct tellings {
    size_t count;
    char texts[12][300];
};

static void told(void *context, const char *text) {
    struct tellings *tellings = context;
    assert_true(tellings->count < 12);
    snprintf(tellings->texts[tellings->count++], 300, "%s", text);
}

static void proves_examples(void **state) {
    struct book *book = *state;
    struct tellings tellings = {0};
    size_t failed = 99;
    size_t proved = reason_prove(book->rules, &failed, told, &tellings);
    if (failed > 0)
        fail_msg("%s", tellings.texts[0]);
    assert_int_equal(proved, 10);
}

static void tells_failed_proofs(void **state) {
    (void)state;
    struct book book;
    struct tellings tellings = {0};
    size_t failed;
    book_init(&book);
    pattern_files_put(&book.files, (struct pattern_file){"reasons/order", "o", SLICE("one\ntwo")});
    pattern_files_put(
        &book.files,
        (struct pattern_file){"reasons/one.yaml", "one.yaml",
                              SLICE(REASON("auth", "hints: {postfx: H.}\nstrong: {says: [first]}\n"
                                                   "where: {mta: [postfix, exmi]}\nexamples:\n"
                                                   "  - (postfix) 550 first\n  - 550 first\n"
                                                   "  - (rctp) 550 first\nnot:\n"
                                                   "  - (postfix rcpt) 550 first\n"))});
    pattern_files_put(
        &book.files,
        (struct pattern_file){
            "reasons/two.yaml", "two.yaml",
            SLICE(REASON("auth", "strong:\n  says: [second]\n"
                                 "  when: [{says: third, side: [local], direction: [in]},\n"
                                 "         {says: fourth, direction: [local]}]\n"
                                 "examples:\n  - (postfix) 550 first second\n"
                                 "  - (in local) third\n  - (local callout) 550 fourth\n"
                                 "  - (local) fourth\n  - second\n  - (local 550 second\n"))});
    book_load(&book);
    static const char *const wanted[] = {
        "one.yaml:10: no MTA 'exmi'",
        "one.yaml:1: no MTA 'postfx' in hints",
        "one.yaml:14: '550 first' is classed unclassified, not one",
        "one.yaml:15: 'rctp' is no context",
        "one.yaml:17: '(postfix rcpt) 550 first' is classed one by one.yaml:10, and must not be",
        "two.yaml:14: '(postfix) 550 first second' is classed one by one.yaml:10, not two",
        "two.yaml:18: 'second' is classed unclassified, not two",
        "two.yaml:19: '(local 550 second' is no context",
    };
    assert_int_equal(reason_prove(book.rules, &failed, told, &tellings), 10);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (strncmp(tellings.texts[i], wanted[i], strlen(wanted[i])) != 0)
            fail_msg("'%s' and not '%s'", tellings.texts[i], wanted[i]);
    assert_int_equal(failed, sizeof wanted / sizeof *wanted);
    book_release(&book);
}

/* A rule decides about an example of any file, or it is told of, with the rule that beats it. */
static void tells_unproved_rules(void **state) {
    (void)state;
    struct book book;
    struct tellings tellings = {0};
    book_init(&book);
    pattern_files_put(&book.files, (struct pattern_file){"reasons/order", "o", SLICE("one\ntwo")});
    pattern_files_put(
        &book.files,
        (struct pattern_file){
            "reasons/one.yaml", "one.yaml",
            SLICE(REASON("auth", "strong: {says: [first, never]}\n"
                                 "examples:\n  - 550 first\n  - 550 second third\n"))});
    pattern_files_put(
        &book.files,
        (struct pattern_file){
            "reasons/two.yaml", "two.yaml",
            SLICE(REASON("auth", "strong:\n  says: [first and last, third]\n"
                                 "  matches: ['\\b seco?nd']\n"
                                 "  when: [{says: third, stage: [auth]}]\n"
                                 "codes: {staged: [571]}\n"
                                 "examples:\n  - 550 second one\n  - 550 first and last\n"))});
    pattern_files_put(&book.files,
                      (struct pattern_file){"codes/reply.csv", "reply.csv",
                                            SLICE("code,name,description,when,fix,source,"
                                                  "reason\n550,No,,,,,two\n")});
    book_load(&book);
    static const char *const wanted[] = {
        "one.yaml:9: 'never' for one is fired by no example",
        "two.yaml:10: 'first and last' for two is always beaten, in two.yaml:16 by one.yaml:9: "
        "'first' for one",
        "two.yaml:12: 'third' for two is fired by no example",
        "two.yaml:13: '571' for two is fired by no example",
    };
    struct unproved left = reason_unproved(book.rules, told, &tellings);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_string_equal(tellings.texts[i], wanted[i]);
    assert_int_equal(left.rules, 7);
    assert_int_equal(left.silent, 3);
    assert_int_equal(left.beaten, 1);
    book_release(&book);
}

/* A pattern that cannot end is no match, is off for the rest of its round, and is named. */
static void leaves_out_what_never_ends(void **state) {
    (void)state;
    static const char long_text[] = "550 the tide came in over the long grey sands of the ocean!";
    struct book book;
    book_init(&book);
    pattern_files_put(&book.files, (struct pattern_file){"reasons/order", "o", SLICE("one\n")});
    pattern_files_put(&book.files,
                      (struct pattern_file){
                          "reasons/one.yaml", "one.yaml",
                          SLICE(REASON("auth", "strong: {matches: ['^ (?: \\w+ \\s? )+ ocean $'],\n"
                                               "         says: [never said]}\n"
                                               "examples: [550 the ocean]\n"))});
    book_load(&book);
    const char *file;
    unsigned line;
    for (int round = 0; round < 2; round++) {
        reason_memory_round(book.memory);
        for (int i = 0; i < 10; i++) {
            struct finding finding = finding_of(&book, long_text);
            reason_decide(book.rules, book.memory, &finding);
            assert_string_equal(finding.verdict.class_name, "unclassified");
            assert_true(round == 1 || i == 9 ||
                        !reason_memory_was_off(book.memory, 1, &file, &line));
            finding = finding_of(&book, "550 a blue ocean");
            reason_decide(book.rules, book.memory, &finding);
            assert_string_equal(finding.verdict.class_name, i < 9 ? "one" : "unclassified");
        }
        assert_true(reason_memory_was_off(book.memory, 1, &file, &line));
        assert_string_equal(file, "one.yaml");
        assert_int_equal(line, 9);
        assert_false(reason_memory_was_off(book.memory, 0, &file, &line));
    }
    book_release(&book);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_step_by_step),
        cmocka_unit_test(decides_alike_in_any_language),
        cmocka_unit_test(looks_at_mta_and_direction),
        cmocka_unit_test(traces_all_that_match),
        cmocka_unit_test(traces_by_what_a_provider_is_known),
        cmocka_unit_test(tells_how_long_it_lasts),
        cmocka_unit_test(takes_severity_by_direction),
        cmocka_unit_test(takes_no_hint_of_an_implied_code),
        cmocka_unit_test(takes_warnings_for_the_server_s_own),
        cmocka_unit_test(survives_hostile_text),
        cmocka_unit_test(leaves_out_what_never_ends),
        cmocka_unit_test(gives_the_closest_hint),
        cmocka_unit_test(proves_examples),
        cmocka_unit_test(tells_failed_proofs),
        cmocka_unit_test(tells_unproved_rules),
    };
    return cmocka_run_group_tests(tests, set_up_given, tear_down);
}
