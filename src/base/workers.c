/* workers - a ring of jobs. A job goes idle -> given -> working -> done -> taken -> idle: worked on
 * in any thread, taken by the caller's in the order given, and finished in that order, by one
 * thread at a time. `head` is the oldest job not yet finished, `taken` the oldest not yet taken,
 * `next` the oldest not yet begun.
 *
 * Each thread does what the others wait for most: the caller takes, others finish when nobody does;
 * else they work. So with two threads what goes in order is shared between them too. The caller
 * finishes only when there is nothing else: what finishing needs stays in the cache of the other
 * thread, and both wait for each other 500 times in a log of 1 GB and not 11,000 times, which takes
 * a tenth off the time.
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
    size_t count;                   /* jobs in the ring */
    size_t head, taken, next, tail; /* running numbers: finished up to head, taken up to taken,
                                       begun up to next, given up to tail */
    void (*work)(void *context, unsigned thread, void *job);
    void (*take)(void *context, void *job);
    void (*finish)(void *context, void *job);
    void *context;
    bool finishing;   /* somebody does */
    bool waits;       /* the caller does */
    size_t worth;     /* so many jobs not yet begun are worth waking a thread */
    unsigned threads; /* started: without the caller's */
    bool ending;
    pthread_t *handles;
    struct worker {
        struct workers *workers;
        unsigned number;
    } * each;
    pthread_mutex_t mutex;
    pthread_cond_t given, moved;
};

/* ---- one step of a job; the mutex is held before and after */

static void *job_at(const struct workers *workers, size_t number) {
    return workers->jobs[number % workers->count];
}

static void wake_caller(struct workers *workers) {
    if (workers->waits)
        pthread_cond_signal(&workers->moved);
}

/* Works on the oldest job not yet begun. */
static void work_next(struct workers *workers, unsigned thread) {
    size_t number = workers->next++;
    pthread_mutex_unlock(&workers->mutex);
    workers->work(workers->context, thread, job_at(workers, number));
    pthread_mutex_lock(&workers->mutex);
    workers->done[number % workers->count] = true;
    wake_caller(workers);
}

static bool may_finish(const struct workers *workers) {
    return !workers->finishing && workers->head != workers->taken;
}

static void finish_oldest(struct workers *workers) {
    workers->finishing = true;
    pthread_mutex_unlock(&workers->mutex);
    workers->finish(workers->context, job_at(workers, workers->head));
    pthread_mutex_lock(&workers->mutex);
    workers->head++;
    workers->finishing = false;
    wake_caller(workers);
}

static bool may_take(const struct workers *workers) {
    return workers->taken != workers->next && workers->done[workers->taken % workers->count];
}

/* There is so much to do that a thread should wake. */
static void wake_worker(struct workers *workers) {
    if (workers->tail - workers->next + workers->taken - workers->head >= workers->worth)
        pthread_cond_signal(&workers->given);
}

static void take_oldest(struct workers *workers) {
    pthread_mutex_unlock(&workers->mutex);
    workers->take(workers->context, job_at(workers, workers->taken));
    pthread_mutex_lock(&workers->mutex);
    workers->done[workers->taken % workers->count] = false;
    workers->taken++;
    wake_worker(workers);
}

/* ---- the threads */

static void *worker_main(void *argument) {
    struct worker *self = argument;
    struct workers *workers = self->workers;
    pthread_mutex_lock(&workers->mutex);
    while (!workers->ending) {
        if (may_finish(workers))
            finish_oldest(workers);
        else if (workers->next != workers->tail)
            work_next(workers, self->number);
        else
            pthread_cond_wait(&workers->given, &workers->mutex);
    }
    pthread_mutex_unlock(&workers->mutex);
    return NULL;
}

struct workers *workers_new(unsigned threads, void **jobs, size_t count,
                            void (*work)(void *context, unsigned thread, void *job),
                            void (*take)(void *context, void *job),
                            void (*finish)(void *context, void *job), void *context) {
    assert(count > 0);
    struct workers *workers = memory_new(sizeof *workers);
    *workers = (struct workers){.jobs = jobs,
                                .count = count,
                                .work = work,
                                .take = take,
                                .finish = finish,
                                .context = context};
    workers->worth = count / 4 + 1;
    if (threads < 2)
        return workers;
    workers->done = memory_new(count * sizeof *workers->done);
    workers->handles = memory_new(threads * sizeof *workers->handles);
    workers->each = memory_new(threads * sizeof *workers->each);
    pthread_mutex_init(&workers->mutex, NULL);
    pthread_cond_init(&workers->given, NULL);
    pthread_cond_init(&workers->moved, NULL);
    for (unsigned i = 0; i + 1 < threads; i++) {
        workers->each[i] = (struct worker){workers, i + 1};
        if (pthread_create(&workers->handles[i], NULL, worker_main, &workers->each[i]) != 0)
            break; /* fewer threads do the same work; none at all: see workers_give */
        workers->threads++;
    }
    return workers;
}

/* Moves jobs on until no more than so many are on their way. */
static void move_on(struct workers *workers, size_t most) {
    pthread_mutex_lock(&workers->mutex);
    while (workers->tail - workers->head > most) {
        if (may_take(workers)) {
            take_oldest(workers);
        } else if (workers->next != workers->tail) {
            work_next(workers, CALLER);
        } else if (may_finish(workers)) {
            finish_oldest(workers);
        } else {
            workers->waits = true;
            pthread_cond_wait(&workers->moved, &workers->mutex);
            workers->waits = false;
        }
    }
    pthread_mutex_unlock(&workers->mutex);
}

void *workers_idle(struct workers *workers) {
    if (workers->threads)
        move_on(workers, workers->count - 1);
    return job_at(workers, workers->tail);
}

void workers_give(struct workers *workers, void *job) {
    assert(job == job_at(workers, workers->tail));
    if (!workers->threads) {
        workers->work(workers->context, CALLER, job);
        workers->take(workers->context, job);
        workers->finish(workers->context, job);
        return;
    }
    pthread_mutex_lock(&workers->mutex);
    workers->tail++;
    wake_worker(workers);
    pthread_mutex_unlock(&workers->mutex);
}

void workers_drain(struct workers *workers) {
    if (workers->threads)
        move_on(workers, 0);
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
        pthread_cond_destroy(&workers->moved);
        pthread_cond_destroy(&workers->given);
        pthread_mutex_destroy(&workers->mutex);
    }
    free(workers->each);
    free(workers->handles);
    free(workers->done);
    free(workers);
}
