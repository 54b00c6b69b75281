/* clickhouse_place - a key on a command line is read by every user of the host, and a URL goes into
 * notes and reports; so a URL that holds one is refused, and is not shown again. */
#include "store/clickhouse_place.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"

/* ---- the URL */

static const struct scheme {
    struct slice prefix;
    const char *http, *port;
} schemes[] = {{SLICE_INIT("clickhouse://"), "http", "8123"},
               {SLICE_INIT("clickhouses://"), "https", "8443"}};

static const struct scheme *scheme_of(struct slice *rest) {
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (slice_skip(rest, schemes[i].prefix))
            return &schemes[i];
    return NULL;
}

bool clickhouse_knows(const char *where) {
    struct slice rest = slice_of(where);
    return scheme_of(&rest) != NULL;
}

bool clickhouse_is_name(struct slice text) {
    bool good = text.length > 0 && text.length <= 64 && !is_digit(text.at[0]);
    for (size_t i = 0; good && i < text.length; i++)
        good = is_alnum(text.at[i]) || text.at[i] == '_';
    return good;
}

/* Names, IPv4, and IPv6 in brackets. */
static bool is_host(struct slice host) {
    bool in_brackets = host.length > 2 && host.at[0] == '[' && host.at[host.length - 1] == ']';
    const char *more = in_brackets ? ":." : "-._";
    if (in_brackets)
        host = slice_head(slice_from(host, 1), host.length - 2);
    bool good = host.length > 0 && host.length <= 255;
    for (size_t i = 0; good && i < host.length; i++)
        good = is_alnum(host.at[i]) || memchr(more, host.at[i], strlen(more));
    return good;
}

/* Cuts ":PORT" off the end. */
static bool cut_port(struct slice *host, struct slice *port_r) {
    size_t colon = slice_rfind(*host, ':');
    uint64_t number;
    if (colon == SIZE_MAX || (host->at[0] == '[' && host->at[host->length - 1] == ']'))
        return true;
    *port_r = slice_from(*host, colon + 1);
    *host = slice_head(*host, colon);
    return slice_number(*port_r, &number) && number > 0 && number < 65536;
}

bool clickhouse_place_read(const char *where, struct arena *arena, struct clickhouse_place *place_r,
                           struct problem *problem) {
    struct slice rest = slice_of(where), host;
    const struct scheme *scheme = scheme_of(&rest);
    struct slice port = slice_of(scheme->port);
    if (slice_find(rest, '@') != SIZE_MAX)
        return problem_say(problem,
                           "a URL with a user or a key in it is refused, others could read it: "
                           "write NAME:KEY into a file of mode 600 and name that with --key-file");
    slice_cut(&rest, '/', &host);
    if (!host.length || !cut_port(&host, &port) || !is_host(host) || !clickhouse_is_name(rest))
        return problem_say(problem, "'%s': write %.*sHOST:PORT/DATABASE", where,
                           SLICE_ARGS(scheme->prefix));
    place_r->host = arena_print(arena, "%.*s:%.*s", SLICE_ARGS(host), SLICE_ARGS(port)).at;
    place_r->database = arena_copy(arena, rest).at;
    place_r->base = arena_print(arena, "%s://%s/", scheme->http, place_r->host).at;
    place_r->name = arena_print(arena, "%.*s%s/%s", SLICE_ARGS(scheme->prefix), place_r->host,
                                place_r->database)
                        .at;
    return true;
}

bool clickhouse_can_be(const char *where, struct problem *problem) {
    struct arena arena;
    struct clickhouse_place place;
    arena_init(&arena);
    bool good = clickhouse_place_read(where, &arena, &place, problem);
    arena_release(&arena);
    return good;
}

/* ---- who asks */

/* What goes into a header must not end it. */
static bool is_of_header(struct slice text) {
    bool good = text.length <= 512;
    for (size_t i = 0; good && i < text.length; i++)
        good = (unsigned char)text.at[i] >= ' ' && text.at[i] != 0x7F;
    return good;
}

static bool put_login(struct slice user, struct slice key, struct arena *arena,
                      const char *headers_r[CLICKHOUSE_HEADERS]) {
    size_t count = 0;
    if (!is_of_header(user) || !is_of_header(key))
        return false;
    if (user.length)
        headers_r[count++] = arena_print(arena, "X-ClickHouse-User: %.*s", SLICE_ARGS(user)).at;
    if (key.length)
        headers_r[count++] = arena_print(arena, "X-ClickHouse-Key: %.*s", SLICE_ARGS(key)).at;
    headers_r[count] = NULL;
    return true;
}

static bool read_line(int fd, char *line, size_t room, size_t *length_r) {
    ssize_t got;
    *length_r = 0;
    while (*length_r < room && (got = read(fd, line + *length_r, room - *length_r)) != 0) {
        if (got < 0)
            return false;
        *length_r += (size_t)got;
    }
    return true;
}

static bool read_login(const char *name, int fd, struct arena *arena,
                       const char *headers_r[CLICKHOUSE_HEADERS], struct problem *problem) {
    char line[2048];
    size_t length;
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0)
        return problem_errno(problem, "--key-file '%s'", name);
    if (!S_ISREG(status.st_mode))
        return problem_say(problem, "--key-file '%s' is no file", name);
    if (status.st_mode & 077)
        return problem_say(
            problem, "--key-file '%s': others may read it: chmod 600 it, and change the key", name);
    if (!read_line(fd, line, sizeof line, &length))
        return problem_errno(problem, "--key-file '%s'", name);
    struct slice key = slice_trim((struct slice){line, length}), user;
    if (!slice_cut(&key, ':', &user) || !user.length || length == sizeof line ||
        !put_login(user, key, arena, headers_r))
        return problem_say(problem, "--key-file '%s': write one line, NAME:KEY", name);
    return true;
}

bool clickhouse_login(const char *key_file, struct arena *arena,
                      const char *headers_r[CLICKHOUSE_HEADERS], struct problem *problem) {
    struct slice user = slice_of(getenv("MAILTRIAGE_CLICKHOUSE_USER"));
    struct slice key = slice_of(getenv("MAILTRIAGE_CLICKHOUSE_KEY"));
    if (!key_file)
        return put_login(user, key, arena, headers_r) ||
               problem_say(problem, "MAILTRIAGE_CLICKHOUSE_USER or MAILTRIAGE_CLICKHOUSE_KEY holds "
                                    "what no user or key is made of");
    int fd = open(key_file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool good = read_login(key_file, fd, arena, headers_r, problem);
    if (fd >= 0)
        close(fd);
    return good;
}
