/* workers - every job is worked on once and taken in the order given, whatever the threads do. */
#include "base/workers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>

enum { RING = 5, GIVEN = 20000 };

struct job {
    unsigned number, worked, taken;
};

enum { THREADS_HERE = 8 };

static unsigned taken, threads_wanted;
static atomic_uint finished;
static atomic_bool is_finishing;          /* one at a time */
static atomic_bool at_work[THREADS_HERE]; /* one job at a time with the memory of one thread */
static atomic_uint faults;

static void work(void *context, unsigned thread, void *argument) {
    (void)context;
    faults += thread >= threads_wanted || atomic_exchange(&at_work[thread], true);
    struct job *job = argument;
    volatile unsigned turns = job->number * 2654435761u % 300;
    while (turns)
        turns--;
    job->worked = job->number + 1;
    at_work[thread] = false;
}

static void take(void *context, void *argument) {
    struct job *job = argument;
    assert_ptr_equal(context, &taken);
    assert_int_equal(job->number, taken);
    assert_int_equal(job->worked, job->number + 1);
    job->taken = ++taken;
}

/* In any thread, so what is wrong is told by the caller's. */
static void finish(void *context, void *argument) {
    const struct job *job = argument;
    (void)context;
    faults += atomic_exchange(&is_finishing, true);
    faults += job->number != finished || job->taken != job->number + 1;
    finished++;
    is_finishing = false;
}

static void run_with(unsigned threads) {
    struct job jobs[RING] = {0};
    void *pointers[RING];
    for (int i = 0; i < RING; i++)
        pointers[i] = &jobs[i];
    taken = finished = 0;
    threads_wanted = threads;
    struct workers *workers = workers_new(threads, pointers, RING, work, take, finish, &taken);
    for (unsigned i = 0; i < GIVEN; i++) {
        struct job *job = workers_idle(workers);
        *job = (struct job){.number = i};
        workers_give(workers, job);
        if (i == GIVEN / 2) {
            workers_drain(workers);
            assert_int_equal(taken, i + 1);
            assert_int_equal(finished, i + 1);
        }
    }
    workers_drain(workers);
    assert_int_equal(taken, GIVEN);
    assert_int_equal(finished, GIVEN);
    assert_int_equal(faults, 0);
    workers_free(workers);
}

static void test_one(void **state) {
    (void)state;
    run_with(1);
}

static void test_many(void **state) {
    (void)state;
    run_with(2);
    run_with(8);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one), cmocka_unit_test(test_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
