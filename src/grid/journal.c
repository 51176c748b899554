#include "polgrid/journal.h"

#include <stdlib.h>
#include <string.h>

#include "polgrid/grid.h"
#include "polgrid/map.h"
#include "polgrid/vec.h"

/* Pods of a workload that no policy tells apart, neither before nor after: one of them stands for all. A workload whose
   pods all have other names now is one such group, by whichever pod it had and has. */
struct group {
    uint32_t workload; /* in `after` */
    uint32_t before_class, after_class;
    uint32_t before_pods[2],
        after_pods[2]; /* the second for what they have with each other; PG_NONE: there is none */
};

struct both {
    const char *name;
    uint32_t first, n; /* of the groups */
    bool touched;
};

/* Addresses outside that no policy tells apart. */
struct outside {
    struct pg_addr addr;
    uint32_t before_class, after_class;
    const char *name;
};

struct comparing {
    struct pg_eval *before, *after;
    const struct pg_cluster *old, *new;
    struct pg_journal_entry *entry;
    struct pg_arena *arena, *scratch;
    PG_VEC(struct group) groups;
    PG_VEC(struct both) both;
    PG_VEC(uint32_t) touched; /* of `both` */
    PG_VEC(struct outside) outside;
    PG_VEC(struct pg_journal_cell) cells;
    struct pg_buf out;
    bool everything;     /* whatever changed may be referred to from anywhere */
    uint32_t *older_pod; /* of each pod of `new`: the one of the same name and workload; PG_NONE */
    uint32_t *any_older_pod; /* of each workload of `old`: one of its pods; PG_NONE */
    uint32_t *first, *next;  /* the pods of each workload of `new`; PG_NONE ends them */
    struct pg_map group_of;  /* hash of workload and classes to a group */
};

/* --- what may be touched --------------------------------------------------------------------------- */

static bool is_pod(const struct pg_journal_change *change)
{
    return strcmp(change->kind, "Pod") == 0;
}

/* Whether it may touch cells by itself. */
static bool matters(const struct pg_journal_change *change)
{
    return change->decides || is_pod(change);
}

/* What has pods that stand for it where none of its own are there. */
static bool is_workload(const struct pg_journal_change *change)
{
    static const char *const kinds[] = {"Deployment", "StatefulSet", "DaemonSet"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(change->kind, kinds[i]) == 0)
            return true;
    return false;
}

/* Whether it touches its own namespace alone: policies of Calico's refer to sets of addresses of others, too. */
static bool is_of_namespace(const struct pg_journal_change *change)
{
    return change->ns && strcmp(change->kind, "NetworkSet") != 0;
}

static bool touches(const struct comparing *c, const char *ns)
{
    const struct pg_journal_entry *entry = c->entry;
    if (entry->more > 0 || c->everything)
        return true;
    for (uint32_t i = 0; i < entry->nchanges; i++) {
        const struct pg_journal_change *change = &entry->changes[i];
        if ((matters(change) || is_workload(change)) &&
            (!is_of_namespace(change) || strcmp(change->ns, ns) == 0))
            return true;
    }
    return false;
}

/* Whether other kinds of policies are there: they may refer to services, endpoints and nodes. */
static bool refers_to_all(const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->npolicies; i++)
        if (cluster->policies[i].kind != PG_POLICY_NETWORK && !cluster->policies[i].unread)
            return true;
    return false;
}

/* --- workloads in both ----------------------------------------------------------------------------- */

static const char *ns_of(const struct pg_cluster *cluster, uint32_t ns)
{
    return pg_cluster_text(cluster, cluster->namespaces[ns].name);
}

static const char *name_of(struct pg_arena *arena, const struct pg_cluster *cluster, uint32_t w)
{
    const struct pg_workload *workload = &cluster->workloads[w];
    return pg_arena_printf(arena, "%s/%s/%s", ns_of(cluster, workload->ns),
                           pg_cluster_text(cluster, workload->kind),
                           pg_cluster_text(cluster, workload->name));
}

