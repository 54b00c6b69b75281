/* Loading the rule book: what a small one holds, the order of its rules, and every mistake a
 * pattern file can make, each with its place.
 */
#include "rules/rulebook.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "rules/search.h"

/* The required keys of a reason, in lines 1 to 8. */
#define HEAD                                                                                       \
    "title: T\ngroup: recipient\nmeaning: M.\nsign: S.\nhint: Do.\n"                               \
    "severity: {out: warning, in: info}\nlasting: permanent\nacts: [our-user]\n"
#define FULL HEAD "strong: {says: [mailbox full]}\nexamples: [552 mailbox full]\n"
#define GONE HEAD "strong: {says: [user gone]}\nexamples: [550 user gone]\n"

struct given {
    const char *name, *text;
};

/* Up to six files, ended by a NULL name. */
static bool load(const struct given *given, struct rulebook **book_r, struct problem *problem) {
    struct arena arena;
    arena_init(&arena);
    struct pattern_files files = {.arena = &arena};
    for (size_t i = 0; i < 6 && given[i].name; i++)
        pattern_files_put(
            &files, (struct pattern_file){given[i].name, given[i].name, slice_of(given[i].text)});
    bool good = rulebook_load(&files, book_r, problem);
    arena_release(&arena); /* the book keeps nothing of the files */
    return good;
}

static struct rulebook *load_good(const struct given *given) {
    struct rulebook *book;
    struct problem problem = {""};
    if (!load(given, &book, &problem))
        fail_msg("%s", problem.text);
    return book;
}

static void holds_a_reason(void **state) {
    (void)state;
    static const struct given files[] = {
        {"reasons/order", "# the order\n\n  full # says it all\n"},
        {"reasons/full.yaml", "title: Full\ngroup: system\nmeaning: M.\nsign: S.\nhint: Wait.\n"
                              "hints: {postfix in: A, out: B}\n"
                              "severity: critical\nlasting: temporary\n"
                              "acts: {out: [wait, recipient], in: [remote-sender]}\n"
                              "strangers: in\n"
                              "strong: {says: [full]}\n"
                              "examples: [552 full, 452 full]\nnot: ['550 no']\n"},
        {NULL, NULL},
    };
    struct rulebook *book = load_good(files);
    char acts[96];
    assert_int_equal(book->reason_count, 1);
    const struct reason *reason = rulebook_reason(book, SLICE("full"));
    assert_ptr_equal(reason, &book->reasons[0]);
    assert_null(rulebook_reason(book, SLICE("ful")));
    assert_string_equal(reason->name, "full");
    assert_string_equal(reason->file, "reasons/full.yaml");
    assert_true(slice_is(reason->title, "Full"));
    assert_int_equal(reason->severity_out, SEVERITY_CRITICAL);
    assert_int_equal(reason->severity_in, SEVERITY_CRITICAL);
    assert_string_equal(severity_name(reason->severity_in), "critical");
    assert_false(reason->lasting);
    assert_true(reason->of_strangers);
    assert_int_equal(acts_print(reason->acts_out, '|', acts), 14);
    assert_string_equal(acts, "recipient|wait");
    acts_print(reason->acts_in, ' ', acts);
    assert_string_equal(acts, "remote-sender");
    assert_int_equal(acts_print(63, '|', acts), 60);
    assert_int_equal(acts_print(0, '|', acts), 0);
    assert_int_equal(reason->hint_count, 2);
    assert_true(slice_is(reason->hints[0].where, "postfix in"));
    assert_true(slice_is(reason->hints[1].text, "B"));
    assert_int_equal(reason->proof_count, 3);
    assert_true(slice_is(reason->proofs[1].text, "452 full"));
    assert_int_equal(reason->proofs[1].line, 12);
    assert_true(slice_is(reason->sign, "S."));
    assert_false(reason->proofs[1].counter);
    assert_true(reason->proofs[2].counter);
    rulebook_free(book);
    rulebook_free(NULL);
}

