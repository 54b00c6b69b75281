/* Why: a domain at a large provider has an MX of its own there; that all of its servers are slow is
 * seen only when they are counted under one name.
 *
 * How: the names of providers are a map from host or domain to who runs it. A host is looked up as
 * it is, then without its first label, and so on. Found or not, the answer is kept for the host: a
 * log speaks of few hosts, many times. It is kept by a hash of 64 bits that nobody can foretell,
 * two answers a line of the processor's cache: with the names beside them each look cost three
 * lines that were in no near cache, 4 % of all time. Of a server, which is a host with an address,
 * the hashes of its names are kept too: they took 1 % of all time. The list of public suffixes is
 * slow to ask (4,000 instructions a label), so what it said of a domain is kept for the other hosts
 * in it, and it is not asked about the host itself: no registry is a mail server.
 */
#include "finding/operators.h"

#ifdef HAVE_LIBPSL
#include <libpsl.h>
#endif
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/network.h"

enum { HOST_LONGEST = 255, WAYS = 4, SETS = 2048, DOMAINS_KEPT = 16384 };

/* Of a server: a provider's operator, or so many last bytes of its host. */
struct answer {
    uint64_t hash;     /* 0: none */
    uint32_t provider; /* place + 1; 0: none */
    uint32_t tail;
    struct server_hashes hashes;
};

struct operators {
    const struct rulebook *book;
    struct map names;       /* of providers, in small letters -> uint32_t, place + 1 */
    struct answer *answers; /* in sets; the first of a set came last */
    struct answer *last;    /* NULL: it was asked for no host */
    struct map domains;     /* in small letters -> size_t, as registered_in() gives it */
};

/* In small letters, without the dot at the end. */
static struct slice lowered(struct slice host, char room[HOST_LONGEST]) {
    if (slice_ends(host, SLICE(".")))
        host.length--;
    return slice_lowered(slice_head(host, HOST_LONGEST), room);
}

struct operators *operators_new(const struct rulebook *book) {
    struct operators *operators = memory_new(sizeof *operators);
    operators->book = book;
    operators->answers = memory_new(SETS * WAYS * sizeof *operators->answers);
    map_init(&operators->names, sizeof(uint32_t));
    map_init(&operators->domains, sizeof(size_t));
    for (size_t i = 0; book && i < book->provider_count; i++)
        for (size_t name = 0; name < book->providers[i].host_count; name++) {
            char room[HOST_LONGEST];
            struct slice host = lowered(book->providers[i].hosts[name], room);
            *(uint32_t *)map_put(&operators->names, host, NULL) = (uint32_t)i + 1;
        }
    return operators;
}

void operators_free(struct operators *operators) {
    if (!operators)
        return;
    map_release(&operators->names);
    map_release(&operators->domains);
    free(operators->answers);
    free(operators);
}

/* Its place + 1; 0: the host is none's. */
static uint32_t provider_of(const struct operators *operators, struct slice host) {
    const uint32_t *found = NULL;
    struct slice label;
    while (host.length && !(found = map_get(&operators->names, host)))
        slice_cut(&host, '.', &label);
    return found ? *found : 0;
}

#ifdef HAVE_LIBPSL
/* libpsl looks at as many labels from the end. */
enum { LABELS_MOST = 9 };

static size_t labels_of(struct slice host) {
    size_t labels = 1;
    for (size_t i = 0; i < host.length; i++)
        labels += host.at[i] == '.';
    return labels;
}

static size_t registered_above(struct operators *operators, const char *name, size_t length);

/* As psl_registrable_domain(), from the top label down: the length of the registered domain that
 * the domain is or lies in, 0: none. */
static size_t registered_in(struct operators *operators, struct slice domain) {
    if (psl_is_public_suffix(psl_builtin(), domain.at))
        return 0;
    size_t registered = registered_above(operators, domain.at, domain.length);
    return registered ? registered : domain.length;
}