/* The workload of the same name in the older state; PG_NONE where there is none. */
static uint32_t older(const struct comparing *c, uint32_t w)
{
    const struct pg_workload *workload = &c->new->workloads[w];
    uint32_t ns = pg_cluster_find_namespace(c->old, ns_of(c->new, workload->ns));
    return ns == PG_NONE
               ? PG_NONE
               : pg_cluster_find_workload(c->old, ns, pg_cluster_text(c->new, workload->kind),
                                          pg_cluster_text(c->new, workload->name));
}

/* Both lists of pods are sorted by name: they are walked through side by side. */
static void match_pods(struct comparing *c, uint32_t new_ns, uint32_t old_ns)
{
    const struct pg_namespace *new = &c->new->namespaces[new_ns], *old = &c->old->namespaces[old_ns];
    uint32_t before = old->first_pod, end = old->first_pod + old->npods;
    for (uint32_t pod = new->first_pod; pod < new->first_pod + new->npods; pod++) {
        const char *name = pg_cluster_text(c->new, c->new->pods[pod].name);
        int order = -1;
        while (before < end &&
               (order = strcmp(pg_cluster_text(c->old, c->old->pods[before].name), name)) < 0)
            before++;
        if (before < end && order == 0)
            c->older_pod[pod] = before;
    }
}

static void index_pods(struct comparing *c)
{
    c->older_pod = pg_arena_array(c->scratch, c->new->npods, sizeof *c->older_pod);
    c->next = pg_arena_array(c->scratch, c->new->npods, sizeof *c->next);
    c->first = pg_arena_array(c->scratch, c->new->nworkloads, sizeof *c->first);
    c->any_older_pod = pg_arena_array(c->scratch, c->old->nworkloads, sizeof *c->any_older_pod);
    memset(c->older_pod, 0xff, c->new->npods * sizeof *c->older_pod);
    memset(c->first, 0xff, c->new->nworkloads * sizeof *c->first);
    memset(c->any_older_pod, 0xff, c->old->nworkloads * sizeof *c->any_older_pod);
    for (uint32_t i = c->new->npods; i > 0; i--) {
        c->next[i - 1] = c->first[c->new->pods[i - 1].workload];
        c->first[c->new->pods[i - 1].workload] = i - 1;
    }
    for (uint32_t i = c->old->npods; i > 0; i--)
        c->any_older_pod[c->old->pods[i - 1].workload] = i - 1;
    for (uint32_t ns = 0; ns < c->new->nnamespaces; ns++) {
        uint32_t old = pg_cluster_find_namespace(c->old, ns_of(c->new, ns));
        if (old != PG_NONE)
            match_pods(c, ns, old);
    }
}

static void add_pods(struct comparing *c, uint32_t w, uint32_t before, uint32_t after)
{
    struct group group = {.workload = w,
                          .before_class = pg_eval_class_of_pod(c->before, before),
                          .after_class = pg_eval_class_of_pod(c->after, after),
                          .before_pods = {before, PG_NONE},
                          .after_pods = {after, PG_NONE}};
    uint32_t words[3] = {w, group.before_class, group.after_class};
    uint64_t key = pg_hash(words, sizeof words, 0);
    for (const uint32_t *place; (place = pg_map_get(&c->group_of, key)) != NULL; key++) {
        struct group *found = &c->groups.v[*place];
        if (found->workload != w || found->before_class != group.before_class ||
            found->after_class != group.after_class)
            continue;
        if (found->after_pods[1] == PG_NONE) {
            found->before_pods[1] = before;
            found->after_pods[1] = after;
        }
        return;
    }
    pg_map_put(&c->group_of, key, c->groups.n);
    pg_vec_push(c->scratch, &c->groups, group);
}

/* The pods that are in both states; where all were replaced, one of each. */
static void find_groups(struct comparing *c, struct both *both, uint32_t w, uint32_t old)
{
    for (uint32_t pod = c->first[w]; pod != PG_NONE; pod = c->next[pod])
        if (c->older_pod[pod] != PG_NONE && c->old->pods[c->older_pod[pod]].workload == old)
            add_pods(c, w, c->older_pod[pod], pod);
    if (c->groups.n == both->first && c->any_older_pod[old] != PG_NONE && c->first[w] != PG_NONE)
        add_pods(c, w, c->any_older_pod[old], c->first[w]);
    both->n = c->groups.n - both->first;
}

