/* Any text as an entry of a Postfix daemon, chosen by the first byte. */
#include "mta_target.h"

extern const struct mta mta_postfix;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const char *const programs[] = {
        "postfix/smtpd", "postfix/smtp",  "postfix/submission/smtpd", "postfix/lmtp",
        "postfix/qmgr",  "postfix/local", "postfix/cleanup",          "postfix/postscreen",
        "postfix/error", "postfix/pipe",  "postfix/postsuper",        "smtpd"};
    if (!length)
        return 0;
    const char *program = programs[bytes[0] % (sizeof programs / sizeof programs[0])];
    struct entry entry = {.program = slice_of(program),
                          .text = {(const char *)bytes + 1, length - 1}};
    check_entry(&mta_postfix, &entry);
    return 0;
}
