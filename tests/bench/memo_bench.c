/*
 * A cluster that is followed: what its first loading costs, and what one change of it does after that, with the kept
 * objects (polgrid/memo.h) and without. CPU time, the median of nine changes: of a pod, a policy, and a namespace; and
 * of what the journal (polgrid/journal.h) does where it was a policy.
 *
 *     memo_bench [PODS...]        without: 1,000 10,000 150,000
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "make_cluster.h"
#include "polgrid/clock.h"
#include "polgrid/eval.h"
#include "polgrid/journal.h"
#include "polgrid/memo.h"
#include "polgrid/vec.h"

enum { CHANGES = 9, NKINDS = 3 };

struct object {
    const char *ns, *name;
};

struct objects {
    struct pg_arena *arena;
    PG_VEC(struct pg_memo_object) list;
    uint32_t of[NKINDS]; /* one of each kind that changes */
    struct object names[NKINDS];
    uint64_t version;
};

static void require(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(1);
}

static void take(void *context, const struct pg_object *given)
{
    static const char *const kinds[NKINDS] = {"Pod", "NetworkPolicy", "Namespace"};
    struct objects *objects = context;
    uint32_t slot = objects->list.n;
    bool policy = strcmp(given->kind, "NetworkPolicy") == 0;
    struct pg_memo_object object = {
        .slot = slot,
        .version = ++objects->version,
        .file = policy
                    ? pg_arena_printf(objects->arena, "%s/networkpolicy/%s", given->ns, given->name)
                    : "objects",
        .line = policy ? 0 : slot + 1,
        .api_version = pg_arena_strdup(objects->arena, given->api_version),
        .kind = pg_arena_strdup(objects->arena, given->kind),
        .text = pg_arena_strndup(objects->arena, given->json, given->n),
        .n = given->n,
    };
    for (int kind = 0; kind < NKINDS; kind++)
        if (strcmp(given->kind, kinds[kind]) == 0) {
            objects->of[kind] = slot;
            objects->names[kind].ns =
                given->ns != NULL ? pg_arena_strdup(objects->arena, given->ns) : NULL;
            objects->names[kind].name = pg_arena_strdup(objects->arena, given->name);
        }
    pg_vec_push(objects->arena, &objects->list, object);
}

static void make(struct objects *objects, uint32_t npods)
{
    char path[] = "/tmp/memo_bench.XXXXXX";
    struct bench_cluster wanted = {BENCH_EVEN, npods, 1, true};
    struct pg_load_options options = {.object = take, .object_context = objects};
    struct pg_loader *loader = pg_loader_new(&options);
    struct pg_err err;
    int fd = mkstemp(path);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    require(out != NULL, path);
    bench_cluster_write(out, &wanted);
    require(fclose(out) == 0, path);
    require(pg_loader_path(loader, path, &err), path);
    unlink(path);
    pg_cluster_free(pg_loader_finish(loader));
}

struct state {
    struct pg_cluster *cluster;
    struct pg_eval *eval;
};

/* From the objects to a world that can be asked; in milliseconds. */
static double make_world(const struct objects *objects, struct pg_memo *memo, struct state *state)
{
    int64_t start = pg_clock_cpu_us();
    struct pg_loader *loader = pg_memo_loader(memo, NULL, objects->list.v, objects->list.n);
    state->cluster = pg_loader_finish(loader);
    state->eval = pg_eval_new(state->cluster, NULL);
    return (double)(pg_clock_cpu_us() - start) / 1000;
}

static void drop(struct state *state)
{
    pg_eval_free(state->eval);
    pg_cluster_free(state->cluster);
}

/* What the journal does for a change of one policy. */
static double compare(const struct objects *objects, struct state *before, struct state *after)
{
    const struct object *policy = &objects->names[1];
    struct pg_journal_change change = {.what = "changed",
                                       .kind = "NetworkPolicy",
                                       .ns = policy->ns,
                                       .name = policy->name,
                                       .decides = true};
    int64_t start = pg_clock_cpu_us();
    struct pg_journal_entry *entry = pg_journal_compare(before->eval, after->eval, &change, 1, 0, 0);
    require(entry != NULL && !entry->not_compared, "the cells of a policy");
    pg_journal_free(entry);
    return (double)(pg_clock_cpu_us() - start) / 1000;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double times[CHANGES])
{
    qsort(times, CHANGES, sizeof *times, by_value);
    return times[CHANGES / 2];
}

static void measure(uint32_t npods)
{
    struct objects objects = {.arena = pg_arena_new()};
    struct pg_memo *memo = pg_memo_new(NULL);
    struct state before, after;
    double worlds[CHANGES], entries[CHANGES], first, later;
    make(&objects, npods);
    first = make_world(&objects, memo, &before);
    for (int i = 0; i < CHANGES; i++) {
        objects.list.v[objects.of[i % NKINDS]].version = ++objects.version;
        worlds[i] = make_world(&objects, memo, &after);
        entries[i] = compare(&objects, &before, &after);
        drop(&before);
        before = after;
    }
    later = median(worlds);
    printf("%7u pods, %u objects: first %.1f ms, after a change %.1f ms (%.1f x less), its journal "
           "%.1f ms\n",
           (unsigned)npods, (unsigned)objects.list.n, first, later, first / later, median(entries));
    require(pg_memo_decoded(memo) == objects.list.n + CHANGES, "decoded more than what changed");
    drop(&before);
    pg_memo_free(memo);
    pg_arena_free(objects.arena);
}

int main(int argc, char **argv)
{
    static const uint32_t sizes[] = {1000, 10000, 150000};
    bool given = argc > 1 && argv[1][0] != '-'; /* options are those of other programs */
    for (int i = 1; i < argc && given; i++)
        measure((uint32_t)strtoul(argv[i], NULL, 10));
    for (int i = 0; i < 3 && !given; i++)
        measure(sizes[i]);
    return 0;
}
