/* main - reads the command line and calls the command. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "app/config.h"
#include "app/plugin.h"
#include "app/say.h"
#include "base/memory.h"
#include "finding/operators.h"
#include "input/compressed.h"
#include "input/journal.h"
#include "report/width.h"
#include "rules/regex.h"
#include "store/http.h"
#include "store/store.h"

static int print_config(const struct options *options) {
    struct out out;
    struct problem problem;
    out_init(&out, STDOUT_FILENO);
    config_print(options, &out);
    bool good = out_flush(&out, "standard output", &problem);
    out_release(&out);
    if (!good)
        say_fault("%s", problem.text);
    return good ? 0 : 1;
}

static int print_version(void) {
    printf("mailtriage %s\nregular expressions: PCRE2, JIT %s\ncompressed logs: %s\n"
           "systemd journal: %s\ncolumns of text: %s\nregistered domains: %s\n"
           "history: %s, ClickHouse by %s\n",
           MAILTRIAGE_VERSION, regex_has_jit() ? "available" : "unavailable (slower, same results)",
           compressed_about(), journal_about(), width_about(), operators_about(), store_about(),
           http_about());
    return 0;
}

/* Of a command line that is none; a monitoring system reads its plugin's line alone. */
static int refuse(const struct options *options, const struct problem *problem) {
    options_fault(options, problem);
    bool is_plugin = options->command && strcmp(options->command->name, "check") == 0;
    return is_plugin ? (int)plugin_unknown(say_first_fault()) : 2;
}

/* What is printed is no result, so --output does not hold. */
static int run(const struct options *options) {
    int status = 0;
    if (options->help)
        options_help(options->command_given ? options->command : NULL);
    else if (options->version)
        status = print_version();
    else if (options->print_config)
        return print_config(options);
    else
        return options->command->run(options);
    if (fflush(stdout) != 0) {
        say_fault("cannot write standard output");
        status = 1;
    }
    return status;
}

int main(int argc, char **argv) {
    struct options options;
    struct problem problem;
    int status;
    memory_settle();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error like any other */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that has reached its limit */
    status =
        options_read(&options, argc, argv, &problem) ? run(&options) : refuse(&options, &problem);
    options_release(&options);
    return status;
}