/* By strength; within one by the order of reasons, then says, matches, when; pages last. */
static void tries_rules_in_order(void **state) {
    (void)state;
    static const struct given files[] = {
        {"reasons/order", "one\ntwo\n"},
        {"reasons/two.yaml", HEAD "strong: {says: [two a], matches: [two \\s b]}\n"
                                  "codes: {deciding: [x.2.2], staged: [552@end-of-data]}\n"
                                  "examples: [550 two a]\n"},
        {"reasons/one.yaml", HEAD "weak: {says: [one w]}\n"
                                  "strong:\n  when: [{says: one c, code: [550, 5.7.1]}]\n"
                                  "  matches: [one \\s b]\n  says: [one a]\n"
                                  "codes: {hinting: [550, 550@rcpt]}\n"
                                  "where: {stage: [rcpt, data], side: [remote]}\n"
                                  "examples: [550 one a]\n"},
        {"providers/p.yaml", "provider: p\nnames: [p.example]\n"
                             "tokens: [{says: tok, reason: two, stage: [rcpt]}]\n"
                             "examples: ['550 tok => two']\n"},
        {"codes/reply.csv", "code,name,description,when,fix,source,reason\n"
                            "552,Full,,,,,two\n250,Done,,,,,accepted\n"},
        {NULL, NULL},
    };
    static const struct {
        const char *text, *reason;
        enum rule_strength strength;
        enum rule_form form;
        unsigned line;
    } wanted[] = {
        {"tok", "two", RULE_TOKEN, RULE_SAYS, 3},
        {"one a", "one", RULE_STRONG, RULE_SAYS, 13},
        {"one \\s b", "one", RULE_STRONG, RULE_MATCHES, 12},
        {"one c", "one", RULE_STRONG, RULE_SAYS, 11},
        {"two a", "two", RULE_STRONG, RULE_SAYS, 9},
        {"two \\s b", "two", RULE_STRONG, RULE_MATCHES, 9},
        {"x.2.2", "two", RULE_ENHANCED, RULE_CODE, 10},
        {"552@end-of-data", "two", RULE_STAGED, RULE_CODE, 10},
        {"one w", "one", RULE_WEAK, RULE_SAYS, 9},
        {"550@rcpt", "one", RULE_DEFAULT, RULE_CODE, 14}, /* in its stage first */
        {"550", "one", RULE_DEFAULT, RULE_CODE, 14},
        {"552", "two", RULE_DEFAULT, RULE_CODE, 2},
    };
    struct rulebook *book = load_good(files);
    assert_int_equal(book->rule_count, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < book->rule_count; i++) {
        const struct rule *rule = &book->rules[i];
        if (!slice_is(rule->text, wanted[i].text))
            fail_msg("%zu: '%.*s' and not '%s'", i, SLICE_ARGS(rule->text), wanted[i].text);
        assert_int_equal(rule->id, i);
        assert_string_equal(rule->reason->name, wanted[i].reason);
        assert_int_equal(rule->strength, wanted[i].strength);
        assert_int_equal(rule->form, wanted[i].form);
        if (rule->strength != RULE_STRONG && rule->strength != RULE_WEAK)
            continue;
        assert_int_equal(rule->line, wanted[i].line);
    }
    assert_int_equal(book->first_rule[RULE_TOKEN], 0);
    assert_int_equal(book->first_rule[RULE_STRONG], 1);
    assert_int_equal(book->first_rule[RULE_ENHANCED], 6);
    assert_int_equal(book->first_rule[RULE_DEFAULT + 1], book->rule_count);

    assert_int_equal(book->rules[0].where->provider.count, 1);
    assert_true(slice_is(book->rules[0].where->provider.items[0], "p"));
    assert_int_equal(book->rules[3].where->code_count, 2);
    assert_int_equal(book->rules[3].where->stage.count, 2);
    assert_true(slice_is(book->rules[1].where->side.items[0], "remote"));
    assert_true(book->rules[7].staged);
    assert_true(slice_is(book->rules[7].where->stage.items[0], "end-of-data"));
    assert_int_equal(book->rules[9].where->stage.count, 1); /* rcpt alone */
    assert_false(book->rules[10].staged);
    assert_true(book->rules[6].code.any_class);
    assert_int_equal(book->providers[0].host_count, 1);
    rulebook_free(book);
}

static void takes_a_range_of_codes(void **state) {
    (void)state;
    static const struct given files[] = {
        {"reasons/order", "one\n"},
        {"reasons/one.yaml", HEAD "strong:\n  when: [{says: a, code: [550, x.7.98-101]}]\n"
                                  "examples: [550 a]\n"},
        {NULL, NULL},
    };
    static const char *const wanted[] = {"550", "x.7.98", "x.7.99", "x.7.100", "x.7.101"};
    struct code code;
    struct rulebook *book = load_good(files);
    assert_int_equal(book->rules[0].where->code_count, 5);
    for (size_t i = 0; i < 5; i++) {
        const struct code *read = &book->rules[0].where->codes[i];
        assert_true(code_read(slice_of(wanted[i]), &code));
        assert_true(read->basic == code.basic && read->any_class == code.any_class &&
                    enhanced_equal(read->enhanced, code.enhanced));
    }
    rulebook_free(book);
}

