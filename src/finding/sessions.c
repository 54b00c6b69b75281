/* sessions - why: some lines of a session do not say whose it is, and only the pid joins them with
 * one that does. Some faults are none: a client that sends DATA after all its recipients were
 * refused is told 503, and one that does not double a dot in the text has the rest of its message
 * read as commands.
 *
 * How: a hash of MTA, host, program and pid is the key and, cut to the size of the table, tells the
 * row of it. In a row is room for a few; one more takes the place of whoever was silent longest,
 * who then is unknown. Nobody is ever told the client of another key. The keys lie apart from what
 * is remembered under them, with the time, so looking one up touches one line of the cache, and so
 * does asking who was silent longest (2 % of the time of a log of 1 GB); and few entries need
 * to be looked up: those of an incoming session (sessions_concern).
 *
 * Sendmail can log what is said, word for word, beside the lines that tell what happened. Then the
 * reply that refuses is a finding of its own when no line tells of it, and the line beside it is
 * told already; only from the command before it is known what was refused.
 */
#include "finding/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "finding/strangers.h"

/* 4096 places of 184 bytes with their keys, 0.7 MB when all are used; and where sessions are logged
 * word for word another 212 bytes each, 0.8 MB. */
enum {
    ROWS = 1024,
    ROW = 4,
    PLACES = ROW * ROWS,
    TEXT_ROOM = 120,
    ADDRESS_ROOM = 100,
    GAP = 3600,
    SEQUEL_GAP = 60
};

/* Of habits: how many there may be, and how often in a row a server must have done otherwise than
 * it does. One lost line is no habit, and somebody who guesses passwords fails in pairs; but one
 * session that goes on shows that sessions do. */
enum { HABITS = 64, LONE_ONES = 2, GONE_ON = 1, BACK = 8 };

/* What tells one client from another, as far as a line names it. */
enum trait { TRAIT_IP, TRAIT_PORT, TRAIT_HELO, TRAITS };

/* As `twin`: the TLS handshake failed. */
enum { HANDSHAKE_FAILED = 1 };

struct address {
    uint8_t length;
    char text[ADDRESS_ROOM];
};

struct session_key {
    uint64_t hash; /* 0: nobody */
    int64_t heard;
};

struct session {
    uint64_t twin; /* the incident heard last, while it may be logged once more */
    uint64_t run;  /* the same, of an MTA that may log it twice */
    int64_t said;  /* when what follows was said, and the hash of each trait of who; 0: none */
    uint32_t traits[TRAITS];
    uint8_t refused; /* class of the recipient refused last; 0: none */
    bool stranger;   /* did what was refused (finding/strangers.h) */
    bool taken;      /* a message was taken, and no command understood since */
    uint8_t told;    /* the event of the line before, when it may be told again; 0: not */
    uint8_t screen;  /* the test of postscreen that failed, and nothing was heard since */
    uint8_t screen_stage;
    bool pipelined; /* improperly, and nothing was heard since */
    bool doubled;   /* of `run`: it goes to two logs wherever they are told apart */
    uint8_t copies; /* of `run`, heard so far; 0: none, or it was judged */
    uint8_t host_length, ip_length;
    char text[TEXT_ROOM]; /* host, ip */
};

/* Of a session that is logged word for word. */
struct spoken {
    uint8_t command;  /* the stage of the command heard last; 0: none was */
    uint8_t half;     /* what told the event of that command: enum half */
    uint8_t event;    /* that event */
    uint16_t code;    /* of our reply to that command; 0: not heard */
    bool refused_all; /* the client, so all that he asks for is */
    bool has_sender;
    struct address sender, recipient; /* the message's, and the command's */
};

/* An event may be told by a line of its own, and by the reply as it was said. */
enum half { HALF_NONE, HALF_LINE, HALF_ANSWER };

/* What the settings of a server are, as far as it shows. Exim writes what goes to two logs to
 * syslog twice (syslog_duplication); Postfix ends a session for improper pipelining
 * (smtpd_forbid_unauth_pipelining): or they do not. */
struct habit {
    uint64_t key;     /* 0: nobody */
    uint64_t session; /* Exim: whose incident was the last, and when */
    int64_t heard;
    bool is_not;             /* no, as far as was seen */
    uint8_t others_in_a_row; /* that speak against it */
};

