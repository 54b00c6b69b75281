/* block - one block of input on its way through a worker: pure.
 *
 * A worker turns a block into findings with their reasons and an account of its lines. It shares
 * nothing but the rule book and the shapes, which nobody writes. What cannot be read without the
 * lines before the block is left as a mark in the sequence of the findings; the ordered step
 * (order.h) reads it there, with the functions below.
 */
#ifndef APP_BLOCK_H
#define APP_BLOCK_H

#include "app/coverage.h"
#include "app/run.h"
#include "app/usable.h"
#include "base/map.h"
#include "base/workers.h"
#include "finding/judge.h"
#include "finding/operators.h"
#include "input/copies.h"
#include "input/entry.h"
#include "input/heads.h"
#include "input/lasts.h"
#include "input/lines.h"
#include "input/pieces.h"
#include "tally/counting.h"

enum { JOB_SAMPLES = 10, THREADS_MOST = 64, PROGRAMS_SEEN = 32 };

/* Blocks on their way, for each thread: more of them lie no longer in its second cache. With four,
 * 500 MB of an Exim log take a third longer with two threads. */
enum { JOBS_A_THREAD = 2 };

/* One on its way; number from 1 in its block, 0: none; its text is in the arena of the job. */
struct odd_line {
    uint64_t number;
    struct slice text, program, host;
};

/* The last entry of an MTA. */
struct own_last {
    int64_t seconds; /* MOMENT_NONE: there was none */
    bool
        is_ahead; /* there are entries of a clock that is wrong, ahead of ours: they do not count */
};

/* What is remembered of each source until the end. */
struct progress {
    const struct source *source;
    struct copies *copies; /* its lines that another source has too; NULL: none */
    uint64_t lines;        /* lines before the next block, in order */
    struct usable usable;
    struct span span; /* of its entries */
    struct own_last own_last;
    bool guessed; /* some stamps had no year */
};

/* Where the entry before went, with which a line that only goes on with it goes too. */
struct went {
    const struct wrapping *wrapping; /* NULL: no line goes on with it */
    struct slice program;
    enum reading reading;
    bool outside, known; /* known: an entry was there */
};

/* A line that cannot be read without what came before its block. */
struct mark {
    enum { MARK_PIECE, MARK_REPEAT, MARK_LOOSE } kind;
    size_t at; /* findings before it */
    struct entry entry;
    uint64_t times; /* of a repeat */
    /* What its block has heard of before it: of hosts (lasts), and of programs. */
    size_t hosts, programs;
};

/* What the ordered step remembers from block to block. */
struct before {
    struct pieces *pieces;
    struct lasts lasts; /* owned */
    struct went went;
    char program[80]; /* of went */
};

/* The lines of a program that are not in its ledger yet. */
struct seen {
    uint32_t tag;                /* its number; 0: the place is free */
    uint32_t at;                 /* of the ledger: bytes into the values of the map */
    uint32_t lines[READINGS][2]; /* inside the asked span, and outside */
};

/* One block on its way. */
struct job {
    struct lines_block block;
    struct progress *progress;
    struct arena arena;
    struct records found; /* of findings, whose records the readers fill */
    struct countings countings;
    struct mark *marks;
    size_t mark_count, mark_capacity;
    struct lasts lasts;
    struct went went;
    bool is_joined[2]; /* stdout, stderr: no piece before the block can still belong to the next */
    uint64_t lines, lost;
    struct ledger ledger;
    struct map programs;             /* name -> struct ledger */
    struct seen seen[PROGRAMS_SEEN]; /* a few of them */
    uint64_t own, unknown, wrapped;
    struct odd_line samples[JOB_SAMPLES]; /* not understood, inside the asked span */
    size_t sample_count;
    struct odd_line odd[ODD_KINDS]; /* the first ones, inside or outside */
    struct span span;
    struct {
        int64_t seconds; /* of the line before: most lines are of the same */
        bool outside;    /* what is of it is, of the asked span */
    } second;
    struct {
        size_t number; /* of a finding, from 1; 0: none */
        uint64_t hash;
    } awaited; /* the outcome whose server is yet to be told (operators.h) */
    struct own_last own_last;
    bool guessed;
};

/* What one thread needs for itself. */
struct hands {
    struct judge *judge; /* NULL: no reply yet */
    struct operators *operators;
    struct clock clock;
    struct heads heads;
};

struct pipeline {
    struct run *run;
    const struct mta *only; /* --mta */
    struct workers *workers;
    struct job *jobs;
    void *ring[JOBS_A_THREAD * THREADS_MOST]; /* the jobs, as the workers want them */
    size_t job_count;
    struct records late; /* findings of one mark: those of its block stay where they are */
    struct hands *hands; /* one a thread, the last for the ordered step */
    unsigned threads;
    struct progress **progress;
    size_t progress_count, progress_capacity;
    uint64_t own_used; /* usable entries of all sources */
};

static inline struct finding *job_finding(const struct job *job, size_t place) {
    return (struct finding *)(void *)records_at(&job->found, place);
}

/* What one whole entry says. *mta_: whose log it is, as far as that is known (NULL: not), and
 * afterwards; `only`: no other MTA's (NULL: any). */
enum reading block_read_records(const struct knowledge *knowledge, const struct mta *only,
                                struct records *records, const struct entry *entry,
                                const struct mta **mta_);

/* For workers_new: works on a job, with the hands of the thread. */
void block_work(void *context, unsigned thread, void *argument);

/* For what the ordered step reads: the anchor of yearless stamps, one entry, a repeated one, and
 * where a line counts. mta: NULL, or whose the entry surely is. */
void block_set_anchor(struct hands *hands, const struct job *job);
enum reading block_read_entry(struct pipeline *pipeline, struct hands *hands, struct job *job,
                              const struct entry *entry, const struct mta *mta, bool outside,
                              bool *is_own_r);
bool block_read_repeated(struct hands *hands, struct job *job, struct slice last, uint64_t times,
                         struct entry *entry);
bool block_is_outside(const struct options *options, const struct moment *time);
bool block_is_outside_of(struct time_span span, const struct moment *time);
/* Makes a finding one that is outside of the asked span. */
void block_put_outside(struct finding *finding);
void block_count_own(struct job *job, const struct entry *entry, bool is_own, enum reading reading,
                     int64_t now);
void block_account(struct ledger *ledger, enum reading reading, bool outside, uint64_t lines);

#endif
