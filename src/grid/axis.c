#include "axis.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "polgrid/vec.h"

struct layout {
    struct pg_arena *arena;
    struct pg_eval *eval;
    const struct pg_cluster *cluster;
    const struct pg_axis *axis;
    PG_VEC(struct pg_item) items;
};

static const char *text(const struct layout *layout, pg_str str)
{
    return pg_cluster_text(layout->cluster, str);
}

static const char *ns_name(const struct layout *layout, uint32_t ns)
{
    return text(layout, layout->cluster->namespaces[ns].name);
}

/* Virtual pods that stand for several replicas: they have pairs with themselves. */
static uint32_t count_selves(const struct layout *layout, const uint32_t *pods, uint32_t n)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct pg_end end = {.kind = PG_END_POD, .index = pods[i]};
        if (!pg_eval_is_self(layout->eval, &end, &end))
            count++;
    }
    return count;
}

/* --- namespaces ---------------------------------------------------------------------------------- */

/* A namespace holds its classes whole. */
static void add_namespace(struct layout *layout, uint32_t ns)
{
    const struct pg_namespace *namespace = &layout->cluster->namespaces[ns];
    if (namespace->npods == 0 && !layout->axis->empty)
        return;
    uint32_t n;
    uint32_t first = pg_eval_classes_of_namespace(layout->eval, ns, &n);
    struct pg_share *shares = pg_arena_array(layout->arena, n, sizeof *shares);
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_class *class = pg_eval_class(layout->eval, first + i);
        shares[i] = (struct pg_share){first + i, class->npods, class->pods, class->nselves};
    }
    *pg_vec_add(layout->arena, &layout->items) = (struct pg_item){
        .kind = PG_ITEM_NAMESPACE,
        .index = ns,
        .name = ns_name(layout, ns),
        .full = ns_name(layout, ns),
        .note = "",
        .npods = namespace->npods,
        .shares = shares,
        .nshares = n,
    };
}

/* --- namespaces that are alike --------------------------------------------------------------------- */

/* The classes of a namespace in the order of what they are, which is the same for all that are alike. */
static struct pg_share *shares_by_kind(struct layout *layout, const struct pg_alike *alike,
                                       uint32_t ns, uint32_t *n)
{
    uint32_t first = pg_eval_classes_of_namespace(layout->eval, ns, n);
    struct pg_share *shares = pg_arena_array(layout->arena, *n, sizeof *shares);
    for (uint32_t i = 0; i < *n; i++) {
        const struct pg_class *class = pg_eval_class(layout->eval, first + i);
        uint32_t at = i;
        for (; at > 0 && alike->kinds[shares[at - 1].class] > alike->kinds[first + i]; at--)
            shares[at] = shares[at - 1];
        shares[at] = (struct pg_share){.class = first + i,
                                       .npods = class->npods,
                                       .pods = class->pods,
                                       .nselves = class->nselves};
    }
    return shares;
}

/* Adds the pods of one more member to the shares of all. */
static void pour(struct pg_share *all, const struct pg_share *one, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        memcpy((uint32_t *)(uintptr_t)all[i].pods + all[i].npods, one[i].pods,
               one[i].npods * sizeof *one[i].pods);
        all[i].npods += one[i].npods;
        all[i].nselves += one[i].nselves;
    }
}

static void add_fold(struct layout *layout, const struct pg_alike *alike, const uint32_t *members,
                     uint32_t nmembers)
{
    uint32_t n;
    struct pg_share *one = shares_by_kind(layout, alike, members[0], &n), *two = NULL;
    struct pg_share *all = pg_arena_array(layout->arena, n, sizeof *all);
    const char *first = ns_name(layout, members[0]);
    for (uint32_t i = 0; i < n; i++)
        all[i] =
            (struct pg_share){.class = one[i].class,
                              .pods = pg_arena_array(layout->arena, (size_t)nmembers * one[i].npods,
                                                     sizeof(uint32_t))};
    for (uint32_t m = 0; m < nmembers; m++) {
        struct pg_share *own = m == 0 ? one : shares_by_kind(layout, alike, members[m], &n);
        two = m == 1 ? own : two;
        pour(all, own, n);
    }
    *pg_vec_add(layout->arena, &layout->items) = (struct pg_item){
        .kind = PG_ITEM_NAMESPACE,
        .index = members[0],
        .name = pg_arena_printf(layout->arena, "%s x%u", first, (unsigned)nmembers),
        .full = first,
        .note = "",
        .npods = layout->cluster->namespaces[members[0]].npods * nmembers,
        .shares = all,
        .nshares = n,
        .members = members,
        .nmembers = nmembers,
        .one = one,
        .two = two,
    };
}

