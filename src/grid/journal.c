#include "polgrid/journal.h"

#include <string.h>

#include "polgrid/map.h"
#include "polgrid/vec.h"

/* A workload that is in both states, and a pod of it in each. */
struct both {
    uint32_t workload; /* in `after` */
    uint32_t before_pod, after_pod;
    bool touched;
};

struct comparing {
    struct pg_eval *before, *after;
    const struct pg_cluster *old, *new;
    struct pg_journal_entry *entry;
    struct pg_arena *arena;
    PG_VEC(struct both) both;
    PG_VEC(struct pg_journal_cell) cells;
    struct pg_buf out;
};

/* --- what may be touched --------------------------------------------------------------------------- */

static bool is_pod(const struct pg_journal_change *change)
{
    return strcmp(change->kind, "Pod") == 0;
}

static bool matters(const struct pg_journal_change *change)
{
    return change->decides || is_pod(change);
}

static bool touches(const struct comparing *c, const char *ns)
{
    const struct pg_journal_entry *entry = c->entry;
    if (entry->more > 0)
        return true;
    for (uint32_t i = 0; i < entry->nchanges; i++) {
        const struct pg_journal_change *change = &entry->changes[i];
        if (matters(change) && (!change->ns || strcmp(change->ns, ns) == 0))
            return true;
    }
    return false;
}

/* --- workloads in both ----------------------------------------------------------------------------- */

/* A pod of each workload; PG_NONE where it has none. */
static uint32_t *pods_of(struct pg_arena *arena, const struct pg_cluster *cluster)
{
    uint32_t *pods = pg_arena_array(arena, cluster->nworkloads, sizeof *pods);
    memset(pods, 0xff, cluster->nworkloads * sizeof *pods);
    for (uint32_t i = cluster->npods; i > 0; i--)
        pods[cluster->pods[i - 1].workload] = i - 1;
    return pods;
}

static void find_both(struct comparing *c, struct pg_arena *scratch)
{
    const uint32_t *old_pods = pods_of(scratch, c->old), *new_pods = pods_of(scratch, c->new);
    for (uint32_t w = 0; w < c->new->nworkloads; w++) {
        const struct pg_workload *workload = &c->new->workloads[w];
        const char *ns = pg_cluster_text(c->new, c->new->namespaces[workload->ns].name);
        uint32_t old_ns = pg_cluster_find_namespace(c->old, ns);
        uint32_t old =
            old_ns == PG_NONE
                ? PG_NONE
                : pg_cluster_find_workload(c->old, old_ns, pg_cluster_text(c->new, workload->kind),
                                           pg_cluster_text(c->new, workload->name));
        if (old == PG_NONE || old_pods[old] == PG_NONE || new_pods[w] == PG_NONE)
            continue;
        pg_vec_push(scratch, &c->both,
                    ((struct both){w, old_pods[old], new_pods[w], touches(c, ns)}));
    }
}

/* --- cells ----------------------------------------------------------------------------------------- */

enum reach { NONE, SOME, ALL, UNKNOWN };

static enum reach reach_of(const struct pg_cell *cell)
{
    if (cell->sure != cell->possible)
        return UNKNOWN;
    if (cell->sure == PG_PORTS_NONE)
        return NONE;
    return cell->sure == PG_PORTS_ALL ? ALL : SOME;
}

static const char *words_of(struct comparing *c, struct pg_eval *eval, const struct pg_cell *cell)
{
    switch (reach_of(cell)) {
    case NONE: return "denied";
    case ALL: return "every port";
    case UNKNOWN: return "unknown";
    case SOME: break;
    }
    pg_buf_clear(&c->out);
    pg_portset_print(&c->out, pg_eval_portsets(eval), cell->sure);
    return pg_buf_text(&c->out);
}

static enum pg_journal_turn turn_of(enum reach before, enum reach after)
{
    if (before == UNKNOWN || after == UNKNOWN)
        return PG_TURN_OTHER;
    return after > before ? PG_TURN_GAINED : after < before ? PG_TURN_LOST : PG_TURN_OTHER;
}

static const char *name_of(struct pg_arena *arena, const struct pg_cluster *cluster, uint32_t w)
{
    const struct pg_workload *workload = &cluster->workloads[w];
    return pg_arena_printf(
        arena, "%s/%s/%s", pg_cluster_text(cluster, cluster->namespaces[workload->ns].name),
        pg_cluster_text(cluster, workload->kind), pg_cluster_text(cluster, workload->name));
}