void sessions_release(struct sessions *sessions) {
    free(sessions->items);
    free(sessions->keys);
    free(sessions->spoken);
    free(sessions->habits);
    causes_release(&sessions->causes);
    *sessions = (struct sessions){0};
}

/* Exim's main log has a pid only when asked to: without it the client is the session. */
static struct slice pid_of(const struct finding *finding) {
    return finding->pid.length ? finding->pid : finding->record.session_pid;
}

static struct slice who_of(const struct finding *finding) {
    struct slice pid = pid_of(finding);
    return pid.length ? pid : finding->record.peer_ip;
}

static struct slice port_of(const struct finding *finding) {
    return pid_of(finding).length ? (struct slice){0} : finding->record.peer_port;
}

static uint64_t part_hash(struct slice part) {
    return part.length ? bytes_hash(part.at, part.length) : 0;
}

static uint64_t program_hash(struct sessions *sessions, const struct finding *finding) {
    if (speaker_part_is(&sessions->process, finding, finding->program))
        return sessions->process.hash;
    return speaker_part_learn(
        &sessions->process, finding, finding->program,
        hash_with(speaker_of(&sessions->speaker, finding), part_hash(finding->program)));
}

static uint64_t hash_with_port(uint64_t key, struct slice port) {
    key = hash_with(key, part_hash(port));
    return key ? key : 1;
}

static uint64_t hash_of(struct sessions *sessions, const struct finding *finding, struct slice who,
                        struct slice port) {
    return hash_with_port(hash_with(program_hash(sessions, finding), part_hash(who)), port);
}

/* Of the finding at hand, worked out once. */
static uint64_t key_of(struct sessions *sessions, const struct finding *finding) {
    if (sessions->key)
        return sessions->key;
    sessions->who = part_hash(who_of(finding));
    sessions->key =
        hash_with_port(hash_with(program_hash(sessions, finding), sessions->who), port_of(finding));
    return sessions->key;
}

static bool is_over(const struct session_key *key, const struct finding *finding) {
    int64_t now = finding->time.seconds;
    return key->heard != MOMENT_NONE && now != MOMENT_NONE &&
           (now - key->heard > GAP || key->heard - now > GAP);
}

enum { NO_PLACE = PLACES };

static size_t row_of(uint64_t key) {
    return key % ROWS * ROW;
}

static size_t place_of(const struct sessions *sessions, uint64_t key) {
    for (size_t at = row_of(key), i = 0; sessions->keys && i < ROW; i++)
        if (sessions->keys[at + i].hash == key)
            return at + i;
    return NO_PLACE;
}

/* The place in its row that is free or silent longest. */
static size_t place_for(const struct sessions *sessions, uint64_t key) {
    const struct session_key *keys = sessions->keys;
    size_t at = row_of(key), place = at;
    for (size_t i = at; i < at + ROW && keys[place].hash; i++)
        if (!keys[i].hash || keys[i].heard < keys[place].heard)
            place = i;
    return place;
}

static void make_places(struct sessions *sessions) {
    if (sessions->keys)
        return;
    sessions->items = memory_new(PLACES * sizeof *sessions->items);
    sessions->keys = memory_new(PLACES * sizeof *sessions->keys);
}

static struct session *session_under(const struct sessions *sessions, uint64_t key,
                                     const struct finding *finding) {
    size_t place = place_of(sessions, key);
    if (place == NO_PLACE || is_over(&sessions->keys[place], finding))
        return NULL;
    return &sessions->items[place];
}

/* Nothing is known of it; what its text holds is said by the lengths. */
static void session_begin(struct sessions *sessions, size_t place, uint64_t key) {
    memset(&sessions->items[place], 0, offsetof(struct session, text));
    sessions->items[place].said = MOMENT_NONE;
    sessions->keys[place] = (struct session_key){key, MOMENT_NONE};
    if (sessions->spoken)
        sessions->spoken[place] = (struct spoken){0};
}

static struct session *session_begun_under(struct sessions *sessions, uint64_t key,
                                           const struct finding *finding) {
    make_places(sessions);
    size_t known = place_of(sessions, key);
    size_t place = known != NO_PLACE ? known : place_for(sessions, key);
    if (known == NO_PLACE || is_over(&sessions->keys[place], finding))
        session_begin(sessions, place, key);
    if (finding->time.seconds != MOMENT_NONE)
        sessions->keys[place].heard = finding->time.seconds;
    return &sessions->items[place];
}