static void find_both(struct comparing *c)
{
    index_pods(c);
    for (uint32_t w = 0; w < c->new->nworkloads; w++) {
        uint32_t old = older(c, w);
        struct both both = {.first = c->groups.n};
        if (old == PG_NONE)
            continue;
        find_groups(c, &both, w, old);
        if (both.n > 0)
            pg_vec_push(c->scratch, &c->both, both);
    }
}

/* --- outside --------------------------------------------------------------------------------------- */

/* False where there is no room for one more. */
static bool add_outside(struct comparing *c, struct pg_addr addr)
{
    struct outside outside = {.addr = addr,
                              .before_class = pg_eval_class_of_addr(c->before, addr),
                              .after_class = pg_eval_class_of_addr(c->after, addr)};
    for (uint32_t i = 0; i < c->outside.n; i++)
        if (c->outside.v[i].before_class == outside.before_class &&
            c->outside.v[i].after_class == outside.after_class)
            return true;
    if (c->outside.n == PG_JOURNAL_OUTSIDE)
        return false;
    pg_vec_push(c->scratch, &c->outside, outside);
    return true;
}

/* The addresses that a policy of either state tells apart; but for those that are in one of them a pod's or a node's. */
static void find_outside(struct comparing *c)
{
    struct pg_eval *evals[2] = {c->before, c->after};
    bool room = true;
    for (int state = 0; state < 2; state++) {
        for (uint32_t i = pg_eval_nclasses(evals[state]); i > 0; i--) {
            const struct pg_class *class = pg_eval_class(evals[state], i - 1);
            if (class->kind != PG_CLASS_OUTSIDE)
                break;
            for (uint32_t k = 0; k < class->nranges && room; k++)
                room = add_outside(c, class->ranges[k].first);
        }
    }
    c->entry->outside_in_part = !room;
}

/* Whether another group of addresses is in the same class of that state. */
static bool is_split(const struct comparing *c, const struct outside *outside, bool after)
{
    for (uint32_t i = 0; i < c->outside.n; i++) {
        const struct outside *other = &c->outside.v[i];
        if (other != outside && (after ? other->after_class == outside->after_class
                                       : other->before_class == outside->before_class))
            return true;
    }
    return false;
}

/* As the state has it that tells more addresses apart. */
static const char *outside_name(struct comparing *c, struct outside *outside)
{
    if (outside->name)
        return outside->name;
    pg_buf_clear(&c->out);
    if (!is_split(c, outside, true))
        pg_grid_outside_name(&c->out, c->after, outside->after_class);
    else if (!is_split(c, outside, false))
        pg_grid_outside_name(&c->out, c->before, outside->before_class);
    else
        pg_addr_print(&c->out, outside->addr);
    return outside->name = pg_arena_strdup(c->arena, pg_buf_text(&c->out));
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
    return pg_arena_strdup(c->scratch, pg_buf_text(&c->out));
}

static enum pg_journal_turn turn_of(enum reach before, enum reach after)
{
    if (before == UNKNOWN || after == UNKNOWN)
        return PG_TURN_OTHER;
    return after > before ? PG_TURN_GAINED : after < before ? PG_TURN_LOST : PG_TURN_OTHER;
}

/* The same two ends before and after. */
struct ask {
    struct pg_end before[2], after[2];
};

/* Whether the cell is another one now; then `cell` has the words. */
static bool has_turned(struct comparing *c, const struct ask *ask, struct pg_journal_cell *cell)
{
    struct pg_cell before = pg_eval_pair(c->before, &ask->before[0], &ask->before[1]);
    struct pg_cell after = pg_eval_pair(c->after, &ask->after[0], &ask->after[1]);
    enum reach was = reach_of(&before), is = reach_of(&after);
    /* Numbers of port sets are those of each evaluator. */
    if (was == is && was != SOME)
        return false;
    cell->before = words_of(c, c->before, &before);
    cell->after = words_of(c, c->after, &after);
    cell->turn = turn_of(was, is);
    return strcmp(cell->before, cell->after) != 0;
}

static struct pg_end pod_end(uint32_t pod)
{
    return (struct pg_end){.kind = PG_END_POD, .index = pod};
}

