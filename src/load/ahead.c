#include "ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "loader.h"
#include "reader.h"

#define MOST_THREADS 4u
/* Less is read before a thread has begun. */
#define WORTH_BYTES ((uint64_t)256 << 10)
#define MOST_HELD   ((size_t)16 << 20)  /* bytes in notes that wait, about */
#define FULL_BYTES  ((size_t)256 << 10) /* in the trees of one batch */
#define MOST_NOTES  1000u               /* in one batch */
#define WAIT_MS     50

/* Notes of one file that follow each other, and what they point to. */
struct batch {
    struct batch *next;
    struct pg_arena *arena; /* of this and the notes */
    PG_VEC(struct pg_note) notes;
    PG_VEC(struct pg_arena *) trees; /* of these notes and of earlier ones of the file */
    size_t bytes;                    /* of both */
};

/* The batches of a file that wait. */
struct queue {
    struct batch *first, **last;
};

struct worker {
    struct pg_ahead *ahead;
    pthread_t thread;
    struct pg_build *build;
    struct pg_fault fault;
    uint32_t file;
    struct batch *batch; /* being filled */
};

struct pg_ahead {
    struct pg_arena *arena;
    const char *const *paths;
    uint32_t n;
    bool hash;
    struct worker workers[MOST_THREADS];
    uint32_t nworkers;
    atomic_bool stop;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t ready; /* there is a batch of the file at hand */
    pthread_cond_t room;  /* a worker may go on */
    struct queue *queues;
    uint32_t file;  /* the one at hand */
    uint32_t taken; /* files that workers have begun */
    size_t held;

    struct batch *batch; /* the reader's: what it goes through, and how far it is */
    uint32_t done;
};

/* --- batches ------------------------------------------------------------------------------------- */

static struct batch *new_batch(void)
{
    struct pg_arena *arena = pg_arena_new();
    struct batch *batch = pg_arena_alloc(arena, sizeof *batch);

    batch->arena = arena;
    return batch;
}

static void free_batch(struct batch *batch)
{
    if (!batch)
        return;
    for (uint32_t i = 0; i < batch->trees.n; i++)
        pg_arena_free(batch->trees.v[i]);
    pg_arena_free(batch->arena);
}

/* Whether a worker has to wait before it goes on with its file. The one whose notes are waited for never does. */
static bool must_wait(const struct worker *worker)
{
    const struct pg_ahead *ahead = worker->ahead;
    bool awaited = worker->file == ahead->file && !ahead->queues[ahead->file].first;

    return ahead->held > MOST_HELD && !awaited && !atomic_load(&ahead->stop);
}

/* Hands the batch over, and waits until there is room for another one. */
static void publish(struct worker *worker)
{
    struct pg_ahead *ahead = worker->ahead;
    struct queue *queue = &ahead->queues[worker->file];
    struct batch *batch = worker->batch;

    batch->bytes += pg_arena_size(batch->arena);
    worker->batch = NULL;
    pthread_mutex_lock(&ahead->lock);
    *queue->last = batch;
    queue->last = &batch->next;
    ahead->held += batch->bytes;
    if (worker->file == ahead->file)
        pthread_cond_signal(&ahead->ready);
    while (must_wait(worker))
        pthread_cond_wait(&ahead->room, &ahead->lock);
    pthread_mutex_unlock(&ahead->lock);
}

/* Only here is a batch handed over: what the last note points to, the builder may have written to until now. */
static struct pg_note *add_note(struct worker *worker, enum pg_note_kind kind)
{
    const struct batch *batch = worker->batch;
    struct pg_note *note;

    if (batch && (batch->bytes >= FULL_BYTES || batch->notes.n >= MOST_NOTES))
        publish(worker);
    if (!worker->batch)
        worker->batch = new_batch();
    note = pg_vec_add(worker->batch->arena, &worker->batch->notes);
    note->kind = kind;
    return note;
}

/* --- a worker ------------------------------------------------------------------------------------ */

