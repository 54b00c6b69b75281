/* main - reads the command line and calls the command. */
#include <signal.h>
#include <stdio.h>

#include "app/options.h"
#include "app/say.h"
#include "finding/operators.h"
#include "input/compressed.h"
#include "input/journal.h"
#include "report/width.h"
#include "rules/regex.h"

static int print_version(void) {
    printf("mailtriage %s\nregular expressions: PCRE2, JIT %s\ncompressed logs: %s\n"
           "systemd journal: %s\ncolumns of text: %s\nregistered domains: %s\n",
           MAILTRIAGE_VERSION, regex_has_jit() ? "available" : "unavailable (slower, same results)",
           compressed_about(), journal_about(), width_about(), operators_about());
    return 0;
}

int main(int argc, char **argv) {
    struct options options;
    struct problem problem;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error like any other */
    if (!options_read(&options, argc, argv, &problem)) {
        say_fault("%s", problem.text);
        return 2;
    }
    int status = 0;
    if (options.help)
        options_help(options.command_given ? options.command : NULL);
    else if (options.version)
        status = print_version();
    else
        return options.command->run(&options);
    if (fflush(stdout) != 0) {
        say_fault("cannot write standard output");
        status = 1;
    }
    return status;
}
