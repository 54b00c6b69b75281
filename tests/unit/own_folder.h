/* own_folder - a test program that writes files does so in a folder of its own, which is where it
 * stands between enter_folder and leave_folder, its group's setup and teardown. */
#ifndef TESTS_UNIT_OWN_FOLDER_H
#define TESTS_UNIT_OWN_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char own_folder[] = "/tmp/mailtriage_test.XXXXXX";

static int enter_folder(void **state) {
    (void)state;
    return mkdtemp(own_folder) != NULL && chdir(own_folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state) {
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", own_folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

#endif
