/* replay - runs a fuzz target over the files of corpus folders, with any compiler.
 *
 * Why: libFuzzer is clang's alone, but what it once found must be tried in every `make check`. Each
 * input is given three times: whole, without its last byte, and cut in half, each in a block of
 * exactly its size, so that the address sanitizer sees the first byte read too much.
 *
 * usage: fuzz_NAME FOLDER...; writes TAP, one test a file.
 */
#include <dirent.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void give(const char *bytes, size_t length) {
    uint8_t *copy = malloc(length ? length : 1);
    if (!copy)
        abort();
    if (length)
        memcpy(copy, bytes, length);
    LLVMFuzzerTestOneInput(copy, length);
    free(copy);
}

/* The bytes of a file, NULL when it cannot be read. The caller frees them. */
static char *file_bytes(const char *path, size_t *length_r) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *bytes = NULL;
    size_t room = 0, length = 0, got;
    do {
        room = room ? room * 2 : 4096;
        bytes = realloc(bytes, room);
        if (!bytes)
            abort();
        got = fread(bytes + length, 1, room - length, file);
        length += got;
    } while (length == room);
    fclose(file);
    *length_r = length;
    return bytes;
}

static void replay_file(const char *folder, const char *name, unsigned number) {
    char path[4096];
    size_t length;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *bytes = file_bytes(path, &length);
    if (!bytes) {
        printf("not ok %u %s: cannot be read\n", number, path);
        return;
    }
    printf("# %s\n", path);
    fflush(stdout); /* a crash must say at which file */
    give(bytes, length);
    give(bytes, length ? length - 1 : 0);
    give(bytes, length / 2);
    free(bytes);
    printf("ok %u %s\n", number, name);
}

static int is_input(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv) {
    unsigned number = 0;
    for (int i = 1; i < argc; i++) {
        struct dirent **entries;
        int count = scandir(argv[i], &entries, is_input, alphasort);
        if (count <= 0)
            printf("not ok %u %s: no corpus\n", ++number, argv[i]);
        for (int j = 0; j < count; j++) {
            replay_file(argv[i], entries[j]->d_name, ++number);
            free(entries[j]);
        }
        if (count >= 0)
            free(entries);
    }
    printf("1..%u\n", number);
    return 0;
}
