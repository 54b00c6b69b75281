/* describe - puts the lists of the program (commands, options, words of options) into the manual
 * page and the completions, so that these cannot tell of others. The build runs it; it is no part
 * of the program.
 * usage: describe PATTERNS-FOLDER TEMPLATE DATE > FILE
 *
 * A line of the template that holds nothing but @PART@ becomes that part. The lists are those that
 * the program is compiled from (*.def); reasons and languages are those of the folder.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_FOLDER MAILTRIAGE_SYSCONFDIR "/mailtriage"

enum { WORDS_MOST = 256 };

static const struct {
    const char *name, *letter, *operands, *help;
} commands[] = {
#define COMMAND(name, letter, operands, help) {#name, letter, operands, help},
#include "app/commands.def"
#undef COMMAND
};
enum { COMMANDS = sizeof commands / sizeof *commands };

struct option {
    const char *name;
    char letter;
    const char *argument, *commands;
    bool is_list;
    const char *help;
};

static const struct option options[] = {
#define ONE(function, field, least, most) false
#define FLAG(field)                       false
#define WORD(field)                       false
#define WHEN(field)                       false
#define NUMBER(field, least, most)        false
#define ONCE(function, field)             false
#define LIST(function, field)             true
#define FILTERS(by)                       true
#define OPTION(name, letter, argument, commands, sets, help)                                       \
    {name, letter, argument, commands, sets, help},
#include "app/options.def"
#undef OPTION
};
enum { OPTIONS = sizeof options / sizeof *options };

static bool is_of(const struct option *option, size_t command) {
    return *option->commands == '*' || strstr(option->commands, commands[command].letter);
}

/* ---- the words that an option takes */

static const char *const whens[] = {"auto", "always", "never", NULL};
static const char *const mtas[] = {"auto",
#define MTA(name) #name,
#include "mta/mtas.def"
#undef MTA
                                   NULL};
static const char *const parts[] = {
#define PART(constant, name) name,
#include "report/parts.def"
#undef PART
    NULL};
static const char *const columns[] = {
#define COLUMN(constant, name, kind, in_csv) name,
#include "report/columns.def"
#undef COLUMN
    NULL};
#undef WORD
#define WORD(constant, word) word,
static const char *const events[] = {
#define EVENTS
#include "mta/words.def"
#undef EVENTS
    NULL};
static const char *const levels[] = {
#define LEVELS
#include "mta/words.def"
#undef LEVELS
    NULL};
static const char *const directions[] = {
#define DIRECTIONS
#include "mta/words.def"
#undef DIRECTIONS
    NULL};
static const char *const stages[] = {
#define STAGES
#include "mta/words.def"
#undef STAGES
    NULL};
static const char *date;
static const char *reasons[WORDS_MOST] = {"unclassified"}, *languages[WORDS_MOST] = {"en"};

static const struct {
    const char *option;
    const char *const *words;
} choices[] = {{"mta", mtas},        {"only", parts},           {"without", parts},
               {"columns", columns}, {"unique", columns},       {"event", events},
               {"level", levels},    {"direction", directions}, {"stage", stages},
               {"class", reasons},   {"lang", languages}};

static void fail(const char *text) {
    fprintf(stderr, "describe: %s\n", text);
    exit(1);
}

static void add_word(const char **words, const char *word, size_t length) {
    size_t count = 0;
    while (words[count])
        count++;
    if (count + 1 == WORDS_MOST || !(words[count] = strndup(word, length)))
        fail("too many words");
}

/* One name a line, '#' begins a comment. */
static void read_reasons(const char *folder) {
    char line[512];
    snprintf(line, sizeof line, "%s/reasons/order", folder);
    FILE *file = fopen(line, "r");
    if (!file)
        fail("no reasons/order in the folder of patterns");
    while (fgets(line, sizeof line, file)) {
        size_t length = strcspn(line, " \t\r\n#");
        if (length > 0)
            add_word(reasons, line, length);
    }
    fclose(file);
}

