/* fuzz_config - any bytes as the configuration of each command.
 *
 * Holds: what is refused is refused with words, at a place in the file; what is taken can be shown,
 * and what is shown is a configuration that is taken and shows the same values.
 */
#include "app/config.h"

#include "target.h"

/* As the command line leaves them when it says nothing. */
static struct options options_of(const struct command *command) {
    return (struct options){.command = command, .top = 20};
}

/* Who gave a value is another one in the second file, so the lines are cut at it. */
static bool same_values(struct slice one, struct slice other) {
    struct slice line, twin, value, twin_value;
    slice_cut(&one, '\n', &line); /* names the file */
    slice_cut(&other, '\n', &twin);
    for (bool more = true; more;) {
        more = slice_cut(&one, '\n', &line);
        if (slice_cut(&other, '\n', &twin) != more)
            return false;
        slice_cut_text(&line, SLICE(" # "), &value);
        slice_cut_text(&twin, SLICE(" # "), &twin_value);
        if (!slice_equal(value, twin_value))
            return false;
    }
    return true;
}

static void try_again(const struct command *command, struct slice shown) {
    struct options options = options_of(command);
    struct problem problem;
    struct out again;
    out_init_memory(&again);
    MUST(config_apply(&options, "again.yaml", shown, &problem));
    config_print(&options, &again);
    MUST(same_values(shown, out_held(&again)));
    out_release(&again);
    options_release(&options);
}

static void try_command(const struct command *command, struct slice bytes) {
    struct options options = options_of(command);
    struct problem problem = {""};
    struct out shown;
    out_init_memory(&shown);
    if (config_apply(&options, "fuzz.yaml", bytes, &problem)) {
        config_print(&options, &shown);
        try_again(command, out_held(&shown));
    } else {
        MUST(slice_starts(slice_of(problem.text), SLICE("fuzz.yaml:")));
    }
    out_release(&shown);
    options_release(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    for (const struct command *command = commands; command->name; command++)
        try_command(command, (struct slice){(const char *)bytes, length});
    return 0;
}