static void set_pod(struct ask *ask, int end, const struct group *group, int which)
{
    ask->before[end] = pod_end(group->before_pods[which]);
    ask->after[end] = pod_end(group->after_pods[which]);
}

static void set_outside(struct ask *ask, int end, const struct outside *outside)
{
    ask->before[end] = ask->after[end] = (struct pg_end){.kind = PG_END_ADDR, .addr = outside->addr};
}

static const char *name_both(struct comparing *c, struct both *both)
{
    if (!both->name)
        both->name = name_of(c->arena, c->new, c->groups.v[both->first].workload);
    return both->name;
}

static void note(struct comparing *c, const struct pg_journal_cell *cell)
{
    c->entry->turns[cell->turn]++;
    if (c->cells.n == PG_JOURNAL_CELLS)
        return;
    struct pg_journal_cell kept = *cell;
    kept.before = pg_arena_strdup(c->arena, cell->before);
    kept.after = pg_arena_strdup(c->arena, cell->after);
    pg_vec_push(c->arena, &c->cells, kept);
}

/* Between two workloads, or the pods of one: a cell, however many of their groups it is of. */
static void compare_workloads(struct comparing *c, struct both *from, struct both *to)
{
    struct pg_journal_cell first = {.from = NULL};
    uint32_t asked = 0, turned = 0;
    for (uint32_t i = from->first; i < from->first + from->n; i++) {
        for (uint32_t k = to->first; k < to->first + to->n; k++) {
            struct pg_journal_cell cell;
            struct ask ask;
            bool alone = i == k && c->groups.v[i].after_pods[1] == PG_NONE;
            if (alone) /* a pod and itself */
                continue;
            set_pod(&ask, 0, &c->groups.v[i], 0);
            set_pod(&ask, 1, &c->groups.v[k], i == k);
            asked++;
            if (has_turned(c, &ask, &cell) && turned++ == 0)
                first = cell;
        }
    }
    if (turned == 0)
        return;
    first.from = name_both(c, from);
    first.to = name_both(c, to);
    first.some = turned < asked;
    note(c, &first);
}

static void compare_outside(struct comparing *c, struct both *both, struct outside *outside)
{
    for (int out = 0; out < 2; out++) {
        struct pg_journal_cell first = {.from = NULL};
        uint32_t turned = 0;
        for (uint32_t i = both->first; i < both->first + both->n; i++) {
            struct pg_journal_cell cell;
            struct ask ask;
            set_pod(&ask, !out, &c->groups.v[i], 0);
            set_outside(&ask, out, outside);
            if (has_turned(c, &ask, &cell) && turned++ == 0)
                first = cell;
        }
        if (turned == 0)
            continue;
        first.from = out ? name_both(c, both) : outside_name(c, outside);
        first.to = out ? outside_name(c, outside) : name_both(c, both);
        first.some = turned < both->n;
        note(c, &first);
    }
}

/* Marks what the changes may touch. Returns how many pairs are to be asked. */
static uint64_t mark_touched(struct comparing *c)
{
    uint64_t touched = 0;
    c->touched.n = 0;
    for (uint32_t i = 0; i < c->both.n; i++) {
        struct both *both = &c->both.v[i];
        uint32_t w = c->groups.v[both->first].workload;
        both->touched = touches(c, ns_of(c->new, c->new->workloads[w].ns));
        if (!both->touched)
            continue;
        touched += both->n;
        pg_vec_push(c->scratch, &c->touched, i);
    }
    return touched * 2 * (c->groups.n + (uint64_t)c->outside.n);
}

static void compare_all(struct comparing *c)
{
    uint64_t pairs = mark_touched(c);
    if (pairs > PG_JOURNAL_PAIRS && c->everything) {
        c->everything = false;
        pairs = mark_touched(c);
    }
    if (pairs > PG_JOURNAL_PAIRS) {
        c->entry->not_compared = "it may touch more cells than are compared";
        return;
    }
    for (uint32_t i = 0; i < c->both.n; i++) {
        struct both *from = &c->both.v[i];
        for (uint32_t k = 0; k < c->both.n && from->touched; k++)
            compare_workloads(c, from, &c->both.v[k]);
        for (uint32_t k = 0; k < c->touched.n && !from->touched; k++)
            compare_workloads(c, from, &c->both.v[c->touched.v[k]]);
    }
    c->entry->outside_in_part = c->entry->outside_in_part && c->touched.n > 0;
    for (uint32_t i = 0; i < c->touched.n; i++)
        for (uint32_t k = 0; k < c->outside.n; k++)
            compare_outside(c, &c->both.v[c->touched.v[i]], &c->outside.v[k]);
}