static void read_languages(const char *folder) {
    char path[512];
    struct dirent **entries;
    snprintf(path, sizeof path, "%s/lang", folder);
    int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0)
        fail("no lang in the folder of patterns");
    for (int i = 0; i < count; i++) {
        const char *ending = strstr(entries[i]->d_name, ".yaml");
        if (ending)
            add_word(languages, entries[i]->d_name, (size_t)(ending - entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
}

/* " text html" of "...; report: text html; export: ...": NULL when the help names no words. */
static const char *words_of_command(const char *help, size_t command) {
    char key[64];
    snprintf(key, sizeof key, "; %s", commands[command].name);
    const char *at = strstr(help, key), *colon = at ? strchr(at, ':') : NULL;
    return colon && memchr(at + 2, ';', (size_t)(colon - at - 2)) == NULL ? colon + 1 : NULL;
}

/* The words, with a blank in front of each; false when it takes others too. */
static bool print_words(const struct option *option, size_t command) {
    const char *const *words = NULL;
    const char *told =
        strcmp(option->name, "format") == 0 ? words_of_command(option->help, command) : NULL;
    if (told) {
        printf("%.*s", (int)strcspn(told, ";"), told);
        return true;
    }
    if (option->argument && strcmp(option->argument, "WHEN") == 0)
        words = whens;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (strcmp(option->name, choices[i].option) == 0)
            words = choices[i].words;
    for (size_t i = 0; words && words[i]; i++)
        printf(" %s", words[i] + (strncmp(words[i], "mta_", 4) == 0 ? 4 : 0));
    return words;
}

static bool takes(const struct option *option, const char *argument) {
    return option->argument && strcmp(option->argument, argument) == 0;
}

/* What the option is, in a few words. */
static void print_short(const char *help, const char *escaped, const char *escape) {
    size_t length = strcspn(help, ":;(");
    while (length > 0 && help[length - 1] == ' ')
        length--;
    for (size_t i = 0; i < length; i++)
        if (strchr(escaped, help[i]))
            printf("%s%c", escape, help[i]);
        else
            putchar(help[i]);
}

/* ---- manual page */

/* A text that roff takes as it stands; each sentence begins a line. */
static void man_text(const char *text) {
    const char *sentence = text;
    for (; *text; text++) {
        if (text == sentence && strchr(".'", *text))
            fputs("\\&", stdout);
        if (*text == ' ' && text > sentence && strchr(".!?", text[-1])) {
            putchar('\n');
            sentence = text + 1;
        } else if (*text == '\\' || *text == '-') {
            fputs(*text == '-' ? "\\-" : "\\e", stdout);
        } else {
            putchar(*text);
        }
    }
    putchar('\n');
}

static void man_commands(void) {
    for (size_t i = 0; i < COMMANDS; i++) {
        printf(".It Cm %s Ar \"%s\"\n", commands[i].name, commands[i].operands);
        man_text(commands[i].help);
    }
}

/* The commands that take the option, unless all do. */
static void man_takers(const struct option *option) {
    const char *between = "(";
    for (size_t i = 0; *option->commands != '*' && i < COMMANDS; i++)
        if (is_of(option, i)) {
            printf("%s%s", between, commands[i].name);
            between = ", ";
        }
    if (*between == ',')
        puts(")");
}

static void man_options(void) {
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option *option = &options[i];
        printf(".It ");
        if (option->letter)
            printf("Fl %c , ", option->letter);
        printf("Fl \\-%s", option->name);
        if (option->argument)
            printf(" Ar %s", option->argument);
        putchar('\n');
        man_text(option->help);
        man_takers(option);
    }
}

static void man_files(void) {
    puts(".It Pa " CONFIG_FOLDER "/config.yaml\n"
         "Options for every run, see\n.Xr mailtriage\\-config 5 .\n"
         ".It Pa " CONFIG_FOLDER "/patterns\n"
         "Pattern files of the site, see\n.Xr mailtriage\\-patterns 5 .");
}

static void man_date(void) {
    printf(".Dd %s\n", date);
}

/* ---- bash: case branches that print words */

static void bash_commands(void) {
    for (size_t i = 0; i < COMMANDS; i++)
        printf("%s%s", i ? " " : "    commands='", commands[i].name);
    puts("'");
}

static void bash_options(void) {
    for (size_t i = 0; i < COMMANDS; i++) {
        printf("        %s) echo", commands[i].name);
        for (size_t k = 0; k < OPTIONS; k++) {
            if (!is_of(&options[k], i))
                continue;
            if (options[k].letter)
                printf(" -%c", options[k].letter);
            printf(" --%s", options[k].name);
        }
        puts(" ;;");
    }
}

static void bash_words(void) {
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option *option = &options[i];
        if (!option->argument)
            continue;
        if (option->letter)
            printf("        -%c:* | --%s:*) echo", option->letter, option->name);
        else if (strcmp(option->name, "format") != 0)
            printf("        --%s:*) echo", option->name);
        for (size_t k = 0; strcmp(option->name, "format") == 0 && k < COMMANDS; k++) {
            printf("        --%s:%s) echo @one", option->name, commands[k].name);
            print_words(option, k);
            puts(" ;;");
        }
        if (strcmp(option->name, "format") == 0)
            continue;
        printf(" @%s", takes(option, "FILE")  ? "file"
                       : takes(option, "DIR") ? "folder"
                       : option->is_list      ? "list"
                                              : "one");
        print_words(option, 0);
        puts(" ;;");
    }
}

/* ---- zsh: the arguments of _arguments, for each command */

static void zsh_action(const struct option *option, size_t command) {
    printf(":%s:", option->argument);
    if (takes(option, "FILE"))
        printf("_files");
    else if (takes(option, "DIR"))
        printf("_files -/");
    else if (option->is_list)
        printf("_mailtriage_list");
    else
        printf("_mailtriage_one");
    if (!takes(option, "FILE") && !takes(option, "DIR"))
        print_words(option, command);
}