/* The session of the finding; NULL: not heard of. */
static struct session *session_of(struct sessions *sessions, const struct finding *finding) {
    if (!sessions->keys || !who_of(finding).length)
        return NULL;
    return session_under(sessions, key_of(sessions, finding), finding);
}

/* The same, begun when it was not heard of. */
static struct session *session_begun(struct sessions *sessions, const struct finding *finding) {
    return session_begun_under(sessions, key_of(sessions, finding), finding);
}

static void session_client(struct session *session, struct slice host, struct slice ip) {
    host = slice_head(host, host.length + ip.length <= TEXT_ROOM ? host.length : 0);
    ip = slice_head(ip, TEXT_ROOM - host.length);
    if (host.length)
        memcpy(session->text, host.at, host.length);
    if (ip.length)
        memcpy(session->text + host.length, ip.at, ip.length);
    session->host_length = (uint8_t)host.length;
    session->ip_length = (uint8_t)ip.length;
}

static bool has_client(const struct record *record) {
    return record->peer_host.length || record->peer_ip.length;
}

/* A line of an incoming session that is no message's. */
static bool is_of_session(const struct record *record) {
    if (record->direction != DIRECTION_IN)
        return false;
    return record->kind == RECORD_INCIDENT ? record->level == LEVEL_SESSION
                                           : record->kind == RECORD_DETAIL;
}

/* A handshake that failed is told once more as "lost connection after STARTTLS", or "after CONNECT"
 * where TLS came first (port 465); in between the TLS library may warn. */
static bool is_twin_of_handshake(const struct session *session, const struct record *record) {
    return session->twin == HANDSHAKE_FAILED && record->event == EVENT_CONNECTION_LOST &&
           (record->stage == STAGE_STARTTLS || record->stage == STAGE_CONNECT);
}

/* ---- what the settings of a server are ---- */

static struct habit *habit_of(struct sessions *sessions, const struct finding *finding) {
    if (!sessions->habits)
        sessions->habits = memory_new(HABITS * sizeof *sessions->habits);
    uint64_t key = hash_of(sessions, finding, (struct slice){0}, (struct slice){0});
    struct habit *habit = &sessions->habits[key % HABITS];
    if (habit->key != key)
        *habit = (struct habit){.key = key, .heard = MOMENT_NONE};
    return habit;
}

/* What was seen, and how often in a row it takes to believe that it does not do so. */
static void habit_learn(struct habit *habit, bool is_not, uint8_t times) {
    habit->others_in_a_row = is_not != habit->is_not ? (uint8_t)(habit->others_in_a_row + 1) : 0;
    if (habit->others_in_a_row < (habit->is_not ? BACK : times))
        return;
    habit->is_not = !habit->is_not;
    habit->others_in_a_row = 0;
}

/* The run is over: what came an odd number of times was not doubled. */
static void judge_run(struct habit *habit, struct session *session) {
    if (session->copies && session->doubled)
        habit_learn(habit, session->copies % 2 == 1, LONE_ONES);
    session->copies = 0;
    session->run = 0;
}

/* The incident of another process is over when a second went by; till then it may be doubled yet.
 */
static void judge_last(struct sessions *sessions, struct habit *habit, uint64_t key, int64_t now) {
    size_t last = place_of(sessions, habit->session);
    bool is_late = now != MOMENT_NONE && habit->heard != MOMENT_NONE &&
                   (now > habit->heard + 1 || now < habit->heard - 1);
    if (habit->session != key && last != NO_PLACE && is_late)
        judge_run(habit, &sessions->items[last]);
    habit->session = key;
    habit->heard = now;
}

/* True: the entry is the one before once more, as a second log has it; after that it may come in
 * its own right again. */
static bool is_copy(struct sessions *sessions, struct session *session,
                    const struct finding *finding) {
    enum { MANY = 200 };
    struct habit *habit = habit_of(sessions, finding);
    judge_last(sessions, habit, key_of(sessions, finding), finding->time.seconds);
    if (session->run != finding->twin)
        judge_run(habit, session);
    session->run = finding->twin;
    session->doubled = finding->record.is_doubled;
    session->copies = (uint8_t)(session->copies < MANY ? session->copies + 1 : MANY - 1);
    return session->copies % 2 == 0 && !habit->is_not;
}

