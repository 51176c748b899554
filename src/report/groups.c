#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "polgrid/map.h"
#include "polgrid/vec.h"
#include "select.h"

struct maker {
    struct pg_arena *arena;
    struct pg_eval *eval;
    const struct pg_cluster *cluster;
    struct pg_report_pattern from, to;
    PG_VEC(uint32_t) hosts; /* classes of pods on the host network of a known node */
    PG_VEC(struct pg_report_group) groups;
    uint32_t *of_pod;
};

/* A pod with what it is told apart by. */
struct member {
    uint32_t pod;
    pg_str node; /* 0: another node, or it does not matter; else the node that matters + 1 */
    bool from, to;
};

/* --- nearness ------------------------------------------------------------------------------------- */

static bool same_answer(struct pg_cell a, struct pg_cell b)
{
    return a.sure == b.sure && a.possible == b.possible;
}

/* Whether it matters to a class that a pod of it runs on the node of `host`, or that this is not known. */
static bool nearness_matters(struct maker *maker, uint32_t class, uint32_t host)
{
    int family = pg_eval_assume(maker->eval)->family;
    for (int reverse = 0; reverse < 2; reverse++) {
        uint32_t a = reverse ? class : host, b = reverse ? host : class;
        struct pg_cell other = pg_eval_cell(maker->eval, a, b, PG_NEAR_OTHER, family);
        if (!same_answer(other, pg_eval_cell(maker->eval, a, b, PG_NEAR_SAME, family)) ||
            !same_answer(other, pg_eval_cell(maker->eval, a, b, PG_NEAR_UNKNOWN, family)))
            return true;
    }
    return false;
}

static void find_hosts(struct maker *maker)
{
    for (uint32_t i = 0; i < pg_eval_nclasses(maker->eval); i++) {
        const struct pg_class *class = pg_eval_class(maker->eval, i);
        if (class->kind == PG_CLASS_HOST && class->node_name != PG_STR_NONE)
            pg_vec_push(maker->arena, &maker->hosts, i);
    }
}

/* The nodes that matter to a class. */
static struct pg_map nodes_that_matter(struct maker *maker, uint32_t class, bool *any)
{
    struct pg_map nodes = {0};
    *any = false;
    if (pg_eval_class(maker->eval, class)->kind != PG_CLASS_PODS)
        return nodes;
    for (uint32_t i = 0; i < maker->hosts.n; i++) {
        if (!nearness_matters(maker, class, maker->hosts.v[i]))
            continue;
        pg_map_put(&nodes, pg_eval_class(maker->eval, maker->hosts.v[i])->node_name, 1);
        *any = true;
    }
    return nodes;
}

/* --- cutting -------------------------------------------------------------------------------------- */

static int compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    if (a->from != b->from)
        return a->from ? -1 : 1;
    if (a->to != b->to)
        return a->to ? -1 : 1;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return a->pod < b->pod ? -1 : a->pod > b->pod;
}

static bool told_apart(const struct member *a, const struct member *b)
{
    return a->from != b->from || a->to != b->to || a->node != b->node;
}

static void add_group(struct maker *maker, uint32_t class, const struct member *members, uint32_t n)
{
    if (!members[0].from && !members[0].to)
        return;
    uint32_t *pods = pg_arena_array(maker->arena, n, sizeof *pods);
    for (uint32_t i = 0; i < n; i++)
        pods[i] = members[i].pod;
    *pg_vec_add(maker->arena, &maker->groups) = (struct pg_report_group){
        .class = class, .pods = pods, .npods = n, .from = members[0].from, .to = members[0].to};
}

static void cut_class(struct maker *maker, uint32_t index)
{
    const struct pg_class *class = pg_eval_class(maker->eval, index);
    struct pg_arena *scratch = pg_arena_new();
    struct member *members = pg_arena_array(scratch, class->npods, sizeof *members);
    bool any;
    struct pg_map nodes = nodes_that_matter(maker, index, &any);
    for (uint32_t i = 0; i < class->npods; i++) {
        uint32_t pod = class->pods[i];
        pg_str node = maker->cluster->pods[pod].node_name;
        bool matters = any && (node == PG_STR_NONE || pg_map_get(&nodes, node));
        members[i] = (struct member){
            .pod = pod,
            .node = matters ? node + 1 : 0,
            .from = pg_report_pattern_has_pod(&maker->from, maker->cluster, pod),
            .to = pg_report_pattern_has_pod(&maker->to, maker->cluster, pod),
        };
    }
    qsort(members, class->npods, sizeof *members, compare_members);
    for (uint32_t i = 0, end; i < class->npods; i = end) {
        for (end = i + 1; end < class->npods && !told_apart(&members[i], &members[end]); end++)
            continue;
        add_group(maker, index, members + i, end - i);
    }
    pg_map_free(&nodes);
    pg_arena_free(scratch);
}

static void add_outside(struct maker *maker, uint32_t class)
{
    struct pg_report_group group = {
        .class = class,
        .from = pg_report_pattern_has_outside(&maker->from, maker->eval, class),
        .to = pg_report_pattern_has_outside(&maker->to, maker->eval, class),
    };
    if (group.from || group.to)
        pg_vec_push(maker->arena, &maker->groups, group);
}

/* By their first pod, so that the numbers of strings and classes don't show. */
static int compare_groups(const void *left, const void *right)
{
    const struct pg_report_group *a = left, *b = right;
    if (!a->pods || !b->pods)
        return a->pods ? -1 : b->pods ? 1 : a->class < b->class ? -1 : a->class > b->class;
    return a->pods[0] < b->pods[0] ? -1 : a->pods[0] > b->pods[0];
}

struct pg_report_groups pg_report_groups(struct pg_arena *arena, struct pg_eval *eval,
                                         const struct pg_report_matrix *matrix)
{
    struct maker maker = {
        .arena = arena,
        .eval = eval,
        .cluster = pg_eval_cluster(eval),
        .from = pg_report_pattern(arena, matrix->from),
        .to = pg_report_pattern(arena, matrix->to),
    };
    find_hosts(&maker);
    for (uint32_t i = 0; i < pg_eval_nclasses(eval); i++) {
        enum pg_class_kind kind = pg_eval_class(eval, i)->kind;
        if (kind == PG_CLASS_OUTSIDE)
            add_outside(&maker, i);
        else if (kind != PG_CLASS_NODE)
            cut_class(&maker, i);
    }
    if (maker.groups.n > 0)
        qsort(maker.groups.v, maker.groups.n, sizeof *maker.groups.v, compare_groups);

    uint32_t *of_pod = pg_arena_array(arena, maker.cluster->npods, sizeof *of_pod);
    for (uint32_t i = 0; i < maker.cluster->npods; i++)
        of_pod[i] = PG_NONE;
    for (uint32_t i = 0; i < maker.groups.n; i++) {
        for (uint32_t j = 0; j < maker.groups.v[i].npods; j++)
            of_pod[maker.groups.v[i].pods[j]] = i;
    }
    return (struct pg_report_groups){maker.groups.v, maker.groups.n, of_pod};
}

struct pg_cell pg_report_groups_cell(struct pg_eval *eval, const struct pg_report_group *from,
                                     const struct pg_report_group *to)
{
    enum pg_near near = PG_NEAR_OTHER;
    if (from->pods && to->pods) {
        struct pg_end a = {.kind = PG_END_POD, .index = from->pods[0]};
        struct pg_end b = {.kind = PG_END_POD, .index = to->pods[0]};
        near = pg_eval_near(eval, &a, &b);
    }
    return pg_eval_cell(eval, from->class, to->class, near, pg_eval_assume(eval)->family);
}