static void zsh_option(const struct option *option, const char *spelling, size_t command) {
    printf("            '");
    if (option->is_list)
        printf("*%s", spelling);
    else if (option->letter)
        printf("(-%c --%s)%s", option->letter, option->name, spelling);
    else
        printf("(--%s)%s", option->name, spelling);
    if (option->argument)
        putchar(spelling[1] == '-' ? '=' : '+');
    putchar('[');
    print_short(option->help, "[]:\\", "\\");
    putchar(']');
    if (option->argument)
        zsh_action(option, command);
    puts("'");
}

static void zsh_options(void) {
    for (size_t i = 0; i < COMMANDS; i++) {
        printf("        %s) options=(\n", commands[i].name);
        for (size_t k = 0; k < OPTIONS; k++) {
            char spelling[64];
            if (!is_of(&options[k], i))
                continue;
            snprintf(spelling, sizeof spelling, "-%c", options[k].letter);
            if (options[k].letter)
                zsh_option(&options[k], spelling, i);
            snprintf(spelling, sizeof spelling, "--%s", options[k].name);
            zsh_option(&options[k], spelling, i);
        }
        puts("        ) ;;");
    }
}

static void zsh_commands(void) {
    for (size_t i = 0; i < COMMANDS; i++) {
        printf("    '%s:", commands[i].name);
        print_short(commands[i].help, ":\\", "\\");
        puts("'");
    }
}

/* ---- fish: a line for each option */

static void fish_commands(void) {
    printf("set -g __mailtriage_commands");
    for (size_t i = 0; i < COMMANDS; i++)
        printf(" %s", commands[i].name);
    for (size_t i = 0; i < COMMANDS; i++) {
        printf("\ncomplete -c mailtriage -n __mailtriage_needs_command -a %s -d '",
               commands[i].name);
        print_short(commands[i].help, "\\'", "\\");
        putchar('\'');
    }
    putchar('\n');
}

static void fish_line(const struct option *option, size_t first, size_t end) {
    printf("complete -c mailtriage -n '__mailtriage_is");
    for (size_t i = first; i < end; i++)
        if (is_of(option, i))
            printf(" %s", commands[i].name);
    putchar('\'');
    if (option->letter)
        printf(" -s %c", option->letter);
    printf(" -l %s -d '", option->name);
    print_short(option->help, "\\'", "\\");
    putchar('\'');
    if (takes(option, "FILE"))
        printf(" -r -F");
    else if (takes(option, "DIR"))
        printf(" -x -a '(__fish_complete_directories)'");
    else if (option->argument) {
        printf(" -x -a '%s", option->is_list ? "(__mailtriage_list" : "");
        print_words(option, first);
        printf("%s'", option->is_list ? ")" : "");
    }
    putchar('\n');
}

static void fish_options(void) {
    for (size_t i = 0; i < OPTIONS; i++) {
        bool by_command = strcmp(options[i].name, "format") == 0;
        for (size_t k = 0; by_command && k < COMMANDS; k++)
            fish_line(&options[i], k, k + 1);
        if (!by_command)
            fish_line(&options[i], 0, COMMANDS);
    }
}

/* ---- the template */

static const struct {
    const char *line;
    void (*print)(void);
} parts_of_template[] = {
    {"@MAN-DATE@\n", man_date},           {"@MAN-FILES@\n", man_files},
    {"@MAN-COMMANDS@\n", man_commands},   {"@MAN-OPTIONS@\n", man_options},
    {"@BASH-COMMANDS@\n", bash_commands}, {"@BASH-OPTIONS@\n", bash_options},
    {"@BASH-WORDS@\n", bash_words},       {"@ZSH-COMMANDS@\n", zsh_commands},
    {"@ZSH-OPTIONS@\n", zsh_options},     {"@FISH-COMMANDS@\n", fish_commands},
    {"@FISH-OPTIONS@\n", fish_options},
};

static void put_line(const char *line) {
    for (size_t i = 0; i < sizeof parts_of_template / sizeof *parts_of_template; i++)
        if (strcmp(line, parts_of_template[i].line) == 0) {
            parts_of_template[i].print();
            return;
        }
    if (*line == '@')
        fail(line);
    fputs(line, stdout);
}

int main(int argc, char **argv) {
    char line[1024];
    FILE *template = argc == 4 ? fopen(argv[2], "r") : NULL;
    if (!template)
        fail("usage: describe PATTERNS-FOLDER TEMPLATE DATE");
    date = argv[3];
    read_reasons(argv[1]);
    read_languages(argv[1]);
    while (fgets(line, sizeof line, template))
        put_line(line);
    fclose(template);
    return fflush(stdout) == 0 ? 0 : 1;
}