static void take_object(void *context, const struct pg_tree *object, const char *version,
                        const char *kind)
{
    struct pg_note *note = add_note(context, PG_NOTE_OBJECT);

    note->object.tree = object;
    note->object.version = version;
    note->object.kind = kind;
}

static void take_stray(void *context, const struct pg_tree *document)
{
    add_note(context, PG_NOTE_STRAY)->object.tree = document;
}

static void take_arena(void *context, struct pg_arena *arena)
{
    struct batch *batch =
        ((struct worker *)context)->batch; /* there is one: a file begins with a note */

    batch->bytes += pg_arena_size(arena);
    pg_vec_push(batch->arena, &batch->trees, arena);
}

static bool take_bytes(void *context, uint64_t bytes)
{
    struct worker *worker = context;

    if (bytes > 0)
        add_note(worker, PG_NOTE_BYTES)->bytes = bytes;
    return !atomic_load(&worker->ahead->stop);
}

static void read_source(struct worker *worker, struct pg_feed *feed)
{
    struct pg_note *note;
    char sha256[65];
    bool ok;

    feed->hashes = worker->ahead->hash;
    ok = pg_read_any(worker->build, feed, &worker->fault);
    note = add_note(worker, PG_NOTE_PARSED);
    if (!ok) {
        struct pg_fault *fault = pg_arena_alloc(worker->batch->arena, sizeof *fault);
        *fault = worker->fault;
        note->fault = fault;
    }
    pg_build_give(worker->build);
    pg_feed_finish(feed, sha256);
    note = add_note(worker, PG_NOTE_END);
    note->sha256 = pg_arena_strdup(worker->batch->arena, sha256);
}

static void read_file(struct worker *worker)
{
    int fd = open(worker->ahead->paths[worker->file], O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct pg_feed feed;
    struct stat info;

    if (fd < 0) {
        int error = errno;
        add_note(worker, PG_NOTE_FAILED)->error = error;
    } else {
        int64_t mtime_ns = fstat(fd, &info) == 0 ? pg_load_mtime(&info) : 0;
        add_note(worker, PG_NOTE_OPENED)->mtime_ns = mtime_ns;
        pg_feed_open(&feed, fd, false, take_bytes, worker);
        read_source(worker, &feed);
        pg_feed_close(&feed);
        close(fd);
    }
    publish(worker);
}

/* Files are begun in their order: so the one at hand is among those that were begun. */
static bool begin_file(struct worker *worker)
{
    struct pg_ahead *ahead = worker->ahead;
    bool more;

    pthread_mutex_lock(&ahead->lock);
    more = ahead->taken < ahead->n && !atomic_load(&ahead->stop);
    if (more)
        worker->file = ahead->taken++;
    pthread_mutex_unlock(&ahead->lock);
    return more;
}

static void *work(void *context)
{
    struct worker *worker = context;

    while (begin_file(worker))
        read_file(worker);
    return NULL;
}

/* --- the reader's side --------------------------------------------------------------------------- */

/* Processors that this process may run on. */
static uint32_t count_processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef CPU_COUNT
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) < n)
        n = CPU_COUNT(&set);
#endif
    return n > 1 ? (uint32_t)n : 1;
}

uint32_t pg_ahead_threads(uint32_t nfiles, uint64_t bytes)
{
    uint32_t n = nfiles < MOST_THREADS ? nfiles : MOST_THREADS, processors;

    if (nfiles < 2 || bytes < WORTH_BYTES)
        return 1;
    processors = count_processors();
    return n < processors ? n : processors;
}

static bool start_worker(struct pg_ahead *ahead, struct worker *worker)
{
    const struct pg_build_sink sink = {take_object, take_stray, worker};

    worker->ahead = ahead;
    worker->build = pg_build_new(&sink, &worker->fault);
    pg_build_keep(worker->build, take_arena);
    if (pthread_create(&worker->thread, NULL, work, worker) == 0)
        return true;
    pg_build_free(worker->build);
    return false;
}