/* A milter's word against the client is told at connect, at EHLO and at MAIL, where the client
 * hears it at last. */
static bool is_twin(struct session *session, const struct finding *finding) {
    const struct record *record = &finding->record;
    bool again =
        (finding->twin && session->twin == finding->twin) || is_twin_of_handshake(session, record);
    if (again)
        session->twin = record->is_stand ? finding->twin : 0;
    else if (record->event == EVENT_TLS_FAILED && !finding->twin)
        session->twin = HANDSHAKE_FAILED;
    else if (session->twin != HANDSHAKE_FAILED || record->event != EVENT_WARNING)
        session->twin = record->is_stand && record->stage == STAGE_MAIL ? 0 : finding->twin;
    return again;
}

bool sessions_hear(struct sessions *sessions, const struct finding *finding) {
    const struct record *record = &finding->record;
    bool may_repeat = record->kind == RECORD_INCIDENT && finding->twin;
    if (!finding->pid.length || !(may_repeat || (is_of_session(record) && has_client(record))))
        return false;
    struct session *session = session_begun(sessions, finding);
    if (has_client(record))
        session_client(session, record->peer_host, record->peer_ip);
    if (record->kind == RECORD_DETAIL)
        session->twin = 0; /* another connection */
    if (record->kind != RECORD_INCIDENT)
        return false;
    return finding->mta->logs_twice && finding->twin ? is_copy(sessions, session, finding)
                                                     : is_twin(session, finding);
}

void sessions_tell(struct sessions *sessions, struct finding *finding) {
    struct record *record = &finding->record;
    if (record->kind != RECORD_INCIDENT || !is_of_session(record) || has_client(record) ||
        !finding->pid.length)
        return;
    const struct session *session = session_of(sessions, finding);
    if (!session)
        return;
    struct slice text = {session->text, session->host_length};
    record->peer_host = text;
    record->peer_ip = (struct slice){session->text + text.length, session->ip_length};
}

/* ---- what only follows ---- */

static bool names_recipients(struct slice text) {
    static const struct slice words[] = {SLICE_INIT("rcpt"), SLICE_INIT("recipient")};
    for (size_t at = 0; at < text.length; at++)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (slice_starts_nocase(slice_from(text, at), words[i]))
                return true;
    return false;
}

bool sessions_is_sequel(const struct finding *finding) {
    const struct verdict *verdict = &finding->verdict;
    enum stage stage = finding->record.stage;
    bool at_data = stage == STAGE_DATA || stage == STAGE_END_OF_DATA;
    bool is_out_of_order = slice_is(slice_of(verdict->class_name), "bad-sequence");
    if (!is_out_of_order && verdict->reason)
        return false;
    if (is_out_of_order || finding->reply.code == 503)
        return at_data || names_recipients(finding->reply.text);
    return at_data && names_recipients(finding->reply.text);
}

/* A command that was none: a line of text, most likely. One of SMTP's that came out of order is the
 * client's fault, or begins another session of his that no line tells from this one. */
static bool is_no_command(const struct finding *finding) {
    unsigned code = finding->reply.code;
    return (code == 500 || code == 502 || code == 503) && !finding->record.is_verb;
}

/* Once the key is worked out. */
static void traits_of(const struct sessions *sessions, const struct finding *finding,
                      uint32_t traits[TRAITS]) {
    const struct record *record = &finding->record;
    bool is_by_pid = pid_of(finding).length > 0;
    traits[TRAIT_IP] = (uint32_t)(is_by_pid ? part_hash(record->peer_ip) : sessions->who);
    traits[TRAIT_PORT] = (uint32_t)part_hash(record->peer_port);
    traits[TRAIT_HELO] = (uint32_t)part_hash(record->helo);
}

/* A line that does not name the client, or not all of him, is nobody else's. */
static bool is_another_client(const struct sessions *sessions, const struct session *session,
                              const struct finding *finding) {
    uint32_t traits[TRAITS];
    traits_of(sessions, finding, traits);
    for (size_t i = 0; i < TRAITS; i++)
        if (traits[i] && session->traits[i] && traits[i] != session->traits[i])
            return true;
    return false;
}