/* The same of the domain that a name stands in, which is asked for once. */
static size_t registered_above(struct operators *operators, const char *name, size_t length) {
    const char *dot = memchr(name, '.', length);
    if (!dot)
        return 0;
    struct slice above = {dot + 1, length - (size_t)(dot + 1 - name)};
    const size_t *known = map_get(&operators->domains, above);
    size_t registered = known ? *known : registered_in(operators, above);
    if (!known)
        *(size_t *)map_put(&operators->domains, above, NULL) = registered;
    return registered;
}
#endif

/* How much of the host, from its end, is the domain that somebody registered. */
static size_t registered_of(struct operators *operators, struct slice host) {
#ifdef HAVE_LIBPSL
    char name[HOST_LONGEST + 1];
    if (memchr(host.at, '\0', host.length) || host.at[0] == '.')
        return host.length;
    memcpy(name, host.at, host.length);
    name[host.length] = '\0';
    if (labels_of(host) <= LABELS_MOST) {
        size_t registered = registered_above(operators, name, host.length);
        return registered ? registered : host.length;
    }
    const char *domain = psl_registrable_domain(psl_builtin(), name);
    if (domain)
        return host.length - (size_t)(domain - name);
#endif
    (void)operators;
    return host.length;
}

static struct answer answer_for(struct operators *operators, struct slice host, uint64_t hash) {
    char room[HOST_LONGEST];
    struct network network;
    struct slice lower = lowered(host, room);
    size_t dot = host.length > lower.length;
    if (host.length > HOST_LONGEST || network_read(lower, &network))
        return (struct answer){.hash = hash, .tail = (uint32_t)host.length};
    uint32_t provider = provider_of(operators, lower);
    size_t tail = provider || !lower.length ? 0 : registered_of(operators, lower) + dot;
    return (struct answer){.hash = hash, .provider = provider, .tail = (uint32_t)tail};
}

static struct answer *set_of(const struct operators *operators, uint64_t hash) {
    return &operators->answers[hash / 2 % SETS * WAYS];
}

/* Out of the set, or worked out in the place of the one that came first. */
static struct answer *known_answer(struct operators *operators, struct slice host, uint64_t hash) {
    struct answer *set = set_of(operators, hash), answer;
    size_t way = 0;
    if (set->hash == hash)
        return set;
    while (way < WAYS - 1 && set[way].hash != hash)
        way++;
    answer = set[way].hash == hash ? set[way] : answer_for(operators, host, hash);
    memmove(set + 1, set, way * sizeof *set);
    set[0] = answer;
    return set;
}

uint64_t operator_expect(const struct operators *operators, const struct record *record) {
    uint64_t hash = hash_mix(secret_hash(record->peer_host), secret_hash(record->peer_ip) | 1) | 1;
    const struct answer *set = set_of(operators, hash);
    memory_expect(set);
    memory_expect(set + WAYS / 2);
    return hash;
}

struct slice operator_of(struct operators *operators, const struct record *record, uint64_t hash) {
    struct slice host = record->peer_host;
    operators->last = NULL;
    if (!host.length)
        return record->peer_ip;
    if (operators->domains.count >= DOMAINS_KEPT)
        map_clear(&operators->domains);
    const struct answer *answer = operators->last = known_answer(operators, host, hash);
    if (answer->provider)
        return operators->book->providers[answer->provider - 1].run_by;
    struct slice tail = slice_from(host, host.length - answer->tail);
    return slice_ends(tail, SLICE(".")) ? slice_head(tail, tail.length - 1) : tail;
}

struct server_hashes *operator_hashes(struct operators *operators) {
    return operators->last ? &operators->last->hashes : NULL;
}

const char *operators_about(void) {
#ifdef HAVE_LIBPSL
    static char text[40];
    snprintf(text, sizeof text, "libpsl %s", psl_get_version());
    return text;
#else
    return "not built in (make LIBPSL=yes; servers of no known provider count under their whole "
           "name)";
#endif
}
