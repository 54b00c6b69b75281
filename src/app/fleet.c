/* fleet - a file is named by --history, a cluster by its URL behind the verb. */
#include "app/fleet.h"

#include "app/result.h"
#include "app/say.h"

static struct store_access access_of(const struct options *options) {
    return (struct store_access){.key_file = options->key_file, .partial = options->partial};
}

static bool wants_host(void *context, struct slice host) {
    const struct finding of_host = {.host = host};
    return filter_matches(context, &of_host);
}

struct store *fleet_open(const struct options *options, const char *where, enum store_use use,
                         struct problem *problem) {
    const struct store_access access = access_of(options);
    struct filter filter = options->filter;
    struct store *store = store_open_as(where, use, &access, problem);
    bool is_narrowed = use == STORE_READ && filter.count && filter_is_of_hosts(&filter);
    if (!store || !is_narrowed || store_narrow(store, wants_host, &filter, problem))
        return store;
    store_close(store);
    return NULL;
}

bool fleet_can_tell(const struct options *options) {
    return !options->filter.count || (filter_is_of_hosts(&options->filter) && !options->resume);
}

bool fleet_say_filters(struct problem *problem) {
    return problem_say(problem, "history keeps sums, which no filter but --host can be asked of: "
                                "name the logs, or leave the other filters out");
}

void fleet_say_empty(const char *where) {
    say_fault("history '%s' holds nothing of the asked span: 'mailtriage history show' tells what "
              "it holds",
              where);
}

bool fleet_missing(struct store *store, const char *where, struct out *out,
                   struct problem *problem) {
    if (!store_missing(store, out, problem))
        return false;
    if (out->length)
        say_note("history '%s' is not whole: what is on %.*s is missing", where,
                 SLICE_ARGS(out_held(out)));
    return true;
}

static int fail(const struct options *options, const struct problem *problem, int status) {
    options_fault(options, problem);
    return status;
}

/* The one operand behind the verb; NULL: there is none, or more. */
static const char *url_of(const struct options *options) {
    return options->operand_count == 2 ? options->operands[1] : NULL;
}

int fleet_init(const struct options *options) {
    const struct store_access access = access_of(options);
    const char *url = url_of(options);
    struct problem problem;
    struct result result;
    if (!url) {
        problem_say(&problem, "write 'mailtriage history init clickhouse://HOST:PORT/DATABASE'");
        return fail(options, &problem, 2);
    }
    int failed = store_is_cluster(url) ? 1 : 2; /* a file is not made like this */
    if (!options->print)
        return store_init(url, &access, options->cluster, NULL, &problem)
                   ? 0
                   : fail(options, &problem, failed);
    bool good = result_open(&result, options, &problem);
    if (good) {
        good = store_init(url, &access, options->cluster, &result.out, &problem);
        struct problem why;
        good = result_close(&result, good ? &problem : &why) && good;
    }
    return good ? 0 : fail(options, &problem, failed);
}

static void say_pushed(const struct options *options, const struct store_pushed *pushed) {
    if (pushed->outside)
        say_note("%llu rows are of hours before 1970 or behind 2106, which a server has not: they "
                 "stay in the file alone",
                 (unsigned long long)pushed->outside);
    if (options->quiet)
        return;
    if (pushed->rows)
        say_note("pushed %llu rows, of %llu hours and days of tables",
                 (unsigned long long)pushed->rows, (unsigned long long)pushed->hours);
    else
        say_note("nothing has changed since the last push");
}

int fleet_push(const struct options *options) {
    struct problem problem;
    struct store_pushed pushed;
    const char *url = options->operand_count == 1 ? options->push_to : url_of(options);
    const char *file = options->history;
    if (!url || !file) {
        problem_say(&problem, "write 'mailtriage history push --history FILE "
                              "clickhouse://HOST:PORT/DATABASE'");
        return fail(options, &problem, 2);
    }
    if (store_is_cluster(file) || !store_is_cluster(url)) {
        problem_say(&problem, "history push: --history names a file, and behind it stands the URL "
                              "of a cluster");
        return fail(options, &problem, 2);
    }
    struct store *into = NULL, *from = NULL;
    struct store *outbox = store_open(file, STORE_OLD, &problem); /* brings it up to date */
    if (outbox)
        from = store_open(file, STORE_READ, &problem);
    if (from)
        into = fleet_open(options, url, STORE_OLD, &problem);
    bool good = into && store_push(into, from, outbox, options->again, &pushed, &problem);
    store_close(into);
    store_close(from);
    store_close(outbox); /* last: who may write leaves nothing beside the file */
    if (good)
        say_pushed(options, &pushed);
    return good ? 0 : fail(options, &problem, 1);
}
