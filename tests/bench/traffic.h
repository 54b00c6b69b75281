/* traffic - made-up mail traffic, the same for every server; each maker of logs adds how one
 * server writes it down.
 *
 * Why: speed figures need logs larger than anyone may publish, and counts can only be proved
 * against a log whose totals are known beforehand. How: a heap of events ordered by time. Sessions
 * and messages are small state machines; taking an event has the server print its lines and puts
 * the next event of the same session or message into the heap, so that lives overlap as they do in
 * a busy log. What happens is decided and counted here, whatever a server writes about it. Same
 * seed, same bytes. Names are example.*, addresses RFC 5737 and RFC 3849.
 */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RCPT_MOST = 6 /* recipients of one message */ };

/* --- chance: the same numbers for the same seed */

uint64_t chance(void);
unsigned below(unsigned limit);
bool percent(double share);
int64_t between(int64_t low, int64_t high);

/* --- names: a text is good until the second call after its own */

struct address {
    unsigned domain;
    uint32_t user;
};

struct peer {
    char host[96], ip[48]; /* the host is "unknown" where its address has no name */
};

const char *domain_name(unsigned domain);
const char *user_name(uint32_t user);
const char *place_name(unsigned number);
const char *address_text(struct address address);
struct peer client_peer(unsigned client);
struct peer some_client(void);
struct peer mx_peer(unsigned domain, unsigned number);
/* A name that a stranger tries. */
uint32_t stranger_guess(unsigned domain);

/* --- sessions and messages */

enum session_kind {
    SESSION_MAIL,
    SESSION_LOGIN, /* a customer who logs in and sends */
    SESSION_REJECTED,
    SESSION_GUESSING, /* passwords */
    SESSION_LOST,
    SESSION_TIMEOUT,
    SESSION_TLS,      /* that is not agreed on */
    SESSION_SCREENED, /* refused before the client said anything */
};

struct session {
    enum session_kind kind;
    unsigned client, pid, left, sent, refused;
    bool ending;
    char id[32]; /* for the server, where a session has one */
};

enum recipient_state { FRESH, DEFERRED, GONE };

struct recipient {
    struct address address;
    enum recipient_state state;
};

struct message {
    char id[32];
    struct address sender;
    unsigned size, attempts, count, left, turn, failed, pid;
    bool notice; /* made by the server itself, from <> to who sent another message */
    bool expired;
    int64_t arrived;
    struct recipient recipients[RCPT_MOST];
};

/* Recipients of one message that meet the same fate at once, in one domain when more than one. */
struct group {
    const struct recipient *list;
    unsigned count;
};

/* --- what a server writes; each is called when it happens, most do nothing for some server */

struct server {
    const char *name;         /* in syslog */
    unsigned bytes_a_message; /* about so many of its log */
    bool own_files;           /* has a stamp of its own, which stands in its syslog lines too */
    bool groups;              /* delivers to several recipients in one domain at once */
    bool notices;             /* sends bounces */

    void (*session_begin)(struct session *);
    void (*session_end)(const struct session *);
    void (*accepted)(const struct session *, struct message *); /* gives it its id */
    void (*refused)(const struct session *);
    void (*guessed)(const struct session *);
    void (*lost)(const struct session *, unsigned stage);
    void (*lost_in_data)(const struct session *);
    void (*timed_out)(const struct session *, unsigned stage);
    void (*tls_failed)(const struct session *);
    void (*screened)(const struct session *);

    void (*header_read)(const struct message *);
    void (*attempt)(const struct message *);
    void (*sent)(const struct message *, struct group);
    void (*deferred)(const struct message *, struct group);
    void (*bounced)(const struct message *, struct group);
    void (*expired)(const struct message *, struct group);
    void (*notified)(const struct message *, struct message *notice); /* gives it its id */
    void (*removed)(const struct message *);

    void (*noise)(void); /* what says nothing of mail, and neighbours in the same file */
};

/* Stages at which a client leaves. */
enum { AT_CONNECT, AT_EHLO, AT_MAIL, AT_RSET, STAGES, AT_AUTH = STAGES };

/* --- writing */

void log_line(const char *tag, unsigned pid, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

int64_t now_microseconds(void);             /* since the epoch */
double message_age(const struct message *); /* seconds since it arrived */
bool stamps_are_new(void);                  /* of a server of today, else of an old one */
bool in_syslog(void);

struct civil_time {
    int year, month, day, hour, minute, second; /* month and day from 1 */
};
struct civil_time civil_time(int64_t seconds);

/* Prints a text with the arguments %1$s to %3$s; the C library does not take every subset. */
void fill_in(char *into, size_t room, const char *text, const char *const arguments[3]);

/* The program: reads the command line, writes the log and its totals. */
int make_log(int argc, char **argv, const struct server *server);

#endif