static void session_says(struct sessions *sessions, const struct finding *finding, uint8_t refused,
                         bool taken) {
    struct session *session = session_begun(sessions, finding);
    session->told = 0;
    session->said = finding->time.seconds;
    traits_of(sessions, finding, session->traits);
    session->refused = refused;
    session->stranger = refused && strangers_did(finding);
    session->taken = taken;
}

/* The session, when something was said before in it with this client that is followed; or NULL. */
static struct session *session_said(const struct sessions *sessions, struct session *session,
                                    const struct finding *finding) {
    int64_t now = finding->time.seconds;
    if (!session || !(session->refused || session->taken || session->told))
        return NULL;
    bool is_late = session->said != MOMENT_NONE && now != MOMENT_NONE &&
                   (now - session->said > SEQUEL_GAP || session->said - now > SEQUEL_GAP);
    if (!is_late && !is_another_client(sessions, session, finding))
        return session;
    session->refused = 0;
    session->taken = false;
    session->told = 0;
    return NULL;
}

/* Exim hangs up with the answer to a wrong command, and logs both: the second line is no refusal
 * more. */
static bool tells_again(const struct sessions *sessions, struct session *session,
                        const struct finding *finding) {
    session = session_said(sessions, session, finding);
    if (!session || !session->told)
        return false;
    bool again = finding->record.is_echo && finding->record.event == session->told;
    if (!again) /* an echo itself may go to two logs */
        session->told = 0;
    return again;
}

/* ---- sessions that are logged word for word ---- */

/* An address is kept as a whole, or not at all. */
static void address_keep(struct address *kept, struct slice address) {
    kept->length = address.length <= ADDRESS_ROOM ? (uint8_t)address.length : 0;
    if (kept->length)
        memcpy(kept->text, address.at, kept->length);
}

static struct slice address_kept(const struct address *kept) {
    return kept->length ? (struct slice){kept->text, kept->length} : (struct slice){0};
}

static struct spoken *spoken_of(struct sessions *sessions, const struct session *session) {
    if (!sessions->spoken)
        sessions->spoken = memory_new(PLACES * sizeof *sessions->spoken);
    return &sessions->spoken[session - sessions->items];
}

static void hear_command(struct spoken *spoken, const struct record *record) {
    bool goes_on = record->stage == STAGE_RCPT || record->stage == STAGE_DATA;
    spoken->command = (uint8_t)record->stage;
    spoken->half = HALF_NONE;
    spoken->code = 0;
    address_keep(&spoken->recipient, record->recipient);
    if (!goes_on) {
        spoken->has_sender = record->has_sender;
        address_keep(&spoken->sender, record->sender);
    }
    if (record->stage == STAGE_CONNECT)
        spoken->refused_all = false;
}

/* A command was understood, or another line tells what became of it. */
static void hear_answer(struct spoken *spoken, const struct finding *finding) {
    enum { SEND_DATA = 354 };
    spoken->half = HALF_NONE;
    spoken->code = (uint16_t)finding->reply.code;
    if (finding->reply.code == SEND_DATA)
        spoken->command = STAGE_END_OF_DATA;
}

/* Our reply is to the command heard last, and about its address: the reader took the one in the
 * text for a recipient. */
static void place_answer(const struct spoken *spoken, struct record *record) {
    if (!spoken->command)
        return;
    record->stage = (enum stage)spoken->command;
    if (record->event != EVENT_REJECTED)
        return;
    if (record->stage == STAGE_MAIL) {
        bool named = record->recipient.length;
        record->has_sender = true;
        record->sender = named ? record->recipient : address_kept(&spoken->sender);
        record->recipient = (struct slice){0};
    } else if (!record->recipient.length) {
        record->recipient = address_kept(&spoken->recipient);
    }
}

static void tell_sender(const struct spoken *spoken, struct record *record) {
    bool in_mail = record->stage == STAGE_RCPT || record->stage == STAGE_DATA ||
                   record->stage == STAGE_END_OF_DATA;
    if (record->has_sender || !spoken->has_sender || !in_mail)
        return;
    record->has_sender = true;
    record->sender = address_kept(&spoken->sender);
}

