/* workers - a ring of jobs. The caller's thread fills and takes, and works on the next job where it
 * would have to wait; the others only work. A job goes idle -> given -> working -> done -> idle,
 * and is taken in the order given: `head` is the oldest job not yet taken, `next` the oldest not
 * yet begun.
 *
 * One mutex guards the ring; it is held for a few instructions a block of many lines, so it is
 * never contended in a way that shows. */
#include "base/workers.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

enum { CALLER = 0 /* the number of the caller's thread */ };

struct workers {
    void **jobs;
    bool *done;
    size_t count; /* jobs in the ring */
    size_t head, next,
        tail; /* running numbers: taken up to head, begun up to next, given up to tail */
    void (*work)(void *context, unsigned thread, void *job);
    void (*take)(void *context, void *job);
    void *context;
    size_t awaited;   /* place of the job that the caller waits for; count: none */
    size_t worth;     /* so many jobs not yet begun are worth waking a thread */
    unsigned threads; /* started: without the caller's */
    bool ending;
    pthread_t *handles;
    struct worker {
        struct workers *workers;
        unsigned number;
    } * each;
    pthread_mutex_t mutex;
    pthread_cond_t given, finished;
};

/* Works on the oldest job not yet begun; the mutex is held before and after. */
static void work_next(struct workers *workers, unsigned thread) {
    size_t place = workers->next++ % workers->count;
    pthread_mutex_unlock(&workers->mutex);
    workers->work(workers->context, thread, workers->jobs[place]);
    pthread_mutex_lock(&workers->mutex);
    workers->done[place] = true;
    if (place == workers->awaited)
        pthread_cond_signal(&workers->finished);
}

static void *worker_main(void *argument) {
    struct worker *self = argument;
    struct workers *workers = self->workers;
    pthread_mutex_lock(&workers->mutex);
    for (;;) {
        while (workers->next == workers->tail && !workers->ending)
            pthread_cond_wait(&workers->given, &workers->mutex);
        if (workers->next == workers->tail)
            break;
        work_next(workers, self->number);
    }
    pthread_mutex_unlock(&workers->mutex);
    return NULL;
}

struct workers *workers_new(unsigned threads, void **jobs, size_t count,
                            void (*work)(void *context, unsigned thread, void *job),
                            void (*take)(void *context, void *job), void *context) {
    assert(count > 0);
    struct workers *workers = memory_new(sizeof *workers);
    *workers = (struct workers){
        .jobs = jobs, .count = count, .work = work, .take = take, .context = context};
    workers->awaited = count;
    workers->worth = count / 4 + 1;
    if (threads < 2)
        return workers;
    workers->done = memory_new(count * sizeof *workers->done);
    workers->handles = memory_new(threads * sizeof *workers->handles);
    workers->each = memory_new(threads * sizeof *workers->each);
    pthread_mutex_init(&workers->mutex, NULL);
    pthread_cond_init(&workers->given, NULL);
    pthread_cond_init(&workers->finished, NULL);
    for (unsigned i = 0; i + 1 < threads; i++) {
        workers->each[i] = (struct worker){workers, i + 1};
        if (pthread_create(&workers->handles[i], NULL, worker_main, &workers->each[i]) != 0)
            break; /* fewer threads do the same work; none at all: see workers_give */
        workers->threads++;
    }
    return workers;
}

/* Takes the oldest job given. While that is not done, works on others; waits when all are begun. */
static void take_oldest(struct workers *workers) {
    size_t place = workers->head % workers->count;
    pthread_mutex_lock(&workers->mutex);
    while (!workers->done[place]) {
        workers->awaited = place;
        if (workers->next != workers->tail)
            work_next(workers, CALLER);
        else
            pthread_cond_wait(&workers->finished, &workers->mutex);
    }
    workers->awaited = workers->count;
    workers->done[place] = false;
    pthread_mutex_unlock(&workers->mutex);
    workers->take(workers->context, workers->jobs[place]);
    workers->head++;
}

void *workers_idle(struct workers *workers) {
    if (workers->threads && workers->tail - workers->head == workers->count)
        take_oldest(workers);
    return workers->jobs[workers->tail % workers->count];
}

void workers_give(struct workers *workers, void *job) {
    assert(job == workers->jobs[workers->tail % workers->count]);
    if (!workers->threads) {
        workers->work(workers->context, CALLER, job);
        workers->take(workers->context, job);
        return;
    }
    pthread_mutex_lock(&workers->mutex);
    workers->tail++;
    if (workers->tail - workers->next >= workers->worth)
        pthread_cond_signal(&workers->given);
    pthread_mutex_unlock(&workers->mutex);
}

void workers_drain(struct workers *workers) {
    while (workers->threads && workers->head != workers->tail)
        take_oldest(workers);
}

void workers_free(struct workers *workers) {
    if (!workers)
        return;
    if (workers->handles) {
        pthread_mutex_lock(&workers->mutex);
        workers->ending = true;
        pthread_cond_broadcast(&workers->given);
        pthread_mutex_unlock(&workers->mutex);
        for (unsigned i = 0; i < workers->threads; i++)
            pthread_join(workers->handles[i], NULL);
        pthread_cond_destroy(&workers->finished);
        pthread_cond_destroy(&workers->given);
        pthread_mutex_destroy(&workers->mutex);
    }
    free(workers->each);
    free(workers->handles);
    free(workers->done);
    free(workers);
}
