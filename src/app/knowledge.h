/* knowledge - what the program knows of logs and replies: the pattern files, loaded. */
#ifndef APP_KNOWLEDGE_H
#define APP_KNOWLEDGE_H

#include "app/options.h"
#include "mta/shapes.h"
#include "report/page_words.h"
#include "rules/rulebook.h"

enum { MTAS_MOST = 16 };

struct knowledge {
    struct arena arena;
    struct pattern_files files;
    struct rulebook *book;
    struct lang *lang; /* NULL: English */
    struct words words;
    struct shapes *shapes[MTAS_MOST]; /* in the order of mtas[], then those of mta_any */
};

/* What a command needs to know: codes and reasons, replies too (the rules), logs too (the shapes);
 * and all that there is, the examples that prove the rules. */
enum knowing { KNOW_CODES, KNOW_REPLIES, KNOW_LOGS, KNOW_ALL };

/* Loads the built-in files, /etc/mailtriage/patterns unless --no-config, and each --patterns, and
 * puts them into the language of --lang; with for_people, without --lang, into that of LC_ALL,
 * LC_MESSAGES or LANG. */
bool knowledge_load(struct knowledge *knowledge, const struct options *options,
                    enum knowing knowing, bool for_people, struct problem *problem);
void knowledge_release(struct knowledge *knowledge);
/* What the rules are, as a short text: another one for any other pattern files. */
enum { KNOWLEDGE_VERSION = 48 };
struct slice knowledge_version(const struct knowledge *knowledge, char room[KNOWLEDGE_VERSION]);
const struct shapes *knowledge_shapes(const struct knowledge *knowledge, const struct mta *mta);
/* The MTA for which a program beside it speaks, mta_any when its file does not say; NULL: no file
 * names the program. */
const struct mta *knowledge_beside(const struct knowledge *knowledge, struct slice program);

#endif
