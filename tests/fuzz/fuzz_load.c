/*
 * Any bytes as a manifest: loaded, compiled, and asked some questions. Beyond not crashing, the frozen
 * cluster keeps what its headers promise to the evaluator.
 */
#include <string.h>

#include "fuzz.h"
#include "polgrid/grid.h"
#include "polgrid/load.h"
#include "polgrid/text.h"
#include "polgrid/why.h"

/* --- the promises of the model --- */

static void check_loc(const struct pg_cluster *cluster, struct pg_loc loc)
{
    FUZZ_PROMISE(loc.line == 0 || loc.file < cluster->nfiles);
}

static int compare_names(const struct pg_cluster *cluster, pg_str a, pg_str b)
{
    return strcmp(pg_cluster_text(cluster, a), pg_cluster_text(cluster, b));
}

static void check_labels(struct pg_labels labels)
{
    for (uint32_t i = 0; i + 1 < labels.n; i++)
        FUZZ_PROMISE(labels.v[i].key < labels.v[i + 1].key);
}

static void check_namespaces(const struct pg_cluster *cluster)
{
    uint32_t pods = 0, workloads = 0;
    for (uint32_t i = 0; i < cluster->nnamespaces; i++) {
        const struct pg_namespace *ns = &cluster->namespaces[i];
        FUZZ_PROMISE(i == 0 || compare_names(cluster, ns[-1].name, ns->name) < 0);
        FUZZ_PROMISE(ns->npods == 0 || ns->first_pod == pods);
        FUZZ_PROMISE(ns->nworkloads == 0 || ns->first_workload == workloads);
        FUZZ_PROMISE(pg_cluster_find_namespace(cluster, pg_cluster_text(cluster, ns->name)) == i);
        check_labels(ns->labels);
        check_loc(cluster, ns->loc);
        pods += ns->npods;
        workloads += ns->nworkloads;
    }
    FUZZ_PROMISE(pods == cluster->npods && workloads == cluster->nworkloads);
}

static void check_pods(const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->npods; i++) {
        const struct pg_pod *pod = &cluster->pods[i];
        FUZZ_PROMISE(pod->ns < cluster->nnamespaces && pod->workload < cluster->nworkloads);
        FUZZ_PROMISE(i == 0 || pod[-1].ns < pod->ns ||
                     (pod[-1].ns == pod->ns && compare_names(cluster, pod[-1].name, pod->name) <= 0));
        FUZZ_PROMISE(pod->node == PG_NONE || pod->node < cluster->nnodes);
        FUZZ_PROMISE(pod->addr_known == (pod->addr[0].family != 0 || pod->addr[1].family != 0));
        FUZZ_PROMISE(pod->addr[0].family == 0 || pod->addr[0].family == 4);
        FUZZ_PROMISE(pod->addr[1].family == 0 || pod->addr[1].family == 6);
        check_labels(pod->labels);
        check_loc(cluster, pod->loc);
        for (uint32_t k = 0; k < pod->nports; k++)
            FUZZ_PROMISE(pod->ports[k].protocol <= PG_SCTP && pod->ports[k].number > 0);
    }
}

static void check_block(const struct pg_peer *peer)
{
    FUZZ_PROMISE(peer->cidr.base.family == 4 || peer->cidr.base.family == 6);
    for (uint32_t i = 0; i < peer->nexcept; i++)
        FUZZ_PROMISE(pg_cidr_covers(peer->cidr, peer->except[i]) &&
                     peer->except[i].bits > peer->cidr.bits);
}

static void check_peer(const struct pg_policy *policy, const struct pg_peer *peer)
{
    bool network = policy->kind == PG_POLICY_NETWORK;
    FUZZ_PROMISE(!network || peer->kind == PG_PEER_SELECTOR || peer->kind == PG_PEER_IPBLOCK);
    switch (peer->kind) {
    case PG_PEER_SELECTOR:
        FUZZ_PROMISE(!network || peer->namespace_selector.present || peer->pod_selector.present);
        break;
    case PG_PEER_IPBLOCK:
    case PG_PEER_NETWORKS:
    case PG_PEER_OUTSIDE: check_block(peer); break;
    case PG_PEER_NAMES:
    case PG_PEER_MAYBE: FUZZ_PROMISE(peer->field != NULL && peer->detail != NULL); break;
    case PG_PEER_ALL_OF: FUZZ_PROMISE(peer->nparts > 0); break;
    case PG_PEER_ANY_OF:
    case PG_PEER_NODES:
    case PG_PEER_ENTITY: break;
    }
    for (uint32_t i = 0; i < peer->nparts; i++)
        check_peer(policy, &peer->parts[i]);
}

static void check_port(const struct pg_policy *policy, const struct pg_port *port)
{
    bool network = policy->kind == PG_POLICY_NETWORK;
    FUZZ_PROMISE(port->protocol <= PG_SCTP ||
                 (!network && (port->protocol == PG_OTHER || port->protocol == PG_ANY_PROTOCOL)));
    FUZZ_PROMISE(port->name != PG_STR_NONE || port->from <= port->to);
    FUZZ_PROMISE(port->name != PG_STR_NONE || port->from >= 1 || port->protocol == PG_OTHER);
    FUZZ_PROMISE(port->protocol != PG_OTHER || port->to <= 255);
}

static void check_rule(const struct pg_policy *policy, const struct pg_rule *rule)
{
    bool network = policy->kind == PG_POLICY_NETWORK;
    FUZZ_PROMISE(!network || rule->any_peer == (rule->npeers == 0));
    FUZZ_PROMISE(!network || rule->any_port == (rule->nports == 0));
    FUZZ_PROMISE((rule->maybe_field != NULL) == (rule->maybe_detail != NULL));
    for (uint32_t i = 0; i < rule->npeers; i++)
        check_peer(policy, &rule->peers[i]);
    if (rule->self != NULL)
        check_peer(policy, rule->self);
    for (uint32_t i = 0; i < rule->nports; i++)
        check_port(policy, &rule->ports[i]);
    for (uint32_t i = 0; i < rule->nnot_ports; i++)
        check_port(policy, &rule->not_ports[i]);
}

