/* Why: a domain at a large provider has an MX of its own there; that all of its servers are slow is
 * seen only when they are counted under one name.
 *
 * How: the names of providers are a map from host or domain to who runs it. A host is looked up as
 * it is, then without its first label, and so on. Found or not, the answer is kept for the host: a
 * log speaks of few hosts, many times. The list of public suffixes is slow to ask (4,000
 * instructions a label), so what it said of a domain is kept for the other hosts in it, and it is
 * not asked about the host itself: no registry is a mail server.
 */
#include "finding/operators.h"

#ifdef HAVE_LIBPSL
#include <libpsl.h>
#endif
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/network.h"

enum { HOST_LONGEST = 255, HOSTS_KEPT = 16384 };

/* An answer: a provider's operator, or so many last bytes of the host. */
struct answer {
    const struct slice *run_by;
    size_t tail;
};

struct operators {
    struct map names;   /* of providers, in small letters -> const struct slice * */
    struct map hosts;   /* as logged -> struct answer */
    struct map domains; /* in small letters -> size_t, as registered_in() gives it */
};

/* In small letters, without the dot at the end. */
static struct slice lowered(struct slice host, char room[HOST_LONGEST]) {
    if (slice_ends(host, SLICE(".")))
        host.length--;
    return slice_lowered(slice_head(host, HOST_LONGEST), room);
}

struct operators *operators_new(const struct rulebook *book) {
    struct operators *operators = memory_new(sizeof *operators);
    map_init(&operators->names, sizeof(const struct slice *));
    map_init(&operators->hosts, sizeof(struct answer));
    map_init(&operators->domains, sizeof(size_t));
    for (size_t i = 0; book && i < book->provider_count; i++)
        for (size_t name = 0; name < book->providers[i].host_count; name++) {
            char room[HOST_LONGEST];
            struct slice host = lowered(book->providers[i].hosts[name], room);
            *(const struct slice **)map_put(&operators->names, host, NULL) =
                &book->providers[i].run_by;
        }
    return operators;
}

void operators_free(struct operators *operators) {
    if (!operators)
        return;
    map_release(&operators->names);
    map_release(&operators->hosts);
    map_release(&operators->domains);
    free(operators);
}

static const struct slice *provider_of(const struct operators *operators, struct slice host) {
    const struct slice *const *found = NULL;
    struct slice label;
    while (host.length && !(found = map_get(&operators->names, host)))
        slice_cut(&host, '.', &label);
    return found ? *found : NULL;
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

static struct answer answer_for(struct operators *operators, struct slice host) {
    char room[HOST_LONGEST];
    struct network network;
    struct slice lower = lowered(host, room);
    size_t dot = host.length > lower.length;
    if (host.length > HOST_LONGEST || network_read(lower, &network))
        return (struct answer){NULL, host.length};
    const struct slice *run_by = provider_of(operators, lower);
    return (struct answer){run_by,
                           run_by || !lower.length ? 0 : registered_of(operators, lower) + dot};
}

static void forget(struct operators *operators) {
    map_clear(&operators->hosts);
    map_clear(&operators->domains);
}

struct slice operator_of(struct operators *operators, const struct record *record) {
    struct slice host = record->peer_host;
    bool is_new;
    if (!host.length)
        return record->peer_ip;
    if (operators->hosts.count >= HOSTS_KEPT)
        forget(operators);
    struct answer *answer = map_put(&operators->hosts, host, &is_new);
    if (is_new)
        *answer = answer_for(operators, host);
    if (answer->run_by)
        return *answer->run_by;
    struct slice tail = slice_from(host, host.length - answer->tail);
    return slice_ends(tail, SLICE(".")) ? slice_head(tail, tail.length - 1) : tail;
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
