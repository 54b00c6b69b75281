/* measure - runs a command and writes what it cost: "user+system-seconds wall-seconds peak-KiB".
 *
 * Why not `time`: /usr/bin/time is not installed everywhere and the shell's word knows no memory.
 * The kernel tells all of it for the one child that wait4() waits for.
 *
 * usage: measure RESULT-FILE COMMAND [ARGUMENT...]; ends with the command's status.
 */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds_of(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: measure RESULT-FILE COMMAND [ARGUMENT...]\n");
        return 2;
    }
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    struct rusage usage;
    int status;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
        perror("measure");
        return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    FILE *result = fopen(argv[1], "w");
    if (!result) {
        perror(argv[1]);
        return 1;
    }
    double wall = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    fprintf(result, "%.4f %.4f %ld\n", seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
            wall, usage.ru_maxrss);
    fclose(result);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