static void reads_block_lists(void **state) {
    (void)state;
    static const struct given files[] = {
        {"reasons/order", "one\n"},
        {"reasons/one.yaml", HEAD "strong: {says: [a]}\nexamples: [550 a]\n"},
        {"blocklists/l.yaml", "lists:\n  - {name: l.example, says: [l one, l two], reason: one}\n"
                              "  - {matches: 'by \\s (?<name> \\S+)'}\n"
                              "examples: ['550 l two => one l.example']\n"},
        {NULL, NULL},
    };
    struct rulebook *book = load_good(files);
    assert_int_equal(book->rule_count, 3);
    assert_int_equal(book->rules[0].strength, RULE_TOKEN);
    assert_int_equal(book->rules[0].where->provider.count, 0);
    assert_int_equal(book->lists.count, 3);
    assert_true(slice_is(book->lists.marks[1].name, "l.example"));
    assert_int_equal(book->lists.marks[2].name.length, 0);
    assert_int_equal(book->lists.marks[2].group, 1);
    assert_int_equal(book->list_proof_count, 1);
    assert_true(slice_is(book->list_proofs[0].name, "l.example"));
    assert_true(slice_is(book->list_proofs[0].proof.text, "550 l two"));
    rulebook_free(book);
}

static void takes_every_word_of_the_contract(void **state) {
    (void)state;
#define WORD(name, spelling) spelling ", "
    static const struct given files[] = {
        {"reasons/order", "full"},
        {"reasons/full.yaml", FULL "where:\n"
#define STAGES
                                   "  stage: ["
#include "mta/words.def"
                                   "]\n"
#undef STAGES
#define SIDES
                                   "  side: ["
#include "mta/words.def"
                                   "]\n"
#undef SIDES
#define DIRECTIONS
                                   "  direction: ["
#include "mta/words.def"
                                   "]\n"
#undef DIRECTIONS
                                   "  mta: [postfix]\n"},
        {NULL, NULL},
    };
#undef WORD
    struct rulebook *book = load_good(files);
    assert_int_equal(book->rules[0].where->stage.count, 13);
    assert_int_equal(book->rules[0].where->side.count, 4);
    assert_int_equal(book->rules[0].where->direction.count, 3);
    rulebook_free(book);
}