static void compare_pair(struct comparing *c, const struct both *from, const struct both *to)
{
    struct pg_end old_from = {.kind = PG_END_POD, .index = from->before_pod};
    struct pg_end old_to = {.kind = PG_END_POD, .index = to->before_pod};
    struct pg_end new_from = {.kind = PG_END_POD, .index = from->after_pod};
    struct pg_end new_to = {.kind = PG_END_POD, .index = to->after_pod};
    struct pg_cell before = pg_eval_pair(c->before, &old_from, &old_to);
    struct pg_cell after = pg_eval_pair(c->after, &new_from, &new_to);
    enum reach was = reach_of(&before), is = reach_of(&after);
    /* Numbers of port sets are those of each evaluator. */
    if (was == is && was != SOME)
        return;
    struct pg_buf old_words = {0};
    pg_buf_puts(&old_words, words_of(c, c->before, &before));
    const char *new_words = words_of(c, c->after, &after);
    if (strcmp(pg_buf_text(&old_words), new_words) != 0) {
        enum pg_journal_turn turn = turn_of(was, is);
        c->entry->turns[turn]++;
        if (c->cells.n < PG_JOURNAL_CELLS)
            pg_vec_push(c->arena, &c->cells,
                        ((struct pg_journal_cell){name_of(c->arena, c->new, from->workload),
                                                  name_of(c->arena, c->new, to->workload),
                                                  pg_arena_strdup(c->arena, pg_buf_text(&old_words)),
                                                  pg_arena_strdup(c->arena, new_words), turn}));
    }
    pg_buf_free(&old_words);
}

static void compare_all(struct comparing *c)
{
    uint64_t touched = 0;
    for (uint32_t i = 0; i < c->both.n; i++)
        touched += c->both.v[i].touched;
    if (touched * c->both.n > PG_JOURNAL_PAIRS) {
        c->entry->not_compared = "it may touch more cells than are compared";
        return;
    }
    for (uint32_t i = 0; i < c->both.n; i++)
        for (uint32_t k = 0; k < c->both.n && touched > 0; k++)
            if (i != k && (c->both.v[i].touched || c->both.v[k].touched))
                compare_pair(c, &c->both.v[i], &c->both.v[k]);
}

/* --- all of it ------------------------------------------------------------------------------------- */

static const char *keep(struct pg_arena *arena, const char *text)
{
    return text ? pg_arena_strdup(arena, text) : NULL;
}

struct pg_journal_entry *pg_journal_compare(struct pg_eval *before, struct pg_eval *after,
                                            const struct pg_journal_change *changes,
                                            uint32_t nchanges, uint32_t more, int64_t time)
{
    struct pg_arena *arena = pg_arena_new(), *scratch;
    struct pg_journal_entry *entry = pg_arena_alloc(arena, sizeof *entry);
    struct pg_journal_change *own = pg_arena_array(arena, nchanges, sizeof *own);
    *entry = (struct pg_journal_entry){.time = time, .changes = own, .more = more, .arena = arena};
    for (uint32_t i = 0; i < nchanges; i++) {
        if (!matters(&changes[i]))
            continue;
        own[entry->nchanges++] = (struct pg_journal_change){
            .what = keep(arena, changes[i].what),
            .kind = keep(arena, changes[i].kind),
            .ns = keep(arena, changes[i].ns),
            .name = keep(arena, changes[i].name),
            .manager = keep(arena, changes[i].manager),
            .decides = changes[i].decides,
        };
    }
    if (entry->nchanges == 0 && more == 0) {
        pg_arena_free(arena);
        return NULL;
    }
    scratch = pg_arena_new();
    struct comparing c = {.before = before,
                          .after = after,
                          .old = pg_eval_cluster(before),
                          .new = pg_eval_cluster(after),
                          .entry = entry,
                          .arena = arena};
    find_both(&c, scratch);
    compare_all(&c);
    entry->cells = c.cells.v;
    entry->ncells = c.cells.n;
    pg_buf_free(&c.out);
    pg_arena_free(scratch);
    return entry;
}

void pg_journal_free(struct pg_journal_entry *entry)
{
    if (entry)
        pg_arena_free(entry->arena);
}

const struct pg_journal_cell *pg_journal_find(const struct pg_journal_entry *entry,
                                              const struct pg_cluster *cluster, uint32_t from_pod,
                                              uint32_t to_pod)
{
    struct pg_arena *scratch = pg_arena_new();
    const char *from = name_of(scratch, cluster, cluster->pods[from_pod].workload);
    const char *to = name_of(scratch, cluster, cluster->pods[to_pod].workload);
    const struct pg_journal_cell *found = NULL;
    for (uint32_t i = 0; i < entry->ncells && !found; i++)
        if (strcmp(entry->cells[i].from, from) == 0 && strcmp(entry->cells[i].to, to) == 0)
            found = &entry->cells[i];
    pg_arena_free(scratch);
    return found;
}