/* --- all of it ------------------------------------------------------------------------------------- */

static const char *keep(struct pg_arena *arena, const char *text)
{
    return text ? pg_arena_strdup(arena, text) : NULL;
}

static void keep_changes(struct pg_journal_entry *entry, const struct pg_journal_change *changes,
                         uint32_t n, bool all)
{
    struct pg_journal_change *own = pg_arena_array(entry->arena, n, sizeof *own);
    for (uint32_t i = 0; i < n; i++) {
        if (!matters(&changes[i]) && !changes[i].told && !is_workload(&changes[i]) && !all)
            continue;
        own[entry->nchanges++] = (struct pg_journal_change){
            .what = keep(entry->arena, changes[i].what),
            .kind = keep(entry->arena, changes[i].kind),
            .ns = keep(entry->arena, changes[i].ns),
            .name = keep(entry->arena, changes[i].name),
            .manager = keep(entry->arena, changes[i].manager),
            .decides = changes[i].decides,
            .told = changes[i].told,
        };
    }
    entry->changes = own;
}

static bool any_matters(const struct pg_journal_change *changes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (matters(&changes[i]) || changes[i].told)
            return true;
    return false;
}

static bool all_matter(const struct pg_journal_change *changes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!matters(&changes[i]) && !changes[i].told)
            return false;
    return true;
}

struct pg_journal_entry *pg_journal_compare(struct pg_eval *before, struct pg_eval *after,
                                            const struct pg_journal_change *changes,
                                            uint32_t nchanges, uint32_t more, int64_t time)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_journal_entry *entry = pg_arena_alloc(arena, sizeof *entry);
    bool sure = any_matters(changes, nchanges) || more > 0;
    struct comparing c = {.before = before,
                          .after = after,
                          .old = pg_eval_cluster(before),
                          .new = pg_eval_cluster(after),
                          .entry = entry,
                          .arena = arena,
                          .scratch = pg_arena_new()};
    *entry = (struct pg_journal_entry){.time = time, .more = more, .arena = arena};
    c.everything = refers_to_all(c.new) || refers_to_all(c.old);
    keep_changes(entry, changes, nchanges, c.everything);
    if (sure || entry->nchanges > 0) {
        c.everything = c.everything && !all_matter(changes, nchanges);
        find_both(&c);
        find_outside(&c);
        compare_all(&c);
    }
    entry->cells = c.cells.v;
    entry->ncells = c.cells.n;
    pg_buf_free(&c.out);
    pg_map_free(&c.group_of);
    pg_arena_free(c.scratch);
    /* Of what cells don't hang on there is an entry only where one changed all the same. */
    if (sure || entry->ncells > 0)
        return entry;
    pg_arena_free(arena);
    return NULL;
}

void pg_journal_free(struct pg_journal_entry *entry)
{
    if (entry)
        pg_arena_free(entry->arena);
}

const char *pg_journal_name(struct pg_arena *arena, const struct pg_eval *eval,
                            const struct pg_end *end)
{
    struct pg_buf out = {0};
    const char *name;
    if (end->kind == PG_END_NODE)
        return NULL;
    if (end->kind == PG_END_POD)
        return name_of(arena, pg_eval_cluster(eval),
                       pg_eval_cluster(eval)->pods[end->index].workload);
    pg_grid_outside_name(&out, eval, pg_eval_class_of(eval, end));
    name = pg_arena_strdup(arena, pg_buf_text(&out));
    pg_buf_free(&out);
    return name;
}

const struct pg_journal_cell *pg_journal_find(const struct pg_journal_entry *entry,
                                              const char *from, const char *to)
{
    for (uint32_t i = 0; from && to && i < entry->ncells; i++)
        if (strcmp(entry->cells[i].from, from) == 0 && strcmp(entry->cells[i].to, to) == 0)
            return &entry->cells[i];
    return NULL;
}