/* Each namespace, or those that are like it in the place of the first. */
static void add_folded(struct layout *layout)
{
    const struct pg_alike *alike = pg_eval_alike(layout->eval);
    uint32_t n = layout->cluster->nnamespaces, next = 0;
    uint32_t *counts = pg_arena_array(layout->arena, n + 1, sizeof *counts);
    uint32_t *lists = pg_arena_array(layout->arena, n, sizeof *lists);
    uint32_t *begin = pg_arena_array(layout->arena, n + 1, sizeof *begin);
    for (uint32_t ns = 0; ns < n; ns++)
        counts[alike->like[ns]]++;
    for (uint32_t ns = 0; ns < n; ns++) {
        begin[ns] = next;
        next += counts[ns];
        counts[ns] = 0;
    }
    for (uint32_t ns = 0; ns < n; ns++)
        lists[begin[alike->like[ns]] + counts[alike->like[ns]]++] = ns;
    for (uint32_t ns = 0; ns < n; ns++) {
        bool hidden = layout->cluster->namespaces[ns].npods == 0 && !layout->axis->empty;
        if (counts[ns] == 1)
            add_namespace(layout, ns);
        else if (counts[ns] > 1 && !hidden)
            add_fold(layout, alike, lists + begin[ns], counts[ns]);
    }
}

/* --- workloads ----------------------------------------------------------------------------------- */

/* A pod with what it is sorted by. */
struct member {
    uint32_t workload, class, pod;
};

static int compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    if (a->workload != b->workload)
        return a->workload < b->workload ? -1 : 1;
    if (a->class != b->class)
        return a->class < b->class ? -1 : 1;
    return a->pod < b->pod ? -1 : a->pod > b->pod;
}

static const char *short_kind(const char *kind)
{
    static const char *const names[][2] = {
        {"Deployment", "Deploy"},  {"StatefulSet", "Stateful"},          {"DaemonSet", "Daemon"},
        {"ReplicaSet", "Replica"}, {"ReplicationController", "ReplCtl"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(kind, names[i][0]) == 0)
            return names[i][1];
    }
    return kind;
}

static const char *lower(struct pg_arena *arena, const char *from)
{
    char *copy = pg_arena_strdup(arena, from);
    for (char *p = copy; *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
    return copy;
}

/* Of the members of one workload, one share a class. */
static struct pg_share *make_shares(struct layout *layout, const struct member *members, uint32_t n,
                                    const uint32_t *pods, uint32_t *nshares)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++)
        count += i == 0 || members[i].class != members[i - 1].class;
    struct pg_share *shares = pg_arena_array(layout->arena, count, sizeof *shares);
    uint32_t share = 0;
    for (uint32_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && members[end].class == members[i].class; end++)
            continue;
        shares[share++] = (struct pg_share){members[i].class, end - i, pods + i,
                                            count_selves(layout, pods + i, end - i)};
    }
    *nshares = count;
    return shares;
}

static void add_workload(struct layout *layout, const struct member *members, uint32_t n,
                         const uint32_t *pods)
{
    const struct pg_workload *workload = &layout->cluster->workloads[members[0].workload];
    const char *ns = ns_name(layout, workload->ns);
    const char *name = text(layout, workload->name);
    const char *kind = text(layout, workload->kind);
    struct pg_item item = {
        .kind = PG_ITEM_WORKLOAD,
        .index = members[0].workload,
        .name =
            layout->axis->ns == PG_NONE ? pg_arena_printf(layout->arena, "%s/%s", ns, name) : name,
        .full = pg_arena_printf(layout->arena, "%s/%s/%s", ns, lower(layout->arena, kind), name),
        .note = short_kind(kind),
        .npods = n,
    };
    item.shares = make_shares(layout, members, n, pods, &item.nshares);
    *pg_vec_add(layout->arena, &layout->items) = item;
}

/* The pods that the axis is about: first .. first + n - 1. */
static uint32_t pod_range(const struct layout *layout, uint32_t *n)
{
    if (layout->axis->ns == PG_NONE) {
        *n = layout->cluster->npods;
        return 0;
    }
    const struct pg_namespace *namespace = &layout->cluster->namespaces[layout->axis->ns];
    *n = namespace->npods;
    return namespace->first_pod;
}

static void add_workloads(struct layout *layout)
{
    uint32_t n;
    uint32_t first = pod_range(layout, &n);
    if (n == 0)
        return;
    struct member *members = pg_arena_array(layout->arena, n, sizeof *members);
    for (uint32_t i = 0; i < n; i++) {
        members[i] = (struct member){layout->cluster->pods[first + i].workload,
                                     pg_eval_class_of_pod(layout->eval, first + i), first + i};
    }
    qsort(members, n, sizeof *members, compare_members);
    uint32_t *pods = pg_arena_array(layout->arena, n, sizeof *pods);
    for (uint32_t i = 0; i < n; i++)
        pods[i] = members[i].pod;
    for (uint32_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && members[end].workload == members[i].workload; end++)
            continue;
        add_workload(layout, members + i, end - i, pods + i);
    }
}