/* The reply and the line of its own stand side by side, in either order. */
static bool is_other_half(struct spoken *spoken, const struct record *record) {
    enum half half = record->is_answer ? HALF_ANSWER : HALF_LINE;
    bool again =
        spoken->half && spoken->half != (uint8_t)half && spoken->event == (int)record->event;
    spoken->half = again ? HALF_NONE : (uint8_t)half;
    spoken->event = (uint8_t)record->event;
    return again;
}

/* A session in which everything is refused tells so once; at the connection another one begins. */
static bool is_refused_anyway(struct spoken *spoken, const struct record *record) {
    if (record->event != EVENT_REJECTED)
        return false;
    bool follows = record->is_answer || (record->refuses_all && record->stage == STAGE_MAIL);
    bool anyway = spoken->refused_all && follows;
    spoken->refused_all |= record->refuses_all;
    return anyway;
}

/* Follows what is said in the session. True: the finding tells what was told before. */
static bool follow_words(struct sessions *sessions, struct finding *finding) {
    struct record *record = &finding->record;
    if (record->is_command)
        hear_command(spoken_of(sessions, session_begun(sessions, finding)), record);
    struct session *session = session_of(sessions, finding);
    if (!session || record->is_command)
        return false;
    struct spoken *spoken = spoken_of(sessions, session);
    if (record->kind == RECORD_DETAIL) {
        hear_answer(spoken, finding);
        return false;
    }
    if (spoken->code && spoken->code == finding->reply.code)
        finding->code_implied = false; /* it was said, and logged */
    if (record->is_answer)
        place_answer(spoken, record);
    tell_sender(spoken, record);
    bool again = is_other_half(spoken, record);
    return is_refused_anyway(spoken, record) || again;
}

static void session_tells(struct sessions *sessions, const struct finding *finding) {
    struct session *session = session_begun(sessions, finding);
    session->said = finding->time.seconds;
    traits_of(sessions, finding, session->traits);
    session->told = (uint8_t)finding->record.event;
}

static void follow_refusals(struct sessions *sessions, struct session *session,
                            struct finding *finding) {
    const struct record *record = &finding->record;
    bool is_refusal = record->kind == RECORD_INCIDENT && record->event == EVENT_REJECTED;
    if (is_refusal && record->stage == STAGE_RCPT && !sessions_is_sequel(finding)) {
        uint8_t refused = causes_number(&sessions->causes, slice_of(finding->verdict.class_name));
        session_says(sessions, finding, refused, false);
        return;
    }
    session = session_said(sessions, session, finding);
    if (session && is_refusal && session->taken && is_no_command(finding)) {
        finding->cause = "accepted";
    } else if (session && is_refusal && session->refused && sessions_is_sequel(finding)) {
        finding->cause = causes_name(&sessions->causes, session->refused);
        finding->follows = true;
        finding->follows_stranger = session->stranger;
    } else if (session && (record->kind == RECORD_INCIDENT || !record->queue_id.length)) {
        session->refused = 0; /* another command, the end, or another connection */
        session->taken = false;
    }
}

/* Postfix says "improper command pipelining" and ends the session, or it says so and goes on: then
 * nobody was refused. What comes next of the process is another client, or shows that it does. */
static void follow_pipelining(struct sessions *sessions, struct finding *finding) {
    struct record *record = &finding->record;
    if (record->is_pipelining) {
        session_begun(sessions, finding)->pipelined = true;
        sessions->pipelined = true;
        if (habit_of(sessions, finding)->is_not)
            record->kind = RECORD_DETAIL;
        return;
    }
    bool is_arrival = record->kind == RECORD_ARRIVAL;
    struct session *session = sessions->pipelined ? session_of(sessions, finding) : NULL;
    if (!session || !session->pipelined)
        return;
    session->pipelined = false;
    habit_learn(habit_of(sessions, finding), is_arrival || record->kind == RECORD_INCIDENT,
                GONE_ON);
}

/* postscreen is one process for all of its clients: each is known by address and port. */
static struct session *screened(struct sessions *sessions, const struct finding *finding,
                                bool begins) {
    const struct record *record = &finding->record;
    if (!begins && !sessions->screened)
        return NULL;
    uint64_t key = hash_of(sessions, finding, record->peer_ip, record->peer_port);
    return begins ? session_begun_under(sessions, key, finding)
                  : session_under(sessions, key, finding);
}

