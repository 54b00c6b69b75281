/* mailing - what a mail needs that no log tells. The addresses were checked when they were read
 * (options.c), so that nothing of them can become a header of its own. */
#include "app/mailing.h"

#include <pwd.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

bool mailing_check(const struct options *options, const struct format *format,
                   struct problem *problem) {
    bool is_mail = format->letter;
    if (is_mail && !options->mail_to_count)
        return problem_say(problem, "--format %s: say to whom with --mail-to", format->name);
    static const char *const of_mail[] = {"mail-to", "mail-from", "mail-if"};
    for (size_t i = 0; !is_mail && i < sizeof of_mail / sizeof *of_mail; i++)
        if (options_insist(options, of_mail[i]))
            return problem_say(problem, "--%s belongs to --format mail", of_mail[i]);
    return true;
}

static struct slice host_name(struct arena *arena) {
    struct utsname system;
    struct slice name = uname(&system) == 0 ? slice_of(system.nodename) : SLICE("");
    bool good = mail_address_is_good(name) && slice_find(name, '@') == SIZE_MAX;
    return arena_copy(arena, good ? name : SLICE("localhost"));
}

/* Who runs the program, on this host. Mail from a host without a domain, such as mx1, is refused
 * elsewhere: then the user alone, whom the mail server here completes by the domain of its mail. */
static struct slice default_from(struct slice host, struct arena *arena) {
    const struct passwd *user = getpwuid(geteuid());
    const char *name =
        user && mail_address_is_good(slice_of(user->pw_name)) ? user->pw_name : "root";
    bool is_qualified = slice_find(host, '.') != SIZE_MAX;
    return is_qualified ? arena_print(arena, "%s@%.*s", name, SLICE_ARGS(host))
                        : arena_copy(arena, slice_of(name));
}

static struct slice date_words(int64_t seconds, struct arena *arena) {
    char text[64];
    struct tm parts;
    time_t now = (time_t)seconds;
    localtime_r(&now, &parts);
    size_t length = strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S %z", &parts);
    return arena_copy(arena, (struct slice){text, length});
}

/* No two mails have the same, also those of one second. */
static struct slice new_id(const struct options *options, struct slice host, struct arena *arena) {
    uint64_t chance = 0;
    if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
        chance = (uint64_t)getpid();
    return arena_print(arena, "%lld.%llx.mailtriage@%.*s", (long long)options->now,
                       (unsigned long long)chance, SLICE_ARGS(host));
}

struct mail_head mailing_head(const struct options *options, struct arena *arena) {
    struct mail_head head = {.host = host_name(arena), .to_count = options->mail_to_count};
    for (size_t i = 0; i < head.to_count; i++)
        head.to[i] = options->mail_to[i];
    head.from = options->mail_from ? slice_of(options->mail_from) : default_from(head.host, arena);
    head.date = date_words(options->now, arena);
    head.id = new_id(options, head.host, arena);
    return head;
}
