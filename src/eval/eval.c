#include "polgrid/eval.h"

#include <assert.h>

#include "eval_internal.h"

struct pg_eval *pg_eval_new(const struct pg_cluster *cluster, const struct pg_assume *assume)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_eval *eval = pg_arena_alloc(arena, sizeof *eval);
    eval->cluster = cluster;
    eval->assume = assume != NULL ? *assume : pg_assume_default();
    eval->arena = arena;
    eval->sets = pg_portsets_new();
    eval->blocks = pg_blocks_new(arena, cluster);
    pg_compile_policies(eval);
    pg_compile_order(eval);
    pg_compile_classes(eval);
    pg_compile_subjects(eval);
    pg_compile_strangers(eval);
    return eval;
}

void pg_eval_free(struct pg_eval *eval)
{
    if (eval == NULL)
        return;
    pg_map_free(&eval->named);
    pg_portsets_free(eval->sets);
    pg_arena_free(eval->arena);
}

void pg_eval_ask_family(struct pg_eval *eval, int family)
{
    eval->assume.family = family;
}

const struct pg_cluster *pg_eval_cluster(const struct pg_eval *eval)
{
    return eval->cluster;
}

const struct pg_assume *pg_eval_assume(const struct pg_eval *eval)
{
    return &eval->assume;
}

struct pg_portsets *pg_eval_portsets(struct pg_eval *eval)
{
    return eval->sets;
}

uint32_t pg_eval_nclasses(const struct pg_eval *eval)
{
    return eval->nclasses;
}

const struct pg_class *pg_eval_class(const struct pg_eval *eval, uint32_t class)
{
    assert(class < eval->nclasses);
    return &eval->classes[class];
}

uint32_t pg_eval_class_of_pod(const struct pg_eval *eval, uint32_t pod)
{
    assert(pod < eval->cluster->npods);
    return eval->class_of_pod[pod];
}

uint32_t pg_eval_class_of_node(const struct pg_eval *eval, uint32_t node)
{
    assert(node < eval->cluster->nnodes);
    return eval->first_node + node;
}

uint32_t pg_eval_class_of_addr(const struct pg_eval *eval, struct pg_addr addr)
{
    return eval->first_outside + pg_blocks_group(eval->blocks, addr);
}

uint32_t pg_eval_classes_of_namespace(const struct pg_eval *eval, uint32_t ns, uint32_t *n)
{
    assert(ns < eval->cluster->nnamespaces);
    *n = eval->first_of_namespace[ns + 1] - eval->first_of_namespace[ns];
    return eval->first_of_namespace[ns];
}

const uint32_t *pg_eval_policies(const struct pg_eval *eval, uint32_t class, enum pg_dir dir,
                                 uint32_t *n)
{
    *n = eval->data[class].npolicies[dir];
    return eval->data[class].policies[dir];
}

uint32_t pg_eval_selected(const struct pg_eval *eval, uint32_t policy)
{
    assert(policy < eval->cluster->npolicies);
    return eval->policies[policy].selected;
}

uint32_t pg_eval_class_of(const struct pg_eval *eval, const struct pg_end *end)
{
    switch (end->kind) {
    case PG_END_POD: return pg_eval_class_of_pod(eval, end->index);
    case PG_END_NODE: return pg_eval_class_of_node(eval, end->index);
    case PG_END_ADDR: break;
    }
    return pg_eval_class_of_addr(eval, end->addr);
}

struct pg_end pg_end_at(const struct pg_cluster *cluster, struct pg_addr addr)
{
    uint32_t pod = pg_cluster_pod_at(cluster, addr), node = pg_cluster_node_at(cluster, addr);
    if (pod != PG_NONE)
        return (struct pg_end){.kind = PG_END_POD, .index = pod};
    if (node != PG_NONE)
        return (struct pg_end){.kind = PG_END_NODE, .index = node};
    return (struct pg_end){
        .kind = PG_END_ADDR, .addr = addr, .maybe_inside = pg_cluster_addresses_unread(cluster)};
}

/* The node an end is on; PG_STR_NONE where that is not known. */
static pg_str node_of(const struct pg_eval *eval, const struct pg_end *end)
{
    if (end->kind == PG_END_NODE)
        return eval->cluster->nodes[end->index].name;
    return eval->cluster->pods[end->index].node_name;
}

static bool is_node(const struct pg_eval *eval, const struct pg_end *end)
{
    enum pg_class_kind kind = eval->classes[pg_eval_class_of(eval, end)].kind;
    return kind == PG_CLASS_NODE || kind == PG_CLASS_HOST;
}

enum pg_near pg_eval_near(const struct pg_eval *eval, const struct pg_end *from,
                          const struct pg_end *to)
{
    if (from->kind == PG_END_ADDR || to->kind == PG_END_ADDR)
        return PG_NEAR_OTHER;
    if (!is_node(eval, from) && !is_node(eval, to))
        return PG_NEAR_OTHER;
    pg_str a = node_of(eval, from), b = node_of(eval, to);
    if (a == PG_STR_NONE || b == PG_STR_NONE)
        return PG_NEAR_UNKNOWN;
    return a == b ? PG_NEAR_SAME : PG_NEAR_OTHER;
}

bool pg_eval_is_self(const struct pg_eval *eval, const struct pg_end *from, const struct pg_end *to)
{
    if (from->kind != PG_END_POD || to->kind != PG_END_POD || from->index != to->index)
        return false;
    const struct pg_pod *pod = &eval->cluster->pods[from->index];
    return !pod->is_virtual || eval->cluster->workloads[pod->workload].replicas == 1;
}

struct pg_cell pg_eval_pair(struct pg_eval *eval, const struct pg_end *from, const struct pg_end *to)
{
    uint32_t a = pg_eval_class_of(eval, from), b = pg_eval_class_of(eval, to);
    struct pg_cell cell =
        pg_eval_cell(eval, a, b, pg_eval_near(eval, from, to), eval->assume.family);
    if (!pg_eval_is_self(eval, from, to) || eval->assume.self_policy)
        return cell;
    for (int dir = 0; dir < 2; dir++) {
        struct pg_side *side = &cell.sides[dir];
        side->sure = side->possible = PG_PORTS_EVERY;
        if (side->exempt == PG_EXEMPT_NONE)
            side->exempt = PG_EXEMPT_SELF;
    }
    cell.sure = cell.possible = PG_PORTS_ALL;
    cell.mixed = cell.no_route = false;
    return cell;
}