/* Mistakes in a reason: the lines behind HEAD, line 8 on. */
static const struct {
    const char *text, *problem;
} bad_reasons[] = {
    {"strong: {says: [a]}\n", "reasons/full.yaml:1:1: no example"},
    {"strong: {says: [a]}\nexamples: []\n", "reasons/full.yaml:10:11: no example"},
    {"examples: [x]\n", "reasons/full.yaml:1:1: no rule"},
    {"strong: {}\nexamples: [x]\n", "no rule"},
    {"strong: {say: [a]}\nexamples: [x]\n", "full.yaml:9: no key 'say' here; known are: says"},
    {"strong: {says: a}\nexamples: [x]\n", "full.yaml:9:16: a list is needed"},
    {"strong:\n  says:\n    - user unknown: bob\nexamples: [x]\n",
     "full.yaml:11:7: a ':' made keys of this text: write it in quotes"},
    {"strong:\n  says:\n    - #1 spam\nexamples: [x]\n", "full.yaml:11:6: an empty item"},
    {"strong:\n  says:\n    - [TS03]\nexamples: [x]\n", "'[' made a list of this text"},
    {"strong: {says: ['--']}\nexamples: [x]\n", "full.yaml:9:17: no word in the phrase '--'"},
    {"strong: {says: [a full, A  FULL]}\nexamples: [x]\n",
     "full.yaml:9: 'A  FULL' for full stands in reasons/full.yaml:9 for full already"},
    {"strong: {says: [user gone]}\nexamples: [x]\n",
     "full.yaml:9: 'user gone' for full stands in reasons/gone.yaml:9 for gone already"},
    {"strong:\n  matches:\n    - a (b\nexamples: [x]\n",
     "full.yaml:11:7: at offset 4 of the pattern: missing closing parenthesis"},
    {"strong: {when: [{says: a}]}\nexamples: [x]\n", "full.yaml:9:17: no context here"},
    {"strong: {when: [{code: [550], stage: [rcpt]}]}\nexamples: [x]\n",
     "write one of 'says' and 'matches'"},
    {"strong: {when: [{says: a, matches: b, code: [550]}]}\nexamples: [x]\n",
     "write one of 'says' and 'matches'"},
    {"strong: {when: [{says: a, stage: [rpct]}]}\nexamples: [x]\n",
     "full.yaml:9:34: unknown stage 'rpct'"},
    {"strong: {when: [{says: a, stage: rcpt}]}\nexamples: [x]\n", "a list is needed here"},
    {"strong: {when: [{says: a, stage: []}]}\nexamples: [x]\n", "an empty list holds nowhere"},
    {"strong: {when: [{says: a, code: [55]}]}\nexamples: [x]\n", "'55' is no code"},
    {"strong: {when: [{says: a, code: [550-559]}]}\nexamples: [x]\n", "'550-559' is no code"},
    {"strong: {when: [{says: a, code: [5.7.9-3]}]}\nexamples: [x]\n", "'5.7.9-3' is no code"},
    {"strong: {when: [{says: a, code: [5.7.9-]}]}\nexamples: [x]\n", "'5.7.9-' is no code"},
    {"strong: {when: [{says: a, code: [5.7.9-1000]}]}\nexamples: [x]\n", "is no code"},
    {"strong: {when: [{says: a, provider: [nobody]}]}\nexamples: [x]\n",
     "full.yaml:9: no provider 'nobody'"},
    {"strong: {when: [{says: a, stage: [rcpt]}]}\nwhere: {stage: [mail]}\nexamples: [x]\n",
     "full.yaml:9:34: 'where' of this file excludes this stage"},
    {"where: {side: [both]}\nstrong: {says: [a]}\nexamples: [x]\n", "unknown side 'both'"},
    {"where: {code: [550]}\nstrong: {says: [a]}\nexamples: [x]\n", "no key 'code' here"},
    {"codes: {deciding: [552]}\nexamples: [x]\n",
     "full.yaml:9:20: 'deciding' takes enhanced codes only: move 552"},
    {"codes: {staged: [5.2.2]}\nexamples: [x]\n", "'staged' takes reply codes only: move 5.2.2"},
    {"codes: {hinting: [552@rctp]}\nexamples: [x]\n", "unknown stage 'rctp'"},
    {"codes: {hinting: [full]}\nexamples: [x]\n", "'full' is no code"},
    {"codes: {hinting: {unless: [a]}}\nexamples: [x]\n", "give the list 'codes'"},
    {"codes: {staged: {codes: [552], stage: [mail]}}\nexamples: [x]\n",
     "no key 'stage' here; known are: codes"},
    {"codes: {hinting: [552@rcpt]}\nwhere: {stage: [mail]}\nexamples: [x]\n",
     "'where' of this file excludes this stage"},
    {"titel: x\n", "full.yaml:9: no key 'titel' here; known are: title group"},
    {"hints: {postfix upwards: x}\n", "full.yaml:9: 'postfix upwards' is no context of a hint"},
    {"hints: {in out: x}\n", "'in out' is no context of a hint"},
    {"hints: [x]\n", "keys are needed here"},
    {"hints: {in: }\n", "a hint is text"},
    {"strong: {says: [a]}\nexamples: [552 full: x]\n", "write it in quotes"},
    {"strong: {says: [a]}\nexamples: [x]\nnot: y\n", "full.yaml:11:6: a list is needed"},
};

static void expect_problem(const struct given *files, const char *wanted) {
    struct rulebook *book = NULL;
    struct problem problem = {""};
    bool good = load(files, &book, &problem);
    if (good || !strstr(problem.text, wanted))
        fail_msg("'%s' and not '%s' in:\n%s", problem.text, wanted, files[1].text);
    assert_null(book);
}

static void refuses_bad_reasons(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad_reasons / sizeof *bad_reasons; i++) {
        char text[1000];
        snprintf(text, sizeof text, "%s%s", HEAD, bad_reasons[i].text);
        const struct given files[] = {{"reasons/order", "gone\nfull"},
                                      {"reasons/full.yaml", text},
                                      {"reasons/gone.yaml", GONE},
                                      {NULL, NULL}};
        expect_problem(files, bad_reasons[i].problem);
    }
}