/* --- pods ---------------------------------------------------------------------------------------- */

static void add_pod(struct layout *layout, uint32_t index)
{
    const struct pg_pod *pod = &layout->cluster->pods[index];
    const char *name = text(layout, pod->name);
    const char *full = pg_arena_printf(layout->arena, "%s/%s", ns_name(layout, pod->ns), name);
    uint32_t *pods = pg_arena_alloc(layout->arena, sizeof *pods);
    *pods = index;
    struct pg_share *share = pg_arena_alloc(layout->arena, sizeof *share);
    *share = (struct pg_share){pg_eval_class_of_pod(layout->eval, index), 1, pods,
                               count_selves(layout, pods, 1)};
    bool alone = layout->axis->ns == PG_NONE && layout->axis->workload == PG_NONE;
    *pg_vec_add(layout->arena, &layout->items) = (struct pg_item){
        .kind = PG_ITEM_POD,
        .index = index,
        .name = alone ? full : name,
        .full = full,
        .note = "",
        .npods = 1,
        .shares = share,
        .nshares = 1,
    };
}

static void add_pods(struct layout *layout)
{
    uint32_t n;
    uint32_t first = pod_range(layout, &n);
    for (uint32_t i = first; i < first + n; i++) {
        if (layout->axis->workload == PG_NONE ||
            layout->cluster->pods[i].workload == layout->axis->workload)
            add_pod(layout, i);
    }
}

/* --- outside ------------------------------------------------------------------------------------- */

/* Whether any pod could talk that family at all. */
static bool family_in_use(const struct layout *layout, int family)
{
    uint32_t n = pg_eval_nclasses(layout->eval);
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_class *class = pg_eval_class(layout->eval, i);
        if (class->kind == PG_CLASS_PODS || class->kind == PG_CLASS_HOST) {
            if (class->has_family[family == 6])
                return true;
        }
    }
    return layout->cluster->npods == 0 && family == 4;
}

static void add_outside_class(struct layout *layout, uint32_t index, bool internet)
{
    struct pg_buf name = {0}, full = {0};
    pg_grid_name_outside(&name, pg_eval_class(layout->eval, index), internet);
    pg_grid_outside_ranges(&full, layout->eval, index);
    struct pg_share *share = pg_arena_alloc(layout->arena, sizeof *share);
    *share = (struct pg_share){.class = index, .npods = 1};
    *pg_vec_add(layout->arena, &layout->items) = (struct pg_item){
        .kind = PG_ITEM_OUTSIDE,
        .index = index,
        .name = pg_arena_strdup(layout->arena, pg_buf_text(&name)),
        .full = pg_arena_strdup(layout->arena, pg_buf_text(&full)),
        .note = "",
        .npods = 1,
        .shares = share,
        .nshares = 1,
    };
    pg_buf_free(&name);
    pg_buf_free(&full);
}

static void add_outside(struct layout *layout)
{
    bool wanted[2] = {family_in_use(layout, 4), family_in_use(layout, 6)};
    uint32_t internet[2] = {pg_grid_internet(layout->eval, 4), pg_grid_internet(layout->eval, 6)};
    for (uint32_t i = 0; i < pg_eval_nclasses(layout->eval); i++) {
        const struct pg_class *class = pg_eval_class(layout->eval, i);
        if (class->kind == PG_CLASS_OUTSIDE && class->nranges > 0 &&
            wanted[class->ranges[0].first.family == 6])
            add_outside_class(layout, i, i == internet[0] || i == internet[1]);
    }
}

struct pg_items pg_grid_lay_out(struct pg_arena *arena, struct pg_eval *eval,
                                const struct pg_axis *axis)
{
    struct layout layout = {
        .arena = arena, .eval = eval, .cluster = pg_eval_cluster(eval), .axis = axis};
    assert(axis->level == PG_LEVEL_NAMESPACE || axis->ns == PG_NONE ||
           axis->ns < layout.cluster->nnamespaces);
    switch (axis->level) {
    case PG_LEVEL_NAMESPACE:
        if (axis->fold) {
            add_folded(&layout);
            break;
        }
        for (uint32_t ns = 0; ns < layout.cluster->nnamespaces; ns++)
            add_namespace(&layout, ns);
        break;
    case PG_LEVEL_WORKLOAD: add_workloads(&layout); break;
    case PG_LEVEL_POD: add_pods(&layout); break;
    }
    if (axis->outside)
        add_outside(&layout);
    struct pg_items items = {layout.items.v, layout.items.n};
    pg_grid_abbreviate(items);
    return items;
}