/* A refusal that the end of a session may stand for is none, unless the client failed that test and
 * it was the last word about him. */
static void follow_screen(struct sessions *sessions, struct finding *finding) {
    struct record *record = &finding->record;
    bool is_end = record->kind == RECORD_INCIDENT && record->screen;
    bool is_failure =
        record->kind == RECORD_STEP && record->screen && record->screen != SCREEN_PASSED;
    struct session *session = screened(sessions, finding, is_failure);
    if (is_failure) {
        sessions->screened = true;
        session->screen = (uint8_t)record->screen;
        session->screen_stage = (uint8_t)record->stage;
    } else if (is_end && (!session || session->screen != record->screen)) {
        record->kind = RECORD_DETAIL;
    } else if (session) {
        record->stage = is_end ? (enum stage)session->screen_stage : record->stage;
        session->screen = 0;
    }
}

void sessions_follow(struct sessions *sessions, struct finding *finding) {
    struct record *record = &finding->record;
    sessions->key = 0;
    if (record->peer_port.length)
        follow_screen(sessions, finding);
    bool of_session = is_of_session(record);
    if (!(of_session || record->kind == RECORD_ARRIVAL || record->is_pipelining) ||
        !who_of(finding).length)
        return;
    follow_pipelining(sessions, finding);
    if (record->kind == RECORD_ARRIVAL && finding->mta->arrives_whole) {
        if (record->peer_ip.length)
            session_says(sessions, finding, 0, true);
        return;
    }
    if (!is_of_session(record))
        return;
    bool again = finding->mta->logs_words && follow_words(sessions, finding);
    struct session *session = session_of(sessions, finding);
    if (again || tells_again(sessions, session, finding)) {
        record->kind = RECORD_DETAIL;
        return;
    }
    if (!record->is_command || record->stage == STAGE_CONNECT)
        follow_refusals(sessions, session, finding);
    if (record->may_echo)
        session_tells(sessions, finding);
}

/* ---- saving ---- */

static void spoken_save(const struct spoken *spoken, struct pack *pack) {
    pack_number(pack, spoken->command | (unsigned)spoken->half << 8 |
                          (unsigned)spoken->event << 16 | (unsigned)spoken->refused_all << 24 |
                          (unsigned)spoken->has_sender << 25);
    pack_number(pack, spoken->code);
    pack_text(pack, address_kept(&spoken->sender));
    pack_text(pack, address_kept(&spoken->recipient));
}

static void spoken_load(struct spoken *spoken, struct unpack *unpack) {
    uint64_t bits = unpack_number(unpack);
    spoken->command = (uint8_t)bits;
    spoken->half = (uint8_t)(bits >> 8);
    spoken->event = (uint8_t)(bits >> 16);
    spoken->refused_all = bits >> 24 & 1;
    spoken->has_sender = bits >> 25 & 1;
    spoken->code = (uint16_t)unpack_number(unpack);
    address_keep(&spoken->sender, unpack_text(unpack));
    address_keep(&spoken->recipient, unpack_text(unpack));
}

static void save_habits(const struct sessions *sessions, struct pack *pack) {
    size_t count = 0;
    for (size_t i = 0; sessions->habits && i < HABITS; i++)
        count += sessions->habits[i].key != 0;
    pack_number(pack, count);
    for (size_t i = 0; count && i < HABITS; i++) {
        const struct habit *habit = &sessions->habits[i];
        if (!habit->key)
            continue;
        pack_number(pack, habit->key);
        pack_number(pack, habit->session);
        pack_signed(pack, habit->heard);
        pack_number(pack, habit->is_not | (unsigned)habit->others_in_a_row << 1);
    }
}

static void load_habits(struct sessions *sessions, struct unpack *unpack) {
    size_t count = unpack_count(unpack);
    if (count && !unpack->broken)
        sessions->habits = memory_new(HABITS * sizeof *sessions->habits);
    for (; count && !unpack->broken; count--) {
        struct habit habit = {.key = unpack_number(unpack), .session = unpack_number(unpack)};
        habit.heard = unpack_signed(unpack);
        uint64_t flags = unpack_number(unpack);
        habit.is_not = flags & 1;
        habit.others_in_a_row = (uint8_t)(flags >> 1);
        struct habit *place = &sessions->habits[habit.key % HABITS];
        if (!habit.key || place->key)
            unpack->broken = true;
        else
            *place = habit;
    }
}

