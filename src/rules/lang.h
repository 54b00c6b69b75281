/* lang - the texts of the pattern files in another language, out of patterns/lang/NAME.yaml.
 *
 * There every text stands under its key with the English it was made from (`en`) and the
 * translation (under the name of the language). A translation holds only while that English still
 * stands where it came from: one that is outdated, or whose English a site has replaced, gives way
 * to the English. docs/translating.md lists the keys.
 */
#ifndef RULES_LANG_H
#define RULES_LANG_H

#include "rules/rulebook.h"

struct lang;

/* The language of the files lang/NAME.yaml, built in and of folders, or NULL with what is wrong
 * or which languages there are. Lives until lang_free, and needs the files until then. */
struct lang *lang_load(const struct pattern_files *files, const char *name,
                       struct problem *problem);
void lang_free(struct lang *lang);
/* Whether there are files of that language; "en" needs none. */
bool lang_is_there(const struct pattern_files *files, const char *name);

/* The text under that key, made from this English; else the English. Lives as long as the language.
 */
struct slice lang_text(const struct lang *lang, struct slice key, struct slice english);
/* Puts the translations in place of the texts of the book; the book borrows them. */
void lang_lay_over(const struct lang *lang, struct rulebook *book);

/* Each text of the book that can be translated, with its key. */
void lang_each_text(struct rulebook *book,
                    void (*each)(void *context, struct slice key, struct slice *text),
                    void *context);
/* Each key of the files, in their order, with the place where it stands. */
void lang_each_key(const struct lang *lang,
                   void (*each)(void *context, struct slice key, struct slice english,
                                struct slice text, const char *file, unsigned line),
                   void *context);

#endif