/* A line of HEAD replaced. */
static const struct {
    const char *line, *instead, *problem;
} bad_heads[] = {
    {"title: T\n", "", "full.yaml:1:1: key 'title' is missing"},
    {"title: T\n", "title:\n", "'title' is empty"},
    {"group: recipient\n", "group: recipients\n", "full.yaml:2:8: unknown group 'recipients'"},
    {"sign: S.\n", "", "key 'sign' is missing"},
    {"hint: Do.\n", "", "key 'hint' is missing"},
    {"lasting: permanent\n", "lasting: P\n", "write 'temporary' or 'permanent'"},
    {"acts: [our-user]\n", "acts: our-user\n", "full.yaml:8:7: a list is needed"},
    {"acts: [our-user]\n", "acts: [our-user, our-user]\n", "unknown or repeated 'our-user'"},
    {"acts: [our-user]\n", "acts: [you]\n", "unknown or repeated 'you'; known are our-admin"},
    {"acts: [our-user]\n", "acts: []\n", "name who acts"},
    {"acts: [our-user]\n", "acts: [our-user]\nstrangers: out\n",
     "full.yaml:9:12: write 'in', or leave the key out"},
    {"acts: [our-user]\n", "acts: [our-user]\nstrangers: [in]\n", "full.yaml:9:12: "},
    {"acts: [our-user]\n", "acts: {in: [our-user]}\n", "key 'out' is missing"},
    {"severity: {out: warning, in: info}\n", "severity: bad\n",
     "full.yaml:6:11: write one of info, notice"},
    {"severity: {out: warning, in: info}\n", "severity: {out: info, local: info}\n",
     "no key 'local' here"},
    {"severity: {out: warning, in: info}\n", "severity: [info]\n", "write one of info"},
};

static void refuses_bad_heads(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad_heads / sizeof *bad_heads; i++) {
        char text[1000];
        const char *at = strstr(FULL, bad_heads[i].line);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - FULL), FULL, bad_heads[i].instead,
                 at + strlen(bad_heads[i].line));
        const struct given files[] = {
            {"reasons/order", "full"}, {"reasons/full.yaml", text}, {NULL, NULL}};
        expect_problem(files, bad_heads[i].problem);
    }
}