static void make_conditions(struct pg_ahead *ahead)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->room, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&ahead->ready, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct pg_ahead *pg_ahead_start(const char *const *paths, uint32_t n, uint32_t nthreads, bool hash)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_ahead *ahead = pg_arena_alloc(arena, sizeof *ahead);
    sigset_t all, old;

    ahead->arena = arena;
    ahead->paths = paths;
    ahead->n = n;
    ahead->hash = hash;
    ahead->queues =
        pg_arena_array(arena, n + 1, sizeof *ahead->queues); /* one stays empty: the end */
    for (uint32_t i = 0; i < n; i++)
        ahead->queues[i].last = &ahead->queues[i].first;
    make_conditions(ahead);
    /* Signals are for the other threads; but a crash here is a crash. */
    sigfillset(&all);
    for (const int *crash = (const int[]){SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, 0}; *crash;
         crash++)
        sigdelset(&all, *crash);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (ahead->nworkers < nthreads && ahead->nworkers < MOST_THREADS &&
           start_worker(ahead, &ahead->workers[ahead->nworkers]))
        ahead->nworkers++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (ahead->nworkers > 0)
        return ahead;
    pg_ahead_end(ahead);
    return NULL;
}

/* Waits for a batch of the file at hand, but not for long. */
static void await_batch(struct pg_ahead *ahead, const struct queue *queue)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    while (!queue->first && pthread_cond_timedwait(&ahead->ready, &ahead->lock, &until) == 0)
        continue;
}

/* Takes the first batch of the file at hand off its queue; NULL where none came in time. */
static struct batch *take_batch(struct pg_ahead *ahead)
{
    struct queue *queue = &ahead->queues[ahead->file];
    struct batch *batch;

    if (!queue->first)
        await_batch(ahead, queue);
    batch = queue->first;
    if (!batch)
        return NULL;
    queue->first = batch->next;
    if (!queue->first)
        queue->last = &queue->first;
    return batch;
}

/* Done with a batch: its memory is free, and after the last one of a file the next file is at hand. */
static void drop_batch(struct pg_ahead *ahead)
{
    const struct pg_note *last = &ahead->batch->notes.v[ahead->batch->notes.n - 1];
    bool ends = last->kind == PG_NOTE_END || last->kind == PG_NOTE_FAILED;
    size_t bytes = ahead->batch->bytes;

    free_batch(ahead->batch);
    ahead->batch = NULL;
    ahead->done = 0;
    pthread_mutex_lock(&ahead->lock);
    ahead->held -= bytes;
    ahead->file += ends;
    pthread_cond_broadcast(&ahead->room);
    pthread_mutex_unlock(&ahead->lock);
}

const struct pg_note *pg_ahead_next(struct pg_ahead *ahead)
{
    if (ahead->batch && ahead->done == ahead->batch->notes.n)
        drop_batch(ahead);
    if (!ahead->batch) {
        pthread_mutex_lock(&ahead->lock);
        ahead->batch = take_batch(ahead);
        pthread_mutex_unlock(&ahead->lock);
    }
    return ahead->batch ? &ahead->batch->notes.v[ahead->done++] : NULL;
}

void pg_ahead_end(struct pg_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    atomic_store(&ahead->stop, true);
    pthread_cond_broadcast(&ahead->room);
    pthread_mutex_unlock(&ahead->lock);
    for (uint32_t i = 0; i < ahead->nworkers; i++) {
        pthread_join(ahead->workers[i].thread, NULL);
        pg_build_free(ahead->workers[i].build);
    }
    free_batch(ahead->batch);
    for (uint32_t i = 0; i < ahead->n; i++) {
        for (struct batch *batch = ahead->queues[i].first, *next; batch; batch = next) {
            next = batch->next;
            free_batch(batch);
        }
    }
    pthread_cond_destroy(&ahead->ready);
    pthread_cond_destroy(&ahead->room);
    pthread_mutex_destroy(&ahead->lock);
    pg_arena_free(ahead->arena);
}