static void check_policies(const struct pg_cluster *cluster)
{
    uint32_t unevaluated = 0;
    for (uint32_t i = 0; i < cluster->npolicies; i++) {
        const struct pg_policy *policy = &cluster->policies[i];
        unevaluated += policy->kind == PG_POLICY_UNEVALUATED;
        FUZZ_PROMISE(policy->ns == PG_NONE || policy->ns < cluster->nnamespaces);
        FUZZ_PROMISE(policy->ns != PG_NONE || policy->kind != PG_POLICY_NETWORK);
        check_loc(cluster, policy->loc);
        for (int dir = 0; dir < 2; dir++) {
            for (uint32_t r = 0; r < policy->nrules[dir]; r++)
                check_rule(policy, &policy->rules[dir][r]);
        }
    }
    FUZZ_PROMISE(unevaluated == cluster->nunevaluated);
}

/* A diagnostic is one line, however the input tries. */
static void check_diagnostics(const struct pg_cluster *cluster)
{
    struct pg_buf line = {0}, clean = {0};
    for (uint32_t i = 0; i < cluster->ndiags && i < 100; i++) {
        FUZZ_PROMISE(cluster->diags[i].code != NULL && cluster->diags[i].message != NULL);
        check_loc(cluster, cluster->diags[i].loc);
        pg_diag_print(&line, cluster, &cluster->diags[i]);
        pg_text_clean(&clean, pg_buf_text(&line), line.n);
        FUZZ_PROMISE(strcmp(pg_buf_text(&line), pg_buf_text(&clean)) == 0);
        pg_buf_clear(&line);
        pg_buf_clear(&clean);
    }
    pg_buf_free(&line);
    pg_buf_free(&clean);
}

/* --- questions --- */

static struct pg_end end_number(const struct pg_cluster *cluster, uint32_t i)
{
    uint32_t n = cluster->npods + cluster->nnodes + 2;
    i %= n;
    if (i < cluster->npods)
        return (struct pg_end){.kind = PG_END_POD, .index = i};
    if (i < cluster->npods + cluster->nnodes)
        return (struct pg_end){.kind = PG_END_NODE, .index = i - cluster->npods};
    struct pg_end end = {.kind = PG_END_ADDR};
    FUZZ_PROMISE(pg_addr_parse(i == n - 1 ? "192.0.2.1" : "2001:db8::1", &end.addr, NULL));
    return end;
}

/* What the parts of an answer must have to do with each other. */
static void check_why(struct pg_eval *eval, const struct pg_why *why, const struct pg_cell *cell)
{
    struct pg_portsets *sets = pg_eval_portsets(eval);
    FUZZ_PROMISE(why->sentence != NULL && *why->sentence != '\0');
    if (cell->no_route) {
        FUZZ_PROMISE(why->verdict == PG_VERDICT_NO_ROUTE);
        return;
    }
    FUZZ_PROMISE(why->sure == cell->sure && why->possible == cell->possible);
    FUZZ_PROMISE(pg_portset_intersect(sets, cell->sure, cell->possible) == cell->sure);
    for (int dir = 0; dir < 2; dir++) {
        for (uint32_t i = 0; i < why->sides[dir].nreasons; i++)
            FUZZ_PROMISE(why->sides[dir].reasons[i].policy < pg_eval_cluster(eval)->npolicies);
    }
}

static void ask(struct pg_eval *eval, struct pg_arena *arena)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    for (uint32_t i = 0; i < 24; i++) {
        struct pg_end from = end_number(cluster, i * 5), to = end_number(cluster, i * 3 + i / 4);
        if (from.kind == PG_END_ADDR && to.kind == PG_END_ADDR)
            continue;
        struct pg_cell cell = pg_eval_pair(eval, &from, &to);
        check_why(eval, pg_why_ask(arena, eval, &from, &to, PG_PORTS_ALL, 0), &cell);
        pg_arena_reset(arena);
    }
}

static void look(struct pg_eval *eval)
{
    struct pg_axis axis = {.level = PG_LEVEL_NAMESPACE,
                           .ns = PG_NONE,
                           .workload = PG_NONE,
                           .outside = true,
                           .empty = true};
    struct pg_grid *grid = pg_grid_new(eval, &axis, &axis, PG_PORTS_ALL);
    for (uint32_t row = 0; row < pg_grid_nrows(grid) && row < 6; row++) {
        for (uint32_t column = 0; column < pg_grid_ncolumns(grid) && column < 6; column++) {
            const struct pg_count *count = pg_grid_cell(grid, row, column);
            FUZZ_PROMISE(count->pairs == count->allowed + count->unknown + count->denied_egress +
                                             count->denied_ingress + count->denied_both);
        }
    }
    pg_grid_free(grid);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 17)
        return 0;
    struct pg_loader *loader = pg_loader_new(NULL);
    pg_loader_text(loader, "fuzz", (const char *)data, size);
    struct pg_cluster *cluster = pg_loader_finish(loader);
    check_namespaces(cluster);
    check_pods(cluster);
    check_policies(cluster);
    check_diagnostics(cluster);
    struct pg_eval *eval = pg_eval_new(cluster, NULL);
    struct pg_arena *arena = pg_arena_new();
    ask(eval, arena);
    look(eval);
    pg_arena_free(arena);
    pg_eval_free(eval);
    pg_cluster_free(cluster);
    return 0;
}