static const struct {
    struct given files[5];
    const char *problem;
} bad_books[] = {
    {{{"reasons/full.yaml", FULL}}, "no file 'reasons/order'"},
    {{{"reasons/order", "full\nmore\n"}, {"reasons/full.yaml", FULL}},
     "reasons/order:2: no file 'reasons/more.yaml'"},
    {{{"reasons/order", "full\n\n#\nfull\n"}, {"reasons/full.yaml", FULL}},
     "reasons/order:4: 'full' is listed twice"},
    {{{"reasons/order", "full\n"}, {"reasons/full.yaml", FULL}, {"reasons/gone.yaml", GONE}},
     "reasons/gone.yaml: not listed: add its name to reasons/order"},
    {{{"reasons/order", "Full\n"}, {"reasons/Full.yaml", FULL}}, "'Full' cannot name a reason"},
    {{{"reasons/order", "../x\n"}, {"reasons/full.yaml", FULL}}, "'../x' cannot name a reason"},
    {{{"reasons/order", "accepted\n"}, {"reasons/accepted.yaml", FULL}},
     "'accepted' cannot name a reason"},
    {{{"reasons/order", "full"},
      {"reasons/full.yaml", FULL},
      {"providers/p.yaml", "provider: p\nnames: [p.example]\n"
                           "tokens:\n  - {says: x, reason: ful}\nexamples: ['x => full']\n"}},
     "providers/p.yaml:4:23: no reason 'ful'"},
    {{{"reasons/order", "full"},
      {"reasons/full.yaml", FULL},
      {"providers/p.yaml", "provider: p\nnames: [p.example]\n"
                           "tokens:\n  - {says: x, reason: full}\nexamples: ['x -> full']\n"}},
     "providers/p.yaml:5:12: an example ends in ' => REASON'"},
    {{{"reasons/order", "full"},
      {"reasons/full.yaml", FULL},
      {"providers/p.yaml", "provider: p\nnames: [p.example]\n"
                           "tokens:\n  - {says: x, reason: full}\n"}},
     "tokens without 'examples'"},
    {{{"reasons/order", "full"},
      {"reasons/full.yaml", FULL},
      {"providers/p.yaml", "provider: p\n"}},
     "nothing tells this provider"},
    {{{"reasons/order", "full"},
      {"reasons/full.yaml", FULL},
      {"providers/p.yaml", "provider: p\nnames: [a.example]\n"},
      {"providers/q.yaml", "provider: p\nsays: [q]\n"}},
     "providers/q.yaml:1:1: provider 'p' stands in 'providers/p.yaml' already"},
#define LISTS(text)                                                                                \
    {                                                                                              \
        {"reasons/order", "full"}, {"reasons/full.yaml", FULL}, {                                  \
            "blocklists/l.yaml", text                                                              \
        }                                                                                          \
    }
    {LISTS("lists: [{name: l, says: x}]\n"), "blocklists/l.yaml:1:1: lists without 'examples'"},
    {LISTS("examples: [x => full l]\n"), "a list is needed here: lists:"},
    {LISTS("lists: []\nexamples: [x => full l]\n"), "a list is needed here: lists:"},
    {LISTS("lists: [{says: x}]\nexamples: [x => full l]\n"), "no 'name': a phrase names only one"},
    {LISTS("lists: [{matches: '(x)'}]\nexamples: [x => full l]\n"), "no group (?<name> ...)"},
    {LISTS("lists: [{name: l}]\nexamples: [x => full l]\n"), "write one of 'says' and 'matches'"},
    {LISTS("lists: [{name: l, says: []}]\nexamples: [x => full l]\n"), "an empty list names"},
    {LISTS("lists: [{name: l, says: x, zone: y}]\nexamples: [x => full l]\n"), "zone"},
    {LISTS("lists: [{name: l, says: x, reason: ful}]\nexamples: [x => full l]\n"),
     "no reason 'ful': write one of reasons/order"},
    {LISTS("lists: [{name: l, says: x}]\nexamples: [x => l]\n"),
     "an example ends in ' => REASON LIST'"},
    {LISTS("lists: [{name: l, says: x}]\nexamples: [x full l]\n"),
     "an example ends in ' => REASON LIST'"},
#undef LISTS
    {{{"reasons/order", "full"},
      {"reasons/full.yaml", FULL},
      {"providers/p.yaml", "provider: p\nmatches: ['[']\n"}},
     "providers/p.yaml:2:11: at offset 1 of the pattern"},
    {{{"reasons/order", "full"},
      {"reasons/full.yaml", FULL},
      {"codes/reply.csv", "code,name,description,when,fix,source,reason\n552,F,,,,,Full!\n"}},
     "codes/reply.csv:2: no reason 'Full!': write one of reasons/order"},
    {{{"reasons/order", "full"},
      {"reasons/full.yaml", FULL},
      {"codes/reply.csv", "code,name,description,when,fix,source,reason,others\n"
                          "552,F,,,,,full,full\n553,F,,,,,,full|ful\n"}},
     "codes/reply.csv:3: no reason 'ful': write one of reasons/order"},
    {{{"reasons/order", "full"}, {"reasons/full.yaml", FULL}, {"codes/replies.csv", ""}},
     "codes/replies.csv: unknown table 'replies.csv'"},
};

static void refuses_bad_books(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad_books / sizeof *bad_books; i++)
        expect_problem(bad_books[i].files, bad_books[i].problem);
}

/* Equal phrases in other contexts are two rules. */
static void takes_equal_phrases_apart(void **state) {
    (void)state;
    static const struct given files[] = {
        {"reasons/order", "full\ngone"},
        {"reasons/full.yaml", HEAD "strong: {when: [{says: denied, code: [5.4.1]}]}\n"
                                   "weak: {says: [denied]}\nexamples: [x]\n"},
        {"reasons/gone.yaml", HEAD "strong: {says: [denied]}\nexamples: [x]\n"},
        {NULL, NULL},
    };
    rulebook_free(load_good(files));
}

/* ---- folders */

static void write_file(const char *folder, const char *name, const char *text) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    mkdir(path, 0700);
    *slash = '/';
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void remove_file(const char *folder, const char *name) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
}

#define TABLE "code,name,description,when,fix,source,reason\n"

