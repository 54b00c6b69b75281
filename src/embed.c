/* embed - writes the pattern files as a C table (rules/builtin.h), so that the program needs no
 * folder. The build runs it; it is no part of the program.
 * usage: embed PATTERNS-FOLDER FILE... > builtin_files.c
 *
 * FILE is relative to the folder. YAML and CSV are read here, as strictly as everywhere, and
 * packed, so that a run need not; the rest stays as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "rules/csv_rows.h"
#include "rules/yaml_pack.h"

static void fail(const char *text) {
    fprintf(stderr, "%s\n", text);
    exit(1);
}

static struct slice read_file(struct arena *arena, const char *path) {
    char *bytes = NULL;
    size_t length = 0, room = 0;
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    for (size_t got = 1; got > 0; length += got) {
        bytes = memory_grow(bytes, &room, length + 4096, 1);
        got = fread(bytes + length, 1, 4096, file);
    }
    fclose(file);
    struct slice read = arena_copy(arena, (struct slice){bytes, length});
    free(bytes);
    return read;
}

/* As a string of C: what is not plain in octal, three digits, so that a digit may follow. */
static void write_bytes(struct slice bytes) {
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        if (i % 80 == 0)
            printf("%s    \"", i > 0 ? "\"\n" : "");
        if (byte < ' ' || byte > '~' || strchr("\"\\?", byte))
            printf("\\%03o", byte);
        else
            putchar(byte);
    }
    puts(bytes.length > 0 ? "\"" : "    \"\"");
}

static void pack_yaml(struct arena *arena, const char *shown, struct slice bytes,
                      struct pack *pack) {
    const struct yaml *root;
    struct problem problem;
    if (!yaml_read(arena, shown, bytes, &root, &problem))
        fail(problem.text);
    yaml_pack(pack, root);
}

static void pack_csv(const char *shown, struct slice bytes, struct pack *pack) {
    struct problem problem;
    if (!csv_rows_pack(shown, bytes, pack, &problem))
        fail(problem.text);
}

static void write_file(struct arena *arena, const char *folder, const char *name) {
    struct pack pack;
    pack_init(&pack);
    struct slice bytes = read_file(arena, arena_print(arena, "%s/%s", folder, name).at);
    const char *shown = arena_print(arena, "patterns/%s", name).at;
    if (slice_ends(slice_of(name), SLICE(".yaml")))
        pack_yaml(arena, shown, bytes, &pack);
    else if (slice_ends(slice_of(name), SLICE(".csv")))
        pack_csv(shown, bytes, &pack);
    bool packed = pack.length > 0;
    if (packed)
        bytes = (struct slice){pack.bytes, pack.length};
    printf("    {\"%s\",\n", name);
    write_bytes(bytes);
    printf("    , %zu, %s},\n", bytes.length, packed ? "true" : "false");
    pack_release(&pack);
}

static int by_name(const void *one, const void *other) {
    return strcmp(*(char *const *)one, *(char *const *)other);
}

int main(int argc, char **argv) {
    struct arena arena;
    if (argc < 2)
        fail("usage: embed PATTERNS-FOLDER FILE...");
    arena_init(&arena);
    qsort(argv + 2, (size_t)argc - 2, sizeof *argv, by_name);
    puts("#include \"rules/builtin.h\"\nconst struct builtin_file builtin_files[] = {");
    for (int i = 2; i < argc; i++) {
        write_file(&arena, argv[1], argv[i]);
        arena_clear(&arena);
    }
    printf("    {0, 0, 0, 0}};\nconst size_t builtin_file_count = %d;\n", argc - 2);
    arena_release(&arena);
    return ferror(stdout) || fflush(stdout) != 0;
}