static void session_save(const struct sessions *sessions, size_t place, struct pack *pack) {
    static const struct spoken none;
    const struct session *session = &sessions->items[place];
    pack_number(pack, sessions->keys[place].hash);
    pack_number(pack, session->twin);
    pack_signed(pack, sessions->keys[place].heard);
    pack_signed(pack, session->said);
    for (size_t trait = 0; trait < TRAITS; trait++)
        pack_number(pack, session->traits[trait]);
    pack_number(pack, session->refused);
    pack_number(pack, session->stranger);
    pack_number(pack, session->taken | (unsigned)session->told << 1);
    pack_text(pack, (struct slice){session->text, session->host_length});
    pack_text(pack, (struct slice){session->text + session->host_length, session->ip_length});
    spoken_save(sessions->spoken ? &sessions->spoken[place] : &none, pack);
    pack_number(pack, session->run);
    pack_number(pack, session->copies | (unsigned)session->doubled << 8 |
                          (unsigned)session->pipelined << 9 | (unsigned)session->screen << 10 |
                          (unsigned)session->screen_stage << 18);
}

void sessions_save(const struct sessions *sessions, struct pack *pack) {
    size_t count = 0;
    for (size_t i = 0; sessions->keys && i < PLACES; i++)
        count += sessions->keys[i].hash != 0;
    causes_save(&sessions->causes, pack);
    pack_number(pack, count);
    for (size_t i = 0; count && i < PLACES; i++)
        if (sessions->keys[i].hash)
            session_save(sessions, i, pack);
    save_habits(sessions, pack);
}

/* The place of a session that is loaded; NO_PLACE: taken, or of nobody. */
static size_t place_loaded(const struct sessions *sessions, uint64_t key) {
    size_t place = place_for(sessions, key);
    bool is_free = key && !sessions->keys[place].hash && place_of(sessions, key) == NO_PLACE;
    return is_free ? place : NO_PLACE;
}

static void session_load(struct sessions *sessions, struct unpack *unpack) {
    uint64_t key = unpack_number(unpack);
    struct session session = {.twin = unpack_number(unpack)};
    struct spoken spoken = {0}, none = {0};
    int64_t heard = unpack_signed(unpack);
    session.said = unpack_signed(unpack);
    for (size_t trait = 0; trait < TRAITS; trait++)
        session.traits[trait] = (uint32_t)unpack_number(unpack);
    session.refused = causes_unpack(&sessions->causes, unpack);
    session.stranger = unpack_number(unpack) & 1;
    uint64_t flags = unpack_number(unpack);
    session.taken = flags & 1;
    session.told = (uint8_t)(flags >> 1);
    struct slice host = unpack_text(unpack), ip = unpack_text(unpack);
    spoken_load(&spoken, unpack);
    session.run = unpack_number(unpack);
    uint64_t run_flags = unpack_number(unpack);
    session.copies = (uint8_t)(run_flags & 0xff);
    session.doubled = run_flags >> 8 & 1;
    session.pipelined = run_flags >> 9 & 1;
    session.screen = (uint8_t)(run_flags >> 10 & 0xff);
    session.screen_stage = (uint8_t)(run_flags >> 18 & 0xff);
    size_t place = place_loaded(sessions, key);
    if (place == NO_PLACE || host.length + ip.length > TEXT_ROOM)
        unpack->broken = true;
    if (unpack->broken)
        return;
    session_client(&session, host, ip);
    sessions->keys[place] = (struct session_key){key, heard};
    sessions->items[place] = session;
    sessions->pipelined |= session.pipelined;
    sessions->screened |= session.screen != 0;
    if (memcmp(&spoken, &none, sizeof spoken) != 0)
        *spoken_of(sessions, &sessions->items[place]) = spoken;
}

void sessions_load(struct sessions *sessions, struct unpack *unpack) {
    causes_load(&sessions->causes, unpack);
    size_t count = unpack_count(unpack);
    if (count && !unpack->broken)
        make_places(sessions);
    for (; count && !unpack->broken; count--)
        session_load(sessions, unpack);
    load_habits(sessions, unpack);
}