static void lays_folders_over(void **state) {
    (void)state;
    char folder[] = "/tmp/mailtriage-patterns-XXXXXX";
    struct arena arena;
    struct problem problem = {""};
    arena_init(&arena);
    assert_non_null(mkdtemp(folder));
    struct pattern_files files = {.arena = &arena};
    pattern_files_put(&files, (struct pattern_file){"reasons/order", "built-in/order",
                                                    SLICE("full\ngone # left\n")});
    pattern_files_put(
        &files, (struct pattern_file){"reasons/full.yaml", "built-in/full.yaml", SLICE(FULL)});
    pattern_files_put(
        &files, (struct pattern_file){"reasons/gone.yaml", "built-in/gone.yaml", SLICE(GONE)});
    pattern_files_put(&files, (struct pattern_file){"codes/reply.csv", "built-in/reply.csv",
                                                    SLICE(TABLE "550,Old,,,,,\n551,Kept,,,,,\n")});

    assert_false(pattern_files_folder(&files, "/nonexistent", &problem));
    assert_non_null(strstr(problem.text, "cannot open '/nonexistent'"));
    assert_false(pattern_files_folder(&files, "/dev/null", &problem));
    assert_false(pattern_files_folder(&files, folder, &problem));
    assert_non_null(strstr(problem.text, "holds no pattern files"));

    write_file(folder, "reasons/order", "ours\ngone");
    write_file(folder, "reasons/ours.yaml", HEAD "strong: {says: [not ours]}\nexamples: [x]\n");
    write_file(folder, "codes/reply.csv", TABLE "550,New,,,,,gone\n469,Tide,,,,,ours\n");
    write_file(folder, "reasons/full.yaml~", "left by an editor");
    write_file(folder, "reasons/.full.yaml", "hidden");
    write_file(folder, "reasons/full.yaml", HEAD "strong: {says: [brimful]}\nexamples: [x]\n");
    if (!pattern_files_folder(&files, folder, &problem))
        fail_msg("%s", problem.text);
    assert_int_equal(files.count, 6); /* tables stay beside each other */

    struct rulebook *book;
    if (!rulebook_load(&files, &book, &problem))
        fail_msg("%s", problem.text);
    assert_int_equal(book->reason_count, 3);
    assert_string_equal(book->reasons[0].name, "ours");
    assert_string_equal(book->reasons[1].name, "gone");
    assert_string_equal(book->reasons[1].file, "built-in/gone.yaml");
    assert_string_equal(book->reasons[2].name, "full");
    assert_int_equal(strncmp(book->reasons[2].file, folder, strlen(folder)), 0);
    assert_true(slice_is(book->rules[2].text, "brimful"));
    assert_true(slice_is(codes_reply(book->codes, 550)->name, "New"));
    assert_true(slice_is(codes_reply(book->codes, 551)->name, "Kept"));
    assert_true(slice_is(codes_reply(book->codes, 469)->reason, "ours"));
    rulebook_free(book);

    write_file(folder, "reasons/more.yml", FULL);
    assert_false(pattern_files_folder(&files, folder, &problem));
    assert_non_null(strstr(problem.text, "name it .yaml"));

    static const char *const names[] = {
        "reasons/more.yml",   "reasons/order",     "reasons/ours.yaml", "reasons/full.yaml~",
        "reasons/.full.yaml", "reasons/full.yaml", "codes/reply.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove_file(folder, names[i]);
    assert_int_equal(rmdir(folder), 0);
    arena_release(&arena);
}

/* Whether a folded text holds all that a pattern needs. */
static bool is_worth_trying(const struct needed *needed, struct slice folded) {
    for (size_t i = 0; i < needed->count; i++) {
        bool found = false;
        for (size_t j = 0; !found && j < needed->sets[i].count; j++) {
            char word[512];
            assert_true(needed->sets[i].words[j].length < sizeof word);
            found =
                slice_find_text(folded, phrases_fold(needed->sets[i].words[j], word)) != SIZE_MAX;
        }
        if (!found)
            return false;
    }
    return true;
}

/* No pattern matches a text that lacks what it is said to need. */
static void check_needs(const struct rulebook *book, struct regex_memory *memory,
                        struct slice text) {
    char buffer[1024];
    assert_true(text.length < sizeof buffer);
    struct slice folded = phrases_fold(text, buffer);
    for (size_t i = 0; i < book->rule_count; i++) {
        const struct rule *rule = &book->rules[i];
        if (rule->form == RULE_MATCHES &&
            regex_match(rule->pattern->regex, memory, folded) == REGEX_YES &&
            !is_worth_trying(&rule->pattern->needed, folded))
            fail_msg("%s:%u matches '%.*s'", rule->file, rule->line, SLICE_ARGS(text));
    }
}

/* What is built into the program loads, and its own examples find every pattern worth trying. */
static void builtin_files_load(void **state) {
    (void)state;
    struct arena arena;
    struct pattern_files files;
    struct rulebook *book;
    struct problem problem = {""};
    arena_init(&arena);
    pattern_files_builtin(&files, &arena);
    assert_non_null(pattern_file_get(&files, "reasons/order"));
    assert_null(pattern_file_get(&files, "reasons/orde"));
    for (size_t i = 1; i < files.count; i++)
        assert_true(strcmp(files.items[i - 1].name, files.items[i].name) < 0);
    if (!rulebook_load(&files, &book, &problem))
        fail_msg("%s", problem.text);
    assert_true(book->reason_count > 0);
    struct regex_memory *memory = regex_memory_new();
    search_prepare(book);
    for (size_t i = 0; i < book->reason_count; i++)
        for (size_t j = 0; j < book->reasons[i].proof_count; j++)
            check_needs(book, memory, book->reasons[i].proofs[j].text);
    regex_memory_free(memory);
    rulebook_free(book);
    arena_release(&arena);
}

/* The texts alone are the same texts; the files of a site are read whole. */
static void loads_texts_without_rules(void **state) {
    (void)state;
    struct arena arena;
    struct pattern_files files;
    struct rulebook *whole, *texts;
    struct problem problem = {""};
    arena_init(&arena);
    pattern_files_builtin(&files, &arena);
    assert_true(pattern_files_are_builtin(&files));
    if (!rulebook_load(&files, &whole, &problem) || !rulebook_load_texts(&files, &texts, &problem))
        fail_msg("%s", problem.text);
    assert_int_equal(texts->rule_count, 0);
    assert_int_equal(texts->reason_count, whole->reason_count);
    for (size_t i = 0; i < whole->reason_count; i++) {
        const struct reason *one = &whole->reasons[i], *other = &texts->reasons[i];
        assert_string_equal(one->name, other->name);
        assert_true(slice_equal(one->title, other->title) && slice_equal(one->hint, other->hint));
        assert_int_equal(one->hint_count, other->hint_count);
    }
    assert_int_equal(codes_reply_count(texts->codes), codes_reply_count(whole->codes));
    rulebook_free(texts);
    assert_true(rulebook_load_rules(&files, &texts, &problem));
    assert_int_equal(texts->rule_count, whole->rule_count);
    for (size_t i = 0; i < whole->rule_count; i++) {
        assert_string_equal(whole->rules[i].file, texts->rules[i].file);
        assert_int_equal(whole->rules[i].line, texts->rules[i].line);
        assert_true(slice_equal(whole->rules[i].text, texts->rules[i].text));
    }
    assert_int_equal(texts->mark_count, whole->mark_count);
    assert_int_equal(texts->lists.count, whole->lists.count);
    assert_true(whole->reasons[0].proof_count > 0 && texts->reasons[0].proof_count == 0);
    rulebook_free(whole);
    rulebook_free(texts);

    pattern_files_put(&files, (struct pattern_file){"reasons/user-unknown.yaml", "of-a-site.yaml",
                                                    SLICE(HEAD "strong: {says: ['!']}\n"
                                                               "examples: [550 x]\n")});
    assert_false(pattern_files_are_builtin(&files));
    assert_false(rulebook_load_texts(&files, &texts, &problem));
    assert_non_null(strstr(problem.text, "no word in the phrase '!'"));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_a_reason),
        cmocka_unit_test(tries_rules_in_order),
        cmocka_unit_test(takes_a_range_of_codes),
        cmocka_unit_test(reads_block_lists),
        cmocka_unit_test(takes_every_word_of_the_contract),
        cmocka_unit_test(refuses_bad_reasons),
        cmocka_unit_test(refuses_bad_heads),
        cmocka_unit_test(refuses_bad_books),
        cmocka_unit_test(takes_equal_phrases_apart),
        cmocka_unit_test(lays_folders_over),
        cmocka_unit_test(builtin_files_load),
        cmocka_unit_test(loads_texts_without_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
