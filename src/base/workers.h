/* workers - threads that work on blocks, and one place that takes the results in order.
 *
 * The caller's thread is one of them: it works where it would wait. The owner fills a job, gives it
 * away, and gets every job back in the order given, worked on. With one thread nothing is started
 * and everything happens in the caller: the results are the same.
 */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include <stddef.h>

struct workers;

/* `work` runs in any thread, with the memory of that thread (0 .. threads - 1); `take` runs in the
 * caller's thread, in the order of workers_give; then `finish` in any thread, in the same order and
 * one at a time. jobs[] are `count` blocks owned by the caller. */
struct workers *workers_new(unsigned threads, void **jobs, size_t count,
                            void (*work)(void *context, unsigned thread, void *job),
                            void (*take)(void *context, void *job),
                            void (*finish)(void *context, void *job), void *context);
/* An idle job to fill; takes others first when none is idle. */
void *workers_idle(struct workers *workers);
/* Gives the job from workers_idle away to be worked on. */
void workers_give(struct workers *workers, void *job);
/* Until all are finished. */
void workers_drain(struct workers *workers);
void workers_free(struct workers *workers);

#endif
