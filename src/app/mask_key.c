/* mask_key - whoever has the key can try names until their masks fit, so a file that others may
 * read is refused. It is read whole: a password, `head -c 32 /dev/urandom`, anything. */
#include "app/mask_key.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/say.h"
#include "base/out.h"
#include "input/reader.h"

enum { KEY_MOST = 64 * 1024 };

static bool read_whole(const char *name, int fd, struct out *secret, struct problem *problem) {
    size_t length;
    struct problem why;
    struct reader *reader = reader_plain(fd);
    bool good = reader_fill(reader, out_room(secret, KEY_MOST), KEY_MOST, &length, &why);
    reader_close(reader);
    out_wrote(secret, length);
    if (!good)
        return problem_say(problem, "--mask-key '%s': %s", name, why.text);
    if (length < MASKER_LEAST)
        return problem_say(problem, "--mask-key '%s': a key has at least %d bytes, this has %zu",
                           name, MASKER_LEAST, length);
    if (length == KEY_MOST)
        return problem_say(problem, "--mask-key '%s': a key has less than %d bytes", name,
                           KEY_MOST);
    return true;
}

static bool read_key(const char *name, struct out *secret, struct problem *problem) {
    struct stat status;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &status) != 0)
        return problem_errno(problem, "--mask-key '%s'", name);
    if (S_ISDIR(status.st_mode) || status.st_mode & 077) {
        close(fd);
        return problem_say(problem,
                           S_ISDIR(status.st_mode)
                               ? "--mask-key '%s': a folder is no key"
                               : "--mask-key '%s': others may read it, and with it undo the "
                                 "masks: chmod 600 it, or make a new one",
                           name);
    }
    return read_whole(name, fd, secret, problem);
}

static bool make_key(const struct options *options, struct out *secret, struct problem *problem) {
    enum { LENGTH = 32 };
    if (getrandom(out_room(secret, LENGTH), LENGTH, 0) != LENGTH)
        return problem_errno(problem, "--mask: the system gives no random key");
    out_wrote(secret, LENGTH);
    if (!options->quiet)
        say_note("--mask without --mask-key: another run gives other masks");
    return true;
}

bool mask_key_masker(const struct options *options, const struct rulebook *book,
                     struct masker **masker_r, struct problem *problem) {
    struct out secret;
    *masker_r = NULL;
    if (!options->mask && !options->mask_key)
        return true;
    out_init_memory(&secret);
    bool good = options->mask_key ? read_key(options->mask_key, &secret, problem)
                                  : make_key(options, &secret, problem);
    if (good)
        *masker_r = masker_new(out_held(&secret), book);
    out_release(&secret);
    return good;
}
